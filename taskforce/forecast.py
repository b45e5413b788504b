"""When may the nation and each province get to 100 %, and how far off were such forecasts before?

`taskforce.simulation` draws, this reads the ledger for it and says what came out. Back-tests stand on a past day by
`as_at`: what was dated later is not read. The rollout entered the ledger at once, so that by `known_at` nothing would
have been known. docs/decisions/0010-forecast.md holds the model and what was measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from regions.choices import Stage
from regions.rules import STAGE_ORDER
from taskforce import rules
from taskforce import simulation as model
from taskforce.coverage import (
    LAYERS_AND_BOUNDARIES,
    PROVINCE_OF,
    AreaCoverage,
    Question,
    Standpoint,
    answer,
    fetch,
    in_force,
)

PROVINCE_MIN_INAUGURATED = 3
"""With fewer units inaugurated, a province has shown no pace of its own: "data belum cukup". An assumption."""
STOOD_ON = tuple(date(year, 12, 31) for year in (2021, 2022, 2023, 2024))
"""The days a forecast is tried on."""
PAST_MONTHS = 60
"""So much of the past stands before the fan."""

# --- Answers ---------------------------------------------------------------------------------------------


class Spread(NamedTuple):
    """What a tenth, half and nine tenths of the draws do not exceed."""

    p10: int
    p50: int
    p90: int


@dataclass(frozen=True)
class Finish:
    """When an area gets to 100 %, by a tenth, half and nine tenths of the draws; None: after `horizon`."""

    horizon: date
    p10: date | None
    p50: date | None
    p90: date | None

    @property
    def by_name(self) -> tuple[tuple[str, date | None], ...]:
        """Return the three in order, each with what it is called."""
        return ("P10", self.p10), ("P50", self.p50), ("P90", self.p90)


@dataclass(frozen=True)
class AreaForecast:
    """An area's figures, and when it may get to 100 %."""

    coverage: AreaCoverage
    finish: Finish | None
    """None: the data do not suffice, or there is nothing left to wait for."""

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is left to wait for."""
        return bool(self.coverage.units) and self.coverage.covered == self.coverage.units


@dataclass(frozen=True)
class FanPoint:
    """How many units may be covered on a day."""

    day: date
    covered: Spread


@dataclass(frozen=True)
class Trial:
    """What a forecast made on a past day would have said of a later one, and what followed."""

    stood_on: date
    looked_to: date
    covered: Spread
    followed: int
    provinces: int | None = None
    """Of how many provinces that were not complete the number a year on was tried; None beyond a year."""
    provinces_inside: int | None = None

    @property
    def error(self) -> int:
        """Return by how many units the middle of the spread was too high."""
        return self.covered.p50 - self.followed

    @property
    def error_pct(self) -> Decimal | None:
        """Return the same in percent of what followed."""
        return rules.percentage(self.error, self.followed)

    @property
    def is_inside(self) -> bool:
        """Return whether what followed lay within P10 and P90."""
        return self.covered.p10 <= self.followed <= self.covered.p90

    @property
    def years(self) -> int:
        """Return how many years ahead it looked."""
        return self.looked_to.year - self.stood_on.year


@dataclass(frozen=True)
class ForecastReport:
    """The forecast from a standpoint, with how such forecasts fared."""

    standpoint: Standpoint
    computed_at: datetime
    national: AreaForecast
    provinces: tuple[AreaForecast, ...] = field(repr=False)
    past: tuple[tuple[date, int], ...] = field(repr=False)
    """How many units were covered month by month up to the day asked about."""
    fan: tuple[FanPoint, ...] = field(repr=False)
    """How many may be covered month by month from that day on; empty where the data do not suffice."""
    trials: tuple[Trial, ...] = field(repr=False)
    last_inauguration: date | None

    @property
    def horizon(self) -> date:
        """Return the day of which nothing later is said."""
        return rules.months_later(self.standpoint.as_at, 12 * model.HORIZON_YEARS)

    @property
    def of_a_year(self) -> tuple[Trial, ...]:
        """Return the trials that looked one year ahead."""
        return tuple(trial for trial in self.trials if trial.years == 1)

    @property
    def mean_error(self) -> Decimal | None:
        """Return by how many units these were off on average, either way; None without a trial."""
        return rules.mean([abs(trial.error) for trial in self.of_a_year])

    @property
    def mean_error_pct(self) -> Decimal | None:
        """Return the same in percent of what followed."""
        trials = self.of_a_year
        return rules.percentage(sum(abs(trial.error) for trial in trials), sum(trial.followed for trial in trials))

    @property
    def worst(self) -> Trial | None:
        """Return the trial that was furthest off in percent of what followed, however far it looked."""
        return max(self.trials, key=lambda trial: abs(trial.error_pct or Decimal()), default=None)

    @property
    def inside(self) -> int:
        """Return in how many of these what followed lay within P10 and P90."""
        return sum(trial.is_inside for trial in self.of_a_year)

    @property
    def provinces_tried(self) -> int:
        """Return of how many provinces the number a year on was tried."""
        return sum(trial.provinces or 0 for trial in self.trials)

    @property
    def provinces_inside(self) -> int:
        """Return for how many of these what followed lay within P10 and P90."""
        return sum(trial.provinces_inside or 0 for trial in self.trials)


# --- From the ledger ---------------------------------------------------------------------------------------

Fact = tuple[str, str, str | None, date | None]
"""Code of a unit and of its province, a stage it reached and since when; both None where it reached none."""


def forecast(standpoint: Standpoint) -> ForecastReport:
    """Return when the nation and each province may get to 100 % of the 509 units, all inaugurated."""
    coverage = answer(Question(standpoint.as_at, standpoint.known_at, standpoint.layer, standpoint.boundaries))
    facts = facts_of(standpoint)
    drawn = _drawn(facts, standpoint.as_at)
    covered_on = _inaugurations(facts)
    return ForecastReport(
        standpoint=standpoint,
        computed_at=timezone.now(),
        national=_forecast_of(coverage.national, drawn, standpoint.as_at),
        provinces=tuple(_forecast_of(area, drawn, standpoint.as_at) for area in coverage.provinces),
        past=_past(covered_on, standpoint.as_at),
        fan=_fan(drawn, standpoint.as_at),
        trials=_trials(standpoint, covered_on),
        last_inauguration=max(covered_on.values(), default=None),
    )


def national_fan(standpoint: Standpoint) -> tuple[FanPoint, ...]:
    """Return how many units may be covered month by month from a standpoint on; nothing where the data do not suffice.

    It is the fan of `forecast`, without what that tries on the past.
    """
    return _fan(_drawn(facts_of(standpoint), standpoint.as_at), standpoint.as_at)


def facts_of(standpoint: Standpoint) -> tuple[Fact, ...]:
    """Return since when each unit has been in which stage by the day asked about, by code."""
    return tuple(fetch(_FACTS[standpoint.layer, standpoint.boundaries], standpoint.parameters))


def history_of(facts: tuple[Fact, ...], as_at: date) -> tuple[model.History, tuple[str, ...]]:
    """Return the facts as the simulation takes them, and the codes of the provinces by their numbers."""
    units = sorted({(unit, province) for unit, province, _stage, _since in facts})
    provinces = tuple(sorted({province for _unit, province in units}))
    place = {unit: number for number, (unit, _province) in enumerate(units)}
    ages = np.full((len(STAGE_ORDER), len(units)), np.nan)
    for unit, _province, stage, since in facts:
        if stage is not None and since is not None:
            ages[STAGE_ORDER.index(Stage(stage)), place[unit]] = (as_at - since).days
    *waits, covered_age = ages
    reached = ~np.isnan(waits)
    furthest = np.where(reached.any(axis=0), len(waits) - 1 - reached[::-1].argmax(axis=0), -1)
    area = np.array([provinces.index(province) for _unit, province in units], np.intp)
    return model.History(area, covered_age, furthest, np.array(waits)), provinces


@dataclass(frozen=True)
class Drawn:
    """What came out of the draws; months count from the day asked about."""

    covered: tuple[tuple[int, int, int], ...]
    """The spread of covered units of the nation by the end of each month, from none on."""
    finish: Mapping[str, tuple[int, int, int]]
    """The spread of the month that completes each province, by code, and the nation ("")."""
    in_a_year: Mapping[str, tuple[int, int, int]]
    """The spread of covered units of each province after twelve months, by code."""


# Room for the end of every month of the rollout in both boundaries, and the trials (dashboard.forecast).
@lru_cache(maxsize=512)
def draw(facts: tuple[Fact, ...], as_at: date, months: int, draws: int) -> Drawn | None:
    """Return the spread over the draws, None where the data do not suffice; the same facts always give the same."""
    history, provinces = history_of(facts, as_at)
    pace = model.pace_of(history)
    if not model.is_enough(pace):
        return None
    rng = np.random.default_rng(model.SEED)
    drawn = model.months_to_go(history, pace, months, draws, rng)
    finish = model.spread(model.complete_in(drawn, history.area, len(provinces))).T.tolist()
    in_a_year = (
        model.spread((drawn[:, history.area == number] <= 12).sum(axis=1)).tolist() for number in range(len(provinces))
    )
    return Drawn(
        covered=tuple(map(tuple, model.spread(model.covered_by(drawn, months)).T.tolist())),
        finish=dict(zip(provinces, finish, strict=True)) | {"": model.spread(drawn.max(axis=1)).tolist()},
        in_a_year=dict(zip(provinces, in_a_year, strict=True)),
    )


def _drawn(facts: tuple[Fact, ...], as_at: date) -> Drawn | None:
    return draw(facts, as_at, 12 * model.HORIZON_YEARS, model.DRAWS)


def _fan(drawn: Drawn | None, as_at: date) -> tuple[FanPoint, ...]:
    return tuple(
        FanPoint(rules.months_later(as_at, month), Spread(*covered))
        for month, covered in enumerate(drawn.covered if drawn else ())
    )


def _forecast_of(area: AreaCoverage, drawn: Drawn | None, as_at: date) -> AreaForecast:
    is_known = not area.code or area.covered >= PROVINCE_MIN_INAUGURATED
    if drawn is None or not is_known or area.covered == area.units:
        return AreaForecast(area, None)
    horizon = rules.months_later(as_at, 12 * model.HORIZON_YEARS)
    days = (rules.months_later(as_at, month) for month in drawn.finish[area.code])
    return AreaForecast(area, Finish(horizon, *(day if day <= horizon else None for day in days)))


def _inaugurations(facts: tuple[Fact, ...]) -> dict[str, date]:
    """Return since when each unit is covered, by code."""
    return {unit: since for unit, _province, stage, since in facts if stage == Stage.INAUGURATED and since}


def _past(covered_on: Mapping[str, date], as_at: date) -> tuple[tuple[date, int], ...]:
    days = (rules.months_later(as_at, month) for month in range(-PAST_MONTHS, 1))
    return tuple((day, sum(since <= day for since in covered_on.values())) for day in days)


def _trials(standpoint: Standpoint, covered_on: Mapping[str, date]) -> tuple[Trial, ...]:
    """Return what forecasts made at the ends of past years would have said, and what followed so far."""
    trials = []
    for stood_on in STOOD_ON:
        ends = [date(year, 12, 31) for year in range(stood_on.year + 1, standpoint.as_at.year + 1)]
        ends = [end for end in ends if end <= standpoint.as_at]
        if not ends:
            continue
        facts = facts_of(replace(standpoint, as_at=stood_on))
        drawn = draw(facts, stood_on, 12 * len(ends), model.TRIAL_DRAWS)
        if drawn is None:
            continue
        for years, end in enumerate(ends, start=1):
            covered = Spread(*drawn.covered[12 * years])
            followed = {unit for unit, since in covered_on.items() if since <= end}
            tried = _provinces_tried(facts, drawn, followed) if years == 1 else ()
            trials.append(Trial(stood_on, end, covered, len(followed), *tried))
    return tuple(trials)


def _provinces_tried(facts: tuple[Fact, ...], drawn: Drawn, followed: set[str]) -> tuple[int, int]:
    """Return of how many provinces that were not complete the number was tried, and for how many it held."""
    units: dict[str, set[str]] = {}
    for unit, province, _stage, _since in facts:
        units.setdefault(province, set()).add(unit)
    covered = set(_inaugurations(facts))
    tried = {province: len(held & followed) for province, held in units.items() if held - covered}
    spreads = {province: Spread(*drawn.in_a_year[province]) for province in tried}
    return len(tried), sum(spreads[province].p10 <= tried[province] <= spreads[province].p90 for province in tried)


# As in taskforce.coverage: closed lists and fragments only; values go in as parameters.
_FACTS = {
    (layer, boundaries): f"""
    WITH milestone AS ({in_force("regions_milestone", "entry.stage, entry.reached_on", layer)}
          AND entry.reached_on <= %(as_at)s::date
    ),
    began AS (
        SELECT holder_id, stage, min(reached_on) AS since FROM milestone GROUP BY holder_id, stage
    )
    SELECT regency.code, province.code, began.stage, began.since
    FROM regions_regency regency
    JOIN regions_province province ON province.id = {PROVINCE_OF[boundaries]}
    LEFT JOIN began ON began.holder_id = regency.id
    WHERE regency.is_autonomous
    ORDER BY regency.code, began.stage
    """
    for layer, boundaries in LAYERS_AND_BOUNDARIES
}
