"""What did officials announce, what does the ledger give for that day, and what explains the difference?

Everything is counted by `taskforce.coverage`, in the definition of the figure and for its day. The whole takes as many
statements for one figure as for all. docs/decisions/0011-announced.md says what explains and what does not.
"""

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations, groupby, product

from django.db.models import QuerySet
from django.utils import timezone

from taskforce.choices import COVERAGE_METRICS, PLEDGED_FOR, WIDER_COUNTINGS, AnnouncedCounting, AnnouncedMetric, Basis
from taskforce.coverage import AreaCount, Definition, Standpoint, UndatedUnit, counts_on, digital_units, undated_on
from taskforce.models import AnnouncedFigure, KnownGap
from taskforce.pledges import units_pledged


@dataclass(frozen=True)
class Case:
    """One thing that moves the announced figure away from the ledger by one."""

    name: str
    """A unit, a province, or how something unidentified is described."""
    province: str
    """The code of the province it lies in, or is; empty where that is not known."""
    province_name: str
    units: tuple[UndatedUnit, ...]
    """The units behind it; none when it is unidentified."""
    gaps: tuple[KnownGap, ...]
    """What is recorded of it, with its source."""

    @property
    def is_identified(self) -> bool:
        """Return whether it has a name."""
        return bool(self.units)


@dataclass(frozen=True)
class Comparison:
    """One announced figure beside what the ledger gives in the same definition."""

    figure: AnnouncedFigure
    ledger: int | None
    """None where the ledger knows nothing of what was counted."""
    known: tuple[Case, ...]
    """Cases of which a source says that officials count them."""
    possible: tuple[Case, ...]
    """Cases of the same kind of which no source says so; they explain nothing."""
    contradicts: tuple[AnnouncedFigure, ...]
    """Announced figures that cannot be right together with this one."""
    beside: tuple[AnnouncedFigure, ...]
    """Others of the same day and measure, in another definition."""

    @property
    def difference(self) -> int | None:
        """Return announced less ledger; None where the ledger knows nothing."""
        return None if self.ledger is None else self.figure.value - self.ledger

    @property
    def explained(self) -> int:
        """Return how much of the difference known cases explain: never more than it is, and none of another sign."""
        difference, sign = self.difference or 0, _SIGNS.get(AnnouncedMetric(self.figure.metric), 1)
        return sign * min(max(sign * difference, 0), len(self.known))

    @property
    def unexplained(self) -> int | None:
        """Return what is left of the difference; None where the ledger knows nothing."""
        return None if self.difference is None else self.difference - self.explained

    @property
    def spare(self) -> int:
        """Return how many known cases there are beyond what they explain: which of them counted is not known."""
        return len(self.known) - abs(self.explained)

    @property
    def differs(self) -> bool:
        """Return whether something is left that nothing known explains."""
        return bool(self.unexplained)


_SIGNS = {AnnouncedMetric.PROVINCES_WITHOUT: -1}
"""A unit that only officials count makes every figure larger, except that of provinces without."""


@dataclass(frozen=True)
class AnnouncedReport:
    """Every figure announced by the day asked about, held against the ledger, and what has no day in it."""

    standpoint: Standpoint
    computed_at: datetime
    comparisons: tuple[Comparison, ...] = field(repr=False)
    """Latest first."""
    undated: tuple[UndatedUnit, ...] = field(repr=False)
    """Units seen at work by the day asked about, of which no day of inauguration is known."""
    gaps: tuple[KnownGap, ...] = field(repr=False)

    @property
    def unidentified(self) -> tuple[KnownGap, ...]:
        """Return the units that officials count and nobody can name."""
        return tuple(gap for gap in self.gaps if gap.regency_id is None)

    @property
    def gap_by_regency(self) -> dict[int, KnownGap]:
        """Return what is recorded of named units, by the key of the regency."""
        return {gap.regency_id: gap for gap in self.gaps if gap.regency_id is not None}

    def comparison(self, pk: int) -> Comparison | None:
        """Return the figure with this key, None when it was not announced by the day asked about."""
        return next((each for each in self.comparisons if each.figure.pk == pk), None)


def announced_report(standpoint: Standpoint) -> AnnouncedReport:
    """Return every figure announced by the day asked about beside the ledger's, in six statements.

    Whose word counts, known by when and in which boundaries, is that of `standpoint`; the day is each figure's own.
    """
    figures = tuple(_announced(standpoint))
    gaps = tuple(KnownGap.objects.select_related("regency"))
    today = Definition(standpoint.as_at, AnnouncedCounting.INAUGURATED, Basis.UNITS_509)
    asked = tuple({today, *(_definition(figure) for figure in figures if figure.metric in COVERAGE_METRICS)})
    counts, undated = counts_on(asked, standpoint), undated_on(asked, standpoint)
    others = _others(figures, standpoint)
    named = {gap.regency_id: gap for gap in gaps if gap.regency_id is not None}
    contradictions, same_day = _contradictions(figures), _same_day(figures)

    def compare(place: int, figure: AnnouncedFigure) -> Comparison:
        excluded = contradictions.get(place, set())
        beside = [other for other in same_day[figure.metric, figure.announced_on] if other not in {place, *excluded}]
        ledger = others.get(figure.pk)
        known: tuple[Case, ...] = ()
        possible: tuple[Case, ...] = ()
        if figure.metric in COVERAGE_METRICS:
            definition = _definition(figure)
            measure = _MEASURES[AnnouncedMetric(figure.metric)]
            seen = [_unit_case(unit, named) for unit in undated[definition]]
            ledger = measure.count(counts[definition])
            known, possible = measure.cases(counts[definition], seen, _unidentified(gaps, definition.as_at))
        return Comparison(
            figure=figure,
            ledger=ledger,
            known=known,
            possible=possible,
            contradicts=tuple(figures[other] for other in sorted(excluded)),
            beside=tuple(figures[other] for other in beside),
        )

    return AnnouncedReport(
        standpoint=standpoint,
        computed_at=timezone.now(),
        comparisons=tuple(compare(*each) for each in enumerate(figures)),
        undated=undated[today],
        gaps=gaps,
    )


def counts_announced(standpoint: Standpoint) -> dict[int, int]:
    """Return what the ledger gives for every figure of coverage announced by the day asked about, by its key.

    Two statements, without what would explain a difference.
    """
    figures = tuple(_announced(standpoint).filter(metric__in=COVERAGE_METRICS))
    counts = counts_on(tuple({_definition(figure) for figure in figures}), standpoint)
    return {it.pk: _MEASURES[AnnouncedMetric(it.metric)].count(counts[_definition(it)]) for it in figures}


def _announced(standpoint: Standpoint) -> QuerySet[AnnouncedFigure]:
    return AnnouncedFigure.objects.filter(announced_on__lte=standpoint.as_at)


def _definition(figure: AnnouncedFigure) -> Definition:
    return Definition(figure.stands_for, AnnouncedCounting(figure.counting), Basis(figure.basis))


def _others(figures: Iterable[AnnouncedFigure], standpoint: Standpoint) -> dict[int, int]:
    """Return what the records give for figures that are no coverage, by their key; nothing where nothing is known."""
    digital = {f.pk: f.stands_for for f in figures if f.metric == AnnouncedMetric.DIGITAL_UNITS}
    pledged = {f.pk: (PLEDGED_FOR[AnnouncedMetric(f.metric)], f.stands_for) for f in figures if f.metric in PLEDGED_FOR}
    adopted = digital_units(tuple(set(digital.values())), standpoint)
    promised = units_pledged(pledged.values())
    found = {pk: adopted.get(day) for pk, day in digital.items()}
    found |= {pk: promised[question] or None for pk, question in pledged.items()}
    return {pk: count for pk, count in found.items() if count is not None}


# --- What explains ---------------------------------------------------------------------------------------


def _unit_case(unit: UndatedUnit, named: Mapping[int, KnownGap]) -> Case:
    gaps = (named[unit.regency],) if unit.regency in named else ()
    return Case(unit.name, unit.province, unit.province_name, (unit,), gaps)


def _unidentified(gaps: Iterable[KnownGap], as_at: date) -> list[Case]:
    return [Case(gap.label, "", "", (), (gap,)) for gap in gaps if gap.counted_from and gap.counted_from <= as_at]


def _total(areas: Sequence[AreaCount]) -> int:
    return sum(area.covered for area in areas)


def _total_cases(
    _areas: Sequence[AreaCount], seen: Collection[Case], unidentified: Collection[Case]
) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    return (*_known(seen), *unidentified), tuple(case for case in seen if not case.gaps)


def _without(areas: Sequence[AreaCount]) -> int:
    return sum(not area.covered for area in areas)


def _complete(areas: Sequence[AreaCount]) -> int:
    return sum(area.covered == area.units for area in areas)


def _opens(area: AreaCount, more: int) -> bool:
    return not area.covered and more > 0


def _completes(area: AreaCount, more: int) -> bool:
    return area.covered < area.units <= area.covered + more


def _province_cases(turns: Callable[[AreaCount, int], bool]) -> "_Cases":
    """Return what finds the provinces that undated units turn; one that is unidentified turns none that is known."""

    def cases(
        areas: Sequence[AreaCount], seen: Collection[Case], _unidentified: Collection[Case]
    ) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
        by_province: dict[str, list[Case]] = defaultdict(list)
        for case in seen:
            by_province[case.province].append(case)
        known, possible = [], []
        for area in areas:
            here = by_province[area.code]
            of_source = _known(here)
            if turns(area, len(of_source)):
                known.append(_province_case(area, of_source))
            elif turns(area, len(here)):
                possible.append(_province_case(area, here))
        return tuple(known), tuple(possible)

    return cases


def _known(cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(case for case in cases if case.gaps)


def _province_case(area: AreaCount, cases: Iterable[Case]) -> Case:
    cases = tuple(cases)
    units = tuple(unit for case in cases for unit in case.units)
    return Case(area.name, area.code, area.name, units, tuple(gap for case in cases for gap in case.gaps))


_Cases = Callable[[Sequence[AreaCount], Collection[Case], Collection[Case]], tuple[tuple[Case, ...], tuple[Case, ...]]]


@dataclass(frozen=True)
class _Measure:
    """How a figure is counted by province, and which cases move it."""

    count: Callable[[Sequence[AreaCount]], int]
    cases: _Cases


_MEASURES = {
    AnnouncedMetric.MPP_TOTAL: _Measure(_total, _total_cases),
    AnnouncedMetric.PROVINCES_WITHOUT: _Measure(_without, _province_cases(_opens)),
    AnnouncedMetric.PROVINCES_COMPLETE: _Measure(_complete, _province_cases(_completes)),
}


# --- What cannot be right together -----------------------------------------------------------------------


def _contradictions(figures: Sequence[AnnouncedFigure]) -> dict[int, set[int]]:
    """Return for places in `figures` the places of those that exclude the figure there.

    They do where both give one day in one definition with different values; and where the earlier of two numbers of
    MPPs is the larger, though the later counts all that it counts: an inauguration is not undone.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in (*_two_values(figures), *_falls(figures)):
        found[one].add(other)
        found[other].add(one)
    return found


def _two_values(figures: Sequence[AnnouncedFigure]) -> Iterator[tuple[int, int]]:
    said: dict[tuple[str, date, str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, it in enumerate(figures):
        said[it.metric, it.stands_for, it.counting, it.basis][it.value].append(place)
    for by_value in said.values():
        for some, others in combinations(by_value.values(), 2):
            yield from product(some, others)


def _falls(figures: Sequence[AnnouncedFigure]) -> Iterator[tuple[int, int]]:
    """Return each number of MPPs with the larger ones of the same day or an earlier one of which it counts all.

    Day by day, every number looks only at the end of the sorted values so far.
    """
    totals = [place for place, it in enumerate(figures) if it.metric == AnnouncedMetric.MPP_TOTAL]
    so_far: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)

    def day(place: int) -> date:
        return figures[place].stands_for

    for _day, places in groupby(sorted(totals, key=day), day):
        today = list(places)
        for place in today:
            it = figures[place]
            insort(so_far[it.counting, it.basis], (it.value, place))
        for place in today:
            it = figures[place]
            for counting in (it.counting, *(few for few, many in WIDER_COUNTINGS.items() if it.counting in many)):
                values = so_far[counting, it.basis]
                yield from ((place, larger) for _value, larger in values[bisect(values, (it.value, len(figures))) :])


def _same_day(figures: Sequence[AnnouncedFigure]) -> dict[tuple[str, date], list[int]]:
    """Return the places in `figures` by measure and day of the announcement."""
    places: dict[tuple[str, date], list[int]] = defaultdict(list)
    for place, it in enumerate(figures):
        places[it.metric, it.announced_on].append(place)
    return places
