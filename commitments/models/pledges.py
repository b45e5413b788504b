"""Which regency promised an MPP by when, and promised again?"""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import ends_its_period, not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import DatePrecision
from regions.models import Person, Regency, turf_of
from regions.rules import ROLLOUT_BEGAN_ON


class PledgeQuerySet(models.QuerySet["Pledge"]):
    """Questions about many pledges."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: promises are public."""
        return self

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may change: pledges are the editors' business."""
        return self if turf_of(user).is_editor else self.none()


class Promise(models.Model):
    """A day by which something is promised; a month or year counts as its last day."""

    due_on = models.DateField(_("dijanjikan paling lambat"))
    date_precision = models.CharField(
        _("ketepatan tanggal"), max_length=5, choices=DatePrecision, default=DatePrecision.YEAR
    )

    class Meta:
        abstract = True
        constraints = [
            one_of("date_precision", DatePrecision.values, name="%(app_label)s_%(class)s_precision_known"),
            ends_its_period("due_on", name="%(app_label)s_%(class)s_ends_its_period"),
        ]


@tracked()
class Pledge(Promise):
    """A regency's promise of an MPP. Whether it was kept is computed from the ledger."""

    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, related_name="pledges"
    )
    pledged_on = models.DateField(_("berjanji pada"))
    source_url = models.CharField(
        _("dokumen"), max_length=500, blank=True, help_text=_("Alamat surat komitmen, atau nama siaran pers.")
    )

    objects = PledgeQuerySet.as_manager()

    class Meta(Promise.Meta):
        verbose_name = _("komitmen daerah")
        verbose_name_plural = _("komitmen daerah")
        ordering = ["-pledged_on", "regency__code"]
        constraints = [
            *Promise.Meta.constraints,
            not_before("pledged_on", ROLLOUT_BEGAN_ON, name="commitments_pledge_not_before_the_rollout"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("pledged_on")),
                name="commitments_pledge_dates_in_order",
                violation_error_message=_("Hari yang dijanjikan tidak boleh mendahului janjinya."),
            ),
            models.UniqueConstraint(
                fields=["regency", "pledged_on"],
                name="commitments_pledge_once_a_day",
                violation_error_message=_("Janji kabupaten/kota ini pada hari itu sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        """Return regency and day promised."""
        return f"{self.regency}: {self.due_on}"

    def clean(self) -> None:
        """Refuse a pledge of an area that is no unit: its MPP is somebody else's."""
        regency = Regency.objects.filter(pk=self.regency_id).first()
        if regency and not regency.is_autonomous:
            raise ValidationError({"regency": _("Catat komitmen pada unit sasaran wilayah ini.")})


@tracked()
class PledgeRevision(Promise):
    """Another day promised instead, and why."""

    pledge = models.ForeignKey(Pledge, verbose_name=_("komitmen"), on_delete=models.CASCADE, related_name="revisions")
    revised_on = models.DateField(_("diubah pada"))
    reason = models.TextField(_("alasan"))

    class Meta(Promise.Meta):
        verbose_name = _("perubahan komitmen")
        verbose_name_plural = _("perubahan komitmen")
        ordering = ["pledge", "revised_on"]
        constraints = [
            *Promise.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="commitments_pledgerevision_has_a_reason",
                violation_error_message=_("Sebutkan alasan perubahan komitmen."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("revised_on")),
                name="commitments_pledgerevision_dates_in_order",
                violation_error_message=_("Hari yang dijanjikan tidak boleh mendahului janjinya."),
            ),
            models.UniqueConstraint(
                fields=["pledge", "revised_on"],
                name="commitments_pledgerevision_once_a_day",
                violation_error_message=_("Perubahan pada hari itu sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        """Return the day promised now."""
        return str(self.due_on)

    def clean(self) -> None:
        """Refuse a revision from before the pledge."""
        pledge = Pledge.objects.filter(pk=self.pledge_id).first()
        if pledge and self.revised_on and self.revised_on < pledge.pledged_on:
            raise ValidationError({"revised_on": _("Perubahan tidak boleh mendahului janjinya.")})
