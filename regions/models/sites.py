"""Which MPP does a regency run, and where?"""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import between, both_or_neither
from mpp_tracker.lib.history import tracked
from regions.models.areas import Regency
from regions.models.jurisdiction import Person, turf_of


class SiteQuerySet(models.QuerySet["Site"]):
    """Questions about many sites."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: that a site exists is public."""
        return self

    def editable_by(self, user: Person) -> Self:
        """Keep the sites that `user` may report on: an officer's own, an editor's all."""
        turf = turf_of(user)
        return self if turf.is_editor else self.filter(regency__in=turf.regencies)

    def main(self) -> Self:
        """Leave out the branches (mini MPP), which never count as coverage by themselves."""
        return self.filter(is_branch=False)


@tracked()
class Site(models.Model):
    """An MPP. How far it is and whether it serves is read from the ledger, never stored here."""

    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, related_name="sites"
    )
    name = models.CharField(_("nama"), max_length=150)
    organiser = models.CharField(
        _("penyelenggara"), max_length=150, blank=True, help_text=_("Biasanya DPMPTSP (Perpres 89/2021).")
    )
    address = models.TextField(_("alamat"), blank=True)
    latitude = models.DecimalField(
        _("lintang"), max_digits=9, decimal_places=6, null=True, blank=True, help_text=_("Derajat WGS 84.")
    )
    longitude = models.DecimalField(
        _("bujur"), max_digits=9, decimal_places=6, null=True, blank=True, help_text=_("Derajat WGS 84.")
    )
    building = models.CharField(_("gedung"), max_length=150, blank=True)
    is_branch = models.BooleanField(
        _("cabang (mini MPP)"), default=False, help_text=_("Cabang tidak dihitung dalam cakupan.")
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("MPP")
        verbose_name_plural = _("MPP")
        ordering = ["regency__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["regency", "name"],
                name="regions_site_name_once_a_regency",
                violation_error_message=_("Kabupaten/kota ini sudah memiliki MPP dengan nama itu."),
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="regions_site_is_named",
                violation_error_message=_("MPP memerlukan nama."),
            ),
            both_or_neither(
                "latitude",
                "longitude",
                name="regions_site_place_paired",
                message=_("Lintang dan bujur diisi bersama."),
            ),
            between(
                "latitude",
                -90,
                90,
                name="regions_site_latitude_range",
                message=_("Lintang berada antara -90 dan 90 derajat."),
            ),
            between(
                "longitude",
                -180,
                180,
                name="regions_site_longitude_range",
                message=_("Bujur berada antara -180 dan 180 derajat."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def get_absolute_url(self) -> str:
        """Return the public page of the MPP."""
        return reverse("dashboard:site", args=[self.pk])

    def clean(self) -> None:
        """Refuse a site in an area that is no unit: nothing would ever count it."""
        regency = Regency.objects.filter(pk=self.regency_id).select_related("served_by").first()
        if regency and not regency.is_autonomous:
            raise ValidationError(
                {"regency": _("Catat MPP ini pada %(unit)s, unit sasaran wilayah ini.") % {"unit": regency.served_by}}
            )
