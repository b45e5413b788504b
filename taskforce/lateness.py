"""What is late about a regency, or about many, in sentences that a letter or a paper can carry?"""

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
from regions.models import LEDGERS, Milestone, Person, Regency, SiteEntry
from regions.rules import written_day
from taskforce.choices import ActionState, LateReason
from taskforce.coverage import AreaCoverage, Question, Standpoint, UnitStanding, answer, unit_standings
from taskforce.models import ActionItem
from taskforce.pledges import PledgeOutcome, open_pledges, pledges_of

_HALTED = frozenset({OperatingStatus.SUSPENDED, OperatingStatus.STOPPED})
_SERVING_STAGES = frozenset({Stage.OPENED, Stage.INAUGURATED})


@dataclass(frozen=True)
class LateUnit:
    """A unit of which something is late."""

    unit: UnitStanding
    province: AreaCoverage
    misses_target: bool
    """Whether it is not covered although the day by which its whole province was to be has passed."""
    pledges: tuple[PledgeOutcome, ...]
    """What it promised and did not do in time."""
    is_halted: bool
    """Whether its MPP closed, for a time or for good."""
    actions: tuple[ActionItem, ...] = ()
    """What its government was to do by a day that has passed, as far as it was asked for."""

    @property
    def is_late(self) -> bool:
        """Return whether anything is."""
        return self.misses_target or self.has_own_reason

    @property
    def has_own_reason(self) -> bool:
        """Return whether something is late that is not so of every unit that its province still lacks."""
        return bool(self.pledges) or self.is_halted or bool(self.actions)

    @property
    def reasons(self) -> tuple[tuple[LateReason, str], ...]:
        """Return what kind of lateness, and a sentence of it."""
        return (
            *((LateReason.TARGET, sentence) for sentence in _missed_target(self)),
            *((LateReason.PLEDGE, _missed_pledge(outcome)) for outcome in self.pledges),
            *((LateReason.HALT, sentence) for sentence in _halt(self)),
            *((LateReason.ACTION, _missed_action(item)) for item in self.actions),
        )


def late_units(
    area: AreaCoverage,
    units: Iterable[UnitStanding],
    outcomes: Iterable[PledgeOutcome],
    items: Iterable[ActionItem] = (),
) -> tuple[LateUnit, ...]:
    """Return those of `units` of a province that are late in anything.

    Args:
        area: the province's figures, from the same question as `units`.
        units: how far each is.
        outcomes: what became of pledges, of these units or of more.
        items: overdue action items of governments, of these units or of more; with their regency and site.
    """
    overdue: dict[str, list[ActionItem]] = defaultdict(list)
    for item in items:
        if regency := item.site.regency if item.site else item.regency:
            overdue[regency.code].append(item)
    pledges: dict[str, list[PledgeOutcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_late and not outcome.unit.inaugurated_on:
            pledges[outcome.pledge.regency.code].append(outcome)
    late = (
        LateUnit(
            unit=unit,
            province=area,
            misses_target=area.is_overdue and not unit.is_covered,
            pledges=tuple(pledges[unit.code]),
            is_halted=unit.status in _HALTED,
            actions=tuple(overdue[unit.code]),
        )
        for unit in units
    )
    return tuple(each for each in late if each.is_late)


def late_everywhere(standpoint: Standpoint, user: Person, *, today: date) -> tuple[LateUnit, ...]:
    """Return the units of which something is late, province by province, in as many statements for one as for all.

    Args:
        standpoint: the day, and whose word counts; inaugurated MPPs of the 509 units are counted, as in the targets.
        user: who reads; of the action plan they learn what is theirs to know.
        today: decides which action items are overdue: they are known only as they stand now.
    """
    question = Question(standpoint.as_at, standpoint.known_at, standpoint.layer, standpoint.boundaries)
    units: dict[str, list[UnitStanding]] = defaultdict(list)
    for unit in unit_standings(question):
        units[unit.province].append(unit)
    outcomes = open_pledges(standpoint)
    own: Any = ActionItem.objects.visible_to(user).filter(owner=None).overdue(today)
    items = list(own.with_standing().select_related("regency", "site__regency").most_pressing_first())
    areas = answer(question).provinces
    return tuple(late for area in areas for late in late_units(area, units[area.code], outcomes, items))


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
    own: Any = ActionItem.objects.in_regency(regency).filter(owner=None).overdue(today)
    items = own.with_standing().select_related("regency", "site__regency").most_pressing_first()
    late = late_units(province, [standing], pledges_of(regency, coverage.question), items)
    reasons = tuple(sentence for each in late for _reason, sentence in each.reasons)
    return Lateness(regency, today, standing, province, reasons)


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


def _missed_target(late: LateUnit) -> list[str]:
    province = late.province
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


def _missed_pledge(outcome: PledgeOutcome) -> str:
    return _("Komitmen tanggal %(made)s untuk meresmikan MPP paling lambat %(due)s belum terpenuhi.") % {
        "made": date_format(outcome.pledge.pledged_on, "j F Y"),
        "due": written_day(outcome.in_force.due_on, DatePrecision(outcome.in_force.date_precision)),
    }


def _halt(late: LateUnit) -> list[str]:
    standing = late.unit
    if standing.status is None or not late.is_halted:
        return []
    since = written_day(standing.status_since, standing.status_precision)
    return [
        _("MPP tercatat “%(status)s” sejak %(since)s dan belum tercatat beroperasi kembali.")
        % {"status": standing.status.label, "since": since}
    ]


def _missed_action(item: Any) -> str:
    return _("Rencana aksi “%(title)s” melewati tenggat %(due)s dengan keadaan “%(state)s”.") % {
        "title": item.title,
        "due": date_format(item.due_on, "j F Y"),
        "state": ActionState(item.state).label,
    }
