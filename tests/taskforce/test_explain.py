"""Does an explanation list what the figure counts, and do the steps of a comparison sum up, whatever is asked?"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from regions.choices import Stage
from regions.models import LEDGERS, Milestone, OperatingRecord, Province, Regency, Site
from taskforce.choices import Basis, Boundaries, ChangeReason, Counting, Layer, LeftOut
from taskforce.coverage import Question, answer, coverage
from taskforce.explain import Area, Explanation, Reading, compare, explanation
from taskforce.services import figures
from tests.taskforce.test_coverage_properties import imagine, questions, slowly, undone, worlds

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
NATION = Area()
JATIM = Area(province="35", provinces=frozenset({"35"}))


def explained(question: Question, area: Area = NATION) -> Explanation:
    found = explanation(question, area, Reading())
    assert found is not None
    return found


def omitted(question: Question, reason: LeftOut, area: Area = JATIM) -> list[int]:
    return [each.key.pk for each in explained(question, area).omitted if each.reason == reason]


def steps(start: Question, end: Question, area: Area = NATION) -> dict[ChangeReason, list[str]]:
    comparison = compare(start, end, area, Reading())
    return {step.reason: [change.unit.code for change in step.changes] for step in comparison.steps}


# --- What holds always -----------------------------------------------------------------------------------

areas = st.sampled_from(
    [NATION, JATIM, *(Area(province=code, provinces=frozenset({code})) for code in ("31", "91", "93", "96"))]
)


def asked(question: dict[str, Any]) -> Question:
    return Question(
        question["as_at"],
        question["known_at"],
        Layer(question["layer"]),
        Boundaries(question["boundaries"]),
        basis=Basis(question["basis"]),
        counting=Counting(question["counting"]),
    )


def figure(question: Question, area: Area) -> tuple[int, int]:
    result = answer(question)
    found = result.province(area.province) if area.province else result.national
    return (found.units, found.covered) if found else (0, 0)


@given(rng=worlds, first=questions, second=questions, area=areas)
@slowly
def test_the_steps_lead_from_one_figure_to_the_other(
    rng: random.Random, first: dict[str, Any], second: dict[str, Any], area: Area, officer: User, verifier: User
) -> None:
    start, end = asked(first), asked(second)
    with undone():
        imagine(rng, officer, verifier)

        comparison = compare(start, end, area, Reading())

        assert (comparison.units_at_start, comparison.covered_at_start) == figure(start, area)
        assert (comparison.units_at_end, comparison.covered_at_end) == figure(end, area)
        assert comparison.covered_at_start + sum(step.delta for step in comparison.steps) == comparison.covered_at_end
        told = Counter(change.unit.code for step in comparison.steps for change in step.changes)
        assert set(told.values()) <= {1}
        assert all(change.key for step in comparison.steps for change in step.changes)


@given(rng=worlds, question=questions, area=areas)
@slowly
def test_the_lists_are_what_the_figure_counts(
    rng: random.Random, question: dict[str, Any], area: Area, officer: User, verifier: User
) -> None:
    with undone():
        imagine(rng, officer, verifier)

        found = explanation(asked(question), area, Reading())

        units, covered = figure(asked(question), area)
        if found is None:
            assert units == 0
            return
        assert (len(found.standings), len(found.covered)) == (units, covered)
        for unit in found.covered:
            key = found.deciding[unit.code]
            entry = LEDGERS[key.ledger].objects.select_related("site__regency").get(pk=key.pk)
            assert entry.happened_on <= found.question.as_at
            assert entry.happened_on == unit.covered_on or found.question.counting == Counting.OPERATING
            assert not entry.site.is_branch
            assert not entry.withdraws
        counted = set(found.deciding.values())
        assert counted.isdisjoint(each.key for each in found.omitted)


# --- What is left out ------------------------------------------------------------------------------------


def test_the_real_rollout_is_listed_unit_by_unit_with_its_entry(db: None) -> None:
    found = explained(Question(date(2024, 12, 12)))

    assert (len(found.covered), len(found.standings), str(found.coverage_pct)) == (262, 509, "51.5")
    assert len(found.deciding) == 262
    entries = Milestone.objects.filter(pk__in=[key.pk for key in found.deciding.values()])
    assert set(entries.values_list("stage", flat=True)) == {Stage.INAUGURATED}


def test_a_report_that_waits_is_left_out_until_it_is_verified(site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    assert omitted(Question(DAY), LeftOut.WAITING) == [entry.pk]
    assert omitted(Question(DAY, layer=Layer.REPORTED), LeftOut.WAITING) == []
    assert explained(Question(DAY, layer=Layer.REPORTED)).deciding["35.02"].pk == entry.pk


def test_what_waited_then_is_left_out_of_what_was_known_then(site: Site, verified: Callable[..., Milestone]) -> None:
    entry = verified(site)
    between = entry.reported_at + (entry.reviewed_at - entry.reported_at) / 2

    assert omitted(Question(DAY, known_at=between), LeftOut.WAITING) == [entry.pk]
    assert omitted(Question(DAY, known_at=entry.reported_at.replace(year=2025)), LeftOut.WAITING) == []


@pytest.mark.parametrize(
    ("reached_on", "precision", "reason"),
    [
        (date(2026, 6, 2), "day", LeftOut.LATER),
        (date(2026, 6, 30), "month", LeftOut.PERIOD),
        (date(2026, 12, 31), "year", LeftOut.PERIOD),
        (date(2026, 7, 31), "month", LeftOut.LATER),
    ],
)
def test_an_entry_that_does_not_count_yet_says_why(
    site: Site, verified: Callable[..., Milestone], reached_on: date, precision: str, reason: LeftOut
) -> None:
    entry = verified(site, reached_on=reached_on, date_precision=precision)

    assert omitted(Question(DAY), reason) == [entry.pk]
    assert "35.02" not in explained(Question(DAY)).deciding


def test_a_later_entry_of_a_unit_that_counts_already_is_not_worth_telling(
    site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.OPENED)
    verified(site, Stage.INAUGURATED, date(2026, 8, 1))

    assert omitted(Question(DAY, counting=Counting.OPENED), LeftOut.LATER) == []
    assert len(omitted(Question(DAY), LeftOut.LATER)) == 1


def test_branches_and_what_was_taken_back_are_left_out(
    site: Site, ponorogo: Regency, verified: Callable[..., Milestone]
) -> None:
    branch = verified(Site.objects.create(regency=ponorogo, name="MPP Mini", is_branch=True))
    wrong = verified(site)
    verified(site, reached_on=date(2026, 5, 1), supersedes=wrong, withdraws=True, note="Ternyata belum")

    assert omitted(Question(DAY), LeftOut.BRANCH) == [branch.pk]
    assert omitted(Question(DAY), LeftOut.CORRECTED) == [wrong.pk]


def test_what_closed_before_the_day_is_left_out_of_those_at_work(
    site: Site, operating: Callable[..., OperatingRecord]
) -> None:
    served = operating(site)
    operating(site, "suspended", date(2026, 5, 1))

    assert omitted(Question(DAY, counting=Counting.OPERATING), LeftOut.ENDED) == [served.pk]
    assert omitted(Question(date(2026, 4, 1), counting=Counting.OPERATING), LeftOut.ENDED) == []
    assert explained(Question(date(2026, 4, 1), counting=Counting.OPERATING)).deciding["35.02"] == (
        "operasional",
        served.pk,
    )


@pytest.mark.parametrize(("basis", "count"), [("509", 6), ("508", 7), ("514", 1)])
def test_areas_that_are_no_units_are_named(db: None, basis: str, count: int) -> None:
    question = Question(DAY, basis=Basis(basis))

    outside = explained(question).outside
    assert len(outside) == count
    assert {regency.province.code for regency in outside} == {"31"}
    assert explained(question, JATIM).outside == ()


def test_units_seen_at_work_without_a_day_stand_beside_what_officials_count(db: None) -> None:
    found = explained(Question(date(2025, 12, 15)))

    assert len(found.undated) >= 7
    assert all(unit.code not in found.deciding for unit in found.undated)
    assert any(unit.regency in found.known_gaps for unit in found.undated)
    assert len(found.unidentified) > 0
    assert explained(Question(date(2025, 12, 15)), JATIM).unidentified == ()


def test_a_province_that_did_not_exist_has_no_figure(db: None) -> None:
    papua_selatan = Area(province="93", provinces=frozenset({"93"}))

    assert explanation(Question(date(2022, 6, 30)), papua_selatan, Reading()) is None
    assert explanation(Question(date(2022, 6, 30), boundaries=Boundaries.NOW), papua_selatan, Reading()) is not None


# --- What is stored --------------------------------------------------------------------------------------


@pytest.fixture
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rollout begin a day before, so that a rebuild takes no time."""
    monkeypatch.setattr(figures, "ROLLOUT_BEGAN_ON", date(2026, 5, 31))


def test_the_stored_figure_names_its_run_and_whether_it_agrees(
    few_days: None, site: Site, verified: Callable[..., Milestone]
) -> None:
    assert explained(Question(DAY)).stored is None
    rebuilt = figures.rebuild(today=DAY)
    assert explained(Question(DAY)).agrees
    verified(site)

    waiting = explained(Question(DAY))
    assert waiting.stored is not None
    assert (waiting.agrees, waiting.stored.waits, waiting.stored.changed_by) == (False, True, rebuilt)
    recomputed = figures.recompute_dirty_provinces(today=DAY)

    after = explained(Question(DAY), JATIM)
    assert after.stored is not None
    assert (after.agrees, after.stored.waits) == (True, False)
    assert (after.stored.changed_by, after.stored.checked_by) == (recomputed, rebuilt)


def test_a_group_of_islands_is_held_against_the_sum_of_its_provinces(few_days: None) -> None:
    figures.rebuild(today=DAY)
    codes = frozenset(Province.objects.filter(island_group="Jawa").values_list("code", flat=True))

    assert explained(Question(DAY), Area(island_group="Jawa", provinces=codes)).agrees


@pytest.mark.parametrize(
    "other",
    [
        {"known_at": datetime(2026, 11, 1, tzinfo=UTC)},
        {"layer": Layer.REPORTED},
        {"boundaries": Boundaries.NOW},
    ],
)
def test_of_other_standpoints_nothing_is_stored(few_days: None, other: dict[str, Any]) -> None:
    figures.rebuild(today=DAY)

    assert explained(replace(Question(DAY), **other)).stored is None


# --- What changed ----------------------------------------------------------------------------------------


def test_what_happened_between_two_days_and_what_was_only_known_later_are_two_steps(
    site: Site, verified: Callable[..., Milestone]
) -> None:
    before = verified(site, reached_on=date(2025, 11, 1))
    start = Question(date(2025, 12, 1), known_at=before.reported_at)

    found = steps(start, Question(DAY), JATIM)

    assert found[ChangeReason.LATE] == ["35.02"]
    assert ChangeReason.CORRECTED not in found
    assert coverage(DAY).province("35").covered - coverage(date(2025, 12, 1)).province("35").covered == len(
        found.get(ChangeReason.HAPPENED, [])
    )


def test_what_was_taken_back_is_a_step_down_that_names_the_entry(
    site: Site, verified: Callable[..., Milestone]
) -> None:
    entry = verified(site)
    believed = Question(DAY, known_at=entry.reviewed_at)
    verified(site, reached_on=date(2026, 5, 1), supersedes=entry, withdraws=True, note="Ternyata belum")

    comparison = compare(believed, Question(DAY), JATIM, Reading())

    (step,) = comparison.steps
    assert (step.reason, step.delta, comparison.delta) == (ChangeReason.CORRECTED, -1, -1)
    assert step.changes[0].key == ("tahap", entry.pk)


def test_a_day_that_was_corrected_to_another_that_counts_moves_nothing(
    site: Site, verified: Callable[..., Milestone]
) -> None:
    entry = verified(site)
    believed = Question(DAY, known_at=entry.reviewed_at)
    verified(site, reached_on=date(2026, 2, 1), supersedes=entry, note="Tanggalnya salah")

    assert steps(believed, Question(DAY), JATIM) == {}


def test_units_that_a_law_moved_leave_one_province_and_enter_another(db: None) -> None:
    question = Question(date(2024, 12, 12))
    papua = Area(province="94", provinces=frozenset({"94"}))
    pegunungan = Question(date(2022, 6, 30))
    before = compare(pegunungan, question, Area(province="91", provinces=frozenset({"91"})), Reading())
    after = compare(pegunungan, question, papua, Reading())

    reasons = {step.reason for comparison in (before, after) for step in comparison.steps}
    assert reasons <= {ChangeReason.MOVED_OUT, ChangeReason.MOVED_IN, ChangeReason.HAPPENED}
    for comparison in (before, after):
        assert comparison.units_at_start != comparison.units_at_end


def test_an_inauguration_in_a_new_province_happened_there_and_did_not_move(
    verified: Callable[..., Milestone],
) -> None:
    merauke = Regency.objects.get(code="93.01")
    verified(Site.objects.create(regency=merauke, name="MPP Merauke Baru"), reached_on=date(2022, 1, 1))
    asmat = Regency.objects.get(code="93.04")
    verified(Site.objects.create(regency=asmat, name="MPP Asmat Baru"), reached_on=date(2026, 1, 1))
    selatan = Area(province="93", provinces=frozenset({"93"}))

    found = steps(Question(date(2022, 6, 30)), Question(DAY), selatan)

    assert "93.01" in found[ChangeReason.MOVED_IN]
    assert "93.04" in found[ChangeReason.HAPPENED]


def test_another_basis_is_a_step_of_its_own(db: None) -> None:
    question = Question(date(2024, 12, 12))

    found = steps(question, replace(question, basis=Basis.UNITS_514))

    assert found == {
        ChangeReason.DEFINED_IN: ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"],
        ChangeReason.DEFINED_OUT: ["31.00"],
    }


def test_what_closed_between_is_a_step_down(site: Site, operating: Callable[..., OperatingRecord]) -> None:
    operating(site)
    operating(site, "suspended", date(2026, 5, 1))
    start = Question(date(2026, 4, 1), counting=Counting.OPERATING)

    assert steps(start, replace(start, as_at=DAY), JATIM) == {ChangeReason.ENDED: ["35.02"]}
