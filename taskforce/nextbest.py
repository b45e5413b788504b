"""Which units would close most gaps if their MPP were inaugurated next, and what stands in the way?"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from regions.choices import ReadinessLevel, Stage
from regions.rules import SERVING_STATUSES, STAGE_ORDER
from taskforce.coverage import AreaCoverage, Question, Standpoint, UnitStanding, answer, unit_standings
from taskforce.pledges import PledgeOutcome, open_pledges
from taskforce.readiness import AspectStanding, UnitReadiness, readiness_report


@dataclass(frozen=True)
class Candidate:
    """A unit that is not inaugurated: which gaps its inauguration would close, and what is known to be missing."""

    unit: UnitStanding
    area: AreaCoverage
    pledges: tuple[PledgeOutcome, ...]
    """What was promised for it, the nearest day first."""
    readiness: UnitReadiness
    """How ready it was found by its latest assessment."""

    @property
    def opens_province(self) -> bool:
        """Return whether its province has none so far."""
        return not self.area.covered

    @property
    def missing_after(self) -> int:
        """Return how many units its province would still be short of."""
        return self.area.units - self.area.covered - 1

    @property
    def completes_province(self) -> bool:
        """Return whether it is the last one missing in its province."""
        return not self.missing_after

    @property
    def keeps_pledge(self) -> bool:
        """Return whether an inauguration on the day asked about would keep a pledge."""
        return any(pledge.can_be_kept for pledge in self.pledges)

    @property
    def gaps_closed(self) -> int:
        """Return how many gaps its inauguration would close."""
        return self.opens_province + self.completes_province + self.keeps_pledge

    @property
    def stages_left(self) -> tuple[Stage, ...]:
        """Return the stages after the furthest reached, before the inauguration; none where no stage is known."""
        if self.unit.stage is None:
            return ()
        return STAGE_ORDER[STAGE_ORDER.index(self.unit.stage) + 1 : -1]

    @property
    def not_ready(self) -> tuple[AspectStanding, ...]:
        """Return the aspects in which it was found not ready, or only partly; what was not assessed is not here."""
        return tuple(each for each in self.readiness.aspects if each.now not in (None, ReadinessLevel.READY))

    @property
    def is_unknown(self) -> bool:
        """Return whether the ledger knows of no stage and no operating status."""
        return self.unit.stage is None and self.unit.status is None

    @property
    def serves(self) -> bool:
        """Return whether it is known to serve the public, inaugurated or not."""
        return self.unit.status in SERVING_STATUSES

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Return what candidates are ordered by: gaps closed, units still missing, furthest stage, code."""
        position = -1 if self.unit.stage is None else STAGE_ORDER.index(self.unit.stage)
        return -self.gaps_closed, self.missing_after, -position, self.unit.code


@dataclass(frozen=True)
class NextBest:
    """Every unit that is not inaugurated, the one that would close most gaps first."""

    standpoint: Standpoint
    computed_at: datetime
    candidates: tuple[Candidate, ...] = field(repr=False)


def next_best(standpoint: Standpoint) -> NextBest:
    """Return the units whose inauguration would close most gaps, among the 509."""
    question = Question(standpoint.as_at, standpoint.known_at, standpoint.layer, standpoint.boundaries)
    areas = {area.code: area for area in answer(question).provinces}
    pledges: dict[str, list[PledgeOutcome]] = defaultdict(list)
    for outcome in open_pledges(standpoint):
        pledges[outcome.pledge.regency.code].append(outcome)
    readiness = {unit.code: unit for unit in readiness_report(standpoint).units}
    candidates = (
        Candidate(unit, areas[unit.province], tuple(pledges[unit.code]), readiness[unit.code])
        for unit in unit_standings(question)
        if not unit.is_covered
    )
    ranked = tuple(sorted(candidates, key=lambda candidate: candidate.rank))
    return NextBest(standpoint=standpoint, computed_at=timezone.now(), candidates=ranked)
