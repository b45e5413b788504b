"""Which provinces, regencies and cities are there, and which were there before?"""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import between, both_or_neither, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import IslandGroup, RegencyKind
from regions.models.jurisdiction import Person, Place, turf_of


class AreaQuerySet(models.QuerySet):
    """Questions about many areas."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: areas are public."""
        return self

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may change: areas are the editors' business."""
        return self if turf_of(user).is_editor else self.none()


class RegencyQuerySet(AreaQuerySet):
    """Questions about many second-level areas."""

    def reportable_by(self, user: Person) -> Self:
        """Keep the units of which `user` is an officer."""
        return self.filter(pk__in=turf_of(user).regencies, is_autonomous=True)

    def enterable_by(self, user: Person) -> Self:
        """Keep the units of which `user` may enter sites and assessments: an officer's own, an editor's all."""
        return self.filter(is_autonomous=True) if turf_of(user).is_editor else self.reportable_by(user)


@tracked()
class Province(models.Model):
    """A first-level area, by the code of the Ministry of Home Affairs."""

    code = models.CharField(_("kode"), max_length=2, unique=True)
    name = models.CharField(_("nama"), max_length=100, unique=True)
    island_group = models.CharField(_("kelompok pulau"), max_length=30, choices=IslandGroup)
    established_on = models.DateField(
        _("dibentuk pada"),
        null=True,
        blank=True,
        help_text=_("Kosong untuk provinsi yang sudah ada sebelum MPP dimulai."),
    )
    legal_basis = models.CharField(_("dasar hukum"), max_length=100, blank=True)
    split_from = models.ForeignKey(
        "self",
        verbose_name=_("pemekaran dari"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offshoots",
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("provinsi")
        verbose_name_plural = _("provinsi")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d\d$"),
                name="regions_province_code_format",
                violation_error_message=_("Kode provinsi terdiri atas dua angka, misalnya 35."),
            ),
            one_of("island_group", IslandGroup.values, name="regions_province_island_group_known"),
            both_or_neither(
                "established_on",
                "split_from",
                name="regions_province_split_paired",
                message=_("Provinsi hasil pemekaran memerlukan tanggal pembentukan dan provinsi asalnya."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def place(self) -> Place:
        """Return the province as a place to which rights can be narrowed."""
        regencies: models.QuerySet = self.regencies.all()
        return Place(self.pk, frozenset(regencies.values_list("pk", flat=True)), is_province=True)


@tracked()
class Regency(models.Model):
    """A second-level area. The units that must have an MPP are those with `is_autonomous`."""

    code = models.CharField(_("kode"), max_length=5, unique=True)
    province = models.ForeignKey(
        Province, verbose_name=_("provinsi"), on_delete=models.PROTECT, related_name="regencies"
    )
    kind = models.CharField(_("jenis"), max_length=25, choices=RegencyKind)
    name = models.CharField(_("nama"), max_length=100, unique=True)
    is_autonomous = models.BooleanField(
        _("unit sasaran"),
        default=True,
        help_text=_("508 kabupaten/kota otonom dan Jakarta sebagai satu unit."),
    )
    served_by = models.ForeignKey(
        "self",
        verbose_name=_("dilayani oleh"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="serves",
        help_text=_("Wilayah administrasi Jakarta dilayani MPP Provinsi DKI Jakarta."),
    )
    seat_latitude = models.DecimalField(
        _("lintang ibu kota"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Derajat WGS 84."),
    )
    seat_longitude = models.DecimalField(
        _("bujur ibu kota"),
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Derajat WGS 84."),
    )
    population = models.PositiveIntegerField(_("jumlah penduduk"), null=True, blank=True)
    is_underdeveloped = models.BooleanField(_("daerah tertinggal"), null=True, blank=True)

    objects = RegencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("kabupaten/kota")
        verbose_name_plural = _("kabupaten/kota")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d\d\.\d\d$"),
                name="regions_regency_code_format",
                violation_error_message=_("Kode kabupaten/kota ditulis dua angka, titik, dua angka, misalnya 11.10."),
            ),
            one_of("kind", RegencyKind.values, name="regions_regency_kind_known"),
            models.CheckConstraint(
                condition=Q(is_autonomous=True) | Q(served_by__isnull=False),
                name="regions_regency_has_a_holder",
                violation_error_message=_("Wilayah yang bukan unit sasaran harus menyebut siapa yang melayaninya."),
            ),
            models.CheckConstraint(
                condition=Q(served_by__isnull=True) | ~Q(served_by=F("id")),
                name="regions_regency_not_served_by_itself",
                violation_error_message=_("Wilayah tidak dapat dilayani oleh dirinya sendiri."),
            ),
            *(
                between(field, low, high, name=f"regions_regency_{field}_range", message=message)
                for field, low, high, message in (
                    ("seat_latitude", -90, 90, _("Lintang berada antara -90 dan 90 derajat.")),
                    ("seat_longitude", -180, 180, _("Bujur berada antara -180 dan 180 derajat.")),
                )
            ),
            both_or_neither(
                "seat_latitude",
                "seat_longitude",
                name="regions_regency_seat_paired",
                message=_("Lintang dan bujur diisi bersama."),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def get_absolute_url(self) -> str:
        """Return the public page of the regency."""
        return reverse("dashboard:regency", args=[self.code])

    @property
    def place(self) -> Place:
        """Return the regency as a place to which rights can be narrowed."""
        return Place(self.province_id, frozenset({self.pk}), is_province=False)

    def former_on(self, day: date) -> "FormerProvince | None":
        """Return the province and code under which it stood on a day, None where these are today's.

        `taskforce.coverage.PROVINCE_OF` says the same in SQL; a test holds the two together.
        """
        return min((move for move in self.former_provinces.all() if move.until > day), key=_until, default=None)

    def clean(self) -> None:
        """Refuse to be served by an area that is no unit: its MPP would be somebody else's again."""
        if self.served_by is not None and not self.served_by.is_autonomous:
            raise ValidationError({"served_by": _("Pilih unit sasaran.")})


@tracked()
class FormerProvince(models.Model):
    """The province a regency belonged to before a law moved it."""

    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.CASCADE, related_name="former_provinces"
    )
    province = models.ForeignKey(
        Province, verbose_name=_("provinsi semula"), on_delete=models.PROTECT, related_name="former_regencies"
    )
    former_code = models.CharField(_("kode semula"), max_length=5)
    until = models.DateField(_("sampai sebelum"), help_text=_("Sejak tanggal ini wilayah berada di provinsi barunya."))
    legal_basis = models.CharField(_("dasar hukum"), max_length=100)

    class Meta:
        verbose_name = _("provinsi semula")
        verbose_name_plural = _("provinsi semula")
        ordering = ["regency", "until"]
        constraints = [
            models.UniqueConstraint(
                fields=["regency", "until"],
                name="regions_formerprovince_once_a_day",
                violation_error_message=_("Kabupaten/kota ini sudah tercatat pindah pada tanggal itu."),
            ),
        ]

    def __str__(self) -> str:
        """Return both ends of the move."""
        return f"{self.former_code} → {self.regency.code}"


def _until(move: FormerProvince) -> date:
    return move.until


@tracked()
class RegencyAlias(models.Model):
    """Another spelling of a regency's name, as met in print."""

    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.CASCADE, related_name="aliases"
    )
    alias = models.CharField(_("ejaan lain"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("ejaan lain")
        verbose_name_plural = _("ejaan lain")
        ordering = ["alias"]

    def __str__(self) -> str:
        """Return the spelling."""
        return self.alias
