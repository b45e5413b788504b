"""Which figures did officials announce, to be held against the ledger, and which differences are known?"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.models import Regency
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import COVERAGE_METRICS, AnnouncedCounting, AnnouncedMetric, Basis


@tracked()
class AnnouncedFigure(models.Model):
    """A figure as it was said on a day. What was said does not become untrue: figures that conflict all stay."""

    metric = models.CharField(_("ukuran"), max_length=30, choices=AnnouncedMetric)
    value = models.PositiveIntegerField(_("nilai"))
    announced_on = models.DateField(_("diumumkan pada"))
    source = models.CharField(
        _("sumber"), max_length=500, help_text=_("Alamat halaman yang memuatnya, atau nama siaran pers.")
    )
    note = models.TextField(_("catatan"), blank=True)
    as_at = models.DateField(
        _("keadaan per"),
        null=True,
        blank=True,
        help_text=_("Bila angkanya belum memuat yang terjadi pada hari diumumkan; kosong berarti hari itu sendiri."),
    )
    counting = models.CharField(
        _("yang dihitung"),
        max_length=15,
        choices=AnnouncedCounting,
        blank=True,
        help_text=_("Hanya untuk jumlah MPP dan jumlah provinsi."),
    )
    basis = models.CharField(
        _("dasar perhitungan"),
        max_length=3,
        choices=Basis,
        blank=True,
        help_text=_("Hanya untuk jumlah MPP dan jumlah provinsi."),
    )

    class Meta:
        verbose_name = _("angka yang diumumkan")
        verbose_name_plural = _("angka yang diumumkan")
        ordering = ["-announced_on", "metric", "value"]
        constraints = [
            one_of("metric", AnnouncedMetric.values, name="taskforce_announcedfigure_metric_known"),
            not_before("announced_on", ROLLOUT_BEGAN_ON, name="taskforce_announcedfigure_not_before_the_rollout"),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="taskforce_announcedfigure_not_negative",
                violation_error_message=_("Angka yang diumumkan tidak boleh negatif."),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="taskforce_announcedfigure_has_a_source",
                violation_error_message=_("Sebutkan sumber angka yang diumumkan."),
            ),
            models.UniqueConstraint(
                fields=["metric", "announced_on", "value"],
                name="taskforce_announcedfigure_once",
                violation_error_message=_("Angka ini pada hari itu sudah tercatat."),
            ),
            models.CheckConstraint(
                condition=Q(as_at__isnull=True) | Q(as_at__gte=ROLLOUT_BEGAN_ON, as_at__lte=F("announced_on")),
                name="taskforce_announcedfigure_stands_for_a_past_day",
                violation_error_message=_("Angka tidak dapat memuat keadaan sesudah hari diumumkan."),
            ),
            models.CheckConstraint(
                condition=Q(
                    metric__in=COVERAGE_METRICS,
                    counting__in=AnnouncedCounting.values,
                    basis__in=Basis.values,
                )
                | (~Q(metric__in=COVERAGE_METRICS) & Q(counting="", basis="")),
                name="taskforce_announcedfigure_has_its_definition",
                violation_error_message=_(
                    "Jumlah MPP dan jumlah provinsi memerlukan definisi: yang dihitung dan dasarnya. "
                    "Angka lain tidak memilikinya."
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return value, what it measures and day."""
        return f"{self.value} {self.get_metric_display()} ({self.announced_on})"

    @property
    def stands_for(self) -> date:
        """Return the day whose state the figure gives."""
        return self.as_at or self.announced_on


@tracked()
class KnownGap(models.Model):
    """One unit that officials count while the ledger has no day for it: named, or only known to exist.

    A named one explains a difference only while the ledger has no day on which its MPP was inaugurated, and only from
    the day it was seen at work; both are computed. One without a name explains from `counted_from` on.
    """

    regency = models.OneToOneField(
        Regency,
        verbose_name=_("kabupaten/kota"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="known_gap",
        help_text=_("Kosong: belum teridentifikasi."),
    )
    label = models.CharField(
        _("sebutan"), max_length=150, blank=True, help_text=_("Bagaimana yang belum teridentifikasi disebut.")
    )
    counted_from = models.DateField(
        _("dihitung sejak"),
        null=True,
        blank=True,
        help_text=_("Hari pengumuman pertama yang memuatnya; hanya untuk yang belum teridentifikasi."),
    )
    source = models.CharField(_("sumber"), max_length=500)
    note = models.TextField(_("catatan"), blank=True)

    class Meta:
        verbose_name = _("selisih yang diketahui")
        verbose_name_plural = _("selisih yang diketahui")
        ordering = ["regency__code", "counted_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(regency__isnull=False, label="", counted_from__isnull=True)
                | (Q(regency__isnull=True, counted_from__isnull=False) & ~Q(label="")),
                name="taskforce_knowngap_named_or_described",
                violation_error_message=_(
                    "Pilih kabupaten/kotanya, atau, bila belum teridentifikasi, isi sebutan dan sejak kapan dihitung."
                ),
            ),
            not_before("counted_from", ROLLOUT_BEGAN_ON, name="taskforce_knowngap_not_before_the_rollout"),
            models.UniqueConstraint(
                fields=["label"],
                condition=Q(regency__isnull=True),
                name="taskforce_knowngap_described_once",
                violation_error_message=_("Sebutan ini sudah tercatat."),
            ),
            models.CheckConstraint(
                condition=~Q(source=""),
                name="taskforce_knowngap_has_a_source",
                violation_error_message=_("Sebutkan dari mana diketahui."),
            ),
        ]

    def __str__(self) -> str:
        """Return its name, or how it is described."""
        return str(self.regency) if self.regency else self.label
