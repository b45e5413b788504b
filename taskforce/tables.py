"""What do the task force's lists say, and what every table of figures, as a file?"""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mpp_tracker.lib.tables import Column, Kind, Table, iso_day, yes_or_no
from regions.rules import written_day
from taskforce.coverage import Question, Standpoint
from taskforce.models import Letter
from taskforce.reports import ActionRow, MandatePage


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


def mandate_tables(page: MandatePage, *, today: date) -> tuple[Table, ...]:
    """Return what the task force was directed to do, its targets and its members."""
    about = on_a_day(today)
    directives = (
        Column(_("Arahan"), Kind.NUMBER),
        Column(_("Isi")),
        Column(_("Diberikan oleh")),
        Column(_("Diberikan pada")),
        Column(_("Kesempatan")),
        Column(_("Kepada")),
        Column(_("Rencana aksi selesai"), Kind.NUMBER),
        Column(_("Rencana aksi"), Kind.NUMBER),
    )
    targets = (
        Column(_("Tenggat")),
        Column(_("Cakupan wilayah")),
        Column(_("Target"), Kind.PERCENT),
        Column(_("Ukuran")),
        Column(_("Ditetapkan oleh")),
        Column(_("Ditetapkan pada")),
        Column(_("Sumber")),
        Column(_("Aktif")),
    )
    members = (Column(_("Keputusan")), Column(_("Instansi")), Column(_("Nama")), Column(_("Unit kerja")))
    return (
        Table(
            "arahan",
            _("Arahan dan tindak lanjut"),
            today,
            directives,
            [
                (
                    row.directive.number,
                    row.directive.text,
                    row.directive.issued_by,
                    iso_day(row.directive.issued_on),
                    row.directive.occasion or None,
                    ", ".join(str(institution) for institution in row.directive.institutions.all()),
                    row.done_count,
                    len(row.counted),
                )
                for row in page.directives
            ],
            about,
        ),
        Table(
            "target",
            _("Target"),
            today,
            targets,
            [
                (
                    iso_day(target.deadline),
                    str(target.province or _("Nasional")),
                    target.value,
                    str(target.get_metric_display()),
                    target.set_by,
                    iso_day(target.set_on),
                    target.source,
                    yes_or_no(target.is_active),
                )
                for target in page.targets
            ],
            about,
        ),
        Table(
            "anggota",
            _("Anggota"),
            today,
            (*members, Column(_("Kedudukan"))),
            [
                (
                    str(decree),
                    str(member.institution),
                    member.institution.name,
                    member.unit or None,
                    member.role or None,
                )
                for decree in page.decrees
                for member in decree.members.all()
            ],
            about,
        ),
    )


def letter_tables(letters: Iterable[Letter], *, today: date) -> tuple[Table, ...]:
    """Return letters to late regions."""
    columns = (
        Column(_("Jenis")),
        Column(_("Nomor")),
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Tanggal")),
        Column(_("Terkirim")),
        Column(_("Alasan pembatalan")),
        Column(_("Jawaban paling lambat")),
    )
    rows = [
        (
            str(letter.get_kind_display()),
            letter.number,
            letter.regency.code,
            letter.regency.name,
            letter.regency.province.name,
            iso_day(letter.dated_on),
            iso_day(letter.sent_on),
            letter.cancelled_because or None,
            iso_day(letter.reply_by),
        )
        for letter in letters
    ]
    return (Table("surat", _("Surat untuk daerah"), today, columns, rows, on_a_day(today)),)
