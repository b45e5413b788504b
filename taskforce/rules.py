"""What are the rules of percentages, gaps, targets and pace, as functions of plain values?"""

import math
from collections.abc import Collection
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MONTH_DAYS = Decimal("30.4375")
"""The mean month, 365.25 / 12 days, in which paces are given."""


def percentage(part: int, whole: int) -> Decimal | None:
    """Return `part` of `whole` in percent with one place, rounded half up; None where there is no whole."""
    if whole == 0:
        return None
    return _one_place(Fraction(100 * part, whole))


def mean(values: Collection[int]) -> Decimal | None:
    """Return the mean with one place, rounded half up; None where there are no values."""
    return _one_place(Fraction(sum(values), len(values))) if values else None


def units_for(share: Fraction, units: int) -> int:
    """Return how many of `units` make up at least `share` of them."""
    return math.ceil(share * units)


def gap(covered: int, wanted: int) -> int:
    """Return how many units are still missing; a target that has been passed leaves none."""
    return max(0, wanted - covered)


def year_before(day: date) -> date:
    """Return the same day one year earlier; the last of February for a leap day."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def months_later(day: date, months: int) -> date:
    """Return the day so many mean months later; before it for a negative number."""
    return day + timedelta(days=round(MONTH_DAYS * months))


def pace(newly_covered: int, months: int = 12) -> Decimal:
    """Return units newly covered per month, with one place, over the last `months`."""
    return _one_place(Fraction(newly_covered, months))


def pace_needed(gap_units: int, as_at: date, deadline: date) -> Decimal | None:
    """Return units per month that close the gap by `deadline`; None where no time is left for a gap.

    Without a gap nothing more is needed, whatever the deadline.
    """
    if gap_units == 0:
        return Decimal("0.0")
    days = (deadline - as_at).days
    if days <= 0:
        return None
    return _one_place(Fraction(gap_units) * Fraction(MONTH_DAYS) / days)


def _one_place(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
