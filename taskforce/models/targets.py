"""What was to be reached by when, and who said so?"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Self

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.models import Province, Regency
from taskforce.choices import TargetMetric

_TOO_MANY = _("Target melebihi jumlah unit sasaran di wilayahnya.")
_IS_WITHIN_ITS_AREA = """
    IF NEW.metric IN ('cumulative_units', 'committed_units') AND NEW.value > (
        SELECT count(*) FROM regions_regency
        WHERE is_autonomous AND (NEW.province_id IS NULL OR province_id = NEW.province_id)
    ) THEN
        RAISE EXCEPTION 'Target melebihi jumlah unit sasaran di wilayahnya.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class TargetQuerySet(models.QuerySet["Target"]):
    """Questions about many targets."""

    def steering_on(self, day: date) -> Self:
        """Keep the active targets for coverage that had been set by `day`, nearest deadline first."""
        return self.filter(
            is_active=True,
            set_on__lte=day,
            metric__in=[TargetMetric.COVERAGE_PCT, TargetMetric.CUMULATIVE_UNITS],
        ).order_by("deadline", "pk")


@tracked()
class Target(models.Model):
    """A target for the nation (no province) or a province. Several may exist for a year, one is active."""

    province = models.ForeignKey(
        Province,
        verbose_name=_("provinsi"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        help_text=_("Kosong untuk target nasional."),
    )
    metric = models.CharField(_("ukuran"), max_length=20, choices=TargetMetric, default=TargetMetric.COVERAGE_PCT)
    value = models.DecimalField(_("nilai"), max_digits=6, decimal_places=1)
    deadline = models.DateField(_("tenggat"))
    set_on = models.DateField(_("ditetapkan pada"))
    set_by = models.CharField(_("ditetapkan oleh"), max_length=150)
    source = models.CharField(_("sumber"), max_length=500)
    is_active = models.BooleanField(_("aktif"), default=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("target")
        ordering = ["-deadline", "province__code"]
        constraints = [
            one_of("metric", TargetMetric.values, name="taskforce_target_metric_known"),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="taskforce_target_not_negative",
                violation_error_message=_("Nilai target tidak boleh negatif."),
            ),
            models.CheckConstraint(
                condition=~Q(metric=TargetMetric.COVERAGE_PCT) | Q(value__lte=100),
                name="taskforce_target_pct_at_most_100",
                violation_error_message=_("Target cakupan paling tinggi 100 persen."),
            ),
            models.CheckConstraint(
                condition=Q(deadline__gte=F("set_on")),
                name="taskforce_target_deadline_after_set_on",
                violation_error_message=_("Tenggat tidak boleh mendahului tanggal penetapan."),
            ),
            models.UniqueConstraint(
                ExtractYear("deadline"),
                F("province"),
                condition=Q(is_active=True, province__isnull=False),
                name="taskforce_target_one_active_per_province_year",
                violation_error_message=_("Provinsi ini sudah memiliki target aktif untuk tahun itu."),
            ),
            models.UniqueConstraint(
                ExtractYear("deadline"),
                condition=Q(is_active=True, province__isnull=True),
                name="taskforce_target_one_active_per_nation_year",
                violation_error_message=_("Sudah ada target nasional aktif untuk tahun itu."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="is_within_its_area",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_IS_WITHIN_ITS_AREA,
            ),
        ]

    def __str__(self) -> str:
        """Return value, unit and deadline."""
        return f"{self.value:f} {self.get_metric_display()} ≤ {self.deadline}"

    def clean(self) -> None:
        """Refuse a number of units that its area does not have."""
        if self.metric == TargetMetric.COVERAGE_PCT or not isinstance(self.value, int | Decimal):
            return
        units = Regency.objects.filter(is_autonomous=True)
        if self.province_id is not None:
            units = units.filter(province=self.province_id)
        if self.value > units.count():
            raise ValidationError({"value": _TOO_MANY})

    def share_of(self, units: int) -> Fraction | None:
        """Return the target as a share of `units`, None where there are none."""
        value = Fraction(Decimal(self.value))
        if self.metric == TargetMetric.COVERAGE_PCT:
            return value / 100
        return value / units if units else None
