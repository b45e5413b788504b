"""What was measured, against what, and did it meet its aim?"""

import os
import platform
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import django

HEADINGS = ("what", "time", "against", "ratio", "aim", "met?")


@dataclass(frozen=True)
class Row:
    """One ratio: the median time of something as a share of the median time of something else."""

    what: str
    seconds: float
    against: str
    against_seconds: float
    why: str
    """What the two sides are and why they are compared, for the page."""
    aim: float | None = None
    """The ratio it should not exceed; None where the number only informs."""
    times: int = 1
    """How much more work the one side does than the other; the ratio is divided by it."""

    @property
    def ratio(self) -> float:
        return self.seconds / self.against_seconds / self.times

    @property
    def verdict(self) -> str:
        if self.aim is None:
            return "-"
        return "yes" if self.ratio <= self.aim else "NO"

    @property
    def cells(self) -> tuple[str, ...]:
        return (
            self.what,
            duration(self.seconds),
            f"{self.against} ({f'{self.times} x ' if self.times > 1 else ''}{duration(self.against_seconds)})",
            f"{self.ratio:.2f}" if self.ratio >= 0.1 else f"{self.ratio:.2g}",
            "-" if self.aim is None else f"≤ {self.aim:g}",
            self.verdict,
        )


@dataclass
class Table:
    """Every row of one run, in the order measured."""

    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def as_text(self) -> str:
        """Return the table with its columns aligned, for the terminal."""
        lines = [HEADINGS, *(row.cells for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
        aligned = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
        return "\n".join(line.rstrip() for line in aligned)

    def as_page(self, today: date, postgresql: str) -> str:
        """Return docs/performance.md."""
        return PAGE.format(
            today=today,
            python=platform.python_version(),
            django=django.get_version(),
            postgresql=postgresql,
            cores=len(os.sched_getaffinity(0)),
            table="\n".join(map(_markdown, [HEADINGS, ["---"] * len(HEADINGS), *(row.cells for row in self.rows)])),
            reasons="\n".join(_reason(row) for row in self.rows),
        )


def _markdown(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _reason(row: Row) -> str:
    return textwrap.fill(f"- **{row.what}**: {row.why}", width=112, subsequent_indent="  ", break_on_hyphens=False)


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it, to two digits: more would be noise."""
    return f"{number(seconds)} s" if seconds >= 1 else f"{number(seconds * 1000)} ms"


def number(value: float) -> str:
    """Return a positive number to two digits, those before the point always."""
    return f"{value:.0f}" if value >= 10 else f"{value:#.2g}"


PAGE = """\
# Is it fast enough?

`make bench` measures this and writes this page. A time says as much about the machine as about the product, so
every row is a ratio of two medians, both taken in the same run by turns (one, the other, the one again …), so
that whatever else the machine does slows down both. No benchmark fails for being slow: a missed aim says NO here.

Measured on {today} with Python {python}, Django {django}, PostgreSQL {postgresql}, {cores} cores.

{table}

## What the rows mean

{reasons}

## The data

1x is the real rollout, loaded by `load_reference` and `load_rollout`, with pledges and PKS added for one unit or
site in five, of which there is no public record. 100x is the same with 99 copies of every regency, each with
copies of its sites, milestones, operating records, pledges, PKS and former provinces; announced figures are copied
with other values of the same days, the 38 provinces and the targets stay as they are. The days of the copies are
spread over the four weeks before the original's. On top of that, every tenth entry is corrected, and every fifth
correction is corrected again, of which the real ledger has none. Since codes of regencies have room for 10,000,
their format is not checked in that database, and the copies are numbered in hexadecimal. Both databases are
analysed after filling, as autovacuum would do.

The rollout with all its counters is the real one with 305 inaugurated MPPs, a counter of every institution at each,
as many corrections as make it 10,000 entries of presence, six services each, and PKS for two thirds of the pairs.

## What measuring decided

The stored figures have no constraints in the database on the keys of their run and province: with them, tried by
hand twice by turns, the first fill took a third to three quarters longer.
"""
