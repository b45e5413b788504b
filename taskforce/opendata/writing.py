"""How do rows become files? The same rows always give the same bytes."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

from mpp_tracker.lib.tables import harmless
from taskforce.opendata.fields import OpenTable, Row, Value

CSV = "text/csv; charset=utf-8; header=present"
JSON = "application/json"
GEOJSON = "application/geo+json"
TEXT = "text/plain; charset=utf-8"


def as_csv(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return rows as CSV for programs: UTF-8, points in numbers, true and false, empty where nothing is known.

    A text that a spreadsheet would take for a formula has an apostrophe before it (docs/decisions/0015-papers.md);
    the JSON has it as it is.
    """
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def as_json(objects: Sequence[Mapping[str, Any]]) -> bytes:
    """Return objects as a JSON list, one a line."""
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in objects)
    return f"[\n{lines}\n]\n".encode() if objects else b"[]\n"


def as_geojson(objects: Sequence[Mapping[str, Any]]) -> bytes:
    """Return objects with a latitude and longitude as points; one without them has no geometry."""
    lines = ",\n".join(json.dumps(_feature(each), ensure_ascii=False) for each in objects)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()


def as_object(value: Mapping[str, Any]) -> bytes:
    """Return one JSON object, laid out for people."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def files_of(table: OpenTable, rows: Sequence[Row]) -> dict[str, bytes]:
    """Return the files of a table by their names."""
    objects = table.as_objects(rows)
    files = {f"{table.name}.csv": as_csv(table.names, rows), f"{table.name}.json": as_json(objects)}
    if table.is_map:
        files[f"{table.name}.geojson"] = as_geojson(objects)
    return files


def content_type(name: str) -> str:
    """Return what a file is, by its name."""
    return {"csv": CSV, "json": JSON, "geojson": GEOJSON}.get(name.rpartition(".")[2], TEXT)


def _cell(value: Value) -> str | int | Decimal | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | Decimal):
        return value
    cell = harmless(str(value))
    assert isinstance(cell, str)  # noqa: S101 - a text stays one  # nosec B101
    return cell


def _feature(row: Mapping[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in row.items() if name not in {"latitude", "longitude"}}
    place = None
    if row["latitude"] is not None:
        place = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    return {"type": "Feature", "geometry": place, "properties": properties}
