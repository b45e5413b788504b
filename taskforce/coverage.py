"""How many units are covered, on any day and in any definition? Nothing else in the product counts.

`coverage` answers for one day, for pages, API, exports and alerts; `series` says on which days the answer changed, for
pictures; `every_series` says so for all definitions at once. `DAILY_FIGURES` answers for many days in one statement,
for the stored snapshots; `counts_on` for many definitions, each with its day, to be held against what officials
announced. All are put together from the same fragments of SQL: which entries are in force, on which days that makes a
unit covered, and which province a unit belongs to; `taskforce.presence`, `taskforce.readiness` and `taskforce.explain`
use the same. DESIGN section 4 defines the terms; docs/decisions/0002-coverage.md settles what it leaves open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils import timezone

from regions.choices import DatePrecision, DigitalStatus, EntryState, OperatingStatus, RegencyKind, Stage
from regions.rules import DOORS_OPENED_STATUSES, OPENED_STAGES, ROLLOUT_BEGAN_ON, SERVING_STATUSES, STAGE_ORDER
from taskforce import rules
from taskforce.choices import AnnouncedCounting, Basis, Boundaries, Counting, Layer, StageGroup
from taskforce.models import Target

# --- Answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AreaCoverage:
    """The figures of a province, or of the nation (code and island group empty)."""

    code: str
    name: str
    island_group: str
    units: int
    covered: int
    units_by_stage: Mapping[Stage, int]
    """Units by their furthest stage; those that reached none are in no stage."""
    units_without_site: int
    """Units of which the ledger knows nothing on that day: shown as "belum ada data"."""
    opened_by_stage: Mapping[Stage | None, int]
    """Of these the units of which an operating record says that their MPP opened; under None those without a stage."""
    newly_covered: int
    """Units first covered within the last twelve months."""
    goals: "tuple[Goal, ...]"
    """Every target that steers the area on that day, nearest deadline first."""
    as_at: date

    @property
    def coverage_pct(self) -> Decimal | None:
        """Return covered units in percent, one place; None where there are no units."""
        return rules.percentage(self.covered, self.units)

    @property
    def units_without_stage(self) -> int:
        """Return how many units have reached no stage."""
        return self.units - sum(self.units_by_stage.values())

    @property
    def units_unknown(self) -> int:
        """Return how many units stand in none of the known steps: shown as "belum ada data"."""
        return self.units_by_group[StageGroup.UNKNOWN]

    @property
    def units_by_group(self) -> dict[StageGroup, int]:
        """Return how many units are how far, in few steps that together are all units."""
        groups = dict.fromkeys(StageGroup, 0)
        for stage, opened in self.opened_by_stage.items():
            units = self.units_without_stage if stage is None else self.units_by_stage[stage]
            groups[rules.stage_group(stage, has_opened=True)] += opened
            groups[rules.stage_group(stage, has_opened=False)] += units - opened
        return groups

    @property
    def target(self) -> "Goal | None":
        """Return the target to be reached next, the last one when all deadlines have passed; None without any."""
        ahead = (goal for goal in self.goals if goal.deadline >= self.as_at)
        return next(ahead, self.goals[-1] if self.goals else None)

    @property
    def target_pct(self) -> Decimal | None:
        """Return the target in percent of the units, one place; None without a target."""
        if self.target is None:
            return None
        return rules.percentage(self.target.share.numerator, self.target.share.denominator)

    @property
    def target_units(self) -> int | None:
        """Return how many units the target asks for; None without a target."""
        return None if self.target is None else self.target.units_of(self.units)

    @property
    def gap_units(self) -> int | None:
        """Return how many units are missing to the target; None without a target."""
        return None if self.target_units is None else rules.gap(self.covered, self.target_units)

    @property
    def is_overdue(self) -> bool:
        """Return whether the deadline has passed with units missing."""
        return self.target is not None and self.target.deadline < self.as_at and bool(self.gap_units)

    @property
    def pace_per_month(self) -> Decimal:
        """Return units newly covered per month over the last twelve months."""
        return rules.pace(self.newly_covered)

    @property
    def pace_needed_per_month(self) -> Decimal | None:
        """Return units per month that reach the target in time; None without a target or once it is overdue."""
        if self.target is None or self.gap_units is None:
            return None
        return rules.pace_needed(self.gap_units, self.as_at, self.target.deadline)


@dataclass(frozen=True)
class Goal:
    """The target that steers an area on a day: a share of its units, to be reached by `deadline`."""

    share: Fraction
    deadline: date
    set_by: str
    source: str
    is_inherited: bool = False
    """Whether a province goes by the nation's target because it has none of its own."""

    def units_of(self, units: int) -> int:
        """Return how many of `units` it asks for."""
        return rules.units_for(self.share, units)


@dataclass(frozen=True)
class UnitStanding:
    """How far one unit is on the day asked about."""

    province: str
    """The province's code."""
    code: str
    name: str
    is_covered: bool
    covered_on: date | None
    stage: Stage | None
    """The furthest stage reached; None when it reached none."""
    reached_on: date | None
    reached_precision: DatePrecision | None
    status: OperatingStatus | None
    """The latest word on whether its MPP serves the public, of several MPPs of the one that does or did; None: none."""
    status_since: date | None
    status_precision: DatePrecision | None

    @property
    def stage_group(self) -> StageGroup:
        """Return in which of the few steps it stands."""
        return rules.stage_group(self.stage, has_opened=self.status in DOORS_OPENED_STATUSES)


@dataclass(frozen=True)
class Inauguration:
    """Which province an area belongs to, and since when its MPP is inaugurated; None when it is not."""

    province: str
    """The province's code."""
    province_name: str
    inaugurated_on: date | None
    precision: DatePrecision | None
    """How exactly the day is known."""


@dataclass(frozen=True)
class Supposition:
    """What is asked about as if it were in the ledger: that these sites reach a stage on a day."""

    sites: tuple[int, ...]
    """Their keys; a branch counts as little as ever."""
    stage: Stage
    reached_on: date


@dataclass(frozen=True)
class Standpoint:
    """From where the ledger is looked at: for which day, with whose word, and in which provinces.

    Raises:
        ValueError: a parameter has a value that its list does not hold.

    Source: DESIGN section 4.
    """

    as_at: date
    """The day asked about; entries dated after it do not count."""
    known_at: datetime | None = None
    """Count only what had been verified (in that layer: reported) by this moment; None is now."""
    layer: Layer = Layer.VERIFIED
    boundaries: Boundaries = Boundaries.THEN
    supposing: Supposition | None = None
    """What to take for granted beside the ledger; nothing is written for it."""

    def __post_init__(self) -> None:
        for each in fields(self):
            if isinstance(each.default, TextChoices):
                object.__setattr__(self, each.name, type(each.default)(getattr(self, each.name)))

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the values that go into the SQL."""
        supposed = self.supposing or Supposition((), Stage.COMMITTED, self.as_at)
        return {
            "as_at": self.as_at,
            "known_at": self.known_at or "infinity",
            "supposed_sites": list(supposed.sites),
            "supposed_stage": supposed.stage.value,
            "supposed_on": supposed.reached_on,
        }


@dataclass(frozen=True)
class Question(Standpoint):
    """What is asked of the ledger about coverage: a standpoint and a definition."""

    basis: Basis = Basis.UNITS_509
    counting: Counting = Counting.INAUGURATED

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the values that go into the SQL."""
        return {
            **super().parameters,
            "year_before": rules.year_before(self.as_at),
            "basis": self.basis.value,
            "counting": self.counting.value,
        }


@dataclass(frozen=True)
class Definition:
    """What one of many figures counts: which units, in which way, until which day."""

    as_at: date
    counting: AnnouncedCounting
    basis: Basis


@dataclass(frozen=True)
class AreaCount:
    """How many units a province with units has, and how many of them are covered."""

    code: str
    name: str
    units: int
    covered: int


@dataclass(frozen=True)
class CoveragePoint:
    """How many units an area has from a day on, and how many of them are covered."""

    since: date
    units: int
    covered: int


@dataclass(frozen=True)
class UndatedUnit:
    """A unit whose MPP was seen at work, but of which the ledger has no day on which it came to count."""

    regency: int
    """Its key."""
    code: str
    name: str
    province: str
    """The code of its province on the day asked about."""
    province_name: str
    seen_on: date
    """The first day of which something shows that it was open or at work."""


@dataclass(frozen=True)
class Coverage:
    """The answer to one question, with the question."""

    question: Question
    computed_at: datetime
    national: AreaCoverage
    provinces: tuple[AreaCoverage, ...] = field(repr=False)

    def islands(self, group: str) -> AreaCoverage:
        """Return the figures of a group of islands, which goes by the nation's targets."""
        areas = tuple(area for area in self.provinces if area.island_group == group)
        return _sum(areas, _inherited(self.national.goals), self.question.as_at, name=group)

    def province(self, code: str) -> AreaCoverage | None:
        """Return one province's figures, None when it did not exist in these boundaries."""
        return next((area for area in self.provinces if area.code == code), None)


def coverage(
    as_at: date,
    *,
    known_at: datetime | None = None,
    basis: str = Basis.UNITS_509,
    counting: str = Counting.INAUGURATED,
    layer: str = Layer.VERIFIED,
    boundaries: str = Boundaries.THEN,
) -> Coverage:
    """Return how many units were covered on `as_at`, for the nation and each province.

    A unit counts once however many sites it has; branches never count. `Question` explains the parameters.

    Raises:
        ValueError: a parameter has a value that its list does not hold.

    Source: DESIGN section 4.
    """
    return answer(
        Question(as_at, known_at, Layer(layer), Boundaries(boundaries), basis=Basis(basis), counting=Counting(counting))
    )


def answer(question: Question) -> Coverage:
    """Return the figures that `question` asks for."""
    as_at = question.as_at
    rows = fetch(_BY_PROVINCE[question.layer, question.boundaries], question.parameters)
    targets = _targets_by_area(as_at)
    goals = _goals(targets.get("", []), sum(units for _code, _name, _group, units, *_rest in rows))
    provinces = tuple(_area(row, targets, goals, as_at) for row in rows)
    return Coverage(
        question=question,
        computed_at=timezone.now(),
        national=_sum(provinces, goals, as_at, name="Indonesia"),
        provinces=provinces,
    )


def unit_standings(question: Question, province: str = "") -> tuple[UnitStanding, ...]:
    """Return how far each unit of the province with code `province`, or of all, is, by code."""
    rows = fetch(_BY_UNIT[question.layer, question.boundaries], {**question.parameters, "province": province})
    return tuple(_standing(row) for row in rows)


def inaugurations(standpoint: Standpoint) -> dict[int, Inauguration]:
    """Return by key of each regency its province and first inauguration, as on the day asked about.

    An area that is no unit goes by the MPP of the unit it is part of.
    """
    rows = fetch(_INAUGURATIONS[standpoint.layer, standpoint.boundaries], standpoint.parameters)
    return {
        key: Inauguration(code, name, inaugurated_on, precision and DatePrecision(precision))
        for key, code, name, inaugurated_on, precision in rows
    }


def counts_on(asked: Sequence[Definition], standpoint: Standpoint) -> dict[Definition, tuple[AreaCount, ...]]:
    """Return what many definitions give, each for its own day, by province; in one statement however many they are.

    The day of `standpoint` itself plays no part: whose word counts, known by when and in which provinces does.
    """
    rows = fetch(_COUNTS_ON[standpoint.layer, standpoint.boundaries], _many(asked, standpoint))
    counts: dict[Definition, list[AreaCount]] = {definition: [] for definition in asked}
    for place, *area in rows:
        counts[asked[place - 1]].append(AreaCount(*area))
    return {definition: tuple(areas) for definition, areas in counts.items()}


def undated_on(asked: Sequence[Definition], standpoint: Standpoint) -> dict[Definition, tuple[UndatedUnit, ...]]:
    """Return for each definition the units seen at work by its day of which no day is known that makes them count.

    A unit with a later day is none of them: it is known when it came to count.
    """
    rows = fetch(_UNDATED_ON[standpoint.layer, standpoint.boundaries], _many(asked, standpoint))
    units: dict[Definition, list[UndatedUnit]] = {definition: [] for definition in asked}
    for place, *unit in rows:
        units[asked[place - 1]].append(UndatedUnit(*unit))
    return {definition: tuple(seen) for definition, seen in units.items()}


def series(question: Question, province: str = "") -> tuple[CoveragePoint, ...]:
    """Return the days on which coverage changed since the rollout began, up to the day asked about, in order.

    On each day in between `coverage` gives what the point before it says. The first point is the first day of the
    rollout, unless the area had no units by then.

    Args:
        question: the day at the end, and the definition. In the boundaries of `THEN` each day has its own.
        province: the code of the only province asked about; empty for the nation.
    """
    parameters = {**question.parameters, "province": province, "first_day": ROLLOUT_BEGAN_ON}
    return tuple(CoveragePoint(*row) for row in fetch(_SERIES[question.layer, question.boundaries], parameters))


def every_series(standpoint: Standpoint) -> tuple[tuple[Basis, Counting, str, CoveragePoint], ...]:
    """Return what `series` says for the nation (code empty) and every province in every definition, in one statement.

    Nothing is supposed.
    """
    rows = fetch(
        _EVERY_SERIES[standpoint.layer, standpoint.boundaries],
        {**standpoint.parameters, "first_day": ROLLOUT_BEGAN_ON},
    )
    return tuple(
        (Basis(basis), Counting(counting), code, CoveragePoint(*point)) for basis, counting, code, *point in rows
    )


def on_day(points: Sequence[CoveragePoint], day: date) -> CoveragePoint:
    """Return what a series says of a day: what the last point by then does, nothing before the first."""
    return next((point for point in reversed(points) if point.since <= day), CoveragePoint(day, 0, 0))


def _many(asked: Sequence[Definition], standpoint: Standpoint) -> dict[str, Any]:
    return {
        **standpoint.parameters,
        "days": [definition.as_at for definition in asked],
        "countings": [definition.counting.value for definition in asked],
        "bases": [definition.basis.value for definition in asked],
    }


def digital_units(days: Sequence[date], standpoint: Standpoint) -> dict[date, int]:
    """Return how many units are in MPP Digital on each of several days; no day of which nothing is known.

    An indicator of its own, never added to the coverage by an MPP.
    """
    return dict(fetch(_DIGITAL_ON[standpoint.layer], {**standpoint.parameters, "days": list(days)}))


def fetch(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _standing(row: tuple[Any, ...]) -> UnitStanding:
    province, code, name, is_covered, covered_on, position, *dates = row
    reached_on, reached_precision, status, status_since, status_precision = dates
    return UnitStanding(
        province=province,
        code=code,
        name=name,
        is_covered=is_covered,
        covered_on=covered_on,
        stage=None if position is None else STAGE_ORDER[position],
        reached_on=reached_on,
        reached_precision=reached_precision and DatePrecision(reached_precision),
        status=status and OperatingStatus(status),
        status_since=status_since,
        status_precision=status_precision and DatePrecision(status_precision),
    )


def _area(
    row: tuple[Any, ...], targets: Mapping[str, list[Target]], national: tuple[Goal, ...], as_at: date
) -> AreaCoverage:
    code, name, island_group, units, covered, newly_covered, without_site, *stages = row
    reached, opened = stages[: len(STAGE_ORDER)], stages[len(STAGE_ORDER) :]
    return AreaCoverage(
        code=code,
        name=name,
        island_group=island_group,
        units=units,
        covered=covered,
        units_by_stage=dict(zip(STAGE_ORDER, reached, strict=True)),
        opened_by_stage=dict(zip((*STAGE_ORDER, None), opened, strict=True)),
        units_without_site=without_site,
        newly_covered=newly_covered,
        goals=_goals(targets.get(code, []), units) or _inherited(national),
        as_at=as_at,
    )


def _sum(provinces: tuple[AreaCoverage, ...], goals: tuple[Goal, ...], as_at: date, *, name: str) -> AreaCoverage:
    return AreaCoverage(
        code="",
        name=name,
        island_group="",
        units=sum(area.units for area in provinces),
        covered=sum(area.covered for area in provinces),
        units_by_stage={stage: sum(area.units_by_stage[stage] for area in provinces) for stage in STAGE_ORDER},
        units_without_site=sum(area.units_without_site for area in provinces),
        opened_by_stage={
            stage: sum(area.opened_by_stage[stage] for area in provinces) for stage in (*STAGE_ORDER, None)
        },
        newly_covered=sum(area.newly_covered for area in provinces),
        goals=goals,
        as_at=as_at,
    )


def _targets_by_area(as_at: date) -> dict[str, list[Target]]:
    """Return the targets that steer on `as_at` by code of their province ("": the nation), nearest deadline first."""
    by_area: dict[str, list[Target]] = {}
    for target in Target.objects.steering_on(as_at).select_related("province"):
        by_area.setdefault(target.province.code if target.province else "", []).append(target)
    return by_area


def _goals(targets: list[Target], units: int) -> tuple[Goal, ...]:
    """Return the `targets` of an area as shares of its units, where it has any."""
    shares = ((target, target.share_of(units)) for target in targets)
    return tuple(
        Goal(share=share, deadline=target.deadline, set_by=target.set_by, source=target.source)
        for target, share in shares
        if share is not None
    )


def _inherited(goals: tuple[Goal, ...]) -> tuple[Goal, ...]:
    return tuple(replace(goal, is_inherited=True) for goal in goals)


# --- Questions to the ledger -----------------------------------------------------------------------------
# Every statement below is put together from closed lists and from each other; values go in as parameters.


def _sql_list(values: Any) -> str:
    """Return closed-list values (never input) as the inside of an SQL list."""
    return ", ".join(f"'{value}'" for value in sorted(str(value) for value in values))


_BELIEVED = {
    Layer.VERIFIED: f"{{e}}.state = '{EntryState.VERIFIED}' AND {{e}}.reviewed_at <= %(known_at)s::timestamptz",
    Layer.REPORTED: (
        "{e}.reported_at <= %(known_at)s::timestamptz AND ("
        f"{{e}}.state IN ('{EntryState.VERIFIED}', '{EntryState.REPORTED}')"
        f" OR {{e}}.state = '{EntryState.RETURNED}' AND {{e}}.reviewed_at > %(known_at)s::timestamptz)"
    ),
}


def believed(entry: str, layer: Layer) -> str:
    """Say of `entry`, an alias of a ledger's table, that it was believed at the moment asked about."""
    return _BELIEVED[layer].format(e=entry)


SERVING = f"status IN ({_sql_list(SERVING_STATUSES)})"
"""Say of an operating record that its site serves the public."""
DOORS_OPENED = f"status IN ({_sql_list(DOORS_OPENED_STATUSES)})"
"""Say of an operating record that its site was open once."""
REACHED = f"""CASE %(counting)s
            WHEN '{Counting.INAUGURATED}' THEN stage = '{Stage.INAUGURATED}'
            WHEN '{Counting.OPENED}' THEN stage IN ({_sql_list(OPENED_STAGES)})
            ELSE false
        END"""
"""Say of a milestone that its stage makes a unit count in the way asked about."""


def in_force(table: str, columns: str, layer: Layer) -> str:
    """Select the entries of main sites that were believed and not corrected, each with its unit."""
    return f"""
        SELECT site.regency_id AS holder_id, {columns}
        FROM {table} entry
        JOIN regions_site site ON site.id = entry.site_id AND NOT site.is_branch
        WHERE {stands(table, layer)}"""


def stands(table: str, layer: Layer) -> str:
    """Say of `entry`, a row of a ledger's table, that it was believed and not corrected."""
    return f"""NOT entry.withdraws
          AND {believed("entry", layer)}
          AND NOT {corrected(table, layer)}"""


def corrected(table: str, layer: Layer) -> str:
    """Say of `entry`, a row of a ledger's table, that a correction of it was believed."""
    return f"""EXISTS (
              SELECT FROM {table} correction
              WHERE correction.supersedes_id = entry.id AND {believed("correction", layer)}
          )"""


_SUPPOSED = f"""
        UNION ALL
        SELECT site.regency_id, NULL::bigint, %(supposed_stage)s, %(supposed_on)s::date, '{DatePrecision.DAY}'
        FROM regions_site site
        WHERE site.id = ANY(%(supposed_sites)s::bigint[]) AND NOT site.is_branch"""


def ledger(layer: Layer, supposed: str = _SUPPOSED) -> str:
    """Define `milestone` and `operating` (entries in force) and `covered` (the days they cover a unit)."""
    return f"""
    milestone AS ({
        in_force("regions_milestone", "entry.id, entry.stage, entry.reached_on, entry.date_precision", layer)
    }{supposed}
    ),
    operating AS ({
        in_force(
            "regions_operatingrecord",
            "entry.id, entry.site_id, entry.status, entry.since, entry.date_precision,"
            " lead(entry.since) OVER later AS until",
            layer,
        )
    }
        WINDOW later AS (PARTITION BY entry.site_id ORDER BY entry.since, entry.id)
    ),
    covered AS (
        SELECT holder_id, '{Counting.INAUGURATED}' AS counting, daterange(min(reached_on), NULL) AS days
        FROM milestone WHERE stage = '{Stage.INAUGURATED}' GROUP BY holder_id
        UNION ALL
        SELECT holder_id, '{Counting.OPENED}', daterange(min(reached_on), NULL)
        FROM milestone WHERE stage IN ({_sql_list(OPENED_STAGES)}) GROUP BY holder_id
        UNION ALL
        SELECT holder_id, '{Counting.OPERATING}', daterange(since, until)
        FROM operating WHERE {SERVING}
    )"""


AT_SITE = """
    at_site AS (
        SELECT DISTINCT ON (site_id) holder_id, site_id, status, since, date_precision
        FROM operating WHERE since <= %(as_at)s::date ORDER BY site_id, since DESC, id DESC
    )"""
"""Define, after `ledger`, the latest word of each site by the day asked about on whether it serves the public."""


# Which regencies are units, and whose MPP covers them: their own, or for an area that is no unit of the
# Ministry's (Jakarta's six) that of the unit it is part of.
_BASIS_HOLDS = f"""CASE basis
            WHEN '{Basis.UNITS_509}' THEN regency.is_autonomous
            WHEN '{Basis.UNITS_508}' THEN regency.is_autonomous AND regency.kind <> '{RegencyKind.DAERAH_KHUSUS}'
            ELSE regency.kind <> '{RegencyKind.DAERAH_KHUSUS}'
        END"""
_HOLDER = "CASE WHEN regency.is_autonomous THEN regency.id ELSE regency.served_by_id END"

PROVINCE_OF = {
    Boundaries.NOW: "regency.province_id",
    Boundaries.THEN: """coalesce((
            SELECT former.province_id FROM regions_formerprovince former
            WHERE former.regency_id = regency.id AND former.until > %(as_at)s::date
            ORDER BY former.until LIMIT 1
        ), regency.province_id)""",
}
# A province with units is shown whatever its papers say: the nation is the sum of its provinces.
PROVINCE_STANDS = {
    Boundaries.NOW: "true",
    Boundaries.THEN: (
        "province.established_on IS NULL OR province.established_on <= %(as_at)s::date OR count(unit.id) > 0"
    ),
}


STAGES = "(VALUES {}) AS stages (stage, position)".format(
    ", ".join(f"('{stage}', {position})" for position, stage in enumerate(STAGE_ORDER))
)
"""The stages with their place in the order of the field, as a table."""


def facts(layer: Layer, boundaries: Boundaries) -> str:
    """Define the units of the basis (`unit`), and how far each holder of an MPP is on the day asked about."""
    return f"""
    WITH {ledger(layer)},
    unit AS (
        SELECT regency.id, {_HOLDER} AS holder_id, {PROVINCE_OF[boundaries]} AS province_id
        FROM regions_regency regency, (SELECT %(basis)s::text AS basis) asked
        WHERE {_BASIS_HOLDS}
    ),
    reached AS (
        SELECT holder_id, position, reached_on, date_precision
        FROM milestone JOIN {STAGES} USING (stage)
        WHERE reached_on <= %(as_at)s::date
    ),
    standing AS (
        SELECT holder_id, min(lower(days)) AS covered_on
        FROM covered
        WHERE counting = %(counting)s
        GROUP BY holder_id
        HAVING bool_or(days @> %(as_at)s::date)
    )"""


def _by_province(layer: Layer, boundaries: Boundaries) -> str:
    by_stage = ",\n        ".join(
        f"count(unit.id) FILTER (WHERE stage.furthest = {position})" for position in range(len(STAGE_ORDER))
    )
    opened_by_stage = ",\n        ".join(
        f"count(opened.holder_id) FILTER (WHERE stage.furthest {each})"
        for each in (*(f"= {position}" for position in range(len(STAGE_ORDER))), "IS NULL")
    )
    return f"""{facts(layer, boundaries)},
    stage AS (
        SELECT holder_id, max(position) AS furthest FROM reached GROUP BY holder_id
    ),
    seen AS (
        SELECT DISTINCT holder_id FROM operating WHERE since <= %(as_at)s::date
    ),
    {AT_SITE},
    opened AS (
        SELECT DISTINCT holder_id FROM at_site WHERE {DOORS_OPENED}
    )
    SELECT
        province.code, province.name, province.island_group,
        count(unit.id) AS units,
        count(standing.holder_id) AS covered,
        count(standing.holder_id) FILTER (WHERE standing.covered_on > %(year_before)s::date) AS newly_covered,
        count(unit.id) FILTER (WHERE stage.holder_id IS NULL AND seen.holder_id IS NULL) AS without_site,
        {by_stage},
        {opened_by_stage}
    FROM regions_province province
    LEFT JOIN unit ON unit.province_id = province.id
    LEFT JOIN stage ON stage.holder_id = unit.holder_id
    LEFT JOIN seen ON seen.holder_id = unit.holder_id
    LEFT JOIN opened ON opened.holder_id = unit.holder_id
    LEFT JOIN standing ON standing.holder_id = unit.holder_id
    GROUP BY province.id
    HAVING {PROVINCE_STANDS[boundaries]}
    ORDER BY province.code
    """


def _by_unit(layer: Layer, boundaries: Boundaries) -> str:
    return f"""{facts(layer, boundaries)},
    stage AS (
        SELECT DISTINCT ON (holder_id) holder_id, position, reached_on, date_precision
        FROM reached ORDER BY holder_id, position DESC, reached_on
    ),
    {AT_SITE},
    latest AS (
        SELECT DISTINCT ON (holder_id) holder_id, status, since, date_precision
        FROM at_site ORDER BY holder_id, {SERVING} DESC, {DOORS_OPENED} DESC, since DESC
    )
    SELECT
        province.code, regency.code, regency.name, standing.holder_id IS NOT NULL, standing.covered_on,
        stage.position, stage.reached_on, stage.date_precision,
        latest.status, latest.since, latest.date_precision
    FROM unit
    JOIN regions_regency regency ON regency.id = unit.id
    JOIN regions_province province ON province.id = unit.province_id
    LEFT JOIN stage ON stage.holder_id = unit.holder_id
    LEFT JOIN latest ON latest.holder_id = unit.holder_id
    LEFT JOIN standing ON standing.holder_id = unit.holder_id
    WHERE %(province)s = '' OR province.code = %(province)s
    ORDER BY regency.code
    """


def _inaugurations(layer: Layer, boundaries: Boundaries) -> str:
    return f"""
    WITH {ledger(layer)}
    SELECT regency.id, province.code, province.name, lower(covered.days), min(first.date_precision)
    FROM regions_regency regency
    JOIN regions_province province ON province.id = {PROVINCE_OF[boundaries]}
    LEFT JOIN covered ON covered.holder_id = {_HOLDER}
        AND covered.counting = '{Counting.INAUGURATED}' AND covered.days @> %(as_at)s::date
    LEFT JOIN milestone first ON first.holder_id = covered.holder_id
        AND first.stage = '{Stage.INAUGURATED}' AND first.reached_on = lower(covered.days)
    GROUP BY regency.id, province.id, covered.days
    """


_BELONGING = {
    Boundaries.THEN: """
        SELECT regency_id, province_id, daterange(lag(until) OVER one, until) AS days
        FROM regions_formerprovince
        WINDOW one AS (PARTITION BY regency_id ORDER BY until)
        UNION ALL
        SELECT id, province_id, daterange(
            (SELECT max(until) FROM regions_formerprovince WHERE regency_id = regency.id), NULL
        )
        FROM regions_regency regency""",
    Boundaries.NOW: """
        SELECT id AS regency_id, province_id, daterange(NULL, NULL) AS days FROM regions_regency""",
}


def _definitions(layer: Layer, boundaries: Boundaries) -> str:
    """Define what is `asked`, the days that make a unit count (`dated`), and since when it was `seen`."""
    return f"""
    WITH {ledger(layer)},
    dated AS (
        SELECT holder_id, counting, days FROM covered
        UNION ALL
        SELECT holder_id, '{AnnouncedCounting.READY}', daterange(min(reached_on), NULL)
        FROM milestone WHERE stage IN ('{Stage.READY}', '{Stage.INAUGURATED}') GROUP BY holder_id
    ),
    belonging AS ({_BELONGING[boundaries]}
    ),
    asked AS (
        SELECT * FROM unnest(%(days)s::date[], %(countings)s::text[], %(bases)s::text[])
        WITH ORDINALITY AS question (as_at, counting, basis, place)
    ),
    seen AS (
        SELECT holder_id, min(lower(days)) AS seen_on FROM covered GROUP BY holder_id
    )"""


def _counts_on(layer: Layer, boundaries: Boundaries) -> str:
    return f"""{_definitions(layer, boundaries)},
    unit AS (
        SELECT asked.place, {_HOLDER} AS holder_id, belonging.province_id
        FROM asked
        CROSS JOIN regions_regency regency
        JOIN belonging ON belonging.regency_id = regency.id AND belonging.days @> asked.as_at
        WHERE {_BASIS_HOLDS}
    ),
    hit AS (
        SELECT DISTINCT asked.place, dated.holder_id
        FROM asked JOIN dated ON dated.counting = asked.counting AND dated.days @> asked.as_at
    )
    SELECT unit.place, province.code, province.name, count(*), count(hit.holder_id)
    FROM unit
    JOIN regions_province province ON province.id = unit.province_id
    LEFT JOIN hit ON hit.place = unit.place AND hit.holder_id = unit.holder_id
    GROUP BY unit.place, province.id
    ORDER BY unit.place, province.code
    """


def _undated_on(layer: Layer, boundaries: Boundaries) -> str:
    # First the few that are undated, for the planner takes every one of these sets for tiny.
    return f"""{_definitions(layer, boundaries)},
    undated AS MATERIALIZED (
        SELECT asked.place, asked.as_at, regency.id, regency.code, regency.name, seen.seen_on
        FROM asked
        JOIN seen ON seen.seen_on <= asked.as_at
        JOIN regions_regency regency ON regency.id = seen.holder_id
        WHERE {_BASIS_HOLDS} AND (asked.counting, regency.id) NOT IN (SELECT counting, holder_id FROM dated)
    )
    SELECT undated.place, undated.id, undated.code, undated.name, province.code, province.name, undated.seen_on
    FROM undated
    JOIN belonging ON belonging.regency_id = undated.id AND belonging.days @> undated.as_at
    JOIN regions_province province ON province.id = belonging.province_id
    ORDER BY undated.place, undated.code
    """


def _steps(layer: Layer, boundaries: Boundaries, bases: str, countings: str, supposed: str = _SUPPOSED) -> str:
    """Define `step`: the days from `first_day` on which a province has more or fewer units, or more or fewer covered.

    `bases` and `countings` are the rows of the definitions asked for.
    """
    return f"""
    WITH {ledger(layer, supposed)},
    counted AS (
        SELECT holder_id, counting, unnest(range_agg(days)) AS days
        FROM covered WHERE NOT isempty(days) GROUP BY holder_id, counting
    ),
    belonging AS ({_BELONGING[boundaries]}
    ),
    bases (basis) AS (VALUES {bases}),
    countings (counting) AS (VALUES {countings}),
    unit AS (
        SELECT basis, {_HOLDER} AS holder_id, belonging.province_id, belonging.days
        FROM regions_regency regency
        JOIN belonging ON belonging.regency_id = regency.id
        CROSS JOIN bases
        WHERE {_BASIS_HOLDS}
    ),
    period AS (
        SELECT basis, counting, province_id, days, 1 AS units, 0 AS covered FROM unit CROSS JOIN countings
        UNION ALL
        SELECT basis, counting, province_id, unit.days * counted.days, 0, 1
        FROM unit JOIN counted USING (holder_id) JOIN countings USING (counting)
        WHERE unit.days && counted.days
    ),
    step AS (
        SELECT basis, counting, province_id,
               greatest(lower(days), %(first_day)s::date) AS as_at, units, covered
        FROM period WHERE upper_inf(days) OR upper(days) > %(first_day)s::date
        UNION ALL
        SELECT basis, counting, province_id, upper(days), -units, -covered
        FROM period WHERE upper(days) > %(first_day)s::date
    )"""


def _series(layer: Layer, boundaries: Boundaries) -> str:
    # A unit that leaves is taken off on the day it comes elsewhere; only days on which something changes are kept.
    return f"""{_steps(layer, boundaries, "(%(basis)s::text)", "(%(counting)s::text)")},
    change AS (
        SELECT as_at, sum(units) AS units, sum(covered) AS covered
        FROM step JOIN regions_province province ON province.id = step.province_id
        WHERE as_at <= %(as_at)s::date AND (%(province)s = '' OR province.code = %(province)s)
        GROUP BY as_at
        HAVING sum(units) <> 0 OR sum(covered) <> 0
    )
    SELECT as_at, (sum(units) OVER so_far)::int, (sum(covered) OVER so_far)::int
    FROM change WINDOW so_far AS (ORDER BY as_at) ORDER BY as_at
    """


def _every_series(layer: Layer, boundaries: Boundaries) -> str:
    return f"""{_steps(layer, boundaries, _ALL_BASES, _ALL_COUNTINGS, supposed="")},
    change AS (
        SELECT basis, counting, province_id, as_at, sum(units) AS units, sum(covered) AS covered
        FROM step WHERE as_at <= %(as_at)s::date
        GROUP BY GROUPING SETS ((basis, counting, as_at, province_id), (basis, counting, as_at))
        HAVING sum(units) <> 0 OR sum(covered) <> 0
    )
    SELECT basis, counting, coalesce(province.code, ''), as_at,
           (sum(units) OVER so_far)::int, (sum(covered) OVER so_far)::int
    FROM change LEFT JOIN regions_province province ON province.id = change.province_id
    WINDOW so_far AS (PARTITION BY basis, counting, province_id ORDER BY as_at)
    ORDER BY basis, counting, province.code, as_at
    """


def _digital_on(layer: Layer) -> str:
    return f"""
    WITH status AS (
        SELECT DISTINCT ON (day, entry.regency_id) day, entry.status
        FROM unnest(%(days)s::date[]) AS day
        JOIN regions_digitaladoption entry ON entry.since <= day
        WHERE {stands("regions_digitaladoption", layer)}
        ORDER BY day, entry.regency_id, entry.since DESC, entry.id DESC
    )
    SELECT day, count(*) FILTER (WHERE status <> '{DigitalStatus.NOT_YET}') FROM status GROUP BY day
    """


_ALL_BASES, _ALL_COUNTINGS = (", ".join(f"('{each}')" for each in values) for values in (Basis, Counting))

LAYERS_AND_BOUNDARIES = [(layer, boundaries) for layer in Layer for boundaries in Boundaries]
_BY_PROVINCE = {asked: _by_province(*asked) for asked in LAYERS_AND_BOUNDARIES}
_BY_UNIT = {asked: _by_unit(*asked) for asked in LAYERS_AND_BOUNDARIES}
_INAUGURATIONS = {asked: _inaugurations(*asked) for asked in LAYERS_AND_BOUNDARIES}
_COUNTS_ON = {asked: _counts_on(*asked) for asked in LAYERS_AND_BOUNDARIES}
_UNDATED_ON = {asked: _undated_on(*asked) for asked in LAYERS_AND_BOUNDARIES}
_SERIES = {asked: _series(*asked) for asked in LAYERS_AND_BOUNDARIES}
_EVERY_SERIES = {asked: _every_series(*asked) for asked in LAYERS_AND_BOUNDARIES}
_DIGITAL_ON = {layer: _digital_on(layer) for layer in Layer}


DAILY_FIGURES = f"""{_steps(Layer.VERIFIED, Boundaries.THEN, _ALL_BASES, _ALL_COUNTINGS, supposed="")},
    change AS (
        SELECT basis, counting, coalesce(province_id, 0) AS area, as_at,
               sum(units) AS units, sum(covered) AS covered
        FROM step
        GROUP BY GROUPING SETS ((basis, counting, as_at, province_id), (basis, counting, as_at))
    ),
    grid AS (
        SELECT basis, counting, area, established_on, day::date AS as_at
        FROM bases
        CROSS JOIN countings
        CROSS JOIN (
            SELECT id AS area, established_on FROM regions_province
            WHERE %(provinces)s::bigint[] IS NULL OR id = ANY(%(provinces)s::bigint[])
            UNION ALL SELECT 0, NULL
        ) AS areas
        CROSS JOIN generate_series(%(first_day)s::date, %(last_day)s::date, interval '1 day') AS day
    ),
    figure AS (
        SELECT as_at, basis, counting, area, established_on,
               coalesce(sum(change.units) OVER so_far, 0)::int AS units,
               coalesce(sum(change.covered) OVER so_far, 0)::int AS covered
        FROM grid LEFT JOIN change USING (basis, counting, area, as_at)
        WINDOW so_far AS (PARTITION BY basis, counting, area ORDER BY as_at)
    )
    SELECT as_at, basis, counting, nullif(area, 0) AS province_id, units, covered
    FROM figure
    WHERE established_on IS NULL OR established_on <= as_at OR units > 0
"""
"""Every day from `first_day` to `last_day`, every basis and counting, for `provinces` (all when NULL) and the
nation (province NULL): verified layer, boundaries of the day. `known_at` is 'infinity' for what is known now."""
