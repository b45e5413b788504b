"""How are figures and dates written for people?"""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from regions.rules import written_day

register = template.Library()
register.filter("day", written_day)


@register.filter
def pct(value: Decimal | None) -> str:
    """Return a percentage with one place in the reader's own way, "belum ada data" for None."""
    if value is None:
        return _("belum ada data")
    return f"{number_format(value, 1)} %".replace(" ", "\N{NO-BREAK SPACE}")


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
