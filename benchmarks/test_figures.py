"""How long do the stored figures take to fill, to check, and to mend after one change?"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection

from benchmarks.rollouts import Rollouts
from regions.models import DirtyProvince, Province
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.models import CoverageSnapshot
from taskforce.services import figures

pytestmark = [pytest.mark.benchmark(group="stored figures"), pytest.mark.timeout(1800)]

RECENT = timedelta(days=30)
"""How far back the day of a freshly reported inauguration lies, roughly."""


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE taskforce_coveragesnapshot")


def fill(today: date) -> None:
    """Have every figure stored, and the table as autovacuum would leave it."""
    if not CoverageSnapshot.objects.exists():
        figures.rebuild(today=today)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE taskforce_coveragesnapshot")


def stale(province: Province, since: date) -> None:
    """Mark `province` as a new entry would, with its stored figures and the nation's off by one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE taskforce_coveragesnapshot SET covered = covered - 1"
            " WHERE covered > 0 AND as_at >= %s AND (province_id = %s OR province_id IS NULL)",
            [since, province.pk],
        )
    DirtyProvince.objects.create(province=province, since=since)


def test_first_fill(clock: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)

    clock(
        lambda: figures.rebuild(today=today),
        allowed_seconds=60,
        before=empty,
        rounds=3,
        what="rebuild of every day since 2017, 1x, nothing stored",
        why=(
            "`figures.rebuild` with an empty table: every day since 2017, three bases, three countings, 38 provinces"
            " and the nation, over a million rows computed and written in one transaction."
        ),
    )


def test_rebuild_that_changes_nothing(clock: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)
    fill(today)

    clock(
        lambda: figures.rebuild(today=today),
        allowed_seconds=60,
        rounds=3,
        what="rebuild of every day since 2017, 1x, all stored",
        why="the same as it runs every night: computed, compared with what is stored, nothing to write.",
    )


def test_recompute_of_a_recent_change(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)
    fill(today)
    largest = Province.objects.get(code="35")

    compare(
        lambda: figures.recompute_dirty_provinces(today=today),
        lambda: figures.rebuild(today=today),
        before=lambda: stale(largest, today - RECENT),
        rounds=3,
        what=f"recompute of one province for {RECENT.days} days",
        against="rebuild, all stored",
        aim=0.02,
        why=(
            "what a freshly verified entry sets off: Jawa Timur, the province with the most units, and the nation,"
            f" with every figure of the last {RECENT.days} days changed."
        ),
    )


def test_recompute_since_the_beginning(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)
    largest = Province.objects.get(code="35")

    compare(
        lambda: figures.recompute_dirty_provinces(today=today),
        lambda: figures.rebuild(today=today),
        before_other=empty,
        before=lambda: stale(largest, ROLLOUT_BEGAN_ON),
        rounds=3,
        what="recompute of one province since 2017",
        against="rebuild, nothing stored",
        aim=0.1,
        why=(
            "the same when the entry is about the first days of the rollout: 2 areas of 39 and all days. Nearly every"
            " row is written anew, as by the rebuild it is compared with; writing is most of its time."
        ),
    )


def test_rebuild_of_a_hundred_times_the_data(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    for size in (1, 100):
        rollouts.use(size)
        fill(today)

    compare(
        lambda: figures.rebuild(today=today),
        lambda: figures.rebuild(today=today),
        before=lambda: rollouts.use(100),
        before_other=lambda: rollouts.use(1),
        rounds=1,
        what="rebuild at 100x, all stored",
        against="at 1x",
        why="with 100x the ledger, while the days and areas to compute figures for stay the same.",
    )
