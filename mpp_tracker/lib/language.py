"""In which language is a page, and where does it stand in the other one?

The address says it, never the browser's settings: `/…` is Indonesian, `/en/…` is the same page in English.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.formats import number_format
from django.utils.http import escape_leading_slashes

P = ParamSpec("P")
R = TypeVar("R")

_PREFIXED = "|".join(code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
_PREFIX = re.compile(rf"^/({_PREFIXED})(?=[/?#]|$)")


class LanguageMiddleware:
    """Answer in the language of the address.

    Django's own LocaleMiddleware would make every answer vary by Accept-Language, which decides nothing here, and
    leave the thread in the language of whoever asked last.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        code = language_of(request.path_info)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", code)
        return response


def language_of(path: str) -> str:
    """Return the language in which an address stands."""
    found = _PREFIX.match(path)
    return found[1] if found else settings.LANGUAGE_CODE


def plain_path(path: str) -> str:
    """Return an address as it stands in Indonesian, by which pages are known and kept."""
    return in_language(path, settings.LANGUAGE_CODE)


def in_language(path: str, code: str) -> str:
    """Return the address of the same page in a language; parameters may follow the path."""
    rest = _PREFIX.sub("", path, count=1)
    if not rest.startswith("/"):
        rest = f"/{rest}"
    prefix = "" if code == settings.LANGUAGE_CODE else f"/{code}"
    # Behind the prefix of a language, `//elsewhere.example/` would become an address of somebody else.
    return escape_leading_slashes(f"{prefix}{rest}")


def here_in(request: HttpRequest, code: str) -> str:
    """Return where the page a request asked for stands in a language, with the same parameters.

    After a POST that is the page whose form was sent: what was posted to may have no page of its own.
    """
    path, query = escape_uri_path(request.path_info), request.META.get("QUERY_STRING", "")
    sent_from = request.headers.get("Referer", "")
    if request.method == "POST" and sent_from.startswith(f"{settings.SITE_URL}/"):
        path, _question, query = sent_from.removeprefix(settings.SITE_URL).partition("#")[0].partition("?")
        # Browsers take a backslash for a slash.
        path = iri_to_uri(path)
    # Read here, not by request.GET: the page may be about parameters that cannot be read.
    fields = parse_qsl(query, keep_blank_values=True)
    translated = [
        (name, in_language(value, code) if name == REDIRECT_FIELD_NAME and value.startswith("/") else value)
        for name, value in fields
    ]
    return in_language(path, code) + (f"?{urlencode(translated)}" if translated else "")


def written_pct(value: Decimal | int, places: int = 1) -> str:
    """Return a percentage as it is written in the reader's language: "58,2 %" in Indonesian, "58.2%" in English."""
    space = "" if translation.get_language() == "en" else "\N{NO-BREAK SPACE}"
    return f"{number_format(value, places)}{space}%"


def in_indonesian(write: Callable[P, R]) -> Callable[P, R]:
    """Have a function write in Indonesian, whoever's request it serves: what it writes is kept, and read by others."""

    @wraps(write)
    def written(*args: P.args, **kwargs: P.kwargs) -> R:
        with translation.override(settings.LANGUAGE_CODE):
            return write(*args, **kwargs)

    return written
