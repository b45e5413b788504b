"""What are the rules about agreements and pledges, as functions of plain values?"""

from datetime import date, timedelta

from commitments.choices import AgreementStanding, PledgeStanding

ENDING_DAYS = 90
"""An agreement that ends within so many days ends soon: the first of the three warnings to its parties.

When the ministry is alerted is a rule of its own in the admin (docs/decisions/0012-alerts.md).
"""

WARNING_DAYS = (90, 30, 7)
"""So many days before an agreement ends its parties are told."""

PRESSING_DAYS = 90
"""So many days before the day promised a pledge is among what its officer does first."""


def agreement_standing(valid_from: date, ends_on: date | None, as_at: date) -> AgreementStanding:
    """Return whether an agreement holds on a day, its last day included; without an end it holds on."""
    if as_at < valid_from:
        return AgreementStanding.FUTURE
    if ends_on is None:
        return AgreementStanding.ACTIVE
    if as_at > ends_on:
        return AgreementStanding.EXPIRED
    return AgreementStanding.ENDING if ends_on - as_at <= timedelta(days=ENDING_DAYS) else AgreementStanding.ACTIVE


def warning_due(ends_on: date, today: date) -> int | None:
    """Return which warning is due: the nearest of `WARNING_DAYS` that has been reached, None before and after."""
    left = (ends_on - today).days
    return min((days for days in WARNING_DAYS if 0 <= left <= days), default=None)


def pledge_standing(first_due: date, due: date, inaugurated_on: date | None, as_at: date) -> PledgeStanding:
    """Return what became of a pledge by a day.

    Kept is what was inaugurated by the day first promised. Whoever promised a later day in time and kept that, or
    whose later day is still to come, has slipped. Late is what the day in force has passed.

    Args:
        first_due: the day first promised.
        due: the day in force: the one last promised by `as_at`.
        inaugurated_on: when the unit was inaugurated; a day after `as_at` has not happened yet.
        as_at: the day asked about.
    """
    done_on = inaugurated_on if inaugurated_on is not None and inaugurated_on <= as_at else None
    if done_on is not None and done_on <= first_due:
        return PledgeStanding.KEPT
    if (done_on or as_at) > due:
        return PledgeStanding.LATE
    if done_on is not None or due > first_due:
        return PledgeStanding.SLIPPED
    return PledgeStanding.NOT_YET_DUE


def is_pressing(due: date, inaugurated_on: date | None, today: date) -> bool:
    """Return whether a pledge wants work: not inaugurated, and its day in force is past or near."""
    return inaugurated_on is None and due - today <= timedelta(days=PRESSING_DAYS)
