"""What happened at a site, who says so, and who checked it?

The ledger is append-only where it is believed: a verified entry is never touched again, a correction is a
new entry that supersedes it. Triggers hold this against raw SQL too.
"""

from datetime import date
from typing import Any, ClassVar, Self, cast

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import both_or_neither, ends_its_period, not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import (
    CeremonyKind,
    DatePrecision,
    DigitalStatus,
    EntryChannel,
    EntryState,
    OperatingStatus,
    Stage,
    Tone,
)
from regions.models.areas import Regency
from regions.models.ceremonies import Ceremony, CeremonySite
from regions.models.jurisdiction import Person, turf_of
from regions.models.sites import Site
from regions.rules import ROLLOUT_BEGAN_ON


class LedgerQuerySet(models.QuerySet):
    """Questions about many entries of one ledger."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: verified entries, and those known to them."""
        return self.filter(state=EntryState.VERIFIED) | self.known_to(user)

    def known_to(self, user: Person) -> Self:
        """Keep those of which `user` learns who said what: their own, and on their turf all that left the draft."""
        return self.filter(self._is_known_to(user))

    def with_told(self, user: Person) -> Self:
        """Say of each as `is_told` whether it is known to `user`: whether they learn who said what."""
        told = Case(When(self._is_known_to(user), then=Value(True)), default=Value(False))
        return self.annotate(is_told=told)

    def _is_known_to(self, user: Person) -> Q:
        turf, holder = turf_of(user), cast("type[LedgerEntry]", self.model).HOLDER
        on_turf = turf.reaches(holder) & ~Q(state=EntryState.DRAFT)
        return turf.wrote("reported_by", holder) | on_turf

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may still change: nothing that was reported, and only their own drafts."""
        own = turf_of(user).wrote("reported_by", cast("type[LedgerEntry]", self.model).HOLDER)
        return self.filter(own, state=EntryState.DRAFT)

    def reviewable_by(self, user: Person) -> Self:
        """Keep the reports that `user` may verify or return: never their own."""
        turf = turf_of(user)
        waiting = self.filter(state=EntryState.REPORTED)
        return waiting.exclude(reported_by=turf.user_id) if turf.is_verifier else self.none()

    def opinable_by(self, user: Person) -> Self:
        """Keep the reports on which `user` speaks for a province: never their own."""
        turf = turf_of(user)
        holder = cast("type[LedgerEntry]", self.model).HOLDER
        waiting = self.filter(state=EntryState.REPORTED, **{f"{holder}__province__in": turf.provinces})
        return waiting.exclude(reported_by=turf.user_id)

    def verified(self) -> Self:
        """Keep what was verified, superseded or not."""
        return self.filter(state=EntryState.VERIFIED)

    def in_force(self) -> Self:
        """Keep verified entries that no verified entry supersedes and that do more than take back.

        `taskforce.coverage` says the same in SQL with `known_at` and the reported layer; a property test
        holds the two together.
        """
        corrections = self.model._default_manager.filter(supersedes=models.OuterRef("pk"), state=EntryState.VERIFIED)
        return self.verified().filter(~models.Exists(corrections), withdraws=False)

    def not_withdrawn(self) -> Self:
        """Keep verified entries that no verified withdrawal takes back; what was only corrected still took place."""
        withdrawals = self.model._default_manager.filter(
            supersedes=models.OuterRef("pk"), state=EntryState.VERIFIED, withdraws=True
        )
        return self.verified().filter(~models.Exists(withdrawals), withdraws=False)


class LedgerEntry(models.Model):
    """A dated statement about a site or regency, with who made it, who reviewed it, and the proof."""

    state = models.CharField(
        _("status entri"), max_length=10, choices=EntryState, default=EntryState.DRAFT, editable=False
    )
    channel = models.CharField(
        _("asal"), max_length=10, choices=EntryChannel, default=EntryChannel.REPORT, editable=False
    )
    date_precision = models.CharField(
        _("ketepatan tanggal"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dilaporkan oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    reported_at = models.DateTimeField(_("dilaporkan pada"), null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("diperiksa oleh"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )
    reviewed_at = models.DateTimeField(_("diperiksa pada"), null=True, editable=False)
    review_note = models.TextField(_("catatan pemeriksa"), blank=True, editable=False)
    client_id = models.UUIDField(
        _("nomor kiriman"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("Dibuat oleh formulir, agar laporan yang terkirim dua kali tercatat sekali."),
    )
    source_url = models.CharField(
        _("sumber"), max_length=500, blank=True, help_text=_("Alamat halaman atau nama siaran pers.")
    )
    note = models.TextField(_("catatan"), blank=True)
    supersedes = models.ForeignKey(
        "self",
        verbose_name=_("mengoreksi"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
    )
    withdraws = models.BooleanField(
        _("mencabut"), default=False, help_text=_("Hanya mencabut entri yang dikoreksi, tanpa menggantinya.")
    )

    objects: ClassVar[LedgerQuerySet] = LedgerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        abstract = True
        constraints = [
            one_of("state", EntryState.values, name="%(app_label)s_%(class)s_state_known"),
            one_of("channel", EntryChannel.values, name="%(app_label)s_%(class)s_channel_known"),
            one_of("date_precision", DatePrecision.values, name="%(app_label)s_%(class)s_precision_known"),
            both_or_neither(
                "reviewed_by",
                "reviewed_at",
                name="%(app_label)s_%(class)s_review_paired",
                message=_("Pemeriksa dan waktu pemeriksaan diisi bersama."),
            ),
            models.CheckConstraint(
                condition=Q(state=EntryState.DRAFT, reported_at__isnull=True, reviewed_at__isnull=True)
                | Q(state=EntryState.REPORTED, reported_at__isnull=False, reviewed_at__isnull=True)
                | Q(
                    state__in=[EntryState.VERIFIED, EntryState.RETURNED],
                    reported_at__isnull=False,
                    # Said twice: a comparison with NULL is neither true nor false, and a check takes that for true.
                    reviewed_at__isnull=False,
                    reviewed_at__gte=F("reported_at"),
                ),
                name="%(app_label)s_%(class)s_state_has_its_times",
                violation_error_message=_("Waktu lapor dan periksa harus sesuai dengan status entri."),
            ),
            models.CheckConstraint(
                condition=~Q(state=EntryState.RETURNED) | ~Q(review_note=""),
                name="%(app_label)s_%(class)s_return_has_a_reason",
                violation_error_message=_("Laporan yang dikembalikan memerlukan alasan."),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | Q(channel=EntryChannel.IMPORT)
                | ~Q(reviewed_by=F("reported_by")),
                name="%(app_label)s_%(class)s_two_pairs_of_eyes",
                violation_error_message=_("Laporan sendiri tidak dapat diverifikasi sendiri."),
            ),
            models.CheckConstraint(
                condition=Q(channel=EntryChannel.REPORT) | ~Q(source_url=""),
                name="%(app_label)s_%(class)s_import_has_a_source",
                violation_error_message=_("Entri impor memerlukan sumber."),
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, withdraws=False)
                | (Q(supersedes__isnull=False) & ~Q(note="") & ~Q(supersedes=F("id"))),
                name="%(app_label)s_%(class)s_correction_has_a_reason",
                violation_error_message=_("Koreksi menyebut entri yang dikoreksi dan alasannya."),
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(state=EntryState.VERIFIED),
                name="%(app_label)s_%(class)s_superseded_once",
                violation_error_message=_("Entri itu sudah dikoreksi; koreksilah entri penggantinya."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keep_verified",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state=EntryState.VERIFIED),
                func=(
                    "RAISE EXCEPTION 'Entri yang sudah diverifikasi tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                ),
            ),
            pgtrigger.Trigger(
                name="keep_all_verified",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func=pgtrigger.Func(
                    "IF EXISTS (SELECT 1 FROM {meta.db_table} WHERE state = 'verified') THEN"
                    " RAISE EXCEPTION 'Entri yang sudah diverifikasi tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                    " END IF; RETURN NULL;"
                ),
            ),
        ]

    COUNTS: ClassVar[bool] = True
    """Whether coverage is computed from it."""
    NOTE_IS_PUBLIC: ClassVar[bool] = True
    """Whether everybody reads the note of an entry that was verified."""
    HOLDER: ClassVar[str] = "site__regency"
    """The look-up that leads to the regency whose figures the entry can change."""
    LEDGER: ClassVar[str]
    """What the ledger is called in addresses."""
    RECEIPT: ClassVar[str]
    """The letter with which receipt numbers of this ledger begin."""
    SAYS: ClassVar[tuple[str, ...]]
    """The fields that make up the statement: about what, what, and from which day."""
    REPEATED: ClassVar[Any] = _("Hal yang sama sudah tercatat pada tanggal itu.")
    """What is said to whoever makes a statement that waits or is in force already."""

    def get_absolute_url(self) -> str:
        """Return the page that shows the report and what became of it."""
        return reverse("regions:receipt", args=[self.LEDGER, self.pk])

    def get_report_url(self) -> str:
        """Return the form on which an officer reports the same anew."""
        raise NotImplementedError

    @property
    def receipt(self) -> str:
        """Return the number by which people speak of the report."""
        return f"{self.RECEIPT}-{self.pk:06d}"

    @property
    def is_imported(self) -> bool:
        """Return whether it came from a published source; its note is then a worker's, not an officer's word."""
        return self.channel == EntryChannel.IMPORT

    @property
    def is_note_public(self) -> bool:
        """Return whether whoever reads the entry reads its note too."""
        return self.NOTE_IS_PUBLIC and not self.is_imported

    @property
    def state_tone(self) -> Tone:
        """Return how the state is shown."""
        return EntryState(self.state).tone

    @property
    def said(self) -> str:
        """Return what the entry says, in the words of its list."""
        words: str = getattr(self, f"get_{self.SAYS[1]}_display")()
        return words

    @property
    def happened_on(self) -> date:
        """Return the day from which the entry counts."""
        day: date = getattr(self, self.SAYS[-1])
        return day

    @classmethod
    def subject_model(cls) -> type[models.Model]:
        """Return what the ledger is about: sites, or regencies."""
        return cast("type[models.Model]", cls._meta.get_field(cls.SAYS[0]).related_model)

    @property
    def subject(self) -> models.Model:
        """Return what the entry is about: a site, or a regency."""
        subject: models.Model = getattr(self, self.SAYS[0])
        return subject

    @property
    def subject_id(self) -> int:
        """Return the key of what the entry is about: a site, or a regency."""
        key: int = getattr(self, f"{self.SAYS[0]}_id")
        return key

    @property
    def holder(self) -> Regency:
        """Return the regency whose figures the entry can change."""
        raise NotImplementedError

    def takes_evidence_of(self, user: Person) -> bool:
        """Return whether `user` may add and take back files: of a report of their own, until its review."""
        return self.state in (EntryState.DRAFT, EntryState.REPORTED) and self.reported_by_id == user.pk

    def said_before(self) -> LedgerQuerySet:
        """Return the other entries, waiting or in force, that make the same statement."""
        same = {field: getattr(self, field) for field in (*self.SAYS, "date_precision")}
        ledger = type(self)._default_manager
        waiting = ledger.filter(**same, state=EntryState.REPORTED)
        return (waiting | ledger.in_force().filter(**same)).exclude(pk=self.pk)


class MilestoneQuerySet(LedgerQuerySet):
    """Questions about many milestones."""

    def waiting_for(self, ceremony: Ceremony) -> Self:
        """Keep the reports that `ceremony` took place."""
        return self._with_ceremony().filter(at_ceremony=ceremony.pk)

    def waiting_by_ceremony(self) -> dict[int, int]:
        """Return how many reports wait for each ceremony that has any, by its key."""
        waiting = self._with_ceremony().filter(at_ceremony__isnull=False)
        return dict(waiting.order_by().values_list("at_ceremony").annotate(models.Count("pk")))

    def _with_ceremony(self) -> Self:
        """Keep reports that wait, each with the key of the ceremony that it tells of as `at_ceremony`.

        It is the one a report names itself, or else one for which its site is planned on that day; the stage is that
        of the ceremony. A correction is looked at alone.
        """
        kind = Case(*(When(stage=kind.stage, then=Value(kind.value)) for kind in CeremonyKind))
        planned = CeremonySite.objects.filter(
            site=models.OuterRef("site"),
            ceremony__held_on=models.OuterRef("reached_on"),
            ceremony__date_precision=models.OuterRef("date_precision"),
            ceremony__kind=models.OuterRef("kind"),
        )
        first = models.Subquery(planned.order_by("ceremony").values("ceremony")[:1])
        named = Case(When(ceremony__kind=F("kind"), then="ceremony_id"))
        waiting = self.filter(state=EntryState.REPORTED, supersedes=None).annotate(kind=kind)
        return waiting.annotate(at_ceremony=Coalesce(named, first, output_field=models.BigIntegerField()))


@tracked()
class Milestone(LedgerEntry):
    """A stage that a site reached on a day."""

    site = models.ForeignKey(Site, verbose_name=_("MPP"), on_delete=models.PROTECT, related_name="milestones")
    stage = models.CharField(_("tahap"), max_length=15, choices=Stage)
    reached_on = models.DateField(_("tercapai pada"))
    ceremony = models.ForeignKey(
        Ceremony,
        verbose_name=_("seremoni"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="milestones",
    )

    objects: ClassVar[MilestoneQuerySet] = MilestoneQuerySet.as_manager()  # type: ignore[assignment]

    LEDGER = "tahap"
    RECEIPT = "T"
    SAYS = ("site", "stage", "reached_on")

    class Meta(LedgerEntry.Meta):
        verbose_name = _("capaian tahap")
        verbose_name_plural = _("capaian tahap")
        ordering = ["-reached_on", "-pk"]
        constraints = [
            *LedgerEntry.Meta.constraints,
            one_of("stage", Stage.values, name="regions_milestone_stage_known"),
            ends_its_period("reached_on", name="regions_milestone_ends_its_period"),
            not_before("reached_on", ROLLOUT_BEGAN_ON, name="regions_milestone_not_before_the_rollout"),
        ]

    def __str__(self) -> str:
        """Return site, stage and day."""
        return f"{self.site}: {self.get_stage_display()} {self.reached_on}"

    def get_report_url(self) -> str:
        """Return the form of the site."""
        return reverse("regions:report", args=[self.site_id])

    @property
    def holder(self) -> Regency:
        """Return the regency of the site."""
        return self.site.regency


@tracked()
class OperatingRecord(LedgerEntry):
    """Whether a site serves the public from a day on, until the next record."""

    site = models.ForeignKey(Site, verbose_name=_("MPP"), on_delete=models.PROTECT, related_name="operating_records")
    status = models.CharField(_("status operasional"), max_length=10, choices=OperatingStatus)
    since = models.DateField(_("sejak"))

    LEDGER = "operasional"
    RECEIPT = "O"
    SAYS = ("site", "status", "since")

    class Meta(LedgerEntry.Meta):
        verbose_name = _("status operasional")
        verbose_name_plural = _("status operasional")
        ordering = ["-since", "-pk"]
        constraints = [
            *LedgerEntry.Meta.constraints,
            one_of("status", OperatingStatus.values, name="regions_operatingrecord_status_known"),
            ends_its_period("since", name="regions_operatingrecord_ends_its_period"),
            not_before("since", ROLLOUT_BEGAN_ON, name="regions_operatingrecord_not_before_the_rollout"),
        ]

    def __str__(self) -> str:
        """Return site, status and day."""
        return f"{self.site}: {self.get_status_display()} {self.since}"

    @property
    def tone(self) -> Tone:
        """Return how its status is shown."""
        return OperatingStatus(self.status).tone

    def get_report_url(self) -> str:
        """Return the form of the site."""
        return reverse("regions:report", args=[self.site_id])

    @property
    def holder(self) -> Regency:
        """Return the regency of the site."""
        return self.site.regency


@tracked()
class DigitalAdoption(LedgerEntry):
    """How far a regency is with MPP Digital from a day on; never added to the physical coverage."""

    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, related_name="digital_adoptions"
    )
    status = models.CharField(_("status MPP Digital"), max_length=10, choices=DigitalStatus)
    since = models.DateField(_("sejak"))

    HOLDER = "regency"
    LEDGER = "digital"
    RECEIPT = "D"
    SAYS = ("regency", "status", "since")

    class Meta(LedgerEntry.Meta):
        verbose_name = _("MPP Digital")
        verbose_name_plural = _("MPP Digital")
        ordering = ["-since", "-pk"]
        constraints = [
            *LedgerEntry.Meta.constraints,
            one_of("status", DigitalStatus.values, name="regions_digitaladoption_status_known"),
            ends_its_period("since", name="regions_digitaladoption_ends_its_period"),
            not_before("since", ROLLOUT_BEGAN_ON, name="regions_digitaladoption_not_before_the_rollout"),
        ]

    def __str__(self) -> str:
        """Return regency, status and day."""
        return f"{self.regency}: {self.get_status_display()} {self.since}"

    def get_absolute_url(self) -> str:
        """Return its page in the admin, where alone it is entered."""
        return reverse("admin:regions_digitaladoption_change", args=[self.pk])

    @property
    def said(self) -> str:
        """Return what the entry says, with what it is about: beside the stages of an MPP its words alone mislead."""
        return f"{_('MPP Digital')}: {super().said}"

    @property
    def holder(self) -> Regency:
        """Return the regency itself."""
        return self.regency


SiteEntry = Milestone | OperatingRecord
"""What can be said of a site."""

LEDGERS: dict[str, type[SiteEntry]] = {ledger.LEDGER: ledger for ledger in (Milestone, OperatingRecord)}
"""The ledgers of a site, by their name in addresses."""
