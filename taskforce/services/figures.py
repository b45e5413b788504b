"""How are the stored figures kept true to the ledger?

Every computation is one transaction under one advisory lock: two at once wait for each other, one that is
killed leaves nothing behind but the notes that asked for it, and one that runs twice changes nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from regions.choices import EventKind
from regions.models import DirtyProvince, Webhook
from regions.rules import ROLLOUT_BEGAN_ON
from regions.services.webhooks import announce_coverage
from taskforce.choices import Basis, Counting, RunKind
from taskforce.coverage import DAILY_FIGURES
from taskforce.models import CoverageRun, CoverageSnapshot
from taskforce.rules import percentage

logger = logging.getLogger(__name__)

# Any number that nothing else in the database locks on.
_LOCK = 509_2024


def recompute_dirty_provinces(*, today: date) -> CoverageRun | None:
    """Recompute the provinces that were marked dirty, and the nation, from the first stale day to `today`.

    Returns:
        The run, None when nothing was marked.
    """
    with _recorded(RunKind.RECOMPUTE, ROLLOUT_BEGAN_ON, today):
        notes = list(DirtyProvince.objects.select_related("province"))
        if not notes:
            return None
        first_day = min(note.since for note in notes)
        names = sorted({note.province.name for note in notes})
        run = _start(RunKind.RECOMPUTE, ", ".join(names), first_day, today)
        with _announced(today):
            _store(run, provinces=sorted({note.province_id for note in notes}))
        _take(notes)
    return run


def rebuild(*, today: date) -> CoverageRun:
    """Compute every figure anew and compare with what is stored.

    A stored row that turns out wrong although no change was waiting for it is drift: it is mended, counted on
    the run, and logged as an error.
    """
    with _recorded(RunKind.REBUILD, ROLLOUT_BEGAN_ON, today):
        notes = list(DirtyProvince.objects.all())
        run = _start(RunKind.REBUILD, "", ROLLOUT_BEGAN_ON, today)
        with _announced(today):
            _store(run, excused=[note.province_id for note in notes])
        _take(notes)
    if run.drift_count:
        logger.error("Coverage run %d found %d stored figures that had drifted.", run.pk, run.drift_count)
    return run


def backfill(first_day: date, last_day: date) -> CoverageRun:
    """Compute the figures of past days, whatever is stored for them; dirty marks stay for their own run."""
    with _recorded(RunKind.BACKFILL, first_day, last_day):
        run = _start(RunKind.BACKFILL, "", first_day, last_day)
        _store(run)
    return run


@contextmanager
def _recorded(kind: RunKind, first_day: date, last_day: date) -> Iterator[None]:
    """Hold the lock in a transaction; when the work fails, keep a record of that after the roll-back."""
    started_at = timezone.now()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            yield
    except Exception as error:
        CoverageRun.objects.create(
            kind=kind,
            first_day=first_day,
            last_day=last_day,
            started_at=started_at,
            finished_at=timezone.now(),
            error=f"{type(error).__name__}: {error}",
        )
        raise


@contextmanager
def _announced(today: date) -> Iterator[None]:
    """Tell programs in which provinces the figures of today are not what they were before, where any listens."""
    if not Webhook.objects.listening_to(EventKind.COVERAGE).exists():
        yield
        return
    before = _latest(today)
    yield
    after = _latest(today)
    announce_coverage(
        {
            province: {
                "as_at": today.isoformat(),
                "basis": Basis.UNITS_509.value,
                "figures": {counting: _figure(*figure) for counting, figure in figures.items()},
                "before": {counting: _figure(*figure) for counting, figure in before[province].items()},
            }
            for province, figures in after.items()
            # Where nothing was stored before, nothing is known to have changed.
            if province in before and figures != before[province]
        }
    )


def _latest(today: date) -> dict[int, dict[str, tuple[int, int]]]:
    """Return units and covered of each province by what is counted, as they stand on the last day that is stored."""
    rows = CoverageSnapshot.objects.filter(basis=Basis.UNITS_509, as_at__lte=today)
    nation = rows.filter(province=None, counting=Counting.INAUGURATED).order_by("-as_at").first()
    figures: dict[int, dict[str, tuple[int, int]]] = {}
    if nation is not None:
        of_day = rows.filter(as_at=nation.as_at, province__isnull=False).order_by()
        for province, counting, units, covered in of_day.values_list("province", "counting", "units", "covered"):
            figures.setdefault(province, {})[counting] = (units, covered)
    return figures


def _figure(units: int, covered: int) -> dict[str, int | str | None]:
    share = percentage(covered, units)
    return {"units": units, "covered": covered, "coverage_pct": None if share is None else str(share)}


def _start(kind: RunKind, reason: str, first_day: date, last_day: date) -> CoverageRun:
    return CoverageRun.objects.create(
        kind=kind,
        reason=reason,
        first_day=min(max(first_day, ROLLOUT_BEGAN_ON), last_day),
        last_day=last_day,
        started_at=timezone.now(),
    )


def _take(notes: list[DirtyProvince]) -> None:
    """Remove the notes that were served; those written meanwhile stay."""
    DirtyProvince.objects.filter(pk__in=[note.pk for note in notes]).delete()


def _store(run: CoverageRun, *, provinces: list[int] | None = None, excused: list[int] | None = None) -> None:
    """Bring the stored figures of the run's days in line with the ledger and note on the run what changed.

    Args:
        run: says which days.
        provinces: only these and the nation; None is all.
        excused: provinces where a difference is expected, not drift; None excuses all.
    """
    scope: dict[str, Any] = {
        "run": run.pk,
        "first_day": run.first_day,
        "last_day": run.last_day,
        "known_at": "infinity",
        "provinces": provinces,
        "excused": excused,
    }
    with connection.cursor() as cursor:
        for statement in _PREPARE:
            cursor.execute(statement, scope)
        cursor.execute(_COUNT, scope)
        run.changed_count, run.drift_count = cursor.fetchone()
        for statement in _APPLY:
            cursor.execute(statement, scope)
    run.finished_at = timezone.now()
    run.save(update_fields=["changed_count", "drift_count", "finished_at"])


_PREPARE = (
    f"CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS {DAILY_FIGURES}",
    """
    CREATE TEMPORARY TABLE stored ON COMMIT DROP AS
    SELECT id, as_at, basis, counting, coalesce(province_id, 0) AS area, units, covered
    FROM taskforce_coveragesnapshot
    WHERE as_at BETWEEN %(first_day)s AND %(last_day)s
      AND (%(provinces)s::bigint[] IS NULL OR province_id IS NULL OR province_id = ANY(%(provinces)s::bigint[]))
    """,
    """
    CREATE TEMPORARY TABLE difference ON COMMIT DROP AS
    SELECT stored.id, coalesce(stored.as_at, wanted.as_at) AS as_at, stored.area AS stored_area,
           wanted.province_id, wanted.basis, wanted.counting, wanted.units, wanted.covered
    FROM stored FULL JOIN wanted
      ON stored.as_at = wanted.as_at AND stored.basis = wanted.basis AND stored.counting = wanted.counting
     AND stored.area = coalesce(wanted.province_id, 0)
    WHERE (stored.units, stored.covered) IS DISTINCT FROM (wanted.units, wanted.covered)
    """,
)
# A day after the last stored one is not drift, it is a new day; nor is what a change that came in meanwhile explains.
_COUNT = """
    SELECT count(*), count(*) FILTER (
        WHERE %(excused)s::bigint[] IS NOT NULL
          AND as_at <= (SELECT max(as_at) FROM stored)
          AND CASE WHEN coalesce(stored_area, province_id, 0) = 0
              THEN cardinality(%(excused)s::bigint[]) = 0
                   AND NOT EXISTS (SELECT FROM regions_dirtyprovince)
              ELSE coalesce(stored_area, province_id) <> ALL(%(excused)s::bigint[])
                   AND coalesce(stored_area, province_id) NOT IN (SELECT province_id FROM regions_dirtyprovince)
          END
    )
    FROM difference
"""
_APPLY = (
    """
    DELETE FROM taskforce_coveragesnapshot
    WHERE id IN (SELECT id FROM difference WHERE basis IS NULL)
    """,
    """
    INSERT INTO taskforce_coveragesnapshot (run_id, as_at, basis, counting, province_id, units, covered)
    SELECT %(run)s, as_at, basis, counting, province_id, units, covered
    FROM difference WHERE basis IS NOT NULL
    ORDER BY province_id, basis, counting, as_at
    ON CONFLICT (province_id, basis, counting, as_at)
    DO UPDATE SET run_id = excluded.run_id, units = excluded.units, covered = excluded.covered
    """,
    "DROP TABLE wanted, stored, difference",
)
