"""When is a unit likely to get its MPP, judged by how the rollout has gone? Plain arrays in, plain arrays out.

A unit whose stage others have left before waits as long as those did. Any other unit shares in the pace of the nation,
which is drawn anew in every draw. docs/decisions/0010-forecast.md says why so, and what else was tried.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from taskforce.rules import MONTH_DAYS

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

SEED = 509
DRAWS = 10_000
TRIAL_DRAWS = 2_500
"""For each of the four past days a forecast is tried on: a quarter each, so that a page needs twice as long at most."""
HORIZON_YEARS = 15
"""Nothing is said about later. An assumption: no source gives a period."""

PATTERN_MONTHS = 24
"""Coming months are like those of the last two years, ceremonies of many and months of none. An assumption."""
PROVINCE_WEIGHT = 5.0
"""A province's own pace weighs half once the nation's would have given it so many MPPs. An assumption."""
HALF_A_UNIT = 0.5
"""Added to every count a pace is taken from, so that a year without an inauguration does not mean never again."""

MIN_YEARS = 4
"""Fewer whole years say too little of how the pace changes: "data belum cukup". This and what follows is assumed."""
MIN_RECENT = 10
"""So many units must have been inaugurated within `PATTERN_MONTHS`."""
MIN_SPELLS = 10
"""So many sites must have gone from a stage to inauguration before its waits are drawn from."""
MIN_LONGER = 3
"""So many of them must have waited longer than a site already has."""
_AT_ONCE = 256
"""So many draws fit the processor's cache; with all of them at once it took more than twice as long."""
_SURELY = 10_000.0
"""A cumulative hazard that nothing survives; more would only cost precision."""


@dataclass(frozen=True)
class Spells:
    """How long sites waited in a stage for their inauguration, in days; those that still wait are part of it."""

    days: Floats
    is_over: NDArray[np.bool_]


@dataclass(frozen=True)
class History:
    """The rollout as it stood on a day. Arrays run over the units, in the order of their codes.

    Ages are the days since something happened, NaN where it has not.
    """

    area: Whole
    """The number of each unit's province; provinces are numbered from 0 without a gap."""
    covered_age: Floats
    stage: Whole
    """The furthest stage of a unit that is not covered, as a row of `stage_ages`; -1 where it has none."""
    stage_ages: Floats
    """Since when each unit has been in each stage; one row a stage."""

    @property
    def is_covered(self) -> NDArray[np.bool_]:
        """Return which units have their MPP."""
        return ~np.isnan(self.covered_age)

    @property
    def areas(self) -> int:
        """Return how many provinces there are."""
        return int(self.area.max(initial=-1)) + 1

    def spells(self, stage: int) -> Spells:
        """Return the waits that began with `stage`; one inaugurated before it never waited in it."""
        began, covered = self.stage_ages[stage], self.covered_age
        waited = ~np.isnan(began) & ~(covered > began)
        days = np.where(np.isnan(covered), began, began - covered)[waited]
        return Spells(days, self.is_covered[waited])

    def drawn_by_stage(self) -> Iterator[tuple[int, Whole]]:
        """Yield the stages that enough sites have left, with the waiting units that some waited longer than."""
        for stage, ages in enumerate(self.stage_ages):
            spells = self.spells(stage)
            over = np.sort(spells.days[spells.is_over])
            if len(over) >= MIN_SPELLS:
                longer = len(over) - np.searchsorted(over, ages, side="right")
                yield stage, np.flatnonzero(~self.is_covered & (self.stage == stage) & (longer >= MIN_LONGER))


@dataclass(frozen=True)
class Pace:
    """The share of the waiting units that came to have an MPP, month by month into the past, latest first."""

    newly: Whole
    at_risk: Whole
    """Units waiting as the month began."""
    by_area: Whole
    """Of `newly`, those of each province; one row a province."""
    at_risk_by_area: Whole

    @property
    def hazard(self) -> Floats:
        """Return newly covered units per waiting unit and month."""
        return self.newly / np.maximum(self.at_risk, 1)

    @property
    def yearly(self) -> Floats:
        """Return the same for the whole years of the rollout, latest first: the first year counts once it is whole."""
        years = (np.flatnonzero(self.newly).max(initial=-1) + 1) // 12
        newly, at_risk = (each[: years * 12].reshape(years, 12).sum(axis=1) for each in (self.newly, self.at_risk))
        return (newly + HALF_A_UNIT) / np.maximum(at_risk, 1)


def pace_of(history: History) -> Pace:
    """Return the pace of the rollout so far, at least over the months that a forecast repeats."""
    covered = history.is_covered
    age = np.floor(history.covered_age[covered] / float(MONTH_DAYS)).astype(np.intp)
    months = max(int(age.max(initial=0)) + 1, PATTERN_MONTHS)
    cells = np.bincount(history.area[covered] * months + age, minlength=history.areas * months)
    by_area = cells.reshape(history.areas, months)
    waiting = np.bincount(history.area[~covered], minlength=history.areas)
    at_risk_by_area = waiting[:, None] + by_area.cumsum(axis=1)
    return Pace(by_area.sum(axis=0), at_risk_by_area.sum(axis=0), by_area, at_risk_by_area)


def is_enough(pace: Pace) -> bool:
    """Return whether the rollout has gone on for long enough, and of late, to say anything of the future."""
    return len(pace.yearly) >= MIN_YEARS and int(pace.newly[:PATTERN_MONTHS].sum()) >= MIN_RECENT


def cumulative_hazards(pace: Pace, months: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return how much hazard has come together by the end of each coming month; one row a draw.

    A draw starts from the pace of the last twelve months, as uncertain as their number makes it. From year to year
    the pace changes by a factor that it changed by between two years of the past, or by its inverse.
    """
    years = -(-months // 12)
    level = rng.gamma(pace.newly[:12].sum() + HALF_A_UNIT, 1 / max(int(pace.at_risk[:12].sum()), 1), (draws, 1))
    changes = np.diff(np.log(pace.yearly))
    changes = rng.choice(np.concatenate([changes, -changes]), (draws, years))
    level = level * np.exp(changes.cumsum(axis=1))
    pattern = pace.hazard[:PATTERN_MONTHS]
    shape = rng.choice(pattern / pattern.mean(), (draws, months))
    return np.minimum((np.repeat(level, 12, axis=1)[:, :months] * shape).cumsum(axis=1), _SURELY)


def area_factors(pace: Pace, draws: int, rng: np.random.Generator) -> Floats:
    """Return by how much faster than the nation each province is, as uncertain as its history is short.

    Over the units that still wait the factors average to one: the pace of the last months was theirs.
    """
    expected = (pace.hazard * pace.at_risk_by_area).sum(axis=1)
    shape = PROVINCE_WEIGHT + pace.by_area.sum(axis=1)
    factors: Floats = rng.gamma(shape, 1 / (PROVINCE_WEIGHT + expected), (draws, len(shape)))
    waiting = pace.at_risk_by_area[:, 0] - pace.by_area[:, 0]
    return factors * waiting.sum() / np.maximum(factors @ waiting, np.finfo(float).tiny)[:, None]


def stage_hazards(spells: Spells, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the waits in order, and the hazard that has come together by each; one row a draw.

    This is the estimate of Kaplan and Meier, with the sites weighted at random in each draw (a Bayesian bootstrap)
    so that a spread of few sites is wide.
    """
    order = np.lexsort([~spells.is_over, spells.days])
    days, is_over = spells.days[order], spells.is_over[order]
    weights = rng.standard_exponential((draws, len(days)))
    at_risk = weights[:, ::-1].cumsum(axis=1)[:, ::-1]
    left = np.maximum(1 - weights * is_over / at_risk, np.finfo(float).tiny)
    return days, -np.log(left).cumsum(axis=1)


def months_to_go(history: History, pace: Pace, months: int, draws: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """Return in which coming month each unit gets its MPP; one row a draw, one column a unit.

    Covered units have 0. What does not happen within `months` has `months` + 1. The draws of a unit depend on no
    other unit's being covered.
    """
    chance = rng.standard_exponential((draws, len(history.area)))
    hazards = cumulative_hazards(pace, months, draws, rng)
    factors = area_factors(pace, draws, rng)
    waiting = np.flatnonzero(~history.is_covered)
    needed = chance[:, waiting] / factors[:, history.area[waiting]]
    result = np.zeros(chance.shape, np.int16)
    result[:, waiting] = 1 + _first_reaching(hazards, needed)
    for stage, units in history.drawn_by_stage():
        days, waits = stage_hazards(history.spells(stage), draws, rng)
        for unit in units:
            factor, elapsed = factors[:, history.area[unit]], history.stage_ages[stage, unit]
            result[:, unit] = _months_in_stage(days, waits, elapsed, chance[:, unit], hazards, factor)
    return result


def _months_in_stage(
    days: Floats, waits: Floats, elapsed: float, chance: Floats, hazards: Floats, factor: Floats
) -> Whole:
    """Return the months to go of one unit that has been in a stage for `elapsed` days, a draw each.

    Where that is longer than anybody was seen to wait, the nation's pace takes over from there.
    """
    past = int(np.searchsorted(days, elapsed, side="right"))
    begun = waits[:, past - 1] if past else np.zeros(len(chance))
    at = _first_reaching(waits, (begun + chance)[:, None])[:, 0]
    is_seen = at < len(days)
    within = np.ceil((days[np.minimum(at, len(days) - 1)] - elapsed) / float(MONTH_DAYS)).astype(np.intp)
    seen_until = min(int(np.ceil((days[-1] - elapsed) / float(MONTH_DAYS))), hazards.shape[1])
    before = hazards[:, seen_until - 1] if seen_until > 0 else np.zeros(len(chance))
    rest = np.maximum(chance - (waits[:, -1] - begun), 0) / factor
    beyond = 1 + _first_reaching(hazards, (before + rest)[:, None])[:, 0]
    return np.minimum(np.where(is_seen, np.maximum(within, 1), beyond), hazards.shape[1] + 1)


def _first_reaching(paths: Floats, needed: Floats) -> Whole:
    """Return for each draw the first column where its ascending path reaches what is needed; their number if none."""
    draws, columns = paths.shape
    top = paths.max(initial=0.0) + 1
    result = np.empty(needed.shape, np.intp)
    for start in range(0, draws, _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        # One path after the other makes a single ascending line, which NumPy searches for all of them.
        line = np.arange(len(paths[some]))[:, None]
        found = np.searchsorted((paths[some] + line * 2 * top).ravel(), np.minimum(needed[some], top) + line * 2 * top)
        result[some] = np.minimum(found - line * columns, columns)
    return result


def complete_in(months: NDArray[np.int16], area: Whole, areas: int) -> NDArray[np.int16]:
    """Return in which month the last unit of each area gets its MPP, in each draw; 0 where none is missing."""
    result = np.zeros((len(months), areas), np.int16)
    order = np.argsort(area, kind="stable")
    held, starts = np.unique(area[order], return_index=True)
    if len(held):
        result[:, held] = np.maximum.reduceat(months[:, order], starts, axis=1)
    return result


def covered_by(months: NDArray[np.int16], horizon: int) -> Whole:
    """Return how many units have their MPP by the end of each month up to `horizon`, in each draw."""
    draws = len(months)
    cells = months.astype(np.intp) + np.arange(draws)[:, None] * (horizon + 2)
    counts = np.bincount(cells.ravel(), minlength=draws * (horizon + 2)).reshape(draws, horizon + 2)
    return counts[:, : horizon + 1].cumsum(axis=1)


def spread(values: NDArray[np.integer[Any]]) -> Whole:
    """Return P10, P50 and P90 over the draws, one row each: values that were drawn, never between two."""
    ranks = [-(-len(values) * tenths // 10) - 1 for tenths in (1, 5, 9)]
    return np.partition(values, ranks, axis=0)[ranks].astype(np.intp)
