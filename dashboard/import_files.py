"""Which files does a person get to fill in, to mend, and to edit what is recorded?

All have the columns that are read again; docs/decisions/0022-import.md says how texts stay texts in them.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from mpp_tracker.lib.language import in_indonesian
from mpp_tracker.lib.sheets import lines_of
from mpp_tracker.lib.tables import harmless
from regions.choices import RowOutcome
from regions.models import ImportBatch
from regions.resources.base import FAULTS, NUMBER, Kind
from regions.resources.cells import CLEARED, text_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE_ROWS = 5_000
"""So many rows of a template have lists to choose from."""
_LISTS = "Pilihan"
_LONGEST_INLINE = 250
# A workbook keeps fifteen digits of a number.
_MOST_EXACT = 10**15
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@in_indonesian
def template(kind: Kind) -> bytes:
    """Return a workbook to fill in: the columns, what to choose from, and what each column holds."""
    content = BytesIO()
    with Workbook(content, {"in_memory": True, **_OPTIONS}) as book:
        sheet = _sheet(book, kind)
        _offer_lists(book, sheet, kind)
        _explain(book, kind)
    return content.getvalue()


@in_indonesian
def as_xlsx(kind: Kind) -> IO[bytes]:
    """Return what is recorded of a kind as a workbook, written row by row: it may be long."""
    content = TemporaryFile()  # noqa: SIM115 - closed with the response
    with Workbook(content, {"constant_memory": True, **_OPTIONS}) as book:
        sheet = _sheet(book, kind)
        formats = _formats(book, kind)
        for number, cells in enumerate(kind.table(), 1):
            _write(sheet, number, cells, formats)
        _explain(book, kind)
    content.seek(0)
    return content


def as_csv(kind: Kind) -> Iterator[bytes]:
    """Yield what is recorded of a kind as CSV, row by row."""
    line = StringIO()
    writer = csv.writer(line)
    yield b"\xef\xbb\xbf"
    writer.writerow(kind.header())
    for cells in kind.table():
        writer.writerow([harmless(cell) for cell in cells])
        if line.tell() > 64 * 1024:
            yield line.getvalue().encode()
            line.seek(0)
            line.truncate()
    yield line.getvalue().encode()


@in_indonesian
def to_mend(batch: ImportBatch, kind: Kind) -> bytes:
    """Return a file as it was sent, with what is wrong beside each row, to be mended and sent again as a whole."""
    wrong = {
        row.number: "; ".join(_sentence(problem) for problem in row.problems)
        for row in batch.rows.filter(outcome=RowOutcome.WRONG)
    }
    content = BytesIO()
    with Workbook(content, {"constant_memory": True, **_OPTIONS}) as book:
        sheet = _sheet(book, kind, FAULTS)
        formats = [*_formats(book, kind), book.add_format({"num_format": "@", "font_color": "#9c0006"})]
        place = 0
        for place, (number, cells) in enumerate(kind.cells_of(lines_of(bytes(batch.content), batch.file_name)), 1):
            values = [_as_sent(cells.get(title)) for title in kind.header()]
            _write(sheet, place, [*values, wrong.get(number, "")], formats)
        # In a long file the wrong rows are found by what stands beside them.
        sheet.autofilter(0, 0, place, len(kind.header()))
        _explain(book, kind)
    return content.getvalue()


def _as_sent(value: Any) -> Any:
    """Return what a cell held as a workbook can hold it: no number beyond its own precision, and none that is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and abs(value) < _MOST_EXACT else text_in(value)


def _sentence(problem: dict[str, str]) -> str:
    said = f"{problem['column']}: {problem['reason']}" if problem["column"] else problem["reason"]
    if problem["proposal"]:
        return said + " " + _("(mungkin “%(proposal)s”)") % {"proposal": problem["proposal"]}
    return f"{said} ({problem['hint']})" if problem["hint"] else said


def _sheet(book: Workbook, kind: Kind, *more: str) -> Worksheet:
    sheet = book.add_worksheet("Data")
    header = book.add_format({"bold": True, "bg_color": "#e8edf5", "bottom": 1})
    required = book.add_format({"bold": True, "bg_color": "#cdd9ee", "bottom": 1})
    formats = _formats(book, kind)
    sheet.set_column(0, 0, 12, formats[0])
    for place, column in enumerate(kind.columns(), 1):
        sheet.set_column(place, place, max(14, len(column.column_name) + 3), formats[place])
    must = {column.column_name for column in kind.columns() if column.required}
    for place, title in enumerate([*kind.header(), *more]):
        sheet.write_string(0, place, title, required if title in must else header)
    sheet.freeze_panes(1, 0)
    return sheet


def _formats(book: Workbook, kind: Kind) -> list[Format]:
    return [book.add_format({"num_format": each}) for each in ("@", *(column.cell.format for column in kind.columns()))]


def _write(sheet: Worksheet, number: int, cells: Sequence[Any], formats: Sequence[Format]) -> None:
    for place, (cell, form) in enumerate(zip(cells, formats, strict=True)):
        if cell in (None, ""):
            continue
        if isinstance(cell, str):
            sheet.write_string(number, place, cell, form)
        else:
            sheet.write_number(number, place, cell, form)


def _offer_lists(book: Workbook, sheet: Worksheet, kind: Kind) -> None:
    lists = book.add_worksheet(_LISTS)
    bold = book.add_format({"bold": True})
    place = 0
    for number, column in enumerate(kind.columns(), 1):
        choices = [str(choice) for choice in column.choices(kind)]
        if not choices:
            continue
        lists.write_string(0, place, column.column_name, bold)
        for row, choice in enumerate(choices, 1):
            lists.write_string(row, place, choice)
        lists.set_column(place, place, max(len(choice) for choice in choices) + 2)
        letter = xl_col_to_name(place)
        offered = {
            "validate": "list",
            "source": f"={_LISTS}!${letter}$2:${letter}${len(choices) + 1}",
            "input_title": column.column_name[:32],
            "input_message": str(column.about)[:_LONGEST_INLINE],
            # Only advice: what is typed otherwise is read too, and answered with a proposal.
            "error_type": "information",
        }
        sheet.data_validation(1, number, TEMPLATE_ROWS, number, offered)
        place += 1


def _explain(book: Workbook, kind: Kind) -> None:
    sheet = book.add_worksheet("Petunjuk")
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    facts: Iterable[tuple[str, str, str]] = (
        (str(kind.TITLE), "", str(kind.ABOUT)),
        (NUMBER, "", _("Nomor data yang sudah tercatat. Kosongkan untuk data baru; jangan diubah pada hasil unduhan.")),
        *(
            (column.column_name, _("wajib") if column.required else "", _about(column, kind))
            for column in kind.columns()
        ),
        (
            _("Sel kosong"),
            "",
            _("Pada data yang sudah tercatat, sel kosong berarti tidak diubah. Tulis %(cleared)s untuk mengosongkan.")
            % {"cleared": CLEARED},
        ),
        (_("Rumus"), "", _("Sel berisi rumus ditolak. Tempel nilainya saja.")),
        (_("Tanggal"), "", _("24 September 2025, 24/09/2025, atau 2025-09-24.")),
        (_("Angka"), "", _("1.234,5 atau angka Excel.")),
    )
    for number, (name, must, text) in enumerate(facts):
        sheet.write_string(number, 0, name, bold)
        sheet.write_string(number, 1, must)
        sheet.write_string(number, 2, text, wrapped)
    sheet.set_column(0, 0, 26)
    sheet.set_column(2, 2, 100)


def _about(column: Any, kind: Kind) -> str:
    choices = [str(choice) for choice in column.cell.list]
    return f"{column.about} {', '.join(choices)}." if choices else str(column.about)
