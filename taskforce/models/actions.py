"""What has the task force to do, who owns it, and how far is it?

An item has no state of its own: it stands as its last update says. Updates only come on top, and triggers hold the
rules of closing against raw SQL too.
"""

from datetime import date, datetime
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.models import Institution, institutions_of
from mpp_tracker.lib.constraints import between, not_before, one_of
from mpp_tracker.lib.history import only_added, tracked
from regions.choices import Tone
from regions.models import Person, Province, Regency, Site, turf_of
from regions.models.evidence import StoredFile
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import ActionState, Priority
from taskforce.models.alerts import Alert
from taskforce.models.mandate import Directive
from taskforce.models.targets import Target
from taskforce.rules import CLOSED_STATES


def _planned(row: str) -> str:
    """Return in SQL what of an item `row` is planned."""
    fields = (
        "title description directive_id target_id province_id regency_id site_id owner_id decided_on due_on priority"
    )
    return ", ".join(f"{row}.{field}" for field in fields.split())


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    """Questions about many action items."""

    def visible_to(self, user: Person) -> Self:
        """Keep what `user` may read: what follows from a directive is public, the rest concerns those it is about."""
        turf = turf_of(user)
        if turf.sees_nation:
            return self
        public = Q(directive__isnull=False, province=None, regency=None, site=None)
        if turf.user_id is None:
            return self.filter(public)
        return self.filter(public | self._concerns(user))

    def told_to(self, user: Person) -> Self:
        """Keep those of which `user` reads who reported what: not those they see as the public does."""
        return self if turf_of(user).sees_nation else self.filter(self._concerns(user))

    def editable_by(self, user: Person) -> Self:
        """Keep those that `user` may report on: an owner's own, an editor's all."""
        return self if turf_of(user).is_editor else self.filter(self._owned_by(user))

    def owned_by(self, user: Person) -> Self:
        """Keep those that are `user`'s to do."""
        return self.filter(self._owned_by(user))

    def _concerns(self, user: Person) -> Q:
        """Return the condition that an item is `user`'s to do, or about their turf."""
        turf = turf_of(user)
        about = turf.reaches("regency") | turf.reaches("site__regency") | Q(province__in=turf.read_provinces)
        return about | self._owned_by(user)

    def _owned_by(self, user: Person) -> Q:
        """Return the condition that an institution or region owns an item for which `user` speaks."""
        turf = turf_of(user)
        regional = Q(regency__in=turf.regencies) | Q(site__regency__in=turf.regencies) | Q(province__in=turf.provinces)
        return Q(owner__in=institutions_of(user)) | Q(owner=None) & regional

    def with_standing(self, by: datetime | None = None) -> Self:
        """Add to each item what its last update, made by then, says: `state`, `progress_pct`, `updated_at`."""
        last = ActionUpdate.objects.filter(item=OuterRef("pk")).order_by("-pk")
        if by is not None:
            last = last.filter(at__lte=by)
        return self.annotate(
            state=Coalesce(Subquery(last.values("state")[:1]), Value(ActionState.NOT_STARTED.value)),
            progress_pct=Coalesce(Subquery(last.values("progress_pct")[:1]), Value(0)),
            updated_at=Subquery(last.values("at")[:1]),
        )

    def open(self) -> Self:
        """Keep what is not closed."""
        closing = ActionUpdate.objects.filter(item=OuterRef("pk"), state__in=sorted(CLOSED_STATES))
        return self.filter(~Exists(closing))

    def overdue(self, today: date) -> Self:
        """Keep what is open although its deadline has passed."""
        return self.open().filter(due_on__lt=today)

    def in_province(self, code: str) -> Self:
        """Keep what is about the province with this code, its regencies or their sites."""
        return self.filter(
            Q(province__code=code) | Q(regency__province__code=code) | Q(site__regency__province__code=code)
        )

    def in_regency(self, regency: Regency) -> Self:
        """Keep what is about a regency or its sites."""
        return self.filter(Q(regency=regency) | Q(site__regency=regency))

    def in_islands(self, island_group: str) -> Self:
        """Keep what is about a province of these islands, its regencies or their sites."""
        return self.filter(
            Q(province__island_group=island_group)
            | Q(regency__province__island_group=island_group)
            | Q(site__regency__province__island_group=island_group)
        )

    def most_pressing_first(self) -> Self:
        """Order by deadline, at the same deadline the most important first."""
        weight = Case(*(When(priority=value, then=Value(place)) for place, value in enumerate(Priority.values)))
        return self.order_by("due_on", weight, "pk")


@tracked()
class ActionItem(models.Model):
    """One thing to be done by a day, by an institution or by the region that it is about."""

    title = models.CharField(_("rencana aksi"), max_length=200)
    description = models.TextField(_("uraian"), blank=True)
    directive = models.ForeignKey(
        Directive, verbose_name=_("arahan"), on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    target = models.ForeignKey(
        Target, verbose_name=_("target"), on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    province = models.ForeignKey(
        Province, verbose_name=_("provinsi"), on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    regency = models.ForeignKey(
        Regency, verbose_name=_("kabupaten/kota"), on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    site = models.ForeignKey(
        Site, verbose_name=_("MPP"), on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    alert = models.ForeignKey(
        Alert,
        verbose_name=_("peringatan"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="items",
        editable=False,
    )
    owner = models.ForeignKey(
        Institution,
        verbose_name=_("penanggung jawab"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        help_text=_("Kosong: pemerintah daerah yang bersangkutan."),
    )
    decided_on = models.DateField(_("ditetapkan pada"), default=timezone.localdate)
    due_on = models.DateField(_("tenggat"))
    priority = models.CharField(
        _("prioritas"),
        max_length=6,
        choices=Priority,
        default=Priority.NORMAL,
        help_text=_("Prioritas tinggi ditutup dengan bukti dan oleh orang kedua; sesudahnya tidak dapat diturunkan."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("dibuat oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    client_id = models.UUIDField(
        _("nomor kiriman"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("Dibuat oleh formulir, agar yang terkirim dua kali tercatat sekali."),
    )

    objects: ClassVar[ActionItemQuerySet] = ActionItemQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("rencana aksi")
        verbose_name_plural = _("rencana aksi")
        ordering = ["due_on", "pk"]
        constraints = [
            one_of("priority", Priority.values, name="taskforce_actionitem_priority_known"),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="taskforce_actionitem_is_titled",
                violation_error_message=_("Tulis apa yang harus dikerjakan."),
            ),
            not_before("decided_on", ROLLOUT_BEGAN_ON, name="taskforce_actionitem_not_before_the_rollout"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("decided_on")),
                name="taskforce_actionitem_dates_in_order",
                violation_error_message=_("Tenggat tidak boleh mendahului tanggal penetapan."),
            ),
            models.CheckConstraint(
                condition=Q(province=None, regency=None) | Q(province=None, site=None) | Q(regency=None, site=None),
                name="taskforce_actionitem_one_place",
                violation_error_message=_("Pilih satu saja: provinsi, kabupaten/kota, atau MPP."),
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=False)
                | Q(province__isnull=False)
                | Q(regency__isnull=False)
                | Q(site__isnull=False),
                name="taskforce_actionitem_is_owned",
                violation_error_message=_("Pilih penanggung jawab, atau daerah yang mengerjakannya."),
            ),
        ]
        indexes = [
            # The board and the lists, which show what is due first.
            models.Index(fields=["due_on", "id"], name="taskforce_actionitem_by_due"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="as_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # What raised it may go: an alert does with the figure it is about.
                func=(
                    f"IF ({_planned('NEW')}) IS DISTINCT FROM ({_planned('OLD')}) AND EXISTS ("
                    "  SELECT FROM taskforce_actionupdate WHERE item_id = OLD.id AND state IN ('done', 'cancelled')"
                    " ) THEN"
                    "  RAISE EXCEPTION 'Rencana aksi ini sudah ditutup.' USING ERRCODE = 'restrict_violation';"
                    " END IF;"
                    " IF OLD.priority = 'high' AND NEW.priority <> 'high' THEN"
                    "  RAISE EXCEPTION 'Prioritas tinggi tidak dapat diturunkan; batalkan, lalu rencanakan lagi.'"
                    "  USING ERRCODE = 'restrict_violation';"
                    " END IF;"
                    " RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title

    def get_absolute_url(self) -> str:
        """Return the page of the item."""
        return reverse("taskforce:action", args=[self.pk])

    @property
    def place(self) -> "Province | Regency | Site | None":
        """Return what it is about: a site, regency or province; None for the nation."""
        return self.site or self.regency or self.province

    @property
    def owner_name(self) -> str:
        """Return who is to do it: the institution, or else the government of the region it is about."""
        if self.owner is not None:
            return str(self.owner)
        region = self.site.regency if self.site is not None else self.place
        return str(_("Pemerintah %(region)s") % {"region": region})


class ActionUpdate(models.Model):
    """What somebody reports of an item: its state from now on, how far it is, and why. Itself a record: only added."""

    item = models.ForeignKey(
        ActionItem, verbose_name=_("rencana aksi"), on_delete=models.PROTECT, related_name="updates", editable=False
    )
    state = models.CharField(_("keadaan"), max_length=11, choices=ActionState)
    progress_pct = models.PositiveSmallIntegerField(_("kemajuan (persen)"), default=0)
    note = models.TextField(_("keterangan"), blank=True)
    source_url = models.CharField(
        _("bukti tertulis"), max_length=500, blank=True, help_text=_("Alamat dokumen, atau nomor dan tanggal surat.")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("oleh"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    at = models.DateTimeField(_("pada"), default=timezone.now, editable=False)
    client_id = models.UUIDField(
        _("nomor kiriman"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("Dibuat oleh formulir, agar yang terkirim dua kali tercatat sekali."),
    )

    class Meta:
        verbose_name = _("perkembangan rencana aksi")
        verbose_name_plural = _("perkembangan rencana aksi")
        ordering = ["pk"]
        constraints = [
            one_of("state", ActionState.values, name="taskforce_actionupdate_state_known"),
            between(
                "progress_pct",
                0,
                100,
                name="taskforce_actionupdate_progress_range",
                message=_("Kemajuan antara 0 dan 100 persen."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ActionState.DONE, ActionState.CLAIMED]) | Q(progress_pct=100),
                name="taskforce_actionupdate_done_is_all",
                violation_error_message=_("Yang selesai kemajuannya 100 persen."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*sorted(CLOSED_STATES), ActionState.BLOCKED]) | Q(note__regex=r"\S"),
                name="taskforce_actionupdate_closing_is_explained",
                violation_error_message=_("Jelaskan hasilnya, kendalanya, atau alasan pembatalannya."),
            ),
        ]
        indexes = [
            # The last update of each item, wherever items are listed.
            models.Index(fields=["item", "-id"], name="taskforce_actionupdate_last"),
        ]
        triggers = [
            only_added("Perkembangan yang sudah tercatat tidak dapat diubah atau dihapus."),
            pgtrigger.Trigger(
                name="closing_rules",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("rank", "taskforce_actionitem.priority%TYPE"),
                    ("last", "taskforce_actionupdate"),
                ],
                # The lock makes two updates at the same moment wait for each other.
                func=(
                    "SELECT priority INTO rank FROM taskforce_actionitem WHERE id = NEW.item_id FOR UPDATE;"
                    " SELECT * INTO last FROM taskforce_actionupdate WHERE item_id = NEW.item_id"
                    " ORDER BY id DESC LIMIT 1;"
                    " IF last.state IN ('done', 'cancelled') THEN"
                    "  RAISE EXCEPTION 'Rencana aksi ini sudah ditutup.' USING ERRCODE = 'restrict_violation';"
                    " END IF;"
                    " IF NEW.state = 'done' AND rank = 'high' AND ("
                    "  last.state IS DISTINCT FROM 'claimed' OR last.by_id = NEW.by_id"
                    "  OR last.source_url !~ '[[:alnum:]]' AND NOT EXISTS ("
                    "   SELECT FROM taskforce_actionproof WHERE update_id = last.id)) THEN"
                    "  RAISE EXCEPTION 'Prioritas tinggi ditutup oleh orang kedua, sesudah diajukan selesai dengan"
                    " bukti.' USING ERRCODE = 'restrict_violation';"
                    " END IF;"
                    " RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return item and state."""
        return f"{self.item}: {self.get_state_display()}"

    @property
    def tone(self) -> Tone:
        """Return how the state is shown."""
        return ActionState(self.state).tone


class ActionProofQuerySet(models.QuerySet["ActionProof"]):
    """Questions about many proofs."""

    def visible_to(self, user: Person) -> Self:
        """Keep the proofs of items whose reports `user` reads."""
        return self.filter(update__item__in=ActionItem.objects.told_to(user))


class ActionProof(StoredFile):
    """A file that proves what an update says; as final as that."""

    update = models.ForeignKey(
        ActionUpdate,
        verbose_name=_("perkembangan"),
        on_delete=models.PROTECT,
        related_name="proofs",
        editable=False,
    )

    objects: ClassVar[ActionProofQuerySet] = ActionProofQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("bukti rencana aksi")
        verbose_name_plural = _("bukti rencana aksi")
        ordering = ["pk"]
        constraints = [*StoredFile.Meta.constraints]
        triggers = [only_added("Bukti yang sudah tercatat tidak dapat diubah atau dihapus.")]
