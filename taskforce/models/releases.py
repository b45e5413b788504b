"""Which releases of the open data were made, and what do their files hold?"""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from regions.models import Person
from taskforce.choices import ReleaseState

LEASE = timedelta(minutes=5)
"""After so long whoever took a release on is held to be dead. Making one takes a few seconds."""
ATTEMPTS = 5
"""So often a release is tried: one that kills its worker must not kill them all day."""


def _keep(condition: Any = None) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="keep_published",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=condition,
        func="RAISE EXCEPTION 'Rilis yang sudah terbit tidak dapat diubah atau dihapus.'"
        " USING ERRCODE = 'restrict_violation';",
    )


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Questions about many releases."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: what is published is everybody's."""
        return self.published()

    def published(self) -> Self:
        """Keep those that can be downloaded, latest first."""
        return self.filter(state=ReleaseState.DONE).order_by("-day")

    def due(self, now: datetime) -> Self:
        """Keep what nobody works on: not taken on, or by somebody who has not been heard of for too long.

        Each is compared with the one before, so none is made while an earlier one is still to come.
        """
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
        earlier = self.model._default_manager.filter(day__lt=models.OuterRef("day"), state=ReleaseState.WAITING)
        return self.filter(free, ~models.Exists(earlier), state=ReleaseState.WAITING, attempts__lt=ATTEMPTS)

    def given_up(self, now: datetime) -> Self:
        """Keep what was tried too often."""
        return self.filter(state=ReleaseState.WAITING, attempts__gte=ATTEMPTS, claimed_at__lt=now - LEASE)

    def before(self, day: date) -> "Release | None":
        """Return the last one published before a day; None where there is none."""
        return self.published().filter(day__lt=day).first()


class Release(models.Model):
    """The verified data as known at one moment, as files; computed, and final once it is published."""

    day = models.DateField(_("hari"), unique=True)
    known_at = models.DateTimeField(
        _("menurut yang diketahui sampai"), help_text=_("Yang diverifikasi sesudahnya masuk ke rilis berikutnya.")
    )
    state = models.CharField(_("keadaan"), max_length=7, choices=ReleaseState, default=ReleaseState.WAITING)
    claimed_at = models.DateTimeField(_("dikerjakan sejak"), null=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    previous = models.ForeignKey(
        "self", verbose_name=_("rilis sebelumnya"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    checksum = models.CharField(
        _("sidik"), max_length=64, blank=True, help_text=_("SHA-256 berkas SHA256SUMS.txt, yang memuat semua berkas.")
    )

    objects: ClassVar[ReleaseQuerySet] = ReleaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("rilis data terbuka")
        verbose_name_plural = _("rilis data terbuka")
        ordering = ["-day"]
        constraints = [
            one_of("state", ReleaseState.values, name="taskforce_release_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReleaseState.DONE, checksum__regex=r"^[0-9a-f]{64}$")
                | ~Q(state=ReleaseState.DONE) & Q(checksum=""),
                name="taskforce_release_done_with_checksum",
                violation_error_message=_("Rilis yang terbit, dan hanya itu, memiliki sidik."),
            ),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(previous=F("id")),
                name="taskforce_release_not_after_itself",
                violation_error_message=_("Rilis tidak dapat mendahului dirinya sendiri."),
            ),
        ]
        triggers = [_keep(pgtrigger.Q(old__state=ReleaseState.DONE))]

    def __str__(self) -> str:
        """Return the day, as it stands in addresses."""
        return self.day.isoformat()

    def get_absolute_url(self) -> str:
        """Return the public page of the release."""
        return reverse("dashboard:data-release", args=[self.day.isoformat()])


class ReleaseContent(models.Model):
    """The bytes of a file, kept once however many releases hold the same."""

    sha256 = models.CharField(_("sidik"), max_length=64, primary_key=True)
    size = models.PositiveIntegerField(_("besar (bita)"))
    body = models.BinaryField(_("isi, dimampatkan dengan gzip"))

    class Meta:
        verbose_name = _("isi berkas rilis")
        verbose_name_plural = _("isi berkas rilis")
        triggers = [_keep()]

    def __str__(self) -> str:
        """Return the checksum."""
        return self.sha256


class ReleaseFile(models.Model):
    """One file of a release, by its name."""

    release = models.ForeignKey(Release, verbose_name=_("rilis"), on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("nama"), max_length=60)
    content = models.ForeignKey(ReleaseContent, verbose_name=_("isi"), on_delete=models.PROTECT, related_name="files")

    class Meta:
        verbose_name = _("berkas rilis")
        verbose_name_plural = _("berkas rilis")
        ordering = ["release", "name"]
        constraints = [
            # Its index serves the address of a file.
            models.UniqueConstraint(fields=["release", "name"], name="taskforce_releasefile_once"),
        ]
        triggers = [_keep()]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
