"""What does somebody mean by what stands in a cell, and how is a value written so that it means the same again?"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.widgets import Widget
from rapidfuzz.distance import OSA

from mpp_tracker.lib.sheets import Formula
from mpp_tracker.lib.tables import iso_day
from regions.choices import DatePrecision
from regions.rules import end_of_period
from regions.spelling import slips_forgiven

CLEARED = "(kosong)"
"""What stands in a cell whose value is to be taken away: an empty one leaves what is recorded."""

_MONTHS = {
    1: ("januari", "january", "jan"),
    2: ("februari", "february", "pebruari", "feb", "peb"),
    3: ("maret", "march", "mar", "mrt"),
    4: ("april", "apr"),
    5: ("mei", "may"),
    6: ("juni", "june", "jun"),
    7: ("juli", "july", "jul"),
    8: ("agustus", "august", "agt", "agu", "ags", "aug"),
    9: ("september", "sept", "sep"),
    10: ("oktober", "october", "okt", "oct"),
    11: ("november", "nopember", "nov", "nop"),
    12: ("desember", "december", "des", "dec"),
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names}
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ][\d:.]+)?)?)?")
_NUMERIC = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[/\-](\d{4})")
_WRITTEN = re.compile(r"(?:[a-z']+,\s*)?(?:(\d{1,2})[\s\-]+)?([a-z]+)\.?[\s,\-]+(\d{4})")
# Excel counts days from here; it takes 1900 for a leap year, so what it counts before March 1900 is not read.
_DAY_ZERO, _SERIALS = date(1899, 12, 30), range(30_000, 73_051)
_INDONESIAN = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_ENGLISH = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_FLOAT_NOISE = Decimal("1e-9")
_YES = {"ya", "y", "yes", "true", "benar", "1"}
_NO = {"tidak", "t", "no", "false", "salah", "0", "-"}


class CellError(ValueError):
    """A cell does not say what its column asks for; where it is clear what may be meant, that is proposed."""

    def __init__(self, reason: str, *, proposal: str = "", hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.proposal = proposal
        """What would stand in the cell instead, once somebody has agreed."""
        self.hint = hint
        """What may be written, where nothing can be proposed."""


def text_in(value: Any) -> str:
    """Return what stands in a cell as text, as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def tidy(text: str) -> str:
    """Return a text with its blanks in order: as it is read, so it is written, and what is unchanged stays so."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()


class Cell(Widget):
    """A cell of text."""

    empty: Any = ""
    """What a field holds whose cell was cleared."""
    list: Iterable[str] = ()
    """What a person chooses from."""
    format = "@"
    """How a workbook shows it. As text, a code keeps its last zero."""

    def __init__(self, most: int = 500) -> None:
        super().__init__()
        self.most = most

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the text, its blanks in order.

        Raises:
            CellError: it is too long.
        """
        text = tidy(text_in(value))
        if len(text) > self.most:
            raise CellError(_("lebih dari %(most)d huruf") % {"most": self.most})
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Return what stands in the cell."""
        return "" if value is None else tidy(str(value))


class Choice(Cell):
    """A cell in which one of a few words stands, in any of the product's languages."""

    def __init__(self, choices: type[TextChoices]) -> None:
        super().__init__()
        self.choices = choices
        with override(settings.LANGUAGE_CODE):
            self._written = {choice.value: str(choice.label) for choice in choices}
        self.list = list(self._written.values())
        self._meant = {choice.value.casefold(): choice.value for choice in choices}
        for code, _name in settings.LANGUAGES:
            with override(code):
                self._meant |= {str(choice.label).casefold(): choice.value for choice in choices}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the value behind the word.

        Raises:
            CellError: there is no such word; the nearest is proposed.
        """
        typed = text_in(value)
        if (meant := self._meant.get(typed.casefold())) is not None:
            return meant
        near = nearest(typed.casefold(), self._meant)
        raise CellError(
            unknown(typed),
            proposal=self._written[self._meant[near]] if near else "",
            hint=_("pilihannya: %(choices)s") % {"choices": ", ".join(self.list)},
        )

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Return the word in Indonesian."""
        return self._written[value] if value else ""


class YesNo(Cell):
    """A cell with yes or no."""

    list = ("ya", "tidak")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return whether it says yes.

        Raises:
            CellError: it says neither.
        """
        typed = text_in(value).casefold()
        if typed not in _YES | _NO:
            raise CellError(unknown(text_in(value)), hint=_("tulis ya atau tidak"))
        return typed in _YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Return the word in Indonesian."""
        return "ya" if value else "tidak"


class Number(Cell):
    """A cell with a number, as Indonesians write it ("1.234,5"), as programs do, or as a number of the workbook."""

    empty = None
    format = "General"

    def __init__(self, *, places: int = 0, groups: bool = True) -> None:
        super().__init__()
        self.places = places
        self.groups = groups
        """Whether points or commas may part thousands: not in degrees, where "-7.868" is less than eight."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the number.

        Raises:
            CellError: it is none, or has more decimal places than are kept.
        """
        text = text_in(value).replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", "")
        if isinstance(value, bool | date | time):
            raise CellError(_("“%(value)s” bukan angka") % {"value": text[:40]})
        if isinstance(value, int | float):
            number = self._finite(repr(value), text)
        elif self.groups and _INDONESIAN.fullmatch(text):
            number = self._finite(text.replace(".", "").replace(",", "."), text)
        elif self.groups and _ENGLISH.fullmatch(text):
            number = self._finite(text.replace(",", ""), text)
        elif _PLAIN.fullmatch(text):
            number = self._finite(text.replace(",", "."), text)
        else:
            raise CellError(_("“%(value)s” bukan angka") % {"value": text[:40]}, hint=_("misalnya 1.234,5"))
        rounded = round(number, self.places)
        # A workbook keeps 0.1 as a float: what is off by less than anybody could have typed is not said to be.
        if abs(rounded - number) > _FLOAT_NOISE:
            raise CellError(
                _("paling banyak %(places)d angka di belakang koma") % {"places": self.places},
                proposal=str(rounded).replace(".", ","),
            )
        return int(rounded) if not self.places else rounded

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Return the number, in one form however it is kept."""
        if value is None:
            return None
        number = Decimal(value)
        return int(number) if number == int(number) else number.normalize()

    @staticmethod
    def _finite(text: str, typed: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= 10**12:
            raise CellError(_("“%(value)s” bukan angka") % {"value": typed[:40]})
        return number


class Day(Cell):
    """A cell with a day, or with `partial` also a month or a year."""

    empty = None

    def __init__(self, *, partial: bool = False) -> None:
        super().__init__()
        self.partial = partial

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Return the day; with `partial` a pair of the last day of what is meant, and how exactly it is known.

        Raises:
            CellError: it is no day, or no day of the calendar; a misspelt or swapped month is proposed.
        """
        day, precision = day_in(value)
        if self.partial:
            return end_of_period(day, precision), precision
        if precision != DatePrecision.DAY:
            raise CellError(
                _("“%(value)s” bukan tanggal lengkap") % {"value": text_in(value)[:40]}, hint=_("misalnya 24/09/2025")
            )
        return day

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Return the day, as exactly as it is known, as every program reads it."""
        day, precision = value if isinstance(value, tuple) else (value, None)
        return iso_day(day, precision) or ""


def day_in(value: Any) -> tuple[date, DatePrecision]:
    """Return the first day of what a cell names, and whether that is a day, a month or a year.

    Raises:
        CellError: it names none.
    """
    if isinstance(value, datetime):
        return value.date(), DatePrecision.DAY
    if isinstance(value, date):
        return value, DatePrecision.DAY
    text = text_in(value)
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        return _DAY_ZERO + timedelta(days=int(text)), DatePrecision.DAY
    if found := _ISO.fullmatch(text):
        year, month, day = (int(part) if part else None for part in found.groups())
        return _day(text, year or 0, month, day)
    if found := _NUMERIC.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
        return _day(text, year, month, day)
    if found := _MONTH_YEAR.fullmatch(text):
        return _day(text, int(found[2]), int(found[1]), None)
    if found := _WRITTEN.fullmatch(text.casefold()):
        return _day(text, int(found[3]), _month(text, found[2]), int(found[1]) if found[1] else None)
    raise CellError(_no_day(text), hint=_("misalnya 24 September 2025, 24/09/2025, atau 2025-09-24"))


def _month(text: str, name: str) -> int:
    if name in _MONTH_OF:
        return _MONTH_OF[name]
    near = nearest(name, [names[0] for names in _MONTHS.values()])
    right = re.sub(re.escape(name), near.capitalize(), text, flags=re.IGNORECASE) if near else ""
    raise CellError(_no_day(text), proposal=right, hint=_("misalnya 24 September 2025"))


def _day(text: str, year: int, month: int | None, day: int | None) -> tuple[date, DatePrecision]:
    precision = DatePrecision.YEAR if month is None else DatePrecision.MONTH if day is None else DatePrecision.DAY
    is_swapped = month is not None and month > 12 and day is not None and 1 <= day <= 12
    if is_swapped and year >= 1 and month is not None and day is not None and month <= monthrange(year, day)[1]:
        # Only proposed: whoever writes months first may mean other days of the file that way too.
        raise CellError(
            _("“%(value)s” menyebut bulan lebih dahulu") % {"value": text}, proposal=f"{month:02}/{day:02}/{year}"
        )
    try:
        return date(year, month or 1, day or 1), precision
    except ValueError as error:
        raise CellError(_no_day(text), hint=_("tanggal itu tidak ada dalam kalender")) from error


def nearest(typed: str, known: Iterable[str]) -> str:
    """Return which of a few words was probably meant, empty where none is near, or two equally."""
    slips = sorted((OSA.distance(typed[:100], word), word) for word in known)
    forgiven = max(slips_forgiven(len(typed)), 1)
    if not slips or slips[0][0] > forgiven or (len(slips) > 1 and slips[1][0] == slips[0][0]):
        return ""
    return slips[0][1]


def unknown(typed: str) -> str:
    """Return the sentence that nothing is known by what was typed."""
    return _("“%(value)s” tidak dikenal") % {"value": typed[:80]}


def formula() -> str:
    """Return the sentence that a cell holds a formula."""
    return _("sel berisi rumus atau galat Excel; tempel nilainya saja")


def _no_day(text: str) -> str:
    return _("“%(value)s” bukan tanggal") % {"value": text[:40]}
