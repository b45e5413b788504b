"""What does a province's page show beside its figures? One frozen answer, as of a day and by what was known then."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboard.alerts import KindCount, alerts_in
from dashboard.charts import Segment, stacked_bar
from dashboard.places import Agenda, Proof, agenda, last_day, proof_of
from dashboard.reports import ProvincePage, UnitRow
from regions.choices import OperatingStatus, Stage, Tone
from regions.models import FormerProvince, Milestone, Person, Province, Regency
from regions.rules import STAGE_ORDER
from taskforce.choices import Layer, UnitOrder
from taskforce.coverage import Question, UnitStanding, answer, unit_standings
from taskforce.entries import standing_entries
from taskforce.lateness import LateUnit, late_units
from taskforce.models import ActionItem
from taskforce.pledges import PledgeOutcome, PledgeTally, pledges_in, tally_of
from taskforce.presence import presence_by_site
from taskforce.readiness import AreaReadiness, readiness_report


@dataclass(frozen=True)
class ListedUnit:
    """One unit, and what says that it reached its stage."""

    standing: UnitStanding
    proof: Proof | None
    is_reported: bool
    """Whether only a report says so."""


@dataclass(frozen=True)
class UnitGroup:
    """Units that stand together: those of a stage, or all in one order."""

    stage: Stage | None
    is_by_stage: bool
    units: tuple[ListedUnit, ...]


@dataclass(frozen=True)
class StageCount:
    """How many units have come so far and no further; None is of those of which no stage is known."""

    stage: Stage | None
    count: int


@dataclass(frozen=True)
class PresenceSummary:
    """At how many MPPs signatories are present."""

    inaugurated: int
    known: int
    """Of the inaugurated, those of which any counter is on record."""
    parties: int
    """Signatories of the national memoranda."""
    parties_present: int
    """Those with a staffed counter at any of the MPPs."""


@dataclass(frozen=True)
class Move:
    """One law that put regencies from one province into another on a day."""

    on: date
    legal_basis: str
    source: Province
    destination: Province
    regencies: tuple[tuple[str, Regency], ...]
    """With the code that each had before."""
    is_later: bool
    """Whether it came after the day asked about."""


@dataclass(frozen=True)
class ProvinceDetails:
    """What is known of a province and its units beside the figures."""

    order: UnitOrder
    orders: tuple[UnitOrder, ...]
    groups: tuple[UnitGroup, ...]
    by_stage: tuple[StageCount, ...]
    """Furthest first; stages in which no unit is are left out."""
    bar: tuple[Segment, ...]
    late: tuple[LateUnit, ...]
    pledges: PledgeTally
    presence: PresenceSummary
    readiness: AreaReadiness | None
    """None where the province has no units."""
    agenda: Agenda
    alerts: tuple[KindCount, ...]
    moves: tuple[Move, ...]

    @property
    def missing(self) -> tuple[LateUnit, ...]:
        """Return the units that miss the province's target."""
        return tuple(late for late in self.late if late.misses_target)

    @property
    def late_by_themselves(self) -> tuple[LateUnit, ...]:
        """Return the units that are late in something of their own."""
        return tuple(late for late in self.late if late.has_own_reason)


def province_details(page: ProvincePage, user: Person, *, order: UnitOrder) -> ProvinceDetails:
    """Return what the page of a province shows `user` beside its figures, its units in `order`."""
    question, code = page.coverage.question, page.area.code
    standings = [row.standing for row in page.units]
    outcomes = pledges_in(code, question)
    by_stage = _by_stage(standings)
    return ProvinceDetails(
        order=order,
        orders=tuple(UnitOrder),
        groups=_groups(_listed(page.units, question, user), order),
        by_stage=by_stage,
        bar=_bar(by_stage),
        late=_late(page, outcomes),
        pledges=tally_of(code, page.area.name, outcomes),
        presence=_presence(question, code),
        readiness=readiness_report(question).province(code),
        agenda=agenda(ActionItem.objects.visible_to(user).in_province(code), question),
        alerts=alerts_in(code, user, on=last_day(question)),
        moves=_moves(code, question.as_at),
    )


def _late(page: ProvincePage, outcomes: Iterable[PledgeOutcome]) -> tuple[LateUnit, ...]:
    """Return the late units: by inaugurations of the 509 units, as targets are set, whatever the page counts."""
    asked = page.coverage.question
    question = Question(asked.as_at, asked.known_at, asked.layer, asked.boundaries)
    if question == asked:
        return late_units(page.area, [row.standing for row in page.units], outcomes)
    area = answer(question).province(page.area.code)
    return late_units(area, unit_standings(question, area.code), outcomes) if area else ()


def _by_stage(standings: Iterable[UnitStanding]) -> tuple[StageCount, ...]:
    counts: dict[Stage | None, int] = defaultdict(int)
    for standing in standings:
        counts[standing.stage] += 1
    return tuple(StageCount(stage, counts[stage]) for stage in (*reversed(STAGE_ORDER), None) if stage in counts)


def _bar(by_stage: Iterable[StageCount]) -> tuple[Segment, ...]:
    counts: dict[str, int] = defaultdict(int)
    for each in by_stage:
        counts[(each.stage.tone if each.stage else Tone.UNKNOWN).value] += each.count
    return stacked_bar(counts)


def _listed(rows: Iterable[UnitRow], question: Question, user: Person) -> tuple[ListedUnit, ...]:
    """Return the units with the proof of their stage, where the reader may know it."""
    rows = tuple(rows)
    sites = {site.pk: row.standing.code for row in rows for site in row.sites}
    standing = standing_entries(question, sites=[site for row in rows for site in row.sites])
    told = Milestone.objects.visible_to(user).filter(site__in=sites).order_by("reached_on", "pk")
    said: dict[tuple[str, str, date], Milestone] = {}
    for entry in told:
        if (entry.LEDGER, entry.pk) in standing:
            said.setdefault((sites[entry.site_id], entry.stage, entry.reached_on), entry)
    verified: dict[str, tuple[Stage | None, date | None]] = {}
    if question.layer == Layer.REPORTED:
        # Also where the report itself is not the reader's to know, it is no verified stage.
        by_verified = unit_standings(replace(question, layer=Layer.VERIFIED))
        verified = {unit.code: (unit.stage, unit.reached_on) for unit in by_verified}
    return tuple(_listed_unit(row, said, verified) for row in rows)


def _listed_unit(
    row: UnitRow,
    said: Mapping[tuple[str, str, date], Milestone],
    verified: Mapping[str, tuple[Stage | None, date | None]],
) -> ListedUnit:
    unit = row.standing
    entry = said.get((unit.code, unit.stage, unit.reached_on)) if unit.stage and unit.reached_on else None
    return ListedUnit(
        standing=unit,
        proof=proof_of(entry.source_url) if entry else None,
        is_reported=(unit.stage, unit.reached_on) != verified.get(unit.code, (unit.stage, unit.reached_on)),
    )


def _groups(units: tuple[ListedUnit, ...], order: UnitOrder) -> tuple[UnitGroup, ...]:
    """Return the units, which come by code, in `order`; what is not known of them comes last."""
    if order is not UnitOrder.STAGE:
        return (UnitGroup(None, is_by_stage=False, units=tuple(sorted(units, key=_KEYS[order]))),)
    by_stage: dict[Stage | None, list[ListedUnit]] = defaultdict(list)
    for unit in units:
        by_stage[unit.standing.stage].append(unit)
    return tuple(
        UnitGroup(stage, is_by_stage=True, units=tuple(by_stage[stage]))
        for stage in (*reversed(STAGE_ORDER), None)
        if by_stage[stage]
    )


def _latest_first(unit: ListedUnit) -> int:
    day = unit.standing.reached_on
    return -day.toordinal() if day else 0


def _by_status(unit: ListedUnit) -> int:
    status = unit.standing.status
    return len(OperatingStatus) if status is None else list(OperatingStatus).index(status)


_KEYS: dict[UnitOrder, Callable[[ListedUnit], Any]] = {
    UnitOrder.NAME: lambda unit: unit.standing.name,
    UnitOrder.SINCE: _latest_first,
    UnitOrder.STATUS: _by_status,
}


def _presence(question: Question, code: str) -> PresenceSummary:
    matrix = presence_by_site(question, code)
    counted = [place for place in matrix.places if place.is_inaugurated]
    return PresenceSummary(
        inaugurated=len(counted),
        known=sum(place.is_known for place in counted),
        parties=len(matrix.parties),
        parties_present=sum(matrix.tally(party).present > 0 for party in matrix.parties),
    )


def _moves(code: str, as_at: date) -> tuple[Move, ...]:
    """Return the laws by which regencies left the province or came to it, first first."""
    rows = FormerProvince.objects.select_related("province", "regency__province").order_by("until", "regency__code")
    laws: dict[tuple[date, str, Province, Province], list[tuple[str, Regency]]] = defaultdict(list)
    for row in rows:
        if code in (row.province.code, row.regency.province.code):
            law = (row.until, row.legal_basis, row.province, row.regency.province)
            laws[law].append((row.former_code, row.regency))
    return tuple(
        Move(on, basis, source, destination, tuple(regencies), is_later=on > as_at)
        for (on, basis, source, destination), regencies in laws.items()
    )
