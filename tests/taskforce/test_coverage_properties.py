"""Does coverage hold for rollouts nobody has thought of?"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from regions.models import Milestone, OperatingRecord, Regency, Site
from regions.rules import end_of_period
from taskforce.choices import Basis, Boundaries, Counting, Layer, StageGroup
from taskforce.coverage import DAILY_FIGURES, Question, coverage, on_day, series, unit_standings
from tests.taskforce.naive import ORDER, count

pytestmark = pytest.mark.django_db

FIRST = date(2022, 6, 1)
SPAN = 300
STATUSES = ["not_yet", "trial", "operating", "partly", "suspended", "stopped"]
days = st.integers(0, SPAN).map(lambda offset: FIRST + timedelta(days=offset))
questions = st.fixed_dictionaries(
    {
        "as_at": days,
        "known_at": st.none() | days.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)),
        "basis": st.sampled_from(Basis.values),
        "counting": st.sampled_from(Counting.values),
        "layer": st.sampled_from(Layer.values),
        "boundaries": st.sampled_from(Boundaries.values),
    }
)
# Regencies with a past: moved ones, Jakarta, and some that have an MPP or none.
CODES = ["31.00", "93.01", "94.02", "95.01", "96.71", "35.02", "35.78", "11.01", "73.17"]
worlds = st.randoms(use_true_random=False)
slowly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@contextmanager
def undone() -> Iterator[None]:
    """Take the example's rows back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def imagine(rng: random.Random, officer: User, verifier: User) -> None:
    """Write a random rollout beside the real one: several sites, branches, corrections, returns, withdrawals."""
    for regency in Regency.objects.filter(code__in=CODES):
        for number in range(rng.randint(0, 2)):
            site = Site.objects.create(regency=regency, name=f"Coba {number}", is_branch=rng.random() < 0.25)
            for model in (Milestone, OperatingRecord):
                earlier: list[Any] = []
                for _ in range(rng.randint(0, 4)):
                    earlier.append(_entry(rng, model, site, earlier, officer, verifier))


def _entry(rng: random.Random, model: type, site: Site, earlier: list, officer: User, verifier: User) -> Any:
    precision = rng.choice(["day", "day", "month", "year"])
    happened_on = end_of_period(FIRST + timedelta(days=rng.randint(-30, SPAN)), precision)
    reported_at = datetime(2022, 6, 1, tzinfo=UTC) + timedelta(hours=rng.randint(0, SPAN * 24))
    state = rng.choice(["reported", "verified", "verified", "returned"])
    reviewed = {}
    if state != "reported":
        reviewed = {
            "reviewed_by": verifier,
            "reviewed_at": reported_at + timedelta(hours=rng.randint(0, 500)),
            "review_note": "alasan",
        }
    open_to_correction = [
        entry
        for entry in earlier
        if entry.state == "verified" and not any(other.supersedes_id == entry.pk for other in earlier)
    ]
    corrected = rng.choice(open_to_correction) if open_to_correction and rng.random() < 0.5 else None
    said = (
        {"stage": rng.choice(ORDER), "reached_on": happened_on}
        if model is Milestone
        else {"status": rng.choice(STATUSES), "since": happened_on}
    )
    return model.objects.create(
        site=site,
        state=state,
        date_precision=precision,
        reported_by=officer,
        reported_at=reported_at,
        supersedes=corrected,
        withdraws=corrected is not None and rng.random() < 0.3,
        note="alasan",
        **said,
        **reviewed,
    )


@given(rng=worlds, question=questions)
@slowly
def test_coverage_is_what_a_patient_clerk_counts(
    rng: random.Random, question: dict[str, Any], officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)

        result = coverage(**question)

        expected, by_stage = count(**question)
        assert {area.code for area in result.provinces} == set(expected)
        for area in result.provinces:
            clerk = expected[area.code]
            assert (area.units, area.covered, area.newly_covered, area.units_without_site) == (
                clerk.units,
                clerk.covered,
                clerk.newly_covered,
                clerk.without_site,
            )
            assert {stage.value: number for stage, number in area.units_by_stage.items()} == by_stage[area.code]


@given(rng=worlds, question=questions, later=days)
@slowly
def test_what_always_holds(
    rng: random.Random, question: dict[str, Any], later: date, officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)

        result = coverage(**question)
        opened = coverage(**{**question, "counting": "opened"})
        inaugurated = coverage(**{**question, "counting": "inaugurated"})
        other_boundaries = coverage(**{**question, "boundaries": "now" if question["boundaries"] == "then" else "then"})
        grown = coverage(**{**question, "counting": "opened", "as_at": max(later, question["as_at"])})

        areas = (result.national, *result.provinces)
        assert all(0 <= area.covered <= area.units for area in areas)
        assert result.national.units == sum(area.units for area in result.provinces)
        assert result.national.covered == sum(area.covered for area in result.provinces)
        for wide, narrow in zip(opened.provinces, inaugurated.provinces, strict=True):
            assert wide.covered >= narrow.covered
        assert opened.national.covered <= grown.national.covered
        assert other_boundaries.national.covered == result.national.covered
        assert other_boundaries.national.units_by_stage == result.national.units_by_stage


@given(rng=worlds, first_day=days, length=st.integers(0, 40))
@slowly
def test_daily_figures_equal_the_function_on_every_day(
    rng: random.Random, first_day: date, length: int, officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)
        last_day = first_day + timedelta(days=length)

        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT figure.*, province.code FROM ({DAILY_FIGURES}) figure"
                " LEFT JOIN regions_province province ON province.id = figure.province_id",
                {"known_at": "infinity", "provinces": None, "first_day": first_day, "last_day": last_day},
            )
            stored = {(row[0], row[1], row[2], row[6] or ""): (row[4], row[5]) for row in cursor.fetchall()}

        expected = {}
        for day in {first_day, last_day, rng.choice([first_day, last_day - timedelta(days=length // 2)])}:
            for basis in Basis.values:
                for counting in Counting.values:
                    result = coverage(day, basis=basis, counting=counting)
                    for area in (result.national, *result.provinces):
                        expected[day, basis, counting, area.code] = (area.units, area.covered)
        asked = {key[0] for key in expected}
        assert {key: value for key, value in stored.items() if key[0] in asked} == expected
        assert len({key[0] for key in stored}) == length + 1


@given(rng=worlds, question=questions)
@slowly
def test_the_parts_by_stage_are_all_units(
    rng: random.Random, question: dict[str, Any], officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)

        result = coverage(**question)
        standings = unit_standings(Question(**question))

        for area in (result.national, *result.provinces):
            assert sum(area.units_by_group.values()) == area.units
            assert area.units_by_group[StageGroup.INAUGURATED] == area.units_by_stage["inaugurated"]
            counted = dict.fromkeys(StageGroup, 0)
            for unit in standings:
                if area.code in ("", unit.province):
                    counted[unit.stage_group] += 1
            assert area.units_by_group == counted


@given(rng=worlds, question=questions, province=st.sampled_from(["", "31", "35", "91", "92", "93", "94", "96"]))
@slowly
def test_the_series_says_what_coverage_says_on_every_day(
    rng: random.Random, question: dict[str, Any], province: str, officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)

        points = series(Question(**question), province)

        assert [point.since for point in points] == sorted({point.since for point in points})
        assert all(point.since <= question["as_at"] for point in points)
        turns = [point.since for point in points] + [point.since - timedelta(days=1) for point in points[1:]]
        asked = {question["as_at"], FIRST, *rng.sample(turns, min(4, len(turns)))}
        for day in (day for day in asked if day <= question["as_at"]):
            result = coverage(**{**question, "as_at": day})
            area = result.province(province) if province else result.national
            point = on_day(points, day)
            assert (point.units, point.covered) == ((area.units, area.covered) if area else (0, 0))
