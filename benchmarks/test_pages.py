"""What does a public page cost the server beyond handing out its bytes, and what when it has to be computed?"""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.views.decorators.http import condition

from benchmarks.rollouts import Rollouts
from mpp_tracker.urls import urlpatterns
from regions.models import Site

pytestmark = [
    pytest.mark.benchmark(group="pages"),
    pytest.mark.timeout(1800),
    pytest.mark.usefixtures("static_files"),
]

BARE = "bare"
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}


def get(address: str, **headers: str) -> Callable[[], HttpResponse]:
    """Return what sends a request through the whole of Django, as gunicorn does, and takes all of the answer."""
    application = WSGIHandler()
    environ = RequestFactory().get(address, headers=BROWSER | headers).environ

    def run() -> HttpResponse:
        response: Any = application(dict(environ), lambda _status, _headers: None)
        b"".join(response)
        response.close()
        return response

    return run


@pytest.mark.parametrize("what", ["/", "/provinsi/35/", "an MPP"])
@pytest.mark.parametrize("is_conditional", [False, True], ids=["whole", "conditional"])
def test_a_kept_page_against_a_bare_view(
    compare: Callable[..., None], rollouts: Rollouts, settings: Any, what: str, is_conditional: bool
) -> None:
    rollouts.use(1)
    caches["pages"].clear()
    address = what if what.startswith("/") else Site.objects.earliest("pk").get_absolute_url()
    kept = get(address)()
    headers = {"If-None-Match": kept["ETag"]} if is_conditional else {}

    @condition(etag_func=lambda _request: kept["ETag"])
    def bare(request: HttpRequest) -> HttpResponse:
        return HttpResponse(kept.content, headers={name: kept[name] for name in ("Content-Type", "Content-Encoding")})

    settings.ROOT_URLCONF = (*urlpatterns, path(BARE, bare))
    page, other = get(address, **headers), get(f"/{BARE}", **headers)
    assert page().status_code == other().status_code == (304 if is_conditional else 200)
    assert page().content == other().content

    compare(
        page,
        other,
        rounds=300,
        warm_up=20,
        what=f"{what}, kept" + (", unchanged" if is_conditional else ""),
        against="a bare view",
        aim=1.5,
        why=(
            "the same asked with the tag of what the browser has, both answered 304 without a body."
            if is_conditional
            else "a request through the WSGI handler with every middleware, in one process, without a network; against"
            " a view that holds the same compressed bytes and tag in memory and does nothing but return them under"
            " Django's own `condition`. Once a second the page asks the database for its version."
        ),
    )


def test_a_page_that_is_computed(clock: Callable[..., None], rollouts: Rollouts) -> None:
    rollouts.use(1)
    assert queries_of("/") <= 12

    clock(
        get("/"),
        allowed_seconds=1,
        before=caches["pages"].clear,
        rounds=30,
        what="/ computed, 1x",
        why="the first page with nothing kept, from the request to the compressed bytes; in at most 12 queries.",
    )


def test_computing_grows_no_worse_than_the_data(compare: Callable[..., None], rollouts: Rollouts) -> None:
    rollouts.use(100)
    assert queries_of("/") <= 12

    def of_size(size: int) -> Callable[[], None]:
        def before() -> None:
            rollouts.use(size)
            caches["pages"].clear()

        return before

    compare(
        get("/"),
        get("/"),
        before=of_size(100),
        before_other=of_size(1),
        rounds=10,
        warm_up=2,
        what="growth of / computed to 100x",
        against="1x, a hundred times",
        times=100,
        aim=1,
        why="the time at 100x the data against 100 times the time at 1x: above 1, it would grow faster than the data.",
    )


def queries_of(address: str) -> int:
    caches["pages"].clear()
    with CaptureQueriesContext(connection) as asked:
        get(address)()
    return len(asked)
