"""How does a release describe itself? As a Frictionless data package, from the tables' own definitions."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from taskforce.opendata.fields import Field, Licence, OpenTable, Source
from taskforce.opendata.tables import DIFFERENCE, TABLES
from taskforce.opendata.writing import content_type

NAME = "datapackage.json"
_TITLE = _("Pantau MPP: data terbuka")
_ABOUT = _(
    "Data terverifikasi tentang Mal Pelayanan Publik di Indonesia. Kosong berarti belum ada data atau tidak berlaku, "
    "bukan nol. Dalam CSV, teks yang akan dibaca lembar kerja sebagai rumus didahului tanda petik tunggal; dalam JSON "
    "tidak."
)
_LICENCE_OPEN = _(
    "Lisensi himpunan ini sendiri belum ditetapkan. Data pihak lain di dalamnya berlisensi menurut sumbernya."
)
_LANGUAGES = {"": "id", "_en": "en"}
"""What stands behind the name of a text in each language."""
_DIFFERENCE = _("Perbedaan dengan rilis sebelumnya")


def descriptor(
    day: date, known_at: datetime, previous: date | None, files: Mapping[str, bytes], counts: Mapping[str, int]
) -> dict[str, Any]:
    """Return the description of a release.

    Args:
        day: of the release.
        known_at: what was verified later is in none of its files.
        previous: day of the release that it is compared with.
        files: all others of the release, by name, in the order in which they are listed.
        counts: how many rows each table has.
    """
    tables = {table.name: table for table in TABLES}
    sources = list(dict.fromkeys(source for table in TABLES for source in table.sources))
    return {
        "profile": "data-package",
        "name": "pantau-mpp",
        **_said("title", _TITLE),
        **_said("description", _ABOUT),
        **_said("licence_note", _LICENCE_OPEN),
        "version": day.isoformat(),
        "created": timezone.localtime(known_at).isoformat(),
        "previous_version": previous and previous.isoformat(),
        "sources": [_source(source) for source in sources],
        "resources": [
            _resource(name, content, tables.get(name.rpartition(".")[0]), counts) for name, content in files.items()
        ],
    }


def _resource(file: str, content: bytes, table: OpenTable | None, counts: Mapping[str, int]) -> dict[str, Any]:
    stem, _dot, extension = file.rpartition(".")
    is_table = extension == "csv"
    resource: dict[str, Any] = {
        "name": stem.lower() if is_table else f"{stem}-{extension}".lower(),
        "path": file,
        "format": extension,
        "mediatype": content_type(file).partition(";")[0],
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content).hexdigest()}",
    }
    if table is not None:
        resource |= {**_said("title", table.title), **_said("description", table.meaning)}
        if table.sources:
            resource["sources"] = [_source(source) for source in table.sources]
    elif stem == "difference":
        resource |= _said("title", _DIFFERENCE)
    if is_table:
        resource |= {
            "profile": "tabular-data-resource",
            "rows": counts[stem],
            "schema": _schema(table.fields if table else DIFFERENCE, table),
        }
    return resource


def _schema(fields: tuple[Field, ...], table: OpenTable | None) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(each) for each in fields], "missingValues": [""]}
    if table is not None:
        schema["primaryKey"] = list(table.key)
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": resource, "fields": [there]}}
            for column, (resource, there) in table.refers.items()
        ]
    return schema


def _field(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.name, "type": field.type, **_said("title", field.title)}
    if field.meaning:
        told |= _said("description", field.meaning)
    if field.unit:
        told |= _said("unit", field.unit)
    constraints: dict[str, Any] = {"required": True} if field.is_required else {}
    if field.choices:
        constraints["enum"] = list(field.choices.values)
        for name, language in _LANGUAGES.items():
            with override(language):
                told[f"labels{name}"] = {choice.value: str(choice.label) for choice in field.choices}
    if constraints:
        told["constraints"] = constraints
    return told


def _source(source: Source) -> dict[str, Any]:
    return {"title": source.title, "path": source.path, "licenses": [_licence(source.licence)]}


def _licence(licence: Licence) -> dict[str, str]:
    return {"name": licence.name, "title": licence.title, "path": licence.path}


def _said(name: str, text: Promise | str) -> dict[str, str]:
    """Return a text in both languages, Indonesian under the name that everybody looks for."""
    told = {}
    for suffix, language in _LANGUAGES.items():
        with override(language):
            told[f"{name}{suffix}"] = str(text)
    return told
