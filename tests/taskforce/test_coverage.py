"""Does coverage count the real rollout as DESIGN section 4 says?"""

import csv
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from regions.choices import OperatingStatus, Stage
from regions.models import Milestone, OperatingRecord, Regency, Site
from regions.rules import parse_partial_date
from taskforce.choices import Counting
from taskforce.coverage import Question, coverage, unit_standings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("as_at", "covered"),
    [(date(2022, 12, 5), 95), (date(2024, 12, 12), 262), (date(2025, 12, 15), 295)],
)
def test_the_seeded_checkpoints(as_at: date, covered: int) -> None:
    national = coverage(as_at).national

    assert (national.units, national.covered) == (509, covered)


def test_five_provinces_had_none_on_12_december_2024() -> None:
    none = [area.name for area in coverage(date(2024, 12, 12)).provinces if not area.covered]

    assert none == ["Maluku", "Papua Selatan", "Papua Tengah", "Papua Pegunungan", "Papua Barat Daya"]


def test_twelve_of_34_provinces_had_none_on_30_june_2022() -> None:
    provinces = coverage(date(2022, 6, 30)).provinces

    assert (len(provinces), sum(not area.covered for area in provinces)) == (34, 12)


def test_boundaries_of_now_regroup_without_changing_the_nation() -> None:
    then, now = (coverage(date(2022, 6, 30), boundaries=boundaries) for boundaries in ("then", "now"))

    assert len(now.provinces) == 38
    assert then.national.covered == now.national.covered
    assert (then.province("91").units, now.province("91").units) == (29, 9)


@pytest.mark.parametrize(
    ("day", "provinces"),
    [(date(2022, 7, 24), 34), (date(2022, 7, 25), 37), (date(2022, 12, 7), 37), (date(2022, 12, 8), 38)],
)
def test_a_province_exists_from_the_day_of_its_law(day: date, provinces: int) -> None:
    assert len(coverage(day).provinces) == provinces


@pytest.mark.parametrize(("basis", "units", "covered"), [("509", 509, 262), ("508", 508, 261), ("514", 514, 267)])
def test_each_basis_counts_jakarta_its_own_way(basis: str, units: int, covered: int) -> None:
    result = coverage(date(2024, 12, 12), basis=basis)

    assert (result.national.units, result.national.covered) == (units, covered)


def test_a_province_without_units_has_no_percentage() -> None:
    jakarta = coverage(date(2024, 12, 12), basis="508").province("31")

    assert (jakarta.units, jakarta.coverage_pct) == (0, None)


@pytest.mark.parametrize("as_at", [date(2018, 1, 31), date(2019, 6, 30), date(2023, 9, 26), date(2026, 11, 1)])
@pytest.mark.parametrize(
    ("counting", "kinds"),
    [
        ("inaugurated", {"inaugurated"}),
        ("opened", {"inaugurated", "opened_locally", "soft_launch"}),
        ("operating", {"operating"}),
    ],
)
def test_every_count_is_that_of_the_raw_file(as_at: date, counting: str, kinds: set[str]) -> None:
    with (settings.BASE_DIR / "reference" / "mpp_events.csv").open(newline="") as file:
        expected = {
            row["regency_code"]
            for row in csv.DictReader(file)
            if row["event_kind"] in kinds and parse_partial_date(row["event_date"], row["date_precision"]) <= as_at
        }

    assert coverage(as_at, counting=counting).national.covered == len(expected)


def test_a_month_counts_from_its_last_day() -> None:
    denpasar = {unit.code: unit for unit in unit_standings(Question(date(2018, 2, 27)), "51")}["51.71"]
    on_the_last = {unit.code: unit for unit in unit_standings(Question(date(2018, 2, 28)), "51")}["51.71"]

    assert not denpasar.is_covered
    assert on_the_last.is_covered
    assert on_the_last.reached_precision == "month"


def test_a_unit_counts_once_however_many_sites_it_has(site: Site, verified: Callable[..., Milestone]) -> None:
    other = Site.objects.create(regency=site.regency, name="MPP kedua")
    before = coverage(date(2026, 6, 1)).province("35").covered

    verified(site)
    verified(other)

    assert coverage(date(2026, 6, 1)).province("35").covered == before + 1


def test_a_branch_never_counts_by_itself(ponorogo: Regency, verified: Callable[..., Milestone]) -> None:
    branch = Site.objects.create(regency=ponorogo, name="Mini MPP", is_branch=True)
    before = coverage(date(2026, 6, 1)).national

    verified(branch)

    after = coverage(date(2026, 6, 1)).national
    assert (after.covered, after.units_without_site) == (before.covered, before.units_without_site)


def test_a_report_counts_in_its_own_layer_only(site: Site, reported: Callable[..., Milestone]) -> None:
    reported(site)

    verified, with_reports = (coverage(date(2026, 6, 1), layer=layer).national for layer in ("verified", "reported"))
    assert (verified.covered, with_reports.covered) == (295, 296)


def test_what_was_believed_stays_reachable(site: Site, verified: Callable[..., Milestone]) -> None:
    before_all = timezone.now()
    first = verified(site, reached_on=date(2026, 3, 1))
    believed = timezone.now()
    verified(site, supersedes=first, withdraws=True, note="Ternyata belum")

    def known(moment: datetime | None) -> int:
        return coverage(date(2026, 6, 1), known_at=moment).national.covered

    assert (known(before_all), known(believed), known(None)) == (295, 296, 295)


def test_ready_is_not_open(site: Site, verified: Callable[..., Milestone]) -> None:
    before = coverage(date(2026, 6, 1), counting="opened").national.covered

    verified(site, Stage.READY)

    assert coverage(date(2026, 6, 1), counting="opened").national.covered == before
    assert coverage(date(2026, 6, 1)).province("35").units_by_stage[Stage.READY] == 1


def test_operating_ends_when_a_later_record_says_so(site: Site, operating: Callable[..., OperatingRecord]) -> None:
    before = coverage(date(2026, 6, 1), counting="operating").national.covered
    operating(site, OperatingStatus.OPERATING, date(2026, 2, 1))
    operating(site, OperatingStatus.SUSPENDED, date(2026, 4, 1))
    operating(site, OperatingStatus.PARTLY, date(2026, 5, 1))

    def on(month: int, day: int) -> int:
        return coverage(date(2026, month, day), counting="operating").national.covered - before

    assert [on(1, 31), on(2, 1), on(3, 31), on(4, 1), on(4, 30), on(5, 1)] == [0, 1, 1, 0, 0, 1]


@pytest.mark.parametrize("order", [("operating", "suspended"), ("suspended", "operating")])
def test_of_two_records_on_one_day_the_later_entered_holds_everywhere(
    site: Site, operating: Callable[..., OperatingRecord], order: tuple[str, str]
) -> None:
    for status in order:
        operating(site, status, date(2026, 4, 1))

    standings = unit_standings(Question(date(2026, 6, 1), counting=Counting.OPERATING), "35")
    unit = next(unit for unit in standings if unit.code == "35.02")
    assert unit.status == order[1]
    assert unit.is_covered is (order[1] == "operating")


def test_a_unit_serves_where_one_of_its_sites_does(site: Site, operating: Callable[..., OperatingRecord]) -> None:
    operating(site, OperatingStatus.OPERATING, date(2026, 3, 1))
    operating(Site.objects.create(regency=site.regency, name="MPP kedua"), OperatingStatus.STOPPED, date(2026, 4, 1))

    unit = next(unit for unit in unit_standings(Question(date(2026, 6, 1)), "35") if unit.code == "35.02")
    assert unit.status == OperatingStatus.OPERATING


@pytest.mark.parametrize(("as_at", "is_overdue"), [(date(2024, 12, 31), False), (date(2026, 1, 1), True)])
def test_a_target_is_overdue_from_the_day_after_its_deadline(as_at: date, is_overdue: bool) -> None:
    assert coverage(as_at).national.is_overdue is is_overdue


def test_what_is_known_of_a_unit_is_shown_with_its_dates(
    site: Site, verified: Callable[..., Milestone], operating: Callable[..., OperatingRecord]
) -> None:
    verified(site, Stage.INAUGURATED, date(2026, 3, 1))
    verified(site, Stage.BUILDING, date(2026, 4, 1))
    operating(site, OperatingStatus.SUSPENDED, date(2026, 5, 1))

    unit = next(unit for unit in unit_standings(Question(date(2026, 6, 1)), "35") if unit.code == "35.02")

    assert (unit.stage, unit.reached_on) == (Stage.INAUGURATED, date(2026, 3, 1))
    assert (unit.status, unit.status_since) == (OperatingStatus.SUSPENDED, date(2026, 5, 1))
    assert unit.covered_on == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("as_at", "target_pct", "gap_units"),
    [
        (date(2022, 6, 27), None, None),
        (date(2022, 6, 28), "100.0", 454),
        (date(2023, 9, 26), "39.3", 57),
        (date(2024, 1, 1), "100.0", 344),
        (date(2024, 12, 12), "100.0", 247),
        (date(2026, 11, 1), "100.0", 214),
    ],
)
def test_the_next_deadline_steers(as_at: date, target_pct: str | None, gap_units: int | None) -> None:
    national = coverage(as_at).national

    assert (target_pct and Decimal(target_pct), gap_units) == (national.target_pct, national.gap_units)


def test_a_province_goes_by_its_own_target_or_by_the_nations() -> None:
    result = coverage(date(2024, 12, 12))

    assert not result.province("35").target.is_inherited
    assert result.province("33").target.is_inherited


def test_the_pace_is_that_of_the_last_twelve_months() -> None:
    national = coverage(date(2024, 12, 12)).national
    year_before = coverage(date(2023, 12, 12)).national

    assert national.newly_covered == national.covered - year_before.covered
    assert national.pace_per_month == Decimal("8.1")


def test_a_deadline_that_has_passed_asks_for_no_pace() -> None:
    assert coverage(date(2026, 11, 1)).national.pace_needed_per_month is None


@pytest.mark.parametrize("wrong", [{"basis": "510"}, {"counting": "all"}, {"layer": ""}, {"boundaries": "later"}])
def test_a_definition_that_does_not_exist_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        coverage(date(2024, 1, 1), **wrong)


def test_coverage_takes_two_queries_whatever_it_counts(django_assert_num_queries: Any) -> None:
    # 1 the facts, 2 the targets
    with django_assert_num_queries(2):
        coverage(date(2024, 12, 12), boundaries="now", counting="operating", layer="reported")


def test_a_province_made_without_papers_keeps_the_nation_whole(ponorogo: Regency) -> None:
    ponorogo.province.established_on = timezone.localdate() + timedelta(days=30)
    ponorogo.province.split_from_id = ponorogo.province_id
    ponorogo.province.save()

    assert coverage(date(2024, 12, 12)).national.covered == 262
