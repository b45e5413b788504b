"""Does a verifier see what is to be decided, and does the decision reach the public figure?"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from regions.choices import EntryState, Role, Stage
from regions.models import Assignment, DirtyProvince, Milestone, Site
from regions.services.ledger import report
from regions.services.review import looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, verifier: User) -> Client:
    """A verifier, signed in."""
    Assignment.objects.create(user=verifier, role=Role.VERIFIER, valid_from=timezone.localdate())
    client.force_login(verifier)
    return client


def seen(entry: Milestone) -> str:
    """Return what a page that was just opened carries."""
    return looks([entry])[entry.pk]


def review_url(entry: Milestone) -> str:
    return reverse("dashboard:review", args=["tahap", entry.pk])


def test_the_queue_groups_by_province_oldest_first(
    desk: Client, site: Site, reported: Callable[..., Milestone]
) -> None:
    reported(site, Stage.BUILDING, date(2026, 1, 1))
    reported(site, Stage.STAFFING, date(2026, 2, 1))

    ((province, entries),) = desk.get("/verifikasi/").context["queue"].by_province
    assert province == "Jawa Timur"
    assert [entry.stage for entry in entries] == ["building", "staffing"]


def test_a_report_stands_beside_what_is_known_and_what_the_figures_would_become(
    desk: Client, site: Site, reported: Callable[..., Milestone], verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.OPENED, date(2026, 1, 1))
    entry = reported(site, Stage.INAUGURATED, date(2026, 2, 1))

    review = desk.get(review_url(entry)).context["review"]

    assert review.current.stage == Stage.OPENED
    nation, province = review.becoming
    assert (nation.before, nation.after) == (295, 296)
    assert (province.name, province.after) == ("Jawa Timur", province.before + 1)
    entry.refresh_from_db()
    assert entry.state == EntryState.REPORTED


def test_verifying_reaches_the_public_figure(
    desk: Client, client: Client, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    assert "295" in client.get("/").content.decode()

    response = desk.post(review_url(entry), {"decision": "verify", "seen": seen(entry)})

    assert response["Location"] == "/verifikasi/"
    assert DirtyProvince.objects.filter(province__code="35").exists()
    assert re.search(r'headline__number"><a [^>]*>296<', client.get("/").content.decode())


def test_a_return_needs_a_reason_and_keeps_it(desk: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    without = desk.post(review_url(entry), {"decision": "return", "reason": " ", "seen": seen(entry)})
    assert "Sebutkan alasan" in without.content.decode()
    desk.post(review_url(entry), {"decision": "return", "reason": "Foto belum ada", "seen": seen(entry)})

    entry.refresh_from_db()
    assert (entry.state, entry.review_note) == (EntryState.RETURNED, "Foto belum ada")


def test_ones_own_report_is_shown_but_not_decided(desk: Client, verifier: User, site: Site) -> None:
    entry = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1)), by=verifier)

    assert "orang lain yang memeriksanya" in desk.get(review_url(entry)).content.decode()
    response = desk.post(review_url(entry), {"decision": "verify", "seen": seen(entry)})

    assert "Laporan sendiri" in response.content.decode()
    entry.refresh_from_db()
    assert entry.state == EntryState.REPORTED


def test_a_change_since_the_report_is_told(
    desk: Client, site: Site, reported: Callable[..., Milestone], verified: Callable[..., Milestone]
) -> None:
    entry = reported(site, Stage.INAUGURATED, date(2026, 2, 1))
    assert "berubah setelah laporan" not in desk.get(review_url(entry)).content.decode()

    verified(site, Stage.OPENED, date(2026, 1, 1))

    assert "berubah setelah laporan" in desk.get(review_url(entry)).content.decode()


def test_a_report_that_was_decided_meanwhile_is_not_decided_again(
    desk: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    entry = verified(site)

    page = desk.get(review_url(entry)).content.decode()
    assert "sudah diperiksa" in page
    assert 'name="decision"' not in page
    response = desk.post(review_url(entry), {"decision": "return", "reason": "Ternyata belum", "seen": seen(entry)})

    assert "tidak menunggu pemeriksaan" in response.content.decode()
    entry.refresh_from_db()
    assert entry.state == EntryState.VERIFIED


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None])
def test_only_verifiers_decide(
    client: Client, officer: User, role: str | None, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    if role:
        Assignment.objects.create(user=officer, role=role, valid_from=timezone.localdate())
    client.force_login(officer)

    assert client.get("/verifikasi/").status_code == 403
    assert client.post(review_url(entry), {"decision": "verify"}).status_code == 403


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/verifikasi/")["Location"].startswith("/akun/login/")


@pytest.mark.parametrize("reports", [1, 500])
def test_the_queue_takes_as_many_queries_for_one_report_as_for_many(
    desk: Client, officer: User, site: Site, reports: int, django_assert_num_queries: Any
) -> None:
    for number in range(reports):
        Milestone.objects.create(
            site=site,
            stage="building",
            reached_on=date(2026, 1, number % 28 + 1),
            state=EntryState.REPORTED,
            reported_by=officer,
            reported_at=timezone.now(),
        )

    # 1 session, 2 user, 3 turf, 4-7 counts, 8-11 the four ledgers, 12 opinions, 13 ceremonies that wait,
    # 14 institutions of the verifier, 15 who is looking
    with django_assert_num_queries(15):
        desk.get("/verifikasi/")
