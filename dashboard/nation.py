"""What does the first page show, and which units are how far? One frozen answer each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator

from dashboard.charts import Segment, stacked_bar
from dashboard.explain import address_of
from dashboard.reports import main_sites
from dashboard.trend import Trend, trend
from regions.choices import IslandGroup
from regions.models import Site
from taskforce.choices import AreaOrder, Boundaries, Layer, StageGroup
from taskforce.coverage import (
    AreaCoverage,
    Coverage,
    CoveragePoint,
    Question,
    UnitStanding,
    answer,
    on_day,
    series,
    unit_standings,
)
from taskforce.forecast import FanPoint, national_fan
from taskforce.recent import RECENT_DAYS, Recent, recent
from taskforce.rules import percentage


@dataclass(frozen=True)
class Column:
    """A column of the table by province, and what a click on its name leads to."""

    order: AreaOrder
    sort: str
    """How the address then says the order."""
    direction: str
    """In which direction the table is sorted by it, in the words of `aria-sort`; empty where it is not."""

    @property
    def is_number(self) -> bool:
        """Return whether it holds numbers."""
        return self.order != AreaOrder.NAME


@dataclass(frozen=True)
class StagePart:
    """The units of an area that stand in one step, and where their part of the bar lies."""

    group: StageGroup
    count: int
    share_pct: Decimal | None
    segment: Segment | None
    """None where there are none."""


@dataclass(frozen=True)
class AreaRow:
    """An area in the table, with the parts of its bar."""

    area: AreaCoverage
    bar: tuple[StagePart, ...]


@dataclass(frozen=True)
class AreaTable:
    """The provinces that are listed, in the order asked for, and what they come to."""

    columns: tuple[Column, ...]
    rows: tuple[AreaRow, ...]
    total: AreaRow
    island_group: str
    """The group of islands that is listed; empty for all."""
    island_groups: tuple[IslandGroup, ...]


@dataclass(frozen=True)
class NationPage:
    """The nation and its provinces on a day."""

    coverage: Coverage
    bar: tuple[StagePart, ...]
    trend: Trend
    recent: Recent
    learned_address: str
    """Where it is explained what the facts of earlier days that became known did to the figure."""
    before: CoveragePoint
    """The nation `RECENT_DAYS` earlier."""
    provinces_at_none: tuple[AreaCoverage, ...]
    provinces_complete: tuple[AreaCoverage, ...]
    table: AreaTable

    @property
    def change(self) -> int:
        """Return how many more units are covered than `RECENT_DAYS` earlier."""
        return self.coverage.national.covered - self.before.covered


def nation_page(question: Question, *, today: date, island_group: str = "", sort: str = "") -> NationPage:
    """Return what the first page shows.

    Args:
        question: the day asked about, and the definition.
        today: the day on which it is asked; a forecast is shown only from then on.
        island_group: list only the provinces of these islands.
        sort: by what the provinces are put in order, as in the address; empty for the order of their codes.
    """
    coverage = answer(question)
    points = series(question)
    # Single reports are for those they concern; here stands what everybody may know, whatever the figures hold.
    latest = recent(replace(question, layer=Layer.VERIFIED))
    with_units = [area for area in coverage.provinces if area.units]
    return NationPage(
        coverage=coverage,
        bar=stage_parts(coverage.national),
        trend=trend(question, coverage.national, points, _fan(question, today)),
        recent=latest,
        learned_address=_learned_address(question, latest, today),
        before=on_day(points, question.as_at - timedelta(days=RECENT_DAYS)),
        provinces_at_none=tuple(area for area in with_units if not area.covered),
        provinces_complete=tuple(area for area in with_units if area.covered == area.units),
        table=_table(coverage, island_group, sort),
    )


def _learned_address(question: Question, recent: Recent, today: date) -> str:
    """Return where the figure of the day before the recent ones is compared: as known then, and as known since."""
    known_at = question.known_at
    if question.as_at < today:
        known_at = min(known_at or recent.until_moment, recent.until_moment)
    then = replace(question, as_at=recent.since, known_at=known_at)
    return f"{address_of(then)}&sejak={recent.since}&sejak_diketahui={recent.since}#berubah"


def _fan(question: Question, today: date) -> tuple[FanPoint, ...] | None:
    """Return what may come, where the question is the one that is forecast: today, in the standard definition."""
    asked = replace(question, boundaries=Boundaries.THEN)
    return national_fan(asked) if asked == Question(today) else None


def stage_parts(area: AreaCoverage) -> tuple[StagePart, ...]:
    """Return the parts of an area's bar, which are all its units: one for each step, from the furthest on."""
    counts = area.units_by_group
    segments = {each.kind: each for each in stacked_bar({group.value: count for group, count in counts.items()})}
    return tuple(
        StagePart(group, count, percentage(count, area.units), segments.get(group.value))
        for group, count in counts.items()
    )


_SORTED_BY: dict[AreaOrder, Callable[[AreaCoverage], Any]] = {
    AreaOrder.NAME: lambda area: area.name,
    AreaOrder.UNITS: lambda area: area.units,
    AreaOrder.COVERED: lambda area: area.covered,
    AreaOrder.SHARE: lambda area: area.coverage_pct,
    AreaOrder.GAP: lambda area: area.gap_units,
    AreaOrder.TARGET: lambda area: area.target_pct,
    AreaOrder.PACE: lambda area: area.newly_covered,
}


def _table(coverage: Coverage, island_group: str, sort: str) -> AreaTable:
    areas = [area for area in coverage.provinces if island_group in ("", area.island_group)]
    total = coverage.islands(island_group) if island_group else coverage.national
    held = {area.island_group for area in coverage.provinces}
    return AreaTable(
        columns=tuple(_column(order, sort) for order in AreaOrder),
        rows=tuple(AreaRow(area, stage_parts(area)) for area in _sorted(areas, sort)),
        total=AreaRow(total, stage_parts(total)),
        island_group=island_group,
        island_groups=tuple(group for group in IslandGroup if group in held),
    )


def _column(order: AreaOrder, sort: str) -> Column:
    """Return a column; names begin with the first, numbers with the highest, a second click turns them round."""
    up, down = str(order), f"-{order}"
    first, second = (up, down) if order == AreaOrder.NAME else (down, up)
    direction = {up: "ascending", down: "descending"}.get(sort, "")
    return Column(order, second if sort == first else first, direction)


def _sorted(areas: Sequence[AreaCoverage], sort: str) -> list[AreaCoverage]:
    """Return `areas` in order; those of which there is nothing to compare stand last, in either direction."""
    if not sort:
        return list(areas)
    key = _SORTED_BY[AreaOrder(sort.removeprefix("-"))]
    known = sorted((area for area in areas if key(area) is not None), key=key, reverse=sort.startswith("-"))
    return known + [area for area in areas if key(area) is None]


@dataclass(frozen=True)
class StageRow:
    """One unit, its province, how far it is, and the MPPs it has today."""

    standing: UnitStanding
    province: str
    group: StageGroup
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class StagePage:
    """Which units are how far on a day."""

    coverage: Coverage
    group: StageGroup | None
    """The only step that is listed; None for all."""
    rows: tuple[StageRow, ...]
    sheet: Page
    """The part of them that is shown."""


UNITS_PER_PAGE = 100


def stage_page(
    question: Question, *, group: str = "", province: str = "", island_group: str = "", number: str = ""
) -> StagePage:
    """Return which units are how far.

    Args:
        question: the day asked about, and the units that there are.
        group: list only those that stand in this step.
        province: list only those of the province with this code.
        island_group: list only those of these islands.
        number: which part of a long list to show; what is no number is the first.
    """
    coverage = answer(question)
    areas = {area.code: area for area in coverage.provinces if island_group in ("", area.island_group)}
    listed = [
        (unit, unit.stage_group)
        for unit in unit_standings(question, province)
        if unit.province in areas and group in ("", unit.stage_group)
    ]
    sites = main_sites(unit.code for unit, _group in listed)
    rows = tuple(StageRow(unit, areas[unit.province].name, own, tuple(sites[unit.code])) for unit, own in listed)
    return StagePage(
        coverage=coverage,
        group=StageGroup(group) if group else None,
        rows=rows,
        sheet=Paginator(rows, UNITS_PER_PAGE).get_page(number),
    )
