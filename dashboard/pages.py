"""How is a page of figures answered without computing it anew for everybody who looks?"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from threading import Lock

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from django.views.decorators.vary import vary_on_cookie

View = Callable[..., HttpResponse]

PERSONAL_COOKIES = frozenset({settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name})
"""Whoever brings one of these may be shown something that is meant for nobody else."""
ASKED_EVERY_SECONDS = 1
"""How old a kept page can be: so long the version of the database is believed."""
# What differs each time a page is computed; such an element holds no other of its own name.
VOLATILE = re.compile(rb"<(\w+)[^>]*\sdata-volatile\b.*?</\1>", re.DOTALL)
# Those who ask for the same page at once wait for the first; a fixed number, so that addresses cannot fill memory.
LOCKS = tuple(Lock() for _ in range(64))


@dataclass(frozen=True)
class KeptPage:
    """A page as visitors get it, and the version of the database it was true for when last looked at."""

    version: str
    etag: str
    headers: dict[str, str]
    body: bytes
    """Compressed: nearly everybody takes it so, and it is kept in a seventh of the memory."""


def figures_page(view: View) -> View:
    """Answer visitors with one page for all of them, kept as long as the database stays as it is.

    Whoever is signed in gets a page of their own, computed for them; only that nothing changed is said without it.
    """
    own = vary_on_cookie(cache_control(private=True, no_cache=True)(condition(etag_func=_own_version)(view)))

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        # What an open transaction wrote is true for nobody else yet, and shows in no version.
        if connection.in_atomic_block or not PERSONAL_COOKIES.isdisjoint(request.COOKIES):
            return own(request, *args, **kwargs)
        return _for_visitors(view, request, *args, **kwargs)

    return require_safe(page)


def database_version() -> str:
    """Return what names the state of the database that a statement sees now: equal names, equal content.

    It is PostgreSQL's own snapshot, so a transaction changes it when it commits, not while it is still open, and
    no write can be forgotten. A write that a page does not show changes it too: the page is then computed once too
    often, never once too seldom.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (version,) = cursor.fetchone()
    return str(version)


def _own_version(request: HttpRequest, **address: object) -> str | None:
    """Return the entity tag of one person's page: what it rests on, for whom, on which day, by which release.

    None while somebody is to be told something, which stands on the page once.
    """
    if get_messages(request):
        return None
    return f'"{database_version()}-{timezone.localdate()}-{request.user.pk or 0}-{settings.RELEASE}"'


def _for_visitors(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    pages = caches["pages"]
    # Asked before the page is computed, so that a page can be newer than its version, never older.
    version = str(pages.get_or_set("version", database_version, ASKED_EVERY_SECONDS))
    address = f"{timezone.localdate()} {get_language()} {request.build_absolute_uri()}"
    key = sha256(address.encode()).hexdigest()
    kept = pages.get(key)
    if kept is None or kept.version != version:
        with LOCKS[int(key, 16) % len(LOCKS)]:
            kept = pages.get(key)
            if kept is None or kept.version != version:
                response = view(request, *args, **kwargs)
                if not _is_for_everybody(request, response):
                    patch_vary_headers(response, ["Cookie"])
                    patch_cache_control(response, private=True, no_cache=True)
                    return response
                fresh = _compress(response, version)
                # Where only the time of computing differs, an open page is still told that nothing changed.
                kept = replace(kept, version=version) if kept and kept.etag == fresh.etag else fresh
                pages.set(key, kept)
    return _answer(request, kept)


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == HTTPStatus.OK
        and not response.streaming
        and not response.cookies
        and not request.session.modified
        # A form's token was asked for: it belongs to one visitor.
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not get_messages(request)
    )


def _compress(response: HttpResponse, version: str) -> KeptPage:
    content = VOLATILE.sub(b"", response.content)
    # The same in every process, and weak: what was left out may differ.
    etag = f'W/"{sha256(content).hexdigest()[:32]}"'
    response["ETag"] = etag
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    patch_cache_control(response, public=True, no_cache=True)
    return KeptPage(version, etag, dict(response.items()), gzip.compress(response.content, mtime=0))


def _answer(request: HttpRequest, kept: KeptPage) -> HttpResponse:
    if re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(kept.body, headers=kept.headers | {"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(gzip.decompress(kept.body), headers=kept.headers)
    return get_conditional_response(request, etag=kept.etag, response=response) or response
