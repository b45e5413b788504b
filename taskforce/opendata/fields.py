"""What is a column of the open data, and what is a table? Said once, for the files, their schema and their page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise

from taskforce.coverage import Question

Value = str | int | Decimal | date | bool | None
"""None is what is not known, or does not apply."""
Row = tuple[Value, ...]
Choices = type[TextChoices]


@dataclass(frozen=True)
class Field:
    """One column; `type` is one of Table Schema's."""

    name: str
    type: str
    title: Promise
    meaning: Promise | str = ""
    unit: Promise | str = ""
    is_required: bool = False
    choices: Choices | None = None
    """The closed list its values are of."""
    is_stamp: bool = False
    """Whether it says of when the row is: another day alone is no change."""


@dataclass(frozen=True)
class Licence:
    """What one may do with data of others, and on which words that rests."""

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class Source:
    """Where data of others come from."""

    title: str
    path: str
    licence: Licence


@dataclass(frozen=True)
class OpenTable:
    """One table: `rows` gives what was known at the moment asked about, in the order of `key`."""

    name: str
    title: Promise
    meaning: Promise
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    rows: Callable[[Question], Sequence[Row]] = field(repr=False)
    refers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Columns that name a row of another table: its name and column."""
    sources: tuple[Source, ...] = ()
    is_map: bool = False
    """Whether its rows have a latitude and longitude, and are given as points too."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(each.name for each in self.fields)

    def as_objects(self, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Return rows as plain values under the names of their columns, as JSON takes them."""
        return [dict(zip(self.names, map(plain, row), strict=True)) for row in rows]


def plain(value: Value) -> str | int | float | bool | None:
    """Return a value as JSON takes it; the few digits of our numbers survive a float."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
