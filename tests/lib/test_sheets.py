"""Is a file that people send read as they meant it, and refused in a sentence where it would harm or mislead?"""

import resource
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from mpp_tracker.lib.sheets import Formula, UnreadableFileError, lines_of
from mpp_tracker.lib.tables import harmless, unescaped
from tests.importing import csv_of, workbook

HEADER, ROW = ("kode", "nama"), ("11.10", "Aceh Singkil")
SHEET = "xl/worksheets/sheet1.xml"


def rows(content: bytes, name: str = "berkas.xlsx") -> list[tuple[int, tuple[Any, ...]]]:
    return [(line.number, line.cells) for line in lines_of(content, name)]


def refusal(content: bytes, name: str = "berkas.xlsx") -> str:
    with pytest.raises(UnreadableFileError) as refused:
        rows(content, name)
    return str(refused.value)


def changed(change: Callable[[str, bytes], bytes] = lambda _name, part: part, **more: bytes) -> bytes:
    """A small workbook with its parts changed, and others added."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook(HEADER, ROW))) as old, zipfile.ZipFile(made, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name.replace("__", "/"), part)
    return made.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    return changed(lambda name, part: sheet if name == SHEET else part)


def sheet_of(rows_xml: bytes, dimension: bytes = b"", after: bytes = b"") -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return (
        b"<worksheet "
        + space
        + b">"
        + dimension
        + b"<sheetData>"
        + rows_xml
        + b"</sheetData>"
        + after
        + b"</worksheet>"
    )


# --- Workbooks --------------------------------------------------------------------------------------------


def test_cells_keep_what_they_are() -> None:
    assert rows(workbook(HEADER, ROW, (11.1, date(2025, 9, 24)), (None, True))) == [
        (1, HEADER),
        (2, ROW),
        (3, (11.1, date(2025, 9, 24))),
        (4, (None, True)),
    ]


def test_a_formula_is_not_computed() -> None:
    assert rows(workbook(HEADER, ("=1+1", "=HYPERLINK(A1)")))[1][1] == (Formula("=1+1"), Formula("=HYPERLINK(A1)"))


def test_rows_beyond_a_wrong_dimension_are_read() -> None:
    sheet = sheet_of(
        b'<row r="1"><c r="A1" t="str"><v>kode</v></c></row><row r="900"><c r="B900" t="str"><v>jauh</v></c></row>',
        dimension=b'<dimension ref="A1"/>',
    )

    assert rows(with_sheet(sheet)) == [(1, ("kode",)), (900, (None, "jauh"))]


def test_a_cell_far_away_is_refused() -> None:
    far = sheet_of(b'<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>')
    wide = sheet_of(b'<row r="2"><c r="XFD2" t="str"><v>x</v></c></row>')

    assert "Sel XFD1048576 terisi" in refusal(with_sheet(far))
    assert "Sel XFD2 terisi" in refusal(with_sheet(wide))


def test_a_million_empty_rows_are_refused() -> None:
    many = b"".join(b'<row r="%d" ht="20" customHeight="1"/>' % number for number in range(1, 1_000_001))

    assert "lebih dari 100000 baris" in refusal(with_sheet(sheet_of(many)))


def test_a_row_without_end_is_refused_before_it_is_held() -> None:
    cells = b"".join(b'<c s="%d"/>' % (number * 7919 % 99_991) for number in range(1_000_000))
    endless = with_sheet(sheet_of(b'<row r="1">' + cells + b"</row>"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    said = refusal(endless)

    assert said == "Satu baris buku kerja ini jauh terlalu panjang, jadi tidak dibaca."
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


def test_a_row_that_stands_there_twice_is_refused() -> None:
    twice = sheet_of(b'<row r="1"><c r="A1" t="str"><v>x</v></c></row>' * 2)

    assert "Baris 1 tertulis dua kali" in refusal(with_sheet(twice))


def test_a_workbook_that_is_nothing_but_styles_is_refused() -> None:
    styles = changed(lambda name, part: part + b" " * 2_000_000 if name == "xl/styles.xml" else part)

    assert refusal(styles).startswith(("Buku kerja ini memuat terlalu banyak gaya", "Isi buku kerja ini jauh"))


def test_what_is_left_of_a_formula_and_a_duration_are_told_apart() -> None:
    cells = b'<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="str"><v>x</v></c></row>'

    [(_number, values)] = rows(with_sheet(sheet_of(cells)))

    assert values == (Formula("#N/A"), "x")


def test_a_csv_of_nothing_but_columns_is_refused() -> None:
    assert "lebih dari 100 kolom" in refusal(b"a" + b",b" * 200, "berkas.csv")
    assert "lebih dari 100 kolom" in refusal(b"a," * 300_000, "berkas.csv")


def test_merged_cells_are_named() -> None:
    merged = sheet_of(
        b'<row r="1"><c r="A1" t="str"><v>kode</v></c></row>',
        after=b'<mergeCells count="1"><mergeCell ref="A2:A5"/></mergeCells>',
    )

    assert "A2:A5" in refusal(with_sheet(merged))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = changed(**{SHEET.replace("/", "__").replace("sheet1", "sheet2"): b"0" * 60_000_000})
    built = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert len(bomb) < 200_000
    assert "jauh lebih besar" in refusal(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - built < 10_000, before


@pytest.mark.parametrize(
    "entity",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_entities_are_refused(entity: bytes) -> None:
    sheet = entity + sheet_of(b'<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>')

    assert refusal(with_sheet(sheet)) == "Berkas ini memuat perintah XML yang tidak diperbolehkan."


def test_macros_links_and_objects_are_refused() -> None:
    assert "makro" in refusal(changed(xl__vbaProject__bin=b"x"))
    assert "menautkan berkas lain" in refusal(changed(xl__externalLinks__externalLink1=b"x"))


def test_what_is_no_workbook_is_refused() -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("catatan.txt", "x")

    assert "kata sandi" in refusal(encrypted)
    assert ".xls lama" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "lama.xls")
    assert "bukan buku kerja" in refusal(csv_of(HEADER, ROW), "berkas.xlsx")
    assert "buku kerja Excel yang bernama .csv" in refusal(workbook(HEADER), "berkas.csv")
    assert "arsip zip" in refusal(archive.getvalue())
    assert "terpotong" in refusal(workbook(HEADER)[:900])
    assert "rusak" in refusal(with_sheet(b"<worksheet"))
    assert "tidak diterima" in refusal(b"x", "berkas.pdf")
    assert "kosong" in refusal(b"")


# --- CSV --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_however_it_was_saved(encoding: str, delimiter: str) -> None:
    row = ("11.10", "Café “Aceh”; a, b")

    assert rows(csv_of(HEADER, row, encoding=encoding, delimiter=delimiter), "berkas.csv") == [(1, HEADER), (2, row)]


def test_excels_own_line_about_the_separator_is_no_row() -> None:
    assert rows(b"sep=;\r\nkode;nama\r\n11.10;Aceh\r\n", "berkas.csv") == [(2, HEADER), (3, ("11.10", "Aceh"))]


def test_a_broken_csv_is_refused_with_its_row() -> None:
    assert "Baris 2 memuat karakter NUL" in refusal(b"kode,nama\n11.10,a\0b\n", "berkas.csv")
    assert "Baris 3" in refusal(b'kode,nama\n11.10,"Aceh\n11.11,Lain\n', "berkas.csv")
    assert "Baris 2 berisi 3 isian" in refusal(b"kode,nama\n11.10,Aceh,lebih\n", "berkas.csv")
    assert "Baris 2" in refusal(b"kode,nama\n11.10," + b"x" * 1_000_000 + b"\n", "berkas.csv")
    assert "Aksara" in refusal(b"kode,nama\n\x81\x8d\x8f,x\n", "berkas.csv")


def test_a_million_rows_are_refused() -> None:
    assert "lebih dari 100000 baris" in refusal(b"kode,nama\n" + b"1,2\n" * 1_000_000, "berkas.csv")


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "==1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "a;=1",
        "a\n-b",
        "aman",
        "1'2",
        "'-1",
        "''=1",
        "'\tx",
        "\n\n-1",
        "a;' -1",
    ],
)
def test_what_was_made_harmless_comes_back_as_it_was(text: str) -> None:
    assert unescaped(str(harmless(text))) == text


def test_a_formula_in_a_csv_is_one_unless_we_wrote_it_as_text() -> None:
    assert rows(csv_of(HEADER, ("=1+1", "'=1+1")), "berkas.csv")[1][1] == (Formula("=1+1"), "=1+1")


def test_the_first_sheet_that_is_shown_is_read() -> None:
    book = Workbook()
    book.active.sheet_state = "hidden"
    book.active.append(["salah"])
    book.create_sheet("Data").append(list(HEADER))
    content = BytesIO()
    book.save(content)

    assert rows(content.getvalue()) == [(1, HEADER)]
