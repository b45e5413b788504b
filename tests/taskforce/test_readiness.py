"""Does readiness hold for any day and baseline, claim nothing that nobody said, and leave what was frozen alone?"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from regions.choices import ReadinessAspect, ReadinessLevel
from regions.models import ReadinessAssessment, ReadinessBaseline, Regency
from regions.services.ledger import report, send_back, verify
from regions.services.readiness import freeze
from taskforce.choices import Boundaries, Layer
from taskforce.coverage import Standpoint
from taskforce.readiness import AspectStanding, AspectTally, ReadinessReport, readiness_report
from tests.taskforce.naive_readiness import ASPECTS, levels, movement, units_by_province
from tests.taskforce.test_coverage_properties import CODES, FIRST, SPAN, days, slowly, undone, worlds

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
NOW = Standpoint(TODAY)
NOT_YET, PARTLY, READY = ReadinessLevel
BUDGET = ReadinessAspect.BUDGET


def standing(result: ReadinessReport, code: str = "35.02", aspect: ReadinessAspect = BUDGET) -> AspectStanding:
    """Return how ready a unit is in an aspect."""
    unit = next(unit for unit in result.units if unit.code == code)
    return next(each for each in unit.aspects if each.aspect == aspect)


def tally(result: ReadinessReport, code: str = "", aspect: ReadinessAspect = BUDGET) -> AspectTally:
    """Return how ready the units of an area are in an aspect."""
    area = result.province(code) if code else result.national
    assert area
    return next(each for each in area.aspects if each.aspect == aspect)


def test_of_what_nobody_assessed_nothing_is_claimed(db: None) -> None:
    result = readiness_report(NOW)

    assert (result.national.units, result.national.assessed, len(result.provinces)) == (509, 0, 38)
    assert tally(result).now == {READY: 0, PARTLY: 0, NOT_YET: 0, None: 509}
    assert (tally(result, "35").now[None], tally(result).known) == (38, 0)


def test_an_assessment_counts_from_its_day_until_the_next_as_a_whole(
    assessed: Callable[..., ReadinessAssessment],
) -> None:
    assessed(date(2026, 1, 1), budget="not_yet", staff="ready")
    assessed(date(2026, 3, 1), budget="ready")

    assert standing(readiness_report(Standpoint(date(2025, 12, 31)))).now is None
    assert standing(readiness_report(Standpoint(date(2026, 2, 28)))).now == NOT_YET
    last = readiness_report(Standpoint(date(2026, 3, 1)))
    assert standing(last).now == READY
    assert standing(last, aspect=ReadinessAspect.STAFF).now is None
    assert tally(last, "35").now == {READY: 1, PARTLY: 0, NOT_YET: 0, None: 37}
    assert tally(last).known == 1


def test_a_report_counts_in_its_own_layer_only_and_a_returned_one_in_none(
    assessed: Callable[..., ReadinessAssessment], verifier: User
) -> None:
    waiting = assessed(is_verified=False)
    reported = Standpoint(TODAY, layer=Layer.REPORTED)

    assert standing(readiness_report(NOW)).now is None
    assert standing(readiness_report(reported)).now == READY
    send_back(waiting, by=verifier, reason="Belum ada DPA")
    assert standing(readiness_report(reported)).now is None


def test_now_stands_against_the_baseline(
    assessed: Callable[..., ReadinessAssessment], frozen: Callable[..., ReadinessBaseline]
) -> None:
    banyuwangi = Regency.objects.get(code="35.10")
    assessed(date(2026, 1, 1), budget="partly", staff="ready", network="not_yet")
    assessed(date(2026, 1, 1), banyuwangi, budget="ready")
    baseline = frozen(date(2026, 1, 31))
    assessed(date(2026, 3, 1), budget="ready", staff="partly", building="ready")

    result = readiness_report(NOW, baseline)

    assert (standing(result).before, standing(result).now) == (PARTLY, READY)
    moved = {aspect: standing(result, aspect=aspect).movement for aspect in ReadinessAspect}
    assert [moved[ReadinessAspect(name)] for name in ("budget", "staff", "building", "network", "proposal")] == [
        "up",
        "down",
        "found",
        "lost",
        "unknown",
    ]
    assert Counter(tally(result, "35").moved) == Counter({"up": 1, "same": 1, "unknown": 36})
    assert (tally(result).before, tally(result).now) == (
        {READY: 1, PARTLY: 1, NOT_YET: 0, None: 507},
        {READY: 2, PARTLY: 0, NOT_YET: 0, None: 507},
    )
    assert (result.national.assessed, result.national.assessed_before) == (2, 2)


def test_a_baseline_keeps_what_was_known_when_it_was_frozen(
    assessed: Callable[..., ReadinessAssessment], frozen: Callable[..., ReadinessBaseline], verifier: User
) -> None:
    wrong = assessed(date(2026, 1, 1), budget="ready")
    waiting = assessed(date(2026, 1, 15), is_verified=False, budget="partly")
    first = frozen(date(2026, 1, 31))

    verify(waiting, by=verifier)
    assessed(date(2026, 1, 1), supersedes=wrong, note="Salah", budget="not_yet")
    second = frozen(date(2026, 1, 31))

    assert standing(readiness_report(NOW, first)).before == READY
    assert standing(readiness_report(NOW, second)).before == PARTLY
    assert standing(readiness_report(NOW, first)).now == PARTLY


def test_a_moved_regency_is_grouped_as_asked_and_the_baseline_with_it(
    assessed: Callable[..., ReadinessAssessment], frozen: Callable[..., ReadinessBaseline]
) -> None:
    merauke = Regency.objects.get(code="93.01")
    assessed(date(2022, 1, 1), merauke, budget="ready")
    baseline = frozen(date(2022, 2, 1))

    then = readiness_report(Standpoint(date(2022, 6, 1)), baseline)
    now = readiness_report(Standpoint(date(2022, 6, 1), boundaries=Boundaries.NOW), baseline)
    later = readiness_report(NOW, baseline)

    assert (len(then.provinces), len(now.provinces)) == (34, 38)
    for result, code in ((then, "91"), (now, "93"), (later, "93")):
        assert (tally(result, code).now[READY], tally(result, code).before[READY]) == (1, 1)


def test_it_takes_as_many_queries_for_all_units_as_for_none(
    officer: User, verifier: User, frozen: Callable[..., ReadinessBaseline]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            readiness_report(NOW, baseline)
        return len(caught)

    baseline = frozen()
    empty = queries()
    for regency in Regency.objects.filter(province__code="35", is_autonomous=True):
        said = ReadinessAssessment(regency=regency, assessed_on=date(2026, 1, 1), budget="ready")
        verify(report(said, by=officer), by=verifier)

    # What is known now, what was known at the baseline, and the units with their provinces.
    assert (empty, queries()) == (3, 3)


# --- Worlds nobody has thought of ------------------------------------------------------------------------------


def imagine(rng: random.Random, officer: User, verifier: User, *, since: datetime | None = None) -> None:
    """Write random assessments: corrections, withdrawals, returns; verified after `since` where it is given."""
    for regency in Regency.objects.filter(code__in=CODES):
        earlier = list(regency.readiness_assessments.all())
        for _ in range(rng.randint(0, 4)):
            earlier.append(_assessment(rng, regency, earlier, officer, verifier, since))


def _assessment(
    rng: random.Random, regency: Regency, earlier: list, officer: User, verifier: User, since: datetime | None
) -> ReadinessAssessment:
    reported_at = datetime(2022, 6, 1, tzinfo=UTC) + timedelta(hours=rng.randint(0, SPAN * 24))
    state = rng.choice(["reported", "verified", "verified", "verified", "returned"])
    reviewed: dict[str, Any] = {}
    if state != "reported":
        reviewed_at = since + timedelta(seconds=1) if since else reported_at + timedelta(hours=rng.randint(0, 500))
        reviewed = {"reviewed_by": verifier, "reviewed_at": reviewed_at, "review_note": "alasan"}
    open_to_correction = [
        entry
        for entry in earlier
        if entry.state == "verified" and not any(other.supersedes_id == entry.pk for other in earlier)
    ]
    corrected = rng.choice(open_to_correction) if open_to_correction and rng.random() < 0.5 else None
    said = {aspect: rng.choice(["", "not_yet", "partly", "ready"]) for aspect in ASPECTS}
    said[rng.choice(ASPECTS)] = "partly"
    return ReadinessAssessment.objects.create(
        regency=regency,
        assessed_on=FIRST + timedelta(days=rng.randint(-30, SPAN)),
        state=state,
        reported_by=officer,
        reported_at=reported_at,
        supersedes=corrected,
        withdraws=corrected is not None and rng.random() < 0.3,
        note="alasan",
        **said,
        **reviewed,
    )


standpoints = st.builds(
    Standpoint,
    as_at=days,
    known_at=st.none() | days.map(lambda day: datetime(day.year, day.month, day.day, 12, tzinfo=UTC)),
    layer=st.sampled_from(Layer),
    boundaries=st.sampled_from(Boundaries),
)


@given(rng=worlds, standpoint=standpoints, baseline_on=days)
@slowly
def test_readiness_is_what_a_patient_clerk_counts(
    rng: random.Random, standpoint: Standpoint, baseline_on: date, officer: User, verifier: User, editor: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)
        baseline = freeze(ReadinessBaseline(as_at=baseline_on, note="Kondisi awal"), by=editor)

        result = readiness_report(standpoint, baseline)

        now = levels(standpoint.as_at, standpoint.known_at, standpoint.layer)
        before = levels(baseline_on, None, "verified")
        expected = units_by_province(standpoint.as_at, standpoint.boundaries)
        assert {area.code for area in result.provinces} == set(expected)
        for area in result.provinces:
            units = expected[area.code]
            assert [unit.code for unit in result.units_of(area.code)] == units
            assert area.assessed == sum(code in now for code in units)
            for each in area.aspects:
                held = [(before.get(code, {}).get(each.aspect), now.get(code, {}).get(each.aspect)) for code in units]
                assert +Counter(each.now) == Counter(pair[1] for pair in held)
                assert +Counter(each.before) == Counter(pair[0] for pair in held)
                assert +Counter(each.moved) == Counter(movement(*pair) for pair in held)
        for position in range(len(ASPECTS)):
            for side in ("now", "before", "moved"):
                parts = [Counter(getattr(area.aspects[position], side)) for area in result.provinces]
                assert +Counter(getattr(result.national.aspects[position], side)) == +sum(parts, Counter())


@given(rng=worlds, baseline_on=days)
@slowly
def test_what_was_frozen_stays_whatever_is_said_later(
    rng: random.Random, baseline_on: date, officer: User, verifier: User, editor: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)
        baseline = freeze(ReadinessBaseline(as_at=baseline_on, note="Kondisi awal"), by=editor)
        before = [unit.before for unit in readiness_report(NOW, baseline).units]
        waiting = list(ReadinessAssessment.objects.filter(state="reported", supersedes=None))

        imagine(rng, officer, verifier, since=timezone.now())
        for entry in waiting:
            verify(entry, by=verifier)

        assert [unit.before for unit in readiness_report(NOW, baseline).units] == before
