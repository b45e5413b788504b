"""What do the first page, its map and its lists of units show, as tables of all their rows?"""

from django.utils.translation import gettext as _

from dashboard.nation import NationPage
from dashboard.tables.columns import number, percent
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day
from regions.choices import IslandGroup
from regions.rules import STAGE_ORDER
from taskforce.coverage import AreaCoverage
from taskforce.tables import definition


def nation_tables(page: NationPage) -> tuple[Table, ...]:
    """Return the provinces with their figures."""
    coverage = page.coverage
    columns = (
        Column(_("Kode")),
        Column(_("Provinsi")),
        Column(_("Kelompok pulau")),
        number(_("Unit")),
        number(_("Tercakup")),
        percent(_("Cakupan (%)")),
        number(_("Selisih")),
        percent(_("Target (%)")),
        Column(_("Tenggat target")),
        *(number(str(stage.label)) for stage in reversed(STAGE_ORDER)),
        number(_("Tanpa tahap")),
        number(_("Belum ada data")),
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
