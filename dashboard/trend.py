"""How did an area's coverage come to be what it is, what was to be reached by when, and what may come?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dashboard.charts import Aim, TrendPicture, trend_picture
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce import rules
from taskforce.coverage import AreaCoverage, CoveragePoint, Goal, Question, on_day
from taskforce.forecast import FanPoint

FAN_MONTHS = 60
"""So much of the future stands in the picture; the page of the forecast says more."""


@dataclass(frozen=True)
class YearEnd:
    """What stood at the end of a year, or on the day asked about."""

    on: date
    units: int
    covered: int
    added: int
    """How many more than at the end of the year before."""

    @property
    def coverage_pct(self) -> Decimal | None:
        """Return covered units in percent."""
        return rules.percentage(self.covered, self.units)


@dataclass(frozen=True)
class NumberedGoal:
    """A target with the number it has in the picture."""

    number: int
    goal: Goal
    units: int
    is_missed: bool
    """Whether its deadline passed with units missing on that day."""


@dataclass(frozen=True)
class Trend:
    """The course of an area's coverage, as a picture and as numbers."""

    question: Question
    area: AreaCoverage
    picture: TrendPicture | None
    """None where the area has no units."""
    ends: tuple[YearEnd, ...]
    goals: tuple[NumberedGoal, ...]
    fan: tuple[FanPoint, ...] | None
    """What may come, year by year from the day asked about; empty where the data do not suffice, None: not asked."""

    @property
    def busiest(self) -> YearEnd | None:
        """Return the year that added most; None where none added any."""
        return max((end for end in self.ends if end.added > 0), key=lambda end: end.added, default=None)


def trend(
    question: Question, area: AreaCoverage, points: Sequence[CoveragePoint], fan: Sequence[FanPoint] | None = None
) -> Trend:
    """Return the course of `area`'s coverage up to the day asked about.

    Args:
        question: what was asked.
        area: what the area is at on that day.
        points: the series of its coverage.
        fan: what may come, month by month from that day on; None where nothing is to be said of it.
    """
    goals = tuple(
        _numbered(number, goal, area, on_day(points, min(goal.deadline, question.as_at)))
        for number, goal in enumerate(area.goals, start=1)
    )
    shown = None if fan is None else tuple(fan[: FAN_MONTHS + 1])
    return Trend(
        question=question,
        area=area,
        picture=_picture(question.as_at, area, points, goals, shown or ()) if area.units else None,
        ends=_ends(points, question.as_at),
        goals=goals,
        fan=None if shown is None else shown[12::12],
    )


def _numbered(number: int, goal: Goal, area: AreaCoverage, then: CoveragePoint) -> NumberedGoal:
    is_missed = goal.deadline < area.as_at and then.covered < goal.units_of(then.units)
    return NumberedGoal(number, goal, goal.units_of(area.units), is_missed)


def _ends(points: Sequence[CoveragePoint], as_at: date) -> tuple[YearEnd, ...]:
    ends, before = [], 0
    for day in (*(date(year, 12, 31) for year in range(ROLLOUT_BEGAN_ON.year, as_at.year)), as_at):
        point = on_day(points, day)
        ends.append(YearEnd(day, point.units, point.covered, point.covered - before))
        before = point.covered
    return tuple(ends)


def _picture(
    as_at: date,
    area: AreaCoverage,
    points: Sequence[CoveragePoint],
    goals: Sequence[NumberedGoal],
    fan: Sequence[FanPoint],
) -> TrendPicture:
    return trend_picture(
        [(point.since, point.covered) for point in points],
        [Aim(str(each.number), each.goal.deadline, each.units) for each in goals],
        [(point.day, point.covered) for point in fan],
        first=ROLLOUT_BEGAN_ON,
        now=as_at,
        full=area.units,
    )
