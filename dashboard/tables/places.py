"""What do the pages of a province, a regency and an MPP show, as tables of all their rows?"""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from commitments.reports import Counter
from dashboard.places import History, RegencyPage, SitePage, SitePresence
from dashboard.reports import ProvincePage
from dashboard.tables.columns import label, number, standing_cells, standing_columns
from dashboard.tables.trend import trend_tables
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day, yes_or_no
from regions.models import LedgerEntry
from taskforce.presence import Party
from taskforce.tables import definition


def province_tables(page: ProvincePage) -> tuple[Table, ...]:
    """Return the units of a province with their stages, and how its coverage grew."""
    columns = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        *standing_columns(),
        Column(_("Tercakup")),
        Column(_("Dihitung sejak")),
        Column(_("MPP yang terdaftar")),
    )
    rows = [
        (
            row.standing.code,
            row.standing.name,
            page.area.name,
            *standing_cells(row.standing),
            yes_or_no(row.standing.is_covered),
            iso_day(row.standing.covered_on) if row.standing.is_covered else None,
            ", ".join(site.name for site in row.sites),
        )
        for row in page.units
    ]
    question = page.coverage.question
    about = ((_("Provinsi"), page.area.name), *definition(question, page.coverage.computed_at))
    units = Table("unit", _("Kabupaten dan kota"), question.as_at, columns, rows, about)
    return units, *trend_tables(page.trend, page.coverage.computed_at)


def regency_tables(page: RegencyPage) -> tuple[Table, ...]:
    """Return all that was said of a regency, and which signatories are at its MPPs."""
    question = page.surroundings.question
    about = ((_("Kabupaten/kota"), page.regency.name), *definition(question, page.computed_at))
    presence: list[tuple[Cell, ...]] = [
        (each.site.name, party.abbreviation, party.name, said, yes_or_no(has_pks))
        for each in page.presence
        for party, said, has_pks in _parties(each)
    ]
    columns = (
        Column(_("MPP")),
        Column(_("Penanda tangan")),
        Column(_("Nama")),
        Column(_("Kehadiran")),
        Column(_("PKS berlaku")),
    )
    return (
        _timeline(page.history, about, sees_people=page.sees_people),
        Table("kehadiran", _("Kehadiran instansi"), question.as_at, columns, presence, about),
    )


def _parties(presence: SitePresence) -> Iterator[tuple[Party, str | None, bool]]:
    for party, cell in presence.present:
        yield party, label(cell.level), cell.has_pks
    for party in presence.signed:
        yield party, None, True


def site_tables(page: SitePage) -> tuple[Table, ...]:
    """Return all that was said of an MPP, and its counters with their services."""
    question = page.surroundings.question
    about = ((_("MPP"), page.site.name), *definition(question, page.computed_at))
    columns = (
        Column(_("Instansi")),
        Column(_("Nama")),
        Column(_("Keadaan")),
        Column(_("Buka sejak")),
        Column(_("Ditutup")),
        Column(_("Hari layanan")),
        number(_("Loket")),
        Column(_("Saluran")),
        Column(_("Layanan")),
        Column(_("Perizinan")),
    )
    rows = [
        (*_counter(counter), *service)
        for counter in (*page.counters.open, *page.counters.closed)
        for service in _services(counter)
    ]
    return (
        _timeline(page.history, about, sees_people=page.sees_people),
        Table("gerai", _("Gerai dan layanan"), question.as_at, columns, rows, about),
    )


def _counter(counter: Counter) -> tuple[Cell, ...]:
    presence = counter.presence
    return (
        presence.institution.abbreviation,
        presence.institution.name,
        str(presence.get_state_display()),
        iso_day(presence.counter_opened_on, presence.date_precision),
        iso_day(presence.counter_closed_on),
        ", ".join(counter.days),
        presence.counters,
    )


def _services(counter: Counter) -> list[tuple[Cell, ...]]:
    """Return the services of a counter; one empty line where none are on record."""
    services: list[tuple[Cell, ...]] = [
        (str(channel), service.name, yes_or_no(service.is_licence))
        for channel, services in counter.channels
        for service in services
    ]
    return services or [(None, None, None)]


def _timeline(history: History, about: tuple[tuple[str, str], ...], *, sees_people: bool) -> Table:
    """Return what was said, as far as the page says it: notes and people only to those they are for."""
    columns = (
        Column(_("Tanggal")),
        Column(_("Peristiwa")),
        Column(_("Keadaan")),
        Column(_("Perihal")),
        Column(_("Nomor")),
        Column(_("Mengoreksi")),
        Column(_("Keterangan")),
        Column(_("Catatan")),
        Column(_("Catatan pemeriksa")),
        Column(_("Sumber")),
        Column(_("Diperiksa")),
        *((Column(_("Dilaporkan oleh")), Column(_("Diperiksa oleh"))) if sees_people else ()),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            iso_day(entry.happened_on, entry.date_precision),
            str(entry.said),
            str(entry.get_state_display()),
            str(entry.subject),
            entry.receipt,
            entry.supersedes.receipt if entry.supersedes else None,
            "; ".join(_apart(entry, history)) or None,
            (entry.note or None) if sees_people or entry.is_note_public else None,
            entry.review_note or None,
            entry.source_url or None,
            iso_day(timezone.localdate(entry.reviewed_at)) if entry.reviewed_at else None,
            *((str(entry.reported_by), str(entry.reviewed_by or "") or None) if sees_people else ()),
        )
        for entry in history.entries
    ]
    return Table("linimasa", _("Linimasa"), history.standpoint.as_at, columns, rows, about)


def _apart(entry: LedgerEntry, history: History) -> Iterator[str]:
    """Say why an entry plays no part in the figures of the day."""
    if entry in history.later:
        yield _("sesudah tanggal yang ditanyakan")
    if entry in history.unknown:
        yield _("belum diketahui waktu itu")
    if entry in history.corrected:
        yield _("sudah dikoreksi; tidak lagi dihitung")
