"""Are people told what concerns them, in the page and by mail, and never twice?"""

from collections.abc import Callable
from datetime import date, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from accounts.models import User
from regions.choices import NoticeKind, Role, Stage
from regions.models import Assignment, Milestone, Notice, Regency, Site
from regions.models.notices import MAX_FAILURES
from regions.services.ledger import send_back, verify
from regions.services.notices import notice_for, send_again, send_due, tell

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


class AnsweringBackend(EmailBackend):
    """A mail server that does with each mail what `answer` does."""

    answer: Callable[[], None]

    def send_messages(self, messages: Any) -> int:
        self.answer()
        return super().send_messages(messages)


def test_whoever_reported_is_told_at_once_that_it_was_returned_and_why(returned: Milestone, officer: User) -> None:
    assert send() == 1

    (sent,) = mail.outbox
    assert sent.to == [officer.email]
    assert sent.subject.startswith(f"Pantau MPP: Laporan {returned.receipt} dikembalikan")
    assert "Foto belum ada" in sent.body
    assert f"http://127.0.0.1:8000/kerja/laporan/tahap/{returned.pk}/" in sent.body
    notice = Notice.objects.get(kind=NoticeKind.RETURNED)
    assert notice.sent_at


def test_words_in_a_mail_are_not_escaped(site: Site, reported: Callable[..., Milestone], verifier: User) -> None:
    Site.objects.filter(pk=site.pk).update(name='MPP Ma\'rang & "Hulu"\nBcc: semua@contoh.example')

    send_back(reported(Site.objects.get(pk=site.pk)), by=verifier, reason="Nama <resmi> belum ada")
    send()

    (sent,) = mail.outbox
    assert "Nama <resmi> belum ada" in sent.body
    assert 'Ma\'rang & "Hulu" Bcc: semua@contoh.example' in sent.subject
    assert sent.bcc == []


def test_sending_twice_sends_once(returned: Milestone) -> None:
    assert [send(), send()] == [1, 0]
    assert len(mail.outbox) == 1


def test_a_mail_that_somebody_else_took_on_is_left_to_them(returned: Milestone) -> None:
    Notice.objects.update(claimed_at=timezone.now())

    assert send() == 0
    assert mail.outbox == []


def test_what_is_verified_is_told_in_the_page_and_not_by_mail(
    client: Client, site: Site, verified: Callable[..., Milestone], officer: User
) -> None:
    entry = verified(site)
    client.force_login(officer)

    send()

    assert mail.outbox == []
    assert f"Laporan {entry.receipt} diverifikasi" in client.get("/pemberitahuan/").content.decode()


def test_an_import_tells_nobody(importer: User) -> None:
    assert not Notice.objects.filter(recipient=importer).exists()


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SMTPDataError(451, b"later"), id="refused for now"),
        pytest.param(SMTPRecipientsRefused({"x": (550, b"unknown")}), id="recipient unknown"),
    ],
)
def test_a_refused_mail_is_offered_again_ever_more_rarely(
    returned: Milestone, settings: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(_backend: Any) -> None:
        raise error

    settings.EMAIL_BACKEND = f"{__name__}.AnsweringBackend"
    monkeypatch.setattr(AnsweringBackend, "answer", refuse, raising=False)
    now, waits = timezone.now(), []

    for _attempt in range(MAX_FAILURES):
        send_due(now=now)
        notice = Notice.objects.get()
        assert notice.claimed_at is None
        waits.append(notice.mail_after - now)
        now = notice.mail_after

    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waits) == timedelta(hours=12)
    assert not Notice.objects.mailable(now + timedelta(days=30)).exists()


def test_a_mail_whose_answer_got_lost_is_not_sent_again_by_itself(
    returned: Milestone, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_backend: Any) -> None:
        raise ConnectionResetError

    settings.EMAIL_BACKEND = f"{__name__}.AnsweringBackend"
    monkeypatch.setattr(AnsweringBackend, "answer", break_off, raising=False)

    send()
    send()

    notice = Notice.objects.get()
    assert (notice.claimed_at is None, notice.sent_at) == (False, None)
    later = timezone.now() + timedelta(minutes=1)
    assert Notice.objects.in_doubt(later).get() == notice


def test_an_administrator_may_have_a_mail_in_doubt_sent_again(
    returned: Milestone, client: Client, editor: User
) -> None:
    Notice.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    client.force_login(editor)

    listed = client.get("/admin/regions/notice/", {"mail": "in_doubt"}).content.decode()
    assert returned.receipt in listed
    client.post("/admin/regions/notice/", {"action": "send_again", "_selected_action": [str(Notice.objects.get().pk)]})

    assert send() == 1


def test_a_mail_that_went_out_is_not_sent_again_by_anybody(returned: Milestone) -> None:
    send()

    send_again(Notice.objects.get(), now=timezone.now() + timedelta(hours=1))

    assert send() == 0


def test_nothing_is_mailed_to_a_closed_account(returned: Milestone, officer: User) -> None:
    User.objects.filter(pk=officer.pk).update(is_active=False)

    assert send() == 0


def test_a_mail_server_that_is_away_is_asked_again(returned: Milestone, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert send() == 0

    assert Notice.objects.mailable(timezone.now()).exists()


def test_one_reads_ones_own_notices_and_nobody_elses(client: Client, returned: Milestone, officer: User) -> None:
    stranger = User.objects.create_user("lain@pantau-mpp.example")
    tell(notice_for(stranger, kind=NoticeKind.VERIFIED, key="x", subject="rahasia-orang", text="", path="/"))
    foreign = stranger.notices.get()
    client.force_login(officer)

    page = client.get("/pemberitahuan/").content.decode()

    assert returned.receipt in page
    assert "rahasia-orang" not in page
    assert client.post(f"/pemberitahuan/{foreign.pk}/").status_code == 404


def test_opening_a_notice_leads_to_its_page_and_it_counts_no_more(
    client: Client, returned: Milestone, officer: User
) -> None:
    client.force_login(officer)
    assert '<span class="count">1' in client.get("/pemberitahuan/").content.decode()

    response = client.post(f"/pemberitahuan/{Notice.objects.get().pk}/")

    assert response["Location"] == returned.get_absolute_url()
    assert '<span class="count">' not in client.get("/pemberitahuan/").content.decode()


def test_all_can_be_marked_as_read_at_once(client: Client, returned: Milestone, officer: User, verifier: User) -> None:
    tell(notice_for(officer, kind=NoticeKind.VERIFIED, key="x", subject="Lain", text="", path="/"))
    client.force_login(officer)

    client.post("/pemberitahuan/dibaca/")

    assert not Notice.objects.visible_to(officer).unread().exists()


def test_what_is_only_tried_tells_nobody(
    client: Client, site: Site, reported: Callable[..., Milestone], verifier: User
) -> None:
    entry = reported(site)
    Assignment.objects.create(user=verifier, role=Role.VERIFIER, valid_from=MONDAY)
    client.force_login(verifier)

    client.get(f"/verifikasi/tahap/{entry.pk}/")

    assert not Notice.objects.exists()
    verify(entry, by=verifier)
    assert Notice.objects.filter(kind=NoticeKind.VERIFIED).count() == 1
