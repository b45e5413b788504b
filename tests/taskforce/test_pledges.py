"""Does a pledge stand on any day as its dates and the ledger say?"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given

from accounts.models import User
from commitments.choices import PledgeStanding
from commitments.models import Pledge, PledgeRevision
from regions.models import Milestone, Regency, Site
from regions.services.ledger import report, verify
from taskforce.choices import Layer
from taskforce.coverage import Question, Standpoint, inaugurations, unit_standings
from taskforce.models import AnnouncedFigure
from taskforce.pledges import PledgeOutcome, PledgeReport, pledge_report, pressing_pledges
from tests.taskforce import naive
from tests.taskforce.test_coverage_properties import CODES, FIRST, SPAN, imagine, questions, slowly, undone, worlds

pytestmark = pytest.mark.django_db

PLEDGED, DUE, DUE_AGAIN = date(2024, 3, 1), date(2024, 12, 31), date(2025, 12, 31)


@pytest.fixture
def pledge(ponorogo: Regency) -> Pledge:
    """Ponorogo's promise of March 2024, for that year."""
    return Pledge.objects.create(regency=ponorogo, pledged_on=PLEDGED, due_on=DUE)


def revise(pledge: Pledge, revised_on: date, due_on: date) -> PledgeRevision:
    return PledgeRevision.objects.create(pledge=pledge, revised_on=revised_on, due_on=due_on, reason="Gedung belum")


def asked(as_at: date, **question: Any) -> PledgeReport:
    return pledge_report(Standpoint(as_at, **question))


def outcome(as_at: date, **question: Any) -> PledgeOutcome:
    (row,) = asked(as_at, **question).outcomes
    return row


@pytest.mark.parametrize(
    ("inaugurated_on", "as_at", "standing"),
    [
        (None, DUE, PledgeStanding.NOT_YET_DUE),
        (None, DUE + timedelta(days=1), PledgeStanding.LATE),
        (DUE, DUE, PledgeStanding.KEPT),
        (DUE + timedelta(days=1), date(2025, 6, 1), PledgeStanding.LATE),
        (date(2024, 6, 1), date(2024, 5, 31), PledgeStanding.NOT_YET_DUE),
        (date(2024, 6, 1), date(2024, 6, 1), PledgeStanding.KEPT),
    ],
)
def test_a_pledge_stands_by_the_first_inauguration_in_the_ledger(
    pledge: Pledge,
    site: Site,
    verified: Callable[..., Milestone],
    inaugurated_on: date | None,
    as_at: date,
    standing: str,
) -> None:
    if inaugurated_on:
        verified(site, "inaugurated", inaugurated_on)
        verified(site, "opened", PLEDGED)

    assert outcome(as_at).standing == standing


@pytest.mark.parametrize(
    ("as_at", "due_on", "standing"),
    [
        (date(2024, 9, 30), DUE, PledgeStanding.NOT_YET_DUE),
        (date(2024, 10, 1), DUE_AGAIN, PledgeStanding.SLIPPED),
        (date(2025, 6, 1), DUE_AGAIN, PledgeStanding.SLIPPED),
        (date(2026, 1, 1), DUE_AGAIN, PledgeStanding.LATE),
        (date(2026, 2, 1), date(2026, 12, 31), PledgeStanding.SLIPPED),
    ],
)
def test_the_last_day_promised_by_then_is_in_force(pledge: Pledge, as_at: date, due_on: date, standing: str) -> None:
    revise(pledge, date(2026, 2, 1), date(2026, 12, 31))
    revise(pledge, date(2024, 10, 1), DUE_AGAIN)

    row = outcome(as_at)

    assert (row.in_force.due_on, row.standing) == (due_on, standing)


def test_a_pledge_does_not_exist_before_it_was_made(pledge: Pledge) -> None:
    assert asked(PLEDGED - timedelta(days=1)).outcomes == ()
    assert outcome(PLEDGED).pledge == pledge


def test_what_was_inaugurated_before_it_was_promised_is_kept_and_said_to_be_so(
    pledge: Pledge, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, "inaugurated", date(2023, 1, 1))

    row = outcome(date(2025, 1, 1))

    assert (row.standing, row.was_fulfilled_before, row.year) == (PledgeStanding.KEPT, True, 2023)


def test_a_corrected_inauguration_changes_the_standing(
    pledge: Pledge, site: Site, verified: Callable[..., Milestone], officer: User, verifier: User
) -> None:
    wrong = verified(site, "inaugurated", date(2024, 12, 1))
    before = outcome(date(2025, 6, 1))
    right = Milestone(
        site=site, stage="inaugurated", reached_on=date(2025, 1, 12), supersedes=wrong, note="Salah tulis"
    )

    verify(report(right, by=officer), by=verifier)

    after = outcome(date(2025, 6, 1))
    assert (before.standing, after.standing) == (PledgeStanding.KEPT, PledgeStanding.LATE)
    assert after.unit.inaugurated_on == date(2025, 1, 12)
    assert outcome(date(2025, 6, 1), known_at=wrong.reviewed_at).standing == PledgeStanding.KEPT


def test_only_what_was_known_by_then_counts(pledge: Pledge, site: Site, verified: Callable[..., Milestone]) -> None:
    inauguration = verified(site, "inaugurated", date(2024, 12, 1))

    assert outcome(DUE, known_at=inauguration.reviewed_at).standing == PledgeStanding.KEPT
    earlier = inauguration.reviewed_at - timedelta(seconds=1)
    assert outcome(DUE, known_at=earlier).standing == PledgeStanding.NOT_YET_DUE


def test_a_report_counts_in_its_layer_only(pledge: Pledge, site: Site, reported: Callable[..., Milestone]) -> None:
    reported(site, "inaugurated", date(2024, 12, 1))

    assert outcome(DUE).standing == PledgeStanding.NOT_YET_DUE
    assert outcome(DUE, layer=Layer.REPORTED).standing == PledgeStanding.KEPT


def test_the_rate_is_of_those_whose_first_day_is_over(
    pledge: Pledge, site: Site, verified: Callable[..., Milestone]
) -> None:
    missed, to_come = Regency.objects.filter(is_autonomous=True, code__in=["81.01", "81.02"]).order_by("code")
    Pledge.objects.create(regency=missed, pledged_on=PLEDGED, due_on=date(2024, 3, 31), date_precision="month")
    Pledge.objects.create(regency=to_come, pledged_on=PLEDGED, due_on=DUE_AGAIN)
    verified(site, "inaugurated", date(2024, 5, 1))

    early, later = (asked(as_at).by_year[0] for as_at in (DUE, DUE + timedelta(days=1)))

    assert (early.kept, early.due, early.kept_pct, early.by_standing[PledgeStanding.KEPT]) == (0, 1, Decimal("0.0"), 1)
    assert (later.kept, later.due, later.kept_pct) == (1, 2, Decimal("50.0"))
    assert asked(PLEDGED).national.kept_pct is None


def test_a_pledge_belongs_to_the_province_of_the_day_asked_about() -> None:
    Pledge.objects.create(regency=Regency.objects.get(code="93.01"), pledged_on=date(2022, 1, 1), due_on=DUE)

    codes = [asked(date(2022, 6, 30), boundaries=boundaries).by_province[0].key for boundaries in ("then", "now")]

    assert codes == ["91", "93"]


def test_what_was_announced_stands_beside_what_is_recorded(pledge: Pledge) -> None:
    Pledge.objects.create(
        regency=pledge.regency, pledged_on=date(2022, 1, 1), due_on=date(2022, 6, 1), date_precision="day"
    )
    Pledge.objects.create(regency=pledge.regency, pledged_on=date(2022, 6, 2), due_on=date(2022, 12, 31))

    rows = [(row.year, row.figure.value, row.recorded) for row in asked(date(2026, 1, 1)).announced]

    assert rows == [(2020, 48, 0), (2022, 57, 1)]
    assert asked(date(2020, 3, 9)).announced == ()
    assert AnnouncedFigure.objects.get(value=48).announced_on == date(2020, 3, 10)


def test_inaugurations_are_those_coverage_counts() -> None:
    question = Question(date(2024, 12, 12))
    units = inaugurations(question)

    by_code = {regency.code: units[regency.pk] for regency in Regency.objects.all()}

    assert len(units) == 515
    autonomous = Regency.objects.filter(is_autonomous=True).values_list("code", flat=True)
    assert sum(by_code[code].inaugurated_on is not None for code in autonomous) == 262
    for unit in unit_standings(question, "35"):
        assert (by_code[unit.code].province, by_code[unit.code].inaugurated_on) == ("35", unit.covered_on)
    assert (by_code["51.71"].inaugurated_on, by_code["51.71"].precision) == (date(2018, 2, 28), "month")
    assert by_code["31.71"].inaugurated_on == by_code["31.00"].inaugurated_on


def test_an_officer_is_told_what_is_due_soon_or_overdue_and_not_reported(
    pledge: Pledge, site: Site, reported: Callable[..., Milestone]
) -> None:
    own = {pledge.regency_id}
    assert pressing_pledges(own, today=date(2024, 10, 1)) == ()
    assert [row.pledge for row in pressing_pledges(own, today=date(2024, 10, 2))] == [pledge]
    assert pressing_pledges({pledge.regency_id + 1}, today=DUE) == ()

    revise(pledge, date(2024, 11, 1), DUE_AGAIN)
    assert pressing_pledges(own, today=DUE) == ()
    assert [row.is_late for row in pressing_pledges(own, today=date(2026, 1, 1))] == [True]

    reported(site, "inaugurated", date(2026, 1, 1))
    assert pressing_pledges(own, today=date(2026, 1, 1)) == ()


# --- Counted again by hand -----------------------------------------------------------------------------------


def promise(rng: random.Random) -> None:
    """Write random pledges, promised again up to three times, of regencies that may have an MPP or none."""
    for regency in Regency.objects.filter(code__in=CODES):
        for pledged_on in rng.sample(range(SPAN), rng.randint(0, 3)):
            made_on = FIRST + timedelta(days=pledged_on)
            due_on = made_on + timedelta(days=rng.randint(0, 500))
            pledge = Pledge.objects.create(regency=regency, pledged_on=made_on, due_on=due_on, date_precision="day")
            for revised_on in rng.sample(range(SPAN), rng.randint(0, 3)):
                again_on = made_on + timedelta(days=revised_on)
                due_again = again_on + timedelta(days=rng.randint(0, 500))
                PledgeRevision.objects.create(
                    pledge=pledge, revised_on=again_on, due_on=due_again, date_precision="day", reason="x"
                )


def by_hand(pledge: Pledge, inaugurated_on: date | None, as_at: date) -> tuple[date, str]:
    """Return the day in force and the standing of a pledge, told another way than the rule tells it."""
    due_on = pledge.due_on
    for revision in sorted(pledge.revisions.all(), key=lambda revision: revision.revised_on):
        if revision.revised_on <= as_at:
            due_on = revision.due_on
    if inaugurated_on and inaugurated_on <= pledge.due_on:
        return due_on, "kept"
    if inaugurated_on:
        return due_on, "late" if inaugurated_on > due_on else "slipped"
    if due_on < as_at:
        return due_on, "late"
    return due_on, "slipped" if due_on > pledge.due_on else "not_yet_due"


@given(rng=worlds, question=questions)
@slowly
def test_every_count_is_that_of_a_patient_clerk(
    rng: random.Random, question: dict[str, Any], officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)
        promise(rng)

        report = pledge_report(
            Standpoint(**{name: question[name] for name in ("as_at", "known_at", "layer", "boundaries")})
        )

        as_at = question["as_at"]
        first = naive.inaugurated(as_at, question["known_at"], question["layer"])
        standings: dict[int, Counter[str]] = defaultdict(Counter)
        due, kept, slips = Counter[int](), Counter[int](), Counter[tuple[int, int, bool]]()
        for pledge in Pledge.objects.select_related("regency").prefetch_related("revisions"):
            if pledge.pledged_on > as_at:
                continue
            done_on = first.get(pledge.regency_id)
            due_on, standing = by_hand(pledge, done_on, as_at)
            year = pledge.due_on.year
            standings[year][standing] += 1
            due[year] += as_at > pledge.due_on
            kept[year] += as_at > pledge.due_on and standing == "kept"
            slips[year, (done_on or due_on).year, done_on is not None] += 1
        assert {int(row.key) for row in report.by_year} == set(standings)
        for row in report.by_year:
            year = int(row.key)
            assert row.by_standing == {standing: standings[year][standing] for standing in PledgeStanding}
            rate = Decimal(100 * kept[year]) / due[year] if due[year] else None
            assert (row.due, row.kept) == (due[year], kept[year])
            assert row.kept_pct == (rate if rate is None else rate.quantize(Decimal("0.1"), ROUND_HALF_UP))
        for slip in report.slips:
            assert slip.inaugurated == slips[slip.first_year, slip.year, True]
            assert slip.open == slips[slip.first_year, slip.year, False]
        total = sum(slips.values())
        assert sum(slip.inaugurated + slip.open for slip in report.slips) == total == report.national.total
        assert sum(row.total for row in report.by_province) == total
        assert sum(row.kept for row in report.by_province) == report.national.kept
