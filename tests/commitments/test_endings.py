"""Are the parties of an agreement told before it ends, once each, and not after it was extended?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from accounts.models import User
from commitments import tasks
from commitments.models import Agreement, Institution, InstitutionAssignment, Signatory
from commitments.services.endings import warn_of_endings
from regions.choices import NoticeKind
from regions.models import Notice, Site
from regions.services.notices import send_due

pytestmark = pytest.mark.django_db

ENDS_ON = date(2027, 6, 30)


@pytest.fixture
def pks(open_site: Site, bpn: Institution) -> Agreement:
    signed = {"signed_on": date(2026, 2, 1), "valid_from": date(2026, 2, 1)}
    agreement = Agreement.objects.create(
        kind="pks", number="12/2026", title="PKS gerai pertanahan", site=open_site, valid_until=ENDS_ON, **signed
    )
    Signatory.objects.create(agreement=agreement, institution=bpn, signed_on=date(2026, 2, 1))
    return agreement


def extended(pks: Agreement, **change: Any) -> Agreement:
    plain = {"title": "Adendum", "signed_on": ENDS_ON - timedelta(days=60), "valid_from": ENDS_ON - timedelta(days=60)}
    until = {"valid_until": ENDS_ON + timedelta(days=365)}
    return Agreement.objects.create(kind="addendum", amends=pks, site=pks.site, **plain | until | change)


def told() -> list[tuple[str, str]]:
    notices = Notice.objects.filter(kind=NoticeKind.ENDING).order_by("pk")
    return [(notice.recipient.email, notice.key.rpartition(":")[2]) for notice in notices]


def test_institution_and_site_are_told_thrice(pks: Agreement, speaker: User, dinas: User) -> None:
    days = [(ENDS_ON - timedelta(days=left)) for left in range(100, -5, -1)]

    counts = [warn_of_endings(today=day) for day in days]

    assert sum(counts) == len(told()) == 6
    assert told() == [(person.email, days) for days in ("90", "30", "7") for person in (speaker, dinas)]
    assert [100 - index for index, count in enumerate(counts) if count] == [90, 30, 7]


def test_asked_twice_nobody_is_told_twice(pks: Agreement, speaker: User) -> None:
    today = ENDS_ON - timedelta(days=20)

    assert [warn_of_endings(today=today), warn_of_endings(today=today)] == [1, 0]


def test_after_missed_days_only_the_nearest_warning_is_given(pks: Agreement, speaker: User) -> None:
    warn_of_endings(today=ENDS_ON - timedelta(days=5))

    assert told() == [(speaker.email, "7")]


def test_the_notice_says_what_ends_when_and_leads_to_ones_own_page(pks: Agreement, speaker: User, dinas: User) -> None:
    warn_of_endings(today=ENDS_ON - timedelta(days=30))
    send_due(now=timezone.now())

    of_institution, of_site = (Notice.objects.get(recipient=user, kind=NoticeKind.ENDING) for user in (speaker, dinas))
    assert of_institution.subject == "Perjanjian kerja sama 12/2026 (2026) berakhir 30 Juni 2027, 30 hari lagi"
    assert "PKS gerai pertanahan" in of_institution.text
    assert str(pks.site) in of_institution.text
    assert of_institution.path == "/kerja/instansi/"
    assert of_site.path == f"/kerja/mpp/{pks.site.pk}/gerai/"
    assert {address for sent in mail.outbox for address in sent.to} == {speaker.email, dinas.email}


@pytest.mark.parametrize(
    ("change", "warned"),
    [
        ({}, False),
        # It follows on when the agreement ends, and was signed before.
        ({"valid_from": ENDS_ON + timedelta(days=1)}, False),
        ({"valid_until": ENDS_ON + timedelta(days=10)}, True),
        # An addendum about something else leaves the end as it is.
        ({"valid_until": None}, True),
    ],
)
def test_an_addendum_that_extends_silences_the_old_warning(
    pks: Agreement, speaker: User, change: dict[str, Any], warned: bool
) -> None:
    extended(pks, **change)

    warn_of_endings(today=ENDS_ON - timedelta(days=30))

    assert bool(told()) is warned


def test_a_moved_end_is_warned_of_anew(pks: Agreement, speaker: User) -> None:
    warn_of_endings(today=ENDS_ON - timedelta(days=90))
    addendum = extended(pks)

    warn_of_endings(today=addendum.valid_until - timedelta(days=90))

    assert told() == [(speaker.email, "90")] * 2


def test_the_heir_of_an_institution_is_told(pks: Agreement, bpn: Institution) -> None:
    heir = Institution.objects.create(abbreviation="Kemen-ATR", name="Kementerian ATR", kind="kementerian")
    Institution.objects.filter(pk=bpn.pk).update(valid_until=date(2026, 5, 1), succeeded_by=heir)
    user = User.objects.create_user("atr@pantau-mpp.example")
    InstitutionAssignment.objects.create(user=user, institution=heir, valid_from=date(2026, 5, 2))

    warn_of_endings(today=ENDS_ON - timedelta(days=30))

    assert told() == [(user.email, "30")]


@pytest.mark.parametrize("case", ["other institution", "ended assignment", "closed account"])
def test_others_are_left_alone(pks: Agreement, speaker: User, case: str) -> None:
    if case == "other institution":
        speaker.institution_assignments.update(institution=Institution.objects.get(abbreviation="PLN"))
    elif case == "ended assignment":
        speaker.institution_assignments.update(valid_until=date(2027, 1, 1))
    else:
        User.objects.filter(pk=speaker.pk).update(is_active=False)

    assert warn_of_endings(today=ENDS_ON - timedelta(days=30)) == 0


def test_a_national_agreement_concerns_no_site(bpn: Institution, speaker: User, dinas: User) -> None:
    Agreement.objects.filter(kind="mou").update(valid_until=ENDS_ON)

    warn_of_endings(today=ENDS_ON - timedelta(days=30))

    assert told() == [(speaker.email, "30")]


@pytest.mark.parametrize("agreements", [1, 30])
def test_looking_takes_as_many_queries_for_one_agreement_as_for_many(
    pks: Agreement, speaker: User, dinas: User, agreements: int, django_assert_num_queries: Any
) -> None:
    for number in range(agreements - 1):
        other = Agreement.objects.get(pk=pks.pk)
        other.pk, other.title = None, f"PKS {number}"
        other.save()
        Signatory.objects.create(agreement=other, institution=pks.signatories.get().institution, signed_on="2026-02-01")
    today = ENDS_ON - timedelta(days=30)
    warn_of_endings(today=today)

    # 1-2 savepoint, 3 agreements, 4 signatories, 5 notices, 6 names of institutions, 7 who speaks, 8 officers
    with django_assert_num_queries(8):
        assert warn_of_endings(today=today) == 0


def test_the_schedule_asks_every_day_and_the_task_may_run_twice(pks: Agreement, speaker: User) -> None:
    Agreement.objects.filter(pk=pks.pk).update(valid_until=timezone.localdate() + timedelta(days=30))

    tasks.warn_of_endings()
    tasks.warn_of_endings()

    assert told() == [(speaker.email, "30")]
    assert tasks.warn_of_endings.name in {job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()}
