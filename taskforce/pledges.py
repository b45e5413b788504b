"""What became of the regencies' pledges by any day? Since when a unit is inaugurated, only `taskforce.coverage` says.

A pledge counts from the day it was made, a revision from the day it was revised; what had been verified by when, and
whether reports count too, decides on the inaugurations alone.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Max, Prefetch, QuerySet
from django.utils import timezone

from commitments.choices import PledgeStanding
from commitments.models import Pledge, PledgeRevision
from commitments.rules import is_pressing, pledge_standing
from regions.models import Regency
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import PLEDGED_FOR, AnnouncedMetric, Layer
from taskforce.coverage import Inauguration, Standpoint, inaugurations
from taskforce.models import AnnouncedFigure
from taskforce.rules import percentage


@dataclass(frozen=True)
class PledgeOutcome:
    """One pledge as it stands on a day."""

    pledge: Pledge
    revisions: tuple[PledgeRevision, ...]
    """Those made by the day, oldest first."""
    unit: Inauguration
    as_at: date

    @property
    def in_force(self) -> Pledge | PledgeRevision:
        """Return what says by when: the last revision, or the pledge itself."""
        return self.revisions[-1] if self.revisions else self.pledge

    @property
    def standing(self) -> PledgeStanding:
        """Return what became of it."""
        return pledge_standing(self.pledge.due_on, self.in_force.due_on, self.unit.inaugurated_on, self.as_at)

    @property
    def can_be_kept(self) -> bool:
        """Return whether an inauguration on the day asked about would keep it, if there was none before."""
        return self.unit.inaugurated_on is None and (
            pledge_standing(self.pledge.due_on, self.in_force.due_on, self.as_at, self.as_at) == PledgeStanding.KEPT
        )

    @property
    def is_late(self) -> bool:
        """Return whether the day promised last went by."""
        return self.standing == PledgeStanding.LATE

    @property
    def has_fallen_due(self) -> bool:
        """Return whether the day first promised is over."""
        return self.pledge.due_on < self.as_at

    @property
    def first_year(self) -> int:
        """Return the year first promised."""
        return self.pledge.due_on.year

    @property
    def year(self) -> int:
        """Return the year of the inauguration, before it the year promised last."""
        return (self.unit.inaugurated_on or self.in_force.due_on).year

    @property
    def was_fulfilled_before(self) -> bool:
        """Return whether the unit was inaugurated already when it pledged to be."""
        return self.unit.inaugurated_on is not None and self.unit.inaugurated_on < self.pledge.pledged_on


@dataclass(frozen=True)
class PledgeTally:
    """The pledges of a year or province, or of the nation (key empty)."""

    key: str
    name: str
    by_standing: Mapping[PledgeStanding, int]
    due: int
    kept: int
    """Those among `due` that were kept."""

    @property
    def total(self) -> int:
        """Return how many pledges there are."""
        return sum(self.by_standing.values())

    @property
    def kept_pct(self) -> Decimal | None:
        """Return the promise-kept rate: pledges kept in percent of those fallen due, one place half up; None without.

        The denominator is every pledge whose day first promised is over, whatever was promised since. One whose day
        is still to come stays out even when it has been kept early, for those that may yet be missed stay out too.
        """
        return percentage(self.kept, self.due)


@dataclass(frozen=True)
class Slip:
    """How many pledges first made for one year ended up, or now stand, in another or the same."""

    first_year: int
    year: int
    inaugurated: int
    """Inaugurated in `year`."""
    open: int
    """Not inaugurated; promised for `year` last."""


@dataclass(frozen=True)
class AnnouncedPledges:
    """How many units officials said had pledged for a year, and how many of those are recorded by name."""

    figure: AnnouncedFigure
    year: int
    recorded: int


@dataclass(frozen=True)
class PledgeReport:
    """All pledges on the day asked about."""

    standpoint: Standpoint
    computed_at: datetime
    outcomes: tuple[PledgeOutcome, ...] = field(repr=False)
    """By the day promised last, then by code of the regency."""
    national: PledgeTally
    by_year: tuple[PledgeTally, ...]
    """By year first promised, earliest first; years without a pledge are left out."""
    by_province: tuple[PledgeTally, ...]
    """By code; provinces without a pledge are left out."""
    provinces_without: tuple[str, ...]
    """Names of those."""
    slips: tuple[Slip, ...]
    announced: tuple[AnnouncedPledges, ...]


def pledge_report(standpoint: Standpoint) -> PledgeReport:
    """Return every pledge made by the day asked about, with what became of it.

    Basis and counting make no difference: a promise is of an inauguration.
    """
    units = inaugurations(standpoint)
    outcomes = _outcomes(Pledge.objects.all(), units, standpoint.as_at)
    by_province = _tallies((outcome.unit.province, outcome.unit.province_name, outcome) for outcome in outcomes)
    with_pledge = {tally.key for tally in by_province}
    provinces = {unit.province: unit.province_name for unit in units.values()}
    return PledgeReport(
        standpoint=standpoint,
        computed_at=timezone.now(),
        outcomes=outcomes,
        national=tally_of("", "Indonesia", outcomes),
        by_year=_tallies((str(outcome.first_year), str(outcome.first_year), outcome) for outcome in outcomes),
        by_province=by_province,
        provinces_without=tuple(name for code, name in sorted(provinces.items()) if code not in with_pledge),
        slips=_slips(outcomes),
        announced=_announced(outcomes, standpoint.as_at),
    )


def open_pledges(standpoint: Standpoint) -> tuple[PledgeOutcome, ...]:
    """Return the pledges made by the day asked about whose units are not inaugurated yet."""
    outcomes = _outcomes(Pledge.objects.all(), inaugurations(standpoint), standpoint.as_at)
    return tuple(outcome for outcome in outcomes if outcome.unit.inaugurated_on is None)


def pledges_of(regency: Regency, standpoint: Standpoint) -> tuple[PledgeOutcome, ...]:
    """Return what became of the pledges of one regency made by the day asked about."""
    pledges = Pledge.objects.filter(regency=regency)
    return _outcomes(pledges, inaugurations(standpoint), standpoint.as_at) if pledges.exists() else ()


def pledges_in(province: str, standpoint: Standpoint) -> tuple[PledgeOutcome, ...]:
    """Return what became of the pledges of the units of the province with this code."""
    pledges = Pledge.objects.all()
    if not pledges.exists():
        return ()
    outcomes = _outcomes(pledges, inaugurations(standpoint), standpoint.as_at)
    return tuple(outcome for outcome in outcomes if outcome.unit.province == province)


def pledged_years(today: date) -> range:
    """Return the years that may have been promised: from the start of the rollout to the last promised, or this one."""
    last = Pledge.objects.aggregate(last=Max("due_on"))["last"] or today
    return range(ROLLOUT_BEGAN_ON.year, max(last, today).year + 1)


def units_pledged(asked: Collection[tuple[int, date]]) -> dict[tuple[int, date], int]:
    """Return how many units had pledged for a year by a day, for many pairs of both."""
    pledges = list(Pledge.objects.values_list("due_on__year", "regency", "pledged_on")) if asked else []
    return {
        (year, day): _units_by_year((for_year, regency) for for_year, regency, on in pledges if on <= day)[year]
        for year, day in asked
    }


def pressing_pledges(regencies: Collection[int], *, today: date) -> tuple[PledgeOutcome, ...]:
    """Return the pledges of `regencies` (keys) that want work: not inaugurated, and due soon or overdue.

    Where an inauguration is reported there is nothing left to do for who reported it.
    """
    pledges = Pledge.objects.filter(regency__in=regencies)
    if not pledges.exists():
        return ()
    outcomes = _outcomes(pledges, inaugurations(Standpoint(today, layer=Layer.REPORTED)), today)
    return tuple(row for row in outcomes if is_pressing(row.in_force.due_on, row.unit.inaugurated_on, today))


def _outcomes(pledges: QuerySet[Pledge], units: Mapping[int, Inauguration], as_at: date) -> tuple[PledgeOutcome, ...]:
    revised = PledgeRevision.objects.filter(revised_on__lte=as_at).order_by("revised_on")
    made = pledges.filter(pledged_on__lte=as_at).select_related("regency")
    outcomes = (
        PledgeOutcome(pledge, tuple(pledge.revisions.all()), units[pledge.regency_id], as_at)
        for pledge in made.prefetch_related(Prefetch("revisions", revised))
    )
    return tuple(sorted(outcomes, key=lambda row: (row.in_force.due_on, row.pledge.regency.code, row.pledge.pk)))


def _tallies(rows: Iterable[tuple[str, str, PledgeOutcome]]) -> tuple[PledgeTally, ...]:
    groups: dict[tuple[str, str], list[PledgeOutcome]] = defaultdict(list)
    for key, name, outcome in rows:
        groups[key, name].append(outcome)
    return tuple(tally_of(key, name, outcomes) for (key, name), outcomes in sorted(groups.items()))


def tally_of(key: str, name: str, outcomes: Collection[PledgeOutcome]) -> PledgeTally:
    """Return the pledges of a year or province, or of the nation (key empty), by what became of them."""
    counts = Counter(outcome.standing for outcome in outcomes)
    due = [outcome for outcome in outcomes if outcome.has_fallen_due]
    return PledgeTally(
        key=key,
        name=name,
        by_standing={standing: counts[standing] for standing in PledgeStanding},
        due=len(due),
        kept=sum(outcome.standing == PledgeStanding.KEPT for outcome in due),
    )


def _slips(outcomes: Iterable[PledgeOutcome]) -> tuple[Slip, ...]:
    counts = Counter((row.first_year, row.year, row.unit.inaugurated_on is not None) for row in outcomes)
    years = sorted({(first_year, year) for first_year, year, _is_inaugurated in counts})
    return tuple(Slip(*pair, inaugurated=counts[*pair, True], open=counts[*pair, False]) for pair in years)


def _announced(outcomes: Iterable[PledgeOutcome], as_at: date) -> tuple[AnnouncedPledges, ...]:
    units = _units_by_year((row.first_year, row.pledge.regency_id) for row in outcomes)
    figures = AnnouncedFigure.objects.filter(metric__in=PLEDGED_FOR, announced_on__lte=as_at)
    rows = [(PLEDGED_FOR[AnnouncedMetric(figure.metric)], figure) for figure in figures.order_by("announced_on")]
    return tuple(AnnouncedPledges(figure, year, units[year]) for year, figure in rows)


def _units_by_year(pledges: Iterable[tuple[int, int]]) -> Counter[int]:
    """Return how many regencies pledged for each year, from year and regency of each pledge."""
    return Counter(year for year, _regency in set(pledges))
