"""Who signed what with whom, from when to when?"""

from datetime import date, timedelta
from typing import Self

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from commitments.choices import AgreementKind
from commitments.models.institutions import Institution
from mpp_tracker.lib.constraints import one_of
from mpp_tracker.lib.history import tracked
from regions.models import Person, Site, turf_of


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Questions about many agreements."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: who agreed on what is public."""
        return self

    def editable_by(self, user: Person) -> Self:
        """Keep what `user` may change: agreements are the editors' business."""
        return self if turf_of(user).is_editor else self.none()

    def with_end(self, as_at: date) -> Self:
        """Name the day on which each ends as `ends_on`, as the latest addendum in force by `as_at` has it."""
        addenda = self.model._default_manager.filter(
            amends=OuterRef("pk"), valid_from__lte=as_at, valid_until__isnull=False
        )
        latest = addenda.order_by("-valid_from", "-pk").values("valid_until")[:1]
        return self.annotate(ends_on=Coalesce(Subquery(latest), "valid_until"))

    def active_on(self, day: date) -> Self:
        """Keep those that hold on `day`, their last day included."""
        running = self.with_end(day).filter(valid_from__lte=day)
        return running.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def ending_between(self, first: date, last: date) -> Self:
        """Keep those that end from `first` to `last`, by the addenda that follow on without a gap too."""
        named = self.with_end(last + timedelta(days=1)).exclude(kind=AgreementKind.ADDENDUM)
        return named.filter(ends_on__range=(first, last))


@tracked()
class Agreement(models.Model):
    """A memorandum, joint decree, local agreement or addendum. Whether it holds is read off its dates."""

    kind = models.CharField(_("jenis"), max_length=10, choices=AgreementKind)
    number = models.CharField(_("nomor"), max_length=100, blank=True)
    title = models.CharField(_("judul"), max_length=300)
    signed_on = models.DateField(_("ditandatangani pada"))
    valid_from = models.DateField(_("berlaku sejak"))
    valid_until = models.DateField(
        _("berlaku sampai"), null=True, blank=True, help_text=_("Kosong: tidak disebut atau seterusnya.")
    )
    site = models.ForeignKey(
        Site,
        verbose_name=_("MPP"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        help_text=_("Wajib untuk PKS; kosong untuk perjanjian tingkat nasional."),
    )
    amends = models.ForeignKey(
        "self",
        verbose_name=_("mengubah"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addenda",
        help_text=_("Perjanjian yang diubah oleh adendum ini."),
    )
    source_url = models.CharField(
        _("dokumen"), max_length=500, blank=True, help_text=_("Alamat naskah, atau nama siaran pers.")
    )
    institutions = models.ManyToManyField(
        Institution, verbose_name=_("pihak"), through="Signatory", related_name="agreements"
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("perjanjian")
        verbose_name_plural = _("perjanjian")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            one_of("kind", AgreementKind.values, name="commitments_agreement_kind_known"),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="commitments_agreement_is_titled",
                violation_error_message=_("Perjanjian memerlukan judul."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="commitments_agreement_dates_in_order",
                violation_error_message=_("Akhir perjanjian tidak boleh mendahului awalnya."),
            ),
            models.CheckConstraint(
                condition=~Q(kind=AgreementKind.PKS) | Q(site__isnull=False),
                name="commitments_agreement_pks_names_its_site",
                violation_error_message=_("PKS memerlukan MPP."),
            ),
            models.CheckConstraint(
                condition=Q(kind=AgreementKind.ADDENDUM, amends__isnull=False) & ~Q(amends=F("id"))
                | ~Q(kind=AgreementKind.ADDENDUM) & Q(amends__isnull=True),
                name="commitments_agreement_addendum_amends",
                violation_error_message=_("Adendum, dan hanya adendum, menyebut perjanjian yang diubahnya."),
            ),
            models.UniqueConstraint(
                F("title"),
                F("signed_on"),
                F("site"),
                name="commitments_agreement_once",
                nulls_distinct=False,
                violation_error_message=_("Perjanjian dengan judul dan tanggal ini sudah tercatat."),
            ),
        ]

    def __str__(self) -> str:
        """Return kind, number or title, and year."""
        return f"{self.get_kind_display()} {self.number or self.title} ({self.signed_on.year})"


_EXISTED = (
    "IF EXISTS (SELECT FROM commitments_institution institution WHERE institution.id = NEW.institution_id"
    " AND (NEW.signed_on < institution.valid_from OR NEW.signed_on > institution.valid_until)) THEN"
    " RAISE EXCEPTION 'Instansi belum atau tidak lagi ada pada tanggal penandatanganan.'"
    " USING ERRCODE = 'check_violation';"
    " END IF; RETURN NEW;"
)


@tracked()
class Signatory(models.Model):
    """An institution's signature under an agreement, under the name it had that day, and what it promised."""

    agreement = models.ForeignKey(
        Agreement, verbose_name=_("perjanjian"), on_delete=models.CASCADE, related_name="signatories"
    )
    institution = models.ForeignKey(
        Institution, verbose_name=_("instansi"), on_delete=models.PROTECT, related_name="signatures"
    )
    signed_on = models.DateField(_("ditandatangani pada"))
    signed_by = models.CharField(_("ditandatangani oleh"), max_length=150, blank=True)
    position = models.CharField(_("jabatan"), max_length=150, blank=True)
    obligations = models.TextField(_("kewajiban"), blank=True)

    class Meta:
        verbose_name = _("penanda tangan")
        verbose_name_plural = _("penanda tangan")
        ordering = ["agreement", "institution__abbreviation"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "institution"],
                name="commitments_signatory_once",
                violation_error_message=_("Instansi ini sudah menandatangani perjanjian itu."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="institution_existed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_EXISTED,
            ),
        ]

    def __str__(self) -> str:
        """Return the institution."""
        return str(self.institution)

    def clean(self) -> None:
        """Refuse a signature from before an institution existed or after it ended, as the database does."""
        institution = Institution.objects.filter(pk=self.institution_id).first()
        if institution is None or self.signed_on is None:
            return
        if not Institution.objects.valid_on(self.signed_on).filter(pk=institution.pk).exists():
            raise ValidationError({"signed_on": _("Instansi belum atau tidak lagi ada pada tanggal penandatanganan.")})
