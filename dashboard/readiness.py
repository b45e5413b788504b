"""What does the page of readiness show? One frozen answer, for every form it is given in."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404
from django.utils.translation import gettext as _

from dashboard.charts import Segment, stacked_bar
from regions.choices import ReadinessLevel, ReadinessMovement, Tone
from regions.models import Province, ReadinessBaseline
from taskforce.coverage import Standpoint
from taskforce.readiness import AreaReadiness, AspectTally, ReadinessReport, UnitReadiness, readiness_report

MOVEMENTS = (ReadinessMovement.UP, ReadinessMovement.DOWN, ReadinessMovement.FOUND, ReadinessMovement.LOST)
"""Those that are told: what stayed as it was is not."""


@dataclass(frozen=True)
class Step:
    """How many units are at a level, or unknown, now and at the baseline."""

    label: str
    now: int
    before: int


@dataclass(frozen=True)
class AspectRow:
    """One aspect of an area, as numbers and as a picture."""

    tally: AspectTally
    steps: tuple[Step, ...]
    """From ready to unknown."""
    moved: tuple[tuple[ReadinessMovement, int], ...]
    """What happened to any unit since the baseline."""
    now_bar: tuple[Segment, ...]
    before_bar: tuple[Segment, ...]


@dataclass(frozen=True)
class AreaRow:
    """One province, aspect by aspect."""

    area: AreaReadiness
    aspects: tuple[AspectRow, ...]


@dataclass(frozen=True)
class ReadinessPage:
    """The nation by provinces, or a province by its units."""

    report: ReadinessReport
    province: Province | None
    area: AreaReadiness
    aspects: tuple[AspectRow, ...]
    provinces: tuple[AreaRow, ...]
    """Empty when one is chosen."""
    units: tuple[UnitReadiness, ...]
    """Those of the province that is chosen."""
    levels: tuple[ReadinessLevel, ...] = tuple(reversed(ReadinessLevel))
    """For the legend."""
    movements: tuple[ReadinessMovement, ...] = MOVEMENTS

    @property
    def unknown(self) -> int:
        """Return of how many units of the area nothing is known."""
        return self.area.units - self.area.assessed


def readiness_page(
    standpoint: Standpoint, *, baseline: ReadinessBaseline | None, province: Province | None
) -> ReadinessPage:
    """Return what the page of readiness shows.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    report = readiness_report(standpoint, baseline)
    area = report.province(province.code) if province else report.national
    if area is None:
        raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": province and province.code})
    return ReadinessPage(
        report=report,
        province=province,
        area=area,
        aspects=_rows(area),
        provinces=() if province else tuple(AreaRow(each, _rows(each)) for each in report.provinces),
        units=report.units_of(province.code) if province else (),
    )


def _rows(area: AreaReadiness) -> tuple[AspectRow, ...]:
    return tuple(
        AspectRow(
            tally=tally,
            steps=tuple(
                Step(str(level.label) if level else _("Belum ada data"), count, tally.before[level])
                for level, count in tally.now.items()
            ),
            moved=tuple((movement, tally.moved[movement]) for movement in MOVEMENTS if tally.moved[movement]),
            now_bar=_bar(tally.now),
            before_bar=_bar(tally.before),
        )
        for tally in area.aspects
    )


def _bar(counts: Mapping[ReadinessLevel | None, int]) -> tuple[Segment, ...]:
    return stacked_bar({(level.tone if level else Tone.UNKNOWN).value: count for level, count in counts.items()})
