"""How did coverage grow, as the tables beside its picture?"""

from datetime import datetime

from django.utils.translation import gettext as _

from dashboard.tables.columns import number, percent
from dashboard.trend import Trend
from mpp_tracker.lib.tables import Column, Table, iso_day
from taskforce.tables import definition


def trend_tables(trend: Trend, computed_at: datetime) -> tuple[Table, ...]:
    """Return what stood at the end of each year, and what may come where that is shown."""
    as_at = trend.question.as_at
    about = ((_("Wilayah"), trend.area.name), *definition(trend.question, computed_at))
    ends = (
        Column(_("Per tanggal")),
        number(_("Tercakup")),
        number(_("Dari unit")),
        percent(_("Cakupan (%)")),
        number(_("Bertambah")),
    )
    course = Table(
        "perjalanan",
        _("Perjalanan sejak 2017"),
        as_at,
        ends,
        [(iso_day(end.on), end.covered, end.units, end.coverage_pct, end.added) for end in trend.ends],
        about,
    )
    if not trend.fan:
        return (course,)
    spread = (Column(_("Per tanggal")), *(number(name) for name in ("P10", "P50", "P90")))
    fan = [(iso_day(point.day, "month"), *point.covered) for point in trend.fan]
    return course, Table("perkiraan", _("Perkiraan unit yang diresmikan"), as_at, spread, fan, about)
