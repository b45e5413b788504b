"""Do those units come first whose inauguration would close most gaps?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commitments.models import Pledge, PledgeRevision
from regions.choices import OperatingStatus, Stage
from regions.models import Milestone, OperatingRecord, ReadinessAssessment, Regency, Site
from taskforce.choices import Boundaries
from taskforce.coverage import Standpoint, coverage
from taskforce.nextbest import Candidate, next_best

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def candidate(code: str, as_at: date = DAY) -> Candidate:
    return next(each for each in next_best(Standpoint(as_at)).candidates if each.unit.code == code)


def order(as_at: date = DAY) -> list[str]:
    return [each.unit.code for each in next_best(Standpoint(as_at)).candidates]


@pytest.fixture
def pledge(ponorogo: Regency) -> Pledge:
    return Pledge.objects.create(regency=ponorogo, pledged_on=date(2026, 1, 1), due_on=date(2026, 12, 31))


@pytest.mark.parametrize("as_at", [date(2018, 6, 1), date(2022, 6, 30), DAY])
def test_every_unit_that_is_not_covered_is_there_once(as_at: date) -> None:
    national = coverage(as_at).national

    codes = order(as_at)

    assert len(set(codes)) == len(codes) == national.units - national.covered


def test_the_first_of_a_province_opens_it_and_the_last_completes_it() -> None:
    provinces = {area.code: area for area in coverage(DAY).provinces}
    for each in next_best(Standpoint(DAY)).candidates:
        area = provinces[each.unit.code[:2]]
        assert each.area == area
        assert each.opens_province is (area.covered == 0)
        assert each.completes_province is (area.covered == area.units - 1)
    assert candidate("17.06").completes_province  # Mukomuko, the last of Bengkulu
    assert not candidate("17.06").opens_province
    assert candidate("93.02").opens_province


def test_a_pledge_that_can_still_be_kept_is_a_gap(pledge: Pledge) -> None:
    assert candidate("35.02").keeps_pledge
    assert candidate("35.02").gaps_closed == 1

    assert not candidate("35.02", date(2027, 1, 1)).keeps_pledge


def test_a_pledge_made_for_a_later_day_is_not_kept_any_more(pledge: Pledge) -> None:
    Pledge.objects.update(due_on=date(2026, 3, 31), date_precision="month")
    PledgeRevision.objects.create(
        pledge=pledge, revised_on=date(2026, 2, 1), due_on=date(2027, 12, 31), reason="Gedung belum selesai"
    )

    unit = candidate("35.02")

    assert not unit.keeps_pledge
    assert [outcome.standing for outcome in unit.pledges] == ["slipped"]


def test_more_gaps_come_first_then_fewer_missing_then_the_furthest_then_the_code(
    pledge: Pledge, verified: Callable[..., Milestone]
) -> None:
    ranked = next_best(Standpoint(DAY)).candidates
    keys = [
        (
            -(each.opens_province + each.completes_province + each.keeps_pledge),
            each.area.units - each.area.covered - 1,
            -(list(Stage).index(each.unit.stage) if each.unit.stage else -1),
            each.unit.code,
        )
        for each in ranked
    ]
    assert keys == sorted(keys)
    other = Site.objects.create(regency=Regency.objects.get(code="35.77"), name="MPP")
    verified(other, Stage.READY, date(2026, 5, 1))
    assert [code for code in order() if code.startswith("35")] == ["35.02", "35.77", "35.05"]

    pledge.delete()

    assert [code for code in order() if code.startswith("35")] == ["35.77", "35.02", "35.05"]


def test_an_inauguration_takes_a_unit_off_the_list_and_opens_its_province(verified: Callable[..., Milestone]) -> None:
    site = Site.objects.create(regency=Regency.objects.get(code="93.02"), name="MPP")
    verified(site, Stage.INAUGURATED, date(2026, 5, 1))

    assert "93.02" not in order()
    assert not candidate("93.03").opens_province


def test_what_stands_in_the_way_is_what_is_known(
    site: Site, verified: Callable[..., Milestone], operating: Callable[..., OperatingRecord]
) -> None:
    assert candidate("35.02").is_unknown
    assert candidate("35.02").stages_left == ()

    verified(site, Stage.SOFT_LAUNCHED, date(2026, 4, 1))
    operating(site, OperatingStatus.SUSPENDED, date(2026, 5, 1))

    unit = candidate("35.02")
    assert unit.stages_left == (Stage.OPENED, Stage.READY)
    assert not unit.serves
    assert not unit.is_unknown
    operating(site, OperatingStatus.OPERATING, date(2026, 5, 15))
    assert candidate("35.02").serves


def test_what_was_assessed_as_missing_stands_in_the_way(assessed: Callable[..., ReadinessAssessment]) -> None:
    assessed(date(2026, 3, 1), budget="not_yet", staff="partly", building="ready")
    assessed(date(2026, 5, 1), is_verified=False, network="not_yet")

    unit = candidate("35.02")

    assert [(each.aspect, each.now) for each in unit.not_ready] == [("budget", "not_yet"), ("staff", "partly")]
    assert unit.readiness.now
    assert unit.readiness.now.assessed_on == date(2026, 3, 1)
    assert candidate("35.02", date(2026, 2, 28)).not_ready == ()


def test_provinces_are_those_of_the_day_or_of_today() -> None:
    merauke = {
        boundaries: next(
            each
            for each in next_best(Standpoint(date(2022, 6, 30), boundaries=boundaries)).candidates
            if each.unit.code == "93.01"
        ).area.name
        for boundaries in Boundaries
    }

    assert merauke == {Boundaries.THEN: "Papua", Boundaries.NOW: "Papua Selatan"}


@pytest.mark.parametrize("count", [0, 40])
def test_the_list_takes_as_many_queries_for_few_pledges_as_for_many(count: int, django_assert_num_queries: Any) -> None:
    for regency in Regency.objects.filter(is_autonomous=True).order_by("code")[: count + 1]:
        Pledge.objects.create(regency=regency, pledged_on=date(2026, 1, 1), due_on=date(2026, 12, 31))

    # 1 coverage, 2 targets, 3 inaugurations, 4 pledges, 5 revisions, 6-7 assessments with their units, 8 units
    with django_assert_num_queries(8):
        next_best(Standpoint(DAY))
