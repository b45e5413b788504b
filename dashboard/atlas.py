"""What do the map and the unit chart show? One frozen answer for both, on every page that has them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import ceil, sqrt
from statistics import fmean

from django.urls import reverse

from dashboard.maps import (
    Frame,
    Label,
    Point,
    Spot,
    area_path,
    is_in,
    labels,
    middle_of,
    nation_frame,
    outlines,
    province_frame,
    spread,
)
from dashboard.tiles import Tile, tiles
from regions.choices import DatePrecision, OperatingStatus, Stage
from regions.models import Regency
from regions.rules import DOORS_OPENED_STATUSES, OPENED_STAGES, written_day
from taskforce.choices import CoverageClass, MapView, StageGroup
from taskforce.coverage import AreaCoverage, Coverage, UnitStanding, unit_standings
from taskforce.rules import coverage_class, stage_group

NATION_APART, PROVINCE_APART = 9, 26
"""How far the marks of two units stand from each other at least, in user units, so that none hides another."""
CELL = 20
"""User units from one cell to the next."""
MOST_COLUMNS = 7
"""So many cells stand side by side in a province's block at most."""
REGENCY = "Kabupaten "
"""Left out of the names on a map, where a city keeps its "Kota"."""
SAMPLE = "00.00"
"""Stands for a code in an address."""
SOMEWHERE: Point = (118.0, -2.5)
"""The middle of the country: there stands a province of which neither outline nor seats are known."""


@dataclass(frozen=True)
class UnitMark:
    """One unit as a mark of a map or a cell of a chart; positions as text."""

    says: str
    """Its name and how far it is, in words."""
    url: str
    group: StageGroup
    x: str
    y: str


@dataclass(frozen=True)
class MapArea:
    """A province as the nation's map shows it."""

    area: AreaCoverage
    kind: CoverageClass
    path: str


@dataclass(frozen=True)
class MapPicture:
    """Outlines with marks on them."""

    view_box: str
    areas: tuple[MapArea, ...]
    marks: tuple[UnitMark, ...]
    around: str = ""
    """The outlines of the neighbours, as one path."""
    labels: tuple[Label, ...] = ()
    """Names of units that find room beside their marks."""


@dataclass(frozen=True)
class Block:
    """A province as the unit chart shows it: one cell a unit, the furthest first."""

    area: AreaCoverage
    kind: CoverageClass
    column: int
    row: int
    """Its tile, from 1."""
    cells: tuple[UnitMark, ...]
    columns: int
    rows: int

    @property
    def view_box(self) -> str:
        """Return the text of the attribute of that name."""
        return f"0 0 {self.columns * CELL} {self.rows * CELL}"


@dataclass(frozen=True)
class AtlasRow:
    """A province as the table beside shows it."""

    area: AreaCoverage
    kind: CoverageClass
    groups: tuple[tuple[StageGroup, int], ...]


@dataclass(frozen=True)
class Atlas:
    """Where the units are and how far each is, in one of two layouts, in words, and as a table."""

    coverage: Coverage
    area: AreaCoverage
    """What is shown: the nation, or a province."""
    view: MapView
    picture: MapPicture | None
    """None in the other layout, and for a province of which no outline is known."""
    blocks: tuple[Block, ...]
    """Empty in the other layout."""
    rows: tuple[AtlasRow, ...]
    classes: tuple[tuple[CoverageClass, int], ...]
    """How many provinces are in each class that a map can show."""
    groups: tuple[tuple[StageGroup, int], ...]
    """How many units are in each layer."""
    unplaced: tuple[str, ...]
    """Names of the units whose seat is not known: they have no mark on a map."""

    @property
    def is_national(self) -> bool:
        """Return whether the whole country is shown."""
        return not self.area.code

    @property
    def group_names(self) -> tuple[str, ...]:
        """Return the layers' values."""
        return tuple(group.value for group, _count in self.groups)

    @property
    def class_counts(self) -> dict[str, int]:
        """Return how many provinces are in each class, by its value."""
        return {kind.value: count for kind, count in self.classes}


def national_atlas(coverage: Coverage, view: MapView) -> Atlas:
    """Return the map or the unit chart of the nation."""
    standings = unit_standings(coverage.question)
    places = _Places(coverage)
    by_province: dict[str, list[UnitStanding]] = defaultdict(list)
    for unit in standings:
        by_province[unit.province].append(unit)
    rows = tuple(_row(area, by_province[area.code]) for area in coverage.provinces)
    is_map = view == MapView.MAP
    return Atlas(
        coverage=coverage,
        area=coverage.national,
        view=view,
        picture=_national_picture(rows, standings, places) if is_map else None,
        blocks=() if is_map else _blocks(rows, by_province, places),
        rows=rows,
        classes=_class_counts(rows),
        groups=_group_counts(standings),
        unplaced=places.without(standings) if is_map else (),
    )


def province_atlas(coverage: Coverage, area: AreaCoverage, standings: Sequence[UnitStanding]) -> Atlas:
    """Return the map of a province, whose units stand as `standings` say."""
    places = _Places(coverage)
    row = _row(area, standings)
    return Atlas(
        coverage=coverage,
        area=area,
        view=MapView.MAP,
        picture=_province_picture(row, standings, places),
        blocks=(),
        rows=(row,),
        classes=_class_counts([row]),
        groups=_group_counts(standings),
        unplaced=places.without(standings),
    )


def printed_picture(
    coverage: Coverage, areas: Sequence[AreaCoverage], standings: Sequence[UnitStanding]
) -> MapPicture | None:
    """Return the map of `areas` for print: units on that of one province, names on that of a few.

    Args:
        coverage: what was asked, for the provinces of its day.
        areas: what is shown: all provinces, some or one.
        standings: the units of the areas.
    """
    places = _Places(coverage)
    rows = [_row(area, ()) for area in areas]
    if len(areas) == len(coverage.provinces):
        return _national_picture(rows, (), places)
    return _province_picture(rows[0], standings, places) if len(rows) == 1 else _group_picture(rows, places)


class _Pen:
    """Makes the marks of many units; what several of them share is worked out once."""

    def __init__(self) -> None:
        self._page = reverse("dashboard:regency", args=[SAMPLE])
        self._how_far = cache(_how_far)

    def mark(self, unit: UnitStanding, spot: Spot) -> UnitMark:
        """Return the mark of a unit at a spot."""
        x, y = spot
        words = self._how_far(
            unit.stage, unit.reached_on, unit.reached_precision, unit.status, unit.status_since, unit.status_precision
        )
        return UnitMark(f"{unit.name}: {words}", self.page_of(unit), unit.stage_group, str(round(x)), str(round(y)))

    def page_of(self, unit: UnitStanding) -> str:
        """Return the page that a unit's mark leads to."""
        return self._page.replace(SAMPLE, unit.code)


class _Places:
    """Where the seats are, and which outlines make up a province of the day asked about."""

    def __init__(self, coverage: Coverage) -> None:
        self.seats: dict[str, Point] = {}
        split_from: dict[str, str | None] = {}
        columns = ("code", "seat_longitude", "seat_latitude", "province__code", "province__split_from__code")
        for code, longitude, latitude, province, origin in Regency.objects.values_list(*columns):
            if longitude is not None:
                self.seats[code] = (float(longitude), float(latitude))
            split_from[province] = origin
        there = {area.code for area in coverage.provinces}
        self._outlines: dict[str, list[str]] = defaultdict(list)
        for code in outlines():
            owner: str | None = code
            while owner is not None and owner not in there:
                owner = split_from.get(owner)
            if owner is not None:
                self._outlines[owner].append(code)

    def outlines_of(self, province: str) -> tuple[str, ...]:
        """Return the codes of the outlines that were the province's; none where its outline is not known."""
        return tuple(self._outlines[province])

    def middle_of(self, province: str, units: Iterable[UnitStanding]) -> Point:
        """Return about where a province lies."""
        if codes := self.outlines_of(province):
            return middle_of(codes)
        seats = [self.seats[unit.code] for unit in units if unit.code in self.seats]
        return (fmean(x for x, _y in seats), fmean(y for _x, y in seats)) if seats else SOMEWHERE

    def all_outlines(self) -> tuple[tuple[str, ...], ...]:
        """Return the codes of the outlines of every province."""
        return tuple(tuple(codes) for codes in self._outlines.values() if codes)

    def placed(self, units: Iterable[UnitStanding]) -> list[UnitStanding]:
        """Return the units whose seat is known."""
        return [unit for unit in units if unit.code in self.seats]

    def spots(self, units: Iterable[UnitStanding], frame: Frame, apart: int) -> tuple[Spot, ...]:
        """Return where the marks of the units whose seat is known stand, none upon another."""
        return spread(tuple(frame.spot(self.seats[unit.code]) for unit in self.placed(units)), apart)

    def without(self, units: Iterable[UnitStanding]) -> tuple[str, ...]:
        """Return the names of the units whose seat is not known."""
        return tuple(unit.name for unit in units if unit.code not in self.seats)


def _national_picture(rows: Sequence[AtlasRow], units: Sequence[UnitStanding], places: _Places) -> MapPicture:
    frame = nation_frame()
    areas = [
        MapArea(row.area, row.kind, area_path(codes, frame))
        for row in rows
        if (codes := places.outlines_of(row.area.code))
    ]
    # What is furthest is drawn last, on top.
    layers = list(StageGroup)
    marks = sorted(_marks(units, places, frame, NATION_APART), key=lambda mark: -layers.index(mark.group))
    return MapPicture(frame.view_box, tuple(areas), tuple(marks))


def _province_picture(row: AtlasRow, units: Sequence[UnitStanding], places: _Places) -> MapPicture | None:
    picture = _group_picture([row], places)
    if picture is None:
        return None
    frame = province_frame(places.outlines_of(row.area.code))
    spots = places.spots(units, frame, PROVINCE_APART)
    names = [unit.name.removeprefix(REGENCY) for unit in places.placed(units)]
    return replace(
        picture,
        marks=_marks(units, places, frame, PROVINCE_APART),
        labels=labels(spots, names, frame),
    )


def _group_picture(rows: Sequence[AtlasRow], places: _Places) -> MapPicture | None:
    """Return provinces with their names and the outlines around them; None where no outline of them is known."""
    own = {row.area.code: codes for row in rows if (codes := places.outlines_of(row.area.code))}
    if not own:
        return None
    frame = province_frame(tuple(code for codes in own.values() for code in codes))
    others = (codes for codes in places.all_outlines() if codes not in own.values() and is_in(codes, frame))
    named = [row.area for row in rows if row.area.code in own]
    spots = [frame.spot(middle_of(own[area.code])) for area in named]
    return MapPicture(
        frame.view_box,
        tuple(
            MapArea(row.area, row.kind, area_path(own[row.area.code], frame)) for row in rows if row.area.code in own
        ),
        marks=(),
        around="".join(area_path(codes, frame) for codes in others),
        labels=labels(spots, [area.name for area in named], frame),
    )


def _marks(units: Sequence[UnitStanding], places: _Places, frame: Frame, apart: int) -> tuple[UnitMark, ...]:
    """Return the marks of the units whose seat is known, in their order."""
    spots = places.spots(units, frame, apart)
    pen = _Pen()
    return tuple(pen.mark(unit, spot) for unit, spot in zip(places.placed(units), spots, strict=True))


def _blocks(
    rows: Sequence[AtlasRow], by_province: Mapping[str, Sequence[UnitStanding]], places: _Places
) -> tuple[Block, ...]:
    on_tiles = tiles(tuple(places.middle_of(row.area.code, by_province[row.area.code]) for row in rows))
    pen = _Pen()
    return tuple(_block(row, tile, by_province[row.area.code], pen) for row, tile in zip(rows, on_tiles, strict=True))


def _block(row: AtlasRow, tile: Tile, units: Sequence[UnitStanding], pen: _Pen) -> Block:
    columns = min(MOST_COLUMNS, ceil(sqrt(1.2 * len(units)))) or 1
    layers = list(StageGroup)
    furthest_first = sorted(units, key=lambda unit: layers.index(unit.stage_group))
    return Block(
        area=row.area,
        kind=row.kind,
        column=tile[0] + 1,
        row=tile[1] + 1,
        cells=tuple(
            pen.mark(unit, (CELL * (number % columns), CELL * (number // columns)))
            for number, unit in enumerate(furthest_first)
        ),
        columns=columns,
        rows=ceil(len(units) / columns),
    )


def _how_far(
    stage: Stage | None,
    reached_on: date | None,
    reached_precision: DatePrecision | None,
    status: OperatingStatus | None,
    since: date | None,
    status_precision: DatePrecision | None,
) -> str:
    """Return in words how far a unit is, and since when where that is known."""
    group = stage_group(stage, status in DOORS_OPENED_STATUSES)
    if group == StageGroup.OPENED and stage not in OPENED_STAGES and status is not None:
        return f"{status.label} {written_day(since, status_precision)}"
    if stage is None:
        return str(group.label)
    return f"{stage.label} {written_day(reached_on, reached_precision)}"


def _row(area: AreaCoverage, units: Iterable[UnitStanding]) -> AtlasRow:
    return AtlasRow(area, coverage_class(area.covered, area.units), _group_counts(units))


def _group_counts(units: Iterable[UnitStanding]) -> tuple[tuple[StageGroup, int], ...]:
    counts = Counter(unit.stage_group for unit in units)
    return tuple((group, counts[group]) for group in StageGroup)


def _class_counts(rows: Iterable[AtlasRow]) -> tuple[tuple[CoverageClass, int], ...]:
    """Return how many provinces are in each class; that without units is left out where there is none."""
    counts = Counter(row.kind for row in rows)
    return tuple((kind, counts[kind]) for kind in CoverageClass if kind != CoverageClass.NO_UNITS or counts[kind])
