"""What do the pages of announced figures show? One frozen answer each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils.translation import gettext as _

from dashboard.charts import GapPicture, Mark, gap_picture
from regions.models import Person, Site
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.announced import AnnouncedReport, Comparison, announced_report
from taskforce.choices import AnnouncedCounting, AnnouncedMetric, Counting
from taskforce.coverage import Question, Standpoint, UndatedUnit, series
from taskforce.models import KnownGap


@dataclass(frozen=True)
class UndatedRow:
    """A unit seen at work without a day of inauguration, and how its day can be supplied."""

    unit: UndatedUnit
    gap: KnownGap | None
    """What is recorded of officials counting it; None where nothing is."""
    sites: tuple[Site, ...]
    may_report: bool
    """Whether the reader may report on its MPP."""


@dataclass(frozen=True)
class AnnouncedPage:
    """Announced figures against the ledger, those asked for."""

    report: AnnouncedReport
    comparisons: tuple[Comparison, ...]
    latest: Comparison | None
    """The latest number of MPPs that was announced; None before the first."""
    picture: GapPicture | None
    """None before the first announcement of a number of MPPs."""
    undated: tuple[UndatedRow, ...]


@dataclass(frozen=True)
class FigurePage:
    """One announced figure with its cases."""

    report: AnnouncedReport
    comparison: Comparison
    counting: Counting | None
    """How the page of coverage counts the same; None where it shows nothing of the kind."""


def announced_page(standpoint: Standpoint, user: Person, *, metric: str = "") -> AnnouncedPage:
    """Return what the page of announced figures shows.

    Args:
        standpoint: announced by which day; whose word, known by when and which boundaries for the ledger's side.
        user: who looks.
        metric: list only figures that measure this.
    """
    report = announced_report(standpoint)
    totals = [each for each in report.comparisons if each.figure.metric == AnnouncedMetric.MPP_TOTAL]
    return AnnouncedPage(
        report=report,
        comparisons=tuple(each for each in report.comparisons if metric in ("", each.figure.metric)),
        latest=totals[0] if totals else None,
        picture=_picture(standpoint, totals) if totals else None,
        undated=_undated(report, user),
    )


def figure_page(standpoint: Standpoint, pk: int) -> FigurePage:
    """Return what the page of one announced figure shows.

    Raises:
        Http404: there is none with this key, or it was not announced by the day asked about.
    """
    report = announced_report(standpoint)
    comparison = report.comparison(pk)
    if comparison is None:
        raise Http404(_("Tidak ada angka itu di antara yang diumumkan sampai tanggal ini."))
    counting = comparison.figure.counting
    shown = Counting.INAUGURATED if counting == AnnouncedCounting.READY else counting
    return FigurePage(report=report, comparison=comparison, counting=Counting(shown) if shown else None)


def _undated(report: AnnouncedReport, user: Person) -> tuple[UndatedRow, ...]:
    regencies = [unit.regency for unit in report.undated]
    sites: dict[int, list[Site]] = defaultdict(list)
    for site in Site.objects.main().filter(regency__in=regencies):
        sites[site.regency_id].append(site)
    own = set(Site.objects.editable_by(user).filter(regency__in=regencies).values_list("regency", flat=True))
    gaps = report.gap_by_regency
    return tuple(
        UndatedRow(unit, gaps.get(unit.regency), tuple(sites[unit.regency]), unit.regency in own)
        for unit in report.undated
    )


def _picture(standpoint: Standpoint, totals: Sequence[Comparison]) -> GapPicture:
    """Return the ledger's line of inaugurated units, with every announced number of MPPs beside it."""
    marks = [
        Mark(
            on=each.figure.stands_for,
            value=each.figure.value,
            against=each.ledger or 0,
            kind="open" if each.differs or each.contradicts else "done",
        )
        for each in totals
    ]
    first = date(ROLLOUT_BEGAN_ON.year, 1, 1)
    asked = Question(standpoint.as_at, standpoint.known_at, standpoint.layer, standpoint.boundaries)
    steps = [(point.since, point.covered) for point in series(asked)]
    return gap_picture(steps, marks, first=first, last=standpoint.as_at)
