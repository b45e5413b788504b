"""How does a table that a page shows become a file: CSV for programs, a workbook for people?

What somebody typed stays text in both, whatever it begins with; docs/decisions/0015-papers.md says how.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from io import BytesIO, StringIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

ASKED_BY = "unduh"
"""The parameter by which the address of a page asks for one of its tables as a file: `?unduh=provinsi.csv`."""
# Where a spreadsheet may begin a cell: where the text does, and behind what parts cells for those that do not part them
# by commas. An Indonesian one takes semicolons; the quotation marks around a text then hold nothing together.
# An apostrophe that somebody typed there gets another, so that taking one away leaves what they typed.
_FORMULA = re.compile(r"\A(?='*[\t\r])|(?:\A|(?<=[;\t\r\n]))(?=['\s]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_ESCAPED = re.compile(r"\A'(?='*[\t\r])|(?:\A|(?<=[;\t\r\n]))'(?=['\s]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_LONGEST_CELL = 32_767
"""So many letters fit into a cell of a workbook."""
_LONGEST_NAME = 150
_WIDEST = 60
_SAMPLE = 200
"""The width of a column is that of the widest of so many cells."""

Cell = str | int | Decimal | None
"""None is what is not known, or does not apply: an empty cell, never 0."""


class Kind(Enum):
    """What the cells of a column hold, and how a workbook shows that."""

    TEXT = "@"
    NUMBER = "0"
    PERCENT = "0.0"


@dataclass(frozen=True)
class Column:
    """One column."""

    title: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Table:
    """What one table of a page says, all its rows."""

    name: str
    """What stands for it in addresses and names of files."""
    title: str
    as_at: date
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    about: tuple[tuple[str, str], ...]
    """What the figures are: names with values, for the sheet beside the table."""
    total: tuple[Cell, ...] | None = None
    """The last line in a workbook. Programs add up themselves: it is not in the CSV."""


def page_or_file(
    request: HttpRequest, template: str, context: Mapping[str, object], tables: Callable[[], Iterable[Table]]
) -> HttpResponse:
    """Answer with the page, or with one of its tables as a file where the address asks for that.

    Args:
        request: who asks for what.
        template: of the page.
        context: of the page.
        tables: makes the tables of the page; called only when a file is asked for.

    Raises:
        Http404: the page has no such table, or it is asked for in a form that there is not.
    """
    asked = request.GET.get(ASKED_BY, "")
    if not asked:
        return render(request, template, context)
    name, _dot, extension = asked.partition(".")
    table = next((table for table in tables() if table.name == name), None)
    if table is None or extension not in _FORMS:
        raise Http404(_("Halaman ini tidak mempunyai tabel itu."))
    content_type, write = _FORMS[extension]
    response = HttpResponse(write(table, _address(request)), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{file_name(table, request)}.{extension}"'
    return response


def file_name(table: Table, request: HttpRequest) -> str:
    """Return what a file is called, without extension: the table, its day and what else was asked."""
    asked = (
        f"{slugify(name)}-{slugify(str(value))}"
        for name, value in sorted(request.GET.items())
        if value and name not in {ASKED_BY, "as_at", "halaman"}
    )
    return "_".join(["pantau-mpp", table.name, table.as_at.isoformat(), *asked])[:_LONGEST_NAME]


def as_csv(table: Table, _address: str = "") -> bytes:
    """Return a table as CSV: UTF-8 with its mark, one line of titles, points in numbers."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(harmless(column.title) for column in table.columns)
    writer.writerows([harmless(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table, address: str = "") -> bytes:
    """Return a table as a workbook, with a sheet that says what its figures are."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        book.set_properties({"title": table.title, "author": "Pantau MPP"})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(table.name[:31])
        formats = [book.add_format({"num_format": column.kind.value}) for column in table.columns]
        totals = [
            book.add_format({"num_format": column.kind.value, "bold": True, "top": 1}) for column in table.columns
        ]
        _write_row(sheet, 0, [column.title for column in table.columns], [bold] * len(table.columns))
        for number, row in enumerate(table.rows, 1):
            _write_row(sheet, number, row, formats)
        if table.total:
            _write_row(sheet, len(table.rows) + 1, table.total, totals)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, _width(column.title, (row[place] for row in table.rows[:_SAMPLE])))
        _explain(book, table, address, bold)
    return content.getvalue()


def unescaped(text: str) -> str:
    """Return a cell of a CSV as it was before it was made harmless."""
    return _ESCAPED.sub("", text)


def harmless(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula: where a text would become one, an apostrophe stands."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def iso_day(day: date | None, precision: str | None = None) -> str | None:
    """Return a day for a cell, as exactly as it is known: 2025-09-24, 2018-02, 2019."""
    return None if day is None else day.isoformat()[: {"month": 7, "year": 4}.get(precision or "", 10)]


def yes_or_no(value: bool) -> str:
    """Return the word for a cell."""
    return _("ya") if value else _("tidak")


def _explain(book: Workbook, table: Table, address: str, bold: Format) -> None:
    sheet = book.add_worksheet(_("Keterangan")[:31])
    facts = [(_("Tabel"), table.title), *table.about]
    facts.append((_("Sel kosong"), _("belum ada data, atau tidak berlaku; bukan nol")))
    if address:
        facts.append((_("Alamat"), address))
    for number, (name, value) in enumerate(facts):
        _write_row(sheet, number, (name, value), [bold, None])
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 100)


def _write_row(sheet: Worksheet, number: int, row: Sequence[Cell], formats: Sequence[Format | None]) -> None:
    for place, (cell, form) in enumerate(zip(row, formats, strict=True)):
        if isinstance(cell, str):
            sheet.write_string(number, place, cell[:_LONGEST_CELL], form)
        elif cell is not None:
            sheet.write_number(number, place, cell, form)


def _width(title: str, cells: Iterable[Cell]) -> int:
    longest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return min(max(len(title), longest) + 2, _WIDEST)


def _address(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop(ASKED_BY, None)
    asked.pop("halaman", None)
    return f"{settings.SITE_URL}{request.path}" + (f"?{asked.urlencode()}" if asked else "")


_FORMS: dict[str, tuple[str, Callable[[Table, str], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}
