"""What does a public page show? One frozen answer per page, for every form it is given in."""

from dataclasses import dataclass

from django.http import Http404
from django.utils.translation import gettext as _

from taskforce.coverage import AreaCoverage, Coverage, Question, UnitStanding, answer, unit_standings


@dataclass(frozen=True)
class NationPage:
    """The nation and its provinces on a day."""

    coverage: Coverage
    provinces_at_none: tuple[AreaCoverage, ...]
    provinces_complete: tuple[AreaCoverage, ...]


@dataclass(frozen=True)
class ProvincePage:
    """One province and its units on a day."""

    coverage: Coverage
    area: AreaCoverage
    units: tuple[UnitStanding, ...]


def nation_page(question: Question) -> NationPage:
    """Return what the first page shows."""
    coverage = answer(question)
    with_units = [area for area in coverage.provinces if area.units]
    return NationPage(
        coverage=coverage,
        provinces_at_none=tuple(area for area in with_units if not area.covered),
        provinces_complete=tuple(area for area in with_units if area.covered == area.units),
    )


def province_page(question: Question, code: str) -> ProvincePage:
    """Return what the page of the province with `code` shows.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    coverage = answer(question)
    area = coverage.province(code)
    if area is None:
        raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": code})
    return ProvincePage(coverage=coverage, area=area, units=unit_standings(question, code))
