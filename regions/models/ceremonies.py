"""Which sites were celebrated together, and which were meant to be?"""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import ends_its_period, not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import CeremonyKind, DatePrecision
from regions.models.jurisdiction import Person, turf_of
from regions.models.sites import Site
from regions.rules import ROLLOUT_BEGAN_ON


class CeremonyQuerySet(models.QuerySet["Ceremony"]):
    """Questions about many ceremonies."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: what is known to have taken place; plans are the editors' business."""
        if turf_of(user).is_editor:
            return self
        milestones: Any = self.model.milestones.rel.related_model
        held = milestones.objects.filter(ceremony=models.OuterRef("pk"))
        return self.filter(models.Exists(held.not_withdrawn()))


@tracked()
class Ceremony(models.Model):
    """One event for one or many sites: 26 inaugurated on one day are one ceremony."""

    kind = models.CharField(_("jenis"), max_length=20, choices=CeremonyKind, default=CeremonyKind.INAUGURATION)
    held_on = models.DateField(_("tanggal"))
    date_precision = models.CharField(
        _("ketepatan tanggal"), max_length=5, choices=DatePrecision, default=DatePrecision.DAY
    )
    place = models.CharField(_("tempat"), max_length=150, blank=True)
    officiant = models.CharField(_("diresmikan oleh"), max_length=150, blank=True)
    is_symbolic = models.BooleanField(
        _("simbolis"), default=False, help_text=_("Diresmikan dari tempat lain, mewakili MPP yang hadir.")
    )
    announced_size = models.PositiveSmallIntegerField(
        _("jumlah diumumkan"),
        null=True,
        blank=True,
        help_text=_("Banyaknya MPP menurut pengumuman; yang tercatat dihitung dari buku besar."),
    )
    sites = models.ManyToManyField(Site, verbose_name=_("MPP"), through="CeremonySite", related_name="ceremonies")

    objects = CeremonyQuerySet.as_manager()

    class Meta:
        verbose_name = _("seremoni")
        verbose_name_plural = _("seremoni")
        ordering = ["-held_on", "kind"]
        constraints = [
            one_of("kind", CeremonyKind.values, name="regions_ceremony_kind_known"),
            one_of("date_precision", DatePrecision.values, name="regions_ceremony_precision_known"),
            ends_its_period("held_on", name="regions_ceremony_ends_its_period"),
            not_before("held_on", ROLLOUT_BEGAN_ON, name="regions_ceremony_not_before_the_rollout"),
            models.UniqueConstraint(
                fields=["held_on", "date_precision", "kind", "announced_size"],
                condition=Q(announced_size__isnull=False),
                name="regions_ceremony_batch_once",
                violation_error_message=_("Seremoni dengan tanggal, jenis, dan jumlah ini sudah ada."),
            ),
        ]

    def __str__(self) -> str:
        """Return kind and day."""
        return f"{self.get_kind_display()} {self.held_on:%Y-%m-%d}"


@tracked()
class CeremonySite(models.Model):
    """A site that was planned for a ceremony, and whether it took part."""

    ceremony = models.ForeignKey(
        Ceremony, verbose_name=_("seremoni"), on_delete=models.CASCADE, related_name="ceremony_sites"
    )
    site = models.ForeignKey(Site, verbose_name=_("MPP"), on_delete=models.PROTECT, related_name="ceremony_sites")
    is_present = models.BooleanField(
        _("hadir"),
        null=True,
        blank=True,
        help_text=_("Kosong: belum diketahui. Yang tidak hadir tidak dihitung."),
    )
    note = models.TextField(_("catatan"), blank=True)
    source_url = models.CharField(_("sumber"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("MPP dalam seremoni")
        verbose_name_plural = _("MPP dalam seremoni")
        ordering = ["site__regency__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["ceremony", "site"],
                name="regions_ceremonysite_once",
                violation_error_message=_("MPP ini sudah tercatat dalam seremoni itu."),
            ),
        ]

    def __str__(self) -> str:
        """Return the site."""
        return str(self.site)
