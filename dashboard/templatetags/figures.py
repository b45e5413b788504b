"""How are figures and dates written for people?"""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from mpp_tracker.lib.language import written_pct
from regions.rules import written_day

register = template.Library()
register.filter("day", written_day)


@register.filter
def pct(value: Decimal | int | None, places: int = 1) -> str:
    """Return a percentage in the reader's own way, "58,2 %" or "58.2%", and "belum ada data" for None."""
    return _("belum ada data") if value is None else written_pct(value, places)


@register.inclusion_tag("components/bar.html")
def coverage_bar(value: Decimal | None, target: Decimal | None = None) -> dict[str, str]:
    """Draw a bar of `value` percent with a mark at `target`; widths are never localised."""
    return {
        "width": "0" if value is None else str(value),
        "is_known": "" if value is None else "1",
        "target": "" if target is None else str(min(target, Decimal(100))),
    }
