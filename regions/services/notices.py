"""How is somebody told something once, in the page and by mail?"""

import logging
from datetime import date, datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.queue import nudge
from regions.choices import MAILED_AT_ONCE, NoticeKind, Role
from regions.models import Assignment, LedgerEntry, Notice, Opinion
from regions.reports import work_room

logger = logging.getLogger(__name__)

SEND_TASK = "regions.send_notices"

_LONGEST_WAIT = timedelta(hours=12)


def tell(recipient: User, *, kind: NoticeKind, key: str, subject: str, text: str, path: str) -> Notice:
    """Tell `recipient` something, unless they were told under this key before; a mail follows where the kind has one.

    Args:
        recipient: who is told.
        kind: what it is about, and so whether it is mailed at once.
        key: what makes two notices to one person the same.
        subject: the matter in one line.
        text: the rest, may be empty.
        path: the page where they can do something about it.
    """
    # In one line, because it becomes a header.
    said = {"kind": kind, "subject": " ".join(subject.split())[:200], "text": text, "path": path}
    notice, _is_new = Notice.objects.get_or_create(recipient=recipient, key=key, defaults=said)
    if kind in MAILED_AT_ONCE:
        nudge(SEND_TASK)
    return notice


def tell_decision(entry: LedgerEntry, *, kind: NoticeKind) -> None:
    """Tell whoever reported an entry that it was verified or returned, and why."""
    said = {"number": entry.receipt, "subject": entry.subject, "said": entry.said}
    subjects = {
        NoticeKind.RETURNED: _("Laporan %(number)s dikembalikan: %(said)s, %(subject)s"),
        NoticeKind.VERIFIED: _("Laporan %(number)s diverifikasi: %(said)s, %(subject)s"),
    }
    tell(
        entry.reported_by,
        kind=kind,
        key=f"{kind}:{entry.receipt}",
        subject=subjects[kind] % said,
        text=entry.review_note,
        path=entry.get_absolute_url(),
    )


def tell_question(opinion: Opinion) -> None:
    """Tell whoever reported an entry what the province asks about it."""
    entry = opinion.entry
    tell(
        entry.reported_by,
        kind=NoticeKind.QUESTIONED,
        key=f"questioned:{entry.receipt}:{opinion.given_by_id}:{opinion.given_at.isoformat()}",
        subject=_("Laporan %(number)s dipertanyakan oleh %(who)s") % {"number": entry.receipt, "who": opinion.given_by},
        text=opinion.note,
        path=entry.get_absolute_url(),
    )


def write_digests(*, today: date) -> int:
    """Write each officer's digest of the week that holds `today`, where there is something to say.

    Asked for every day, so that a week whose Monday the schedule missed still gets its digest; who has one is passed
    over. Returns how many were written.
    """
    year, week, _weekday = today.isocalendar()
    key = f"digest:{year}-W{week:02d}"
    on_duty = Assignment.objects.valid_on(today).filter(role=Role.OFFICER)
    officers = User.objects.filter(is_active=True, pk__in=on_duty.values("user")).exclude(notices__key=key)
    return sum(_write_digest(officer, key, today=today) for officer in officers)


def send_due(*, now: datetime) -> int:
    """Mail every notice that is due; return how many went out.

    A mail that the server refuses is offered again later, ever more rarely. When nobody knows whether a mail went out,
    because the process or the connection died in between, it is never sent a second time by itself: the notice stands
    in the page, and the admin shows it as in doubt.
    """
    due = list(Notice.objects.mailable(now).order_by("mail_after", "pk").select_related("recipient"))
    if not due:
        return 0
    try:
        with get_connection() as mailbox:
            return sum(_send(notice, mailbox, now=now) for notice in due)
    except (OSError, SMTPException) as error:
        logger.warning("The mail server is away (%s); the schedule asks again.", error)
        return 0


def send_again(notice: Notice, *, now: datetime) -> None:
    """Let a mail in doubt be sent once more, because somebody decided so."""
    Notice.objects.in_doubt(now).filter(pk=notice.pk).update(claimed_at=None, mail_after=now, failures=0)
    nudge(SEND_TASK)


def _send(notice: Notice, mailbox: BaseEmailBackend, *, now: datetime) -> bool:
    mine = Notice.objects.filter(pk=notice.pk)
    if not Notice.objects.mailable(now).filter(pk=notice.pk).update(claimed_at=now):
        return False  # somebody else took it on
    try:
        mailbox.send_messages([_mail(notice)])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        # An answer, so the server has no mail of ours. A connection that breaks is none: what got lost may be a yes.
        logger.warning("The mail server refused notice %d: %s", notice.pk, error)
        wait = min(timedelta(minutes=2**notice.failures), _LONGEST_WAIT)
        mine.update(claimed_at=None, failures=notice.failures + 1, mail_after=now + wait)
        return False
    mine.update(sent_at=max(timezone.now(), now))
    return True


def _mail(notice: Notice) -> EmailMessage:
    return EmailMessage(
        subject=f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{notice.subject}",
        body=render_to_string("regions/notice.txt", {"notice": notice, "site_url": settings.SITE_URL}),
        to=[notice.recipient.email],
        # The same mail has the same name, by which many mail servers know a repetition.
        headers={"Message-ID": f"<notice-{notice.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"},
    )


@transaction.atomic
def _write_digest(officer: User, key: str, *, today: date) -> bool:
    room = work_room(officer, today=today)
    week_ago = timezone.now() - timedelta(days=7)
    events = officer.notices.filter(kind__in=[NoticeKind.VERIFIED, NoticeKind.QUESTIONED], created_at__gte=week_ago)
    context = {"room": room, "events": list(events), "today": today}
    if not (room.has_todo or room.waiting_count or context["events"]):
        return False
    tell(
        officer,
        kind=NoticeKind.DIGEST,
        key=key,
        subject=_("Ringkasan mingguan, %(day)s") % {"day": date_format(today, "j F Y")},
        text=render_to_string("regions/digest.txt", context).strip(),
        path=reverse("dashboard:room"),
    )
    return True
