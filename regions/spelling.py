"""Which of many names did somebody mean, however they spelt it?"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

MAX_LENGTH = 100
"""No name is longer; what is typed beyond this is no name."""

KINDS = {
    "kabupaten": "kabupaten",
    "kab": "kabupaten",
    "kota": "kota",
    "kotamadya": "kota",
    "kodya": "kota",
    "provinsi": "provinsi",
    "propinsi": "provinsi",
    "prov": "provinsi",
    "mpp": "mpp",
}
"""Words before a name that say of which kind it is, as written and as meant."""

_SILENT = {"administrasi", "adm"}
_SHORT = {"kep": "kepulauan"}
_SITE = re.compile(r"\bmall? pelayanan publik\b")
_WORD = re.compile(r"[a-z0-9]+")
_CODE = re.compile(r"(\d\d)(?:[.,]?(\d{1,2}))?")


SHORTEST_WITHIN = 3
"""Fewer letters than these stand inside almost every name."""


class Nearness(IntEnum):
    """How a name fits what was typed, nearest first."""

    SAME = 1
    BEGINS = 2
    WORDS = 3
    WITHIN = 4
    SLIPPED = 5


Fit = tuple[Nearness, int]
"""How a name fits, and with how many slips."""


@dataclass(frozen=True)
class Named:
    """Something that can be looked for: what it is called, first its own name, and by which codes."""

    key: Hashable
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """Something that was found, and by which of its names or codes."""

    key: Hashable
    nearness: Nearness
    slips: int
    by: str
    is_kind_meant: bool = True
    """Whether the name is of the kind that was typed before it, where one was."""

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        """Return by what matches are sorted; a shorter name is more likely to be meant."""
        return (self.nearness, not self.is_kind_meant, self.slips, len(self.by))


@dataclass(frozen=True)
class Spelling:
    """A name as it is compared: its words in plain letters, without what says of which kind it is."""

    words: tuple[str, ...]
    kinds: frozenset[str]

    @property
    def closed(self) -> str:
        """Return the name without blanks: "Palangka Raya" and "Palangkaraya" are the same."""
        return "".join(self.words)


@lru_cache(maxsize=8192)
def spelling_of(text: str) -> Spelling:
    """Return how `text` is compared with others: accents, case, punctuation and invisible signs play no part."""
    decomposed = unicodedata.normalize("NFKD", text[:MAX_LENGTH]).casefold()
    plain = "".join(letter for letter in decomposed if unicodedata.category(letter) not in {"Mn", "Cf"})
    words = [_SHORT.get(word, word) for word in _WORD.findall(_SITE.sub("mpp", plain.replace("'", "")))]
    kinds = set()
    # "Lima Puluh Kota" and somebody's "kota" keep their last word.
    while len(words) > 1 and (words[0] in KINDS or words[0] in _SILENT):
        kinds.add(KINDS.get(words.pop(0), ""))
    return Spelling(tuple(words), frozenset(kinds - {""}))


def matches(typed: str, named: Iterable[Named]) -> list[Match]:
    """Return what may be meant by `typed`, the most likely first.

    Slips are forgiven only where nothing fits without: one for every four letters, three at most.
    """
    wanted = spelling_of(typed)
    if not wanted.words:
        return []
    everything = list(named)
    if code := _CODE.fullmatch(typed.strip()):
        found = _by_code(code, everything)
    else:
        found = _found(wanted, everything, _fit) or _found(wanted, everything, _slipped)
    return sorted(found, key=lambda match: match.rank)


def slips_forgiven(letters: int) -> int:
    """Return how many slips are forgiven in a word or name of so many letters."""
    return min(letters // 4, 3)


def _by_code(code: re.Match[str], named: list[Named]) -> list[Match]:
    digits = "".join(part for part in code.groups() if part)
    # A spreadsheet takes 11.10 for a number and leaves 11.1 of it.
    is_damaged = len(code[2] or "") == 1
    wanted = {digits, f"{digits}0"} if is_damaged else {digits}
    return [
        Match(each.key, Nearness.SAME if plain in wanted else Nearness.BEGINS, 0, by=known)
        for each in named
        for known in each.codes
        if (plain := known.replace(".", "")).startswith(digits)
    ]


def _found(wanted: Spelling, named: list[Named], compare: Callable[[Spelling, Spelling], Fit | None]) -> list[Match]:
    found = []
    for each in named:
        own_kinds = spelling_of(each.names[0]).kinds
        is_kind_meant = not wanted.kinds or bool(wanted.kinds & own_kinds)
        fits = ((compare(wanted, spelling_of(name)), name) for name in each.names)
        candidates = [Match(each.key, *fit, by=name, is_kind_meant=is_kind_meant) for fit, name in fits if fit]
        if candidates:
            found.append(min(candidates, key=lambda match: match.rank))
    return found


def _fit(wanted: Spelling, known: Spelling) -> Fit | None:
    if known.closed == wanted.closed:
        return Nearness.SAME, 0
    if known.closed.startswith(wanted.closed):
        return Nearness.BEGINS, 0
    if all(any(word.startswith(part) for word in (*known.words, *known.kinds)) for part in wanted.words):
        return Nearness.WORDS, 0
    if len(wanted.closed) >= SHORTEST_WITHIN and wanted.closed in known.closed:
        return Nearness.WITHIN, 0
    return None


def _slipped(wanted: Spelling, known: Spelling) -> Fit | None:
    slips = _slips(wanted.closed, known.closed)
    if slips is None and len(wanted.words) > 1:
        slips = _slips_by_word(wanted, known)
    return None if slips is None else (Nearness.SLIPPED, slips)


def _slips_by_word(wanted: Spelling, known: Spelling) -> int | None:
    total = 0
    for part in wanted.words:
        if any(word.startswith(part) for word in known.words):
            continue
        slips = min((found for word in known.words if (found := _slips(part, word)) is not None), default=None)
        if slips is None:
            return None
        total += slips
    return total


def _slips(wanted: str, known: str) -> int | None:
    """Return how many letters are wrong, missing, too many or swapped with the next, None for too many."""
    forgiven = slips_forgiven(len(wanted))
    slips = OSA.distance(wanted, known, score_cutoff=forgiven)
    return slips if slips <= forgiven else None
