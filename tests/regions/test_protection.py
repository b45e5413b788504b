"""Does the database itself keep what was verified, and refuse what cannot be, also from raw SQL?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, ProtectedError, UniqueConstraint

from accounts.models import User
from regions.models import Milestone, Site

pytestmark = pytest.mark.django_db
LEDGERS = ["regions_milestone", "regions_operatingrecord"]


def execute(sql: str, *parameters: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.mark.parametrize("table", LEDGERS)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE {table} SET note = 'lain' WHERE state = 'verified'",
        "UPDATE {table} SET state = 'reported', reviewed_by_id = NULL, reviewed_at = NULL WHERE state = 'verified'",
        "DELETE FROM {table} WHERE state = 'verified'",
        "TRUNCATE {table} CASCADE",
    ],
)
def test_raw_sql_cannot_change_or_delete_verified_rows(table: str, attack: str) -> None:
    with pytest.raises(IntegrityError, match="diverifikasi"):
        execute(attack.format(table=table))


def test_the_orm_cannot_change_or_delete_verified_rows_in_bulk() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.verified().update(note="lain")
    with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
        Milestone.objects.verified().delete()


def test_a_site_with_a_history_cannot_be_deleted() -> None:
    with pytest.raises(ProtectedError):
        Milestone.objects.first().site.delete()


def test_a_report_can_still_be_changed(site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    execute("UPDATE regions_milestone SET note = 'lain' WHERE id = %s", entry.pk)

    entry.refresh_from_db()
    assert entry.note == "lain"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'verified'",
        "state = 'verified', reviewed_at = now()",
        "state = 'verified', reviewed_by_id = reported_by_id, reviewed_at = now()",
        "state = 'verified', reviewed_by_id = {other}, reviewed_at = reported_at - interval '1 second'",
        "state = 'returned', reviewed_by_id = {other}, reviewed_at = now()",
        "state = 'lost'",
        "reviewed_by_id = {other}, reviewed_at = now()",
        "reported_at = NULL",
        "withdraws = true",
        "supersedes_id = id, note = 'diri sendiri'",
        "stage = 'finished'",
        "date_precision = 'month', reached_on = '2026-03-30'",
        "date_precision = 'year', reached_on = '2026-11-30'",
        "channel = 'import', source_url = ''",
    ],
)
def test_raw_sql_cannot_break_a_report(
    change: str, site: Site, reported: Callable[..., Milestone], verifier: User
) -> None:
    entry = reported(site)

    with pytest.raises(IntegrityError):
        execute(f"UPDATE regions_milestone SET {change.format(other=verifier.pk)} WHERE id = %s", entry.pk)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE regions_province SET code = '1' WHERE code = '11'",
        "UPDATE regions_province SET established_on = '2022-01-01' WHERE code = '11'",
        "UPDATE regions_province SET island_group = 'Atlantis' WHERE code = '11'",
        "UPDATE regions_regency SET code = '11.1' WHERE code = '11.10'",
        "UPDATE regions_regency SET is_autonomous = false WHERE code = '11.10'",
        "UPDATE regions_regency SET seat_latitude = 91 WHERE code = '11.10'",
        "UPDATE regions_regency SET seat_latitude = NULL WHERE code = '11.10'",
        "UPDATE regions_site SET name = ''",
        "UPDATE regions_site SET latitude = 1",
        "UPDATE taskforce_target SET value = 101 WHERE metric = 'coverage_pct'",
        "UPDATE taskforce_target SET value = -1",
        "UPDATE taskforce_target SET deadline = set_on - 1",
        "UPDATE taskforce_target SET metric = 'luck'",
        "INSERT INTO taskforce_coveragerun (kind, reason, first_day, last_day, started_at, finished_at, changed_count,"
        " drift_count, error) VALUES ('rebuild', '', '2024-01-02', '2024-01-01', now(), now(), 0, 0, '')",
        "INSERT INTO taskforce_coveragesnapshot (run_id, as_at, basis, counting, units, covered)"
        " VALUES (1, '2024-01-01', '509', 'inaugurated', 1, 2)",
    ],
)
def test_raw_sql_cannot_state_the_impossible(sql: str) -> None:
    with pytest.raises(IntegrityError):
        execute(sql)


def test_two_active_targets_of_a_year_are_refused_in_a_scope() -> None:
    copy = (
        "INSERT INTO taskforce_target (province_id, metric, value, deadline, set_on, set_by, source, is_active)"
        " SELECT province_id, metric, 90, deadline - 1, set_on, set_by, source, is_active"
        " FROM taskforce_target WHERE deadline = '2024-12-31' AND province_id IS {scope}"
    )
    for scope in ("NULL", "NOT NULL"):
        with pytest.raises(IntegrityError, match="one_active"):
            execute(copy.format(scope=scope))


def test_every_constraint_of_ours_tells_people_what_is_wrong() -> None:
    ours = [model for model in apps.get_models() if model._meta.app_label in ("accounts", "regions", "taskforce")]
    silent = [
        constraint.name
        for model in ours
        for constraint in model._meta.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]

    # Of what no form ever edits: kept figures, answers, deliveries, and rows of files.
    assert set(silent) == {
        "regions_importrow_once",
        "regions_keptanswer_once",
        "regions_webhookdelivery_once",
        "taskforce_coveragesnapshot_covered_within_units",
        "taskforce_coveragesnapshot_once",
        "taskforce_releasefile_once",
    }


def test_every_ledger_row_knows_who_and_when() -> None:
    for entry in Milestone.objects.verified()[:50]:
        assert entry.reported_by_id
        assert entry.reviewed_at >= entry.reported_at
        assert entry.reached_on >= date(2017, 1, 1)
