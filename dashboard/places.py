"""What do the pages of a regency and of an MPP show? One frozen answer each, as of a day and by what was known then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.db.models import Count, QuerySet
from django.utils import timezone

from commitments.models import Presence
from commitments.reports import SiteCounters, counters_of
from dashboard.alerts import alerts_at, alerts_of
from dashboard.charts import PathPicture, path_picture
from mpp_tracker.lib.history import Change, history_of
from regions.choices import EntryState, Stage, StageMark
from regions.models import (
    Ceremony,
    DigitalAdoption,
    Evidence,
    FormerProvince,
    LedgerEntry,
    Milestone,
    OperatingRecord,
    Person,
    Province,
    ReadinessAssessment,
    Regency,
    Site,
    turf_of,
)
from regions.rules import distance_km, stage_path
from taskforce.choices import Basis, Boundaries, Layer
from taskforce.coverage import Question, Standpoint, UnitStanding, unit_standings
from taskforce.entries import standing_entries
from taskforce.models import ActionItem, Alert
from taskforce.pledges import PledgeOutcome, pledges_of
from taskforce.presence import Cell, Party, PresenceBySite, presence_by_site
from taskforce.reports import ActionRow, rows_of
from taskforce.rules import CLOSED_STATES

NEAREST = 5
"""So many neighbours in the same stage are named with their distance."""

Entry = TypeVar("Entry", bound=LedgerEntry)


@dataclass(frozen=True)
class Proof:
    """Where something stands in print, short enough for a table."""

    text: str
    url: str
    """Empty where the source is no web address."""


@dataclass(frozen=True)
class StageStep:
    """One stage, whether it was reached, and what says so."""

    number: int
    stage: Stage
    mark: StageMark
    entry: Milestone | None
    """The earliest entry that counts; None where there is none."""
    proof: Proof | None
    files: tuple[Evidence, ...]
    """Those that the reader may open."""

    @property
    def is_reported(self) -> bool:
        """Return whether only a report says so."""
        return self.mark is StageMark.REPORTED


@dataclass(frozen=True)
class StagePath:
    """All ten stages in the order of the field, as a list and as a picture."""

    steps: tuple[StageStep, ...]
    picture: PathPicture

    @property
    def recorded(self) -> int:
        """Return of how many stages a day is recorded."""
        return sum(step.entry is not None for step in self.steps)

    @property
    def unrecorded(self) -> int:
        """Return how many stages before the furthest nobody recorded."""
        return sum(step.mark is StageMark.UNRECORDED for step in self.steps)

    @property
    def last(self) -> StageStep | None:
        """Return the furthest stage reached, None for none."""
        return next((step for step in reversed(self.steps) if step.entry is not None), None)


@dataclass(frozen=True)
class History:
    """All that was said of a place and the reader may know, and how each of it looks from where they stand."""

    standpoint: Standpoint
    entries: tuple[LedgerEntry, ...]
    """Latest happening first."""
    in_force: frozenset[LedgerEntry]
    """What was believed and not corrected, also what is dated after the day asked about."""
    corrected: frozenset[LedgerEntry]
    """What counted until a correction was verified."""
    unknown: frozenset[LedgerEntry]
    """What was not known at the moment asked about."""

    @property
    def later(self) -> frozenset[LedgerEntry]:
        """Return what happened after the day asked about."""
        return frozenset(entry for entry in self.entries if entry.happened_on > self.standpoint.as_at)

    def counting(self, ledger: type[Entry]) -> tuple[Entry, ...]:
        """Return the entries of one ledger that count on the day, latest first."""
        rows = [
            entry
            for entry in self.entries
            if isinstance(entry, ledger) and entry in self.in_force and entry.happened_on <= self.standpoint.as_at
        ]
        return tuple(sorted(rows, key=lambda entry: (entry.happened_on, entry.pk), reverse=True))


@dataclass(frozen=True)
class Neighbour:
    """A unit in the same stage, and how far away its seat of government is."""

    unit: UnitStanding
    km: int


@dataclass(frozen=True)
class Surroundings:
    """Where a regency belonged and how far it was on the day, who was as far, and what it had promised."""

    question: Question
    province: Province
    code: str
    """Its code on that day, in the boundaries asked for."""
    moves: tuple[FormerProvince, ...]
    """Every time that a law put it into another province, first move first."""
    standing: UnitStanding
    """Its own, or that of the unit it is part of."""
    nearest: tuple[Neighbour, ...]
    in_province: tuple[UnitStanding, ...]
    """The others of its province in the same stage."""
    pledges: tuple[PledgeOutcome, ...]


@dataclass(frozen=True)
class SiteRow:
    """One MPP of a regency, as it was on the day."""

    site: Site
    path: StagePath
    status: OperatingRecord | None


@dataclass(frozen=True)
class SitePresence:
    """Which signatories are at one MPP."""

    site: Site
    is_known: bool
    """Whether a counter of anybody is on record."""
    present: tuple[tuple[Party, Cell], ...]
    signed: tuple[Party, ...]
    """Those bound by a PKS without a staffed counter."""
    party_count: int


@dataclass(frozen=True)
class Agenda:
    """What is to be done about a place, as far as the reader may know."""

    open: tuple[ActionRow, ...]
    closed_count: int


@dataclass(frozen=True)
class RegencyPage:
    """One regency or city on a day."""

    regency: Regency
    surroundings: Surroundings
    path: StagePath
    sites: tuple[SiteRow, ...]
    """The branches too, which do not count."""
    serves: tuple[Regency, ...]
    """The areas that are no units and go by its MPP."""
    history: History
    presence: tuple[SitePresence, ...]
    readiness: ReadinessAssessment | None
    digital: DigitalAdoption | None
    agenda: Agenda
    alerts: tuple[Alert, ...]
    sees_people: bool
    computed_at: datetime

    @property
    def has_several(self) -> bool:
        """Return whether more than one MPP counts."""
        return sum(not row.site.is_branch for row in self.sites) > 1

    @property
    def is_told_more(self) -> bool:
        """Return whether the figures know of a stage whose report the reader may not read."""
        stage, last = self.surroundings.standing.stage, self.path.last
        return stage is not None and (last is None or last.stage is not stage)


@dataclass(frozen=True)
class CeremonyRow:
    """A ceremony at which an MPP reached a stage, and at how many MPPs that is recorded."""

    ceremony: Ceremony
    site_count: int


@dataclass(frozen=True)
class SitePage:
    """One MPP on a day."""

    site: Site
    surroundings: Surroundings
    path: StagePath
    status: OperatingRecord | None
    history: History
    ceremonies: tuple[CeremonyRow, ...]
    counters: SiteCounters
    """Which institutions are there, with which services."""
    agenda: Agenda
    alerts: tuple[Alert, ...]
    may_report: bool
    may_correct: bool
    """Whether the reader may report, and looks at what stands now."""
    sees_people: bool
    """Whether the reader learns who reported and verified, and how the record itself was changed."""
    changes: tuple[Change, ...]
    """Every change of the site's own record, latest first."""
    computed_at: datetime


def regency_page(regency: Regency, question: Question, user: Person) -> RegencyPage:
    """Return what the page of a regency shows to `user`.

    Args:
        regency: with its province, former provinces and, where it is no unit, the unit it is part of.
        question: from where it is looked at, and what counts as covered; its basis plays no part.
        user: who reads.
    """
    sites = list(Site.objects.visible_to(user).filter(regency=regency).order_by("is_branch", "name"))
    history = _history(question, user, sites, [regency])
    surroundings = _surroundings(regency, question)
    matrix = presence_by_site(question, surroundings.province.code)
    return RegencyPage(
        regency=regency,
        surroundings=surroundings,
        path=_path(history.counting(Milestone), [site for site in sites if not site.is_branch]),
        sites=tuple(_site_row(site, history) for site in sites),
        serves=tuple(Regency.objects.visible_to(user).filter(served_by=regency)),
        history=history,
        presence=tuple(_presence(site, matrix) for site in sites if not site.is_branch),
        readiness=next(iter(history.counting(ReadinessAssessment)), None),
        digital=next(iter(history.counting(DigitalAdoption)), None),
        agenda=agenda(ActionItem.objects.visible_to(user).in_regency(regency), question),
        alerts=alerts_of(regency, user, on=last_day(question)),
        sees_people=Regency.objects.filter(turf_of(user).reaches(""), pk=regency.pk).exists(),
        computed_at=timezone.now(),
    )


def site_page(site: Site, question: Question, user: Person) -> SitePage:
    """Return what the page of an MPP shows to `user`; the arguments are as in `regency_page`."""
    history = _history(question, user, [site])
    milestones = history.counting(Milestone)
    present = Presence.objects.visible_to(user).filter(pk__in=[row.pk for row in history.counting(Presence)])
    sees_people = Site.objects.filter(turf_of(user).reaches("regency"), pk=site.pk).exists()
    may_report = Site.objects.editable_by(user).filter(pk=site.pk).exists()
    told = tuple(entry for entry in history.entries if not isinstance(entry, Presence))
    return SitePage(
        site=site,
        surroundings=_surroundings(site.regency, question),
        path=_path(milestones, [site]),
        status=next(iter(history.counting(OperatingRecord)), None),
        history=replace(history, entries=told),
        ceremonies=_ceremonies(milestones),
        counters=counters_of(present, today=question.as_at),
        agenda=agenda(ActionItem.objects.visible_to(user).filter(site=site), question),
        alerts=alerts_at(site, user, on=last_day(question)),
        may_report=may_report,
        may_correct=may_report and question.known_at is None and question.layer is Layer.VERIFIED,
        sees_people=sees_people,
        changes=history_of(site) if sees_people else (),
        computed_at=timezone.now(),
    )


def last_day(standpoint: Standpoint) -> date:
    """Return the last day of which anything is told: the one asked about, or that of the moment if it is earlier."""
    return timezone.localdate(_last_moment(standpoint))


def proof_of(source: str) -> Proof | None:
    """Return a written source as it stands in a table: of a web address only whose it is; None without a source."""
    if not source:
        return None
    try:
        address = urlsplit(source)
        host = address.hostname or ""
    except ValueError:
        return Proof(source, "")
    if address.scheme not in {"http", "https"} or not host:
        return Proof(source, "")
    return Proof(host.removeprefix("www."), source)


def agenda(items: Any, standpoint: Standpoint) -> Agenda:
    """Return action items decided by the day asked about as they stood then, the most pressing first."""
    day = last_day(standpoint)
    rows = rows_of(items.filter(decided_on__lte=day), today=day, by=_last_moment(standpoint))
    still_open = tuple(row for row in rows if row.state not in CLOSED_STATES)
    return Agenda(open=still_open, closed_count=len(rows) - len(still_open))


def _last_moment(standpoint: Standpoint) -> datetime:
    end = timezone.make_aware(datetime.combine(standpoint.as_at, time.max))
    return end if standpoint.known_at is None else min(end, standpoint.known_at)


def _history(standpoint: Standpoint, user: Person, sites: Sequence[Site], regencies: Sequence[Regency] = ()) -> History:
    """Return what was said of `sites`, and of `regencies` where there are any; counters only where there are none."""
    standing = standing_entries(standpoint, sites=sites, regencies=regencies)
    milestones = Milestone.objects.visible_to(user).filter(site__in=sites).select_related("site", "ceremony")
    if user.is_authenticated:
        milestones = milestones.prefetch_related("evidence")
    said: list[QuerySet[Any]] = [
        milestones,
        OperatingRecord.objects.visible_to(user).filter(site__in=sites).select_related("site"),
    ]
    if regencies:
        said += [
            ledger.objects.visible_to(user).filter(regency__in=regencies).select_related("regency")
            for ledger in (DigitalAdoption, ReadinessAssessment)
        ]
    else:
        said.append(Presence.objects.visible_to(user).filter(site__in=sites))
    entries = [
        entry
        for rows in said
        for entry in rows.exclude(state=EntryState.DRAFT).select_related("reported_by", "reviewed_by", "supersedes")
    ]
    unknown = frozenset(entry for entry in entries if not _is_known(entry, standpoint))
    in_force = frozenset(entry for entry in entries if (entry.LEDGER, entry.pk) in standing)
    return History(
        standpoint=standpoint,
        entries=tuple(sorted(entries, key=lambda entry: (entry.happened_on, entry.reported_at), reverse=True)),
        in_force=in_force,
        corrected=frozenset(
            entry
            for entry in entries
            if entry.state == EntryState.VERIFIED and not entry.withdraws and entry not in in_force | unknown
        ),
        unknown=unknown,
    )


def _is_known(entry: LedgerEntry, standpoint: Standpoint) -> bool:
    """Return whether an entry was known by the moment asked about, in the layer asked for."""
    by_review = standpoint.layer is Layer.VERIFIED and entry.state == EntryState.VERIFIED
    known_at = entry.reviewed_at if by_review else entry.reported_at
    return standpoint.known_at is None or (known_at is not None and known_at <= standpoint.known_at)


def _path(milestones: Iterable[Milestone], sites: Iterable[Site]) -> StagePath:
    """Return the stages that `sites` together have reached, each with the earliest entry that says so."""
    of_sites = {site.pk for site in sites}
    first: dict[Stage, Milestone] = {}
    for entry in sorted(milestones, key=lambda entry: (entry.state != EntryState.VERIFIED, entry.reached_on, entry.pk)):
        if entry.site_id in of_sites:
            first.setdefault(Stage(entry.stage), entry)
    verified = {stage for stage, entry in first.items() if entry.state == EntryState.VERIFIED}
    steps = tuple(
        _step(number, stage, mark, first.get(stage))
        for number, (stage, mark) in enumerate(stage_path(verified, first.keys() - verified), start=1)
    )
    years = [str(step.entry.reached_on.year) if step.entry else "" for step in steps]
    picture = path_picture([(step.mark.value, year) for step, year in zip(steps, years, strict=True)])
    return StagePath(steps=steps, picture=picture)


def _step(number: int, stage: Stage, mark: StageMark, entry: Milestone | None) -> StageStep:
    # Evidence is fetched beforehand for those who may open it, and for nobody else.
    fetched = getattr(entry, "_prefetched_objects_cache", {})
    return StageStep(
        number=number,
        stage=stage,
        mark=mark,
        entry=entry,
        proof=proof_of(entry.source_url) if entry else None,
        files=tuple(fetched.get("evidence", ())),
    )


def _site_row(site: Site, history: History) -> SiteRow:
    statuses = (record for record in history.counting(OperatingRecord) if record.site_id == site.pk)
    return SiteRow(site, _path(history.counting(Milestone), [site]), next(statuses, None))


def _ceremonies(milestones: Iterable[Milestone]) -> tuple[CeremonyRow, ...]:
    held = {entry.ceremony_id: entry.ceremony for entry in milestones if entry.ceremony is not None}
    if not held:
        return ()
    recorded = Milestone.objects.in_force().filter(ceremony__in=held).order_by()
    counts = dict(recorded.values_list("ceremony").annotate(Count("site", distinct=True)))
    rows = (CeremonyRow(ceremony, counts.get(key, 1)) for key, ceremony in held.items())
    return tuple(sorted(rows, key=lambda row: row.ceremony.held_on))


def _surroundings(regency: Regency, question: Question) -> Surroundings:
    unit = (None if regency.is_autonomous else regency.served_by) or regency
    # Among the Ministry's units, whatever is counted elsewhere: an MPP is the same in every basis.
    among = replace(question, basis=Basis.UNITS_509)
    standings = {standing.code: standing for standing in unit_standings(among)}
    own = standings[unit.code]
    peers = [each for each in standings.values() if each.stage is own.stage and each.code != own.code]
    former = regency.former_on(question.as_at) if question.boundaries is Boundaries.THEN else None
    return Surroundings(
        question=question,
        province=former.province if former else regency.province,
        code=former.former_code if former else regency.code,
        moves=tuple(regency.former_provinces.all()),
        standing=own,
        nearest=_nearest(unit, peers),
        in_province=tuple(each for each in peers if each.province == own.province),
        pledges=pledges_of(unit, question),
    )


def _nearest(unit: Regency, peers: Iterable[UnitStanding]) -> tuple[Neighbour, ...]:
    """Return those of `peers` whose seats lie nearest to that of `unit`; none where its own is unknown."""
    rows = Regency.objects.values_list("code", "seat_latitude", "seat_longitude")
    seats = {code: (float(lat), float(lon)) for code, lat, lon in rows if lat is not None and lon is not None}
    if unit.code not in seats:
        return ()
    away = [(distance_km(seats[unit.code], seats[peer.code]), peer) for peer in peers if peer.code in seats]
    nearest = sorted(away, key=lambda pair: (pair[0], pair[1].code))[:NEAREST]
    return tuple(Neighbour(peer, round(km)) for km, peer in nearest)


def _presence(site: Site, matrix: PresenceBySite) -> SitePresence:
    place = next((place for place in matrix.places if place.pk == site.pk), None)
    cells = [(party, matrix.cells[party.pk, site.pk]) for party in matrix.parties] if place else []
    return SitePresence(
        site=site,
        is_known=place is not None and place.is_known,
        present=tuple((party, cell) for party, cell in cells if cell.is_present),
        signed=tuple(party for party, cell in cells if cell.has_pks and not cell.is_present),
        party_count=len(matrix.parties),
    )
