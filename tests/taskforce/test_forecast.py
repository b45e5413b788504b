"""Does the forecast rest on what the ledger held on that day, and were its trials scored against what followed?"""

import random
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from accounts.models import User
from regions.choices import Stage
from regions.models import Milestone, Regency, Site
from regions.services.ledger import report, verify
from taskforce import rules
from taskforce import simulation as model
from taskforce.choices import Layer
from taskforce.coverage import Question, Standpoint, answer
from taskforce.forecast import STOOD_ON, ForecastReport, facts_of, forecast, history_of
from tests.taskforce.naive import inaugurated, provinces_of
from tests.taskforce.test_coverage_properties import imagine, questions, slowly, undone, worlds

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture
def now(db: None) -> ForecastReport:
    return forecast(Standpoint(TODAY))


def area(asked: ForecastReport, code: str) -> Any:
    return next(each for each in asked.provinces if each.coverage.code == code)


@pytest.mark.parametrize("as_at", [date(2019, 5, 1), date(2022, 6, 30), date(2024, 12, 12), TODAY])
def test_the_simulation_starts_from_the_figures_of_the_day(as_at: date) -> None:
    figures = answer(Question(as_at))

    history, provinces = history_of(facts_of(Standpoint(as_at)), as_at)

    assert len(history.area) == figures.national.units
    assert history.is_covered.sum() == figures.national.covered
    assert provinces == tuple(each.code for each in figures.provinces)
    by_area = np.bincount(history.area[history.is_covered], minlength=len(provinces))
    assert by_area.tolist() == [each.covered for each in figures.provinces]
    newly = (history.covered_age < (as_at - rules.year_before(as_at)).days).sum()
    assert newly == figures.national.newly_covered


@slowly
@given(worlds, questions)
def test_the_simulation_knows_what_a_patient_clerk_would_count(
    officer: User, verifier: User, random: random.Random, question: dict[str, Any]
) -> None:
    asked = {name: question[name] for name in ("as_at", "known_at", "layer", "boundaries")}
    with undone():
        imagine(random, officer, verifier)
        facts = facts_of(Standpoint(**asked))

        expected = inaugurated(asked["as_at"], asked["known_at"], asked["layer"])
        belonging = provinces_of(asked["as_at"], asked["boundaries"])
    assert len({unit for unit, *_rest in facts}) == 509
    assert sum(stage == "inaugurated" for _unit, _province, stage, _since in facts) == len(expected)
    assert {since for *_rest, stage, since in facts if stage == "inaugurated"} == set(expected.values())
    assert len({province for _unit, province, *_rest in facts}) <= len(set(belonging.values()))


def test_the_order_in_which_facts_come_makes_no_difference() -> None:
    facts = list(facts_of(Standpoint(TODAY)))
    shuffled = random.Random(1).sample(facts, len(facts))  # noqa: S311

    (history, provinces), (other, other_provinces) = (history_of(tuple(each), TODAY) for each in (facts, shuffled))

    assert provinces == other_provinces
    for name in ("area", "covered_age", "stage", "stage_ages"):
        assert np.array_equal(getattr(history, name), getattr(other, name), equal_nan=True)


def test_the_same_question_gets_the_same_answer(now: ForecastReport) -> None:
    again = forecast(Standpoint(TODAY))

    assert (again.national, again.provinces, again.fan, again.trials) == (
        now.national,
        now.provinces,
        now.fan,
        now.trials,
    )


def test_dates_are_in_order_after_the_day_and_never_beyond_the_horizon(now: ForecastReport) -> None:
    finishes = [each.finish for each in (now.national, *now.provinces) if each.finish]
    assert len(finishes) > 20
    for finish in finishes:
        days = [day or date.max for _name, day in finish.by_name]
        assert days == sorted(days)
        assert all(TODAY < day <= finish.horizon == date(2041, 11, 22) for day in days if day < date.max)


def test_a_complete_province_has_nothing_to_wait_for(now: ForecastReport) -> None:
    assert [each.coverage.name for each in now.provinces if each.is_complete] == [
        "DKI Jakarta",
        "Daerah Istimewa Yogyakarta",
        "Banten",
    ]
    assert all(each.finish is None for each in now.provinces if each.is_complete)


def test_a_province_that_has_shown_no_pace_gets_no_date(now: ForecastReport) -> None:
    assert area(now, "93").finish is None  # none inaugurated
    assert area(now, "91").finish is None  # two
    assert area(now, "21").finish is not None  # four


def test_the_last_unit_of_a_province_completes_it(now: ForecastReport, verified: Any) -> None:
    assert not area(now, "17").is_complete
    missing = {unit for unit, province, *_rest in facts_of(Standpoint(TODAY)) if province == "17"}
    missing -= {unit for unit, _province, stage, _since in facts_of(Standpoint(TODAY)) if stage == "inaugurated"}

    for code in missing:
        verified(Site.objects.create(regency=Regency.objects.get(code=code), name="MPP"), Stage.INAUGURATED, TODAY)

    assert area(forecast(Standpoint(TODAY)), "17").is_complete


def test_the_fan_starts_from_what_is_covered_and_never_falls(now: ForecastReport) -> None:
    assert now.fan[0].covered == (295, 295, 295)
    assert now.past[-1] == (TODAY, 295)
    assert len(now.fan) == 12 * model.HORIZON_YEARS + 1
    for quantile in range(3):
        counts = [point.covered[quantile] for point in now.fan]
        assert counts == sorted(counts)
        assert counts[-1] <= 509


@pytest.mark.parametrize("as_at", [date(2017, 6, 1), date(2018, 12, 31), date(2020, 12, 31)])
def test_early_on_the_data_do_not_suffice(as_at: date) -> None:
    early = forecast(Standpoint(as_at))

    assert early.fan == ()
    assert early.trials == ()
    assert early.mean_error is None
    assert all(each.finish is None for each in (early.national, *early.provinces))


def test_what_was_not_known_is_not_forecast_from() -> None:
    unknowing = forecast(Standpoint(TODAY, known_at=datetime(2025, 1, 1, tzinfo=UTC)))

    assert unknowing.national.coverage.covered == 0
    assert unknowing.fan == ()
    assert unknowing.last_inauguration is None


def test_a_report_counts_in_its_layer_only(site: Site, officer: User, verifier: User) -> None:
    milestone = report(Milestone(site=site, stage="inaugurated", reached_on=date(2026, 10, 1)), by=officer)
    assert forecast(Standpoint(TODAY)).last_inauguration == date(2025, 12, 15)
    assert forecast(Standpoint(TODAY, layer=Layer.REPORTED)).last_inauguration == date(2026, 10, 1)

    verify(milestone, by=verifier)

    assert forecast(Standpoint(TODAY)).last_inauguration == date(2026, 10, 1)


# --- Trials ------------------------------------------------------------------------------------------------------


def test_every_end_of_year_since_a_trial_is_scored_against_what_followed(now: ForecastReport) -> None:
    first: dict[int, date] = {}
    for entry in Milestone.objects.filter(stage="inaugurated", state="verified").select_related("site"):
        key = entry.site.regency_id
        first[key] = min(first.get(key, entry.reached_on), entry.reached_on)

    assert [(trial.stood_on.year, trial.looked_to.year) for trial in now.trials] == [
        (stood, looked) for stood in (2021, 2022, 2023, 2024) for looked in range(stood + 1, 2026)
    ]
    for trial in now.trials:
        followed = sum(day <= trial.looked_to for day in first.values())
        assert trial.followed == followed
        assert trial.error == trial.covered.p50 - followed
        assert trial.is_inside == (trial.covered.p10 <= followed <= trial.covered.p90)
    errors = [abs(trial.error) for trial in now.trials if trial.looked_to.year == trial.stood_on.year + 1]
    assert float(now.mean_error or 0) == pytest.approx(sum(errors) / 4, abs=0.051)
    assert now.inside == sum(trial.is_inside for trial in now.of_a_year)


def test_a_trial_is_the_forecast_of_its_day(now: ForecastReport) -> None:
    for trial in now.of_a_year:
        of_that_day = forecast(Standpoint(trial.stood_on))
        assert of_that_day.fan[0].covered.p50 == of_that_day.national.coverage.covered
        # Other draws, for their number and the horizon differ; the same model.
        for tried, said in zip(trial.covered, of_that_day.fan[12].covered, strict=True):
            assert tried == pytest.approx(said, rel=0.03)


def test_a_trial_does_not_see_what_followed(site: Site, verified: Any, now: ForecastReport) -> None:
    verified(site, Stage.INAUGURATED, date(2023, 6, 1))

    after = forecast(Standpoint(TODAY)).trials

    assert [trial.covered for trial in after if trial.stood_on < date(2023, 6, 1)] == [
        trial.covered for trial in now.trials if trial.stood_on < date(2023, 6, 1)
    ]
    assert [new.followed - old.followed for new, old in zip(after, now.trials, strict=True)] == [
        int(trial.looked_to > date(2023, 6, 1)) for trial in now.trials
    ]


def test_from_a_past_day_only_what_was_over_by_then_is_tried() -> None:
    assert {(trial.stood_on, trial.looked_to) for trial in forecast(Standpoint(date(2023, 12, 30))).trials} == {
        (STOOD_ON[0], date(2022, 12, 31))
    }


def test_the_model_is_as_good_as_its_record_says(now: ForecastReport) -> None:
    """docs/decisions/0010-forecast.md tells these; whoever changes the model measures again."""
    measured = {2021: (54, 62, 76), 2022: (110, 133, 192), 2023: (186, 219, 283), 2024: (284, 319, 381)}
    for trial in now.of_a_year:
        # Another release of NumPy may draw other numbers.
        assert list(trial.covered) == pytest.approx(measured[trial.stood_on.year], rel=0.03)
    assert [trial.followed for trial in now.of_a_year] == [95, 165, 262, 295]
    assert (now.inside, sum(trial.is_inside for trial in now.trials)) == (3, 6)
    assert now.provinces_tried == 141
    assert now.provinces_inside >= 0.8 * 141
