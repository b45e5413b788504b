"""Which files did somebody send to be imported, how far is each, and what does each of its rows do?

A batch is a job and its record in one: the queue is a hint, this row is the truth.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from regions.choices import ImportState, RowOutcome
from regions.models.jurisdiction import Person, turf_of

LEASE = timedelta(minutes=1)
"""After so long without a sign of life whoever works on a batch is held to be dead. It gives one every second."""
ATTEMPTS = 3
"""So often a batch is tried: one that kills its worker must not kill them all."""

Cells = dict[str, Any]
"""What stands in one row of a file, by the titles of its columns."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a row."""

    column: str
    """Empty where it is the row as a whole."""
    typed: str
    reason: str
    proposal: str = ""
    """What would stand in the cell instead, once somebody has agreed."""
    hint: str = ""


@dataclass(frozen=True)
class Made:
    """What an import wrote, so that it can be taken back."""

    key: int
    version_before: int | None
    version_after: int | None


@dataclass(frozen=True)
class Finding:
    """What one row of a file does."""

    number: int
    outcome: RowOutcome
    about: str
    problems: tuple[Problem, ...]
    changes: tuple[tuple[str, str, str], ...]
    """Column, what was recorded, and what will be."""
    made: Made | None


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Questions about many imported files."""

    def visible_to(self, user: Person) -> Self:
        """Keep one's own; an editor reads all that was saved."""
        turf = turf_of(user)
        own = Q(owner=turf.user_id) if turf.user_id else Q(pk=None)
        saved = Q(state__in=[ImportState.APPLIED, ImportState.REVERSING, ImportState.REVERSED])
        return self.filter(own | saved) if turf.is_editor else self.filter(own)

    def editable_by(self, user: Person) -> Self:
        """Keep one's own: nobody confirms what somebody else has looked at."""
        turf = turf_of(user)
        return self.filter(owner=turf.user_id) if turf.user_id else self.none()

    def reversible_by(self, user: Person) -> Self:
        """Keep what was saved, of one's own; an editor's all."""
        return self.visible_to(user).filter(state=ImportState.APPLIED)

    def due(self, now: datetime) -> Self:
        """Keep what is to be worked on and nobody does."""
        free = Q(alive_at=None) | Q(alive_at__lt=now - LEASE)
        return self.filter(free, state__in=[state for state in ImportState if state.is_under_way])


class ImportBatch(models.Model):
    """A file with rows of one kind, from the moment it is sent until it is saved, and reversed if need be."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("jenis"), max_length=30)
    file_name = models.CharField(_("nama berkas"), max_length=150)
    content = models.BinaryField(_("isi berkas"))
    sha256 = models.CharField(_("sidik berkas"), max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("pengirim"), on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(_("dikirim pada"), default=timezone.now)
    state = models.CharField(_("keadaan"), max_length=10, choices=ImportState, default=ImportState.WAITING)
    accepted = models.JSONField(
        _("usulan yang disetujui"), default=list, help_text=_("Kolom, isi semula, dan yang dimaksud.")
    )
    remark = models.TextField(_("keterangan"), blank=True, help_text=_("Mengapa berkas ditolak, atau diperiksa lagi."))
    outcomes = models.JSONField(_("jumlah baris menurut hasil"), default=dict)
    effect = models.JSONField(_("akibat pada cakupan"), default=list)
    digest = models.CharField(
        _("sidik pratinjau"), max_length=64, blank=True, help_text=_("Yang disimpan harus sama dengan yang dilihat.")
    )
    claim = models.UUIDField(_("nomor pengerjaan"), null=True)
    alive_at = models.DateTimeField(_("tanda hidup terakhir"), null=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    done_count = models.PositiveIntegerField(_("baris selesai"), default=0)
    row_count = models.PositiveIntegerField(_("jumlah baris"), default=0)
    applied_at = models.DateTimeField(_("disimpan pada"), null=True)
    reversed_at = models.DateTimeField(_("dibatalkan pada"), null=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dibatalkan oleh"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    objects: ClassVar[ImportBatchQuerySet] = ImportBatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("berkas impor")
        verbose_name_plural = _("berkas impor")
        ordering = ["-sent_at"]
        constraints = [
            one_of("state", ImportState.values, name="regions_importbatch_state_known"),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=False)
                | ~Q(state__in=[ImportState.APPLIED, ImportState.REVERSING, ImportState.REVERSED]),
                name="regions_importbatch_saved_with_its_time",
                violation_error_message=_("Impor yang disimpan mencatat waktunya."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.REVERSED) | Q(reversed_at__isnull=False, reversed_by__isnull=False),
                name="regions_importbatch_reversed_by_somebody",
                violation_error_message=_("Impor yang dibatalkan mencatat waktu dan orangnya."),
            ),
        ]

    def __str__(self) -> str:
        """Return what the file was called."""
        return self.file_name

    @property
    def standing(self) -> ImportState:
        """Return the state with what is known of it."""
        return ImportState(self.state)

    @property
    def progress_pct(self) -> int:
        """Return how much of the file was worked on."""
        return min(100, self.done_count * 100 // self.row_count) if self.row_count else 0

    @property
    def agreed(self) -> Mapping[tuple[str, str], str]:
        """Return what was agreed to, by column and what stood there."""
        return {(column, typed): meant for column, typed, meant in self.accepted}

    def count(self, outcome: RowOutcome) -> int:
        """Return how many rows have an outcome."""
        return int(self.outcomes.get(outcome, 0))

    @property
    def can_be_saved(self) -> bool:
        """Return whether nothing is wrong and something is to be done."""
        does = self.count(RowOutcome.NEW) + self.count(RowOutcome.CHANGED)
        return self.state == ImportState.CHECKED and bool(does) and not self.count(RowOutcome.WRONG)


class ImportRow(models.Model):
    """What one row of a file does or did."""

    batch = models.ForeignKey(ImportBatch, verbose_name=_("berkas"), on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("baris"))
    outcome = models.CharField(_("hasil"), max_length=7, choices=RowOutcome)
    about = models.CharField(_("tentang"), max_length=200, blank=True)
    problems = models.JSONField(_("kesalahan"), default=list)
    changes = models.JSONField(_("perubahan"), default=list)
    made = models.BigIntegerField(_("nomor data"), null=True)
    version_before = models.BigIntegerField(_("versi sebelumnya"), null=True)
    version_after = models.BigIntegerField(_("versi sesudahnya"), null=True)

    class Meta:
        verbose_name = _("baris impor")
        verbose_name_plural = _("baris impor")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="regions_importrow_once"),
            one_of("outcome", RowOutcome.values, name="regions_importrow_outcome_known"),
        ]

    def __str__(self) -> str:
        """Return the number of the row."""
        return str(self.number)

    @classmethod
    def of(cls, batch: ImportBatch, finding: Finding) -> Self:
        """Return the unsaved row that keeps what was found."""
        made = finding.made
        return cls(
            batch=batch,
            number=finding.number,
            outcome=finding.outcome,
            about=finding.about,
            problems=[asdict(problem) for problem in finding.problems],
            changes=[list(change) for change in finding.changes],
            made=made.key if made else None,
            version_before=made.version_before if made else None,
            version_after=made.version_after if made else None,
        )

    @property
    def outcome_tone(self) -> str:
        """Return how the outcome is shown."""
        return RowOutcome(self.outcome).tone

    @property
    def what_was_made(self) -> Made | None:
        """Return what the row wrote."""
        return None if self.made is None else Made(self.made, self.version_before, self.version_after)
