"""What was said of a site or a regency, and what does an officer's work room show of it?"""

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from regions.choices import EntryState, OperatingStatus, Stage
from regions.models import (
    LEDGERS,
    Confirmation,
    LedgerEntry,
    Milestone,
    OperatingRecord,
    Person,
    ReadinessAssessment,
    Regency,
    Site,
    SiteEntry,
)
from regions.rules import NEWS_STALE_DAYS, furthest

LATEST = 8
"""So many entries of a site are shown where it is one of several; its own page has all of them."""


@dataclass(frozen=True)
class Card:
    """What was said of a site or a regency."""

    entries: tuple[LedgerEntry, ...]
    """Everything that left the draft, latest happening first."""
    in_force: frozenset[LedgerEntry]
    """Those that count."""

    @cached_property
    def corrected(self) -> frozenset[LedgerEntry]:
        """Return those that counted until a correction was verified."""
        return frozenset(
            entry
            for entry in self.entries
            if entry.state == EntryState.VERIFIED and not entry.withdraws and entry not in self.in_force
        )


@dataclass(frozen=True)
class SiteCard(Card):
    """One site: how far it is, what was reported of it, and whether it wants attention."""

    entries: tuple[SiteEntry, ...]
    in_force: frozenset[SiteEntry]
    site: Site
    stage: Stage | None
    status: OperatingStatus | None
    last_news_on: date | None
    is_stale: bool

    @property
    def latest(self) -> tuple[SiteEntry, ...]:
        """Return the entries that are shown where the site is one of several."""
        return self.entries[:LATEST]


@dataclass(frozen=True)
class ReadinessCard(Card):
    """One regency: what was said of its readiness."""

    entries: tuple[ReadinessAssessment, ...]
    in_force: frozenset[ReadinessAssessment]
    regency: Regency

    @property
    def current(self) -> ReadinessAssessment | None:
        """Return the latest assessment that counts."""
        return next((entry for entry in self.entries if entry in self.in_force), None)

    @property
    def waiting(self) -> tuple[ReadinessAssessment, ...]:
        """Return the reports that wait for review."""
        return tuple(entry for entry in self.entries if entry.state == EntryState.REPORTED)

    @property
    def returned(self) -> tuple[ReadinessAssessment, ...]:
        """Return the reports that were sent back and not yet answered by a later one."""
        return tuple(entry for entry in self.entries if is_unanswered(entry, self.entries))


@dataclass(frozen=True)
class WorkRoom:
    """An officer's sites, with what needs doing first."""

    returned: tuple[LedgerEntry, ...]
    """Reports sent back and not yet answered by a later one."""
    waiting_count: int
    sites: tuple[SiteCard, ...]
    regencies_without_site: tuple[Regency, ...]
    readiness: tuple[ReadinessCard, ...]

    @property
    def stale(self) -> tuple[SiteCard, ...]:
        """Return the sites without news for too long."""
        return tuple(card for card in self.sites if card.is_stale)

    @property
    def has_todo(self) -> bool:
        """Return whether anything waits for the officer."""
        return bool(self.returned or self.stale or self.regencies_without_site)


def work_room(user: User, *, today: date) -> WorkRoom:
    """Return what the work room of `user` shows: the sites of the regencies they are an officer of."""
    regencies = list(Regency.objects.reportable_by(user).select_related("province"))
    sites = list(Site.objects.filter(regency__in=regencies).select_related("regency"))
    cards = site_cards(sites, user, today=today)
    readiness = readiness_cards(regencies, user)
    everything = [entry for card in (*cards, *readiness) for entry in card.entries]
    with_site = {site.regency_id for site in sites if not site.is_branch}
    return WorkRoom(
        returned=tuple(entry for entry in everything if is_unanswered(entry, everything)),
        waiting_count=sum(entry.state == EntryState.REPORTED for entry in everything),
        sites=cards,
        regencies_without_site=tuple(regency for regency in regencies if regency.pk not in with_site),
        readiness=readiness,
    )


def site_cards(sites: Sequence[Site], user: Person, *, today: date) -> tuple[SiteCard, ...]:
    """Return what `user` may know of each of `sites`, in the same order."""
    entries: dict[int, list[SiteEntry]] = defaultdict(list)
    in_force: set[SiteEntry] = set()
    for ledger in LEDGERS.values():
        of_sites = ledger.objects.filter(site__in=sites)
        rows = of_sites.visible_to(user).exclude(state=EntryState.DRAFT)
        standing = set(of_sites.in_force().values_list("pk", flat=True))
        for entry in rows.select_related("site__regency", "reported_by", "reviewed_by", "supersedes"):
            entries[entry.site_id].append(entry)
            if entry.pk in standing:
                in_force.add(entry)
    confirmed = dict(
        Confirmation.objects.filter(site__in=sites)
        .order_by()
        .values("site")
        .annotate(last=Max("confirmed_at"))
        .values_list("site", "last")
    )
    return tuple(_card(site, entries[site.pk], in_force, confirmed.get(site.pk), today=today) for site in sites)


def readiness_cards(regencies: Sequence[Regency], user: Person) -> tuple[ReadinessCard, ...]:
    """Return what `user` may know of the readiness of each of `regencies`, in the same order."""
    entries: dict[int, list[ReadinessAssessment]] = defaultdict(list)
    of_regencies = ReadinessAssessment.objects.filter(regency__in=regencies)
    standing = set(of_regencies.in_force().values_list("pk", flat=True))
    rows = of_regencies.visible_to(user).exclude(state=EntryState.DRAFT)
    for entry in rows.select_related("regency", "reported_by", "reviewed_by", "supersedes"):
        entries[entry.regency_id].append(entry)
    return tuple(
        ReadinessCard(
            entries=tuple(entries[regency.pk]),
            in_force=frozenset(entry for entry in entries[regency.pk] if entry.pk in standing),
            regency=regency,
        )
        for regency in regencies
    )


def _card(
    site: Site,
    entries: Iterable[SiteEntry],
    in_force: Set[SiteEntry],
    confirmed_at: datetime | None,
    *,
    today: date,
) -> SiteCard:
    latest_first = tuple(sorted(entries, key=lambda entry: (entry.happened_on, entry.reported_at), reverse=True))
    standing = [entry for entry in latest_first if entry in in_force]
    statuses = [entry.status for entry in standing if isinstance(entry, OperatingRecord)]
    # `taskforce.services.alerts` says in SQL what is news; a test holds the two together.
    news = [timezone.localdate(entry.reported_at) for entry in latest_first if entry.reported_at]
    if confirmed_at:
        news.append(timezone.localdate(confirmed_at))
    last_news_on = max(news, default=None)
    return SiteCard(
        site=site,
        stage=furthest(entry.stage for entry in standing if isinstance(entry, Milestone)),
        status=OperatingStatus(statuses[0]) if statuses else None,
        entries=latest_first,
        in_force=frozenset(standing),
        last_news_on=last_news_on,
        is_stale=last_news_on is None or (today - last_news_on).days > NEWS_STALE_DAYS,
    )


def is_unanswered(entry: LedgerEntry, others: Iterable[LedgerEntry]) -> bool:
    """Return whether a returned report has had no later report on the same matter."""
    if entry.state != EntryState.RETURNED:
        return False
    return not any(
        type(other) is type(entry)
        and other.subject_id == entry.subject_id
        and other.said == entry.said
        and other.reported_at
        and entry.reviewed_at
        and other.reported_at > entry.reviewed_at
        for other in others
    )
