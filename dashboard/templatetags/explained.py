"""Where is a figure explained, and where is it found again?"""

from django import template

from dashboard.explain import address_of, permanent_address
from taskforce.coverage import Coverage

register = template.Library()


@register.simple_tag
def explain_address(coverage: Coverage, province: str = "", island_group: str = "") -> str:
    """Return the address of the page that explains the figure of a province, a group of islands, or the nation."""
    return address_of(coverage.question, province=province, island_group=island_group)


@register.simple_tag
def permalink_address(coverage: Coverage, province: str = "") -> str:
    """Return the address at which the figure of a province, or of the nation, stays what it is now."""
    return permanent_address(coverage.question, coverage.computed_at, province=province)
