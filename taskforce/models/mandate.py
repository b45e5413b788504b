"""By which decree does the task force act, who belongs to it, and what was it directed to do?"""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models import Institution
from mpp_tracker.lib.constraints import between, not_before
from mpp_tracker.lib.history import tracked
from regions.models import Person, turf_of
from regions.rules import ROLLOUT_BEGAN_ON


class MandateQuerySet(models.QuerySet):
    """Questions about decrees and directives."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: the task force's mandate is public."""
        return self

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may change: the mandate is the editors' business."""
        return self if turf_of(user).is_editor else self.none()


@tracked()
class Decree(models.Model):
    """A decision of the Minister that sets up the task force."""

    title = models.CharField(_("keputusan"), max_length=200, unique=True)
    year = models.PositiveSmallIntegerField(_("tahun"))
    institutions = models.ManyToManyField(
        Institution, verbose_name=_("anggota"), through="Member", related_name="decrees"
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("keputusan satuan tugas")
        verbose_name_plural = _("keputusan satuan tugas")
        ordering = ["-year", "title"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="taskforce_decree_is_titled",
                violation_error_message=_("Keputusan memerlukan judul dan nomor."),
            ),
            between(
                "year",
                ROLLOUT_BEGAN_ON.year,
                2100,
                name="taskforce_decree_year_range",
                message=_("Tahun keputusan antara 2017 dan 2100."),
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


@tracked()
class Member(models.Model):
    """An institution that belongs to the task force, where known with the unit and its part."""

    decree = models.ForeignKey(Decree, verbose_name=_("keputusan"), on_delete=models.CASCADE, related_name="members")
    institution = models.ForeignKey(
        Institution, verbose_name=_("instansi"), on_delete=models.PROTECT, related_name="memberships"
    )
    unit = models.CharField(_("unit kerja"), max_length=150, blank=True)
    role = models.CharField(_("kedudukan"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("anggota satuan tugas")
        verbose_name_plural = _("anggota satuan tugas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decree", "institution", "unit"],
                name="taskforce_member_once",
                violation_error_message=_("Unit instansi ini sudah menjadi anggota."),
            ),
        ]

    def __str__(self) -> str:
        """Return institution and unit."""
        return ", ".join(filter(None, [str(self.institution), self.unit]))


@tracked()
class Directive(models.Model):
    """What the President, Vice-President or Minister directed on an occasion, and to whom."""

    number = models.PositiveSmallIntegerField(_("nomor"))
    text = models.TextField(_("arahan"))
    issued_by = models.CharField(_("diberikan oleh"), max_length=150)
    issued_on = models.DateField(_("diberikan pada"))
    occasion = models.CharField(_("kesempatan"), max_length=200, blank=True)
    institutions = models.ManyToManyField(
        Institution, verbose_name=_("instansi yang diarahkan"), blank=True, related_name="directives"
    )

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("arahan")
        verbose_name_plural = _("arahan")
        ordering = ["-issued_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(issued_by=""),
                name="taskforce_directive_is_said",
                violation_error_message=_("Arahan memerlukan isi dan siapa yang memberikannya."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="taskforce_directive_number_from_one",
                violation_error_message=_("Nomor arahan dimulai dari 1."),
            ),
            not_before("issued_on", ROLLOUT_BEGAN_ON, name="taskforce_directive_not_before_the_rollout"),
            models.UniqueConstraint(
                fields=["issued_on", "issued_by", "number"],
                name="taskforce_directive_once",
                violation_error_message=_("Arahan dengan nomor ini pada hari itu sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        """Return number and text."""
        return f"{self.number}. {self.text}"
