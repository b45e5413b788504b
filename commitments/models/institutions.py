"""Which ministries, agencies and firms are there, what were they called when, and who speaks for them?"""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.choices import InstitutionKind
from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.models import Person, is_narrowed, turf_of
from regions.models.assignments import AssignmentQuerySet


class InstitutionQuerySet(models.QuerySet["Institution"]):
    """Questions about many institutions."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: institutions are public."""
        return self

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may change: institutions are the editors' business."""
        return self if turf_of(user).is_editor else self.none()

    def valid_on(self, day: date) -> Self:
        """Keep the institutions that existed under that name on `day`."""
        began = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(began, Q(valid_until__isnull=True) | Q(valid_until__gte=day))

    def heirs(self) -> dict[int, int]:
        """Return for the key of each institution the key of the one that it is today."""
        successor = dict(self.model._default_manager.values_list("pk", "succeeded_by"))
        return {pk: _last(pk, successor) for pk in successor}


@tracked()
class Institution(models.Model):
    """A ministry, agency, firm or office under one name; a new name or a merger is a new row that succeeds this one."""

    abbreviation = models.CharField(_("singkatan"), max_length=40, unique=True)
    name = models.CharField(_("nama"), max_length=200)
    kind = models.CharField(_("jenis"), max_length=20, choices=InstitutionKind)
    succeeded_by = models.ForeignKey(
        "self",
        verbose_name=_("diteruskan oleh"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        help_text=_(
            "Instansi yang meneruskan setelah ganti nama atau digabung; perjanjian lama tetap memakai nama ini."
        ),
    )
    valid_from = models.DateField(_("ada sejak"), null=True, blank=True, help_text=_("Kosong: sudah ada sejak dahulu."))
    valid_until = models.DateField(_("ada sampai"), null=True, blank=True, help_text=_("Kosong: masih ada."))

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("instansi")
        verbose_name_plural = _("instansi")
        ordering = ["abbreviation"]
        constraints = [
            one_of("kind", InstitutionKind.values, name="commitments_institution_kind_known"),
            models.CheckConstraint(
                condition=~Q(abbreviation="") & ~Q(name=""),
                name="commitments_institution_is_named",
                violation_error_message=_("Instansi memerlukan nama dan singkatan."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="commitments_institution_dates_in_order",
                violation_error_message=_("Akhir tidak boleh mendahului awal."),
            ),
            models.CheckConstraint(
                condition=Q(succeeded_by__isnull=True) | (Q(valid_until__isnull=False) & ~Q(succeeded_by=F("id"))),
                name="commitments_institution_ends_before_its_heir",
                violation_error_message=_("Instansi yang diteruskan instansi lain memerlukan tanggal akhir."),
            ),
        ]

    def __str__(self) -> str:
        """Return the abbreviation by which officials speak of it."""
        return self.abbreviation

    @property
    def is_referred_to(self) -> bool:
        """Return whether an agreement or counter names it: its name and abbreviation then stay."""
        referring: Any = self
        return bool(referring.signatures.exists() or referring.presences.exists())

    def clean(self) -> None:
        """Refuse a line of successors that comes back to where it began."""
        seen, heir = {self.pk}, self.succeeded_by
        while heir is not None:
            if heir.pk in seen:
                raise ValidationError({"succeeded_by": _("Penerus tidak boleh kembali ke instansi ini sendiri.")})
            seen.add(heir.pk)
            heir = heir.succeeded_by


@tracked()
class InstitutionAssignment(models.Model):
    """A user who speaks for an institution for a time; also for what it was called before and is called after."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("pengguna"),
        on_delete=models.CASCADE,
        related_name="institution_assignments",
    )
    institution = models.ForeignKey(
        Institution, verbose_name=_("instansi"), on_delete=models.PROTECT, related_name="assignments"
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
        verbose_name = _("penugasan instansi")
        verbose_name_plural = _("penugasan instansi")
        ordering = ["institution__abbreviation", "user__email", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="commitments_institutionassignment_dates_in_order",
                violation_error_message=_("Akhir penugasan tidak boleh mendahului awalnya."),
            ),
        ]

    def __str__(self) -> str:
        """Return institution and user."""
        return f"{self.institution}: {self.user}"


def institutions_of(user: Person) -> frozenset[int]:
    """Return the keys of the institutions that `user` speaks for today, under all their names; none for one place.

    Asked of the database once per request: the user object, made anew for each, remembers it.
    """
    if not isinstance(user, User) or not user.is_active or is_narrowed(user):
        return frozenset()
    remembered: frozenset[int] | None = user.__dict__.get("_institutions")
    if remembered is None:
        remembered = user.__dict__["_institutions"] = _ask(user)
    return remembered


def _ask(user: Any) -> frozenset[int]:
    held = set(user.institution_assignments.valid_on(timezone.localdate()).values_list("institution", flat=True))
    if not held:
        return frozenset()
    heirs = Institution.objects.heirs()
    lines = {heirs[pk] for pk in held}
    return frozenset(pk for pk, heir in heirs.items() if heir in lines)


def _last(pk: int, successor: dict[int, int | None]) -> int:
    """Return the end of a line; a line that comes back to itself, which no form lets in, ends where that is seen."""
    seen = {pk}
    while (heir := successor[pk]) is not None and heir not in seen:
        seen.add(heir)
        pk = heir
    return pk
