"""What does a public page show? One frozen answer per page, for every form it is given in."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Presence
from dashboard.charts import Flow, FlowPicture, flow_picture
from dashboard.counters import PresenceChange, change_by
from dashboard.trend import Trend, trend
from regions.choices import CeremonyKind, EntryState
from regions.models import (
    LEDGERS,
    Ceremony,
    CeremonySite,
    LedgerEntry,
    LedgerQuerySet,
    Milestone,
    Opinion,
    Province,
    ReadinessAssessment,
    Site,
    SiteEntry,
    turf_of,
)
from regions.models.about import SUBJECTS
from regions.reports import Card, SiteCard, readiness_cards, site_cards
from regions.services.ledger import verify
from regions.services.review import looks, verify_ceremony
from taskforce.coverage import (
    AreaCoverage,
    Coverage,
    Question,
    Standpoint,
    UnitStanding,
    answer,
    series,
    unit_standings,
)
from taskforce.pledges import PledgeOutcome, PledgeReport, pledge_report
from taskforce.readiness import AspectStanding, beside


@dataclass(frozen=True)
class UnitRow:
    """One unit, and the MPPs it has today."""

    standing: UnitStanding
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class ProvincePage:
    """One province and its units on a day."""

    coverage: Coverage
    area: AreaCoverage
    trend: Trend
    units: tuple[UnitRow, ...]


def province_page(question: Question, code: str) -> ProvincePage:
    """Return what the page of the province with `code` shows.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    coverage = answer(question)
    area = coverage.province(code)
    if area is None:
        raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": code})
    standings = unit_standings(question, code)
    sites = main_sites(unit.code for unit in standings)
    units = tuple(UnitRow(unit, tuple(sites[unit.code])) for unit in standings)
    course = trend(question, area, series(question, code))
    return ProvincePage(coverage=coverage, area=area, trend=course, units=units)


def main_sites(codes: Iterable[str]) -> dict[str, list[Site]]:
    """Return the MPPs of the regencies with `codes`, by code; branches left out."""
    sites: dict[str, list[Site]] = defaultdict(list)
    for site in Site.objects.main().filter(regency__code__in=list(codes)).select_related("regency"):
        sites[site.regency.code].append(site)
    return sites


@dataclass(frozen=True)
class PledgeRow:
    """One pledge, and the MPPs its regency has today."""

    outcome: PledgeOutcome
    sites: tuple[Site, ...]


@dataclass(frozen=True)
class PledgesPage:
    """What became of the pledges by a day, and a list of those asked for."""

    report: PledgeReport
    picture: FlowPicture | None
    """How they slipped from year to year; None without a pledge."""
    inaugurated_in_time: int
    """Inaugurated in the year first promised, or before."""
    inaugurated_later: int
    open: int
    open_for_later: int
    """Those among `open` that are promised for a later year by now."""
    sheet: Page
    """The part of the list that is shown."""
    rows: tuple[PledgeRow, ...]


PLEDGES_PER_PAGE = 50


def pledges_page(
    standpoint: Standpoint, *, year: str = "", province: str = "", standing: str = "", number: str = ""
) -> PledgesPage:
    """Return what the page of the pledges shows.

    Args:
        standpoint: day, layer and boundaries of the inaugurations.
        year: list only pledges first made for this year.
        province: list only those of the province with this code.
        standing: list only those of which this became.
        number: which part of a long list to show; what is no number is the first.
    """
    report = pledge_report(standpoint)
    listed = [
        outcome
        for outcome in report.outcomes
        if year in ("", str(outcome.first_year))
        and province in ("", outcome.unit.province)
        and standing in ("", outcome.standing)
    ]
    sheet = Paginator(listed, PLEDGES_PER_PAGE).get_page(number)
    sites = main_sites(outcome.pledge.regency.code for outcome in sheet)
    later = [slip for slip in report.slips if slip.year > slip.first_year]
    inaugurated, inaugurated_later = (sum(slip.inaugurated for slip in slips) for slips in (report.slips, later))
    return PledgesPage(
        report=report,
        picture=_slip_picture(report),
        inaugurated_in_time=inaugurated - inaugurated_later,
        inaugurated_later=inaugurated_later,
        open=report.national.total - inaugurated,
        open_for_later=sum(slip.open for slip in later),
        sheet=sheet,
        rows=tuple(PledgeRow(outcome, tuple(sites[outcome.pledge.regency.code])) for outcome in sheet),
    )


def _slip_picture(report: PledgeReport) -> FlowPicture | None:
    """Return the picture of how pledges slipped, in two kinds: `done` once inaugurated, else `open`."""
    flows = [
        Flow(str(slip.first_year), str(slip.year), kind, count)
        for slip in report.slips
        for kind, count in (("done", slip.inaugurated), ("open", slip.open))
        if count
    ]
    return flow_picture(flows) if flows else None


Reviewed = SiteEntry | Presence | ReadinessAssessment
"""What can be reviewed in the queue."""

REVIEWED: dict[str, type[Reviewed]] = {
    **LEDGERS,
    **{ledger.LEDGER: ledger for ledger in (Presence, ReadinessAssessment)},
}
"""The ledgers whose reports stand in the queue, by their name in addresses."""


@dataclass(frozen=True)
class Queue:
    """The reports that wait, by province, oldest first."""

    provinces: tuple[tuple[str, str, int], ...]
    """Code, name and number of waiting reports of each province that has any."""
    province: str
    """Code of the only province that is shown, empty for all."""
    waiting_count: int
    by_province: tuple[tuple[str, tuple[LedgerEntry, ...]], ...]
    """Those that are shown: the oldest of them all."""
    ceremonies: tuple[tuple[Ceremony, int], ...]
    """Ceremonies whose reports can be verified at once, with how many wait."""

    @property
    def is_cut(self) -> bool:
        """Return whether more reports wait than are shown."""
        return sum(len(entries) for _name, entries in self.by_province) < self.waiting_count


@dataclass(frozen=True)
class Becoming:
    """How many units are covered in an area, and how many would be."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Review:
    """One report beside what stands, and what the figures would become."""

    entry: LedgerEntry
    current: LedgerEntry | None
    """What the report stands beside: the latest in force of its kind at that site, or the assessment before it."""
    change: PresenceChange | None
    """What a report of a counter changes; None for anything else."""
    standings: tuple[AspectStanding, ...]
    """What an assessment says beside what stands in its place; empty for anything else."""
    card: Card
    """What was said of the site, or of the regency's readiness, this report included."""
    seen: str
    """How the report looks now, as `regions.services.review.looks` names it."""
    changed_since: bool
    """Whether something about the same matter was verified after the report was made."""
    is_own: bool
    may_decide: bool
    may_opine: bool
    opinions: tuple[Opinion, ...]
    becoming: tuple[Becoming, ...]
    """The nation and the province, where the user may decide."""

    @property
    def history(self) -> tuple[LedgerEntry, ...]:
        """Return what else was said of the same, latest happening first."""
        return tuple(other for other in self.card.entries if other != self.entry)


@dataclass(frozen=True)
class Attendance:
    """One report that a ceremony took place, beside what is known of its site."""

    entry: Milestone
    look: str
    """How the report looks now, as `regions.services.review.looks` names it."""
    card: SiteCard
    changed_since: bool
    """Whether something about the site was verified after the report was made."""


@dataclass(frozen=True)
class CeremonyReview:
    """The reports that a ceremony took place, and what the figures would become."""

    ceremony: Ceremony
    waiting: tuple["Attendance", ...]
    """Those the user may verify."""
    own: tuple[Milestone, ...]
    """Those the user made, which another verifier decides on."""
    silent: tuple[CeremonySite, ...]
    """Sites planned for it of which no inauguration was reported."""
    becoming: tuple[Becoming, ...]


QUEUE_LENGTH = 200
"""So many reports are shown at once, the oldest; a province can be chosen."""


def review_queue(user: User, *, province: str = "", at_most: int | None = QUEUE_LENGTH) -> Queue:
    """Return the waiting reports that `user` sees, also their own, which others review.

    Args:
        user: who looks.
        province: the code of the only province to show; empty for all.
        at_most: show so many, the oldest; None for all.
    """
    counts: Counter[tuple[str, str]] = Counter()
    shown: list[LedgerEntry] = []
    for ledger in REVIEWED.values():
        at = f"{ledger.HOLDER}__province"
        waiting: LedgerQuerySet = ledger.objects.visible_to(user).filter(state=EntryState.REPORTED)
        groups = list(waiting.order_by().values_list(f"{at}__code", f"{at}__name").annotate(Count("pk")))
        counts.update({(code, name): count for code, name, count in groups})
        of_province = waiting
        if province:
            # Only what was counted is asked for: the code comes from the address.
            of_province = waiting.filter(**{f"{at}__code__in": [code for code, *_rest in groups if code == province]})
        rows = of_province.select_related(at, "reported_by")
        if ledger is Presence:
            rows = rows.select_related("institution")
        if ledger in SUBJECTS.values():
            rows = rows.prefetch_related("opinion")
        shown += rows.order_by("reported_at", "pk")[:at_most]
    shown = sorted(shown, key=attrgetter("reported_at"))[:at_most]
    grouped: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in shown:
        grouped[entry.holder.province.name].append(entry)
    return Queue(
        provinces=tuple((code, name, count) for (code, name), count in sorted(counts.items())),
        province=province,
        waiting_count=sum(count for (code, _name), count in counts.items() if province in ("", code)),
        by_province=tuple((name, tuple(entries)) for name, entries in sorted(grouped.items())),
        ceremonies=_waiting_ceremonies(user) if turf_of(user).is_verifier else (),
    )


def review_of(entry: Reviewed, user: User, *, today: date) -> Review:
    """Return what whoever reviews a report sees of it."""
    ledger = type(entry).objects
    card: Card
    before: LedgerEntry | None
    standings: tuple[AspectStanding, ...] = ()
    if isinstance(entry, ReadinessAssessment):
        (card,) = readiness_cards([entry.regency], user)
        before = entry.before()
        standings = beside(entry, before)
    else:
        (card,) = site_cards([entry.site], user, today=today)
        before = next((other for other in card.entries if other in card.in_force and type(other) is type(entry)), None)
    may_decide = ledger.reviewable_by(user).filter(pk=entry.pk).exists()
    # Provinces are asked about what is said of a site itself.
    is_opinable = type(entry) in SUBJECTS.values()
    grounds: Iterable[LedgerEntry] = card.entries
    if isinstance(entry, Presence):
        grounds = Presence.objects.verified().filter(site=entry.site_id, institution=entry.institution_id)
    return Review(
        entry=entry,
        current=before,
        change=change_by(entry) if isinstance(entry, Presence) else None,
        standings=standings,
        card=card,
        seen=looks([entry])[entry.pk],
        changed_since=_changed_since(entry, grounds),
        is_own=entry.reported_by_id == user.pk,
        may_decide=may_decide,
        may_opine=is_opinable and ledger.opinable_by(user).filter(pk=entry.pk).exists(),
        opinions=(
            tuple(Opinion.objects.visible_to(user).for_entry(entry).select_related("given_by")) if is_opinable else ()
        ),
        becoming=(
            _becoming(partial(verify, entry, by=user), [entry.holder.province], today)
            if may_decide and entry.COUNTS
            else ()
        ),
    )


def ceremony_review(ceremony: Ceremony, user: User, *, today: date) -> CeremonyReview:
    """Return what a verifier sees of the reports that a ceremony took place."""
    reports = Milestone.objects.waiting_for(ceremony).select_related("site__regency__province", "reported_by")
    reported = list(reports.prefetch_related("evidence", "opinion").order_by("site__regency__code", "pk"))
    waiting = [row for row in reported if row.reported_by_id != user.pk]
    cards = site_cards([row.site for row in waiting], user, today=today)
    seen = looks(waiting)
    stage = CeremonyKind(ceremony.kind).stage
    there = Milestone.objects.in_force().filter(site=OuterRef("site"), stage=stage)
    planned = ceremony.ceremony_sites.select_related("site__regency__province")
    silent = planned.exclude(site__in=[row.site_id for row in reported]).filter(~Exists(there))
    provinces = sorted({row.holder.province for row in waiting}, key=attrgetter("code"))
    verify_those = partial(verify_ceremony, ceremony, seen=seen, by=user)
    return CeremonyReview(
        ceremony=ceremony,
        waiting=tuple(
            Attendance(row, seen[row.pk], card, _changed_since(row, card.entries))
            for row, card in zip(waiting, cards, strict=True)
        ),
        own=tuple(row for row in reported if row.reported_by_id == user.pk),
        silent=tuple(silent),
        becoming=_becoming(verify_those, provinces, today) if waiting else (),
    )


def _waiting_ceremonies(user: User) -> tuple[tuple[Ceremony, int], ...]:
    counts = Milestone.objects.reviewable_by(user).waiting_by_ceremony()
    ceremonies = Ceremony.objects.in_bulk(counts)
    return tuple((ceremonies[pk], counts[pk]) for pk in sorted(counts, key=lambda pk: ceremonies[pk].held_on))


def _changed_since(entry: LedgerEntry, grounds: Iterable[LedgerEntry]) -> bool:
    """Return whether one of the other entries by which a report is judged was verified after it was made."""
    reported_at = entry.reported_at
    reviews = (other.reviewed_at for other in grounds if other != entry and other.state == EntryState.VERIFIED)
    return reported_at is not None and any(at is not None and at > reported_at for at in reviews)


def _becoming(write: Callable[[], object], provinces: Sequence[Province], today: date) -> tuple[Becoming, ...]:
    """Return the nation and provinces as they would be: `write` runs in a transaction that is taken back.

    Where it cannot be written, nothing would change; who then tries is told why.
    """
    before = answer(Question(today))
    try:
        with transaction.atomic():
            write()
            after = answer(Question(today))
            transaction.set_rollback(True)
    except ValidationError:
        after = before
    return (
        Becoming(_("Indonesia"), before.national.covered, after.national.covered),
        *(Becoming(province.name, _covered(before, province), _covered(after, province)) for province in provinces),
    )


def _covered(coverage: Coverage, province: Province) -> int:
    area = coverage.province(province.code)
    return area.covered if area else 0
