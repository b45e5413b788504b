"""What has to be looked at, by which rule, since when, and who has seen it?"""

from datetime import date
from typing import Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.models import Agreement, Pledge, institutions_of
from mpp_tracker.lib.constraints import between, both_or_neither, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import Stage
from regions.models import Person, Province, Regency, Site, turf_of
from regions.rules import STAGE_ORDER, written_day
from taskforce.choices import AlertKind, Severity
from taskforce.models.announcements import AnnouncedFigure

MAX_THRESHOLD = 3650
"""Ten years: whatever is to be left alone for longer needs no rule."""

CHANGING_STAGES = [stage for stage in STAGE_ORDER if stage != Stage.INAUGURATED]
"""Stages after which another is awaited."""


@tracked()
class AlertRule(models.Model):
    """When something has to be looked at, how soon, and who says so."""

    kind = models.CharField(_("aturan"), max_length=20, choices=AlertKind)
    stage = models.CharField(
        _("tahap"), max_length=15, choices=Stage, blank=True, help_text=_("Hanya untuk tahap yang tidak berubah.")
    )
    threshold = models.IntegerField(
        _("ambang"),
        help_text=_(
            "Peringatan muncul bila ambang terlewati: dalam hari, untuk angka tersimpan dalam baris, untuk angka yang "
            "diumumkan dalam selisihnya. Perjanjian diperingatkan sejak sekian hari sebelum berakhir."
        ),
    )
    severity = models.CharField(_("kegentingan"), max_length=10, choices=Severity)
    source = models.CharField(
        _("sumber"), max_length=500, help_text=_("Dari mana ambangnya; tanpa sumber tulislah “asumsi”.")
    )
    is_active = models.BooleanField(
        _("aktif"), default=True, help_text=_("Peringatan aturan yang dimatikan selesai dengan sendirinya.")
    )

    class Meta:
        verbose_name = _("aturan peringatan")
        verbose_name_plural = _("aturan peringatan")
        ordering = ["pk"]
        constraints = [
            one_of("kind", AlertKind.values, name="taskforce_alertrule_kind_known"),
            one_of("severity", Severity.values, name="taskforce_alertrule_severity_known"),
            models.CheckConstraint(
                condition=Q(kind=AlertKind.STAGE_UNCHANGED, stage__in=CHANGING_STAGES)
                | (~Q(kind=AlertKind.STAGE_UNCHANGED) & Q(stage="")),
                name="taskforce_alertrule_stage_where_it_belongs",
                violation_error_message=_("Aturan tahap, dan hanya itu, menyebut tahap sebelum diresmikan."),
            ),
            between(
                "threshold",
                0,
                MAX_THRESHOLD,
                name="taskforce_alertrule_threshold_range",
                message=_("Ambang tidak boleh negatif, dan paling besar 3650."),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="taskforce_alertrule_has_a_source",
                violation_error_message=_("Sebutkan sumber ambang, atau tulis “asumsi”."),
            ),
            models.UniqueConstraint(
                fields=["kind", "stage"],
                name="taskforce_alertrule_once",
                violation_error_message=_("Aturan ini sudah ada."),
            ),
        ]

    def __str__(self) -> str:
        """Return what it watches."""
        return ", ".join(filter(None, [self.get_kind_display(), self.get_stage_display()]))

    @property
    def unit(self) -> str:
        """Return what the threshold counts."""
        return AlertKind(self.kind).unit


class AlertQuerySet(models.QuerySet["Alert"]):
    """Questions about many alerts."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: of their turf, and of the agreements that their institution signed."""
        turf = turf_of(user)
        if turf.sees_nation:
            return self
        institutions = institutions_of(user)
        own = Q(regency__in=turf.read_regencies) | Q(province__in=turf.read_provinces)
        if institutions:
            own |= Q(agreement__in=Agreement.objects.filter(institutions__in=institutions))
        return self.filter(own)

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may acknowledge and have followed up: the nation's editors all, a province its own."""
        turf = turf_of(user)
        return self if turf.is_editor else self.filter(province__in=turf.provinces)

    def with_told(self, user: Person) -> Self:
        """Say of each whether `user` reads who acknowledged it with which note: who sees the nation, or may edit it."""
        turf = turf_of(user)
        told: Q | Value = Value(True) if turf.sees_nation else Q(province__in=turf.provinces, province__isnull=False)
        return self.annotate(is_told=ExpressionWrapper(told, models.BooleanField()))

    def open(self) -> Self:
        """Keep those whose cause has not gone."""
        return self.filter(cleared_on__isnull=True)

    def open_on(self, day: date) -> Self:
        """Keep those that had been raised by the end of a day and had not cleared."""
        return self.filter(Q(cleared_on__isnull=True) | Q(cleared_on__gt=day), raised_on__lte=day)

    def most_urgent_first(self) -> Self:
        """Order by severity, then by how long the cause has lasted; of what nobody ever heard comes last."""
        position = Case(*(When(rule__severity=each, then=Value(place)) for place, each in enumerate(Severity)))
        return self.order_by(position, F("since").asc(nulls_last=True), "pk")

    def with_subjects(self) -> Self:
        """Fetch with each what its sentence names."""
        return self.select_related(
            "rule", "province", "regency", "site", "pledge__regency", "agreement__site", "figure", "acknowledged_by"
        )


@tracked()
class Alert(models.Model):
    """One thing that one rule found wrong with one subject, until the cause is gone; a new cause is a new row.

    Only `taskforce.services.alerts` writes it.
    """

    rule = models.ForeignKey(AlertRule, verbose_name=_("aturan"), on_delete=models.PROTECT, related_name="alerts")
    subject = models.CharField(
        _("perihal"), max_length=40, help_text=_("Kata kunci perihal; satu peringatan terbuka untuk tiap aturan.")
    )
    # What it is about: one of the first four, else the province, else the nation. The areas say where that is today.
    site = models.ForeignKey(Site, verbose_name=_("MPP"), on_delete=models.CASCADE, null=True, related_name="alerts")
    pledge = models.ForeignKey(
        Pledge, verbose_name=_("komitmen daerah"), on_delete=models.CASCADE, null=True, related_name="alerts"
    )
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("perjanjian"), on_delete=models.CASCADE, null=True, related_name="alerts"
    )
    figure = models.ForeignKey(
        AnnouncedFigure,
        verbose_name=_("angka yang diumumkan"),
        on_delete=models.CASCADE,
        null=True,
        related_name="alerts",
    )
    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, null=True, related_name="alerts"
    )
    province = models.ForeignKey(
        Province, verbose_name=_("provinsi"), on_delete=models.PROTECT, null=True, related_name="alerts"
    )
    since = models.DateField(_("sejak"), null=True, help_text=_("Hari sebabnya bermula; kosong bila tidak diketahui."))
    detail = models.JSONField(_("rincian"), default=dict)
    raised_on = models.DateField(_("muncul pada"))
    cleared_on = models.DateField(_("selesai pada"), null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("diketahui oleh"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    acknowledged_at = models.DateTimeField(_("diketahui pada"), null=True)
    note = models.TextField(_("catatan"), blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("peringatan")
        verbose_name_plural = _("peringatan")
        ordering = ["-raised_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=Q(cleared_on__isnull=True),
                name="taskforce_alert_one_open",
                violation_error_message=_("Perihal ini sudah diperingatkan oleh aturan itu."),
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(since__lte=F("raised_on")),
                name="taskforce_alert_raised_after_its_cause",
                violation_error_message=_("Peringatan tidak dapat mendahului sebabnya."),
            ),
            models.CheckConstraint(
                condition=Q(cleared_on__isnull=True) | Q(cleared_on__gte=F("raised_on")),
                name="taskforce_alert_dates_in_order",
                violation_error_message=_("Peringatan tidak dapat selesai sebelum muncul."),
            ),
            both_or_neither(
                "acknowledged_by",
                "acknowledged_at",
                name="taskforce_alert_acknowledged_paired",
                message=_("Siapa dan kapan mengetahui diisi bersama."),
            ),
            models.CheckConstraint(
                condition=Q(note="") | Q(acknowledged_at__isnull=False),
                name="taskforce_alert_note_of_somebody",
                violation_error_message=_("Catatan ditulis oleh yang mengetahui."),
            ),
        ]

    def __str__(self) -> str:
        """Return what it is about and what is the matter."""
        return f"{self.about}: {self.sentence}"

    def get_absolute_url(self) -> str:
        """Return the page of the alert."""
        return reverse("dashboard:alert", args=[self.pk])

    @property
    def kind(self) -> AlertKind:
        """Return what it is about."""
        return AlertKind(self.rule.kind)

    @property
    def severity(self) -> Severity:
        """Return how soon somebody has to look, as its rule says now."""
        return Severity(self.rule.severity)

    @property
    def is_open(self) -> bool:
        """Return whether the cause is still there."""
        return self.cleared_on is None

    @property
    def about(self) -> str:
        """Return the name of the subject."""
        subject = self.site or (self.pledge and self.pledge.regency) or self.agreement or self.figure or self.province
        return str(subject or _("Indonesia"))

    @property
    def subject_url(self) -> str:
        """Return the page where the cause is seen."""
        if self.site is not None:
            return self.site.get_absolute_url()
        if self.agreement is not None:
            site = self.agreement.site
            return site.get_absolute_url() if site is not None else reverse("dashboard:commitments")
        if self.figure is not None:
            return reverse("dashboard:announced-figure", args=[self.figure.pk])
        if self.pledge is not None:
            return f"{reverse('dashboard:pledges')}?province={cast('Province', self.province).code}#daftar"
        if self.province is not None:
            return reverse("dashboard:province", args=[self.province.code])
        return reverse("dashboard:nation")

    @property
    def sentence(self) -> str:
        """Return what is the matter, as it is said to people."""
        words = _SENTENCES[self.kind] if self.since is not None else _NEVER[self.kind]
        ends_on = self.detail.get("ends_on")
        return str(words) % {
            "since": written_day(self.since, self.detail.get("date_precision")),
            "stage": self.rule.get_stage_display(),
            "ends_on": ends_on and written_day(date.fromisoformat(ends_on)),
            "count": self.detail.get("count"),
            "announced": self.figure and self.figure.value,
            "metric": self.figure and self.figure.get_metric_display(),
            "ledger": self.detail.get("ledger"),
        }


_SENTENCES = {
    AlertKind.SITE_SILENT: _("Tidak ada kabar sejak %(since)s."),
    AlertKind.STAGE_UNCHANGED: _("Masih pada tahap %(stage)s sejak %(since)s."),
    AlertKind.PROPOSAL_WAITING: _("Usulan disampaikan %(since)s, keputusan Kementerian belum tercatat."),
    AlertKind.PLEDGE_OVERDUE: _("Dijanjikan diresmikan paling lambat %(since)s, belum diresmikan."),
    AlertKind.AGREEMENT_ENDING: _("Berakhir %(ends_on)s, perpanjangannya belum tercatat."),
    AlertKind.OPERATION_SUSPENDED: _("Tutup sementara sejak %(since)s."),
    AlertKind.FIGURES_LATE: _("Angka tersimpan belum dihitung ulang sejak %(since)s."),
    AlertKind.FIGURES_DRIFTED: _("Hitung ulang %(since)s menemukan %(count)s baris yang berbeda dari buku besar."),
    AlertKind.ANNOUNCED_DIFFERS: _(
        "Diumumkan %(announced)s (%(metric)s) pada %(since)s, menurut buku besar %(ledger)s."
    ),
}
# Where nobody knows since when.
_NEVER = {
    AlertKind.SITE_SILENT: _("Tercatat tanpa satu pun laporan."),
    AlertKind.FIGURES_LATE: _("Angka tersimpan belum pernah dihitung ulang."),
}
