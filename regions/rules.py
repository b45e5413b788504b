"""What are the field's rules about dates, stages and names, as functions of plain values?"""

import calendar
import math
from collections.abc import Collection, Iterable
from datetime import date

from django.utils.formats import date_format

from regions.choices import (
    DatePrecision,
    OperatingStatus,
    ReadinessLevel,
    ReadinessMovement,
    Role,
    Stage,
    StageMark,
)

ROLLOUT_BEGAN_ON = date(2017, 1, 1)
"""The year of the first three MPPs (DOMAIN 4.3); no figure is asked about an earlier day."""

STAGE_ORDER: tuple[Stage, ...] = tuple(Stage)
"""From promise to inauguration; the current stage is the furthest one reached."""

READINESS_ORDER: tuple[ReadinessLevel, ...] = tuple(ReadinessLevel)
"""From nothing done to ready."""

OPENED_STAGES = frozenset({Stage.SOFT_LAUNCHED, Stage.OPENED, Stage.INAUGURATED})
"""Stages at which the public can walk in. `ready` says that the Ministry agrees, not that the doors are open."""

NEWS_STALE_DAYS = 90
"""After so many days without news an officer is asked about a site. An assumption: no source gives a period.

When the ministry is alerted is a rule of its own in the admin (docs/decisions/0012-alerts.md).
"""

SERVING_STATUSES = frozenset({OperatingStatus.OPERATING, OperatingStatus.PARTLY})
"""Operating statuses that count as operating; a trial is told apart (docs/decisions/0002-coverage.md)."""

DOORS_OPENED_STATUSES = frozenset(OperatingStatus) - {OperatingStatus.NOT_YET}
"""Operating statuses that only an MPP can have that was open once: also one on trial, and one that closed again."""


NATIONAL_ROLES = frozenset({Role.EDITOR, Role.VERIFIER, Role.VIEWER})
"""Roles whose turf is the nation; an officer has a regency, a province user a province."""

MAY_GRANT = {
    Role.EDITOR: frozenset({Role.EDITOR, Role.OFFICER, Role.PROVINCE, Role.VIEWER}),
    Role.VERIFIER: frozenset(Role),
}
"""Which roles the holder of a role may give to others: none that allows more than their own."""


def furthest(stages: Iterable[str]) -> Stage | None:
    """Return the furthest of `stages` in the order of the field, None when there is none."""
    return max((Stage(stage) for stage in stages), key=STAGE_ORDER.index, default=None)


def stage_path(verified: Collection[Stage], reported: Collection[Stage] = ()) -> tuple[tuple[Stage, StageMark], ...]:
    """Return every stage in the order of the field with what is known of it.

    Stages overlap and may be skipped: one before the furthest that nobody recorded is neither reached nor still ahead.
    Where no stage is recorded, no stage is known to be ahead either.
    """
    last = furthest({*verified, *reported})
    position = len(STAGE_ORDER) if last is None else STAGE_ORDER.index(last)

    def mark(place: int, stage: Stage) -> StageMark:
        if stage in verified:
            return StageMark.REACHED
        if stage in reported:
            return StageMark.REPORTED
        return StageMark.UNRECORDED if place < position else StageMark.AHEAD

    return tuple((stage, mark(place, stage)) for place, stage in enumerate(STAGE_ORDER))


EARTH_RADIUS_KM = 6371
"""The mean radius, by which distances on a sphere are off by half a percent at most."""


def distance_km(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return how far two places, in degrees of latitude and longitude, lie apart on a great circle."""
    (start_lat, start_lon), (end_lat, end_lon) = (map(math.radians, place) for place in (start, end))
    haversine = (
        math.sin((end_lat - start_lat) / 2) ** 2
        + math.cos(start_lat) * math.cos(end_lat) * math.sin((end_lon - start_lon) / 2) ** 2
    )
    # Rounding may carry the antipode of a place past the other side of the earth.
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, haversine)))


def readiness_movement(before: ReadinessLevel | None, now: ReadinessLevel | None) -> ReadinessMovement:
    """Return what became of an aspect from `before` to `now`; None is unknown, which is above and below nothing."""
    if before is None or now is None:
        return {
            (True, True): ReadinessMovement.UNKNOWN,
            (True, False): ReadinessMovement.FOUND,
            (False, True): ReadinessMovement.LOST,
        }[before is None, now is None]
    step = READINESS_ORDER.index(now) - READINESS_ORDER.index(before)
    if step == 0:
        return ReadinessMovement.SAME
    return ReadinessMovement.UP if step > 0 else ReadinessMovement.DOWN


def end_of_period(day: date, precision: str) -> date:
    """Return the last day of the period that `day` stands for: itself, its month or its year.

    A date known only to the month or year counts from that period's last day (DESIGN section 4), and that
    is the day the ledger stores.
    """
    if precision == DatePrecision.YEAR:
        return date(day.year, 12, 31)
    if precision == DatePrecision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def start_of_period(day: date, precision: str) -> date:
    """Return the first day of the period that `day` stands for."""
    if precision == DatePrecision.YEAR:
        return date(day.year, 1, 1)
    if precision == DatePrecision.MONTH:
        return day.replace(day=1)
    return day


def written_day(day: date | None, precision: str | None = DatePrecision.DAY) -> str:
    """Return a date as exactly as it is known: "24 September 2025", "Januari 2018", "2019"; empty for None."""
    return "" if day is None else date_format(day, _FORMATS[DatePrecision(precision or DatePrecision.DAY)])


_FORMATS = {DatePrecision.DAY: "j F Y", DatePrecision.MONTH: "F Y", DatePrecision.YEAR: "Y"}


def parse_partial_date(text: str, precision: str) -> date:
    """Read `2018`, `2018-01` or `2018-01-31` as `precision` says and return the last day of that period.

    Raises:
        ValueError: `text` is not written as `precision` says, or is no date of the calendar.
    """
    parts = text.split("-")
    expected = {DatePrecision.YEAR: 1, DatePrecision.MONTH: 2, DatePrecision.DAY: 3}[DatePrecision(precision)]
    if len(parts) != expected or [len(part) for part in parts] != [4, 2, 2][:expected]:
        raise ValueError(text)
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(text)
    return end_of_period(date(*(int(part) for part in (*parts, "1", "1")[:3])), precision)
