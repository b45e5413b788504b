"""Which institution has a counter at which MPP, from when to when, and which services does it offer there?"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.choices import ServiceChannel, Weekday
from commitments.models.agreements import Agreement
from commitments.models.institutions import Institution, institutions_of
from mpp_tracker.lib.constraints import not_before, one_of
from mpp_tracker.lib.history import tracked
from regions.choices import EntryState
from regions.models import LedgerEntry, LedgerQuerySet, Person, Regency, Site
from regions.rules import ROLLOUT_BEGAN_ON

_SAME_COUNTER_TWICE = """
    PERFORM FROM regions_site WHERE id = NEW.site_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM commitments_presence other
        WHERE other.site_id = NEW.site_id AND other.institution_id = NEW.institution_id
          AND other.id <> NEW.id AND other.id IS DISTINCT FROM NEW.supersedes_id AND NOT other.withdraws
          AND other.counter_opened_on <= coalesce(NEW.counter_closed_on, 'infinity')
          AND NEW.counter_opened_on <= coalesce(other.counter_closed_on, 'infinity')
          AND (
              other.state = 'verified' AND NOT EXISTS (
                  SELECT FROM commitments_presence correction
                  WHERE correction.supersedes_id = other.id AND correction.state = 'verified'
              )
              OR other.state = 'reported' AND other.supersedes_id IS NULL AND NEW.supersedes_id IS NULL
          )
    ) THEN
        RAISE EXCEPTION 'Gerai instansi ini di MPP ini sudah tercatat pada masa itu.'
        USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
"""
_NO_SITE_YET = """
    IF NOT EXISTS (
        SELECT FROM regions_milestone WHERE site_id = NEW.site_id AND state IN ('reported', 'verified')
          AND NOT withdraws AND date_trunc(date_precision, reached_on::timestamp) <= NEW.counter_opened_on
        UNION ALL
        SELECT FROM regions_operatingrecord WHERE site_id = NEW.site_id AND state IN ('reported', 'verified')
          AND NOT withdraws AND date_trunc(date_precision, since::timestamp) <= NEW.counter_opened_on
    ) THEN
        RAISE EXCEPTION 'MPP ini belum tercatat ada pada hari gerai dibuka. Laporkan dahulu tahapnya.'
        USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class PresenceQuerySet(LedgerQuerySet):
    """Questions about many presences, of which those of their own institution too are known to somebody."""

    def _is_known_to(self, user: Person) -> Q:
        own = Q(institution__in=institutions_of(user)) & ~Q(state=EntryState.DRAFT)
        return super()._is_known_to(user) | own


@tracked()
class Presence(LedgerEntry):
    """One institution's counter at one MPP: all that is known of it, services included, in one statement.

    What changes is said anew and supersedes what was said before.
    """

    site = models.ForeignKey(Site, verbose_name=_("MPP"), on_delete=models.PROTECT, related_name="presences")
    institution = models.ForeignKey(
        Institution, verbose_name=_("instansi"), on_delete=models.PROTECT, related_name="presences"
    )
    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("berdasarkan"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="presences",
        help_text=_("PKS yang mendasari gerai ini."),
    )
    counter_opened_on = models.DateField(_("gerai dibuka pada"))
    counter_closed_on = models.DateField(
        _("gerai ditutup pada"), null=True, blank=True, help_text=_("Kosong: masih dibuka.")
    )
    service_days = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday), verbose_name=_("hari layanan"), default=list, blank=True
    )
    staff = models.PositiveSmallIntegerField(
        _("petugas"), null=True, blank=True, help_text=_("Kosong: belum diketahui.")
    )
    counters = models.PositiveSmallIntegerField(
        _("loket"), null=True, blank=True, help_text=_("Kosong: belum diketahui.")
    )

    objects: ClassVar[PresenceQuerySet] = PresenceQuerySet.as_manager()  # type: ignore[assignment]

    COUNTS = False
    LEDGER = "gerai"
    RECEIPT = "G"
    SAYS = ("site", "institution", "counter_opened_on")

    class Meta(LedgerEntry.Meta):
        verbose_name = _("kehadiran instansi")
        verbose_name_plural = _("kehadiran instansi")
        ordering = ["site__regency__code", "institution__abbreviation", "-counter_opened_on", "-pk"]
        constraints = [
            *LedgerEntry.Meta.constraints,
            not_before("counter_opened_on", ROLLOUT_BEGAN_ON, name="commitments_presence_not_before_the_rollout"),
            models.CheckConstraint(
                condition=Q(counter_closed_on__isnull=True) | Q(counter_closed_on__gte=F("counter_opened_on")),
                name="commitments_presence_dates_in_order",
                violation_error_message=_("Gerai tidak dapat ditutup sebelum dibuka."),
            ),
            models.CheckConstraint(
                condition=Q(service_days__contained_by=Weekday.values),
                name="commitments_presence_days_of_the_week",
                violation_error_message=_("Hari layanan berada antara Senin dan Minggu."),
            ),
        ]
        triggers = [
            *LedgerEntry.Meta.triggers,
            pgtrigger.Trigger(
                name="same_counter_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state__in=[EntryState.REPORTED, EntryState.VERIFIED], new__withdraws=False),
                func=_SAME_COUNTER_TWICE,
            ),
            pgtrigger.Trigger(
                name="site_existed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__state__in=[EntryState.REPORTED, EntryState.VERIFIED], new__withdraws=False),
                func=_NO_SITE_YET,
            ),
        ]
        indexes = [
            # The matrix: who is at a site.
            models.Index(fields=["site", "institution"], name="commitments_presence_at_site"),
        ]

    def __str__(self) -> str:
        """Return institution and site."""
        return f"{self.institution}, {self.site}"

    def get_absolute_url(self) -> str:
        """Return the page that shows the report and what became of it."""
        return reverse("commitments:receipt", args=[self.pk])

    @property
    def said(self) -> str:
        """Return what the entry says in a few words."""
        return str(_("Gerai %(institution)s") % {"institution": self.institution})

    @property
    def holder(self) -> Regency:
        """Return the regency of the site."""
        return self.site.regency

    def clean(self) -> None:
        """Refuse an agreement that is about another MPP."""
        if self.agreement is not None and self.agreement.site_id not in (None, self.site_id):
            raise ValidationError({"agreement": _("Perjanjian itu tentang MPP lain.")})


@tracked()
class Service(models.Model):
    """A service that an institution offers at its counter; as final as the presence it is part of."""

    presence = models.ForeignKey(
        Presence, verbose_name=_("kehadiran"), on_delete=models.PROTECT, related_name="services"
    )
    name = models.CharField(_("nama layanan"), max_length=200)
    channel = models.CharField(_("cara"), max_length=10, choices=ServiceChannel, default=ServiceChannel.DIRECT)
    is_licence = models.BooleanField(_("perizinan"), default=False)

    class Meta:
        verbose_name = _("layanan")
        verbose_name_plural = _("layanan")
        ordering = ["presence", "name", "channel"]
        constraints = [
            one_of("channel", ServiceChannel.values, name="commitments_service_channel_known"),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="commitments_service_is_named",
                violation_error_message=_("Layanan memerlukan nama."),
            ),
            models.UniqueConstraint(
                F("presence"),
                Lower("name"),
                F("channel"),
                name="commitments_service_once",
                violation_error_message=_("Layanan ini sudah ada dalam daftar."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keep_verified",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # The lock makes a verification at the same moment wait, or this one wait for it and see it.
                func=(
                    "IF 'verified' IN (SELECT state FROM commitments_presence"
                    " WHERE id IN (OLD.presence_id, NEW.presence_id) FOR SHARE) THEN"
                    " RAISE EXCEPTION 'Entri yang sudah diverifikasi tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                    " END IF;"
                    " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="keep_all_verified",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func=(
                    "IF EXISTS (SELECT FROM commitments_service JOIN commitments_presence presence"
                    " ON presence.id = presence_id WHERE presence.state = 'verified') THEN"
                    " RAISE EXCEPTION 'Entri yang sudah diverifikasi tidak dapat diubah atau dihapus.'"
                    " USING ERRCODE = 'restrict_violation';"
                    " END IF; RETURN NULL;"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
