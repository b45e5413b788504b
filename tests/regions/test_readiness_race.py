"""Does a baseline wait for whoever is verifying, so that what it holds cannot change once it is frozen?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection

from mpp_tracker.local.processes import wait_until
from tests.browser import manage, own_database

pytestmark = pytest.mark.django_db

# A report that waits, committed to a database of this test's own.
FILL = """
from datetime import date
from accounts.models import User
from regions.models import ReadinessAssessment, Regency
from regions.services.ledger import report
officer = User.objects.create_user("dinas@pantau-mpp.example")
regency = Regency.objects.get(code="35.02")
report(ReadinessAssessment(regency=regency, assessed_on=date(2026, 1, 1), budget="ready"), by=officer)
"""
FREEZE = """
INSERT INTO regions_readinessbaseline (as_at, note, frozen_by_id)
SELECT '2026-01-31', 'Kondisi awal', id FROM accounts_user ORDER BY id LIMIT 1 RETURNING frozen_at
"""
# What `regions.services.ledger.verify` does, one statement after the other.
HOLD = "SELECT id FROM regions_readinessassessment FOR UPDATE"
VERIFY = """
UPDATE regions_readinessassessment SET state = 'verified', reviewed_at = clock_timestamp(),
reviewed_by_id = (SELECT id FROM accounts_user WHERE id <> reported_by_id LIMIT 1) RETURNING reviewed_at
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), own_database("readiness_race") as database_url:
        manage(database_url, "shell", "--command", FILL)
        yield database_url
    connection.close()


def value(connected: psycopg.Connection, sql: str) -> Any:
    row = connected.execute(sql).fetchone()
    assert row
    return row[0]


def test_whoever_freezes_waits_for_a_verification_under_way(database: str) -> None:
    with (
        psycopg.connect(database) as verifier,
        psycopg.connect(database) as editor,
        psycopg.connect(database, autocommit=True) as watcher,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        verifier.execute(HOLD)
        freezing = elsewhere.submit(value, editor, FREEZE)
        assert wait_until(lambda: value(watcher, WAITING) == 1, seconds=20)

        reviewed_at = value(verifier, VERIFY)
        verifier.commit()

        assert freezing.result(timeout=20) > reviewed_at
        editor.commit()


def test_whoever_verifies_waits_for_a_baseline_under_way(database: str) -> None:
    with (
        psycopg.connect(database) as verifier,
        psycopg.connect(database) as editor,
        psycopg.connect(database, autocommit=True) as watcher,
        ThreadPoolExecutor(1) as elsewhere,
    ):
        frozen_at = value(editor, FREEZE)
        holding = elsewhere.submit(value, verifier, HOLD)
        assert wait_until(lambda: value(watcher, WAITING) == 1, seconds=20)

        editor.commit()

        assert holding.result(timeout=20)
        assert value(verifier, VERIFY) > frozen_at
