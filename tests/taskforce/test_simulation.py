"""Do the draws come out as they would by hand, and never before the day asked about?"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskforce import simulation as model
from taskforce.simulation import History, Pace, Spells

NEVER = math.nan
DRAWS = 20_000
HORIZON = 24


def rng() -> np.random.Generator:
    return np.random.default_rng(model.SEED)


def history(covered_age: list[float], area: list[int] | None = None, waits: list[float] | None = None) -> History:
    """Units of which some wait in one stage, entered so many days ago."""
    units = len(covered_age)
    ages = np.array([waits or [NEVER] * units])
    stage = np.where(np.isnan(ages[0]), -1, 0)
    return History(np.array(area or [0] * units), np.array(covered_age), stage, ages)


def steady(newly: int, at_risk: int, areas: int = 1) -> Pace:
    """A pace that never changed."""
    by_area = np.full((areas, 60), newly)
    return Pace(by_area.sum(axis=0), np.full(60, at_risk * areas), by_area, np.full((areas, 60), at_risk))


def drawn(world: History, pace: Pace, months: int = HORIZON) -> np.ndarray:
    return model.months_to_go(world, pace, months, DRAWS, rng())


# --- The pace --------------------------------------------------------------------------------------------------


def test_the_pace_counts_who_came_and_who_waited_month_by_month() -> None:
    world = history([0, 40, 45, 800, NEVER, NEVER], area=[0, 0, 1, 1, 1, 0])

    pace = model.pace_of(world)

    assert len(pace.newly) == 27
    assert pace.newly[[0, 1, 26]].tolist() == [1, 2, 1]
    assert pace.newly.sum() == 4
    assert pace.at_risk[[0, 1, 2, 26]].tolist() == [3, 5, 5, 6]
    assert pace.by_area[:, :2].tolist() == [[1, 1], [0, 1]]
    assert pace.at_risk_by_area[:, 26].tolist() == [3, 3]


def test_a_year_counts_once_it_is_whole_and_one_without_does_not_mean_never() -> None:
    world = history([10, 100, 1000, NEVER])

    yearly = model.pace_of(world).yearly

    assert len(yearly) == 2
    assert yearly.tolist() == [pytest.approx(2.5 / sum([2] + [2] * 2 + [3] * 9)), pytest.approx(0.5 / 36)]


@pytest.mark.parametrize(
    ("ages", "enough"),
    [
        ([], False),
        ([1500.0], False),
        ([30.0] * 50, False),
        ([1500.0, *[30.0] * 10], True),
        ([1500.0, *[30.0] * 9], False),
        ([1500.0, *[800.0] * 50], False),
    ],
    ids=["never any", "one", "all of late", "enough", "too few of late", "none of late"],
)
def test_too_little_is_no_ground_for_a_forecast(ages: list[float], enough: bool) -> None:
    assert model.is_enough(model.pace_of(history([*ages, NEVER, NEVER]))) is enough


def test_a_steady_pace_gives_the_share_that_a_constant_hazard_gives() -> None:
    pace = steady(newly=1000, at_risk=100_000)

    months = drawn(history([NEVER]), pace)

    for month in (1, 6, 12, 24):
        assert (months <= month).mean() == pytest.approx(1 - math.exp(-0.01 * month), abs=0.01)
    assert months.max() == HORIZON + 1


def test_units_of_one_draw_share_its_pace() -> None:
    yearly = np.repeat([8, 4, 2, 1], 12)
    pace = Pace(yearly, np.full(48, 100), yearly[None, :], np.full((1, 48), 100))

    months = drawn(history([NEVER] * 50), pace)

    counts = (months <= 12).sum(axis=1)
    share = counts.mean() / 50
    assert counts.var() > 3 * 50 * share * (1 - share)


def test_after_a_change_of_pace_more_and_less_are_as_likely() -> None:
    yearly = np.repeat([200, 100, 200, 100], 12)
    pace = Pace(yearly, np.full(48, 10_000), yearly[None, :], np.full((1, 48), 10_000))

    hazards = model.cumulative_hazards(pace, 12, DRAWS, rng())[:, -1]

    assert np.quantile(hazards, [0.2, 0.8]).tolist() == pytest.approx([0.12, 0.48], rel=0.12)


def test_a_province_that_was_slow_stays_slow_and_the_nation_keeps_its_pace() -> None:
    by_area = np.array([[2] * 60, [0] * 60])
    pace = Pace(by_area.sum(axis=0), np.full(60, 100), by_area, np.full((2, 60), 50))

    factors = model.area_factors(pace, DRAWS, rng())

    assert factors[:, 0].mean() > 3 * factors[:, 1].mean()
    waiting = np.array([48, 50])
    assert (factors @ waiting).tolist() == pytest.approx([98.0] * DRAWS)


# --- Waits in a stage --------------------------------------------------------------------------------------------


def test_the_share_still_waiting_is_that_of_kaplan_and_meier() -> None:
    spells = Spells(np.array([30.0, 10.0, 15.0, 20.0]), np.array([True, True, False, True]))

    days, waits = model.stage_hazards(spells, 50_000, rng())

    assert days.tolist() == [10, 15, 20, 30]
    # Three of four remain after 10 days; 15 is somebody who still waits; of the two left, one remains after 20.
    assert np.exp(-waits).mean(axis=0).tolist() == pytest.approx([0.75, 0.75, 0.375, 0], abs=0.01)


def test_who_still_waits_is_part_of_the_waits_and_who_never_waited_is_not() -> None:
    world = history([50, NEVER, 300, NEVER], waits=[80, 120, 200, NEVER])

    spells = world.spells(0)

    assert spells.days.tolist() == [30, 120]
    assert spells.is_over.tolist() == [True, False]


LEFT = [100.0] * 12
"""Covered a hundred days ago, as many as a stage needs."""


def test_a_site_waits_for_the_rest_of_what_others_waited() -> None:
    world = history([*LEFT, NEVER], waits=[200.0] * 12 + [40.0])

    assert set(drawn(world, steady(1, 1000))[:, -1]) == {2}  # 60 days are left of 100


def test_a_site_that_waited_longer_than_others_goes_by_the_pace_of_the_nation() -> None:
    waits = [200.0] * 12 + [150.0]
    assert (
        drawn(history([*LEFT, NEVER]), steady(1, 100)) == drawn(history([*LEFT, NEVER], waits=waits), steady(1, 100))
    ).all()


def test_a_stage_that_few_have_left_says_nothing() -> None:
    few = [100.0] * (model.MIN_SPELLS - 1)
    waits = [200.0] * len(few) + [40.0]

    assert (
        drawn(history([*few, NEVER], waits=waits), steady(1, 100)) == drawn(history([*few, NEVER]), steady(1, 100))
    ).all()


def test_those_who_still_wait_make_the_wait_longer() -> None:
    world = history([*LEFT, *[NEVER] * 13], waits=[200.0] * 12 + [400.0] * 12 + [1.0])

    months = drawn(world, steady(1, 1000))[:, -1]

    assert (months <= 4).mean() == pytest.approx(0.5, abs=0.02)
    assert not ((months > 4) & (months <= 13)).any()


# --- Areas ---------------------------------------------------------------------------------------------------------


def test_an_area_is_complete_with_its_last_unit() -> None:
    months = np.array([[0, 7, 3, 0, 0], [0, 2, HORIZON + 1, 5, 0]], np.int16)

    complete = model.complete_in(months, np.array([0, 0, 1, 1, 2]), 4)

    assert complete.tolist() == [[7, 3, 0, 0], [2, HORIZON + 1, 0, 0]]


def test_the_covered_are_counted_by_the_end_of_each_month() -> None:
    months = np.array([[0, 1, 3, 4], [0, 0, 2, 2]], np.int16)

    assert model.covered_by(months, 3).tolist() == [[1, 2, 2, 3], [2, 2, 4, 4]]


def test_the_spread_is_of_values_that_were_drawn() -> None:
    assert model.spread(np.arange(1, 11)).tolist() == [1, 5, 9]
    assert model.spread(np.array([[1, 5], [3, 5]])).tolist() == [[1, 5], [1, 5], [3, 5]]


def test_where_all_are_covered_nothing_is_left() -> None:
    world = history([10.0, 500.0, 1500.0])

    assert not model.months_to_go(world, model.pace_of(world), HORIZON, 100, rng()).any()


ages = st.one_of(st.just(NEVER), st.floats(0, 2500).map(round).map(float))
units = st.lists(st.tuples(ages, st.integers(0, 3), ages), min_size=3, max_size=40)


@st.composite
def worlds(draw: Callable) -> History:
    """Rollouts of four provinces that have gone on for long enough, with sites in a stage."""
    rows = draw(units)
    covered, area, waits = zip(
        *rows, *((30.0, 0, NEVER),) * 10, *((1600.0, each, NEVER) for each in range(4)), strict=True
    )
    return history(list(covered), list(area), list(waits))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_nothing_happens_before_the_day_and_the_spread_is_in_order(world: History) -> None:
    pace = model.pace_of(world)
    assert model.is_enough(pace)

    months = model.months_to_go(world, pace, HORIZON, 200, rng())
    again = model.months_to_go(world, pace, HORIZON, 200, rng())

    assert (months == again).all()
    assert (months[:, world.is_covered] == 0).all()
    assert ((months[:, ~world.is_covered] >= 1) & (months[:, ~world.is_covered] <= HORIZON + 1)).all()
    for values in (model.complete_in(months, world.area, 4), model.covered_by(months, HORIZON)):
        p10, p50, p90 = model.spread(values)
        assert ((p10 <= p50) & (p50 <= p90)).all()


@settings(max_examples=60, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_a_unit_more_that_is_covered_never_makes_it_later(world: History, random: object) -> None:
    world = replace(world, stage=np.full(len(world.area), -1), stage_ages=np.full((1, len(world.area)), NEVER))
    pace = model.pace_of(world)
    waiting = np.flatnonzero(~world.is_covered)
    covered_age = world.covered_age.copy()
    if len(waiting):
        covered_age[random.choice(waiting)] = 0.0  # type: ignore[attr-defined]

    before, after = (
        model.complete_in(model.months_to_go(each, pace, HORIZON, 200, rng()), world.area, 4)
        for each in (world, replace(world, covered_age=covered_age))
    )

    assert (after <= before).all()
