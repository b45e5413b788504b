"""Where does this page stand in the other languages?"""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import get_language, get_language_info

from mpp_tracker.lib.language import here_in, in_language

register = template.Library()


@dataclass(frozen=True)
class Language:
    """A language, and where this page stands in it."""

    code: str
    name: str
    """In that language."""
    path: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def languages(context: Context) -> list[Language]:
    """Return every language with this page's address in it.

    A view that answers where a GET would find nothing names the page it shows as `here`.
    """
    request: Any = context["request"]
    here = context.get("here", "")
    made = []
    for code, _name in settings.LANGUAGES:
        path = in_language(here, code) if here else here_in(request, code)
        name = get_language_info(code)["name_local"]
        made.append(Language(code, name, path, f"{settings.SITE_URL}{path}", code == get_language()))
    return made
