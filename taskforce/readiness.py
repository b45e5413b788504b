"""How ready are the units for an MPP on any day, aspect by aspect, and what became of them since a baseline?

What is known of a unit is its latest assessment that counts on the day, as a whole; an aspect without a level is
unknown, and unknown is neither more nor less than any level. docs/decisions/0009-readiness.md settles the rest. Which
entries count and where a unit belongs is said by the fragments of `taskforce.coverage`.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from regions.choices import DatePrecision, ReadinessAspect, ReadinessLevel, ReadinessMovement
from regions.models import ReadinessAssessment, ReadinessBaseline
from regions.rules import readiness_movement
from taskforce.choices import Boundaries, Layer
from taskforce.coverage import PROVINCE_OF, Standpoint, fetch, stands


@dataclass(frozen=True)
class Assessed:
    """What one assessment says."""

    assessed_on: date
    precision: DatePrecision
    levels: Mapping[ReadinessAspect, ReadinessLevel]
    """Only what is known."""


@dataclass(frozen=True)
class AspectStanding:
    """One aspect of one unit, now and at the baseline; None is unknown."""

    aspect: ReadinessAspect
    now: ReadinessLevel | None
    before: ReadinessLevel | None

    @property
    def movement(self) -> ReadinessMovement:
        """Return what became of it."""
        return readiness_movement(self.before, self.now)

    @property
    def has_moved(self) -> bool:
        """Return whether it is another level now, or was unknown or became so."""
        return self.now != self.before


@dataclass(frozen=True)
class UnitReadiness:
    """How ready one unit is."""

    code: str
    name: str
    province: str
    """The code of its province."""
    now: Assessed | None
    before: Assessed | None
    """What the baseline holds of it."""

    @property
    def aspects(self) -> tuple[AspectStanding, ...]:
        """Return every aspect, now and at the baseline."""
        now, before = (assessed.levels if assessed else {} for assessed in (self.now, self.before))
        return tuple(AspectStanding(aspect, now.get(aspect), before.get(aspect)) for aspect in ReadinessAspect)


@dataclass(frozen=True)
class AspectTally:
    """How many units of an area are how ready in one aspect; None is unknown."""

    aspect: ReadinessAspect
    now: Mapping[ReadinessLevel | None, int]
    before: Mapping[ReadinessLevel | None, int]
    moved: Mapping[ReadinessMovement, int]

    @property
    def known(self) -> int:
        """Return of how many units the level is known now."""
        return sum(count for level, count in self.now.items() if level is not None)


@dataclass(frozen=True)
class AreaReadiness:
    """How ready the units of a province are, or of the nation (code empty)."""

    code: str
    name: str
    units: int
    assessed: int
    """Units of which anything is known now."""
    assessed_before: int
    """Units of which the baseline knows anything."""
    aspects: tuple[AspectTally, ...]


@dataclass(frozen=True)
class ReadinessReport:
    """The nation, its provinces and units on a day, against a baseline where there is one."""

    standpoint: Standpoint
    baseline: ReadinessBaseline | None
    computed_at: datetime
    national: AreaReadiness
    provinces: tuple[AreaReadiness, ...] = field(repr=False)
    units: tuple[UnitReadiness, ...] = field(repr=False)
    """By code."""

    def province(self, code: str) -> AreaReadiness | None:
        """Return one province's figures, None when it had no units in these boundaries."""
        return next((area for area in self.provinces if area.code == code), None)

    def units_of(self, code: str) -> tuple[UnitReadiness, ...]:
        """Return the units of a province."""
        return tuple(unit for unit in self.units if unit.province == code)


def readiness_report(standpoint: Standpoint, baseline: ReadinessBaseline | None = None) -> ReadinessReport:
    """Return how ready every unit is on the day asked about, against `baseline`.

    The baseline's units stand in the provinces of the day asked about, so that both are of the same units.
    """
    now = _assessments(standpoint)
    before = _assessments(Standpoint(baseline.as_at, baseline.frozen_at)) if baseline else {}
    provinces: dict[str, str] = {}
    units = []
    rows = fetch(_UNITS[standpoint.boundaries], standpoint.parameters)
    for key, code, name, province, province_name in rows:
        provinces[province] = province_name
        units.append(UnitReadiness(code, name, province, now.get(key), before.get(key)))
    by_province: dict[str, list[UnitReadiness]] = {code: [] for code in sorted(provinces)}
    for unit in units:
        by_province[unit.province].append(unit)
    return ReadinessReport(
        standpoint=standpoint,
        baseline=baseline,
        computed_at=timezone.now(),
        national=_area("", "Indonesia", units),
        provinces=tuple(_area(code, provinces[code], members) for code, members in by_province.items()),
        units=tuple(units),
    )


def beside(assessment: ReadinessAssessment, before: ReadinessAssessment | None) -> tuple[AspectStanding, ...]:
    """Return every aspect as an assessment has it, beside what another had."""
    others = before.levels if before else {}
    return tuple(AspectStanding(aspect, level, others.get(aspect)) for aspect, level in assessment.levels.items())


def _area(code: str, name: str, units: Collection[UnitReadiness]) -> AreaReadiness:
    rows = [unit.aspects for unit in units]
    return AreaReadiness(
        code=code,
        name=name,
        units=len(units),
        assessed=sum(unit.now is not None for unit in units),
        assessed_before=sum(unit.before is not None for unit in units),
        aspects=tuple(
            _tally(aspect, [row[position] for row in rows]) for position, aspect in enumerate(ReadinessAspect)
        ),
    )


def _tally(aspect: ReadinessAspect, column: Collection[AspectStanding]) -> AspectTally:
    now, before = Counter(standing.now for standing in column), Counter(standing.before for standing in column)
    moved = Counter(standing.movement for standing in column)
    steps = (*reversed(ReadinessLevel), None)
    return AspectTally(
        aspect=aspect,
        now={level: now[level] for level in steps},
        before={level: before[level] for level in steps},
        moved={movement: moved[movement] for movement in ReadinessMovement},
    )


def _assessments(standpoint: Standpoint) -> dict[int, Assessed]:
    """Return by key of the unit its latest assessment that counts."""
    rows = fetch(_LATEST[standpoint.layer], standpoint.parameters)
    return {
        unit: Assessed(assessed_on, DatePrecision(precision), _known(levels))
        for unit, assessed_on, precision, *levels in rows
    }


def _known(levels: list[str]) -> dict[ReadinessAspect, ReadinessLevel]:
    said = zip(ReadinessAspect, levels, strict=True)
    return {aspect: ReadinessLevel(level) for aspect, level in said if level}


# --- Questions to the ledger -----------------------------------------------------------------------------
# As in taskforce.coverage: closed lists and fragments only; values go in as parameters.

_LEVELS = ", ".join(f"entry.{aspect}" for aspect in ReadinessAspect.values)
_LATEST = {
    layer: f"""
    SELECT DISTINCT ON (entry.regency_id) entry.regency_id, entry.assessed_on, entry.date_precision, {_LEVELS}
    FROM regions_readinessassessment entry
    WHERE {stands("regions_readinessassessment", layer)}
      AND entry.assessed_on <= %(as_at)s::date
    ORDER BY entry.regency_id, entry.assessed_on DESC, entry.id DESC
    """
    for layer in Layer
}
_UNITS = {
    boundaries: f"""
    SELECT regency.id, regency.code, regency.name, province.code, province.name
    FROM regions_regency regency
    JOIN regions_province province ON province.id = {PROVINCE_OF[boundaries]}
    WHERE regency.is_autonomous
    ORDER BY regency.code
    """
    for boundaries in Boundaries
}
