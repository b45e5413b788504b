"""With which tokens do programs speak for a person, and what may each of them do?"""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import both_or_neither
from mpp_tracker.lib.history import tracked
from regions.models.jurisdiction import Person, is_narrowed, turf_of
from regions.models.narrowed import Narrowed


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Questions about many tokens."""

    def visible_to(self, user: Person) -> Self:
        """Keep a person's own: who holds a token for one place learns nothing of the others."""
        return self.none() if is_narrowed(user) else self.filter(user=turf_of(user).user_id)

    def editable_by(self, user: Person) -> Self:
        """Keep those that a person may revoke: their own."""
        return self.visible_to(user).filter(revoked_at=None)

    def usable(self, now: datetime) -> Self:
        """Keep those that open something now."""
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


# When it was last used is no change of it; and nothing that opens a door stands in a history.
@tracked(exclude=["digest", "last_used_at"])
class ApiToken(Narrowed):
    """A secret with which a program speaks for a person until it expires. Only its hash is kept."""

    prefix = models.CharField(_("awalan"), max_length=12, editable=False)
    digest = models.CharField(_("sidik SHA-256"), max_length=64, unique=True, editable=False)
    reads_only = models.BooleanField(
        _("hanya membaca"), default=True, help_text=_("Token seperti itu tidak dapat melapor atau mengubah apa pun.")
    )
    created_at = models.DateTimeField(_("dibuat pada"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("berlaku sampai"), editable=False)
    last_used_at = models.DateTimeField(_("terakhir dipakai"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("dicabut pada"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dicabut oleh"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )

    objects: ClassVar[ApiTokenQuerySet] = ApiTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("token API")
        verbose_name_plural = _("token API")
        ordering = ["-created_at", "-pk"]
        constraints = [
            *Narrowed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$") & ~Q(prefix=""),
                name="regions_apitoken_is_hashed",
                violation_error_message=_("Token disimpan sebagai sidiknya saja."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="regions_apitoken_expires_after_made",
                violation_error_message=_("Masa berlaku tidak boleh mendahului pembuatannya."),
            ),
            both_or_neither(
                "revoked_at",
                "revoked_by",
                name="regions_apitoken_revoke_paired",
                message=_("Pencabut dan waktu pencabutan diisi bersama."),
            ),
        ]

    @property
    def is_expired(self) -> bool:
        """Return whether its time is over."""
        return self.expires_at <= timezone.now()
