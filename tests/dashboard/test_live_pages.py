"""Is a page kept for visitors always true, nobody's own, and free?"""

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread
from time import monotonic
from typing import Any
from urllib.request import urlopen

import pytest
import time_machine
from django.contrib import messages
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from accounts.models import User
from dashboard.pages import figures_page
from mpp_tracker.urls import urlpatterns
from regions.choices import Stage
from regions.models import Milestone, Regency, Site
from regions.services.ledger import report, verify
from tests.browser import free_port, own_database, served
from tests.public_pages import PUBLIC_PAGES

# The database is set up only for tests that say they use it.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def rollout(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a copy of the rollout to which may be committed."""
    with django_db_blocker.unblock(), own_database("live_pages") as url:
        yield url


@pytest.fixture(autouse=True)
def committed(rollout: str, db: None) -> Iterator[None]:
    """That copy is the database of this process: outside any transaction, as in production, and with nothing kept."""
    within_transaction = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = copy = within_transaction.copy()
    copy.settings_dict = within_transaction.settings_dict | {"NAME": "live_pages"}
    caches["pages"].clear()
    try:
        yield
    finally:
        copy.close()
        connections[DEFAULT_DB_ALIAS] = within_transaction


@pytest.fixture
def a_second_later(committed: None) -> Iterator[Callable[[], None]]:
    """A function that lets the version of the database be asked for again."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield lambda: clock.shift(timedelta(seconds=1.1))


@pytest.fixture
def inaugurate(committed: None) -> Callable[[str], Site]:
    """A function that has the inauguration of an MPP in a regency reported and verified, for good."""
    officer, _made = User.objects.get_or_create(email="officer@live.example")
    verifier, _made = User.objects.get_or_create(email="verifier@live.example")

    def make(code: str) -> Site:
        site = Site.objects.create(regency=Regency.objects.get(code=code), name=f"MPP {code}")
        said = Milestone(site=site, stage=Stage.INAUGURATED, reached_on=date(2026, 3, 1))
        verify(report(said, by=officer), by=verifier)
        return site

    return make


def covered(response: Any) -> int:
    """Return the headline's number."""
    return int(re.search(r'headline__number"><a [^>]*>(\d+)<', response.content.decode())[1])


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_a_visitors_page_is_computed_once_and_then_costs_no_query(
    address: str, client: Client, a_second_later: Callable[[], None]
) -> None:
    first = client.get(address)
    with CaptureQueriesContext(connection) as asked:
        again = client.get(address)
        unchanged = client.get(address, headers={"if-none-match": first["ETag"]})
        head = client.head(address)

    assert len(asked) == 0
    assert (first.status_code, again.content) == (200, first.content)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (head.status_code, head["ETag"], head.content) == (200, first["ETag"], b"")


def test_the_first_page_is_computed_in_twelve_queries_at_most(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get("/")

    assert len(asked) <= 12


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_every_page_of_figures_stays_open_and_true(address: str, client: Client) -> None:
    content = client.get(address).content.decode()

    assert "data-live" in content
    assert content.count("data-live-status") == 1


def test_what_was_kept_is_asked_about_once_a_second(client: Client, a_second_later: Callable[[], None]) -> None:
    first = client.get("/")

    a_second_later()
    with CaptureQueriesContext(connection) as asked:
        answers = [client.get("/") for _ in range(20)]

    # 1 the version
    assert len(asked) == 1
    assert {answer.content for answer in answers} == {first.content}


def test_a_verified_entry_is_there_within_a_second(
    client: Client, a_second_later: Callable[[], None], inaugurate: Callable[[str], Site]
) -> None:
    before = client.get("/")

    inaugurate("35.02")
    a_second_later()
    after = client.get("/", headers={"if-none-match": before["ETag"]})

    assert (after.status_code, covered(after)) == (200, covered(before) + 1)


def test_a_write_that_the_page_does_not_show_leaves_it_as_it_is(
    client: Client, a_second_later: Callable[[], None]
) -> None:
    before = client.get("/")

    User.objects.create_user("unrelated@live.example")
    a_second_later()
    with CaptureQueriesContext(connection) as asked:
        unchanged = client.get("/", headers={"if-none-match": before["ETag"]})

    # Computed again, and found to say the same.
    assert len(asked) > 3
    assert unchanged.status_code == 304
    assert client.get("/").content == before.content


def test_the_next_day_is_another_page(client: Client) -> None:
    before = client.get("/")

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        after = client.get("/", headers={"if-none-match": before["ETag"]})

    assert after.status_code == 200


def test_whoever_is_signed_in_neither_leaves_nor_gets_a_visitors_page(
    client: Client, a_second_later: Callable[[], None]
) -> None:
    someone = Client()
    someone.force_login(User.objects.create_user("someone@live.example"))

    own = someone.get("/")
    public = client.get("/")
    own_again = someone.get("/", headers={"if-none-match": public["ETag"]})
    public_again = client.get("/", headers={"if-none-match": own["ETag"]})

    assert ("Keluar" in own.content.decode(), "Masuk" in public.content.decode()) == (True, True)
    assert own_again.status_code == public_again.status_code == 200
    assert ("Keluar" in own_again.content.decode(), "Keluar" in public_again.content.decode()) == (True, False)
    assert "Cookie" in own["Vary"]
    assert "Cookie" in public["Vary"]
    assert {"private", "no-cache"} == set(own["Cache-Control"].split(", "))
    assert {"public", "no-cache"} == set(public["Cache-Control"].split(", "))


@pytest.mark.parametrize("asked", ["", "?unduh=unit.csv", "?unduh=unit.xlsx"])
@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_was_made_for_one_is_given_to_nobody_else(client: Client, asked: str, prefix: str, method: str) -> None:
    address = f"{prefix}/provinsi/35/{asked}"
    inside = Client()
    user, _made = User.objects.get_or_create(email="inside@live.example")
    inside.force_login(user)
    own_words = ("Keluar", "Sign out", user.email)

    # Whoever comes first, and however: what is kept by then must not reach the other.
    first = [getattr(each, method)(address) for each in (inside, client)]
    own, public, own_again, public_again = (each.get(address) for each in (inside, client, inside, client))

    for answer in (*first, own, public, own_again, public_again):
        assert answer.status_code == 200
        assert "Cookie" in answer["Vary"]
        assert answer["Content-Language"] == (prefix.strip("/") or "id")
        assert answer["Content-Type"] == own["Content-Type"]
    for answer in (first[0], own, own_again):
        assert "private" in answer["Cache-Control"]
    assert not any(word.encode() in answer.content for word in own_words for answer in (public, public_again))
    assert client.get(address, headers={"if-none-match": own["ETag"]}).status_code == 200
    assert inside.get(address, headers={"if-none-match": public["ETag"]}).status_code == 200
    # Another form, or another language, is another thing.
    tags = {client.get(f"{other}/provinsi/35/{form}")["ETag"] for other in ("", "/en") for form in ("", asked)}
    assert len(tags) == (4 if asked else 2)


def test_compressed_or_not_it_is_the_same_page(client: Client) -> None:
    plain = client.get("/")
    packed = client.get("/", headers={"accept-encoding": "gzip, br"})

    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]


@pytest.mark.parametrize(
    ("address", "status"),
    [("/?as_at=kemarin", 400), ("/provinsi/99/", 404), ("/perkiraan/?as_at=2017-10-01", 302)],
)
def test_what_is_no_page_is_not_kept(address: str, status: int, client: Client) -> None:
    answers = [client.get(address) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [status, status]
    assert all("ETag" not in answer for answer in answers)
    assert set(caches["pages"]._cache) <= {":1:version"}


# What was computed, in order, by pages that no page of figures should be like.
COMPUTED: list[str] = []
TOGETHER = Barrier(2)


@figures_page
def with_token(request: HttpRequest) -> HttpResponse:
    COMPUTED.append("token")
    return HttpResponse(get_token(request))


@figures_page
def with_cookie(request: HttpRequest) -> HttpResponse:
    COMPUTED.append("cookie")
    response = HttpResponse("kue")
    response.set_cookie("mine", "1")
    return response


@figures_page
def with_session(request: HttpRequest) -> HttpResponse:
    COMPUTED.append("session")
    request.session["mine"] = 1
    return HttpResponse("sesi")


@figures_page
def with_message(request: HttpRequest) -> HttpResponse:
    COMPUTED.append("message")
    messages.success(request, "Untuk Anda saja")
    return HttpResponse([str(message) for message in messages.get_messages(request)])


def leave_message(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Untuk Anda saja")
    return redirect("/")


@figures_page
def cheap(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.GET.get("said", ""))


@figures_page
def slow(request: HttpRequest) -> HttpResponse:
    COMPUTED.append("slow")
    with suppress(BrokenBarrierError):
        # As long as a second one might come in beside this one.
        TOGETHER.wait(0.7)
    return HttpResponse("lambat")


STRANGE = {
    "token": with_token,
    "cookie": with_cookie,
    "session": with_session,
    "message": with_message,
    "leave": leave_message,
    "cheap": cheap,
    "slow": slow,
}


@pytest.fixture
def strange(settings: Any) -> None:
    """The product with some pages more."""
    settings.ROOT_URLCONF = (*urlpatterns, *(path(f"{name}/", view) for name, view in STRANGE.items()))
    COMPUTED.clear()


@pytest.mark.usefixtures("strange")
@pytest.mark.parametrize("name", ["token", "cookie", "session", "message"])
def test_a_page_with_something_of_ones_own_is_computed_for_each(name: str) -> None:
    answers = [Client().get(f"/{name}/") for _visitor in range(2)]

    assert [name, name] == COMPUTED
    assert all("private" in answer["Cache-Control"] for answer in answers)
    assert all("ETag" not in answer for answer in answers)


@pytest.mark.usefixtures("strange")
def test_a_message_is_read_by_whom_it_was_meant_for(client: Client) -> None:
    before = client.get("/").content.decode()
    told = Client().get("/leave/", follow=True).content.decode()
    after = client.get("/").content.decode()

    assert "Untuk Anda saja" in told
    assert "Untuk Anda saja" not in before + after


@pytest.mark.usefixtures("strange")
def test_made_up_addresses_do_not_fill_the_memory(client: Client, settings: Any) -> None:
    settings.CACHES |= {"pages": settings.CACHES["pages"] | {"OPTIONS": {"MAX_ENTRIES": 30}}}

    for number in range(100):
        client.get("/cheap/", {"said": number})

    assert 10 < len(caches["pages"]._cache) <= 30
    assert client.get("/cheap/", {"said": "3"}).content == b"3"


@pytest.mark.usefixtures("strange")
def test_who_asks_while_a_page_is_being_computed_waits_for_it() -> None:
    # Threads have connections of their own; with the version known they need none.
    caches["pages"].set("version", "1")
    threads = [Thread(target=Client().get, args=("/slow/",)) for _visitor in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert COMPUTED == ["slow"]


def test_without_the_database_nothing_old_is_passed_off_as_true(
    client: Client, a_second_later: Callable[[], None]
) -> None:
    client.raise_request_exception = False
    first = client.get("/")
    live = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = away = live.copy()
    away.settings_dict = live.settings_dict | {"HOST": "127.0.0.1", "PORT": str(free_port())}

    try:
        within = client.get("/")
        a_second_later()
        beyond = client.get("/", headers={"if-none-match": first["ETag"]})
    finally:
        connections[DEFAULT_DB_ALIAS] = live
    a_second_later()
    back = client.get("/", headers={"if-none-match": first["ETag"]})

    assert (within.status_code, beyond.status_code, beyond["Retry-After"]) == (200, 503, "30")
    assert back.status_code == 304


def test_two_processes_give_the_same_page_and_both_have_the_new_one_within_a_second(
    rollout: str, tmp_path: Path, inaugurate: Callable[[str], Site]
) -> None:
    # Together they are one site, whose name stands in its pages.
    site = {"SITE_URL": "http://127.0.0.1:8000"}
    with served(rollout, tmp_path / "one", **site) as one, served(rollout, tmp_path / "two", **site) as two:
        before = [tag_of(address) for address in (one, two)]

        inaugurate("35.03")
        verified_at = monotonic()
        after = [before[0], before[1]]
        while after[0] == before[0] or after[1] == before[1]:
            after = [tag_of(address) for address in (one, two)]
            assert monotonic() - verified_at < 5

    assert before[0] == before[1]
    assert after[0] == after[1]


def tag_of(address: str) -> str:
    with urlopen(f"{address}/provinsi/35/", timeout=10) as response:  # noqa: S310 - our own address
        return str(response.headers["ETag"])
