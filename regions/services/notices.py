"""How is somebody told something once, in the page and by mail?"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.language import in_indonesian
from mpp_tracker.lib.queue import nudge
from regions.choices import MAILED_AT_ONCE, NoticeKind
from regions.models import LedgerEntry, Notice, Opinion

logger = logging.getLogger(__name__)

SEND_TASK = "regions.send_notices"

_LONGEST_WAIT = timedelta(hours=12)


def notice_for(recipient: User, *, kind: NoticeKind, key: str, subject: str, text: str, path: str) -> Notice:
    """Return what `recipient` is to be told, for `tell`.

    Args:
        recipient: who is told.
        kind: what it is about, and so whether it is mailed at once.
        key: what makes two notices to one person the same.
        subject: the matter in one line.
        text: the rest, may be empty.
        path: the page where they can do something about it.
    """
    # In one line, because it becomes a header.
    line = " ".join(subject.split())[:200]
    return Notice(recipient=recipient, kind=kind, key=key, subject=line, text=text, path=path)


def tell(*notices: Notice) -> None:
    """Tell people something, except who was told under that key before; a mail follows where the kind has one."""
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    if any(notice.kind in MAILED_AT_ONCE for notice in notices):
        nudge(SEND_TASK)


@in_indonesian
def tell_decisions(entries: Iterable[LedgerEntry], *, kind: NoticeKind) -> None:
    """Tell whoever reported entries that they were verified or returned, and why."""
    subjects = {
        NoticeKind.RETURNED: _("Laporan %(number)s dikembalikan: %(said)s, %(subject)s"),
        NoticeKind.VERIFIED: _("Laporan %(number)s diverifikasi: %(said)s, %(subject)s"),
    }
    tell(
        *(
            notice_for(
                entry.reported_by,
                kind=kind,
                key=f"{kind}:{entry.receipt}",
                subject=subjects[kind] % {"number": entry.receipt, "subject": entry.subject, "said": entry.said},
                text=entry.review_note,
                path=entry.get_absolute_url(),
            )
            for entry in entries
        )
    )


@in_indonesian
def tell_question(opinion: Opinion) -> None:
    """Tell whoever reported an entry what the province asks about it."""
    entry = opinion.entry
    subject = _("Laporan %(number)s dipertanyakan oleh %(who)s")
    tell(
        notice_for(
            entry.reported_by,
            kind=NoticeKind.QUESTIONED,
            key=f"questioned:{entry.receipt}:{opinion.given_by_id}:{opinion.given_at.isoformat()}",
            subject=subject % {"number": entry.receipt, "who": opinion.given_by},
            text=opinion.note,
            path=entry.get_absolute_url(),
        )
    )


def send_due(*, now: datetime) -> int:
    """Mail every notice that is due; return how many went out.

    A mail that the server refuses is offered again later, ever more rarely. When nobody knows whether a mail went out,
    because the process or the connection died in between, it is never sent a second time by itself: the notice stands
    in the page, and the admin shows it as in doubt.
    """
    sent_count = 0
    mailbox = get_connection()
    for notice in Notice.objects.mailable(now).order_by("mail_after", "pk").select_related("recipient"):
        try:
            # Before anything is claimed: who cannot be reached has certainly got nothing.
            mailbox.open()
        except (OSError, SMTPException) as error:
            logger.warning("The mail server is away (%s); the schedule asks again.", error)
            break
        try:
            sent_count += _send(notice, mailbox, now=now)
        except (OSError, SMTPException):
            logger.exception("Nobody knows whether notice %d was mailed.", notice.pk)
            break
    mailbox.close()
    return sent_count


def send_again(notice: Notice, *, now: datetime) -> None:
    """Let a mail in doubt be sent once more, because somebody decided so."""
    Notice.objects.in_doubt(now).filter(pk=notice.pk).update(claimed_at=None, mail_after=now, failures=0)
    nudge(SEND_TASK)


def _send(notice: Notice, mailbox: BaseEmailBackend, *, now: datetime) -> bool:
    mine = Notice.objects.filter(pk=notice.pk)
    claimed_at = timezone.now()
    if not Notice.objects.mailable(now).filter(pk=notice.pk).update(claimed_at=claimed_at):
        return False  # somebody else took it on
    try:
        mailbox.send_messages([_mail(notice)])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        # An answer, so the server has no mail of ours. A connection that breaks is none: what got lost may be a yes.
        logger.warning("The mail server refused notice %d: %s", notice.pk, error)
        wait = min(timedelta(minutes=2**notice.failures), _LONGEST_WAIT)
        mine.update(claimed_at=None, failures=notice.failures + 1, mail_after=now + wait)
        # Some refusals end the connection.
        mailbox.close()
        return False
    mine.update(sent_at=max(timezone.now(), claimed_at))
    return True


@in_indonesian
def _mail(notice: Notice) -> EmailMessage:
    return EmailMessage(
        subject=f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{notice.subject}",
        body=render_to_string("regions/notice.txt", {"notice": notice, "site_url": settings.SITE_URL}),
        to=[notice.recipient.email],
        # The same mail has the same name, by which many mail servers know a repetition.
        headers={"Message-ID": f"<notice-{notice.pk}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2]}>"},
    )
