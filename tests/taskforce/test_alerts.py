"""Is every alert there as long as its cause, once, and no longer?"""

import os
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given

from accounts.models import User
from commitments.models import Agreement, Institution, Pledge, PledgeRevision
from mpp_tracker.celery import app
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.history import history_of, version_of
from mpp_tracker.local.environment import ROOT
from mpp_tracker.local.processes import wait_until
from regions.choices import Role
from regions.models import (
    Assignment,
    Confirmation,
    DirtyProvince,
    Milestone,
    OperatingRecord,
    Province,
    Regency,
    Site,
)
from regions.reports import site_cards
from regions.services.ledger import ALERTS_TASK, send_back
from regions.services.work import confirm
from taskforce import tasks
from taskforce.choices import ActionState, AlertKind, Priority, RunKind
from taskforce.coverage import Standpoint, coverage
from taskforce.models import ActionItem, ActionUpdate, Alert, AlertRule, AnnouncedFigure, CoverageRun
from taskforce.pledges import pledge_report
from taskforce.services import figures
from taskforce.services.actions import report_on
from taskforce.services.alerts import _LOCK, Evaluation, acknowledge, evaluate, follow_up
from tests.browser import database_server, own_database
from tests.taskforce import naive
from tests.taskforce.test_coverage_properties import FIRST, SPAN, imagine, slowly, undone, worlds

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cause:
    """Something that a rule finds."""

    kind: AlertKind
    subject: str
    first_day: date
    """The first day on which the rule's threshold is passed."""
    cure: Callable[[], object]

    @property
    def alerts(self) -> Any:
        return Alert.objects.filter(rule__kind=self.kind, subject=self.subject).order_by("pk")


def rebuilt(day: date, **more: Any) -> CoverageRun:
    """Record that figures were rebuilt on a day."""
    at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
    said = {"kind": RunKind.REBUILD, "first_day": day, "last_day": day, "started_at": at, "finished_at": at}
    return CoverageRun.objects.create(**said | more)


@dataclass(frozen=True)
class Causes:
    """Makes a cause of each rule."""

    site: Site
    officer: User
    reported: Callable[..., Milestone]
    verified: Callable[..., Milestone]
    operating: Callable[..., OperatingRecord]

    def silent(self) -> Cause:
        self.verified(self.site, "committed", date(2026, 3, 1))
        day = timezone.localdate() + 91 * DAY
        at = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)

        def cure() -> None:
            Confirmation.objects.create(site=self.site, confirmed_by=self.officer, confirmed_at=at)

        return Cause(AlertKind.SITE_SILENT, f"site:{self.site.pk}", day, cure)

    def unchanged(self) -> Cause:
        self.verified(self.site, "building", date(2025, 1, 1))
        cure = partial(self.verified, self.site, "staffing", date(2026, 1, 2))
        return Cause(AlertKind.STAGE_UNCHANGED, f"site:{self.site.pk}", date(2026, 1, 2), cure)

    def proposed(self) -> Cause:
        self.reported(self.site, "proposed", date(2026, 3, 1))
        cure = partial(self.verified, self.site, "approved", date(2026, 4, 1))
        return Cause(AlertKind.PROPOSAL_WAITING, f"site:{self.site.pk}", date(2026, 4, 1), cure)

    def promised(self) -> Cause:
        said = {"pledged_on": date(2025, 3, 1), "due_on": date(2025, 12, 31)}
        pledge = Pledge.objects.create(regency=self.site.regency, **said)
        cure = partial(self.verified, self.site, "inaugurated", date(2026, 1, 1))
        return Cause(AlertKind.PLEDGE_OVERDUE, f"pledge:{pledge.pk}", date(2026, 1, 1), cure)

    def ending(self) -> Cause:
        agreement = agreed(self.site, valid_until=date(2026, 12, 31))
        cure = partial(extended, agreement, date(2026, 12, 31), date(2028, 12, 31))
        return Cause(AlertKind.AGREEMENT_ENDING, f"agreement:{agreement.pk}", date(2026, 10, 2), cure)

    def suspended(self) -> Cause:
        self.operating(self.site, "suspended", date(2026, 3, 1))
        cure = partial(self.operating, self.site, "operating", date(2026, 3, 1))
        return Cause(AlertKind.OPERATION_SUSPENDED, f"site:{self.site.pk}", date(2026, 3, 1), cure)

    def waiting(self) -> Cause:
        province = self.site.regency.province
        note = DirtyProvince.objects.create(province=province, since=date(2026, 1, 1))
        return Cause(AlertKind.FIGURES_LATE, f"province:{province.pk}", timezone.localdate() + 2 * DAY, note.delete)

    def late(self) -> Cause:
        rebuilt(date(2026, 6, 1))
        return Cause(AlertKind.FIGURES_LATE, "nation", date(2026, 6, 3), partial(rebuilt, date(2026, 6, 3)))

    def drifted(self) -> Cause:
        rebuilt(date(2026, 6, 1), drift_count=2)
        return Cause(AlertKind.FIGURES_DRIFTED, "nation", date(2026, 6, 1), partial(rebuilt, date(2026, 6, 2)))

    def announced(self) -> Cause:
        said = {"metric": "mpp_total", "announced_on": date(2026, 6, 1), "source": "Siaran pers"}
        said |= {"counting": "inaugurated", "basis": "509"}
        figure = AnnouncedFigure.objects.create(value=305, **said)
        given = coverage(date(2026, 6, 1)).national.covered
        cure = partial(AnnouncedFigure.objects.filter(pk=figure.pk).update, value=given)
        return Cause(AlertKind.ANNOUNCED_DIFFERS, f"figure:{figure.pk}", date(2026, 6, 1), cure)

    def make(self, name: str) -> Cause:
        cause: Cause = getattr(self, name)()
        return cause


NAMES = [name for name in vars(Causes) if not name.startswith("_") and name != "make"]


@pytest.fixture
def causes(
    site: Site,
    officer: User,
    reported: Callable[..., Milestone],
    verified: Callable[..., Milestone],
    operating: Callable[..., OperatingRecord],
) -> Causes:
    return Causes(site, officer, reported, verified, operating)


@pytest.fixture(params=NAMES)
def cause(request: pytest.FixtureRequest, causes: Causes) -> Cause:
    """A cause of each rule in turn."""
    return causes.make(request.param)


def agreed(site: Site | None = None, **more: Any) -> Agreement:
    day = date(2024, 1, 1)
    kind = "mou" if site is None else "pks"
    return Agreement.objects.create(
        **{"kind": kind, "title": "Kerja sama", "site": site, "signed_on": day, "valid_from": day} | more
    )


def extended(agreement: Agreement, valid_from: date, valid_until: date) -> Agreement:
    said = {"kind": "addendum", "title": f"Adendum {valid_until}", "amends": agreement, "site": agreement.site}
    return Agreement.objects.create(signed_on=valid_from, valid_from=valid_from, valid_until=valid_until, **said)


def found(kind: str, **subject: Any) -> list[Alert]:
    return list(Alert.objects.open().filter(rule__kind=kind, **subject))


# --- Every rule -------------------------------------------------------------------------------------------


def test_there_is_a_rule_of_every_kind_with_its_source_or_as_an_assumption() -> None:
    rules = AlertRule.objects.all()

    assert {rule.kind for rule in rules} == set(AlertKind)
    assert {rule.stage for rule in rules} == {"", *naive.ORDER} - {"proposed", "inaugurated"}
    sourced = [rule.kind for rule in rules if not rule.source.startswith("asumsi")]
    assert sourced == [AlertKind.PROPOSAL_WAITING]


def test_an_alert_is_raised_past_the_threshold_and_cleared_with_its_cause(cause: Cause) -> None:
    evaluate(today=cause.first_day - DAY)
    assert not cause.alerts.exists()

    evaluate(today=cause.first_day)
    (alert,) = cause.alerts
    assert (alert.raised_on, alert.cleared_on) == (cause.first_day, None)
    assert alert.sentence
    assert alert.about

    cause.cure()
    evaluate(today=cause.first_day)
    (alert,) = cause.alerts
    assert alert.cleared_on == cause.first_day


def test_what_is_evaluated_twice_is_raised_once(cause: Cause) -> None:
    evaluate(today=cause.first_day)
    versions = list(Alert.objects.order_by("pk").values_list("pk", "events"))

    assert evaluate(today=cause.first_day) == Evaluation(raised=0, changed=0, cleared=0)
    assert list(Alert.objects.order_by("pk").values_list("pk", "events")) == versions


def test_a_rule_switched_off_clears_its_alerts(cause: Cause) -> None:
    evaluate(today=cause.first_day)
    before = Alert.objects.open().exclude(rule__kind=cause.kind).count()

    AlertRule.objects.filter(kind=cause.kind).update(is_active=False)
    evaluate(today=cause.first_day + DAY)

    (alert,) = cause.alerts
    assert alert.cleared_on == cause.first_day + DAY
    assert not found(cause.kind)
    assert Alert.objects.open().exclude(rule__kind=cause.kind).count() >= before


def test_the_threshold_of_the_admin_decides(cause: Cause, client: Client, editor: User) -> None:
    evaluate(today=cause.first_day)
    client.force_login(editor)
    rule = cause.alerts.get().rule
    form = {"threshold": "0" if cause.kind == AlertKind.AGREEMENT_ENDING else "3650", "severity": rule.severity}
    form |= {"source": "asumsi", "is_active": "on", "seen_version": str(version_of(rule))}

    client.post(reverse("admin:taskforce_alertrule_change", args=[rule.pk]), form)
    evaluate(today=cause.first_day)

    assert not cause.alerts.open().exists()


def test_what_was_acknowledged_stays_so_until_it_is_cleared_and_not_beyond(cause: Cause, editor: User) -> None:
    evaluate(today=cause.first_day)
    acknowledge(cause.alerts.get(), note="Sudah dihubungi", by=editor)

    evaluate(today=cause.first_day)
    assert cause.alerts.get().note == "Sudah dihubungi"

    AlertRule.objects.filter(kind=cause.kind).update(is_active=False)
    evaluate(today=cause.first_day)
    AlertRule.objects.filter(kind=cause.kind).update(is_active=True)
    evaluate(today=cause.first_day)

    first, second = cause.alerts
    assert (first.acknowledged_by, first.cleared_on) == (editor, cause.first_day)
    assert (second.acknowledged_by, second.note, second.cleared_on) == (None, "", None)


def test_the_day_of_an_evaluation_may_lie_before_the_last(cause: Cause) -> None:
    evaluate(today=cause.first_day)

    evaluate(today=cause.first_day - 100 * DAY)

    (alert,) = cause.alerts
    assert alert.cleared_on == cause.first_day


# --- Sites without news ------------------------------------------------------------------------------------


def test_a_site_of_which_nobody_ever_reported_is_without_news(site: Site) -> None:
    evaluate(today=timezone.localdate())

    (alert,) = found(AlertKind.SITE_SILENT)
    assert (alert.site, alert.since, alert.province) == (site, None, site.regency.province)
    assert alert.sentence == "Tercatat tanpa satu pun laporan."


def test_a_tap_on_still_right_is_news(site: Site, officer: User, reported: Callable[..., Milestone]) -> None:
    confirm(site, by=officer)

    evaluate(today=timezone.localdate() + 90 * DAY)
    assert not found(AlertKind.SITE_SILENT, site=site)

    evaluate(today=timezone.localdate() + 91 * DAY)
    (alert,) = found(AlertKind.SITE_SILENT, site=site)
    assert alert.since == timezone.localdate()


def test_nobody_waits_for_an_mpp_that_was_given_up(
    site: Site, verified: Callable[..., Milestone], operating: Callable[..., OperatingRecord]
) -> None:
    verified(site, "building", date(2024, 1, 1))
    operating(site, "stopped", date(2025, 1, 1))

    evaluate(today=timezone.localdate() + 200 * DAY)

    assert not Alert.objects.filter(site=site).exists()


def test_nobody_waits_for_a_branch_that_was_given_up(site: Site, operating: Callable[..., OperatingRecord]) -> None:
    Site.objects.filter(pk=site.pk).update(is_branch=True)
    operating(site, "operating", date(2024, 1, 1))
    evaluate(today=timezone.localdate() + 200 * DAY)
    assert found(AlertKind.SITE_SILENT, site=site)

    operating(site, "stopped", date(2025, 1, 1))
    evaluate(today=timezone.localdate() + 200 * DAY)

    assert not found(AlertKind.SITE_SILENT, site=site)


@given(rng=worlds)
@slowly
def test_silent_are_those_whose_officers_are_asked(rng: random.Random, officer: User, verifier: User) -> None:
    with undone():
        imagine(rng, officer, verifier)
        viewer = User(pk=officer.pk, is_superuser=True)
        AlertRule.objects.filter(kind=AlertKind.SITE_SILENT).update(threshold=90)
        today = FIRST + timedelta(days=rng.randint(0, SPAN + 200))

        evaluate(today=today)

        cards = site_cards(list(Site.objects.all()), viewer, today=today)
        stopped = {card.site.pk for card in cards if _given_up(card.site, today)}
        asked = {(card.site.pk, card.last_news_on) for card in cards if card.is_stale and card.site.pk not in stopped}
        alerts = Alert.objects.open().filter(rule__kind=AlertKind.SITE_SILENT)
        assert set(alerts.values_list("site", "since")) == asked


def _given_up(site: Site, today: date) -> bool:
    records = naive.standing(OperatingRecord.objects.filter(site=site), None, "verified")
    latest = max((one for one in records if one.since <= today), key=lambda one: (one.since, one.pk), default=None)
    return latest is not None and latest.status == "stopped"


# --- Days known to the month or year -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("precision", "day", "written"),
    [
        ("day", date(2024, 12, 31), "31 Desember 2024"),
        ("month", date(2024, 12, 31), "Desember 2024"),
        ("year", date(2024, 12, 31), "2024"),
    ],
)
def test_an_alert_gives_a_day_as_exactly_as_it_is_known(
    site: Site,
    ponorogo: Regency,
    reported: Callable[..., Milestone],
    verified: Callable[..., Milestone],
    operating: Callable[..., OperatingRecord],
    precision: str,
    day: date,
    written: str,
) -> None:
    reported(site, "proposed", day, date_precision=precision)
    verified(site, "building", day, date_precision=precision)
    operating(site, "suspended", day, date_precision=precision)
    first, second = (
        Pledge.objects.create(regency=ponorogo, pledged_on=made_on, due_on=due_on, date_precision=exact)
        for made_on, due_on, exact in ((date(2023, 1, 1), day, precision), (date(2023, 2, 1), date(2023, 5, 5), "day"))
    )
    said = {"revised_on": date(2024, 2, 1), "due_on": day, "date_precision": precision, "reason": "Gedung"}
    PledgeRevision.objects.create(pledge=second, **said)

    evaluate(today=date(2026, 6, 1))

    sentences = {
        (alert.kind, alert.pledge): alert.sentence
        for alert in Alert.objects.filter(regency=ponorogo).exclude(rule__kind=AlertKind.SITE_SILENT).with_subjects()
    }
    assert sentences == {
        (AlertKind.PROPOSAL_WAITING, None): f"Usulan disampaikan {written}, keputusan Kementerian belum tercatat.",
        (AlertKind.STAGE_UNCHANGED, None): f"Masih pada tahap Pembangunan/renovasi sejak {written}.",
        (AlertKind.OPERATION_SUSPENDED, None): f"Tutup sementara sejak {written}.",
        (AlertKind.PLEDGE_OVERDUE, first): f"Dijanjikan diresmikan paling lambat {written}, belum diresmikan.",
        (AlertKind.PLEDGE_OVERDUE, second): f"Dijanjikan diresmikan paling lambat {written}, belum diresmikan.",
    }


def test_of_two_words_for_one_day_the_more_exact_is_given(site: Site, verified: Callable[..., Milestone]) -> None:
    for precision in ("year", "day", "month"):
        verified(site, "building", date(2024, 12, 31), date_precision=precision)

    evaluate(today=date(2026, 6, 1))

    (alert,) = found(AlertKind.STAGE_UNCHANGED, site=site)
    assert alert.detail == {"date_precision": "day"}


# --- Stages and proposals ----------------------------------------------------------------------------------


def test_unchanged_stages_are_those_a_patient_clerk_finds() -> None:
    today = date(2026, 11, 22)
    allowed = dict(AlertRule.objects.filter(kind=AlertKind.STAGE_UNCHANGED).values_list("stage", "threshold"))
    by_site: dict[int, list[Milestone]] = defaultdict(list)
    for entry in naive.in_force(Milestone.objects.select_related("site"), None, "verified"):
        by_site[entry.site_id].append(entry)
    expected = set()
    for site, entries in by_site.items():
        stage = max((entry.stage for entry in entries), key=naive.ORDER.index)
        since = min(entry.reached_on for entry in entries if entry.stage == stage)
        if stage in allowed and (today - since).days > allowed[stage] and not _given_up(entries[0].site, today):
            expected.add((site, stage, since))

    evaluate(today=today)

    alerts = Alert.objects.filter(rule__kind=AlertKind.STAGE_UNCHANGED)
    assert set(alerts.values_list("site", "rule__stage", "since")) == expected
    assert len(expected) == 10


def test_a_stage_that_was_withdrawn_is_no_stage(site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, "committed", date(2025, 12, 1))
    wrong = verified(site, "building", date(2024, 1, 1))
    evaluate(today=date(2026, 6, 1))
    assert [alert.rule.stage for alert in found(AlertKind.STAGE_UNCHANGED, site=site)] == ["building"]

    verified(site, "building", date(2024, 1, 1), supersedes=wrong, withdraws=True, note="Ternyata belum")
    evaluate(today=date(2026, 6, 1))

    assert not found(AlertKind.STAGE_UNCHANGED, site=site)


def test_a_stage_that_was_corrected_counts_from_its_new_day(site: Site, verified: Callable[..., Milestone]) -> None:
    wrong = verified(site, "building", date(2024, 1, 1))
    evaluate(today=date(2026, 6, 1))

    verified(site, "building", date(2025, 1, 1), supersedes=wrong, note="Salah tahun")
    assert evaluate(today=date(2026, 6, 1)).changed == 1

    (alert,) = found(AlertKind.STAGE_UNCHANGED, site=site)
    assert alert.since == date(2025, 1, 1)


def test_the_next_stage_that_lasts_too_long_is_another_alert(site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, "building", date(2024, 1, 1))
    evaluate(today=date(2026, 1, 1))

    verified(site, "staffing", date(2025, 9, 1))
    evaluate(today=date(2026, 1, 2))

    rows = Alert.objects.filter(site=site, rule__kind=AlertKind.STAGE_UNCHANGED).order_by("pk")
    assert list(rows.values_list("rule__stage", "cleared_on")) == [("building", date(2026, 1, 2)), ("staffing", None)]


def test_only_the_ministrys_word_ends_the_waiting_of_a_proposal(
    site: Site, reported: Callable[..., Milestone], verified: Callable[..., Milestone]
) -> None:
    verified(site, "proposed", date(2026, 3, 1))
    verified(site, "opened", date(2026, 4, 1))
    reported(site, "approved", date(2026, 4, 1))

    evaluate(today=date(2026, 5, 1))
    assert found(AlertKind.PROPOSAL_WAITING, site=site)

    verified(site, "inaugurated", date(2026, 4, 20))
    evaluate(today=date(2026, 5, 1))
    assert not found(AlertKind.PROPOSAL_WAITING, site=site)


def test_a_proposal_whose_report_came_back_does_not_wait(
    site: Site, reported: Callable[..., Milestone], verifier: User
) -> None:
    entry = reported(site, "proposed", date(2026, 3, 1))
    evaluate(today=date(2026, 5, 1))
    assert found(AlertKind.PROPOSAL_WAITING, site=site)

    send_back(entry, by=verifier, reason="Kajian belum ada")
    evaluate(today=date(2026, 5, 1))

    assert not found(AlertKind.PROPOSAL_WAITING, site=site)


# --- Promises ----------------------------------------------------------------------------------------------


def test_overdue_are_the_pledges_that_the_report_calls_late_and_open() -> None:
    rng = random.Random(5)  # noqa: S311 - not a secret
    today = date(2025, 6, 15)
    for regency in Regency.objects.filter(is_autonomous=True).order_by("code")[::3]:
        pledged_on = date(2022, 1, 1) + timedelta(days=rng.randint(0, 600))
        due_on = pledged_on + timedelta(days=rng.randint(0, 900))
        pledge = Pledge.objects.create(regency=regency, pledged_on=pledged_on, due_on=due_on, date_precision="day")
        if rng.random() < 0.4:
            revised_on = pledged_on + timedelta(days=rng.randint(1, 900))
            due_on = revised_on + timedelta(days=rng.randint(0, 500))
            said = {"revised_on": revised_on, "due_on": due_on, "date_precision": "day", "reason": "Gedung"}
            PledgeRevision.objects.create(pledge=pledge, **said)
    late = {
        (row.pledge.pk, row.in_force.due_on)
        for row in pledge_report(Standpoint(today)).outcomes
        if row.is_late and row.unit.inaugurated_on is None
    }

    evaluate(today=today)

    alerts = Alert.objects.filter(rule__kind=AlertKind.PLEDGE_OVERDUE)
    assert set(alerts.values_list("pledge", "since")) == late
    assert len(late) > 20


def test_a_promise_made_anew_clears_the_alert_and_breaking_that_too_raises_another(ponorogo: Regency) -> None:
    pledge = Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 1, 1), due_on=date(2024, 12, 31))
    evaluate(today=date(2025, 1, 1))
    said = {"revised_on": date(2025, 2, 1), "due_on": date(2025, 12, 31), "reason": "Gedung belum"}

    PledgeRevision.objects.create(pledge=pledge, **said)
    evaluate(today=date(2025, 2, 1))
    evaluate(today=date(2026, 1, 1))

    rows = Alert.objects.filter(pledge=pledge).order_by("pk").values_list("since", "raised_on", "cleared_on")
    assert list(rows) == [
        (date(2024, 12, 31), date(2025, 1, 1), date(2025, 2, 1)),
        (date(2025, 12, 31), date(2026, 1, 1), None),
    ]


@pytest.mark.parametrize(("today", "count"), [(date(2026, 12, 31), 1), (date(2027, 3, 31), 1), (date(2027, 4, 1), 0)])
def test_an_agreement_that_ended_stays_an_alert_for_as_long_again(site: Site, today: date, count: int) -> None:
    agreed(site, valid_until=date(2026, 12, 31))

    evaluate(today=today)

    assert len(found(AlertKind.AGREEMENT_ENDING)) == count


def test_a_memorandum_is_the_nations_and_one_without_an_end_is_nobodys(site: Site) -> None:
    agreed(valid_until=date(2026, 12, 31))

    evaluate(today=date(2026, 12, 1))

    (alert,) = found(AlertKind.AGREEMENT_ENDING)
    assert (alert.province, alert.regency, alert.about) == (None, None, str(alert.agreement))
    assert "Berakhir 31 Desember 2026" in alert.sentence


# --- Operation ---------------------------------------------------------------------------------------------


def test_a_closing_that_is_reported_again_began_when_it_began(
    site: Site, operating: Callable[..., OperatingRecord]
) -> None:
    for status, day in (("operating", 1), ("suspended", 5), ("suspended", 9)):
        operating(site, status, date(2026, 3, day))

    evaluate(today=date(2026, 4, 1))

    (alert,) = found(AlertKind.OPERATION_SUSPENDED, site=site)
    assert alert.since == date(2026, 3, 5)
    assert alert.sentence == "Tutup sementara sejak 5 Maret 2026."


def test_a_second_closing_is_a_new_alert_even_where_no_evaluation_saw_it_open(
    site: Site, operating: Callable[..., OperatingRecord], editor: User
) -> None:
    operating(site, "suspended", date(2026, 3, 1))
    evaluate(today=date(2026, 3, 1))
    acknowledge(Alert.objects.get(site=site), by=editor)

    operating(site, "operating", date(2026, 3, 10))
    operating(site, "suspended", date(2026, 3, 20))
    evaluate(today=date(2026, 3, 21))

    first, second = Alert.objects.filter(site=site).order_by("pk")
    assert (first.since, first.cleared_on) == (date(2026, 3, 1), date(2026, 3, 21))
    assert (second.since, second.acknowledged_by) == (date(2026, 3, 20), None)


# --- Figures -----------------------------------------------------------------------------------------------


def test_a_rebuild_that_failed_is_none() -> None:
    rebuilt(date(2026, 6, 1))
    rebuilt(date(2026, 6, 3), error="DataError: …")
    rebuilt(date(2026, 6, 3), finished_at=None, drift_count=3)

    evaluate(today=date(2026, 6, 3))

    (alert,) = found(AlertKind.FIGURES_LATE)
    assert alert.since == date(2026, 6, 1)
    assert not found(AlertKind.FIGURES_DRIFTED)


def test_a_new_installation_waits_for_its_first_night() -> None:
    rebuilt(date(2026, 6, 1), kind="recompute")

    evaluate(today=date(2026, 6, 2))
    assert not found(AlertKind.FIGURES_LATE)

    evaluate(today=date(2026, 6, 3))
    (alert,) = found(AlertKind.FIGURES_LATE)
    assert alert.since == date(2026, 6, 1)


def test_figures_never_computed_are_late() -> None:
    evaluate(today=date(2026, 6, 1))

    (alert,) = found(AlertKind.FIGURES_LATE)
    assert (alert.since, alert.sentence) == (None, "Angka tersimpan belum pernah dihitung ulang.")


def test_the_announced_figures_of_the_shared_data_differ_as_they_should() -> None:
    evaluate(today=date(2026, 6, 1))

    differing = {
        (alert.figure.metric, alert.since, alert.figure.value): alert.detail["ledger"]
        for alert in Alert.objects.filter(rule__kind=AlertKind.ANNOUNCED_DIFFERS).select_related("figure")
    }
    assert differing["mpp_total", date(2025, 12, 15), 305] == 295
    assert differing["provinces_without_mpp", date(2022, 6, 30), 11] == 12
    # Said to be 5 that day, and 5 they are.
    assert ("provinces_without_mpp", date(2024, 12, 12), 5) not in differing


def test_a_moved_regency_takes_its_alerts_along(site: Site, operating: Callable[..., OperatingRecord]) -> None:
    operating(site, "suspended")
    evaluate(today=date(2026, 4, 1))
    elsewhere = Province.objects.get(code="33")

    Regency.objects.filter(pk=site.regency_id).update(province=elsewhere)
    evaluate(today=date(2026, 4, 1))

    (alert,) = Alert.objects.filter(site=site)
    assert alert.province == elsewhere


# --- Who does what about them --------------------------------------------------------------------------------


@pytest.fixture
def closed(site: Site, operating: Callable[..., OperatingRecord]) -> Alert:
    """The alert that Ponorogo's MPP is closed."""
    operating(site, "suspended", date(2026, 3, 1))
    evaluate(today=date(2026, 3, 2))
    return Alert.objects.get(site=site)


@pytest.fixture
def jatim(db: None) -> User:
    """Somebody of the province of Ponorogo."""
    user = User.objects.create_user("jatim@pantau-mpp.example")
    province = Province.objects.get(code="35")
    Assignment.objects.create(user=user, role=Role.PROVINCE, province=province, valid_from=date(2026, 1, 1))
    return user


def test_the_first_who_acknowledges_is_named(closed: Alert, editor: User, jatim: User) -> None:
    acknowledge(closed, note=" Kebakaran ", by=jatim)

    again = acknowledge(closed, note="Saya juga", by=editor)

    assert (again.acknowledged_by, again.note) == (jatim, "Kebakaran")
    assert [change.what for change in history_of(closed)] == ["diubah", "dibuat"]


def test_officers_and_other_provinces_acknowledge_nothing(closed: Alert, officer: User) -> None:
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=closed.regency, valid_from=date(2026, 1, 1))

    with pytest.raises(PermissionDenied):
        acknowledge(closed, by=officer)


def test_what_is_over_is_not_acknowledged(closed: Alert, editor: User) -> None:
    evaluate(today=date(2026, 2, 1))

    with pytest.raises(ValidationError, match="sudah tidak ada"):
        acknowledge(closed, by=editor)
    with pytest.raises(ValidationError, match="sudah tidak ada"):
        follow_up(closed, by=editor, today=date(2026, 3, 2))


def test_an_alert_becomes_one_action_item_of_its_region(closed: Alert, editor: User) -> None:
    item = follow_up(closed, by=editor, today=date(2026, 3, 2))
    again = follow_up(closed, by=editor, today=date(2026, 3, 3))

    assert item == again == ActionItem.objects.get()
    assert (item.alert, item.site, item.owner) == (closed, closed.site, None)
    assert item.owner_name == "Pemerintah Kabupaten Ponorogo"
    assert (item.due_on, item.priority) == (date(2026, 4, 1), Priority.HIGH)
    assert item.title == "MPP tutup sementara: MPP Kabupaten Ponorogo"
    closed.refresh_from_db()
    assert closed.acknowledged_by == editor


def test_what_was_planned_in_vain_is_planned_again(closed: Alert, editor: User) -> None:
    first = follow_up(closed, by=editor, today=date(2026, 3, 2))
    report_on(ActionUpdate(item=first, state=ActionState.CANCELLED, note="Salah alamat"), by=editor)

    second = follow_up(closed, by=editor, today=date(2026, 3, 3))
    again = follow_up(closed, by=editor, today=date(2026, 3, 4))

    assert second == again != first
    assert set(closed.items.all()) == {first, second}


def test_what_only_the_ministry_can_end_is_the_ministrys(causes: Causes, editor: User) -> None:
    for name in ("proposed", "announced", "late"):
        cause = causes.make(name)
        evaluate(today=cause.first_day)

        item = follow_up(cause.alerts.open().get(), by=editor, today=cause.first_day)

        assert item.owner == Institution.objects.get(abbreviation="PANRB")


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_of_any_kind_becomes_an_action_item(name: str, causes: Causes, editor: User) -> None:
    cause = causes.make(name)
    evaluate(today=cause.first_day)

    item = follow_up(cause.alerts.get(), by=editor, today=cause.first_day)

    assert item.title
    assert item.description


def test_only_who_steers_makes_action_items(closed: Alert, jatim: User) -> None:
    with pytest.raises(PermissionDenied):
        follow_up(closed, by=jatim, today=date(2026, 3, 2))

    assert not ActionItem.objects.exists()


def test_what_an_alert_was_about_may_be_deleted_and_its_plan_stays(ponorogo: Regency, editor: User) -> None:
    pledge = Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 1, 1), due_on=date(2024, 12, 31))
    evaluate(today=date(2025, 1, 1))
    item = follow_up(Alert.objects.get(pledge=pledge), by=editor, today=date(2025, 1, 1))

    pledge.delete()

    item.refresh_from_db()
    assert item.alert is None


# --- Bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", ["-1", "3651", "99999999999999999999"])
def test_a_threshold_out_of_range_is_refused_with_a_sentence(client: Client, editor: User, threshold: str) -> None:
    client.force_login(editor)
    rule = AlertRule.objects.get(kind=AlertKind.SITE_SILENT)
    form = {"threshold": threshold, "severity": "note", "source": "asumsi", "is_active": "on"}
    form["seen_version"] = str(version_of(rule))

    page = client.post(reverse("admin:taskforce_alertrule_change", args=[rule.pk]), form).content.decode()

    assert "Ambang tidak boleh negatif" in page or "lebih kecil" in page
    rule.refresh_from_db()
    assert (rule.threshold, rule.severity) == (90, "attention")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"threshold": -1}, "Ambang tidak boleh negatif"),
        ({"threshold": 3651}, "paling besar 3650"),
        ({"source": ""}, "asumsi"),
        ({"severity": "parah"}, "tidak dikenal"),
        ({"kind": "lain"}, "tidak dikenal"),
        ({"stage": "building"}, "Aturan tahap"),
        ({"kind": AlertKind.STAGE_UNCHANGED, "stage": "inaugurated"}, "Aturan tahap"),
        ({"kind": AlertKind.STAGE_UNCHANGED, "stage": "building"}, "sudah ada"),
    ],
)
def test_the_database_refuses_what_no_rule_can_be(change: dict[str, Any], sentence: str) -> None:
    rule = AlertRule.objects.get(kind=AlertKind.SITE_SILENT)
    for field, value in change.items():
        setattr(rule, field, value)

    with transaction.atomic(), pytest.raises(DatabaseError):
        AlertRule.objects.filter(pk=rule.pk).update(**change)
    with pytest.raises(ValidationError) as refusal:
        rule.full_clean()
    assert sentence in " ".join(refusal.value.messages) or {"source", "severity", "kind"} & set(change)
    if "threshold" in change:
        with pytest.raises(ValidationError, match=sentence):
            save_checked(rule)


@pytest.mark.parametrize(
    "change",
    [
        {"cleared_on": date(2026, 3, 1)},
        {"since": date(2026, 3, 3)},
        {"acknowledged_at": datetime(2026, 3, 3, tzinfo=UTC)},
        {"note": "Tanpa nama"},
    ],
)
def test_the_database_refuses_what_no_alert_can_be(closed: Alert, change: dict[str, Any]) -> None:
    with transaction.atomic(), pytest.raises(DatabaseError):
        Alert.objects.filter(pk=closed.pk).update(**change)


def test_the_database_refuses_a_second_open_alert_of_a_rule_and_subject(closed: Alert) -> None:
    closed.pk = None

    with transaction.atomic(), pytest.raises(DatabaseError, match="taskforce_alert_one_open"):
        closed.save(force_insert=True)


# --- When ------------------------------------------------------------------------------------------------------


def test_a_verified_report_changes_the_alerts_with_the_figures(
    site: Site, operating: Callable[..., OperatingRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "ROLLOUT_BEGAN_ON", timezone.localdate() - 5 * DAY)
    operating(site, "suspended")

    tasks.recompute_dirty_provinces()
    assert found(AlertKind.OPERATION_SUSPENDED, site=site)

    operating(site, "operating")
    tasks.recompute_dirty_provinces()
    assert not found(AlertKind.OPERATION_SUSPENDED, site=site)


def test_the_nightly_rebuild_evaluates_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "ROLLOUT_BEGAN_ON", timezone.localdate() - 5 * DAY)
    evaluate(today=timezone.localdate())
    assert found(AlertKind.FIGURES_LATE)

    tasks.rebuild_coverage()

    assert not found(AlertKind.FIGURES_LATE)


@pytest.mark.parametrize("task", [tasks.recompute_dirty_provinces, tasks.rebuild_coverage, tasks.evaluate_alerts])
def test_a_task_that_outlasts_midnight_loses_no_acknowledgement(
    closed: Alert, editor: User, task: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    DirtyProvince.objects.all().delete()
    DirtyProvince.objects.create(province=closed.province, since=date(2026, 2, 27))
    evening, morning = date(2026, 3, 1), date(2026, 3, 2)
    monkeypatch.setattr(figures, "ROLLOUT_BEGAN_ON", date(2026, 2, 20))
    clock = [evening]
    monkeypatch.setattr(timezone, "localdate", lambda *given: clock[0])

    def until_morning(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        """Let the night pass while the task waits for the evaluation of the new day, which has the lock."""
        if "pg_advisory_xact_lock" in sql:
            clock[0] = morning
        return execute(sql, *more)

    agreement = agreed(closed.site, valid_until=date(2026, 5, 31))
    evaluate(today=morning)
    (alert,) = found(AlertKind.AGREEMENT_ENDING, agreement=agreement)
    assert alert.since == morning
    acknowledge(alert, by=editor)

    with connection.execute_wrapper(until_morning):
        task()

    (still,) = found(AlertKind.AGREEMENT_ENDING, agreement=agreement)
    assert (still, still.acknowledged_by) == (alert, editor)


def test_what_people_wait_for_nudges_a_task_that_exists_and_is_scheduled(
    site: Site, officer: User, django_capture_on_commit_callbacks: Callable[..., list]
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        confirm(site, by=officer)

    app.loader.import_default_modules()
    assert [callback.args for callback in callbacks] == [(ALERTS_TASK,)]
    assert ALERTS_TASK in app.tasks
    assert ALERTS_TASK in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_one_cause_takes_as_many_queries_as_many(causes: Causes, django_assert_num_queries: Any) -> None:
    for names in (["suspended"], set(NAMES) - {"suspended"}):
        for name in sorted(names):
            causes.make(name)
        # 1-2 savepoint and lock, 3 table of what is found, 4-10 rules, 11-12 endings, 13-15 announced figures,
        # 16-17 what is wanted, 18 keys at once, 19-21 clear, change, raise, 22 keys as before, 23 drop, 24 release
        with django_assert_num_queries(24):
            evaluate(today=timezone.localdate() + 91 * DAY)


EVALUATE = "from django.utils import timezone; from taskforce.services.alerts import evaluate"
EVALUATE += "; print(evaluate(today=timezone.localdate()))"


def test_two_evaluations_at_once_wait_for_each_other(db: None) -> None:
    with own_database("alerts_at_once") as url, psycopg.connect(url) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", EVALUATE]
        # Each in a process of its own, as two workers are.
        both = [
            subprocess.Popen(
                command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        with psycopg.connect(f"{database_server()}/postgres", autocommit=True) as admin:
            blocked = "SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
            pid = [holder.info.backend_pid]
            assert wait_until(lambda: admin.execute(blocked, pid).fetchone()[0] == 2, seconds=60)
        holder.rollback()
        said = [process.communicate(timeout=60)[0] for process in both]

        assert sum("raised=0, changed=0, cleared=0" in words for words in said) == 1
        rows = holder.execute("SELECT count(*), count(DISTINCT (rule_id, subject)) FROM taskforce_alert").fetchone()
        assert rows[0] == rows[1] > 40
    connection.close()
