"""What does a map on paper look like? An SVG that stands alone: provinces in five greys, and units as dots.

The outlines are those of Natural Earth in `reference/provinces.geojson`; a map of longitude and latitude is true enough
so near the equator.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

_FILE = Path(settings.BASE_DIR) / "reference" / "provinces.geojson"
_SCALE = 20
"""So many units of the drawing are a degree."""
_MARGIN = 0.4
"""Degrees around what is shown."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Outline:
    """Where a province lies: a path in units of the drawing, and the corners of the box around it."""

    code: str
    path: str
    box: tuple[float, float, float, float]
    """Left, top, right, bottom."""


@dataclass(frozen=True)
class Dot:
    """One unit on a map."""

    longitude: float
    latitude: float
    fill: str


@lru_cache(maxsize=1)
def outlines() -> tuple[Outline, ...]:
    """Return the outlines of today's provinces."""
    features = json.loads(_FILE.read_text())["features"]
    return tuple(_outline(feature["properties"]["code"], feature["geometry"]) for feature in features)


def paper_map(
    shapes: Sequence[Outline], fills: Mapping[str, str], *, around: Iterable[str] = (), dots: Iterable[Dot] = ()
) -> str:
    """Return a map as SVG.

    Args:
        shapes: the outlines to draw, all of them.
        fills: the colour of each province by its code; others are land without a figure.
        around: codes of the provinces that the map is cut to; none: all.
        dots: units to mark.
    """
    wanted = set(around)
    boxes = [shape.box for shape in shapes if not wanted or shape.code in wanted]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    margin = _MARGIN * _SCALE
    width, height = right - left + 2 * margin, bottom - top + 2 * margin
    # Lines and dots are as wide on a map of one province as on one of the country.
    line = max(width / 46 / _SCALE, height / 17 / _SCALE)
    areas = "".join(
        f'<path d="{shape.path}" fill="{fills.get(shape.code, NO_FIGURE)}" stroke="#333" stroke-width="{line:.3f}"/>'
        for shape in shapes
    )
    marks = "".join(
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{7 * line:.2f}" fill="{dot.fill}"'
        f' stroke="#111" stroke-width="{line:.3f}"/>'
        for dot in dots
        for x, y in [_place((dot.longitude, dot.latitude))]
    )
    stripes = (
        f'<defs><pattern id="hatch" width="{8 * line:.2f}" height="{8 * line:.2f}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="100%" height="100%" fill="#fff"/>'
        f'<rect width="{3 * line:.2f}" height="100%" fill="#b3402a"/></pattern></defs>'
    )
    view = f"{left - margin:.2f} {top - margin:.2f} {width:.2f} {height:.2f}"
    size = f'width="{width:.2f}" height="{height:.2f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" {size}>{stripes}{areas}{marks}</svg>'


NO_FIGURE = "#f4f4f4"
HATCH = "url(#hatch)"
"""Fills an area with stripes, which colours cannot be mistaken for in grey either."""


def _outline(code: str, geometry: Mapping[str, list]) -> Outline:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = [[_place(point) for point in ring] for polygon in polygons for ring in polygon]
    xs, ys = zip(*(point for ring in rings for point in ring), strict=True)
    path = "".join(f"M{'L'.join(f'{x:.1f},{y:.1f}' for x, y in ring)}Z" for ring in rings)
    return Outline(code, path, (min(xs), min(ys), max(xs), max(ys)))


def _place(point: Sequence[float]) -> Point:
    return point[0] * _SCALE, -point[1] * _SCALE
