"""Who is at an MPP with which services, and where is an institution missing?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from commitments.choices import AgreementStanding, ServiceChannel, Weekday
from commitments.models import Agreement, Institution, Presence, Service, institutions_of
from commitments.rules import agreement_standing
from regions.choices import EntryState, Stage
from regions.models import Milestone, Person, Site
from regions.reports import is_unanswered


@dataclass(frozen=True)
class Counter:
    """One institution's counter at one MPP, as it stands."""

    presence: Presence
    channels: tuple[tuple[str, tuple[Service, ...]], ...]
    """The services by how they reach people, in the order of the field."""
    days: tuple[str, ...]
    """The days of service by name, Monday first."""

    @property
    def is_verified(self) -> bool:
        """Return whether more than a report stands for it."""
        return self.presence.state == EntryState.VERIFIED

    @property
    def service_count(self) -> int:
        """Return how many services it offers."""
        return sum(len(services) for _channel, services in self.channels)


@dataclass(frozen=True)
class SiteCounters:
    """The counters at one MPP that stand."""

    open: tuple[Counter, ...]
    """By institution; a counter is open on the last day before it closes too."""
    closed: tuple[Counter, ...]
    """Latest closing first."""

    @property
    def service_count(self) -> int:
        """Return how many services the open counters offer."""
        return sum(counter.service_count for counter in self.open)


@dataclass(frozen=True)
class SiteRoom:
    """What whoever reports on an MPP sees of its counters."""

    site: Site
    counters: SiteCounters
    waiting: tuple[Presence, ...]
    returned: tuple[Presence, ...]
    """Reports sent back and not yet answered by a later one."""


@dataclass(frozen=True)
class OwnCounter:
    """Where an institution is, and on what that rests."""

    presence: Presence
    service_count: int
    standing: AgreementStanding | None
    """How the agreement stands that it rests on; None without one."""


@dataclass(frozen=True)
class InstitutionDesk:
    """One institution, under all its names: where it is, what waits, and where it is missing."""

    institution: Institution
    """Under the name it has today."""
    former_names: tuple[str, ...]
    present: tuple[OwnCounter, ...]
    waiting: tuple[Presence, ...]
    returned: tuple[Presence, ...]
    """Reports sent back and not yet answered by a later one."""
    missing: tuple[Site, ...]
    """MPPs that were inaugurated, without a counter of it and without one that waits to be verified."""


@dataclass(frozen=True)
class InstitutionRoom:
    """What somebody who speaks for institutions sees."""

    desks: tuple[InstitutionDesk, ...]
    provinces: tuple[tuple[str, str], ...]
    """Code and name of every province with an inaugurated MPP or a counter of theirs."""
    province: str
    """Code of the only province that is shown, empty for all."""


def site_counters(site: Site, *, today: date) -> SiteCounters:
    """Return the counters at `site` that everybody may know of."""
    return counters_of(Presence.objects.in_force().filter(site=site), today=today)


def counters_of(presences: QuerySet[Presence], *, today: date) -> SiteCounters:
    """Return the counters of one MPP that `presences` state, as they are on a day."""
    rows = presences.select_related("institution", "agreement")
    counters = [_counter(row) for row in rows.prefetch_related("services").order_by("institution__abbreviation")]
    closed = [counter for counter in counters if _has_closed(counter.presence, today)]
    return SiteCounters(
        open=tuple(counter for counter in counters if not _has_closed(counter.presence, today)),
        closed=tuple(sorted(closed, key=_closed_on, reverse=True)),
    )


def site_room(site: Site, user: User, *, today: date) -> SiteRoom:
    """Return what `user`, who reports on `site`, sees of its counters."""
    said = list(_said(user).filter(site=site))
    return SiteRoom(
        site=site,
        counters=site_counters(site, today=today),
        waiting=_waiting(said),
        returned=tuple(row for row in said if is_unanswered(row, said)),
    )


def reportable_by(user: User) -> QuerySet[Presence]:
    """Return the presences in force that `user` may state anew: at their sites, and of their institutions."""
    own = Q(site__in=Site.objects.editable_by(user)) | Q(institution__in=institutions_of(user))
    return Presence.objects.in_force().filter(own)


def institutions_without_counter(site: Site, user: User, *, today: date) -> QuerySet[Institution]:
    """Return the institutions whose new counter at `site` `user` may report.

    They exist under that name today, and under none of their names do they have a counter there that is open or
    waits to be verified.
    """
    heirs = Institution.objects.heirs()
    there = Presence.objects.in_force().exclude(counter_closed_on__lt=today)
    waiting = Presence.objects.filter(state=EntryState.REPORTED, supersedes=None)
    taken = {heirs[pk] for pk in (there | waiting).filter(site=site).values_list("institution", flat=True)}
    free = Institution.objects.valid_on(today).exclude(pk__in=[pk for pk, heir in heirs.items() if heir in taken])
    on_turf = Site.objects.editable_by(user).filter(pk=site.pk).exists()
    return free if on_turf else free.filter(pk__in=institutions_of(user))


def institution_room(user: User, *, today: date, province: str = "") -> InstitutionRoom:
    """Return what `user` sees of the institutions they speak for.

    Args:
        user: who looks.
        today: the day on which counters are open.
        province: the code of the only province to show; empty for all. What waits or was returned is shown always.
    """
    heirs = Institution.objects.heirs()
    own = institutions_of(user)
    institutions = Institution.objects.in_bulk(own)
    rows = _said(user).filter(institution__in=own).annotate(service_count=Count("services"))
    said = list(rows.select_related("site__regency__province"))
    standing = set(Presence.objects.in_force().filter(institution__in=own).values_list("pk", flat=True))
    agreements = Agreement.objects.with_end(today).in_bulk({row.agreement_id for row in said if row.agreement_id})
    inaugurated = list(_inaugurated(today).select_related("regency__province"))
    by_line: dict[int, list[Presence]] = defaultdict(list)
    for row in said:
        by_line[heirs[row.institution_id]].append(row)

    def is_shown(site: Site) -> bool:
        return province in ("", site.regency.province.code)

    def desk(heir: int) -> InstitutionDesk:
        of_line = by_line[heir]
        present = [row for row in of_line if row.pk in standing and not _has_closed(row, today)]
        waiting = _waiting(of_line)
        taken = {row.site_id for row in (*present, *waiting)}
        return InstitutionDesk(
            institution=institutions[heir],
            former_names=tuple(str(institutions[pk]) for pk in sorted(own) if heirs[pk] == heir and pk != heir),
            present=tuple(_own_counter(row, agreements, today) for row in present if is_shown(row.site)),
            waiting=waiting,
            returned=tuple(row for row in of_line if is_unanswered(row, of_line)),
            missing=tuple(site for site in inaugurated if site.pk not in taken and is_shown(site)),
        )

    places = {site.regency.province for site in [*inaugurated, *(row.site for row in said)]}
    lines = sorted({heirs[pk] for pk in own}, key=lambda pk: institutions[pk].abbreviation)
    return InstitutionRoom(
        desks=tuple(desk(heir) for heir in lines),
        provinces=tuple(sorted((place.code, place.name) for place in places)),
        province=province,
    )


def day_names(presence: Presence) -> tuple[str, ...]:
    """Return the days on which a counter serves by name, Monday first."""
    return tuple(str(Weekday(day).label) for day in sorted(set(presence.service_days)))


def _said(user: Person) -> QuerySet[Presence]:
    rows = Presence.objects.visible_to(user).exclude(state=EntryState.DRAFT)
    return rows.select_related("site__regency", "institution", "agreement", "reported_by").order_by("-reported_at")


def _waiting(said: Iterable[Presence]) -> tuple[Presence, ...]:
    return tuple(row for row in said if row.state == EntryState.REPORTED)


def _inaugurated(today: date) -> QuerySet[Site]:
    ceremony = Milestone.objects.in_force().filter(site=OuterRef("pk"), stage=Stage.INAUGURATED, reached_on__lte=today)
    return Site.objects.main().filter(Exists(ceremony))


def _has_closed(presence: Presence, today: date) -> bool:
    return presence.counter_closed_on is not None and presence.counter_closed_on < today


def _closed_on(counter: Counter) -> date:
    return counter.presence.counter_closed_on or date.max


def _counter(presence: Presence) -> Counter:
    by_channel: dict[str, list[Service]] = defaultdict(list)
    for service in presence.services.all():
        by_channel[service.channel].append(service)
    channels = [(str(channel.label), tuple(by_channel[channel])) for channel in ServiceChannel if by_channel[channel]]
    return Counter(presence=presence, channels=tuple(channels), days=day_names(presence))


def _own_counter(row: Presence, agreements: dict[int, Agreement], today: date) -> OwnCounter:
    agreement = agreements.get(row.agreement_id) if row.agreement_id else None
    ends_on = getattr(agreement, "ends_on", None)
    return OwnCounter(
        presence=row,
        service_count=getattr(row, "service_count", 0),
        standing=agreement_standing(agreement.valid_from, ends_on, today) if agreement else None,
    )
