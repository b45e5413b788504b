"""What does a page say, in which language?"""

import re
from collections.abc import Iterable
from html.parser import HTMLParser

INDONESIAN = re.compile(
    r"(?<![\w-])(?:"
    r"ada|adalah|agar|akan|aktif|angka|antara|anda|apa|atas|atau|bagi|bahwa|baru|beberapa|belum|berakhir|"
    r"berapa|berlaku|bila|boleh|bukan|bukti|cakupan|catatan|dalam|dan|dapat|dari|daerah|dengan|di|dibuat|"
    r"dihitung|dilaporkan|diperiksa|diresmikan|hadir|halaman|hanya|hari|harus|ini|isi|itu|jadi|janji|jika|"
    r"juga|jumlah|kami|kapan|karena|kembali|kepada|kesiapan|keterangan|lagi|lain|laporan|layanan|lebih|"
    r"lewat|lihat|masih|masuk|melalui|mengapa|menjadi|menurut|menunggu|nama|namun|oleh|orang|pada|paling|"
    r"perlu|pilih|sampai|sangat|satu|saja|sebelum|sebab|secara|sedang|sejak|selesai|semua|setiap|setelah|"
    r"siapa|sudah|sumber|surat|tahap|tahun|tanggal|tanpa|tenggat|terakhir|terhadap|terlambat|terverifikasi|"
    r"tetap|tetapi|tiap|tidak|tindak|untuk|unggah|yang"
    r")(?![\w-])",
    re.IGNORECASE,
)
_UNSEEN = frozenset({"script", "style", "template"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# What is shown, read aloud, or told by a script.
_SPOKEN = re.compile(r"alt|title|placeholder|aria-label|aria-description|content|data-.*")


class _Reader(HTMLParser):
    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.open: list[tuple[str, str]] = []
        self.page_language = ""
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.page_language = values.get("lang") or ""
        language = values.get("lang") or (self.open[-1][1] if self.open else "")
        if language == self.language:
            self.said += [value for name, value in attrs if value and _SPOKEN.fullmatch(name)]
        if tag not in _VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        is_seen = not any(tag in _UNSEEN for tag, _language in self.open)
        if is_seen and data.strip() and self.open and self.open[-1][1] == self.language:
            self.said.append(data)


def language_of(html: str) -> str:
    """Return the language a page says it is in."""
    reader = _Reader("")
    reader.feed(html)
    return reader.page_language


def indonesian_in(html: str, names: Iterable[str] = ()) -> list[str]:
    """Return what stands in Indonesian where a page says it is English, names of places and institutions apart."""
    reader = _Reader("en")
    reader.feed(html)
    told = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)) or "(?!)")
    return [" ".join(text.split()) for text in reader.said if INDONESIAN.search(told.sub("", " ".join(text.split())))]
