"""Do the rules about dates and stages say what the field says?"""

from datetime import date

import pytest

from regions.choices import EntryState, OperatingStatus, Stage, StageMark
from regions.rules import (
    distance_km,
    end_of_period,
    furthest,
    parse_partial_date,
    stage_path,
    start_of_period,
)


@pytest.mark.parametrize(
    ("text", "precision", "expected"),
    [
        ("2025-09-24", "day", date(2025, 9, 24)),
        ("2018-02", "month", date(2018, 2, 28)),
        ("2024-02", "month", date(2024, 2, 29)),
        ("2019", "year", date(2019, 12, 31)),
    ],
)
def test_a_partial_date_counts_from_the_last_day_of_its_period(text: str, precision: str, expected: date) -> None:
    assert parse_partial_date(text, precision) == expected


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2024-02-30", "day"),
        ("2024-13", "month"),
        ("2024-02", "day"),
        ("2024-02-01", "month"),
        ("24-02", "month"),
        ("2024-2-1", "day"),
        ("kemarin", "day"),
        ("\uff12\uff10\uff12\uff14", "year"),
        ("0000", "year"),
    ],
)
def test_a_date_not_written_as_its_precision_says_is_refused(text: str, precision: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_partial_date(text, precision)


@pytest.mark.parametrize("precision", ["day", "month", "year"])
def test_a_period_starts_no_later_than_it_ends(precision: str) -> None:
    day = date(2024, 2, 15)

    assert start_of_period(day, precision) <= day <= end_of_period(day, precision)


def test_the_furthest_stage_goes_by_the_order_of_the_field_not_of_the_milestones() -> None:
    assert furthest(["opened", "committed", "building"]) == Stage.OPENED
    assert furthest(["soft_launched", "ready"]) == Stage.READY
    assert furthest([]) is None


@pytest.mark.parametrize("choices", [Stage, OperatingStatus, EntryState])
def test_every_choice_has_a_tone(choices: type[Stage]) -> None:
    for choice in choices:
        assert choice.tone.value


def test_every_stage_is_reached_reported_unrecorded_or_ahead() -> None:
    path = stage_path({Stage.COMMITTED, Stage.BUILDING}, {Stage.OPENED})

    marks = dict(path)
    assert [stage for stage, _mark in path] == list(Stage)
    assert marks[Stage.COMMITTED] == marks[Stage.BUILDING] == StageMark.REACHED
    assert marks[Stage.OPENED] == StageMark.REPORTED
    assert marks[Stage.PROPOSED] == marks[Stage.STAFFING] == StageMark.UNRECORDED
    assert marks[Stage.READY] == marks[Stage.INAUGURATED] == StageMark.AHEAD


def test_without_a_stage_none_is_said_to_be_ahead() -> None:
    assert {mark for _stage, mark in stage_path(set())} == {StageMark.UNRECORDED}


@pytest.mark.parametrize(
    ("start", "end", "km"),
    [
        ((-6.1818, 106.8223), (-6.1818, 106.8223), 0),
        ((0, 0), (0, 90), 10008),
        ((0, 0), (0, 180), 20015),
        ((-6.1818, 106.8223), (-7.2575, 112.7521), 665),  # Jakarta to Surabaya
    ],
)
def test_distances_follow_the_great_circle(start: tuple[float, float], end: tuple[float, float], km: int) -> None:
    assert distance_km(start, end) == distance_km(end, start) == pytest.approx(km, abs=2)
