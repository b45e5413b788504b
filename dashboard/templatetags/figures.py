"""How are figures and dates written for people?"""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from mpp_tracker.lib.language import written_pct
from regions.rules import ROLLOUT_BEGAN_ON, written_day
from taskforce.forms import StandpointForm

register = template.Library()
register.filter("day", written_day)


@register.filter
def pct(value: Decimal | int | None, places: int = 1) -> str:
    """Return a percentage in the reader's own way, "58,2 %" or "58.2%", and "belum ada data" for None."""
    return _("belum ada data") if value is None else written_pct(value, places)


@register.simple_tag
def coordinates(latitude: Decimal, longitude: Decimal) -> str:
    """Return a place as people write it, to about ten metres: no minus sign, but which half of the earth."""
    south_or_north = _("LS") if latitude < 0 else _("LU")
    east_or_west = _("BT") if longitude >= 0 else _("BB")
    return f"{number_format(abs(latitude), 4)}° {south_or_north}, {number_format(abs(longitude), 4)}° {east_or_west}"


@register.inclusion_tag("components/bar.html")
def coverage_bar(value: Decimal | None, target: Decimal | None = None) -> dict[str, str]:
    """Draw a bar of `value` percent with a mark at `target`; widths are never localised."""
    return {
        "width": "0" if value is None else str(value),
        "is_known": "" if value is None else "1",
        "target": "" if target is None else str(min(target, Decimal(100))),
    }


@register.inclusion_tag("components/time.html")
def time_control(form: StandpointForm) -> dict[str, Any]:
    """Offer a slider over the days of the rollout, beside the form that asks about one of them."""
    days = (form.today - ROLLOUT_BEGAN_ON).days
    years = range(ROLLOUT_BEGAN_ON.year, form.today.year + 1)
    starts = [(year, (date(year, 1, 1) - ROLLOUT_BEGAN_ON).days) for year in years]
    return {
        "first": ROLLOUT_BEGAN_ON,
        "days": days,
        "day": form.standpoint.as_at,
        "number": (form.standpoint.as_at - ROLLOUT_BEGAN_ON).days,
        # Text, never localised. The days of the last year may be too few for its name.
        "years": [(str(year), f"{100 * start / days:.2f}%") for year, start in starts if days - start > days / 20],
    }
