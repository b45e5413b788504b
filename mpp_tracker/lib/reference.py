"""How do rows of a reference file become rows of the database, without trampling on what was edited since?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.csvfile import Row


@dataclass(frozen=True)
class Tally:
    """What a load did to one table."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    differing: int = 0
    """Rows that differ from the file and were left as they are."""

    def __add__(self, other: "Tally") -> "Tally":
        """Return both tallies together."""
        return Tally(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.differing + other.differing,
        )


def sync(
    model: type[models.Model],
    key: Iterable[str],
    wanted: Iterable[tuple[Row, Mapping[str, Any]]],
    *,
    overwrite: bool = False,
) -> Tally:
    """Create the rows that are missing; with `overwrite` also give existing ones the file's values.

    Without it an edit made in the admin survives the next load. Rows that the database's rules refuse are
    noted on the file's row; the caller stops before committing.

    Args:
        model: the table.
        key: the fields that tell rows apart.
        wanted: the file's rows with the field values read from them.
        overwrite: whether the file wins over the database.
    """
    key = tuple(key)
    existing = {tuple(getattr(row, name) for name in key): row for row in model._default_manager.all()}
    counts: Counter[str] = Counter()
    for row, values in wanted:
        found = existing.get(tuple(values[name] for name in key))
        if found is None:
            _save(model(**values), row)
            counts["created"] += 1
        elif all(getattr(found, name) == value for name, value in values.items()):
            counts["unchanged"] += 1
        elif overwrite:
            for name, value in values.items():
                setattr(found, name, value)
            _save(found, row)
            counts["changed"] += 1
        else:
            counts["differing"] += 1
    return Tally(**counts)


def _save(instance: models.Model, row: Row) -> None:
    try:
        save_checked(instance)
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for field, messages in fields.items():
            row.fault(field, " ".join(messages))
