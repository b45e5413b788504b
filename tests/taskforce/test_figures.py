"""Are the stored figures kept true to the ledger, once and only once?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from regions.models import DirtyProvince, Milestone, Province, Site
from taskforce.choices import Basis, Counting, RunKind
from taskforce.coverage import coverage
from taskforce.models import CoverageRun, CoverageSnapshot
from taskforce.services import figures

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 1)
SINCE = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rollout begin shortly before TODAY, so that a rebuild takes no time."""
    monkeypatch.setattr(figures, "ROLLOUT_BEGAN_ON", TODAY - timedelta(days=100))


@pytest.fixture
def stored() -> CoverageRun:
    """Every figure up to TODAY, stored."""
    return figures.rebuild(today=TODAY)


def snapshot(day: date, code: str | None = None, counting: str = "inaugurated") -> int:
    return CoverageSnapshot.objects.get(as_at=day, basis="509", counting=counting, province__code=code).covered


def test_a_rebuild_stores_every_day_definition_and_province(stored: CoverageRun) -> None:
    assert CoverageSnapshot.objects.count() == 101 * 9 * 39
    assert stored.changed_count == 101 * 9 * 39
    assert stored.drift_count == 0


@pytest.mark.parametrize("basis", Basis.values)
@pytest.mark.parametrize("counting", Counting.values)
def test_what_is_stored_equals_the_function(stored: CoverageRun, basis: str, counting: str) -> None:
    result = coverage(TODAY, basis=basis, counting=counting)

    rows = CoverageSnapshot.objects.filter(as_at=TODAY, basis=basis, counting=counting)
    assert {(row.province.code if row.province else "", row.units, row.covered) for row in rows} == {
        (area.code, area.units, area.covered) for area in (result.national, *result.provinces)
    }


def test_a_rebuild_that_runs_twice_changes_nothing(stored: CoverageRun) -> None:
    again = figures.rebuild(today=TODAY)

    assert (again.changed_count, again.drift_count) == (0, 0)


def test_a_verified_entry_reaches_the_stored_figures(
    stored: CoverageRun, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, reached_on=SINCE)

    run = figures.recompute_dirty_provinces(today=TODAY)

    assert snapshot(TODAY) == 296
    assert snapshot(TODAY, "35") == coverage(TODAY).province("35").covered
    assert snapshot(SINCE - timedelta(days=1)) == 295
    days = (TODAY - SINCE).days + 1
    # Province and nation, three bases, two ways of counting that an inauguration changes.
    assert run.changed_count == days * 2 * 3 * 2
    assert not DirtyProvince.objects.exists()


def test_the_same_job_twice_changes_nothing(
    stored: CoverageRun, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, reached_on=SINCE)
    figures.recompute_dirty_provinces(today=TODAY)
    before = list(CoverageSnapshot.objects.order_by("pk").values_list("pk", "run", "covered"))

    assert figures.recompute_dirty_provinces(today=TODAY) is None
    DirtyProvince.objects.create(province=site.regency.province, since=SINCE)
    again = figures.recompute_dirty_provinces(today=TODAY)

    assert again.changed_count == 0
    assert list(CoverageSnapshot.objects.order_by("pk").values_list("pk", "run", "covered")) == before


def test_superseding_restores_the_earlier_figures(
    stored: CoverageRun, site: Site, verified: Callable[..., Milestone]
) -> None:
    before = set(CoverageSnapshot.objects.values_list("as_at", "basis", "counting", "province", "covered"))
    entry = verified(site, reached_on=SINCE)
    figures.recompute_dirty_provinces(today=TODAY)

    verified(site, reached_on=date(2026, 5, 1), supersedes=entry, withdraws=True, note="Ternyata belum")
    figures.recompute_dirty_provinces(today=TODAY)

    after = set(CoverageSnapshot.objects.values_list("as_at", "basis", "counting", "province", "covered"))
    assert after == before


def test_a_recompute_that_fails_keeps_its_notes_and_says_why(
    stored: CoverageRun, site: Site, verified: Callable[..., Milestone], monkeypatch: pytest.MonkeyPatch
) -> None:
    verified(site)
    monkeypatch.setattr(figures, "_APPLY", ("SELECT 1/0",))

    with pytest.raises(DatabaseError):
        figures.recompute_dirty_provinces(today=TODAY)

    assert DirtyProvince.objects.exists()
    assert "division by zero" in CoverageRun.objects.latest("pk").error


def test_a_rebuild_finds_and_mends_what_drifted(stored: CoverageRun, caplog: pytest.LogCaptureFixture) -> None:
    wrong = CoverageSnapshot.objects.filter(as_at=SINCE, basis="509", counting="inaugurated")
    wrong.filter(province=None).update(covered=1)
    wrong.filter(province__code="35").delete()

    run = figures.rebuild(today=TODAY)

    assert (run.changed_count, run.drift_count) == (2, 2)
    assert "2 stored figures that had drifted" in caplog.text
    assert snapshot(SINCE) == 295


def test_a_new_day_is_no_drift(stored: CoverageRun) -> None:
    run = figures.rebuild(today=TODAY + timedelta(days=1))

    assert (run.changed_count, run.drift_count) == (9 * 39, 0)


def test_a_change_that_waits_is_no_drift(stored: CoverageRun, site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, reached_on=SINCE)

    run = figures.rebuild(today=TODAY)

    assert run.changed_count > 0
    assert run.drift_count == 0
    assert not DirtyProvince.objects.exists()


def test_a_row_for_a_province_that_did_not_exist_is_removed(stored: CoverageRun) -> None:
    row = CoverageSnapshot.objects.filter(province__code="96").first()
    Province.objects.filter(code="96").update(established_on=TODAY + timedelta(days=1))
    row.province.regencies.update(province=Province.objects.get(code="92"))

    figures.rebuild(today=TODAY)

    assert not CoverageSnapshot.objects.filter(province__code="96").exists()


def test_a_note_about_days_to_come_is_served_without_a_figure(stored: CoverageRun) -> None:
    DirtyProvince.objects.create(province=Province.objects.get(code="35"), since=TODAY + timedelta(days=30))

    figures.recompute_dirty_provinces(today=TODAY)

    assert not DirtyProvince.objects.exists()
    assert not CoverageSnapshot.objects.filter(as_at__gt=TODAY).exists()


def test_backfill_computes_past_days(capsys: pytest.CaptureFixture) -> None:
    call_command("backfill_coverage", first_day=date(2026, 3, 20), last_day=date(2026, 4, 2))

    assert CoverageSnapshot.objects.count() == 14 * 9 * 39
    assert set(CoverageRun.objects.values_list("kind", "first_day", "last_day")) == {
        (RunKind.BACKFILL, date(2026, 3, 20), date(2026, 3, 31)),
        (RunKind.BACKFILL, date(2026, 4, 1), date(2026, 4, 2)),
    }


@pytest.mark.parametrize("span", [(date(2016, 1, 1), date(2017, 1, 1)), (date(2024, 2, 1), date(2024, 1, 1))])
def test_backfill_refuses_days_out_of_order_or_range(span: tuple[date, date]) -> None:
    with pytest.raises(CommandError, match="in order"):
        call_command("backfill_coverage", first_day=span[0], last_day=span[1])


def test_a_recompute_takes_as_many_queries_for_one_note_as_for_many(
    stored: CoverageRun, django_assert_num_queries: Any
) -> None:
    for codes in (["35"], [area.code for area in coverage(TODAY).provinces]):
        for code in codes:
            DirtyProvince.objects.create(province=Province.objects.get(code=code), since=SINCE)
        # 1-2 savepoint and lock, 3 notes, 4 run, 5 who listens, 6-8 prepare, 9 count, 10-12 apply,
        # 13 note on the run, 14 take the notes, 15 release
        with django_assert_num_queries(15):
            figures.recompute_dirty_provinces(today=TODAY)


@pytest.mark.parametrize("text", ["kemarin", "20240101", "2024-W01-3", "2024-02-30"])
def test_backfill_says_how_a_day_is_written(text: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(CommandError, match=r"YYYY-MM-DD|calendar"):
        call_command("backfill_coverage", "--from", text)
