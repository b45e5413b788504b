"""Which figures did officials announce, to be held against the ledger?"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import AnnouncedMetric


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
        ]

    def __str__(self) -> str:
        """Return value, what it measures and day."""
        return f"{self.value} {self.get_metric_display()} ({self.announced_on})"
