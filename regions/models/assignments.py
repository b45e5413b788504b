"""Who may do what, where, and from when to when?"""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.choices import Role
from regions.models.areas import Province, Regency
from regions.rules import NATIONAL_ROLES


class AssignmentQuerySet(models.QuerySet):
    """Questions about many assignments, to a turf or to an institution."""

    def valid_on(self, day: date) -> Self:
        """Keep the assignments that hold on `day`, their last day included."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day)


@tracked()
class Assignment(models.Model):
    """A role that a user holds on a turf for a time; a user may hold several."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("pengguna"), on_delete=models.CASCADE, related_name="assignments"
    )
    role = models.CharField(_("peran"), max_length=10, choices=Role)
    province = models.ForeignKey(
        Province,
        verbose_name=_("provinsi"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
    )
    regency = models.ForeignKey(
        Regency,
        verbose_name=_("kabupaten/kota"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
    )
    valid_from = models.DateField(_("berlaku sejak"))
    valid_until = models.DateField(_("berlaku sampai"), null=True, blank=True, help_text=_("Kosong: seterusnya."))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("diberikan oleh"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("penugasan")
        verbose_name_plural = _("penugasan")
        ordering = ["user__email", "role", "pk"]
        constraints = [
            one_of("role", Role.values, name="regions_assignment_role_known"),
            models.CheckConstraint(
                condition=Q(role__in=sorted(NATIONAL_ROLES), province__isnull=True, regency__isnull=True)
                | Q(role=Role.OFFICER, province__isnull=True, regency__isnull=False)
                | Q(role=Role.PROVINCE, province__isnull=False, regency__isnull=True),
                name="regions_assignment_role_has_its_turf",
                violation_error_message=_(
                    "Petugas memerlukan kabupaten/kota, pemerintah provinsi memerlukan provinsi,"
                    " peran lainnya berlaku nasional."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="regions_assignment_dates_in_order",
                violation_error_message=_("Akhir penugasan tidak boleh mendahului awalnya."),
            ),
        ]

    def __str__(self) -> str:
        """Return role and turf."""
        turf = self.regency or self.province or _("nasional")
        return f"{self.get_role_display()}, {turf}"

    def clean(self) -> None:
        """Refuse an officer for an area that is no unit: its MPP is somebody else's."""
        if self.regency is not None and not self.regency.is_autonomous:
            raise ValidationError({"regency": _("Tugaskan petugas pada unit sasaran wilayah ini.")})
