"""What does a paper for a meeting say? The figures of the pages, for one area, with what is late and what is to do."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from dashboard.atlas import MapPicture, printed_picture
from regions.choices import Stage
from regions.models import Person
from regions.rules import STAGE_ORDER
from taskforce.announced import Comparison, announced_report
from taskforce.choices import AnnouncedMetric
from taskforce.coverage import (
    AreaCoverage,
    Coverage,
    Question,
    Standpoint,
    UnitStanding,
    answer,
    unit_standings,
)
from taskforce.lateness import LateUnit, late_everywhere
from taskforce.models import ActionItem
from taskforce.reports import ActionRow, rows_of


@dataclass(frozen=True)
class PaperQuestion:
    """What a paper is about: an area and a question, and since when changes are told."""

    question: Question
    since: date
    province: str = ""
    """The code of the only province; empty for more."""
    island_group: str = ""


@dataclass(frozen=True)
class Changes:
    """What became of the units of the area between two days."""

    since: date
    covered_before: int
    newly: tuple[UnitStanding, ...]
    """Those that count now and did not then, the latest first."""
    lost: tuple[UnitStanding, ...]
    """Those that counted then and do not now."""
    moved: tuple[tuple[UnitStanding, Stage | None], ...]
    """Those that reached a further stage without counting newly, with the stage before."""


@dataclass(frozen=True)
class MeetingPaper:
    """All that a paper says; the figures are the objects that the pages print."""

    asked: PaperQuestion
    coverage: Coverage
    area: AreaCoverage
    provinces: tuple[AreaCoverage, ...]
    """Those of the area."""
    units: tuple[UnitStanding, ...]
    """Those of the area, by code."""
    changes: Changes
    late: tuple[LateUnit, ...]
    actions: tuple[ActionRow, ...]
    """Open items of the area that the reader may know of."""
    announced: Comparison | None
    """The latest number of MPPs that was announced, where it differs from the ledger; only for the nation."""
    picture: MapPicture | None
    """None where no outline of the area is known."""

    @property
    def area_name(self) -> str:
        """Return what the area is called: a group of islands may be called as one of its provinces."""
        group = self.asked.island_group
        return _("Kelompok Pulau %(name)s") % {"name": group} if group else self.area.name

    @property
    def is_province(self) -> bool:
        """Return whether the area is one province."""
        return bool(self.asked.province)

    @property
    def late_by_province(self) -> tuple[tuple[AreaCoverage, tuple[LateUnit, ...]], ...]:
        """Return the provinces that have late units, with those."""
        groups: dict[str, list[LateUnit]] = defaultdict(list)
        for late in self.late:
            groups[late.province.code].append(late)
        return tuple((lates[0].province, tuple(lates)) for lates in groups.values())


def meeting_paper(asked: PaperQuestion, user: Person, *, today: date) -> MeetingPaper:
    """Return what a paper says to `user`.

    Args:
        asked: the area and the question.
        user: who asks; of the action plan they learn what is theirs to know.
        today: decides which action items are late: they are known only as they stand now.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    question = asked.question
    coverage = answer(question)
    area, provinces = _area(coverage, asked)
    codes = {province.code for province in provinces}
    units = tuple(unit for unit in unit_standings(question, asked.province) if unit.province in codes)
    items = _within(ActionItem.objects.visible_to(user).open(), asked)
    standpoint = Standpoint(question.as_at, question.known_at, question.layer, question.boundaries)
    late = late_everywhere(standpoint, user, today=today)
    return MeetingPaper(
        asked=asked,
        coverage=coverage,
        area=area,
        provinces=provinces,
        units=units,
        changes=_changes(asked, units),
        late=tuple(each for each in late if each.province.code in codes),
        actions=rows_of(items, today=today),
        announced=None if asked.province or asked.island_group else _announced(standpoint),
        picture=printed_picture(coverage, provinces, units),
    )


def _area(coverage: Coverage, asked: PaperQuestion) -> tuple[AreaCoverage, tuple[AreaCoverage, ...]]:
    if asked.province:
        area = coverage.province(asked.province)
        if area is None:
            raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": asked.province})
        return area, (area,)
    if asked.island_group:
        return coverage.islands(asked.island_group), tuple(
            area for area in coverage.provinces if area.island_group == asked.island_group
        )
    return coverage.national, coverage.provinces


def _changes(asked: PaperQuestion, units: tuple[UnitStanding, ...]) -> Changes:
    """Return what became of units since the day asked for; what is known now of that day counts."""
    then = {unit.code: unit for unit in unit_standings(replace(asked.question, as_at=asked.since))}
    pairs = [(unit, then[unit.code]) for unit in units if unit.code in then]
    newly = [unit for unit, before in pairs if unit.is_covered and not before.is_covered]
    return Changes(
        since=asked.since,
        covered_before=sum(before.is_covered for _unit, before in pairs),
        newly=tuple(sorted(newly, key=lambda unit: unit.covered_on or asked.since, reverse=True)),
        lost=tuple(unit for unit, before in pairs if before.is_covered and not unit.is_covered),
        moved=tuple(
            (unit, before.stage)
            for unit, before in pairs
            if _rank(unit.stage) > _rank(before.stage) and unit.is_covered == before.is_covered
        ),
    )


def _rank(stage: Stage | None) -> int:
    return -1 if stage is None else STAGE_ORDER.index(stage)


def _within(items: Any, asked: PaperQuestion) -> Any:
    if asked.province:
        return items.in_province(asked.province)
    if asked.island_group:
        return items.in_islands(asked.island_group)
    return items


def _announced(standpoint: Standpoint) -> Comparison | None:
    compared = announced_report(standpoint).comparisons
    latest = next((each for each in compared if each.figure.metric == AnnouncedMetric.MPP_TOTAL), None)
    return latest if latest and latest.difference else None
