"""What do the task force's lists say, and what every table of figures, as a file?"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mpp_tracker.lib.tables import Column, Kind, Table, iso_day
from regions.rules import written_day
from taskforce.coverage import Question, Standpoint
from taskforce.reports import ActionRow


def moment(at: datetime) -> str:
    """Return a moment as people read it."""
    return f"{date_format(timezone.localtime(at), 'DATETIME_FORMAT')} WIB"


def definition(standpoint: Standpoint, computed_at: datetime) -> tuple[tuple[str, str], ...]:
    """Return what figures are: names with values, in the order of the pages."""
    facts = [(_("Per tanggal"), written_day(standpoint.as_at))]
    if isinstance(standpoint, Question):
        facts += [
            (_("Yang dihitung"), str(standpoint.counting.label)),
            (_("Dasar perhitungan"), str(standpoint.basis.label)),
        ]
    known_at = moment(standpoint.known_at) if standpoint.known_at else _("sekarang")
    return (
        *facts,
        (_("Lapisan"), str(standpoint.layer.label)),
        (_("Batas provinsi"), str(standpoint.boundaries.label)),
        (_("Menurut yang diketahui sampai"), known_at),
        (_("Dihitung"), moment(computed_at)),
        (_("Sumber"), sources()),
    )


def sources() -> str:
    """Return where figures and names come from."""
    return _(
        "Buku besar kejadian Pantau MPP, tiap entri dengan sumbernya. Kode dan nama wilayah: idn-area-data (ODbL)."
    )


def on_a_day(today: date) -> tuple[tuple[str, str], ...]:
    """Return what a list of work is: how things stand when it is made."""
    return (
        (_("Keadaan"), written_day(today)),
        (_("Dihitung"), moment(timezone.now())),
        (_("Sumber"), _("Catatan Pantau MPP, sejauh boleh dibaca oleh yang mengunduh.")),
    )


def action_tables(rows: Iterable[ActionRow], *, today: date) -> tuple[Table, ...]:
    """Return action items."""
    columns = (
        Column(_("Rencana aksi")),
        Column(_("Tentang")),
        Column(_("Arahan"), Kind.NUMBER),
        Column(_("Penanggung jawab")),
        Column(_("Tenggat")),
        Column(_("Lewat (hari)"), Kind.NUMBER),
        Column(_("Keadaan")),
        Column(_("Kemajuan (%)"), Kind.NUMBER),
        Column(_("Prioritas")),
    )
    cells = [
        (
            row.item.title,
            str(row.item.place or ""),
            row.item.directive.number if row.item.directive else None,
            row.item.owner_name,
            iso_day(row.item.due_on),
            row.days_late,
            str(row.state.label),
            row.progress_pct,
            str(row.item.get_priority_display()),
        )
        for row in rows
    ]
    return (Table("rencana-aksi", _("Rencana aksi"), today, columns, cells, on_a_day(today)),)
