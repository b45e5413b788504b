"""Which letter went to a late region, under which number, on which day?"""

from datetime import date, timedelta
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import both_or_neither, not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.models import Person, Regency, turf_of
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import LetterKind

DATED_WITHIN = timedelta(days=30)
"""So long ago a new letter may be dated. An assumption: one that is entered late was signed not long before."""
REPLY_WITHIN = timedelta(days=366)
"""So long after its date an answer may be awaited; more is a slip of the year. An assumption."""


def _as_made(row: str) -> str:
    """Return in SQL what of `row` stays as it was made."""
    fields = [
        "kind",
        "regency_id",
        "number",
        "dated_on",
        "reply_by",
        "signed_by",
        "position",
        "document",
        "made_by_id",
        "made_at",
    ]
    return ", ".join(f"{row}.{field}" for field in fields)


class LetterQuerySet(models.QuerySet["Letter"]):
    """Questions about many letters."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: for the regions a letter exists once it was sent."""
        turf = turf_of(user)
        return self if turf.sees_nation else self.filter(turf.reaches("regency"), sent_on__isnull=False)

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may mark as sent or cancel."""
        return self.filter(sent_on=None, cancelled_because="") if turf_of(user).is_editor else self.none()


# The document never changes; its bytes need not stand beside every version.
@tracked(exclude=["document"])
class Letter(models.Model):
    """A reminder or warning to the head of a region, as it was made; after that it is only sent or cancelled."""

    kind = models.CharField(_("jenis surat"), max_length=8, choices=LetterKind)
    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, related_name="letters"
    )
    number = models.CharField(_("nomor surat"), max_length=60)
    dated_on = models.DateField(_("tanggal surat"), default=timezone.localdate)
    reply_by = models.DateField(_("jawaban paling lambat"))
    signed_by = models.CharField(_("nama penanda tangan"), max_length=150)
    position = models.CharField(_("jabatan penanda tangan"), max_length=150)
    document = models.BinaryField(_("surat (PDF)"), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dibuat oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    made_at = models.DateTimeField(_("dibuat pada"), default=timezone.now, editable=False)
    sent_on = models.DateField(_("dikirim pada"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dikirim oleh"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    sent_how = models.CharField(_("cara pengiriman"), max_length=150, blank=True)
    cancelled_because = models.CharField(_("alasan pembatalan"), max_length=300, blank=True)

    objects: ClassVar[LetterQuerySet] = LetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("surat")
        verbose_name_plural = _("surat")
        ordering = ["-dated_on", "-pk"]
        constraints = [
            one_of("kind", LetterKind.values, name="taskforce_letter_kind_known"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(signed_by="") & ~Q(position=""),
                name="taskforce_letter_is_complete",
                violation_error_message=_("Surat memerlukan nomor, nama, dan jabatan penanda tangan."),
            ),
            models.CheckConstraint(
                condition=Q(reply_by__gte=F("dated_on")),
                name="taskforce_letter_reply_after_date",
                violation_error_message=_("Batas jawaban tidak boleh mendahului tanggal surat."),
            ),
            models.CheckConstraint(
                condition=Q(reply_by__lte=F("dated_on") + REPLY_WITHIN),
                name="taskforce_letter_reply_within_a_year",
                violation_error_message=_("Batas jawaban paling lama 366 hari sesudah tanggal surat."),
            ),
            not_before("dated_on", ROLLOUT_BEGAN_ON, name="taskforce_letter_not_before_the_rollout"),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True) | Q(sent_on__gte=F("dated_on")),
                name="taskforce_letter_sent_after_date",
                violation_error_message=_("Surat tidak dapat dikirim sebelum tanggalnya."),
            ),
            both_or_neither(
                "sent_on",
                "sent_by",
                name="taskforce_letter_sent_paired",
                message=_("Tanggal kirim dan pengirim diisi bersama."),
            ),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True) | Q(cancelled_because=""),
                name="taskforce_letter_sent_or_cancelled",
                violation_error_message=_("Surat yang sudah dikirim tidak dapat dibatalkan."),
            ),
            models.UniqueConstraint(
                F("number"),
                ExtractYear("dated_on"),
                condition=Q(cancelled_because=""),
                name="taskforce_letter_number_once_a_year",
                violation_error_message=_("Nomor surat ini sudah dipakai pada tahun itu."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="as_made",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=(
                    "IF TG_OP = 'DELETE' OR OLD.sent_on IS NOT NULL OR OLD.cancelled_because <> ''"
                    f" OR ({_as_made('NEW')}) IS DISTINCT FROM ({_as_made('OLD')}) THEN"
                    " RAISE EXCEPTION 'Surat tidak dapat diubah atau dihapus; yang belum dikirim dapat dibatalkan.'"
                    " USING ERRCODE = 'restrict_violation';"
                    " END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return kind and number."""
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        """Return the page of the letter."""
        return reverse("taskforce:letter", args=[self.pk])

    def clean(self) -> None:
        """Refuse a day ahead, and one so long ago that the letter cannot be about what stands now."""
        today = timezone.localdate()
        if not isinstance(self.dated_on, date):
            return
        if self.dated_on > today:
            raise ValidationError({"dated_on": _("Tanggal surat tidak boleh di masa depan.")})
        if self.dated_on < today - DATED_WITHIN:
            days = {"days": DATED_WITHIN.days}
            raise ValidationError({"dated_on": _("Tanggal surat paling lama %(days)d hari yang lalu.") % days})
