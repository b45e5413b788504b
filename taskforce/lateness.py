"""What is late about a regency, and in sentences that a letter can carry?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from mpp_tracker.lib.language import written_pct
from regions.choices import DatePrecision, EntryState, OperatingStatus, Stage
from regions.models import LEDGERS, Milestone, Regency, SiteEntry
from regions.rules import written_day
from taskforce.choices import ActionState
from taskforce.coverage import AreaCoverage, Question, UnitStanding, answer, unit_standings
from taskforce.models import ActionItem
from taskforce.pledges import PledgeOutcome, pledges_of

_HALTED = frozenset({OperatingStatus.SUSPENDED, OperatingStatus.STOPPED})
_SERVING_STAGES = frozenset({Stage.OPENED, Stage.INAUGURATED})


@dataclass(frozen=True)
class LateUnit:
    """A unit of which something is late that everybody may know."""

    unit: UnitStanding
    misses_target: bool
    """Whether it is not covered although the day by which its whole province was to be has passed."""
    pledges: tuple[PledgeOutcome, ...]
    """What it promised and did not do in time."""
    is_halted: bool
    """Whether its MPP closed, for a time or for good."""

    @property
    def is_late(self) -> bool:
        """Return whether anything is."""
        return self.misses_target or self.has_own_reason

    @property
    def has_own_reason(self) -> bool:
        """Return whether something is late that is not so of every unit that its province still lacks."""
        return bool(self.pledges) or self.is_halted


def late_units(
    area: AreaCoverage, units: Iterable[UnitStanding], outcomes: Iterable[PledgeOutcome]
) -> tuple[LateUnit, ...]:
    """Return those of `units` of a province that are late in anything, as far as target, pledges and status tell.

    Args:
        area: the province's figures, from the same question as `units`.
        units: how far each is.
        outcomes: what became of pledges, of these units or of more.
    """
    pledges: dict[str, list[PledgeOutcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_late and not outcome.unit.inaugurated_on:
            pledges[outcome.pledge.regency.code].append(outcome)
    late = (
        LateUnit(
            unit=unit,
            misses_target=area.is_overdue and not unit.is_covered,
            pledges=tuple(pledges[unit.code]),
            is_halted=unit.status in _HALTED,
        )
        for unit in units
    )
    return tuple(each for each in late if each.is_late)


@dataclass(frozen=True)
class Lateness:
    """A regency as it stands on a day, and what is late about it."""

    regency: Regency
    as_at: date
    standing: UnitStanding
    province: AreaCoverage
    reasons: tuple[str, ...]
    """One sentence each; none where nothing is late."""

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Return what is recorded, as names with values."""
        unknown = str(_("belum ada data"))
        stage, status = self.standing.stage, self.standing.status
        reached = written_day(self.standing.reached_on, self.standing.reached_precision)
        since = written_day(self.standing.status_since, self.standing.status_precision)
        covered = {"covered": self.province.covered, "units": self.province.units}
        share = self.province.coverage_pct
        return (
            (str(_("Tahap terakhir")), f"{stage.label} ({reached})" if stage else unknown),
            (str(_("Status operasional")), f"{status.label} ({since})" if status else unknown),
            (
                str(_("Cakupan %(province)s")) % {"province": self.province.name},
                str(_("%(covered)d dari %(units)d kabupaten/kota")) % covered
                + ("" if share is None else f" ({written_pct(share)})"),
            ),
        )


def lateness(regency: Regency, *, today: date) -> Lateness:
    """Return how a unit stands and what is late about it, by what had been verified.

    Raises:
        ValueError: `regency` is no unit.
    """
    if not regency.is_autonomous:
        raise ValueError(regency.code)
    coverage = answer(Question(today))
    standing = next(
        unit for unit in unit_standings(coverage.question, regency.province.code) if unit.code == regency.code
    )
    province = coverage.province(regency.province.code)
    if province is None:
        raise ValueError(regency.province.code)
    late = late_units(province, [standing], pledges_of(regency, coverage.question))
    reasons = [reason for each in late for reason in (*_missed_target(each, province), *_missed_pledges(each))]
    reasons += [reason for each in late for reason in _halt(each)]
    return Lateness(regency, today, standing, province, (*reasons, *_missed_actions(regency, today)))


def waiting_reports(regency: Regency) -> tuple[SiteEntry, ...]:
    """Return what was reported about the MPPs of a unit and nobody has decided on yet."""
    of_unit = Q(site__regency=regency) | Q(site__regency__served_by=regency)
    return tuple(
        entry
        for ledger in LEDGERS.values()
        for entry in ledger.objects.filter(of_unit, state=EntryState.REPORTED).select_related("site").order_by("pk")
    )


def may_lift_a_reason(entry: SiteEntry) -> bool:
    """Return whether a unit may be less late once `entry` is verified."""
    return not entry.site.is_branch and (not isinstance(entry, Milestone) or entry.stage in _SERVING_STAGES)


def _missed_target(late: LateUnit, province: AreaCoverage) -> list[str]:
    goal = province.target
    share = province.target_pct
    if goal is None or share is None or not late.misses_target:
        return []
    said = {
        "share": number_format(share, 1),
        "who": goal.set_by,
        "day": date_format(goal.deadline, "j F Y"),
        "regency": late.unit.name,
    }
    return [
        _(
            "Target cakupan %(share)s persen yang ditetapkan %(who)s jatuh tempo pada %(day)s, sedangkan MPP"
            " %(regency)s belum diresmikan."
        )
        % said
    ]


def _missed_pledges(late: LateUnit) -> list[str]:
    return [
        _("Komitmen tanggal %(made)s untuk meresmikan MPP paling lambat %(due)s belum terpenuhi.")
        % {
            "made": date_format(row.pledge.pledged_on, "j F Y"),
            "due": written_day(row.in_force.due_on, DatePrecision(row.in_force.date_precision)),
        }
        for row in late.pledges
    ]


def _halt(late: LateUnit) -> list[str]:
    standing = late.unit
    if standing.status is None or not late.is_halted:
        return []
    since = written_day(standing.status_since, standing.status_precision)
    return [
        _("MPP tercatat “%(status)s” sejak %(since)s dan belum tercatat beroperasi kembali.")
        % {"status": standing.status.label, "since": since}
    ]


def _missed_actions(regency: Regency, today: date) -> list[str]:
    own: Any = ActionItem.objects.filter(Q(regency=regency) | Q(site__regency=regency), owner=None)
    return [
        _("Rencana aksi “%(title)s” melewati tenggat %(due)s dengan keadaan “%(state)s”.")
        % {
            "title": item.title,
            "due": date_format(item.due_on, "j F Y"),
            "state": ActionState(item.state).label,
        }
        for item in own.overdue(today).with_standing().most_pressing_first()
    ]
