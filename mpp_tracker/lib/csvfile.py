"""What does a CSV file hold, and if it is broken, in which row and column and why?

A reader gathers every problem before it gives up, so that a file is mended in one go.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file."""

    file: str
    row: int
    """Line of the file as a spreadsheet numbers it; the header is 1."""
    column: str
    reason: str

    def __str__(self) -> str:
        """Return the sentence for whoever has to mend the file."""
        where = _("%(file)s, baris %(row)d") % {"file": self.file, "row": self.row}
        if self.column:
            where += ", " + _("kolom %(column)s") % {"column": self.column}
        return f"{where}: {self.reason}"


class BrokenFileError(Exception):
    """A file cannot be loaded; nothing of it was."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Row:
    """One row of a file; its getters note a problem and return a harmless value where a cell is wrong."""

    file: str
    number: int
    cells: dict[str, str]
    problems: list[Problem] = field(repr=False)

    def text(self, column: str, *, required: bool = False) -> str:
        """Return the cell's text without surrounding blanks."""
        value = self.cells[column].strip()
        if "\0" in value:
            self.fault(column, _("memuat karakter yang tidak boleh ada"))
            return value.replace("\0", "")
        if required and not value:
            self.fault(column, _("tidak boleh kosong"))
        return value

    def matching(self, column: str, pattern: str, expected: str) -> str:
        """Return the cell's text, which must match `pattern`; `expected` says how it should look."""
        value = self.text(column, required=True)
        if value and not re.fullmatch(pattern, value):
            self.fault(column, _("“%(value)s” bukan %(expected)s") % {"value": value, "expected": expected})
        return value

    def one_of(self, column: str, choices: Sequence[str]) -> str:
        """Return the cell's text, which must be one of `choices`."""
        value = self.text(column, required=True)
        if value and value not in choices:
            reason = _("“%(value)s” tidak dikenal; pilihannya: %(choices)s")
            self.fault(column, reason % {"value": value, "choices": ", ".join(choices)})
        return value

    def day(self, column: str, *, required: bool = False) -> date | None:
        """Return the cell's ISO date, None when empty."""
        value = self.text(column, required=required)
        if value and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            self.fault(column, _("“%(value)s” bukan tanggal YYYY-MM-DD") % {"value": value})
            return None
        return self._read(column, value, date.fromisoformat, _("“%(value)s” bukan tanggal YYYY-MM-DD"))

    def decimal(self, column: str, *, required: bool = False) -> Decimal | None:
        """Return the cell's number, written with a point, None when empty."""
        value = self.text(column, required=required)
        number = self._read(column, value, Decimal, _("“%(value)s” bukan angka"))
        if number is not None and not number.is_finite():
            self.fault(column, _("“%(value)s” bukan angka") % {"value": value})
            return None
        return number

    def whole(self, column: str) -> int | None:
        """Return the cell's whole number, None when empty."""
        value = self.text(column)
        if value and not (value.isascii() and value.isdigit() and len(value) < 10):
            self.fault(column, _("“%(value)s” bukan bilangan bulat") % {"value": value})
            return None
        return int(value) if value else None

    def boolean(self, column: str) -> bool:
        """Return whether the cell says `true`; it must say `true` or `false`."""
        return self.one_of(column, ("true", "false")) == "true"

    def found(self, column: str, known: dict[str, T], *, required: bool = True) -> T | None:
        """Return what `known` holds under the cell's text, None when it is empty and need not be there."""
        value = self.text(column, required=required)
        if value and value not in known:
            self.fault(column, _("“%(value)s” tidak dikenal") % {"value": value})
        return known.get(value)

    def fault(self, column: str, reason: str) -> None:
        """Note that a cell (or with an empty `column` the row) is wrong."""
        self.problems.append(Problem(self.file, self.number, column, reason))

    def _read(self, column: str, value: str, read: Callable[[str], T], reason: str) -> T | None:
        if not value:
            return None
        try:
            return read(value)
        except (ValueError, InvalidOperation):
            self.fault(column, reason % {"value": value})
            return None


class CsvFile:
    """A CSV file in UTF-8 with a known header.

    Iterate over its rows, then call `stop_if_broken`, before anything is written.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = tuple(columns)
        self.problems: list[Problem] = []

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that have as many cells as the header."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as handle:
                yield from self._rows(csv.reader(handle, strict=True))
        except FileNotFoundError:
            self._fault(1, _("berkas tidak ditemukan"))
        except OSError as error:
            self._fault(1, _("berkas tidak dapat dibaca (%(error)s)") % {"error": error.strerror})
        except UnicodeDecodeError:
            self._fault(1, _("berkas tidak ditulis dalam UTF-8"))

    def stop_if_broken(self) -> None:
        """Raise everything that was noted so far.

        Raises:
            BrokenFileError: something was.
        """
        if self.problems:
            raise BrokenFileError(self.problems)

    def _rows(self, reader: "csv._reader") -> Iterator[Row]:  # type: ignore[name-defined]
        header: list[str] = []
        try:
            header = next(reader, header)
            if sorted(header) != sorted(self.columns):
                self._fault(1, _("kolomnya harus: %(columns)s") % {"columns": ", ".join(self.columns)})
                return
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    reason = _("ada %(found)d isian, seharusnya %(expected)d")
                    self._fault(reader.line_num, reason % {"found": len(cells), "expected": len(header)})
                    continue
                yield Row(self.path.name, reader.line_num, dict(zip(header, cells, strict=True)), self.problems)
        except csv.Error as error:
            self._fault(reader.line_num, _("bukan CSV yang sah (%(error)s)") % {"error": error})

    def _fault(self, row: int, reason: str) -> None:
        self.problems.append(Problem(self.path.name, row, "", reason))
