"""What may come, as tables of all their rows?"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from dashboard.forecast import CandidateRow, ForecastPage, NextBestPage
from dashboard.tables.columns import label, number, percent
from mpp_tracker.lib.tables import Cell, Column, Kind, Table, iso_day, yes_or_no
from taskforce.forecast import AreaForecast
from taskforce.tables import definition


def forecast_tables(page: ForecastPage) -> tuple[Table, ...]:
    """Return the forecast by month and by province, and how such forecasts fared."""
    report = page.report
    about = (
        (_("Yang dihitung"), _("diresmikan, dari 509 unit; perkiraan, dengan asumsi yang disebut di halamannya")),
        *definition(report.standpoint, report.computed_at),
    )
    as_at = report.standpoint.as_at
    spread = tuple(number(name) for name in ("P10", "P50", "P90"))
    curve: list[tuple[Cell, ...]] = [(iso_day(day), covered, None, None, None) for day, covered in page.past]
    curve += [(iso_day(point.day), None, *point.covered) for point in page.fan]
    provinces = (
        Column(_("Kode")),
        Column(_("Provinsi")),
        number(_("Unit")),
        number(_("Tercakup")),
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
        number(_("Kenyataan")),
        number(_("Selisih")),
        percent(_("Selisih (%)")),
        Column(_("Kenyataan di antara P10 dan P90")),
    )
    return (
        Table(
            "proyeksi",
            _("Unit yang diresmikan, dan perkiraan"),
            as_at,
            (Column(_("Per tanggal")), number(_("Diresmikan")), *spread),
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
        number(_("Unit yang tersisa di provinsi")),
        Column(_("Tahap")),
        Column(_("Sejak")),
        Column(_("Status operasional")),
        Column(_("Aspek belum siap")),
        number(_("MPP terdaftar")),
        number(_("Laporan menunggu")),
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
            label(row.candidate.unit.stage),
            iso_day(row.candidate.unit.reached_on, row.candidate.unit.reached_precision),
            label(row.candidate.unit.status),
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
