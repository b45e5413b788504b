"""How ready is a regency for an MPP, who says so, and against which stand is that compared?

An assessment is an entry of a ledger like any other. A baseline copies nothing: it names a day and the moment at which
what was known of that day was frozen, and triggers hold that nothing is verified before that moment any more.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, cast

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.constraints import not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import EntryState, ReadinessAspect, ReadinessLevel
from regions.models.areas import Regency
from regions.models.ledger import LedgerEntry, LedgerQuerySet
from regions.rules import ROLLOUT_BEGAN_ON

_NO_UNIT = _("Kesiapan dinilai untuk unit sasaran; wilayah ini bukan unit sasaran.")
_IS_PLAUSIBLE = """
    IF NOT (SELECT is_autonomous FROM regions_regency WHERE id = NEW.regency_id) THEN
        RAISE EXCEPTION 'Kesiapan dinilai untuk unit sasaran; wilayah ini bukan unit sasaran.'
        USING ERRCODE = 'check_violation';
    END IF;
    IF date_trunc(NEW.date_precision, NEW.assessed_on::timestamp) > clock_timestamp() AT TIME ZONE 'Asia/Jakarta' THEN
        RAISE EXCEPTION 'Tanggal kejadian tidak boleh di masa depan.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
_LEAVES_BASELINES = """
    IF NEW.reviewed_at <= (SELECT max(frozen_at) FROM regions_readinessbaseline) THEN
        RAISE EXCEPTION 'Baseline sudah dibekukan setelah waktu pemeriksaan ini.'
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# Whoever verifies holds rows of the table: freezing waits for them, and those who come later wait for it.
_FREEZE = """
    LOCK TABLE regions_readinessassessment IN EXCLUSIVE MODE;
    NEW.frozen_at = clock_timestamp();
    RETURN NEW;
"""


def _level(aspect: ReadinessAspect) -> Any:
    return models.CharField(
        aspect.label, max_length=7, choices=ReadinessLevel, blank=True, help_text=_("Kosong: belum ada data.")
    )


class ReadinessQuerySet(LedgerQuerySet):
    """Questions about many assessments."""

    def said_last(self, regency: Regency) -> "ReadinessAssessment | None":
        """Return what the next assessment of a regency is offered with: the last word, also one that was returned."""
        said = self.filter(regency=regency, withdraws=False).exclude(state=EntryState.DRAFT)
        said = said.exclude(corrections__state=EntryState.VERIFIED).order_by("-assessed_on", "-pk")
        return cast("ReadinessAssessment | None", said.first())


@tracked()
class ReadinessAssessment(LedgerEntry):
    """How ready a regency was on a day, aspect by aspect, until its next assessment; an empty aspect is unknown.

    What is known is said anew as a whole, so that each level has one day, one author and one proof.
    """

    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, related_name="readiness_assessments"
    )
    assessed_on = models.DateField(_("dinilai pada"))
    commitment = _level(ReadinessAspect.COMMITMENT)
    proposal = _level(ReadinessAspect.PROPOSAL)
    building = _level(ReadinessAspect.BUILDING)
    budget = _level(ReadinessAspect.BUDGET)
    staff = _level(ReadinessAspect.STAFF)
    regulation = _level(ReadinessAspect.REGULATION)
    institutions = _level(ReadinessAspect.INSTITUTIONS)
    network = _level(ReadinessAspect.NETWORK)

    objects: ClassVar[ReadinessQuerySet] = ReadinessQuerySet.as_manager()  # type: ignore[assignment]

    HOLDER = "regency"
    COUNTS = False
    NOTE_IS_PUBLIC = False
    LEDGER = "kesiapan"
    RECEIPT = "K"
    SAYS = ("regency", "assessed_on")
    REPEATED = _("Penilaian daerah ini pada tanggal itu sudah tercatat atau menunggu pemeriksaan.")

    class Meta(LedgerEntry.Meta):
        verbose_name = _("penilaian kesiapan")
        verbose_name_plural = _("penilaian kesiapan")
        ordering = ["-assessed_on", "-pk"]
        constraints = [
            *LedgerEntry.Meta.constraints,
            *(
                one_of(aspect, ["", *ReadinessLevel.values], name=f"regions_readiness_{aspect}_known")
                for aspect in ReadinessAspect.values
            ),
            models.CheckConstraint(
                condition=~Q(**dict.fromkeys(ReadinessAspect.values, "")),
                name="regions_readiness_says_something",
                violation_error_message=_("Isi sedikitnya satu aspek."),
            ),
            not_before("assessed_on", ROLLOUT_BEGAN_ON, name="regions_readiness_not_before_the_rollout"),
        ]
        triggers = [
            *LedgerEntry.Meta.triggers,
            pgtrigger.Trigger(
                name="is_plausible",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_IS_PLAUSIBLE,
            ),
            pgtrigger.Trigger(
                name="leaves_baselines",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state=EntryState.VERIFIED),
                func=_LEAVES_BASELINES,
            ),
        ]
        indexes = [
            # What stood on a day: the latest of a regency by then.
            models.Index(fields=["regency", "-assessed_on", "-id"], name="regions_readiness_latest"),
        ]

    def __str__(self) -> str:
        """Return regency and day."""
        return f"{self.regency}: {self.said} {self.assessed_on}"

    def get_absolute_url(self) -> str:
        """Return the page that shows the report and what became of it."""
        return reverse("regions:readiness-receipt", args=[self.pk])

    def get_report_url(self) -> str:
        """Return the form on which the regency is assessed anew, offered as it was said last."""
        return reverse("regions:readiness-report", args=[self.regency.code])

    def clean(self) -> None:
        """Refuse an area that is no unit: nothing would ever count it."""
        if self.regency_id and not self.regency.is_autonomous:
            raise ValidationError(_NO_UNIT, code="no_unit")

    @property
    def said(self) -> str:
        """Return what the entry is, in few words; its levels are a table."""
        return str(_("Penilaian kesiapan"))

    @property
    def levels(self) -> Mapping[ReadinessAspect, ReadinessLevel | None]:
        """Return the level of every aspect, None where it is unknown."""
        said = {aspect: getattr(self, aspect) for aspect in ReadinessAspect}
        return {aspect: ReadinessLevel(level) if level else None for aspect, level in said.items()}

    @property
    def holder(self) -> Regency:
        """Return the regency itself."""
        return self.regency

    def before(self) -> "ReadinessAssessment | None":
        """Return what stood or stands in its place: what it corrects, or the latest in force by its day."""
        if self.supersedes is not None:
            return cast("ReadinessAssessment", self.supersedes)
        others = ReadinessAssessment.objects.in_force().filter(regency=self.regency_id).exclude(pk=self.pk)
        return others.filter(assessed_on__lte=self.assessed_on).first()


class ReadinessBaseline(models.Model):
    """A frozen stand: what had been verified by `frozen_at` about readiness up to `as_at`.

    It is itself a record that only grows: triggers keep it, and the database's own clock says when it was made.
    """

    as_at = models.DateField(_("keadaan per"))
    frozen_at = models.DateTimeField(_("dibekukan pada"), db_default=Now(), editable=False)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dibekukan oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    note = models.CharField(_("keterangan"), max_length=200, help_text=_("Misalnya kondisi awal 2026."))

    class Meta:
        verbose_name = _("baseline kesiapan")
        verbose_name_plural = _("baseline kesiapan")
        ordering = ["-as_at", "-frozen_at"]
        constraints = [
            not_before("as_at", ROLLOUT_BEGAN_ON, name="regions_baseline_not_before_the_rollout"),
            models.CheckConstraint(
                condition=Q(
                    as_at__lte=Func(
                        F("frozen_at"),
                        template="(%(expressions)s AT TIME ZONE 'Asia/Jakarta')::date",
                        output_field=models.DateField(),
                    )
                ),
                name="regions_baseline_is_past",
                violation_error_message=_("Baseline hanya dapat dibekukan untuk hari yang sudah tiba."),
            ),
            models.CheckConstraint(
                condition=~Q(note=""),
                name="regions_baseline_is_named",
                violation_error_message=_("Sebutkan untuk apa baseline ini."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(name="freeze", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_FREEZE),
            pgtrigger.Trigger(
                name="keep",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                func=(
                    "RAISE EXCEPTION 'Baseline yang sudah dibekukan tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return what it is for, its day, and when it was frozen."""
        as_at, frozen_on = self.as_at, timezone.localdate(self.frozen_at)
        return f"{self.note} ({as_at:%d-%m-%Y}, {_('dibekukan')} {frozen_on:%d-%m-%Y})"

    def clean(self) -> None:
        """Refuse a day that has not come: what will be verified about it is not known yet."""
        if isinstance(self.as_at, date) and self.as_at > timezone.localdate():
            raise ValidationError({"as_at": _("Baseline hanya dapat dibekukan untuk hari yang sudah tiba.")})
