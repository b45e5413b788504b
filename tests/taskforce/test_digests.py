"""Is everybody told once a week what is theirs to do, and nothing twice?"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from commitments.models import Institution, InstitutionAssignment, Pledge
from regions.choices import NoticeKind, OperatingStatus, Role, Stage
from regions.models import Assignment, Milestone, Notice, OperatingRecord, Regency, Site
from regions.services.ledger import send_back
from regions.services.notices import send_due
from taskforce.choices import ActionState, AlertKind
from taskforce.models import ActionItem, ActionUpdate
from taskforce.services.actions import plan, report_on
from taskforce.services.alerts import evaluate
from taskforce.services.digests import write_digests

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=MONDAY)
    return officer


@pytest.fixture
def returned(site: Site, reported: Callable[..., Milestone], verifier: User) -> Milestone:
    return send_back(reported(site, Stage.BUILDING, date(2026, 1, 5)), by=verifier, reason="Foto belum ada")


def send() -> int:
    return send_due(now=timezone.now())


def test_an_officer_gets_one_digest_a_week(
    dinas: User, returned: Milestone, verified: Callable[..., Milestone]
) -> None:
    counted = verified(returned.site, Stage.OPENED, date(2026, 2, 1))

    written = [write_digests(today=MONDAY + timedelta(days=day)) for day in range(8)]
    send()

    assert written == [1, 0, 0, 0, 0, 0, 0, 1]
    digest = next(sent for sent in mail.outbox if "Ringkasan mingguan, 16 November 2026" in sent.subject)
    assert f"Laporan {returned.receipt} (Pembangunan/renovasi" in digest.body
    assert f"Laporan {counted.receipt} diverifikasi" in digest.body


def test_a_digest_tells_what_the_last_one_has_not(
    dinas: User, site: Site, verified: Callable[..., Milestone], reported: Callable[..., Milestone]
) -> None:
    reported(site, Stage.READY, date(2026, 3, 1))  # so that there is something to say each week
    told = verified(site, Stage.OPENED, date(2026, 2, 1))
    write_digests(today=MONDAY)
    late = verified(site, Stage.STAFFING, date(2026, 1, 1))
    Notice.objects.filter(key__contains=late.receipt).update(created_at=timezone.now() + timedelta(days=1))
    write_digests(today=MONDAY + timedelta(days=15))

    first, second = Notice.objects.filter(kind=NoticeKind.DIGEST).order_by("pk").values_list("text", flat=True)

    assert told.receipt in first
    assert told.receipt not in second
    assert late.receipt in second


def test_an_officer_with_nothing_to_hear_is_left_alone(dinas: User, site: Site) -> None:
    site.confirmations.create(confirmed_by=dinas)

    assert write_digests(today=timezone.localdate()) == 0


def test_others_get_no_digest(verifier: User, returned: Milestone) -> None:
    Assignment.objects.create(user=verifier, role=Role.VERIFIER, valid_from=MONDAY)

    assert write_digests(today=MONDAY) == 0


def test_whoever_owns_action_items_is_told_of_those_late_or_due_soon(editor: User) -> None:
    bkpm = Institution.objects.get(abbreviation="BKPM")
    person = User.objects.create_user("bkpm@pantau-mpp.example")
    InstitutionAssignment.objects.create(user=person, institution=bkpm, valid_from=MONDAY)
    for title, due in (("Lewat", -3), ("Segera", 14), ("Nanti", 15)):
        due_on = MONDAY + timedelta(days=due)
        plan(ActionItem(title=title, owner=bkpm, decided_on=date(2026, 1, 1), due_on=due_on), by=editor)

    assert write_digests(today=MONDAY) == 1

    text = person.notices.get().text
    assert "- Lewat: tenggat 13 November 2026, Belum dimulai, lewat 3 hari." in text
    assert "- Segera: tenggat 30 November 2026, Belum dimulai." in text
    assert "Nanti" not in text


def test_whoever_steers_is_told_what_waits_for_a_second_person(editor: User) -> None:
    steering = User.objects.create_user("steering@pantau-mpp.example")
    Assignment.objects.create(user=steering, role=Role.EDITOR, valid_from=MONDAY)
    owner = Institution.objects.get(abbreviation="BKPM")
    item = plan(ActionItem(title="Penting", owner=owner, due_on=date(2030, 1, 1), priority="high"), by=editor)
    report_on(ActionUpdate(item=item, state=ActionState.CLAIMED, note="Sudah.", source_url="Surat 1"), by=editor)

    assert write_digests(today=MONDAY) == 1

    assert "- Penting (BKPM)." in steering.notices.get().text


def test_whoever_follows_alerts_up_is_told_how_many_wait(site: Site, operating: Callable[..., OperatingRecord]) -> None:
    operating(site, OperatingStatus.SUSPENDED)
    evaluate(today=date(2026, 3, 2))
    person = User.objects.create_user("jatim@pantau-mpp.example")
    province = site.regency.province
    Assignment.objects.create(user=person, role=Role.PROVINCE, province=province, valid_from=MONDAY)

    write_digests(today=MONDAY)

    assert f"- {AlertKind.OPERATION_SUSPENDED.label}: 1." in person.notices.get().text


def test_an_officers_digest_names_the_pledges_that_press(dinas: User, ponorogo: Regency) -> None:
    Pledge.objects.create(regency=ponorogo, pledged_on=date(2026, 1, 5), due_on=date(2026, 6, 30), date_precision="day")

    write_digests(today=MONDAY)

    expected = "Janji Kabupaten Ponorogo, diresmikan paling lambat 30 Juni 2026: Terlambat."
    assert expected in dinas.notices.get(kind=NoticeKind.DIGEST).text
