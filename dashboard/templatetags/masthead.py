"""What do the head and the foot of every page need to know of where the page stands?"""

from django import template
from django.conf import settings
from django.template import Context
from django.utils.encoding import iri_to_uri

from dashboard.menu import Entry, menu

register = template.Library()


@register.simple_tag(takes_context=True)
def pages(context: Context) -> tuple[Entry, ...]:
    """Return the pages of the menu, those of the staff too where somebody of theirs looks."""
    # Who is signed in stands in the database, which may be the fault.
    # A request that was refused before anybody was asked for has no user.
    is_known = not context.get("is_fault") and hasattr(context["request"], "user")
    is_staff = is_known and bool(context["turf"].roles or context["reader"].speaks)
    return menu(context["request"].path, is_staff=is_staff)


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """Return the address under which search engines are to know the page: without the day that was asked about."""
    return settings.SITE_URL + iri_to_uri(context["request"].path)
