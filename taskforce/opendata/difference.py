"""What is different between two releases, table by table and row by row?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from taskforce.opendata.fields import OpenTable, Row
from taskforce.opendata.tables import DIFFERENCE
from taskforce.opendata.writing import as_csv, as_object

Told = Mapping[str, Any]
"""A row as its JSON has it."""
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True)
class RowChange:
    """A row of which columns changed: what they were and are."""

    key: tuple[Any, ...]
    columns: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class TableDifference:
    """What became of the rows of one table."""

    table: OpenTable
    added: tuple[Told, ...]
    changed: tuple[RowChange, ...]
    removed: tuple[Told, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is different."""
        return not (self.added or self.changed or self.removed)


def difference(table: OpenTable, before: Sequence[Told], after: Sequence[Told]) -> TableDifference:
    """Return what is different between the rows of two releases.

    A row is known by the table's key. Columns that only one of the two has are no change of a row, and neither is the
    day of the release.
    """
    old = {_key(table, row): row for row in before if _has_key(table, row)}
    new = {_key(table, row): row for row in after}
    compared = [each.name for each in table.fields if not each.is_stamp]
    changed = []
    for key, row in new.items():
        if key in old:
            earlier = old[key]
            columns = {
                name: (earlier[name], row[name]) for name in compared if name in earlier and earlier[name] != row[name]
            }
            if columns:
                changed.append(RowChange(key, columns))
    return TableDifference(
        table=table,
        added=tuple(row for key, row in new.items() if key not in old),
        changed=tuple(changed),
        removed=tuple(row for key, row in old.items() if key not in new),
    )


def lines_of(tables: Sequence[TableDifference]) -> list[Row]:
    """Return the difference as rows, one for each row that came or went and one for each value that changed."""
    return [line for each in tables for line in _lines(each)]


def files_of(day: date, previous: date | None, tables: Sequence[TableDifference]) -> dict[str, bytes]:
    """Return the difference as files by their names."""
    told = {
        "from": previous and previous.isoformat(),
        "to": day.isoformat(),
        "tables": [
            {
                "table": each.table.name,
                ADDED: list(each.added),
                CHANGED: [
                    {
                        "key": dict(zip(each.table.key, change.key, strict=True)),
                        "columns": {
                            name: {"before": before, "after": after} for name, (before, after) in change.columns.items()
                        },
                    }
                    for change in each.changed
                ],
                REMOVED: list(each.removed),
            }
            for each in tables
        ],
    }
    return {
        "difference.csv": as_csv([each.name for each in DIFFERENCE], lines_of(tables)),
        "difference.json": as_object(told),
    }


def _lines(told: TableDifference) -> list[Row]:
    table = told.table
    lines: list[Row] = [(table.name, ADDED, _name(_key(table, row)), None, None, _whole(row)) for row in told.added]
    lines += [
        (table.name, CHANGED, _name(change.key), column, _text(before), _text(after))
        for change in told.changed
        for column, (before, after) in change.columns.items()
    ]
    lines += [(table.name, REMOVED, _name(_key(table, row)), None, _whole(row), None) for row in told.removed]
    return lines


def _key(table: OpenTable, row: Told) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.key)


def _has_key(table: OpenTable, row: Told) -> bool:
    return all(name in row for name in table.key)


def _name(key: tuple[Any, ...]) -> str:
    return "/".join(str(part) for part in key)


def _whole(row: Told) -> str:
    return json.dumps(row, ensure_ascii=False)


def _text(value: Any) -> str | None:
    return None if value is None else value if isinstance(value, str) else json.dumps(value)
