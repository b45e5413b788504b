"""Is a table as a file what it was, whatever somebody typed into it?"""

import csv
import re
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from mpp_tracker.lib.tables import Column, Kind, Table, as_csv, as_xlsx, iso_day

LIVE = ["=1+1", "==1", "+1", "-1", "@SUM(A1)", "\tx", " =1", "\uff1d1+1", '=HYPERLINK("https://evil.example")']
COLUMNS = (
    Column("Kode"),
    Column("Nama"),
    Column("Unit", Kind.NUMBER),
    Column("Cakupan (%)", Kind.PERCENT),
)


def table(name: str, units: int | None = -3, pct: Decimal | None = Decimal("58.0")) -> Table:
    row = ("35.02", name, units, pct)
    return Table("uji", "Uji", date(2026, 1, 1), COLUMNS, [row], (("Catatan", name),), total=("", "Jumlah", 7, None))


def workbook_of(made: Table) -> dict[str, list[tuple]]:
    book = load_workbook(BytesIO(as_xlsx(made, "https://pantau.example/?q==1")))
    return {sheet.title: list(sheet.iter_rows()) for sheet in book}


@pytest.mark.parametrize("text", LIVE)
def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(text: str) -> None:
    sheets = workbook_of(table(text))

    cell = sheets["uji"][1][1]
    assert (cell.data_type, cell.value.replace("_x000D_", "\r")) == ("s", text)
    assert cell.hyperlink is None
    assert all(row[1].data_type == "s" for row in sheets["Keterangan"])


@pytest.mark.parametrize("text", LIVE)
def test_text_that_looks_like_a_formula_stays_text_in_csv(text: str) -> None:
    content = as_csv(table(text)).decode("utf-8-sig")

    [_header, row] = csv.reader(StringIO(content, newline=""))
    assert row[1] == f"'{text}"


@pytest.mark.parametrize("text", ["aman;=1+1", 'aman"; @SUM(A1)', "aman\n=1+1", "\r=1", "aman\t+1", "a,b;\n-1"])
def test_text_is_no_formula_for_a_spreadsheet_that_parts_cells_by_semicolons(text: str) -> None:
    content = as_csv(table(text)).decode("utf-8-sig")

    cells = [cell.strip() for cell in re.split(r"[;\t\r\n]", content)]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_text_that_is_no_formula_stays_as_it_was_typed() -> None:
    text = "Pasal 3; ayat 1 = sah, surel a@b.example\nbaris - dua"

    [_header, row] = csv.reader(StringIO(as_csv(table(text)).decode("utf-8-sig"), newline=""))

    assert row[1] == text


def test_codes_are_text_and_numbers_are_numbers(tmp_path: object) -> None:
    header, row, total = workbook_of(table("Ponorogo"))["uji"]

    assert [cell.value for cell in header] == ["Kode", "Nama", "Unit", "Cakupan (%)"]
    assert [(cell.value, cell.data_type) for cell in row] == [("35.02", "s"), ("Ponorogo", "s"), (-3, "n"), (58, "n")]
    assert row[3].number_format == "0.0"
    assert [cell.value for cell in total] == ["", "Jumlah", 7, None] or total[0].value is None


def test_the_header_stays_in_sight() -> None:
    book = load_workbook(BytesIO(as_xlsx(table("Ponorogo"))))

    assert book["uji"].freeze_panes == "A2"


def test_csv_is_utf8_with_its_mark_one_header_and_points_in_numbers() -> None:
    content = as_csv(table("Ponorogo"))

    assert content.startswith(b"\xef\xbb\xbfKode,Nama,Unit,Cakupan (%)\r\n")
    assert content.endswith(b"35.02,Ponorogo,-3,58.0\r\n")


def test_what_is_not_known_is_empty_and_not_nothing() -> None:
    unknown = table("Ponorogo", units=None, pct=None)

    assert as_csv(unknown).endswith(b"35.02,Ponorogo,,\r\n")
    assert [cell.value for cell in workbook_of(unknown)["uji"][1]][2:] == [None, None]


@pytest.mark.parametrize(
    ("precision", "written"), [("day", "2018-02-28"), ("month", "2018-02"), ("year", "2018"), (None, "2018-02-28")]
)
def test_a_day_is_written_as_exactly_as_it_is_known(precision: str | None, written: str) -> None:
    assert iso_day(date(2018, 2, 28), precision) == written
    assert iso_day(None, precision) is None
