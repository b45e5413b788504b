"""Whom does the product let in on the word of an identity provider that runs beside it?"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import requests
from playwright.sync_api import expect

from mpp_tracker.local.processes import wait_until
from tests.accounts import errands
from tests.browser import answers, chromium, free_port, manage, own_database, served
from tests.sign_in import PASSWORD, PERSON, totp_code

pytestmark = pytest.mark.django_db
DISCOVERY = "/.well-known/openid-configuration"


@contextmanager
def identity_provider(port: int, log: Path) -> Iterator[str]:
    """Run an OpenID Connect provider; yield its address."""
    address = f"http://127.0.0.1:{port}"
    with log.open("ab") as output:
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            assert wait_until(lambda: answers(address + DISCOVERY), seconds=30), log.read_text()
            yield address
        finally:
            process.terminate()
            process.wait(20)


@dataclass(frozen=True)
class Door:
    """The product, the provider it is told to believe, and the product's database."""

    product: str
    provider: str
    database: str

    def knows(self, subject: str, **claims: Any) -> None:
        """Tell the provider what to say of a person."""
        requests.put(f"{self.provider}/users/{subject}", json=claims, timeout=10).raise_for_status()

    def begin(self, person: requests.Session, path: str = "/") -> requests.Response:
        """Press the button; return the provider's question."""
        page = person.get(f"{self.product}/akun/login/", params={"next": path}, timeout=10)
        action = re.search(r'action="(/akun/oidc/[^"]+)"', page.text)[1].replace("&amp;", "&")
        return person.post(self.product + action, data={"csrfmiddlewaretoken": token(page)}, timeout=30)

    def enter(self, subject: str, path: str = "/") -> tuple[requests.Session, requests.Response]:
        """Sign in as one of the provider's people; return what came of it."""
        person = requests.Session()
        question = self.begin(person, path)
        return person, person.post(question.url, data={"sub": subject}, timeout=30)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what the database answers."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute(statement).fetchall()


def token(page: requests.Response) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]


def is_signed_in(door: Door, person: requests.Session) -> bool:
    return person.get(f"{door.product}/akun/password/change/", allow_redirects=False, timeout=10).status_code == 200


@pytest.fixture(scope="module")
def start(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Any]:
    """A function that starts the product, told by its environment alone to believe a provider."""
    folder = tmp_path_factory.mktemp("door")

    @contextmanager
    def run(name: str, provider: str, **settings: str) -> Iterator[Door]:
        with django_db_blocker.unblock(), own_database(name) as database:
            manage(database, *errands.CALL)
            settings |= {"OIDC_SERVER_URL": provider, "OIDC_NAME": "SSO Pemerintah"}
            settings |= {"OIDC_CLIENT_ID": "pantau", "OIDC_CLIENT_SECRET": "rahasia"}
            with served(database, folder / f"{name}.log", **settings) as product:
                yield Door(product, provider, database)

    return run


@pytest.fixture(scope="module")
def door(start: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    log = tmp_path_factory.mktemp("provider") / "log"
    with (
        identity_provider(free_port(), log) as provider,
        start("door", provider, REQUIRE_SECOND_FACTOR="True") as opened,
    ):
        yield opened


def test_an_account_is_let_in_by_its_verified_address_and_keeps_its_password(door: Door) -> None:
    door.knows("1", email="Dinas@Ponorogo.example", email_verified=True)
    before = door.rows("SELECT email, password FROM accounts_user")

    person, page = door.enter("1", "/provinsi/35/")

    assert page.url == f"{door.product}/provinsi/35/"
    assert is_signed_in(door, person)
    assert set(door.rows("SELECT email, password FROM accounts_user")) == set(before)
    again, _page = door.enter("1")
    assert is_signed_in(door, again)


def test_a_password_still_lets_in(door: Door) -> None:
    person = requests.Session()
    page = person.get(f"{door.product}/akun/login/", timeout=10)

    form = {"login": PERSON, "password": PASSWORD, "csrfmiddlewaretoken": token(page)}
    person.post(f"{door.product}/akun/login/", data=form, timeout=10)

    assert is_signed_in(door, person)


def test_a_person_without_an_account_is_told_so_and_gets_none(door: Door) -> None:
    door.knows("2", email="siapa@saja.example", email_verified=True)
    before = door.rows("SELECT count(*) FROM accounts_user")

    person, page = door.enter("2")

    assert "Akun tidak ditemukan" in page.text
    assert not is_signed_in(door, person)
    assert door.rows("SELECT count(*) FROM accounts_user") == before


@pytest.mark.parametrize("claims", [{"email_verified": False}, {}, {"email_verified": "false"}], ids=str)
def test_an_unverified_address_does_not_take_over_its_account(door: Door, claims: dict[str, Any]) -> None:
    door.knows("3", email=PERSON, **claims)

    person, page = door.enter("3")

    assert "Akun tidak ditemukan" in page.text
    assert not is_signed_in(door, person)
    assert door.rows("SELECT count(*) FROM socialaccount_socialaccount WHERE uid = '3'") == [(0,)]


def test_another_person_who_is_given_the_address_does_not_take_over_the_account(door: Door) -> None:
    door.knows("1", email=PERSON, email_verified=True)
    first, _page = door.enter("1")
    assert is_signed_in(door, first)
    door.knows("4", email=PERSON, email_verified=True)

    second, page = door.enter("4")

    assert "Akun tidak ditemukan" in page.text
    assert not is_signed_in(door, second)


def test_nobody_binds_another_person_to_an_account_from_inside(door: Door) -> None:
    door.knows("1", email=PERSON, email_verified=True)
    door.knows("5", email="penyusup@saja.example", email_verified=True)
    person, _page = door.enter("1")

    form = person.get(f"{door.product}/akun/oidc/oidc/login/", params={"process": "connect"}, timeout=10)
    question = person.post(form.url, data={"csrfmiddlewaretoken": token(form)}, timeout=10)
    page = person.post(question.url, data={"sub": "5"}, timeout=10)

    assert page.status_code == 401
    assert door.rows("SELECT count(*) FROM socialaccount_socialaccount WHERE uid = '5'") == [(0,)]


def test_a_deactivated_account_is_refused(door: Door) -> None:
    door.knows("6", email="dahulu@ponorogo.example", email_verified=True)

    person, page = door.enter("6")

    assert "Akun Anda dinonaktifkan" in page.text
    assert not is_signed_in(door, person)


def test_staff_still_need_their_second_factor(door: Door) -> None:
    door.knows("7", email="staf@menpan.example", email_verified=True)

    person, page = door.enter("7", "/admin/")

    assert page.url.startswith(f"{door.product}/akun/2fa/authenticate/")
    assert not is_signed_in(door, person)
    inside = person.post(page.url, data={"code": totp_code(), "csrfmiddlewaretoken": token(page)}, timeout=10)
    assert (inside.status_code, inside.url) == (200, f"{door.product}/admin/")


def test_staff_without_a_second_factor_must_set_one_up(door: Door) -> None:
    door.knows("8", email="baru@menpan.example", email_verified=True)

    _person, page = door.enter("8", "/admin/")

    assert page.url == f"{door.product}/akun/2fa/totp/activate/"


def test_who_changes_their_mind_at_the_provider_is_led_back(door: Door) -> None:
    person = requests.Session()
    question = door.begin(person)

    state = parse_qs(urlsplit(question.url).query)["state"][0]
    # Built here, as RFC 6749 has it: this provider leaves the state out of its refusal.
    refusal = {"error": "access_denied", "state": state}
    page = person.get(f"{door.product}/akun/oidc/oidc/login/callback/", params=refusal, timeout=10)

    assert "Anda batal masuk" in page.text


@pytest.mark.parametrize("step", ["before it asks", "before it confirms"])
def test_a_provider_that_is_away_is_said_in_words(
    start: Callable[..., Any], tmp_path: Path, door: Door, step: str
) -> None:
    port, person = free_port(), requests.Session()
    with start("away", f"http://127.0.0.1:{port}") as product:
        if step == "before it asks":
            page = product.begin(person)
        else:
            with identity_provider(port, tmp_path / "log"):
                question = product.begin(person)
                answer = person.post(question.url, data={"sub": "1"}, allow_redirects=False, timeout=10)
            page = person.get(answer.headers["Location"], timeout=30)

    assert page.status_code == 503
    assert "sedang tidak dapat dihubungi" in page.text


@pytest.mark.browser
def test_a_browser_follows_the_form_to_the_provider_and_back(door: Door) -> None:
    door.knows("1", email=PERSON, email_verified=True)

    with chromium() as browser:
        page = browser.new_context(locale="id-ID").new_page()
        page.goto(f"{door.product}/akun/login/?next=/provinsi/35/")
        page.get_by_role("button", name="Masuk dengan SSO Pemerintah").click()
        page.get_by_placeholder("sub").fill("1")
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url(f"{door.product}/provinsi/35/")
        expect(page.get_by_role("banner")).to_contain_text("Keluar")
        page.context.close()
