"""Which papers for meetings were asked for, how far are they, and what came of them?"""

import uuid
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models import institutions_of
from mpp_tracker.lib.constraints import one_of
from regions.models import Person, turf_of
from taskforce.choices import PaperState

LEASE = timedelta(minutes=2)
"""After so long whoever took a paper on is held to be dead. Making one takes a second or two."""
ATTEMPTS = 3
"""So often a paper is tried: one that kills its worker must not kill them all."""
PATIENCE = timedelta(seconds=10)
"""A paper that nobody took on for so long is made by the web process that is asked about it."""


def reader_of(user: Person) -> str:
    """Return what names the rights of `user`: who may read the same has the same name; the public's is empty."""
    if not user.is_authenticated:
        return ""
    turf = turf_of(user)
    places = (turf.regencies, turf.provinces, turf.read_regencies, turf.read_provinces, institutions_of(user))
    held = (sorted(turf.roles), *(sorted(keys) for keys in places))
    return sha256(repr(held).encode()).hexdigest()


class PaperQuerySet(models.QuerySet["Paper"]):
    """Questions about many papers."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: the public's, and what was made for somebody with the rights they have now."""
        return self.filter(reader__in={"", reader_of(user)})

    def unfinished(self) -> Self:
        """Keep what is still to be made."""
        return self.exclude(state__in=[PaperState.DONE, PaperState.FAILED])

    def due(self, now: datetime) -> Self:
        """Keep what nobody works on: not taken on, or by somebody who has not been heard of for too long."""
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
        return self.unfinished().filter(free, attempts__lt=ATTEMPTS)

    def given_up(self, now: datetime) -> Self:
        """Keep what was tried too often."""
        return self.unfinished().filter(attempts__gte=ATTEMPTS, claimed_at__lt=now - LEASE)


class Paper(models.Model):
    """A paper for a meeting, from the moment it is asked for; after a day it is gone. Computed, so without history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(
        _("kunci"), max_length=64, unique=True, help_text=_("Pertanyaan, pembaca, dan keadaan data: sama berarti satu.")
    )
    asked = models.JSONField(_("pertanyaan"))
    reader = models.CharField(_("hak pembaca"), max_length=64, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("diminta oleh"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("diminta pada"), default=timezone.now)
    state = models.CharField(_("keadaan"), max_length=11, choices=PaperState, default=PaperState.WAITING)
    claimed_at = models.DateTimeField(_("dikerjakan sejak"), null=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    document = models.BinaryField(_("bahan (PDF)"), null=True)

    objects: ClassVar[PaperQuerySet] = PaperQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bahan rapat")
        verbose_name_plural = _("bahan rapat")
        ordering = ["asked_at"]
        constraints = [
            one_of("state", PaperState.values, name="taskforce_paper_state_known"),
            models.CheckConstraint(
                condition=Q(state=PaperState.DONE, document__isnull=False)
                | ~Q(state=PaperState.DONE) & Q(document__isnull=True),
                name="taskforce_paper_done_with_document",
                violation_error_message=_("Bahan yang siap, dan hanya itu, memiliki berkas."),
            ),
            models.CheckConstraint(
                condition=Q(reader="", asked_by__isnull=True) | ~Q(reader="") & Q(asked_by__isnull=False),
                name="taskforce_paper_reader_paired",
                violation_error_message=_("Bahan untuk umum, dan hanya itu, tanpa peminta."),
            ),
        ]

    def __str__(self) -> str:
        """Return area and day, as they stand in names of files."""
        area = self.asked.get("province") or self.asked.get("island_group") or "indonesia"
        return f"bahan-rapat {area} {self.asked.get('as_at', '')}"

    @property
    def standing(self) -> PaperState:
        """Return the state with what is known of it."""
        return PaperState(self.state)
