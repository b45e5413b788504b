"""Which programs want to be told what happens, what happened, and has each been told?"""

import base64
import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.choices import DeliveryState, EventKind
from regions.models.areas import Province
from regions.models.jurisdiction import Person, is_narrowed, turf_of
from regions.models.narrowed import Narrowed

LEASE = timedelta(minutes=2)
"""After so long whoever took a delivery on is held to be dead. One takes ten seconds at most."""
PAUSES = tuple(
    timedelta(**{unit: count})
    for count, unit in (
        (5, "seconds"),
        (5, "minutes"),
        (30, "minutes"),
        (2, "hours"),
        (5, "hours"),
        (10, "hours"),
        (14, "hours"),
        (20, "hours"),
        (24, "hours"),
    )
)
"""How long one waits after the first, second … failure; the last ends what began three days before."""


def new_salt() -> str:
    """Return what makes a webhook's secret its own."""
    return get_random_string(32)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Questions about many webhooks."""

    def visible_to(self, user: Person) -> Self:
        """Keep a person's own."""
        return self.none() if is_narrowed(user) else self.filter(user=turf_of(user).user_id)

    def editable_by(self, user: Person) -> Self:
        """Keep those that a person may switch: their own."""
        return self.visible_to(user)

    def listening_to(self, kind: EventKind) -> Self:
        """Keep those that are to be told of a kind of event."""
        return self.filter(is_enabled=True, kinds__contains=[kind], user__is_active=True)


# Since when it fails is no change of it; and what its secret is made from stands in no history.
@tracked(exclude=["salt", "failing_since"])
class Webhook(Narrowed):
    """An address that is told of events about what its owner may read."""

    url = models.CharField(
        _("alamat"),
        max_length=500,
        help_text=_("Diawali https://, dengan nama atau alamat umum, porta 443 atau 8443."),
    )
    kinds = ArrayField(models.CharField(max_length=20, choices=EventKind), verbose_name=_("kejadian"))
    salt = models.CharField(_("garam"), max_length=32, default=new_salt, editable=False)
    created_at = models.DateTimeField(_("dibuat pada"), default=timezone.now, editable=False)
    is_enabled = models.BooleanField(_("menyala"), default=True, editable=False)
    failing_since = models.DateTimeField(_("gagal sejak"), null=True, editable=False)

    objects: ClassVar[WebhookQuerySet] = WebhookQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhook")
        ordering = ["-created_at", "-pk"]
        constraints = [
            *Narrowed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kinds__contained_by=list(EventKind.values)) & ~Q(kinds=[]),
                name="regions_webhook_kinds_known",
                violation_error_message=_("Pilih sedikitnya satu kejadian."),
            ),
            models.CheckConstraint(
                condition=Q(url__startswith="https://"),
                name="regions_webhook_is_encrypted",
                violation_error_message=_("Alamat webhook diawali https://."),
            ),
        ]

    def get_absolute_url(self) -> str:
        """Return the page on which its owner sees what was sent."""
        return reverse("regions:webhook", args=[self.pk])

    @property
    def key(self) -> bytes:
        """Return the key that signs: made from the installation's own secret, so a copy of this row signs nothing."""
        return salted_hmac(f"webhook {self.pk}", self.salt, algorithm="sha256").digest()

    @property
    def secret(self) -> str:
        """Return the key as it is given to the owner, once."""
        return f"whsec_{base64.b64encode(self.key).decode()}"

    @property
    def kind_labels(self) -> list[str]:
        """Return of what it is told."""
        return [str(EventKind(kind).label) for kind in self.kinds]


class Happening(models.Model):
    """Something that happened, noted in the transaction in which it did; computed, so without history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("jenis"), max_length=20, choices=[*EventKind.choices, ("test", _("Uji coba"))])
    at = models.DateTimeField(_("pada"), default=timezone.now)
    ledger = models.CharField(_("buku"), max_length=50, blank=True, help_text=_("Kosong bila bukan tentang laporan."))
    entry = models.BigIntegerField(_("nomor entri"), null=True)
    province = models.ForeignKey(Province, verbose_name=_("provinsi"), on_delete=models.CASCADE, null=True)
    webhook = models.ForeignKey(
        Webhook,
        verbose_name=_("webhook"),
        on_delete=models.CASCADE,
        null=True,
        help_text=_("Terisi bila hanya untuk webhook itu, seperti uji coba."),
        related_name="+",
    )
    data = models.JSONField(_("isi"))
    spread_at = models.DateTimeField(_("disebarkan pada"), null=True)

    class Meta:
        verbose_name = _("kejadian webhook")
        verbose_name_plural = _("kejadian webhook")
        ordering = ["at"]
        constraints = [one_of("kind", [*EventKind.values, "test"], name="regions_happening_kind_known")]
        indexes = [
            # The job that tells who listens.
            models.Index(fields=["at"], condition=Q(spread_at=None), name="regions_happening_waits"),
        ]

    def __str__(self) -> str:
        """Return the kind."""
        return self.kind


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Questions about many deliveries."""

    def due(self, now: datetime) -> Self:
        """Keep what is to be sent now and nobody is sending, or somebody who was not heard of for too long."""
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
        # Without a join: of two who claim a row at once, the second looks at it again only by its own columns.
        enabled = Webhook.objects.filter(is_enabled=True)
        waiting = self.filter(state=DeliveryState.WAITING, next_at__lte=now, webhook__in=enabled)
        return waiting.filter(free, attempts__lte=len(PAUSES))

    def given_up(self, now: datetime) -> Self:
        """Keep what was tried so often that whoever tried last can only have died over it."""
        tried = self.filter(state=DeliveryState.WAITING, attempts__gt=len(PAUSES))
        return tried.filter(Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE))


class WebhookDelivery(models.Model):
    """One event on its way to one address, with an id that stays the same however often it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, verbose_name=_("webhook"), on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(
        Happening, verbose_name=_("kejadian"), on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(_("keadaan"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    next_at = models.DateTimeField(_("dikirim setelah"), default=timezone.now)
    claimed_at = models.DateTimeField(_("mulai dikirim pada"), null=True)
    status = models.PositiveSmallIntegerField(_("jawaban HTTP"), null=True)
    ended_at = models.DateTimeField(_("selesai pada"), null=True)

    objects: ClassVar[WebhookDeliveryQuerySet] = WebhookDeliveryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("kiriman webhook")
        verbose_name_plural = _("kiriman webhook")
        ordering = ["-event__at", "pk"]
        constraints = [
            one_of("state", DeliveryState.values, name="regions_webhookdelivery_state_known"),
            models.UniqueConstraint(fields=["webhook", "event"], name="regions_webhookdelivery_once"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.WAITING, ended_at=None)
                | ~Q(state=DeliveryState.WAITING) & Q(ended_at__isnull=False),
                name="regions_webhookdelivery_ends_once",
                violation_error_message=_("Kiriman yang selesai, dan hanya itu, mempunyai waktu selesai."),
            ),
        ]
        indexes = [
            # The job that sends.
            models.Index(
                fields=["next_at"], condition=Q(state=DeliveryState.WAITING), name="regions_webhookdelivery_due"
            ),
        ]

    def __str__(self) -> str:
        """Return what is sent where."""
        return f"{self.event} → {self.webhook}"

    @property
    def message_id(self) -> str:
        """Return the name by which a receiver knows a repetition."""
        return f"msg_{self.pk.hex}"

    @property
    def standing(self) -> DeliveryState:
        """Return the state with what is known of it."""
        return DeliveryState(self.state)
