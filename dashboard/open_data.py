"""What does the page of a release of the open data show? One frozen answer, from what the release says of itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from taskforce.models import Release, ReleaseFile
from taskforce.opendata import package
from taskforce.opendata.difference import ADDED, CHANGED, REMOVED
from taskforce.services.releases import read

LISTED = 100
"""So many changed rows of a table are shown; the files have all."""
FORMER_CODES = "former-codes"


@dataclass(frozen=True)
class FileLink:
    """A file that can be downloaded."""

    name: str
    form: str
    """How its kind is called: CSV, JSON."""
    url: str
    size: int


@dataclass(frozen=True)
class Column:
    """What a column holds."""

    name: str
    type: str
    title: str
    meaning: str
    unit: str
    labels: tuple[tuple[str, str], ...]
    """The values of its closed list, with what they are called; empty where they are called as they are written."""
    is_key: bool


@dataclass(frozen=True)
class Table:
    """What a table holds."""

    name: str
    title: str
    meaning: str
    row_count: int
    columns: tuple[Column, ...]
    files: tuple[FileLink, ...]
    sources: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Line:
    """One row that came, went or changed: its key, and what of it is worth saying."""

    key: str
    said: tuple[tuple[str, str, str], ...]
    """Column, what it was and what it is."""


@dataclass(frozen=True)
class Changes:
    """What is different in one table."""

    table: Table
    added: int
    changed: int
    removed: int
    parts: tuple[tuple[str, tuple[Line, ...]], ...]
    """The rows by what became of them, in a word; `LISTED` of each at most."""

    @property
    def has_more(self) -> bool:
        """Return whether not all are shown."""
        return max(self.added, self.changed, self.removed) > LISTED


@dataclass(frozen=True)
class ReleasePage:
    """One release, and which others there are."""

    release: Release
    is_latest: bool
    known_at: datetime
    tables: tuple[Table, ...]
    others: tuple[FileLink, ...]
    """The description, the checksums and the difference."""
    sources: tuple[Mapping[str, Any], ...]
    licence_note: str
    changes: tuple[Changes, ...]
    """Of the tables in which anything is different."""
    unchanged_count: int
    former_codes: tuple[Mapping[str, Any], ...]
    releases: tuple[Release, ...]
    latest_url: str
    dated_url: str

    @property
    def previous(self) -> date | None:
        """Return the day of the release that it is compared with; None for the first."""
        return self.release.previous.day if self.release.previous else None


def release_page(release: Release, releases: Sequence[Release]) -> ReleasePage:
    """Return what the page of a release shows; `releases` are all that are published, latest first."""
    files = {file.name: file for file in release.files.select_related("content").defer("content__body")}
    bodies = _read(release, package.NAME, "difference.json", f"{FORMER_CODES}.json")
    described = bodies[package.NAME]
    tables = tuple(
        _table(release, resource, described, files)
        for resource in described["resources"]
        if resource["format"] == "csv" and resource["name"] != "difference"
    )
    changes = tuple(_changes(tables, bodies["difference.json"]))
    of_tables = {link.name for table in tables for link in table.files}
    return ReleasePage(
        release=release,
        is_latest=release.pk == releases[0].pk,
        known_at=release.known_at,
        tables=tables,
        others=tuple(_link(release, file) for name, file in sorted(files.items()) if name not in of_tables),
        sources=tuple(described["sources"]),
        licence_note=_said(described, "licence_note"),
        changes=changes,
        unchanged_count=len(tables) - len(changes),
        former_codes=tuple(bodies[f"{FORMER_CODES}.json"]),
        releases=tuple(releases),
        latest_url=f"{settings.SITE_URL}{reverse('dashboard:data-file', args=['terbaru', package.NAME])}",
        dated_url=f"{settings.SITE_URL}{reverse('dashboard:data-release', args=[str(release)])}",
    )


def _read(release: Release, *names: str) -> dict[str, Any]:
    wanted = release.files.select_related("content").filter(name__in=names)
    return {file.name: json.loads(read(file)) for file in wanted}


def _table(
    release: Release, resource: Mapping[str, Any], described: Mapping[str, Any], files: Mapping[str, ReleaseFile]
) -> Table:
    name = resource["name"]
    own = [f"{name}.{form}" for form in ("csv", "json", "geojson")]
    return Table(
        name=name,
        title=_said(resource, "title"),
        meaning=_said(resource, "description"),
        row_count=resource["rows"],
        columns=tuple(
            Column(
                name=field["name"],
                type=field["type"],
                title=_said(field, "title"),
                meaning=_said(field, "description"),
                unit=_said(field, "unit"),
                labels=_labels(field),
                is_key=field["name"] in resource["schema"]["primaryKey"],
            )
            for field in resource["schema"]["fields"]
        ),
        files=tuple(_link(release, files[each]) for each in own if each in files),
        sources=tuple(resource.get("sources", ())),
    )


def _changes(tables: Sequence[Table], told: Mapping[str, Any]) -> list[Changes]:
    known = {table.name: table for table in tables}
    changes = []
    for each in told["tables"]:
        table = known[each["table"]]
        if each[ADDED] or each[CHANGED] or each[REMOVED]:
            parts = (
                (_("Ditambah"), tuple(_whole(table, row) for row in each[ADDED][:LISTED])),
                (_("Diubah"), tuple(_pairs(row) for row in each[CHANGED][:LISTED])),
                (_("Dihapus"), tuple(_whole(table, row) for row in each[REMOVED][:LISTED])),
            )
            counts = (len(each[ADDED]), len(each[CHANGED]), len(each[REMOVED]))
            changes.append(Changes(table, *counts, tuple((part, lines) for part, lines in parts if lines)))
    return changes


def _whole(table: Table, row: Mapping[str, Any]) -> Line:
    keys = [column.name for column in table.columns if column.is_key]
    rest = [name for name, value in row.items() if value is not None and name not in keys]
    return Line(" / ".join(_text(row[name]) for name in keys), tuple((name, "", _text(row[name])) for name in rest))


def _pairs(change: Mapping[str, Any]) -> Line:
    said = tuple(
        (name, _text(value["before"]), _text(value["after"])) for name, value in sorted(change["columns"].items())
    )
    return Line(" / ".join(_text(part) for part in change["key"].values()), said)


def _text(value: object) -> str:
    """Return a value as the files write it; an en dash where nothing is known."""
    return "\N{EN DASH}" if value is None else value if isinstance(value, str) else json.dumps(value)


def _link(release: Release, file: ReleaseFile) -> FileLink:
    form = {"geojson": "GeoJSON", "txt": "SHA-256"}.get(file.name.rpartition(".")[2])
    url = reverse("dashboard:data-file", args=[str(release), file.name])
    return FileLink(file.name, form or file.name.rpartition(".")[2].upper(), url, file.content.size)


def _said(told: Mapping[str, Any], name: str) -> str:
    """Return a text of the description in the reader's language."""
    text: str = told.get(f"{name}_en" if get_language() == "en" else name, "")
    return text


def _labels(field: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels: Mapping[str, str] = field.get("labels_en" if get_language() == "en" else "labels", {})
    return tuple((value, "" if label == value else label) for value, label in labels.items())
