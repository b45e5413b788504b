"""How ready are the units, as tables of all their rows?"""

from django.utils.translation import gettext as _

from dashboard.readiness import AspectRow, ReadinessPage
from dashboard.tables.columns import label, number
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day
from taskforce.tables import definition


def readiness_tables(page: ReadinessPage) -> tuple[Table, ...]:
    """Return how many units are how ready, aspect by aspect, and the same by province or unit by unit."""
    report = page.report
    about = ((_("Wilayah"), page.area.name), *definition(report.standpoint, report.computed_at))
    if report.baseline:
        about = (*about, (_("Baseline"), str(report.baseline)))
    as_at = report.standpoint.as_at
    steps = [step.label for step in page.aspects[0].steps]
    before = [_("Semula: %(level)s") % {"level": step} for step in steps] if report.baseline else []
    counts = [number(title) for title in (*steps, *before)]

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
            number(_("Unit")),
            number(_("Dinilai")),
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
            label(standing.now),
            label(standing.before),
        )
        for unit in page.units
        for standing in unit.aspects
    ]
    return Table("rincian", _("Kesiapan per unit"), page.report.standpoint.as_at, columns, rows, about)
