"""Are percentages, gaps and paces computed as people expect?"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regions.choices import Stage
from taskforce import rules
from taskforce.choices import CoverageClass, StageGroup


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(296, 509, "58.2"), (0, 9, "0.0"), (9, 9, "100.0"), (1, 2000, "0.1"), (1, 8, "12.5"), (45, 1000, "4.5")],
)
def test_percentage_has_one_place_rounded_half_up(part: int, whole: int, expected: str) -> None:
    assert rules.percentage(part, whole) == Decimal(expected)


def test_a_half_is_rounded_up() -> None:
    assert rules.percentage(1, 2000) == Decimal("0.1")
    assert rules.percentage(3, 2000) == Decimal("0.2")


def test_a_mean_has_one_place_rounded_half_up() -> None:
    assert rules.mean([33, 31, 44, 25]) == Decimal("33.3")
    assert rules.mean([]) is None


@given(st.dates(), st.integers(-60, 180))
def test_months_are_counted_in_mean_months(day: date, months: int) -> None:
    assume(date(100, 1, 1) < day < date(9000, 1, 1))
    assert abs((rules.months_later(day, months) - day).days - months * 30.4375) <= 0.5


def test_of_nothing_there_is_no_percentage() -> None:
    assert rules.percentage(0, 0) is None


@given(st.integers(0, 600), st.integers(1, 600))
def test_a_share_asks_for_enough_units_and_not_one_more(part: int, whole: int) -> None:
    share = Fraction(min(part, whole), whole)

    needed = rules.units_for(share, 509)

    assert needed >= share * 509 > needed - 1


@pytest.mark.parametrize(("covered", "wanted", "expected"), [(262, 509, 247), (9, 9, 0), (10, 9, 0)])
def test_a_target_passed_leaves_no_gap(covered: int, wanted: int, expected: int) -> None:
    assert rules.gap(covered, wanted) == expected


def test_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert rules.year_before(date(2024, 2, 29)) == date(2023, 2, 28)
    assert rules.year_before(date(2025, 3, 1)) == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("gap", "as_at", "deadline", "expected"),
    [
        (247, date(2024, 1, 1), date(2024, 12, 31), "20.6"),
        (0, date(2026, 1, 1), date(2024, 12, 31), "0.0"),
        (5, date(2025, 1, 1), date(2024, 12, 31), None),
        (5, date(2024, 12, 31), date(2024, 12, 31), None),
    ],
)
def test_the_pace_needed(gap: int, as_at: date, deadline: date, expected: str | None) -> None:
    assert rules.pace_needed(gap, as_at, deadline) == (expected and Decimal(expected))


@pytest.mark.parametrize(
    ("stage", "has_opened", "group"),
    [
        (Stage.INAUGURATED, False, StageGroup.INAUGURATED),
        (Stage.INAUGURATED, True, StageGroup.INAUGURATED),
        (Stage.OPENED, False, StageGroup.OPENED),
        (Stage.SOFT_LAUNCHED, False, StageGroup.OPENED),
        (Stage.READY, False, StageGroup.UNDERWAY),
        (Stage.READY, True, StageGroup.OPENED),
        (Stage.PROPOSED, False, StageGroup.UNDERWAY),
        (Stage.STAFFING, False, StageGroup.UNDERWAY),
        (Stage.COMMITTED, False, StageGroup.COMMITTED),
        (Stage.COMMITTED, True, StageGroup.OPENED),
        (None, True, StageGroup.OPENED),
        (None, False, StageGroup.UNKNOWN),
    ],
)
def test_a_unit_stands_in_one_of_five_steps(stage: Stage | None, has_opened: bool, group: StageGroup) -> None:
    assert rules.stage_group(stage, has_opened) == group


@pytest.mark.parametrize(
    ("covered", "units", "expected"),
    [
        (0, 0, CoverageClass.NO_UNITS),
        (0, 8, CoverageClass.NONE),
        (1, 33, CoverageClass.BELOW_HALF),
        (7, 15, CoverageClass.BELOW_HALF),
        (5, 10, CoverageClass.HALF),
        (37, 38, CoverageClass.HALF),
        (1, 1, CoverageClass.COMPLETE),
    ],
)
def test_an_area_is_in_one_class_by_its_coverage(covered: int, units: int, expected: CoverageClass) -> None:
    assert rules.coverage_class(covered, units) == expected
