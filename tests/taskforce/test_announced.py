"""Is every announced figure held against the ledger in its own definition, and only what is known explained?"""

import random
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from commitments.models import Pledge
from mpp_tracker.lib.constraints import save_checked
from regions.choices import DigitalStatus, Stage
from regions.models import DigitalAdoption, Milestone, Regency, Site
from regions.services.ledger import report, verify
from taskforce.announced import AnnouncedReport, Comparison, announced_report
from taskforce.choices import AnnouncedCounting, Basis, Counting
from taskforce.coverage import (
    Definition,
    Question,
    Standpoint,
    Supposition,
    answer,
    counts_on,
    coverage,
    inaugurations,
    undated_on,
)
from taskforce.models import AnnouncedFigure, KnownGap

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)
NAMED = {
    "Kabupaten Barito Kuala",
    "Kabupaten Jepara",
    "Kabupaten Kebumen",
    "Kabupaten Kepulauan Selayar",
    "Kota Banda Aceh",
    "Kota Bukittinggi",
    "Kota Pariaman",
}


def found(day: date, value: int, metric: str = "mpp_total", **standpoint: Any) -> Comparison:
    report = announced_report(Standpoint(TODAY, **standpoint))
    return next(
        each
        for each in report.comparisons
        if (each.figure.announced_on, each.figure.value, each.figure.metric) == (day, value, metric)
    )


def inaugurate(code: str, day: date, by: User, verifier: User) -> None:
    site = Site.objects.main().filter(regency__code=code).first()
    verify(report(Milestone(site=site, stage=Stage.INAUGURATED, reached_on=day), by=by), by=verifier)


def test_305_stands_against_295_and_seven_named_and_three_unidentified_explain_all_of_it() -> None:
    it = found(date(2025, 12, 15), 305)

    assert (it.ledger, it.difference, it.explained, it.unexplained, it.spare) == (295, 10, 10, 0, 0)
    assert {case.name for case in it.known if case.is_identified} == NAMED
    assert sum(not case.is_identified for case in it.known) == 3


def test_aceh_is_the_difference_between_11_and_12_provinces_and_banda_aceh_the_reason() -> None:
    it = found(date(2022, 6, 30), 11, "provinces_without_mpp")

    assert (it.ledger, it.difference, it.explained, it.unexplained) == (12, -1, -1, 0)
    assert [(case.name, [unit.name for unit in case.units]) for case in it.known] == [("Aceh", ["Kota Banda Aceh"])]


@pytest.mark.parametrize(
    ("day", "value", "metric", "ledger", "explained", "unexplained"),
    [
        (date(2018, 12, 27), 11, "mpp_total", 11, 0, 0),
        (date(2020, 2, 17), 24, "mpp_total", 21, 3, 0),
        (date(2022, 6, 28), 57, "mpp_total", 55, 2, 0),
        (date(2022, 6, 28), 59, "mpp_total", 55, 4, 0),
        (date(2022, 12, 5), 103, "mpp_total", 95, 7, 1),
        (date(2023, 2, 20), 103, "mpp_total", 95, 8, 0),
        (date(2023, 2, 20), 110, "mpp_total", 102, 8, 0),
        (date(2024, 8, 20), 231, "mpp_total", 198, 10, 23),
        (date(2024, 10, 8), 230, "mpp_total", 229, 1, 0),
        (date(2024, 12, 12), 5, "provinces_without_mpp", 5, 0, 0),
        (date(2024, 12, 12), 4, "provinces_fully_covered", 2, 1, 1),
        (date(2025, 9, 24), 5, "provinces_fully_covered", 3, 1, 1),
    ],
)
def test_figures_are_counted_as_they_were_meant(
    day: date, value: int, metric: str, ledger: int, explained: int, unexplained: int
) -> None:
    it = found(day, value, metric)

    assert (it.ledger, it.explained, it.unexplained) == (ledger, explained, unexplained)


def test_explained_and_unexplained_always_make_up_the_difference() -> None:
    for it in announced_report(Standpoint(TODAY)).comparisons:
        if it.difference is None:
            assert (it.explained, it.unexplained) == (0, None)
        else:
            assert it.explained + it.unexplained == it.difference
            assert it.explained * it.difference >= 0
            assert abs(it.explained) <= min(len(it.known), abs(it.difference))


def test_without_what_is_known_nothing_is_explained() -> None:
    KnownGap.objects.all().delete()

    it = found(date(2025, 12, 15), 305)

    assert (it.explained, it.unexplained, it.known) == (0, 10, ())
    # All seven are still seen at work, but no source says any more that they are counted.
    assert {case.name for case in it.possible} > NAMED


def test_a_day_supplied_for_one_of_them_closes_the_difference_by_one(officer: User, verifier: User) -> None:
    inaugurate("33.05", date(2020, 1, 10), officer, verifier)

    it = found(date(2025, 12, 15), 305)

    assert (it.ledger, it.difference, it.explained, it.unexplained) == (296, 9, 9, 0)
    assert "Kabupaten Kebumen" not in {case.name for case in it.known}


def test_a_day_after_the_announcement_is_known_too_and_explains_nothing(officer: User, verifier: User) -> None:
    inaugurate("33.05", date(2026, 1, 10), officer, verifier)

    it = found(date(2025, 12, 15), 305)

    assert (it.ledger, it.explained, it.unexplained) == (295, 9, 1)


def test_a_report_closes_it_only_for_whoever_counts_reports(officer: User) -> None:
    site = Site.objects.main().get(regency__code="33.05")
    report(Milestone(site=site, stage=Stage.INAUGURATED, reached_on=date(2020, 1, 10)), by=officer)

    assert found(date(2025, 12, 15), 305).ledger == 295
    assert found(date(2025, 12, 15), 305, layer="reported").ledger == 296


def test_a_branch_seen_at_work_explains_nothing(ponorogo: Regency, operating: Callable[..., Any]) -> None:
    operating(Site.objects.create(regency=ponorogo, name="Mini MPP", is_branch=True), since=date(2020, 1, 1))

    assert "Kabupaten Ponorogo" not in {case.name for case in found(date(2025, 12, 15), 305).possible}


def test_seen_at_work_without_a_source_is_possible_and_explains_nothing(
    site: Site, operating: Callable[..., Any]
) -> None:
    before = found(date(2025, 12, 15), 305)
    operating(site, since=date(2025, 1, 1))

    after = found(date(2025, 12, 15), 305)

    assert len(after.possible) == len(before.possible) + 1
    assert (after.explained, after.unexplained) == (before.explained, before.unexplained)


def test_figures_that_cannot_both_be_right_stay_and_name_each_other() -> None:
    pairs = {
        frozenset((it.figure.value, other.value))
        for it in announced_report(Standpoint(TODAY)).comparisons
        for other in it.contradicts
    }

    assert pairs == {frozenset((208, 207)), frozenset((231, 230)), frozenset((296, 289))}


def test_two_values_of_one_day_and_definition_contradict_each_other() -> None:
    same = {"metric": "provinces_without_mpp", "announced_on": date(2022, 6, 30), "source": "x"}
    AnnouncedFigure.objects.create(value=10, counting="inaugurated", basis="509", **same)

    assert [other.value for other in found(date(2022, 6, 30), 11, "provinces_without_mpp").contradicts] == [10]


def _excludes(one: AnnouncedFigure, other: AnnouncedFigure) -> bool:
    """Say of two figures what the decision on announced figures says, pair by pair."""
    if one.pk == other.pk or one.metric != other.metric:
        return False
    definitions = [(it.stands_for, it.counting, it.basis) for it in (one, other)]
    if definitions[0] == definitions[1]:
        return one.value != other.value
    return one.metric == "mpp_total" and (_sinks(one, other) or _sinks(other, one))


def _sinks(one: AnnouncedFigure, later: AnnouncedFigure) -> bool:
    pair = (one.counting, later.counting)
    counts_all = pair[0] == pair[1] or pair in {("inaugurated", "ready"), ("inaugurated", "opened")}
    return one.stands_for <= later.stands_for and one.value > later.value and counts_all and one.basis == later.basis


def test_contradictions_are_those_that_comparing_every_pair_finds() -> None:
    rng = random.Random(11)  # noqa: S311 - not a secret
    for _ in range(250):
        day = date(2024, 1, 1) + timedelta(days=rng.randint(0, 9))
        metric = rng.choice(["mpp_total", "mpp_total", "provinces_without_mpp", "mpp_digital_units"])
        said = {"metric": metric, "announced_on": day, "value": rng.randint(0, 30)}
        if metric != "mpp_digital_units":
            counting, basis = rng.choice(["inaugurated", "opened", "ready", "operating"]), rng.choice(["509", "508"])
            said |= {"counting": counting, "basis": basis, "as_at": day - timedelta(days=rng.randint(0, 2))}
        if not AnnouncedFigure.objects.filter(
            **{key: said[key] for key in ("metric", "announced_on", "value")}
        ).exists():
            AnnouncedFigure.objects.create(source="x", **said)

    comparisons = announced_report(Standpoint(TODAY)).comparisons

    figures = [it.figure for it in comparisons]
    assert len(figures) > 200
    for it in comparisons:
        excluded = [other for other in figures if _excludes(it.figure, other)]
        assert list(it.contradicts) == excluded
        assert list(it.beside) == [
            other
            for other in figures
            if (other.metric, other.announced_on) == (it.figure.metric, it.figure.announced_on)
            and other not in (it.figure, *excluded)
        ]


def _calls(count: int) -> int:
    """Return how many functions are called for a report with `count` more numbers, each larger than the last."""
    days = [date(2019, 1, 1) + timedelta(days=number) for number in range(count)]
    said = {"metric": "mpp_total", "counting": "operating", "basis": "509", "source": "x"}
    AnnouncedFigure.objects.filter(counting="operating").delete()
    AnnouncedFigure.objects.bulk_create(
        AnnouncedFigure(announced_on=day, value=5000 + number, **said) for number, day in enumerate(days)
    )
    calls = [0]

    def note(_frame: object, event: str, _given: object) -> None:
        calls[0] += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        announced_report(Standpoint(TODAY))
    finally:
        sys.setprofile(before)
    return calls[0]


def test_twice_the_figures_take_about_twice_the_work() -> None:
    few, many = _calls(250), _calls(500)

    assert many < 2.5 * few


def test_two_definitions_of_one_day_stand_beside_each_other() -> None:
    it = found(date(2022, 6, 28), 57)

    assert (it.contradicts, [other.value for other in it.beside]) == ((), [59])


def test_of_mpp_digital_nothing_is_known_until_something_is(ponorogo: Regency, officer: User, verifier: User) -> None:
    day = date(2024, 10, 8)
    assert found(day, 199, "mpp_digital_units").ledger is None
    for status, since in ((DigitalStatus.NOT_YET, date(2023, 1, 1)), (DigitalStatus.PILOT, date(2024, 1, 1))):
        entry = DigitalAdoption(regency=ponorogo, status=status, since=since)
        verify(report(entry, by=officer), by=verifier)

    assert found(day, 199, "mpp_digital_units").ledger == 1
    # Known to be none is not the same as unknown.
    assert found(date(2023, 6, 20), 21, "mpp_digital_units").ledger == 0


def test_units_that_pledged_are_those_recorded_by_name_by_that_day(ponorogo: Regency) -> None:
    day = date(2022, 5, 27)
    assert found(day, 57, "units_committed_for_2022").ledger is None
    Pledge.objects.create(regency=ponorogo, pledged_on=date(2022, 5, 1), due_on=date(2022, 12, 31))
    later = Regency.objects.get(code="35.05")
    Pledge.objects.create(regency=later, pledged_on=date(2022, 6, 1), due_on=date(2022, 12, 31))

    it = found(day, 57, "units_committed_for_2022")

    assert (it.ledger, it.difference, it.unexplained) == (1, 56, 56)


def test_what_was_announced_later_was_not_announced_yet() -> None:
    days = {it.figure.announced_on for it in announced_report(Standpoint(date(2022, 6, 30))).comparisons}

    assert max(days) == date(2022, 6, 30)


def test_sixteen_units_are_seen_at_work_without_a_day() -> None:
    result = announced_report(Standpoint(TODAY))

    assert len(result.undated) == 16
    assert {unit.name for unit in result.undated if unit.regency in result.gap_by_regency} == NAMED


def announced(count: int) -> AnnouncedReport:
    for number in range(count):
        AnnouncedFigure.objects.create(
            metric="mpp_total",
            value=1000 + number,
            announced_on=date(2020, 1, 1 + number % 28),
            source="x",
            counting="opened",
            basis="509",
        )
    return announced_report(Standpoint(TODAY))


@pytest.mark.parametrize("count", [1, 200])
def test_the_report_takes_six_statements_however_many_figures(count: int, django_assert_num_queries: Any) -> None:
    announced(count)

    # 1 figures, 2 known gaps, 3 counts, 4 undated units, 5 MPP Digital, 6 pledges
    with django_assert_num_queries(6):
        announced_report(Standpoint(TODAY))


DEFINITIONS = [
    Definition(day, counting, basis)
    for day in (date(2018, 6, 30), date(2022, 7, 1), date(2022, 12, 8), date(2024, 12, 12))
    for counting in (AnnouncedCounting.INAUGURATED, AnnouncedCounting.OPENED, AnnouncedCounting.OPERATING)
    for basis in Basis
]


@pytest.mark.parametrize("boundaries", ["then", "now"])
@pytest.mark.parametrize("layer", ["verified", "reported"])
def test_many_definitions_at_once_give_what_coverage_gives_one_by_one(
    boundaries: str, layer: str, site: Site, reported: Callable[..., Milestone]
) -> None:
    reported(site, Stage.INAUGURATED, date(2022, 12, 1))
    known_at = timezone.now()

    counted = counts_on(DEFINITIONS, Standpoint(TODAY, known_at, layer, boundaries))

    for asked in DEFINITIONS:
        options = {"basis": asked.basis, "counting": asked.counting, "layer": layer, "boundaries": boundaries}
        one = coverage(asked.as_at, known_at=known_at, **options)
        expected = [(area.code, area.units, area.covered) for area in one.provinces if area.units]
        assert [(area.code, area.units, area.covered) for area in counted[asked]] == expected


def test_ready_counts_what_waits_for_its_ceremony_too(site: Site, verified: Callable[..., Milestone]) -> None:
    day = date(2026, 6, 1)
    asked = [Definition(day, counting, Basis.UNITS_509) for counting in ("inaugurated", "ready")]
    asked = [Definition(day, AnnouncedCounting(each.counting), each.basis) for each in asked]
    verified(site, Stage.READY, date(2026, 5, 1))

    counts = counts_on(asked, Standpoint(TODAY))

    assert [sum(area.covered for area in counts[each]) for each in asked] == [295, 296]


def test_undated_are_those_inaugurations_knows_no_day_of() -> None:
    asked = Definition(TODAY, AnnouncedCounting.INAUGURATED, Basis.UNITS_509)

    undated = undated_on([asked], Standpoint(TODAY))[asked]

    dated = inaugurations(Standpoint(TODAY))
    assert all(dated[unit.regency].inaugurated_on is None for unit in undated)


# --- Suppositions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counting", list(Counting))
def test_what_is_supposed_counts_as_if_it_were_verified(
    counting: Counting, site: Site, verified: Callable[..., Milestone]
) -> None:
    day = date(2026, 6, 1)
    supposed = Supposition((site.pk,), Stage.INAUGURATED, date(2026, 5, 1))
    expected = answer(Question(day, counting=counting, supposing=supposed))
    assert not Milestone.objects.filter(site=site).exists()
    verified(site, Stage.INAUGURATED, date(2026, 5, 1))

    actual = answer(Question(day, counting=counting))

    assert (expected.national, expected.provinces) == (actual.national, actual.provinces)


def test_a_supposed_branch_or_later_day_changes_nothing(site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(is_branch=True)
    plain = answer(Question(date(2026, 6, 1))).national

    for supposed in ((date(2026, 5, 1)), (date(2026, 6, 2))):
        supposing = Supposition((site.pk,), Stage.INAUGURATED, supposed)
        assert answer(Question(date(2026, 6, 1), supposing=supposing)).national == plain


# --- What the database refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"counting": ""}, "memerlukan definisi"),
        ({"basis": ""}, "memerlukan definisi"),
        ({"metric": "mpp_digital_units"}, "memerlukan definisi"),
        ({"as_at": date(2024, 1, 2)}, "sesudah hari diumumkan"),
    ],
)
def test_a_figure_without_its_definition_is_refused(wrong: dict[str, Any], says: str) -> None:
    said = {"metric": "mpp_total", "value": 9, "announced_on": date(2024, 1, 1), "source": "x"}
    said |= {"counting": "inaugurated", "basis": "509"} | wrong

    with pytest.raises(ValidationError, match=says):
        save_checked(AnnouncedFigure(**said))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"label": "Satu lagi"},
        {"counted_from": date(2024, 1, 1)},
        {"label": "Satu lagi", "counted_from": date(1999, 1, 1)},
        {"label": "Satu lagi", "counted_from": date(2024, 1, 1), "source": ""},
        {"label": "MPP ke-140 dalam urutan Kementerian", "counted_from": date(2024, 1, 1)},
    ],
)
def test_a_known_gap_is_named_or_described_and_has_a_source(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KnownGap.objects.create(**{"source": "x"} | wrong)


def test_a_named_gap_is_not_described_as_well(ponorogo: Regency) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        KnownGap.objects.create(regency=ponorogo, label="Satu", source="x")
