"""What do the pages of the forecast and of the next best show? One frozen answer each, in whatever form it is given."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from dashboard.charts import FanPicture, fan_picture
from dashboard.reports import main_sites
from regions.choices import EntryState
from regions.models import LEDGERS, Person, Site
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce import simulation as model
from taskforce.coverage import Standpoint
from taskforce.forecast import PROVINCE_MIN_INAUGURATED, FanPoint, ForecastReport, forecast
from taskforce.nextbest import Candidate, NextBest, next_best


@dataclass(frozen=True)
class ForecastPage:
    """The forecast with its picture, and the numbers behind that year by year."""

    report: ForecastReport
    picture: FanPicture | None
    """None where the data do not suffice."""
    past: tuple[tuple[date, int], ...]
    fan: tuple[FanPoint, ...]
    draws: int
    trial_draws: int
    assumptions: tuple[str, ...]


def drawn_for_visitors(asked: Standpoint, *, today: date) -> Standpoint:
    """Return from where somebody who is not signed in sees the forecast: today, or the last end of a month by the day.

    Each other day and each `known_at` would cost a draw of its own, and there are as many of them as anybody likes.
    """
    day = asked.as_at
    if day != today and (day + timedelta(days=1)).day != 1:
        day = max(day.replace(day=1) - timedelta(days=1), ROLLOUT_BEGAN_ON)
    return replace(asked, as_at=day, known_at=None)


def forecast_page(standpoint: Standpoint) -> ForecastPage:
    """Return what the page of the forecast shows."""
    report = forecast(standpoint)
    points = [(point.day, point.covered) for point in report.fan]
    full = report.national.coverage.units
    return ForecastPage(
        report=report,
        picture=fan_picture(report.past, points, full=full) if points and full else None,
        past=report.past[:-1:12],
        fan=report.fan[::12],
        draws=model.DRAWS,
        trial_draws=model.TRIAL_DRAWS,
        assumptions=_assumptions(),
    )


def _assumptions() -> tuple[str, ...]:
    """Return what the model takes for granted, with the numbers it goes by."""
    return (
        _("Bulan-bulan mendatang serupa dengan %(months)d bulan terakhir.") % {"months": model.PATTERN_MONTHS},
        _("Laju sama mungkinnya naik dan turun dari tahun ke tahun, sebesar perubahan yang pernah terjadi."),
        _(
            "Laju provinsi sendiri berbobot separuh bila menurut laju nasional mestinya sudah ada %(weight)d MPP;"
            " sebelum itu laju nasional lebih menentukan."
        )
        % {"weight": model.PROVINCE_WEIGHT},
        _("Tahap dipakai bila sedikitnya %(spells)d MPP pernah menyelesaikannya, %(longer)d di antaranya lebih lama.")
        % {"spells": model.MIN_SPELLS, "longer": model.MIN_LONGER},
        _(
            "“Data belum cukup” bila peresmian belum berjalan %(years)d tahun penuh, bila dalam %(months)d bulan"
            " terakhir kurang dari %(recent)d unit diresmikan, atau bila di provinsi itu kurang dari %(least)d."
        )
        % {
            "years": model.MIN_YEARS,
            "months": model.PATTERN_MONTHS,
            "recent": model.MIN_RECENT,
            "least": PROVINCE_MIN_INAUGURATED,
        },
        _("Lebih dari %(years)d tahun ke depan tidak diperkirakan.") % {"years": model.HORIZON_YEARS},
    )


CANDIDATES_PER_PAGE = 50


@dataclass(frozen=True)
class CandidateRow:
    """A unit that is not inaugurated, the MPPs it has today, and how many reports on it wait."""

    candidate: Candidate
    sites: tuple[Site, ...]
    waiting_count: int
    """Those that the reader may know of."""


@dataclass(frozen=True)
class NextBestPage:
    """What an inauguration would close, unit by unit."""

    report: NextBest
    opening: int
    """How many units would open a province."""
    completing: int
    keeping: int
    sheet: Page
    """The part of the list that is shown."""
    rows: tuple[CandidateRow, ...]


def next_best_page(
    standpoint: Standpoint, user: Person, *, province: str = "", island_group: str = "", number: str = ""
) -> NextBestPage:
    """Return what the page of the next best shows to `user`.

    Args:
        standpoint: day, layer and boundaries.
        user: who reads; of waiting reports they learn what is theirs to know.
        province: list only units of the province with this code.
        island_group: list only units of these islands.
        number: which part of a long list to show; what is no number is the first.
    """
    report = next_best(standpoint)
    listed = [
        candidate
        for candidate in report.candidates
        if province in ("", candidate.area.code) and island_group in ("", candidate.area.island_group)
    ]
    sheet = Paginator(listed, CANDIDATES_PER_PAGE).get_page(number)

    def count(is_so: Callable[[Candidate], bool]) -> int:
        return sum(map(is_so, report.candidates))

    return NextBestPage(
        report=report,
        opening=count(lambda candidate: candidate.opens_province),
        completing=count(lambda candidate: candidate.completes_province),
        keeping=count(lambda candidate: candidate.keeps_pledge),
        sheet=sheet,
        rows=candidate_rows(sheet, user),
    )


def candidate_rows(candidates: Iterable[Candidate], user: Person) -> tuple[CandidateRow, ...]:
    """Return candidates with their MPPs, and with what `user` may know of waiting reports."""
    candidates = tuple(candidates)
    codes = [candidate.unit.code for candidate in candidates]
    sites, waiting = main_sites(codes), _waiting(codes, user)
    return tuple(
        CandidateRow(candidate, tuple(sites[candidate.unit.code]), waiting[candidate.unit.code])
        for candidate in candidates
    )


def _waiting(codes: Iterable[str], user: Person) -> Counter[str]:
    """Return how many reports on main sites wait in the regencies with `codes`, as far as `user` may know."""
    if not user.is_authenticated:
        return Counter()
    at = "site__regency__code"
    return Counter(
        code
        for ledger in LEDGERS.values()
        for code in ledger.objects.known_to(user)
        .filter(state=EntryState.REPORTED, site__is_branch=False, **{f"{at}__in": codes})
        .values_list(at, flat=True)
    )
