"""What was a program answered that may ask once more because it never heard?"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=1)


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    """Questions about many answers."""

    def stale(self, now: datetime) -> Self:
        """Keep those that are too old to be given again."""
        return self.filter(at__lte=now - KEPT)


class KeptAnswer(models.Model):
    """The answer to one request, by the key that its sender chose; it comes and goes, so without history."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("pengguna"), on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(_("kunci"), max_length=255)
    fingerprint = models.CharField(_("sidik permintaan"), max_length=64)
    at = models.DateTimeField(_("pada"), default=timezone.now)
    # Both are written before the transaction ends that makes the row: nobody else ever sees it without them.
    status = models.PositiveSmallIntegerField(_("status HTTP"), default=0)
    body = models.TextField(_("isi"), blank=True)
    location = models.CharField(_("alamat hasil"), max_length=500, blank=True)

    objects: ClassVar[KeptAnswerQuerySet] = KeptAnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("jawaban API")
        verbose_name_plural = _("jawaban API")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="regions_keptanswer_once"),
            models.CheckConstraint(
                condition=~Q(key="") & Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="regions_keptanswer_is_keyed",
                violation_error_message=_("Jawaban disimpan menurut kunci dan permintaannya."),
            ),
        ]
        indexes = [
            # The job that deletes.
            models.Index(fields=["at"], name="regions_keptanswer_age"),
        ]

    def __str__(self) -> str:
        """Return the key."""
        return self.key
