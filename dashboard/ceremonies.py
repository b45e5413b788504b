"""What would a ceremony change, and what do the pages of ceremonies show? One frozen answer each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from regions.choices import CeremonyKind, EntryState
from regions.models import Ceremony, Province, Site
from regions.services.ceremonies import candidates
from taskforce.choices import Counting
from taskforce.coverage import AreaCoverage, Coverage, Question, Standpoint, Supposition, answer
from taskforce.pledges import PledgeOutcome, pledge_report

OFFERED = 150
"""So many sites are offered at once; a province or a name narrows them down."""


@dataclass(frozen=True)
class AreaImpact:
    """An area without the ceremony and with it."""

    before: AreaCoverage
    after: AreaCoverage


@dataclass(frozen=True)
class PledgeImpact:
    """A pledge without the ceremony and with it."""

    before: PledgeOutcome
    after: PledgeOutcome


@dataclass(frozen=True)
class Impact:
    """What a ceremony would change on its day; nothing of it is recorded."""

    before: Coverage
    after: Coverage
    areas: tuple[AreaImpact, ...]
    """The nation, then the provinces of the sites."""
    pledges: tuple[PledgeImpact, ...]
    """Those of the units of the sites."""

    @property
    def at_none_before(self) -> int:
        """Return how many provinces have none without it."""
        return len(_at_none(self.before))

    @property
    def at_none_after(self) -> int:
        """Return how many provinces have none with it."""
        return len(_at_none(self.after))

    @property
    def no_longer_at_none(self) -> tuple[str, ...]:
        """Return the names of the provinces that get their first."""
        return _left(_at_none(self.before), _at_none(self.after))

    @property
    def newly_complete(self) -> tuple[str, ...]:
        """Return the names of the provinces that become complete."""
        return _left(_complete(self.after), _complete(self.before))


@dataclass(frozen=True)
class SiteChoice:
    """The sites that are ticked, and those offered beside them."""

    chosen: tuple[Site, ...]
    offered: tuple[Site, ...]
    more: int
    """How many more would be offered."""


@dataclass(frozen=True)
class CeremonyList:
    """Ceremonies to come, nearest first, and those held, latest first; each with how many sites it has."""

    coming: tuple[Ceremony, ...]
    held: tuple[Ceremony, ...]


def impact_of(ceremony: Ceremony, sites: Collection[Site]) -> Impact:
    """Return what the figures of its day become if exactly these sites take part; nothing is written.

    Those of a local opening or soft launch move the count of what is open, not that of what is inaugurated.
    """
    stage = CeremonyKind(ceremony.kind).stage
    counting = Counting.INAUGURATED if ceremony.kind == CeremonyKind.INAUGURATION else Counting.OPENED
    supposing = Supposition(tuple(site.pk for site in sites), stage, ceremony.held_on)
    before = answer(Question(ceremony.held_on, counting=counting))
    after = answer(Question(ceremony.held_on, counting=counting, supposing=supposing))
    moved = [
        AreaImpact(area, now)
        for area, now in zip(before.provinces, after.provinces, strict=True)
        if area.covered != now.covered
    ]
    return Impact(
        before=before,
        after=after,
        areas=(AreaImpact(before.national, after.national), *moved),
        pledges=_pledges(ceremony.held_on, supposing, {site.regency_id for site in sites}),
    )


def site_choice(kind: str, chosen: Iterable[int], *, province: Province | None = None, search: str = "") -> SiteChoice:
    """Return the sites a ceremony of `kind` may have, those ticked apart.

    Args:
        kind: what the ceremony marks.
        chosen: keys of the sites that are ticked, whatever the filter.
        province: offer only those of this province.
        search: offer only those whose name, or whose regency's, holds this.
    """
    keys = set(chosen)
    order = ("regency__code", "name")
    ticked = Site.objects.filter(pk__in=keys).select_related("regency__province").order_by(*order)
    offered = candidates(kind).exclude(pk__in=keys).select_related("regency__province").order_by(*order)
    if province is not None:
        offered = offered.filter(regency__province=province)
    if search:
        offered = offered.filter(Q(name__icontains=search) | Q(regency__name__icontains=search))
    found = list(offered)
    return SiteChoice(tuple(ticked), tuple(found[:OFFERED]), max(0, len(found) - OFFERED))


def ceremony_list(*, today: date) -> CeremonyList:
    """Return all ceremonies with `planned_count`, `present_count` and `recorded_count`."""
    told = Q(milestones__state__in=[EntryState.REPORTED, EntryState.VERIFIED])
    rows = Ceremony.objects.annotate(
        planned_count=Count("ceremony_sites", distinct=True),
        present_count=Count("ceremony_sites", filter=Q(ceremony_sites__is_present=True), distinct=True),
        recorded_count=Count("milestones__site", filter=told & Q(milestones__ceremony=F("pk")), distinct=True),
    ).order_by("-held_on", "-pk")
    ceremonies = list(rows)
    coming = [row for row in reversed(ceremonies) if row.held_on >= today]
    return CeremonyList(tuple(coming), tuple(row for row in ceremonies if row.held_on < today))


def _pledges(day: date, supposing: Supposition, regencies: Collection[int]) -> tuple[PledgeImpact, ...]:
    before, after = (pledge_report(Standpoint(day, supposing=what)).outcomes for what in (None, supposing))
    then = {outcome.pledge.pk: outcome for outcome in after}
    return tuple(
        PledgeImpact(outcome, then[outcome.pledge.pk]) for outcome in before if outcome.pledge.regency_id in regencies
    )


def _at_none(coverage: Coverage) -> dict[str, str]:
    return {area.code: area.name for area in coverage.provinces if area.units and not area.covered}


def _complete(coverage: Coverage) -> dict[str, str]:
    return {area.code: area.name for area in coverage.provinces if area.units and area.covered == area.units}


def _left(these: dict[str, str], those: dict[str, str]) -> tuple[str, ...]:
    return tuple(name for code, name in these.items() if code not in those)
