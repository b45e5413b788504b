"""What do the first page, its map and its lists of units show, as tables of all their rows?"""

from django.utils.translation import gettext as _

from dashboard.atlas import Atlas
from dashboard.nation import NationPage, StagePage
from dashboard.tables.columns import number, percent, standing_cells, standing_columns
from dashboard.tables.trend import trend_tables
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day
from regions.choices import IslandGroup
from regions.rules import STAGE_ORDER
from taskforce.choices import StageGroup
from taskforce.coverage import AreaCoverage
from taskforce.tables import definition


def nation_tables(page: NationPage, atlas: Atlas) -> tuple[Table, ...]:
    """Return the provinces with their figures, what the map shows, how coverage grew, and what happened of late."""
    coverage = page.coverage
    columns = (
        Column(_("Kode")),
        Column(_("Provinsi")),
        Column(_("Kelompok pulau")),
        number(_("Unit")),
        number(_("Tercakup")),
        percent(_("Cakupan (%)")),
        number(_("Kurang")),
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
    return (
        Table("provinsi", _("Cakupan per provinsi"), coverage.question.as_at, columns, rows, about, total=total),
        *atlas_tables(atlas),
        *trend_tables(page.trend, coverage.computed_at),
        _recent(page),
    )


def _recent(page: NationPage) -> Table:
    question = page.coverage.question
    columns = (
        Column(_("Tanggal")),
        Column(_("Peristiwa")),
        Column(_("MPP atau kabupaten/kota")),
        Column(_("Kode provinsi")),
        Column(_("Provinsi")),
        Column(_("Sumber")),
    )
    rows = [
        (
            iso_day(each.happened_on, each.precision),
            str(each.said.label),
            each.place,
            each.province,
            each.province_name,
            each.source or None,
        )
        for each in page.recent.happenings
    ]
    about = ((_("Sesudah"), iso_day(page.recent.since) or ""), *definition(question, page.coverage.computed_at))
    return Table("terbaru", _("30 hari terakhir"), question.as_at, columns, rows, about)


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


def stage_tables(page: StagePage) -> tuple[Table, ...]:
    """Return the units that are listed, with how far they are."""
    columns = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Kelompok")),
        *standing_columns(),
        Column(_("MPP yang terdaftar")),
    )
    rows = [
        (
            row.standing.code,
            row.standing.name,
            row.province,
            str(row.group.label),
            *standing_cells(row.standing),
            ", ".join(site.name for site in row.sites),
        )
        for row in page.rows
    ]
    question = page.coverage.question
    about = definition(question, page.coverage.computed_at)
    return (Table("unit", _("Unit menurut tahap"), question.as_at, columns, rows, about),)


def atlas_tables(atlas: Atlas) -> tuple[Table, ...]:
    """Return what the map shows."""
    columns = (
        Column(_("Kode")),
        Column(_("Provinsi")),
        number(_("Tercakup")),
        number(_("Dari unit")),
        percent(_("Cakupan (%)")),
        Column(_("Kelas")),
        *(number(str(group.label)) for group in StageGroup),
    )
    rows: list[tuple[Cell, ...]] = [
        (*_mapped(row.area), str(row.kind.label), *(count for _group, count in row.groups)) for row in atlas.rows
    ]
    total: tuple[Cell, ...] = (*_mapped(atlas.area), None, *(count for _group, count in atlas.groups))
    question = atlas.coverage.question
    about = definition(question, atlas.coverage.computed_at)
    return (Table("peta", _("Peta Mal Pelayanan Publik"), question.as_at, columns, rows, about, total=total),)


def _mapped(area: AreaCoverage) -> tuple[Cell, ...]:
    return area.code, area.name, area.covered, area.units, area.coverage_pct
