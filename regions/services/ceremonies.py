"""How is a ceremony planned, who was there noted, and what happened recorded: all of it or nothing?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.choices import CeremonyKind
from regions.models import Ceremony, CeremonySite, Milestone, Site, require_editor
from regions.services.ledger import report
from regions.services.review import lock_sites


@dataclass(frozen=True)
class Recorded:
    """What recording a ceremony did."""

    reported: tuple[Milestone, ...]
    already: int
    """Sites of those present that had been recorded before."""


def candidates(kind: str) -> QuerySet[Site]:
    """Return the main sites whose unit has not reached the stage that ceremonies of `kind` mark."""
    reached = Milestone.objects.in_force().filter(
        site__regency=OuterRef("regency"), site__is_branch=False, stage=CeremonyKind(kind).stage
    )
    return Site.objects.main().filter(~Exists(reached))


def reports_of(ceremony: Ceremony) -> QuerySet[Milestone]:
    """Return the milestones, waiting or in force, that tell that a ceremony took place at a planned site."""
    said = {"stage": CeremonyKind(ceremony.kind).stage, "reached_on": ceremony.held_on}
    same = Milestone.objects.filter(
        site__ceremony_sites__ceremony=ceremony, date_precision=ceremony.date_precision, **said
    )
    standing = same.in_force() | same.filter(state="reported", supersedes=None)
    return standing.distinct()


def list_version(ceremony: Ceremony) -> int:
    """Return what names the state of a ceremony's list of sites: it grows with every change, a removal too."""
    versions = CeremonySite.events.rel.related_model.objects  # type: ignore[attr-defined]
    return int(versions.filter(ceremony=ceremony.pk).aggregate(latest=Max("pgh_id"))["latest"] or 0)


@transaction.atomic
def plan_ceremony(ceremony: Ceremony, sites: Sequence[Site], *, by: User) -> Ceremony:
    """Keep a ceremony, new or changed, with exactly the sites that are planned for it.

    Args:
        ceremony: the row, its fields as they are to be.
        sites: the sites planned.
        by: who plans; the versions of the rows keep it.

    Raises:
        PermissionDenied: `by` is no editor.
        ValidationError: there is no site, one stands there twice, is a branch, or its unit has reached the stage; the
            day lies before the rollout; or what was recorded already would no longer fit.
    """
    require_editor(by)
    # Two who plan at once wait for each other, so that the second is told.
    lock_sites(site.pk for site in sites)
    refuse_unfit(sites, ceremony)
    if ceremony.pk is not None:
        _lock(ceremony)
        _refuse_loss(ceremony, sites)
    save_checked(ceremony)
    ceremony.ceremony_sites.exclude(site__in=sites).delete()
    CeremonySite.objects.bulk_create(
        (CeremonySite(ceremony=ceremony, site=site) for site in sites), ignore_conflicts=True
    )
    return ceremony


def refuse_unfit(sites: Sequence[Site], ceremony: Ceremony) -> None:
    """Refuse a list of sites that no ceremony of its kind can have.

    Raises:
        ValidationError: there is none, one stands there twice, is a branch, or its unit has reached the stage.
    """
    if not sites:
        raise ValidationError(_("Pilih sedikitnya satu MPP."), code="none_chosen")
    # Who stands in the list already may have got there since, at another ceremony: that they were expected stays.
    listed = ceremony.ceremony_sites.values_list("site", flat=True) if ceremony.pk else ()
    if refusals := _unfit(sites, ceremony, listed=listed):
        raise ValidationError(refusals, code="unfit")


def _unfit(sites: Sequence[Site], ceremony: Ceremony, *, listed: Iterable[int] = ()) -> list[str]:
    """Return why sites cannot take part, in sentences that name them; those `listed` may have reached the stage."""
    twice = [site for site, count in Counter(sites).items() if count > 1]
    refusals = [_("%(site)s tertulis lebih dari satu kali.") % {"site": site} for site in twice]
    refusals += [
        _("%(site)s adalah cabang (mini MPP); cabang tidak ikut seremoni.") % {"site": site}
        for site in sites
        if site.is_branch
    ]
    return refusals + _already_there(sites, ceremony, set(listed)) + _planned_elsewhere(sites, ceremony, set(listed))


def _planned_elsewhere(sites: Iterable[Site], ceremony: Ceremony, listed: set[int]) -> list[str]:
    """Return a sentence for each site planned for another such ceremony that day, but for those listed."""
    same = Ceremony.objects.filter(kind=ceremony.kind, held_on=ceremony.held_on).exclude(pk=ceremony.pk)
    new = [site.pk for site in sites if site.pk not in listed]
    rows = CeremonySite.objects.filter(ceremony__in=same, site__in=new).select_related("site")
    return [_("%(site)s sudah direncanakan dalam seremoni lain pada hari itu.") % {"site": row.site} for row in rows]


def _already_there(sites: Iterable[Site], ceremony: Ceremony, listed: set[int]) -> list[str]:
    """Return a sentence for each site whose unit has reached the stage, but for those listed."""
    fit = listed | set(
        candidates(ceremony.kind).filter(pk__in=[site.pk for site in sites]).values_list("pk", flat=True)
    )
    stage = CeremonyKind(ceremony.kind).stage.label
    return [
        _("%(site)s: %(regency)s sudah tercatat “%(stage)s”.") % {"site": site, "regency": site.regency, "stage": stage}
        for site in sites
        if site.pk not in fit and not site.is_branch
    ]


@transaction.atomic
def note_attendance(ceremony: Ceremony, present: Mapping[int, bool | None], *, seen: int, by: User) -> None:
    """Note which of the planned sites took part; None where it is not known.

    Args:
        ceremony: what was held.
        present: by key of each site.
        seen: the version of the list that was looked at, as `list_version` gives it.
        by: who notes it; the versions of the rows keep it.

    Raises:
        PermissionDenied: `by` is no editor.
        ValidationError: its day has not come, the list was changed meanwhile, or a site that was recorded would be
            absent.
    """
    require_editor(by)
    _lock(ceremony)
    refuse_early(ceremony, today=timezone.localdate())
    told = set(reports_of(ceremony).values_list("site", flat=True))
    rows = list(ceremony.ceremony_sites.select_related("site"))
    changed = [row for row in rows if row.is_present != present.get(row.site_id, row.is_present)]
    # Whoever says what stands already overwrites nobody, so what is sent twice does no harm.
    if changed and list_version(ceremony) != seen:
        raise ValidationError(
            _("Daftar ini diubah orang lain sejak Anda membukanya. Periksa lagi, lalu simpan."), code="changed"
        )
    for row in changed:
        if row.site_id in told and not present[row.site_id]:
            raise ValidationError(
                _("%(site)s sudah tercatat dalam seremoni ini. Koreksilah laporannya.") % {"site": row.site},
                code="recorded",
            )
        row.is_present = present[row.site_id]
        row.save(update_fields=["is_present"])


@transaction.atomic
def record_ceremony(ceremony: Ceremony, *, by: User) -> Recorded:
    """Report for every site that was present that it reached the stage: for all of them, or for none.

    The reports wait for a verifier other than `by`. Doing it again reports only what is missing.

    Raises:
        PermissionDenied: `by` is no editor.
        ValidationError: its day has not come, nobody was present, or the ledger refuses one; each is named.
    """
    require_editor(by)
    _lock(ceremony)
    refuse_early(ceremony, today=timezone.localdate())
    attended = ceremony.ceremony_sites.filter(is_present=True).select_related("site__regency")
    present = [row.site for row in attended.order_by("site")]
    if not present:
        raise ValidationError(_("Belum ada MPP yang ditandai hadir."), code="nobody")
    lock_sites(site.pk for site in present)
    told = set(reports_of(ceremony).values_list("site", flat=True))
    missing = [site for site in present if site.pk not in told]
    reported, refusals = [], _unfit(missing, ceremony)
    for site in missing:
        try:
            reported.append(report(_milestone(ceremony, site), by=by))
        except ValidationError as error:
            refusals += [f"{site}: {sentence}" for sentence in error.messages]
    if refusals:
        raise ValidationError([_("Tidak ada yang dicatat."), *refusals], code="refused")
    return Recorded(reported=tuple(reported), already=len(present) - len(missing))


def refuse_early(ceremony: Ceremony, *, today: date) -> None:
    """Refuse what can only be said once a ceremony was held.

    Raises:
        ValidationError: its day lies ahead.
    """
    if ceremony.held_on > today:
        day = {"day": date_format(ceremony.held_on, "j F Y")}
        raise ValidationError(_("Seremoni ini baru berlangsung pada %(day)s.") % day, code="early")


def _milestone(ceremony: Ceremony, site: Site) -> Milestone:
    return Milestone(
        site=site,
        stage=CeremonyKind(ceremony.kind).stage,
        reached_on=ceremony.held_on,
        date_precision=ceremony.date_precision,
        ceremony=ceremony,
    )


def _lock(ceremony: Ceremony) -> None:
    """Have everybody who changes a ceremony wait for each other."""
    Ceremony.objects.select_for_update().get(pk=ceremony.pk)


def _refuse_loss(ceremony: Ceremony, sites: Iterable[Site]) -> None:
    """Refuse another day or kind, or the removal of a site, once something was recorded."""
    before = Ceremony.objects.get(pk=ceremony.pk)
    told = reports_of(before).select_related("site")
    if not told:
        return
    if (before.kind, before.held_on) != (ceremony.kind, ceremony.held_on):
        raise ValidationError(
            _("Seremoni ini sudah dicatat: tanggal dan jenisnya tidak dapat diubah. Koreksilah laporannya."),
            code="recorded",
        )
    kept = {site.pk for site in sites}
    lost = [entry.site for entry in told if entry.site_id not in kept]
    if lost:
        raise ValidationError(
            [_("%(site)s sudah tercatat dalam seremoni ini. Koreksilah laporannya.") % {"site": site} for site in lost],
            code="recorded",
        )
