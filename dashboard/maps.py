"""Where do the outlines of areas lie on a picture? Outlines in, the text of SVG paths out; style is the page's."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import ceil, dist, floor

from django.conf import settings

Point = tuple[float, float]
"""Longitude and latitude in degrees WGS 84."""
Ring = tuple[Point, ...]
"""The corners of a closed line; the last one is joined to the first."""
Spot = tuple[float, float]
"""Where something stands on a picture, in its user units, from the upper left corner."""

Box = tuple[float, float, float, float]
"""The left, upper, right and lower side of a rectangle on a picture."""

NATION_SCALE = 40
"""User units for a degree on the nation's picture: about a pixel each on a wall."""
NATION_MARGIN = 12
PROVINCE_SIZE = (1000, 640)
PROVINCE_MARGIN = 48
MARK = 13
"""How far a mark on a province's map reaches from its middle."""
LETTER = 8
"""About how wide a letter of a name on a map is; a little more than the mean."""
LINE = 18
"""How high a name on a map is."""


@dataclass(frozen=True)
class Frame:
    """Which part of the world a picture shows, and how large.

    Equirectangular: a degree is as wide as it is high, which at the equator is nearly true.
    """

    west: float
    north: float
    scale: float
    """User units for a degree."""
    width: int
    height: int

    def spot(self, place: Point) -> Spot:
        """Return where a place stands."""
        longitude, latitude = place
        return (longitude - self.west) * self.scale, (self.north - latitude) * self.scale

    @property
    def view_box(self) -> str:
        """Return the text of the attribute of that name."""
        return f"0 0 {self.width} {self.height}"


@cache
def outlines() -> Mapping[str, tuple[Ring, ...]]:
    """Return the rings of each province's outline, by code; neighbours share the corners of their border."""
    file = settings.BASE_DIR / "reference" / "provinces.geojson"
    return {
        feature["properties"]["code"]: tuple(
            tuple((longitude, latitude) for longitude, latitude in ring[:-1])
            for polygon in feature["geometry"]["coordinates"]
            for ring in polygon
        )
        for feature in json.loads(file.read_text())["features"]
    }


def united(members: Iterable[tuple[Ring, ...]]) -> tuple[Ring, ...]:
    """Return the outline of several neighbouring areas as one: the borders between them fall away.

    A border is walked once in each direction, for every outline keeps its area on the same side.
    """
    steps = {step for rings in members for ring in rings for step in pairwise((*ring, ring[0]))}
    onward: dict[Point, list[Point]] = defaultdict(list)
    for start, end in sorted(steps):
        if (end, start) not in steps:
            onward[start].append(end)
    rings = []
    for start in list(onward):
        while onward[start]:
            ring = [start]
            while (following := onward[ring[-1]].pop()) != start:
                ring.append(following)
            rings.append(tuple(ring))
    return tuple(rings)


@lru_cache(maxsize=128)
def rings_of(codes: tuple[str, ...]) -> tuple[Ring, ...]:
    """Return the outline of the provinces with `codes` as one area."""
    known = outlines()
    members = [known[code] for code in codes if code in known]
    return members[0] if len(members) == 1 else united(members)


def frame_around(places: Sequence[Point], size: tuple[int, int], margin: int) -> Frame:
    """Return the frame of a size in which all `places` stand as large as they can, in its middle."""
    west, east = min(x for x, _y in places), max(x for x, _y in places)
    south, north = min(y for _x, y in places), max(y for _x, y in places)
    width, height = size
    scale = min((width - 2 * margin) / (east - west), (height - 2 * margin) / (north - south))
    return Frame(
        west=(west + east - width / scale) / 2,
        north=(north + south + height / scale) / 2,
        scale=scale,
        width=width,
        height=height,
    )


@cache
def nation_frame() -> Frame:
    """Return the frame of the whole country."""
    places = [place for rings in outlines().values() for ring in rings for place in ring]
    span_x, span_y = (max(each) - min(each) for each in zip(*places, strict=True))
    size = ceil(span_x * NATION_SCALE) + 2 * NATION_MARGIN, ceil(span_y * NATION_SCALE) + 2 * NATION_MARGIN
    return frame_around(places, size, NATION_MARGIN)


@lru_cache(maxsize=128)
def province_frame(codes: tuple[str, ...]) -> Frame:
    """Return the frame of the province that has the outlines with `codes`."""
    return frame_around([place for ring in rings_of(codes) for place in ring], PROVINCE_SIZE, PROVINCE_MARGIN)


@lru_cache(maxsize=2048)
def area_path(codes: tuple[str, ...], frame: Frame) -> str:
    """Return the outline of the provinces with `codes` as one area, as SVG path text in whole user units.

    Islets smaller than a user unit are left out.
    """
    paths = [_ring_path([frame.spot(place) for place in ring]) for ring in rings_of(codes)]
    return "".join(path for path in paths if path)


def is_in(codes: tuple[str, ...], frame: Frame) -> bool:
    """Return whether some of the outlines with `codes` may be seen in a frame."""
    spots = [frame.spot(place) for ring in rings_of(codes) for place in ring]
    columns, rows = zip(*spots, strict=True)
    return min(columns) < frame.width and max(columns) > 0 and min(rows) < frame.height and max(rows) > 0


def _ring_path(spots: Iterable[Spot]) -> str:
    """Return a ring as a path: the first corner, then steps from one to the next."""
    corners = [(round(x), round(y)) for x, y in spots]
    steps = [(x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(corners)]
    steps = [step for step in steps if step != (0, 0)]
    if len(steps) < 2:
        return ""
    # A minus sign parts numbers as a blank does.
    onward = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{corners[0][0]} {corners[0][1]}l{onward}z"


@lru_cache(maxsize=256)
def spread(spots: tuple[Spot, ...], apart: float) -> tuple[Spot, ...]:
    """Return the spots moved as little as it takes for hardly any two to be less than `apart` from each other."""
    moved = list(spots)
    for _round in range(24):
        near: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, (x, y) in enumerate(moved):
            near[floor(x / apart), floor(y / apart)].append(number)
        pairs = [
            (one, other)
            for (column, row), ones in near.items()
            for one in ones
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
            for other in near.get((column + across, row + down), ())
            if one < other and dist(moved[one], moved[other]) < 0.98 * apart
        ]
        if not pairs:
            break
        for one, other in pairs:
            moved[one], moved[other] = _parted(moved[one], moved[other], apart)
    return tuple(moved)


def _parted(one: Spot, other: Spot, apart: float) -> tuple[Spot, Spot]:
    """Return two spots pushed away from each other until they are so far apart; in one place, to either side."""
    far = dist(one, other)
    x, y = ((other[0] - one[0]) / far, (other[1] - one[1]) / far) if far else (1.0, 0.0)
    push = max(0.0, apart - far) / 2
    return (one[0] - x * push, one[1] - y * push), (other[0] + x * push, other[1] + y * push)


@dataclass(frozen=True)
class Label:
    """A name beside its mark: where its base line stands, and which end of it; positions as text."""

    text: str
    x: str
    y: str
    anchor: str


def labels(spots: Sequence[Spot], names: Sequence[str], frame: Frame) -> tuple[Label, ...]:
    """Return the names that find room beside their marks, where they touch no mark and no other name.

    Shorter ones are placed first, for more of them fit; the others are left to what the mark itself says.
    """
    marks = [(x - MARK, y - MARK, x + MARK, y + MARK) for x, y in spots]
    taken = list(marks)
    placed = []
    for (x, y), name, own in sorted(zip(spots, names, marks, strict=True), key=lambda each: len(each[1])):
        wide = LETTER * len(name)
        middle, above, below = y - LINE / 2, y - MARK - LINE, y + MARK
        for left, top, anchor, at in (
            (x + MARK, middle, "start", x + MARK),
            (x - MARK - wide, middle, "end", x - MARK),
            (x - wide / 2, above, "middle", x),
            (x - wide / 2, below, "middle", x),
        ):
            # So far from another mark that nobody takes it for that one's name.
            box = (left - LETTER, top, left + wide + LETTER, top + LINE)
            is_inside = box[0] >= 0 and top >= 0 and box[2] <= frame.width and box[3] <= frame.height
            if is_inside and not any(_overlap(box, other) for other in taken if other is not own):
                taken.append(box)
                placed.append(Label(name, str(round(at)), str(round(top + 0.75 * LINE)), anchor))
                break
    return tuple(placed)


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def middle_of(codes: tuple[str, ...]) -> Point:
    """Return the middle of the largest ring of an area's outline, its centre of gravity."""
    return max((_weighed(ring) for ring in rings_of(codes)), key=lambda weighed: weighed[0])[1]


def _weighed(ring: Ring) -> tuple[float, Point]:
    """Return the area and the centre of gravity of a ring."""
    turns = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in pairwise((*ring, ring[0]))]
    doubled = sum(turn for _a, _b, turn in turns)
    if not doubled:
        return 0.0, ring[0]
    x, y = (sum((a[axis] + b[axis]) * turn for a, b, turn in turns) / (3 * doubled) for axis in (0, 1))
    return abs(doubled) / 2, (x, y)
