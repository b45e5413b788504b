"""What was somebody told, in the page and by mail, and when?"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.choices import MAILED_AT_ONCE, NoticeKind
from regions.models.jurisdiction import Person, is_narrowed, turf_of

MAX_FAILURES = 12
"""After so many refusals by the mail server, about three days, a mail is given up; the notice stays in the page."""


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about many notices."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` was told, which may be about any place."""
        return self.none() if is_narrowed(user) else self.filter(recipient=turf_of(user).user_id)

    def unread(self) -> Self:
        """Keep what the recipient has not opened yet."""
        return self.filter(read_at__isnull=True)

    def mailable(self, now: datetime) -> Self:
        """Keep what is to be mailed now: nobody took it on, and its time has come."""
        return self.filter(
            kind__in=MAILED_AT_ONCE,
            claimed_at__isnull=True,
            mail_after__lte=now,
            failures__lt=MAX_FAILURES,
            recipient__is_active=True,
        )

    def in_doubt(self, before: datetime) -> Self:
        """Keep the mails of which nobody knows whether they went out: taken on before then, never recorded as sent."""
        return self.filter(claimed_at__lt=before, sent_at__isnull=True)


@tracked()
class Notice(models.Model):
    """One thing told to one person, once.

    A mail is claimed before it is sent and recorded after; between the two it is in doubt, and no job sends it again.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("penerima"),
        on_delete=models.PROTECT,
        related_name="notices",
        editable=False,
    )
    kind = models.CharField(_("jenis"), max_length=10, choices=NoticeKind, editable=False)
    key = models.CharField(
        _("kunci"), max_length=100, editable=False, help_text=_("Pemberitahuan dengan kunci yang sama dibuat sekali.")
    )
    subject = models.CharField(_("perihal"), max_length=200, editable=False)
    text = models.TextField(_("isi"), editable=False)
    path = models.CharField(_("halaman"), max_length=200, editable=False)
    created_at = models.DateTimeField(_("dibuat pada"), default=timezone.now, editable=False)
    read_at = models.DateTimeField(_("dibaca pada"), null=True, editable=False)
    mail_after = models.DateTimeField(_("dikirim setelah"), default=timezone.now, editable=False)
    failures = models.PositiveSmallIntegerField(_("kegagalan kirim"), default=0, editable=False)
    claimed_at = models.DateTimeField(_("mulai dikirim pada"), null=True, editable=False)
    sent_at = models.DateTimeField(_("terkirim pada"), null=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pemberitahuan")
        verbose_name_plural = _("pemberitahuan")
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("kind", NoticeKind.values, name="regions_notice_kind_known"),
            models.UniqueConstraint(
                fields=["recipient", "key"],
                name="regions_notice_once",
                violation_error_message=_("Pemberitahuan ini sudah dibuat."),
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(claimed_at__isnull=False, sent_at__gte=models.F("claimed_at")),
                name="regions_notice_sent_after_claimed",
                violation_error_message=_("Surel tercatat terkirim sesudah mulai dikirim."),
            ),
        ]
        indexes = [
            # The job that sends, every minute.
            models.Index(fields=["mail_after"], condition=Q(claimed_at__isnull=True), name="regions_notice_to_mail"),
            # The number beside the bell, on every page of whoever is signed in.
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="regions_notice_unread"),
        ]

    def __str__(self) -> str:
        """Return the subject."""
        return self.subject
