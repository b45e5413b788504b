"""Which figures were computed, when, why, and what did they change?"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from regions.models import Province
from taskforce.choices import Basis, Counting, RunKind


class CoverageRun(models.Model):
    """One computation of snapshots; `error` says why one failed."""

    kind = models.CharField(_("jenis"), max_length=10, choices=RunKind)
    reason = models.TextField(_("alasan"), blank=True)
    first_day = models.DateField(_("dari tanggal"))
    last_day = models.DateField(_("sampai tanggal"))
    started_at = models.DateTimeField(_("mulai"))
    finished_at = models.DateTimeField(_("selesai"), null=True, help_text=_("Kosong selama perhitungan berjalan."))
    changed_count = models.PositiveIntegerField(_("baris berubah"), default=0)
    drift_count = models.PositiveIntegerField(
        _("selisih"),
        default=0,
        help_text=_(
            "Baris tersimpan yang ternyata berbeda dari buku besar, padahal tidak ada perubahan yang menunggu."
        ),
    )
    error = models.TextField(_("galat"), blank=True)

    class Meta:
        verbose_name = _("perhitungan cakupan")
        verbose_name_plural = _("perhitungan cakupan")
        ordering = ["-started_at", "-pk"]
        constraints = [
            one_of("kind", RunKind.values, name="taskforce_coveragerun_kind_known"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="taskforce_coveragerun_days_in_order",
                violation_error_message=_("Tanggal akhir tidak boleh mendahului tanggal awal."),
            ),
        ]

    def __str__(self) -> str:
        """Return kind and time."""
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def seconds(self) -> float | None:
        """Return how long it took; None while it runs."""
        return None if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()


class CoverageSnapshot(models.Model):
    """Coverage of one day in one definition, for a province or (without one) the nation.

    Verified layer, boundaries of the day. A cache of `taskforce.coverage.coverage`, replaced in place; `run` is
    the run that last changed the row.
    """

    # Without database constraints on the two keys: a million rows a rebuild, written by one service only,
    # and checking the keys took a third to three quarters of its time again (docs/performance.md).
    run = models.ForeignKey(
        CoverageRun,
        verbose_name=_("perhitungan"),
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
    )
    as_at = models.DateField(_("per tanggal"))
    basis = models.CharField(_("dasar perhitungan"), max_length=3, choices=Basis)
    counting = models.CharField(_("yang dihitung"), max_length=11, choices=Counting)
    province = models.ForeignKey(
        Province,
        verbose_name=_("provinsi"),
        on_delete=models.PROTECT,
        null=True,
        db_index=False,
        db_constraint=False,
        help_text=_("Kosong untuk nasional."),
    )
    units = models.PositiveIntegerField(_("unit"))
    covered = models.PositiveIntegerField(_("tercakup"))

    class Meta:
        verbose_name = _("potret cakupan")
        verbose_name_plural = _("potret cakupan")
        ordering = ["-as_at", "province__code"]
        constraints = [
            # Its index serves the series of one province in one definition, and the nation's.
            models.UniqueConstraint(
                fields=["province", "basis", "counting", "as_at"],
                nulls_distinct=False,
                name="taskforce_coveragesnapshot_once",
            ),
            models.CheckConstraint(
                condition=Q(covered__lte=F("units")), name="taskforce_coveragesnapshot_covered_within_units"
            ),
        ]

    def __str__(self) -> str:
        """Return the fraction and its day."""
        return f"{self.covered}/{self.units} {self.as_at}"
