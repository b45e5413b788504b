"""What does each page show, as tables of all its rows? The page's own report goes in; nothing is counted here."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import cast

from django.utils import timezone
from django.utils.translation import gettext as _

from commitments.choices import PledgeStanding
from dashboard.alerts import AlertsPage
from dashboard.announced import AnnouncedPage
from dashboard.forecast import CandidateRow, ForecastPage, NextBestPage
from dashboard.nation import NationPage
from dashboard.presence import CommitmentsPage, Gap, GapsPage
from dashboard.readiness import AspectRow, ReadinessPage
from dashboard.reports import PledgesPage, ProvincePage, Queue
from mpp_tracker.lib.tables import Cell, Column, Kind, Table, iso_day, yes_or_no
from regions.choices import IslandGroup
from regions.models import LedgerEntry, Opinion
from regions.rules import STAGE_ORDER
from taskforce.coverage import AreaCoverage, Standpoint
from taskforce.forecast import AreaForecast
from taskforce.pledges import PledgeTally
from taskforce.presence import Cell as PresenceCell
from taskforce.presence import Tally
from taskforce.tables import definition, on_a_day

_number = partial(Column, kind=Kind.NUMBER)
_percent = partial(Column, kind=Kind.PERCENT)


def nation_tables(page: NationPage) -> tuple[Table, ...]:
    """Return the provinces with their figures."""
    coverage = page.coverage
    columns = (
        Column(_("Kode")),
        Column(_("Provinsi")),
        Column(_("Kelompok pulau")),
        _number(_("Unit")),
        _number(_("Tercakup")),
        _percent(_("Cakupan (%)")),
        _number(_("Selisih")),
        _percent(_("Target (%)")),
        Column(_("Tenggat target")),
        *(_number(str(stage.label)) for stage in reversed(STAGE_ORDER)),
        _number(_("Tanpa tahap")),
        _number(_("Belum ada data")),
    )
    rows = [_area(row.area) for row in page.table.rows]
    group = page.table.island_group
    only = ((_("Kelompok pulau"), str(IslandGroup(group).label)),) if group else ()
    about = (*only, *definition(coverage.question, coverage.computed_at))
    total = _area(page.table.total.area)
    return (Table("provinsi", _("Cakupan per provinsi"), coverage.question.as_at, columns, rows, about, total=total),)


def _area(area: AreaCoverage) -> tuple[Cell, ...]:
    return (
        area.code,
        area.name,
        area.island_group,
        area.units,
        area.covered,
        area.coverage_pct,
        area.gap_units,
        area.target_pct,
        iso_day(area.target.deadline) if area.target else None,
        *(area.units_by_stage[stage] for stage in reversed(STAGE_ORDER)),
        area.units_without_stage,
        area.units_without_site,
    )


def province_tables(page: ProvincePage) -> tuple[Table, ...]:
    """Return the units of a province with their stages."""
    columns = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Tahap sekarang")),
        Column(_("Sejak")),
        Column(_("Status operasional")),
        Column(_("Status sejak")),
        Column(_("Tercakup")),
        Column(_("Dihitung sejak")),
        Column(_("MPP yang terdaftar")),
    )
    rows = [
        (
            row.standing.code,
            row.standing.name,
            page.area.name,
            _label(row.standing.stage),
            iso_day(row.standing.reached_on, row.standing.reached_precision),
            _label(row.standing.status),
            iso_day(row.standing.status_since, row.standing.status_precision),
            yes_or_no(row.standing.is_covered),
            iso_day(row.standing.covered_on) if row.standing.is_covered else None,
            ", ".join(site.name for site in row.sites),
        )
        for row in page.units
    ]
    question = page.coverage.question
    about = ((_("Provinsi"), page.area.name), *definition(question, page.coverage.computed_at))
    return (Table("unit", _("Kabupaten dan kota"), question.as_at, columns, rows, about),)


def commitments_tables(page: CommitmentsPage) -> tuple[Table, ...]:
    """Return the signatories with their totals, and one line for each of them in each province or at each MPP."""
    standpoint = page.matrix.standpoint
    about = ((_("Wilayah"), page.choice.scope), *definition(standpoint, page.matrix.computed_at))
    parties = Table(
        "penanda-tangan",
        _("Penanda tangan nota kesepahaman"),
        standpoint.as_at,
        (
            Column(_("Penanda tangan")),
            Column(_("Nama")),
            _percent(_("Kehadiran (%)")),
            _number(_("Hadir")),
            _number(_("MPP yang diresmikan")),
            _number(_("MPP belum ada data")),
            _number(_("Layanan berjalan")),
            _number(_("Gerai terisi saja")),
            _number(_("PKS saja")),
        ),
        [
            (
                row.party.abbreviation,
                row.party.name,
                row.total.share_pct,
                row.total.present,
                row.total.inaugurated,
                row.total.unknown,
                row.total.live,
                row.total.staffed,
                row.total.signed,
            )
            for row in page.rows
        ],
        about,
    )
    return parties, (_by_place(page, about) if page.choice.province else _by_area(page, about))


def _by_area(page: CommitmentsPage, about: tuple[tuple[str, str], ...]) -> Table:
    columns = (
        Column(_("Penanda tangan")),
        Column(_("Kode")),
        Column(_("Provinsi")),
        _number(_("Hadir")),
        _number(_("MPP yang diresmikan")),
        _number(_("MPP belum ada data")),
        _number(_("PKS berlaku, gerai tidak terisi")),
    )
    rows = [
        (
            row.party.abbreviation,
            area.code,
            area.name,
            cell.present if cell.known else None,
            cell.inaugurated,
            cell.unknown,
            cell.signed_absent,
        )
        for row in page.rows
        for (area, _mpps), cell in zip(page.areas, cast("tuple[Tally, ...]", row.cells), strict=True)
    ]
    as_at = page.matrix.standpoint.as_at
    return Table("matriks", _("Penanda tangan menurut provinsi"), as_at, columns, rows, about)


def _by_place(page: CommitmentsPage, about: tuple[tuple[str, str], ...]) -> Table:
    columns = (
        Column(_("Penanda tangan")),
        Column(_("MPP")),
        Column(_("Provinsi")),
        Column(_("Diresmikan")),
        Column(_("Kehadiran")),
        Column(_("PKS berlaku")),
    )
    rows = [
        (
            row.party.abbreviation,
            place.name,
            place.area.name,
            yes_or_no(place.is_inaugurated),
            _label(cell.level),
            yes_or_no(cell.has_pks),
        )
        for row in page.rows
        for place, cell in zip(page.places, cast("tuple[PresenceCell, ...]", row.cells), strict=True)
    ]
    as_at = page.matrix.standpoint.as_at
    return Table("matriks", _("Penanda tangan menurut MPP"), as_at, columns, rows, about)


def gaps_tables(page: GapsPage) -> tuple[Table, ...]:
    """Return who is missing where, one line for each signatory at each MPP."""
    standpoint = page.matrix.standpoint
    about = ((_("Wilayah"), page.choice.scope), *definition(standpoint, page.matrix.computed_at))
    return (
        _gaps("pks", _("PKS berlaku, gerai tidak terisi"), page.signed_absent, standpoint, about),
        _gaps("nota", _("Penanda tangan belum hadir"), page.absent, standpoint, about),
    )


def _gaps(
    name: str, title: str, gaps: Iterable[Gap], standpoint: Standpoint, about: tuple[tuple[str, str], ...]
) -> Table:
    columns = (
        Column(_("MPP")),
        Column(_("Kode provinsi")),
        Column(_("Provinsi")),
        Column(_("Belum hadir")),
        Column(_("Nama")),
        Column(_("Data gerai di MPP ini")),
    )
    rows = [
        (
            gap.place.name,
            gap.place.area.code,
            gap.place.area.name,
            party.abbreviation,
            party.name,
            _("ada") if gap.place.is_known else None,
        )
        for gap in gaps
        for party in gap.parties
    ]
    return Table(name, title, standpoint.as_at, columns, rows, about)


def pledges_tables(page: PledgesPage) -> tuple[Table, ...]:
    """Return how pledges slipped, the tallies by year and province, and the pledges that are listed."""
    report = page.report
    about = definition(report.standpoint, report.computed_at)
    as_at = report.standpoint.as_at
    slips = (_number(_("Semula untuk")), _number(_("Menjadi")), _number(_("Diresmikan")), _number(_("Belum")))
    counts = (
        _number(_("Janji")),
        *(_number(str(standing.label)) for standing in PledgeStanding),
        _percent(_("Tingkat ditepati (%)")),
        _number(_("Ditepati dari yang jatuh tempo")),
        _number(_("Jatuh tempo")),
    )
    listed = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Keadaan")),
        Column(_("Berjanji pada")),
        Column(_("Semula dijanjikan")),
        Column(_("Kini dijanjikan")),
        Column(_("Alasan pergeseran terakhir")),
        Column(_("Diresmikan")),
        Column(_("Sumber")),
    )
    return (
        Table(
            "pergeseran",
            _("Janji yang bergeser dari tahun ke tahun"),
            as_at,
            slips,
            [(slip.first_year, slip.year, slip.inaugurated, slip.open) for slip in report.slips],
            about,
        ),
        Table(
            "per-tahun",
            _("Ditepati menurut tahun"),
            as_at,
            (Column(_("Tahun semula dijanjikan")), *counts),
            [(tally.name, *_tally(tally)) for tally in report.by_year],
            about,
            total=(report.national.name, *_tally(report.national)),
        ),
        Table(
            "per-provinsi",
            _("Ditepati menurut provinsi"),
            as_at,
            (Column(_("Kode")), Column(_("Provinsi")), *counts),
            [(tally.key, tally.name, *_tally(tally)) for tally in report.by_province],
            about,
            total=("", report.national.name, *_tally(report.national)),
        ),
        Table(
            "daftar",
            _("Daftar janji"),
            as_at,
            listed,
            [
                (
                    outcome.pledge.regency.code,
                    outcome.pledge.regency.name,
                    outcome.unit.province_name,
                    str(outcome.standing.label),
                    iso_day(outcome.pledge.pledged_on),
                    iso_day(outcome.pledge.due_on, outcome.pledge.date_precision),
                    iso_day(outcome.in_force.due_on, outcome.in_force.date_precision),
                    outcome.revisions[-1].reason if outcome.revisions else None,
                    iso_day(outcome.unit.inaugurated_on, outcome.unit.precision),
                    outcome.pledge.source_url,
                )
                for outcome in page.sheet.paginator.object_list
            ],
            about,
        ),
    )


def _tally(tally: PledgeTally) -> tuple[Cell, ...]:
    counts = (tally.by_standing[standing] for standing in PledgeStanding)
    return (tally.total, *counts, tally.kept_pct, tally.kept, tally.due)


def announced_tables(page: AnnouncedPage) -> tuple[Table, ...]:
    """Return the announced figures beside the ledger's, and the units without a day."""
    report = page.report
    about = definition(report.standpoint, report.computed_at)
    as_at = report.standpoint.as_at
    figures = (
        Column(_("Diumumkan")),
        Column(_("Ukuran")),
        Column(_("Yang dihitung")),
        Column(_("Dasar perhitungan")),
        Column(_("Keadaan per")),
        _number(_("Angka")),
        _number(_("Buku besar")),
        _number(_("Selisih")),
        _number(_("Terjelaskan")),
        _number(_("Belum terjelaskan")),
        Column(_("Bertentangan dengan angka lain")),
        Column(_("Sumber")),
    )
    undated = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Terlihat sejak, paling lambat")),
        Column(_("Dihitung dalam angka yang diumumkan")),
    )
    return (
        Table(
            "angka",
            _("Angka yang diumumkan"),
            as_at,
            figures,
            [
                (
                    iso_day(each.figure.announced_on),
                    str(each.figure.get_metric_display()),
                    str(each.figure.get_counting_display()),
                    str(each.figure.get_basis_display()),
                    iso_day(each.figure.stands_for),
                    each.figure.value,
                    each.ledger,
                    each.difference,
                    None if each.difference is None else each.explained,
                    each.unexplained,
                    yes_or_no(bool(each.contradicts)),
                    each.figure.source,
                )
                for each in page.comparisons
            ],
            about,
        ),
        Table(
            "tanpa-tanggal",
            _("Tanpa tanggal peresmian"),
            as_at,
            undated,
            [
                (
                    row.unit.code,
                    row.unit.name,
                    row.unit.province_name,
                    iso_day(row.unit.seen_on),
                    _("ya, menurut sumber") if row.gap else None,
                )
                for row in page.undated
            ],
            about,
        ),
    )


def readiness_tables(page: ReadinessPage) -> tuple[Table, ...]:
    """Return how many units are how ready, aspect by aspect, and the same by province or unit by unit."""
    report = page.report
    about = ((_("Wilayah"), page.area.name), *definition(report.standpoint, report.computed_at))
    if report.baseline:
        about = (*about, (_("Baseline"), str(report.baseline)))
    as_at = report.standpoint.as_at
    steps = [step.label for step in page.aspects[0].steps]
    before = [_("Semula: %(level)s") % {"level": label} for label in steps] if report.baseline else []
    counts = [_number(label) for label in (*steps, *before)]

    def cells(row: AspectRow) -> tuple[Cell, ...]:
        now, was = [step.now for step in row.steps], [step.before for step in row.steps]
        return (str(row.tally.aspect.label), *now, *(was if report.baseline else ()))

    aspects = Table(
        "aspek",
        _("Kesiapan per aspek"),
        as_at,
        (Column(_("Aspek")), *counts),
        [cells(row) for row in page.aspects],
        about,
    )
    if page.province:
        return aspects, _readiness_of_units(page, about)
    by_province = Table(
        "rincian",
        _("Kesiapan per provinsi"),
        as_at,
        (
            Column(_("Kode")),
            Column(_("Provinsi")),
            _number(_("Unit")),
            _number(_("Dinilai")),
            Column(_("Aspek")),
            *counts,
        ),
        [
            (row.area.code, row.area.name, row.area.units, row.area.assessed, *cells(aspect))
            for row in page.provinces
            for aspect in row.aspects
        ],
        about,
    )
    return aspects, by_province


def _readiness_of_units(page: ReadinessPage, about: tuple[tuple[str, str], ...]) -> Table:
    columns = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Dinilai")),
        Column(_("Aspek")),
        Column(_("Tingkat")),
        Column(_("Tingkat pada baseline")),
    )
    rows = [
        (
            unit.code,
            unit.name,
            iso_day(unit.now.assessed_on, unit.now.precision) if unit.now else None,
            str(standing.aspect.label),
            _label(standing.now),
            _label(standing.before),
        )
        for unit in page.units
        for standing in unit.aspects
    ]
    return Table("rincian", _("Kesiapan per unit"), page.report.standpoint.as_at, columns, rows, about)


def forecast_tables(page: ForecastPage) -> tuple[Table, ...]:
    """Return the forecast by month and by province, and how such forecasts fared."""
    report = page.report
    about = (
        (_("Yang dihitung"), _("diresmikan, dari 509 unit; perkiraan, dengan asumsi yang disebut di halamannya")),
        *definition(report.standpoint, report.computed_at),
    )
    as_at = report.standpoint.as_at
    spread = tuple(_number(name) for name in ("P10", "P50", "P90"))
    curve: list[tuple[Cell, ...]] = [(iso_day(day), covered, None, None, None) for day, covered in page.past]
    curve += [(iso_day(point.day), None, *point.covered) for point in page.fan]
    provinces = (
        Column(_("Kode")),
        Column(_("Provinsi")),
        _number(_("Unit")),
        _number(_("Tercakup")),
        Column(_("Laju 12 bulan (unit per bulan)"), Kind.PERCENT),
        Column(_("Laju diperlukan (unit per bulan)"), Kind.PERCENT),
        Column(_("100 %: P10")),
        Column(_("100 %: P50")),
        Column(_("100 %: P90")),
        Column(_("Keterangan")),
    )
    trials = (
        Column(_("Dibuat pada")),
        Column(_("Untuk")),
        *spread,
        _number(_("Kenyataan")),
        _number(_("Selisih")),
        _percent(_("Selisih (%)")),
        Column(_("Kenyataan di antara P10 dan P90")),
    )
    return (
        Table(
            "proyeksi",
            _("Unit yang diresmikan, dan perkiraan"),
            as_at,
            (Column(_("Per tanggal")), _number(_("Diresmikan")), *spread),
            curve,
            about,
        ),
        Table(
            "provinsi",
            _("Perkiraan per provinsi"),
            as_at,
            provinces,
            [_forecast(area) for area in report.provinces],
            about,
            total=_forecast(report.national),
        ),
        Table(
            "uji",
            _("Perkiraan diuji terhadap kenyataan"),
            as_at,
            trials,
            [
                (
                    iso_day(trial.stood_on),
                    iso_day(trial.looked_to),
                    *trial.covered,
                    trial.followed,
                    trial.error,
                    trial.error_pct,
                    yes_or_no(trial.is_inside),
                )
                for trial in report.trials
            ],
            about,
        ),
    )


def _forecast(area: AreaForecast) -> tuple[Cell, ...]:
    days: tuple[Cell, ...] = (None, None, None)
    said: Cell = None
    if area.is_complete:
        said = _("sudah 100 %")
    elif area.finish is None:
        said = _("data belum cukup")
    else:
        beyond = _("sesudah %(month)s") % {"month": iso_day(area.finish.horizon, "month")}
        days = tuple(iso_day(day, "month") or beyond for _name, day in area.finish.by_name)
    coverage = area.coverage
    return (
        coverage.code,
        coverage.name,
        coverage.units,
        coverage.covered,
        coverage.pace_per_month,
        coverage.pace_needed_per_month,
        *days,
        said,
    )


def next_best_tables(page: NextBestPage, rows: Iterable[CandidateRow]) -> tuple[Table, ...]:
    """Return the units that are not inaugurated; `rows` are those of all pages of the list."""
    report = page.report
    columns = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Membuka provinsi")),
        Column(_("Melengkapi provinsi")),
        Column(_("Menepati janji")),
        _number(_("Unit yang tersisa di provinsi")),
        Column(_("Tahap")),
        Column(_("Sejak")),
        Column(_("Status operasional")),
        Column(_("Aspek belum siap")),
        _number(_("MPP terdaftar")),
        _number(_("Laporan menunggu")),
    )
    cells = [
        (
            row.candidate.unit.code,
            row.candidate.unit.name,
            row.candidate.area.name,
            yes_or_no(row.candidate.opens_province),
            yes_or_no(row.candidate.completes_province),
            yes_or_no(row.candidate.keeps_pledge),
            row.candidate.missing_after,
            _label(row.candidate.unit.stage),
            iso_day(row.candidate.unit.reached_on, row.candidate.unit.reached_precision),
            _label(row.candidate.unit.status),
            ", ".join(str(each.aspect.label) for each in row.candidate.not_ready),
            len(row.sites),
            row.waiting_count,
        )
        for row in rows
    ]
    about = (
        (_("Yang dihitung"), _("diresmikan, dari 509 unit")),
        *definition(report.standpoint, report.computed_at),
    )
    return (Table("daftar", _("Peresmian berikutnya"), report.standpoint.as_at, columns, cells, about),)


def alert_tables(page: AlertsPage, *, today: date) -> tuple[Table, ...]:
    """Return the alerts by province and severity, those that are listed, and the rules."""
    about = on_a_day(today)
    severities = [_number(str(severity.label)) for severity in page.severities]
    areas: list[tuple[Cell, ...]] = [
        (area.code, area.name, *area.by_severity.values(), area.total) for area in page.areas
    ]
    total: tuple[Cell, ...] = ("", page.all_areas.name, *page.all_areas.by_severity.values(), page.all_areas.total)
    listed = (
        Column(_("Perihal")),
        Column(_("Provinsi")),
        Column(_("Peringatan")),
        Column(_("Aturan")),
        Column(_("Kegentingan")),
        Column(_("Muncul")),
        Column(_("Selesai")),
        Column(_("Diketahui")),
        _number(_("Rencana aksi")),
    )
    rules = (
        Column(_("Aturan")),
        Column(_("Aktif")),
        _number(_("Ambang")),
        Column(_("Satuan")),
        Column(_("Kegentingan")),
        Column(_("Sumber ambang")),
        _number(_("Peringatan")),
    )
    by_area = (Column(_("Kode")), Column(_("Provinsi")), *severities, _number(_("Jumlah")))
    return (
        Table("provinsi", _("Peringatan menurut provinsi"), today, by_area, areas, about, total=total),
        Table(
            "peringatan",
            _("Daftar peringatan"),
            today,
            listed,
            [
                (
                    str(alert.about),
                    str(alert.province or ""),
                    str(alert.sentence),
                    str(alert.kind.label),
                    str(alert.severity.label),
                    iso_day(alert.raised_on),
                    iso_day(alert.cleared_on),
                    yes_or_no(alert.acknowledged_at is not None),
                    len(alert.items.all()),
                )
                for alert in page.sheet.paginator.object_list
            ],
            about,
        ),
        Table(
            "aturan",
            _("Aturan peringatan"),
            today,
            rules,
            [
                (
                    str(row.rule),
                    yes_or_no(row.rule.is_active),
                    row.rule.threshold,
                    str(row.rule.unit),
                    str(row.rule.get_severity_display()),
                    row.rule.source,
                    row.count,
                )
                for row in page.rules
            ],
            about,
        ),
    )


def queue_tables(queue: Queue, *, today: date) -> tuple[Table, ...]:
    """Return the reports that wait; `queue` holds them all."""
    columns = (
        Column(_("Provinsi")),
        Column(_("Kabupaten/kota")),
        Column(_("Yang dilaporkan")),
        Column(_("Koreksi")),
        Column(_("Tanggal")),
        Column(_("Menunggu sejak")),
        Column(_("Pendapat provinsi")),
    )
    rows = [
        (
            province,
            str(entry.holder),
            str(entry.said),
            yes_or_no(bool(getattr(entry, "supersedes_id", None))),
            iso_day(entry.happened_on, entry.date_precision),
            iso_day(timezone.localdate(entry.reported_at)),
            ", ".join(str(opinion.get_verdict_display()) for opinion in _opinions(entry)),
        )
        for province, entries in queue.by_province
        for entry in entries
    ]
    return (Table("laporan", _("Laporan menunggu verifikasi"), today, columns, rows, on_a_day(today)),)


def _opinions(entry: LedgerEntry) -> Iterable[Opinion]:
    """Return what a province thinks of a report; only of those about a site it is asked."""
    return entry.opinion.all() if hasattr(entry, "opinion") else ()


def _label(value: object) -> str | None:
    label = getattr(value, "label", None)
    return label and str(label)
