"""What does an officer's work room show?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from regions.choices import EntryState, OperatingStatus, Stage
from regions.models import Confirmation, LedgerEntry, Milestone, OperatingRecord, Regency, Site, turf_of
from regions.rules import NEWS_STALE_DAYS, furthest


@dataclass(frozen=True)
class SiteCard:
    """One site: how far it is, what was reported of it, and whether it wants attention."""

    site: Site
    stage: Stage | None
    status: OperatingStatus | None
    entries: tuple[LedgerEntry, ...]
    """Everything that left the draft, latest happening first."""
    last_news_on: date | None
    is_stale: bool


@dataclass(frozen=True)
class WorkRoom:
    """An officer's sites, with what needs doing first."""

    returned: tuple[LedgerEntry, ...]
    """Reports sent back and not yet answered by a later one."""
    waiting_count: int
    sites: tuple[SiteCard, ...]
    regencies_without_site: tuple[Regency, ...]

    @property
    def stale(self) -> tuple[SiteCard, ...]:
        """Return the sites without news for too long."""
        return tuple(card for card in self.sites if card.is_stale)


def work_room(user: User, *, today: date) -> WorkRoom:
    """Return what the work room of `user` shows: the sites of the regencies they are an officer of."""
    regencies = list(Regency.objects.filter(pk__in=turf_of(user).regencies).select_related("province"))
    sites = list(Site.objects.filter(regency__in=regencies).select_related("regency"))
    entries: dict[int, list[LedgerEntry]] = defaultdict(list)
    in_force: set[tuple[type, int]] = set()
    for ledger in (Milestone, OperatingRecord):
        rows = ledger.objects.visible_to(user).filter(site__in=sites).exclude(state=EntryState.DRAFT)
        for entry in rows.select_related("site__regency", "reviewed_by"):
            entries[entry.site_id].append(entry)
        in_force |= {
            (ledger, pk) for pk in ledger.objects.in_force().filter(site__in=sites).values_list("pk", flat=True)
        }
    confirmed = dict(
        Confirmation.objects.filter(site__in=sites)
        .order_by()
        .values("site")
        .annotate(last=Max("confirmed_at"))
        .values_list("site", "last")
    )
    cards = tuple(_card(site, entries[site.pk], in_force, confirmed.get(site.pk), today=today) for site in sites)
    everything = [entry for card in cards for entry in card.entries]
    with_site = {site.regency_id for site in sites if not site.is_branch}
    return WorkRoom(
        returned=tuple(entry for entry in everything if _is_unanswered(entry, everything)),
        waiting_count=sum(entry.state == EntryState.REPORTED for entry in everything),
        sites=cards,
        regencies_without_site=tuple(regency for regency in regencies if regency.pk not in with_site),
    )


def _card(
    site: Site,
    entries: Iterable[LedgerEntry],
    in_force: set[tuple[type, int]],
    confirmed_at: datetime | None,
    *,
    today: date,
) -> SiteCard:
    latest_first = tuple(sorted(entries, key=lambda entry: (entry.happened_on, entry.reported_at), reverse=True))
    standing = [entry for entry in latest_first if (type(entry), entry.pk) in in_force]
    statuses = [entry.status for entry in standing if isinstance(entry, OperatingRecord)]
    news = [timezone.localdate(entry.reported_at) for entry in latest_first if entry.reported_at]
    if confirmed_at:
        news.append(timezone.localdate(confirmed_at))
    last_news_on = max(news, default=None)
    return SiteCard(
        site=site,
        stage=furthest(entry.stage for entry in standing if isinstance(entry, Milestone)),
        status=OperatingStatus(statuses[0]) if statuses else None,
        entries=latest_first,
        last_news_on=last_news_on,
        is_stale=last_news_on is None or (today - last_news_on).days > NEWS_STALE_DAYS,
    )


def _is_unanswered(entry: LedgerEntry, others: list[LedgerEntry]) -> bool:
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
