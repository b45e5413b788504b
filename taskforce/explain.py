"""What makes a figure of coverage, what is left out of it and why, and why does it differ from another standpoint?

Every list is read with the fragments of `taskforce.coverage` that count, so that it cannot say other than the figure.
A comparison goes from one standpoint to the other in steps, one parameter after the other; a unit that counts from
only one of them is told in the last step that changed it. So a unit is in one step only, and the steps sum up.
docs/decisions/0018-explained-figures.md says in which order, and why.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from django.utils import timezone

from regions.models import DirtyProvince, Milestone, OperatingRecord, Regency
from taskforce import rules
from taskforce.choices import AnnouncedCounting, Boundaries, ChangeReason, Layer, LeftOut, RunKind
from taskforce.coverage import (
    LAYERS_AND_BOUNDARIES,
    PROVINCE_OF,
    REACHED,
    SERVING,
    Definition,
    Question,
    UndatedUnit,
    UnitStanding,
    answer,
    believed,
    corrected,
    facts,
    fetch,
    undated_on,
    unit_standings,
)
from taskforce.models import CoverageRun, CoverageSnapshot, KnownGap

# --- Answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Area:
    """What a figure is about: a province, a group of islands, or (when both are empty) the nation."""

    province: str = ""
    """Its code."""
    island_group: str = ""
    provinces: frozenset[str] | None = None
    """The codes of its provinces; None for all there are."""

    def holds(self, province: str) -> bool:
        """Return whether the province with this code belongs to it."""
        return self.provinces is None or province in self.provinces


class EntryKey(NamedTuple):
    """Which entry of the ledger is meant."""

    ledger: str
    """The name of its ledger in addresses."""
    pk: int


@dataclass(frozen=True)
class OmittedEntry:
    """An entry that says what is counted, and makes no unit count."""

    reason: LeftOut
    key: EntryKey


@dataclass(frozen=True)
class StoredFigure:
    """What is stored of a figure, and which runs computed it."""

    units: int
    covered: int
    changed_by: CoverageRun
    """The run that last changed what is stored."""
    checked_by: CoverageRun | None
    """The last run that computed the day anew for all provinces; None when there was none."""
    waits: bool
    """Whether a change of the ledger has yet to reach it."""


@dataclass(frozen=True)
class Explanation:
    """One figure, with the units that it counts and those that it counts among."""

    question: Question
    area: Area
    computed_at: datetime
    standings: tuple[UnitStanding, ...] = field(repr=False)
    """Every unit of the area, by code."""
    deciding: Mapping[str, EntryKey] = field(repr=False)
    """By code of each covered unit, the entry that makes it count."""
    omitted: tuple[OmittedEntry, ...] = field(repr=False)
    outside: tuple[Regency, ...] = field(repr=False)
    """Areas that are no units of this basis."""
    undated: tuple[UndatedUnit, ...] = field(repr=False)
    """Units seen at work of which no day is known that makes them count."""
    known_gaps: Mapping[int, KnownGap] = field(repr=False)
    """What is recorded of officials counting a unit, by its key."""
    unidentified: tuple[KnownGap, ...] = field(repr=False)
    """Units that officials count and nobody can name; of the nation, for nobody knows where they are."""
    stored: StoredFigure | None
    """None where nothing of the kind is stored."""

    @property
    def covered(self) -> tuple[UnitStanding, ...]:
        """Return the units that are counted."""
        return tuple(unit for unit in self.standings if unit.is_covered)

    @property
    def coverage_pct(self) -> Decimal | None:
        """Return the covered units in percent, one place; None where there are no units."""
        return rules.percentage(len(self.covered), len(self.standings))

    @property
    def agrees(self) -> bool:
        """Return whether what is stored equals what was computed."""
        stored = self.stored
        return stored is not None and (stored.units, stored.covered) == (len(self.standings), len(self.covered))


@dataclass(frozen=True)
class ChangedUnit:
    """A unit that counts from one of two standpoints and not from the other."""

    unit: UnitStanding
    """As it is from the second standpoint, or from the first where it is no unit there."""
    province_before: str
    """The code of its province from the first standpoint; empty where it was no unit."""
    key: EntryKey | None
    """The entry that makes it count, where it does; None where a supposition does."""


@dataclass(frozen=True)
class Step:
    """The units by which one reason moves the figure."""

    reason: ChangeReason
    changes: tuple[ChangedUnit, ...] = field(repr=False)

    @property
    def delta(self) -> int:
        """Return what it adds to the figure, negative where it takes away."""
        return self.reason.sign * len(self.changes)


@dataclass(frozen=True)
class Comparison:
    """The figure of one standpoint, and what leads from it to that of another."""

    start: Question
    end: Question
    area: Area
    covered_at_start: int
    covered_at_end: int
    units_at_start: int
    units_at_end: int
    steps: tuple[Step, ...]
    """Those that move the figure, in the order of the list of reasons."""

    @property
    def delta(self) -> int:
        """Return by how much the figure differs."""
        return self.covered_at_end - self.covered_at_start


class Reading:
    """What is read of the ledger for one page, each question once."""

    def __init__(self) -> None:
        self.standings: Callable[[Question], tuple[UnitStanding, ...]] = cache(unit_standings)
        self.deciding: Callable[[Question], Mapping[str, EntryKey]] = cache(deciding_entries)


def explanation(question: Question, area: Area, reading: Reading) -> Explanation | None:
    """Return what makes the figure that `question` asks for in `area`; None when there was no such province then."""
    everywhere, computed_at = reading.standings(question), timezone.now()
    standings = tuple(unit for unit in everywhere if area.holds(unit.province))
    if area.province and not standings and answer(question).province(area.province) is None:
        return None
    gaps = list(KnownGap.objects.select_related("regency"))
    return Explanation(
        question=question,
        area=area,
        computed_at=computed_at,
        standings=standings,
        deciding=reading.deciding(question),
        omitted=_omitted(question, area),
        outside=_outside(everywhere, area),
        undated=_undated(question, area),
        known_gaps={gap.regency_id: gap for gap in gaps if gap.regency_id is not None},
        unidentified=tuple(gap for gap in gaps if _is_unidentified_by(question, gap) and area.provinces is None),
        stored=_stored(question, area),
    )


def compare(start: Question, end: Question, area: Area, reading: Reading) -> Comparison:
    """Return what leads from the figure of `start` to that of `end` in `area`; the steps sum up exactly.

    First the definition changes, then the provinces, then what is known, then the day.
    """
    defined = replace(start, basis=end.basis, counting=end.counting, layer=end.layer)
    informed = replace(defined, known_at=end.known_at)
    then = {unit.code: unit.province for unit in reading.standings(defined)}
    now = {unit.code: unit.province for unit in reading.standings(end)}

    def counted(question: Question, provinces: Mapping[str, str]) -> set[str]:
        units = reading.standings(question)
        return {unit.code for unit in units if unit.is_covered and area.holds(provinces[unit.code])}

    before, after = ({unit.code: unit for unit in reading.standings(each)} for each in (start, end))
    stages = (
        counted(start, {code: unit.province for code, unit in before.items()}),
        counted(defined, then),
        counted(defined, now),
        counted(informed, now),
        counted(end, now),
    )
    changed: dict[ChangeReason, list[ChangedUnit]] = defaultdict(list)
    for code in sorted(stages[0] ^ stages[-1]):
        is_gained = code in stages[-1]
        last = max(place for place, pair in enumerate(_PAIRS) if (code in stages[place]) != (code in stages[place + 1]))
        gain, loss = _PAIRS[last]
        key = reading.deciding(end if is_gained else start).get(code)
        unit = after[code] if code in after else before[code]
        province_before = before[code].province if code in before else ""
        changed[gain if is_gained else loss].append(ChangedUnit(unit, province_before, key))
    return Comparison(
        start=start,
        end=end,
        area=area,
        covered_at_start=len(stages[0]),
        covered_at_end=len(stages[-1]),
        units_at_start=sum(area.holds(unit.province) for unit in before.values()),
        units_at_end=sum(area.holds(unit.province) for unit in after.values()),
        steps=tuple(Step(reason, tuple(changed[reason])) for reason in ChangeReason if reason in changed),
    )


_PAIRS = (
    (ChangeReason.DEFINED_IN, ChangeReason.DEFINED_OUT),
    (ChangeReason.MOVED_IN, ChangeReason.MOVED_OUT),
    (ChangeReason.LATE, ChangeReason.CORRECTED),
    (ChangeReason.HAPPENED, ChangeReason.ENDED),
)
"""What a unit that is gained, or lost, at each of the steps is told for."""


def deciding_entries(question: Question) -> Mapping[str, EntryKey]:
    """Return by code of each covered unit the entry that makes it count: the first one, or the record in force."""
    rows = fetch(_DECIDING[question.layer], question.parameters)
    return {code: EntryKey(ledger, pk) for code, ledger, pk in rows}


# --- What is left out ------------------------------------------------------------------------------------


def _omitted(question: Question, area: Area) -> tuple[OmittedEntry, ...]:
    rows = fetch(_OMITTED[question.layer, question.boundaries], question.parameters)
    return tuple(
        OmittedEntry(LeftOut(reason), EntryKey(ledger, pk))
        for reason, ledger, pk, province in rows
        if area.holds(province)
    )


def _outside(units: Iterable[UnitStanding], area: Area) -> tuple[Regency, ...]:
    others = Regency.objects.exclude(code__in=[unit.code for unit in units]).select_related("province", "served_by")
    return tuple(regency for regency in others if area.holds(regency.province.code))


def _undated(question: Question, area: Area) -> tuple[UndatedUnit, ...]:
    definition = Definition(question.as_at, AnnouncedCounting(question.counting), question.basis)
    return tuple(unit for unit in undated_on([definition], question)[definition] if area.holds(unit.province))


def _is_unidentified_by(question: Question, gap: KnownGap) -> bool:
    return gap.counted_from is not None and gap.counted_from <= question.as_at


# --- What is stored --------------------------------------------------------------------------------------


def _stored(question: Question, area: Area) -> StoredFigure | None:
    """Return what is stored of a figure: snapshots are of the verified layer, as known now, in the day's boundaries."""
    if question.layer != Layer.VERIFIED or question.known_at is not None or question.boundaries != Boundaries.THEN:
        return None
    asked = {"as_at": question.as_at, "basis": question.basis, "counting": question.counting}
    rows = CoverageSnapshot.objects.filter(**asked).select_related("run")
    waiting = DirtyProvince.objects.filter(since__lte=question.as_at)
    if area.provinces is None:
        rows = rows.filter(province=None)
    else:
        rows = rows.filter(province__code__in=area.provinces)
        waiting = waiting.filter(province__code__in=area.provinces)
    found: Sequence[CoverageSnapshot] = list(rows)
    if not found:
        return None
    everywhere = CoverageRun.objects.filter(kind__in=(RunKind.REBUILD, RunKind.BACKFILL), error="")
    of_the_day = everywhere.filter(
        first_day__lte=question.as_at, last_day__gte=question.as_at, finished_at__isnull=False
    )
    return StoredFigure(
        units=sum(row.units for row in found),
        covered=sum(row.covered for row in found),
        changed_by=max((row.run for row in found), key=lambda run: run.started_at),
        checked_by=of_the_day.first(),
        waits=waiting.exists(),
    )


# --- Questions to the ledger -----------------------------------------------------------------------------


def _deciding(layer: Layer) -> str:
    return f"""{facts(layer, Boundaries.NOW)},
    first AS (
        SELECT DISTINCT ON (holder_id) holder_id, milestone.id
        FROM milestone JOIN standing USING (holder_id)
        WHERE {REACHED} AND reached_on = standing.covered_on
        ORDER BY holder_id, milestone.id
    ),
    serving AS (
        SELECT DISTINCT ON (holder_id) holder_id, operating.id
        FROM operating JOIN standing USING (holder_id)
        WHERE {SERVING} AND daterange(since, until) @> %(as_at)s::date
        ORDER BY holder_id, since, operating.id
    ),
    deciding AS (
        SELECT holder_id, '{Milestone.LEDGER}' AS ledger, id FROM first
        WHERE id IS NOT NULL
        UNION ALL
        SELECT holder_id, '{OperatingRecord.LEDGER}', id FROM serving
        WHERE %(counting)s = 'operating'
    )
    SELECT regency.code, deciding.ledger, deciding.id
    FROM unit
    JOIN deciding USING (holder_id)
    JOIN regions_regency regency ON regency.id = unit.id
    """


def _omitted_entries(layer: Layer, boundaries: Boundaries) -> str:
    told = " UNION ALL ".join(
        f"""
        SELECT '{ledger.LEDGER}' AS ledger, entry.id, entry.site_id, entry.{ledger.SAYS[-1]} AS happened_on,
               entry.date_precision, entry.withdraws,
               {believed("entry", layer)} AS is_believed,
               coalesce(entry.reviewed_at > %(known_at)s::timestamptz, true) AS waits,
               {corrected(ledger._meta.db_table, layer)} AS is_corrected
        FROM {ledger._meta.db_table} entry
        WHERE entry.reported_at <= %(known_at)s::timestamptz AND {counts}"""
        for ledger, counts in (
            (Milestone, REACHED),
            (OperatingRecord, f"%(counting)s = 'operating' AND {SERVING}"),
        )
    )
    return f"""{facts(layer, boundaries)},
    told AS ({told}
    ),
    omitted AS (
        SELECT told.ledger, told.id, told.happened_on, site.regency_id, standing.holder_id IS NOT NULL AS is_covered,
               CASE
                   WHEN NOT is_believed THEN CASE WHEN waits THEN '{LeftOut.WAITING}' END
                   WHEN withdraws THEN NULL
                   WHEN is_corrected THEN '{LeftOut.CORRECTED}'
                   WHEN site.is_branch THEN '{LeftOut.BRANCH}'
                   WHEN happened_on > %(as_at)s::date
                       AND date_trunc(told.date_precision, happened_on) <= %(as_at)s::date THEN '{LeftOut.PERIOD}'
                   WHEN happened_on > %(as_at)s::date THEN '{LeftOut.LATER}'
                   WHEN operating.until <= %(as_at)s::date THEN '{LeftOut.ENDED}'
               END AS reason
        FROM told
        JOIN regions_site site ON site.id = told.site_id
        LEFT JOIN standing ON standing.holder_id = site.regency_id
        LEFT JOIN operating ON operating.id = told.id AND told.ledger = '{OperatingRecord.LEDGER}'
    )
    SELECT reason, ledger, omitted.id, province.code
    FROM omitted
    JOIN regions_regency regency ON regency.id = omitted.regency_id
    JOIN regions_province province ON province.id = {PROVINCE_OF[boundaries]}
    WHERE reason IN ('{LeftOut.WAITING}', '{LeftOut.CORRECTED}', '{LeftOut.BRANCH}')
       OR reason IS NOT NULL AND NOT is_covered
    ORDER BY regency.code, happened_on, omitted.id
    """


_DECIDING = {layer: _deciding(layer) for layer in Layer}
_OMITTED = {asked: _omitted_entries(*asked) for asked in LAYERS_AND_BOUNDARIES}
