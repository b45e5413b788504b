"""What does the page of the forecast show? One frozen answer, for every form it is given in."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from dashboard.charts import FanPicture, fan_picture
from taskforce import simulation as model
from taskforce.coverage import Standpoint
from taskforce.forecast import PROVINCE_MIN_INAUGURATED, FanPoint, ForecastReport, forecast


@dataclass(frozen=True)
class ForecastPage:
    """The forecast with its picture, and the numbers behind that year by year."""

    report: ForecastReport
    picture: FanPicture | None
    """None where the data do not suffice."""
    past: tuple[tuple[date, int], ...]
    fan: tuple[FanPoint, ...]
    draws: int
    assumptions: tuple[str, ...]


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
