"""Which rows does a workbook or CSV that somebody sent hold, and if it cannot be read, why?

Whatever is wrong with a workbook as a whole is seen in the directory of its zip, before anything of it is unpacked.
docs/decisions/0022-import.md says what the libraries do with such files.
"""

import codecs
import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from defusedxml import DefusedXmlException
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser

from mpp_tracker.lib.tables import unescaped

MAX_BYTES = 20 * 1024**2
MAX_UNPACKED_BYTES = 128 * 1024**2
"""All parts of a workbook together: 60,000 rows of thirteen columns are some 60 MB."""
MAX_RATIO = 200
"""So many times may a part grow; rows of one text repeated stay below 100."""
MAX_PARTS = 200
MAX_ROWS = 100_000
"""Of a file, empty ones among them."""
MAX_COLUMNS = 100
MAX_CELL = 32_767
"""So many letters fit into a cell of a workbook; a CSV has no business to hold more."""
_SMALL_PART = 1024**2
MAX_FRAME_BYTES = 1024**2
"""All that openpyxl reads of a workbook before the first row, apart from texts: styles, names, relations."""
MAX_ROW_BYTES = 4 * 1024**2
"""Of one row of a sheet, whose XML is parsed as a whole: a hundred full cells are less."""
_ROWS = ("xl/worksheets/", "xl/sharedstrings.xml")
_UNREAD = ("xl/media/", "xl/theme/", "xl/drawings/", "xl/printersettings/", "docprops/", "customxml/")
_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r'\A"?sep=(?P<delimiter>.)"?\r?\n')
_WORDS = re.compile(r"[^a-z0-9]+")

Value = str | int | float | bool | date | time | None
"""What a cell holds: a CSV only texts, a workbook also numbers and dates."""


class UnreadableFileError(Exception):
    """A file cannot be read; the sentence is for whoever sent it."""


@dataclass(frozen=True)
class Formula:
    """A cell that would compute something. It is never computed."""

    text: str


@dataclass(frozen=True)
class Line:
    """One row of a file: its number as a spreadsheet counts, and its cells by position."""

    number: int
    cells: tuple[Any, ...]


def lines_of(content: bytes, name: str) -> Iterator[Line]:
    """Yield the rows of a workbook or CSV that are not empty, the header first.

    Args:
        content: the file.
        name: what it was called; a file that is not what its name says is refused.

    Raises:
        UnreadableFileError: the file is no such file, or more than one that people fill in ever is.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(
            _("Berkas paling besar %(limit)d MB. Bagilah menjadi beberapa berkas.") % {"limit": MAX_BYTES // 1024**2}
        )
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableFileError(_("Berkas ini kosong."))
    is_workbook = content.startswith(_ZIP)
    _refuse_disguise(content, name, is_workbook=is_workbook)
    seen, last = 0, 0
    for seen, line in enumerate(_workbook(content) if is_workbook else _csv(content), 1):
        if line.number <= last:
            raise UnreadableFileError(
                _("Baris %(row)d tertulis dua kali dalam buku kerja ini. Simpan ulang di Excel, lalu kirim lagi.")
                % {"row": line.number}
            )
        last = line.number
        if seen > MAX_ROWS:
            raise UnreadableFileError(
                _("Berkas ini berisi lebih dari %(limit)d baris. Hapus baris kosong di bawah data, atau bagilah.")
                % {"limit": MAX_ROWS}
            )
        if any(cell not in (None, "") for cell in line.cells):
            yield line
    if not seen:
        raise UnreadableFileError(_("Berkas ini kosong."))


def plain(title: Any) -> str:
    """Return a column's title as titles are compared: case, blanks and punctuation play no part."""
    return _WORDS.sub("_", str(title or "").casefold()).strip("_")


def _refuse_disguise(content: bytes, name: str, *, is_workbook: bool) -> None:
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise UnreadableFileError(_("Berkas ini terkunci kata sandi. Simpan tanpa kata sandi, lalu kirim lagi."))
        raise UnreadableFileError(_("Berkas .xls lama tidak dapat dibaca. Simpan sebagai .xlsx atau .csv."))
    extension = name.rpartition(".")[2].lower()
    if extension not in {"xlsx", "csv", "txt", "tsv"}:
        said = {"extension": extension[:10]}
        raise UnreadableFileError(_("Jenis berkas “.%(extension)s” tidak diterima; kirim .xlsx atau .csv.") % said)
    if is_workbook and extension != "xlsx":
        raise UnreadableFileError(_("Berkas ini buku kerja Excel yang bernama .csv. Beri nama .xlsx, lalu kirim lagi."))
    if not is_workbook and extension == "xlsx":
        raise UnreadableFileError(
            _("Berkas ini bernama .xlsx, tetapi isinya bukan buku kerja. Simpan ulang dari Excel, atau kirim .csv.")
        )


# --- Workbooks ------------------------------------------------------------------------------------------


def _workbook(content: bytes) -> Iterator[Line]:
    _refuse_archive(content)
    try:
        # What openpyxl does not know of a workbook it says in warnings; nothing of that is data.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from _sheet(content)
    except UnreadableFileError:
        raise
    except Exception as error:
        if isinstance(error.__cause__ or error, DefusedXmlException):
            raise UnreadableFileError(_("Berkas ini memuat perintah XML yang tidak diperbolehkan.")) from error
        # openpyxl and zipfile have no common exception for a workbook that is broken, of which there are many kinds.
        raise UnreadableFileError(
            _("Buku kerja ini rusak. Buka dan simpan ulang di Excel, lalu kirim lagi.")
        ) from error


def _refuse_archive(content: bytes) -> None:
    """Refuse a workbook for what its directory says."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFileError(_("Buku kerja ini terpotong atau rusak. Kirim sekali lagi.")) from error
    names = [part.filename.lower() for part in parts]
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise UnreadableFileError(_("Berkas ini arsip zip, bukan buku kerja Excel."))
    if len(parts) > MAX_PARTS or len(set(names)) != len(names):
        raise UnreadableFileError(_("Susunan buku kerja ini tidak wajar, jadi tidak dibuka."))
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFileError(_("Berkas ini terkunci kata sandi. Simpan tanpa kata sandi, lalu kirim lagi."))
    if any("vbaproject" in name or "/macrosheets/" in name for name in names):
        raise UnreadableFileError(_("Buku kerja ini memuat makro. Simpan sebagai .xlsx tanpa makro, lalu kirim lagi."))
    if any(name.startswith(("xl/externallinks/", "xl/embeddings/", "xl/activex/", "xl/connections")) for name in names):
        raise UnreadableFileError(
            _("Buku kerja ini menautkan berkas lain atau memuat objek. Tempel nilainya saja ke templat.")
        )
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or any(_is_bomb(part) for part in parts):
        raise UnreadableFileError(_("Isi buku kerja ini jauh lebih besar daripada berkasnya, jadi tidak dibuka."))
    frame = [part for part in parts if not part.filename.lower().startswith((*_ROWS, *_UNREAD))]
    if sum(part.file_size for part in frame) > MAX_FRAME_BYTES:
        raise UnreadableFileError(
            _("Buku kerja ini memuat terlalu banyak gaya atau nama. Tempel nilainya saja ke templat.")
        )


def _is_bomb(part: ZipInfo) -> bool:
    return part.file_size > _SMALL_PART and part.file_size > MAX_RATIO * max(part.compress_size, 1)


def _sheet(content: bytes) -> Iterator[Line]:
    """Yield the rows of the first sheet that is shown, empty ones too.

    openpyxl's own iteration believes the sheet's `<dimension>`, fills every gap with empty cells, and with a limit
    drops what lies beyond without a word. Its parser below that says where each cell lies.
    """
    book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet: Any = next((each for each in book.worksheets if each.sheet_state == "visible"), None)
        if sheet is None:
            raise UnreadableFileError(_("Buku kerja ini tidak memiliki lembar yang terlihat."))
        with sheet._get_source() as source:
            formats: Any = book
            parser = WorkSheetParser(
                _Source(source),
                sheet._shared_strings,
                epoch=book.epoch,
                date_formats=formats._date_formats,
                timedelta_formats=formats._timedelta_formats,
            )
            for number, cells in parser.parse():
                yield _line(number, cells)
                # It remembers every row's height, of which a sheet may have a million.
                parser.row_dimensions.clear()
            merged: Any = parser.merged_cells
            if merged is not None and merged.mergeCell:
                where = ", ".join(str(each.ref) for each in merged.mergeCell[:3])
                raise UnreadableFileError(
                    _("Ada sel yang digabung (%(where)s). Pisahkan, dan isi setiap baris lengkap.") % {"where": where}
                )
    finally:
        book.close()


class _Source:
    """Hands on the XML of a sheet, unless one row of it is longer than any that people fill in."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._since_row = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Raises:
            UnreadableFileError: a row goes on and on.
        """
        part = self._source.read(size)
        end = part.rfind(b"row>")
        self._since_row = self._since_row + len(part) if end < 0 else len(part) - end
        if self._since_row > MAX_ROW_BYTES:
            raise UnreadableFileError(_("Satu baris buku kerja ini jauh terlalu panjang, jadi tidak dibaca."))
        return part


def _line(number: int, cells: list[dict[str, Any]]) -> Line:
    filled = [cell for cell in cells if cell["value"] not in (None, "")]
    if not filled:
        return Line(number, ())
    width = max(cell["column"] for cell in filled)
    if number > MAX_ROWS or width > MAX_COLUMNS:
        where = f"{get_column_letter(min(width, 18_278))}{number}"
        raise UnreadableFileError(
            _("Sel %(where)s terisi, jauh di luar tabel. Hapus isinya, lalu kirim lagi.") % {"where": where}
        )
    values: list[Any] = [None] * width
    for cell in filled:
        values[cell["column"] - 1] = _value(cell)
    return Line(number, tuple(values))


def _value(cell: dict[str, Any]) -> Any:
    value = cell["value"]
    # "#N/A" is what is left of a formula.
    if cell["data_type"] in {"f", "e"}:
        return Formula(str(getattr(value, "text", value)))
    if isinstance(value, timedelta):
        # As it is shown: "35.02" becomes 35 hours and two minutes where the point parts hours from minutes.
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


# --- CSV ------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    if separator := _SEPARATOR_LINE.match(text):
        text = text[separator.end() :]
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFileError(_("Baris %(row)d memuat karakter NUL yang tidak boleh ada.") % {"row": number})
    delimiter = separator["delimiter"] if separator else _delimiter(text.partition("\n")[0])
    reader = csv.reader(_short_lines(text, delimiter), delimiter=delimiter, strict=True)
    shift, width = (1 if separator else 0), 0
    try:
        for cells in reader:
            number = reader.line_num + shift
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                reason = _("Baris %(row)d berisi lebih dari %(limit)d kolom.")
                raise UnreadableFileError(reason % {"row": number, "limit": MAX_COLUMNS})
            if any(len(cell) > MAX_CELL for cell in cells):
                raise UnreadableFileError(
                    _("Baris %(row)d memuat isian lebih dari %(limit)d huruf.") % {"row": number, "limit": MAX_CELL}
                )
            width = width or len(cells)
            if len(cells) > width and any(cells[width:]):
                reason = _("Baris %(row)d berisi %(found)d isian, sedangkan judulnya %(expected)d.")
                raise UnreadableFileError(reason % {"row": number, "found": len(cells), "expected": width})
            yield Line(number, tuple(_csv_value(cell) for cell in cells[:MAX_COLUMNS]))
    except csv.Error as error:
        raise UnreadableFileError(
            _("Baris %(row)d bukan CSV yang sah (%(error)s); periksa tanda kutipnya.")
            % {"row": reader.line_num + shift, "error": error}
        ) from error


def _short_lines(text: str, delimiter: str) -> Iterator[str]:
    """Yield the lines of a CSV, none of which makes a million cells."""
    for number, line in enumerate(StringIO(text, newline=""), 1):
        if line.count(delimiter) > MAX_CELL:
            reason = _("Baris %(row)d berisi lebih dari %(limit)d kolom.")
            raise UnreadableFileError(reason % {"row": number, "limit": MAX_COLUMNS})
        yield line


def _csv_value(cell: str) -> Any:
    plain_text = unescaped(cell)
    # Ours come with an apostrophe; what begins like a formula without one would have computed something.
    if plain_text == cell and cell.startswith("=") and len(cell) > 1:
        return Formula(cell)
    return plain_text


def _decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 or UTF-16, or as Excel writes it under Windows."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _as(content, (encoding,))
    # Every other byte of plain letters in UTF-16 is none.
    head = content[:200]
    if head[1::2].count(0) > len(head) // 4:
        return _as(content, ("utf-16-le",))
    if head[::2].count(0) > len(head) // 4:
        return _as(content, ("utf-16-be",))
    return _as(content, ("utf-8", "cp1252"))


def _as(content: bytes, encodings: Iterable[str]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFileError(_("Aksara berkas ini tidak dikenal. Simpan sebagai “CSV UTF-8”, lalu kirim lagi."))


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)
