"""What is late about a regency, or about many, in sentences that a letter or a paper can carry?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from regions.choices import DatePrecision, EntryState, OperatingStatus, Stage
from regions.models import LEDGERS, Milestone, Person, Regency, SiteEntry
from regions.rules import written_day
from taskforce.choices import ActionState, LateReason
from taskforce.coverage import AreaCoverage, Question, Standpoint, UnitStanding, answer, unit_standings
from taskforce.models import ActionItem
from taskforce.pledges import PledgeOutcome, open_pledges

_HALTED = frozenset({OperatingStatus.SUSPENDED, OperatingStatus.STOPPED})
_SERVING_STAGES = frozenset({Stage.OPENED, Stage.INAUGURATED})


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
                + ("" if share is None else f" ({number_format(share, 1)} %)"),
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
    pledges = [row for row in open_pledges(Standpoint(today)) if row.pledge.regency_id == regency.pk]
    own: Any = ActionItem.objects.filter(Q(regency=regency) | Q(site__regency=regency), owner=None)
    reasons = _reasons(standing, province, pledges, own.overdue(today).with_standing().most_pressing_first())
    return Lateness(regency, today, standing, province, tuple(sentence for _reason, sentence in reasons))


@dataclass(frozen=True)
class LateUnit:
    """A unit of which something is late on a day."""

    standing: UnitStanding
    province: AreaCoverage
    reasons: tuple[tuple[LateReason, str], ...]
    """What kind of lateness, and a sentence of it; at least one."""


def late_units(standpoint: Standpoint, user: Person, *, today: date) -> tuple[LateUnit, ...]:
    """Return the units of which something is late, by code, in as many statements for one as for all.

    Args:
        standpoint: the day, and whose word counts; inaugurated MPPs of the 509 units are counted, as in the targets.
        user: who reads; of the action plan they learn what is theirs to know.
        today: decides which action items are overdue: they are known only as they stand now.
    """
    question = Question(standpoint.as_at, standpoint.known_at, standpoint.layer, standpoint.boundaries)
    areas = {area.code: area for area in answer(question).provinces}
    pledges: dict[str, list[PledgeOutcome]] = defaultdict(list)
    for outcome in open_pledges(standpoint):
        pledges[outcome.pledge.regency.code].append(outcome)
    overdue: Any = ActionItem.objects.visible_to(user).filter(owner=None).overdue(today)
    items: dict[str, list[ActionItem]] = defaultdict(list)
    for item in overdue.with_standing().select_related("regency", "site__regency").most_pressing_first():
        if regency := item.site.regency if item.site else item.regency:
            items[regency.code].append(item)
    found = (
        LateUnit(unit, areas[unit.province], _reasons(unit, areas[unit.province], pledges[unit.code], items[unit.code]))
        for unit in unit_standings(question)
    )
    return tuple(late for late in found if late.reasons)


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


def _reasons(
    standing: UnitStanding, province: AreaCoverage, pledges: Iterable[PledgeOutcome], items: Iterable[ActionItem]
) -> tuple[tuple[LateReason, str], ...]:
    """Return what is late about a unit, given its pledges that are open and its action items that are overdue."""
    return (
        *((LateReason.TARGET, sentence) for sentence in _missed_target(standing, province)),
        *((LateReason.PLEDGE, _missed_pledge(outcome)) for outcome in pledges if outcome.is_late),
        *((LateReason.HALT, sentence) for sentence in _halt(standing)),
        *((LateReason.ACTION, _missed_action(item)) for item in items),
    )


def _missed_target(standing: UnitStanding, province: AreaCoverage) -> list[str]:
    goal = province.target
    share = province.target_pct
    if goal is None or share is None or standing.is_covered or not province.is_overdue:
        return []
    said = {
        "share": number_format(share, 1),
        "who": goal.set_by,
        "day": date_format(goal.deadline, "j F Y"),
        "regency": standing.name,
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


def _halt(standing: UnitStanding) -> list[str]:
    if standing.status not in _HALTED:
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
