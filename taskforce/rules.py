"""What are the rules of percentages, targets, pace and closing, as functions of plain values?"""

import math
from collections.abc import Collection
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from regions.choices import Stage
from regions.rules import OPENED_STAGES
from taskforce.choices import ActionState, CoverageClass, Priority, StageGroup

CLOSED_STATES = frozenset({ActionState.DONE, ActionState.CANCELLED})
"""States after which nothing more is said of an action item."""

MONTH_DAYS = Decimal("30.4375")
"""The mean month, 365.25 / 12 days, in which paces are given."""


def percentage(part: int, whole: int) -> Decimal | None:
    """Return `part` of `whole` in percent with one place, rounded half up; None where there is no whole."""
    if whole == 0:
        return None
    return _one_place(Fraction(100 * part, whole))


def stage_group(stage: Stage | None, has_opened: bool) -> StageGroup:
    """Return in which of the few steps a unit stands.

    Args:
        stage: the furthest stage it reached, None when it reached none.
        has_opened: whether the word on its MPP's operation is one that only an opened MPP can have, whatever stage was
            reported: at work or on trial, or closed again, for a step once reached is not lost.
    """
    if stage == Stage.INAUGURATED:
        return StageGroup.INAUGURATED
    if has_opened or stage in OPENED_STAGES:
        return StageGroup.OPENED
    if stage is None:
        return StageGroup.UNKNOWN
    return StageGroup.COMMITTED if stage == Stage.COMMITTED else StageGroup.UNDERWAY


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


def coverage_class(covered: int, units: int) -> CoverageClass:
    """Return in which class of a map an area is of whose `units` so many are covered."""
    if units == 0:
        return CoverageClass.NO_UNITS
    if covered == 0:
        return CoverageClass.NONE
    if covered == units:
        return CoverageClass.COMPLETE
    return CoverageClass.HALF if 2 * covered >= units else CoverageClass.BELOW_HALF


def names_a_document(source: str) -> bool:
    """Return whether a written proof says something: a dash is none.

    What it says is for the second person to judge; no form can.
    """
    return any(letter.isalnum() for letter in source)


def next_states(
    state: ActionState, priority: Priority, *, steers: bool, claimed_it: bool, claim_is_proven: bool
) -> tuple[ActionState, ...]:
    """Return which states somebody may report next of an action item, in the order of the list.

    An owner closes what is not of high priority. What is gets closed in two steps: whoever did it claims so with
    proof, and somebody else who steers the task force agrees, or sends it back to work.

    Args:
        state: how it stands.
        priority: how much depends on it.
        steers: whether they steer the task force, as editors do.
        claimed_it: whether it was they who claimed it done.
        claim_is_proven: whether that claim came with proof.

    Source: DESIGN section 3.
    """
    if state in CLOSED_STATES:
        return ()
    allowed = {ActionState.UNDERWAY, ActionState.BLOCKED, ActionState.CLAIMED}
    if state == ActionState.NOT_STARTED:
        allowed.add(ActionState.NOT_STARTED)
    if priority != Priority.HIGH or (state == ActionState.CLAIMED and steers and claim_is_proven and not claimed_it):
        allowed.add(ActionState.DONE)
    if steers:
        allowed.add(ActionState.CANCELLED)
    return tuple(each for each in ActionState if each in allowed)


def _one_place(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP)
