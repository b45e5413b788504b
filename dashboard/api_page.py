"""Which page tells people what the API can be asked and sent? What its schema says, operation by operation."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """What may be said with a request: its name, what it may be, and what it means."""

    name: str
    values: str
    about: str


@dataclass(frozen=True)
class Operation:
    """What can be done at an address."""

    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    example: str
    """The JSON that somebody may send, empty where nothing is sent."""

    @property
    def can_be_opened(self) -> bool:
        """Return whether the address is one that anybody can look at as it stands."""
        return self.method == "GET" and "{" not in self.path


@dataclass(frozen=True)
class Group:
    """The operations on records of one kind."""

    title: str
    operations: tuple[Operation, ...]

    @property
    def anchor(self) -> str:
        """Return by what an address leads here."""
        return slugify(self.title)


@dataclass(frozen=True)
class ApiPage:
    """All that there is, and what can go wrong, by status."""

    groups: tuple[Group, ...]
    problems: tuple[tuple[str, str], ...]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Describe the API."""
    return render(request, "dashboard/api.html", {"page": described(get_language() or "")})


@cache
def described(language: str) -> ApiPage:
    """Return what the schema says in a language; it is the same as long as the process lives."""
    with override(language):
        schema = SchemaGenerator().get_schema(request=None, public=True)
        groups: dict[str, list[Operation]] = {}
        problems: dict[str, str] = {}
        for path, methods in schema["paths"].items():
            for method, said in methods.items():
                (title,) = said["tags"]
                groups.setdefault(title, []).append(_operation(method, path, said, schema))
                failures = {code: each for code, each in said["responses"].items() if code >= "400"}
                problems |= {code: each["description"] for code, each in failures.items()}
    return ApiPage(
        tuple(Group(title, tuple(operations)) for title, operations in groups.items()),
        tuple(sorted(problems.items())),
    )


def _operation(method: str, path: str, said: Schema, schema: Schema) -> Operation:
    return Operation(
        method.upper(), path, said["summary"], tuple(_parameters(said, schema)), "\n".join(_examples(said))
    )


def _parameters(said: Schema, schema: Schema) -> Iterator[Parameter]:
    for each in said.get("parameters", ()):
        about = each.get("description", "").partition("\n\n")[0]
        # A list of choices that only repeats the values.
        yield Parameter(each["name"], _values(each["schema"], schema), "" if about.startswith("* ") else about)


def _values(kind: Schema, schema: Schema) -> str:
    """Return what a value may be, in words."""
    if "$ref" in kind:
        return _values(schema["components"]["schemas"][kind["$ref"].rpartition("/")[2]], schema)
    if "enum" in kind:
        return ", ".join(str(value) for value in kind["enum"] if value not in (None, ""))
    if kind.get("type") == "array":
        return _values(kind["items"], schema)
    by_format = {"date": "YYYY-MM-DD", "date-time": "YYYY-MM-DDThh:mm:ss+07:00"}
    by_type = {"integer": _("bilangan bulat"), "number": _("bilangan"), "boolean": "true, false"}
    return by_format.get(kind.get("format", "")) or by_type.get(kind.get("type", "")) or _("teks")


def _examples(said: Schema) -> Iterator[str]:
    media = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in media.get("examples", {}).values():
        yield json.dumps(example["value"], ensure_ascii=False, indent=2)
