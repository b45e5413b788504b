"""Do the public pages show the figures of the coverage function, and help where something is wrong?"""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from accounts.models import User
from dashboard import views
from taskforce.coverage import coverage

pytestmark = pytest.mark.django_db


def text(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\N{NO-BREAK SPACE}", " ")


def test_the_nation_stands_with_its_definition_and_date(client: Client) -> None:
    page = text(client, "/?as_at=2025-09-24")

    assert "286 dari 509 kabupaten/kota ( 56,2 % ) sudah memiliki MPP yang diresmikan, per 24 September 2025." in page


def test_every_province_has_its_row(client: Client) -> None:
    page = text(client, "/?as_at=2024-12-12")

    assert len(coverage(views.timezone.datetime(2024, 12, 12).date()).provinces) == 38
    assert "Jawa Timur 38" in page
    assert "5 provinsi belum memiliki" in page


def test_the_definition_is_part_of_the_address_and_carried_on(client: Client) -> None:
    content = client.get("/?as_at=2024-12-12&counting=opened").content.decode()

    assert 'href="/provinsi/35/?as_at=2024-12-12&amp;counting=opened"' in content
    assert '<option value="opened" selected>' in content
    assert 'value="2024-12-12"' in content


def test_a_province_lists_its_units_with_their_stage(client: Client) -> None:
    page = text(client, "/provinsi/35/?as_at=2024-12-12")

    assert "Kabupaten Banyuwangi Diresmikan 6 Oktober 2017" in page
    assert "Kabupaten Ponorogo belum ada data" in page


def test_a_date_is_written_as_exactly_as_it_is_known(client: Client) -> None:
    assert "Kota Denpasar Diresmikan Februari 2018" in text(client, "/provinsi/51/?as_at=2018-03-01")


def test_jakarta_without_jakarta_says_so(client: Client) -> None:
    page = text(client, "/provinsi/31/?basis=508")

    assert "belum ada data" in page
    assert "Tidak ada unit sasaran di provinsi ini" in page


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/?as_at=kemarin", "as_at"),
        ("/?as_at=2024-02-30", "as_at"),
        ("/?as_at=2016-01-01", "2017-01-01"),
        ("/?basis=1", "509, 508, 514"),
        ("/provinsi/35/?counting=x", "inaugurated"),
    ],
)
def test_a_question_that_cannot_be_answered_is_explained(client: Client, url: str, says: str) -> None:
    page = text(client, url, 400)

    assert "Pertanyaan ini tidak dapat dijawab" in page
    assert says in page


@pytest.mark.parametrize(
    "url", ["/provinsi/99/", "/provinsi/93/?as_at=2022-06-30", "/provinsi/3%00/", "/nix/", "/provinsi/<script>/"]
)
def test_what_does_not_exist_is_404_with_a_way_on(client: Client, url: str) -> None:
    page = text(client, url, 404)

    assert "Halaman ini tidak ada" in page
    assert "Ke halaman depan" in page


def test_a_province_to_come_is_there_in_todays_boundaries(client: Client) -> None:
    assert "Papua Selatan" in text(client, "/provinsi/93/?as_at=2022-06-30&boundaries=now")


def test_a_visitor_is_not_offered_the_reported_layer(client: Client, officer: User) -> None:
    page = client.get("/").content.decode()
    assert 'value="reported"' not in page
    assert "Lapisan</label>" not in page

    client.force_login(officer)
    assert 'value="reported"' in client.get("/").content.decode()


def test_a_visitor_asking_for_the_reported_layer_is_told_why_not(client: Client) -> None:
    assert "hanya untuk yang sudah masuk" in text(client, "/?layer=reported", 400)


@pytest.mark.parametrize("url", ["/mpp/999999/", "/tidak-ada/"])
def test_a_reader_is_not_told_what_is_meant_for_developers(client: Client, url: str) -> None:
    said = text(client, url, 404)

    assert "matches the given query" not in said
    assert "URLconf" not in said


def test_markup_in_the_address_stays_text(client: Client) -> None:
    content = client.get('/?as_at="><script>alert(1)</script>').content.decode()

    assert "<script>alert" not in content


def test_nothing_inline_needs_an_exception_from_the_policy(client: Client) -> None:
    response = client.get("/")

    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", response.content.decode())


def test_a_fault_of_ours_is_admitted_without_a_trace(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise DatabaseError("kaboom")

    client.raise_request_exception = False
    monkeypatch.setattr(views, "nation_page", fail)

    page = text(client, "/", 500)

    assert "Terjadi galat pada sistem" in page
    assert "kaboom" not in page


def test_health_is_answered_without_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}


def test_an_unchanged_page_costs_one_query_more_than_knowing_who_asks(
    client: Client, officer: User, django_assert_num_queries: Any
) -> None:
    client.force_login(officer)
    first = client.get("/provinsi/35/")

    # 1 the session, 2 the user, 3 the version
    with django_assert_num_queries(3):
        again = client.get("/provinsi/35/", headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


@pytest.fixture
def somebody_else(db: None) -> Iterator[psycopg.Connection]:
    """Another connection to the same database, whose writes are committed; they change nothing for other tests."""
    settings = connection.settings_dict
    with psycopg.connect(dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"]) as other:
        yield other


TOUCH = "UPDATE taskforce_target SET value = value WHERE province_id IS NULL"


def test_whatever_is_committed_makes_ones_own_page_new(
    client: Client, officer: User, somebody_else: psycopg.Connection
) -> None:
    client.force_login(officer)
    before = client.get("/")["ETag"]

    somebody_else.execute(TOUCH)
    somebody_else.commit()

    assert client.get("/", headers={"if-none-match": before}).status_code == 200


def test_ones_own_page_served_before_a_commit_is_old_after_it(
    client: Client, officer: User, somebody_else: psycopg.Connection
) -> None:
    client.force_login(officer)
    somebody_else.execute(TOUCH)
    before = client.get("/")["ETag"]

    somebody_else.commit()

    assert client.get("/", headers={"if-none-match": before}).status_code == 200


def test_a_form_that_came_from_elsewhere_is_explained_on_a_page_of_ours() -> None:
    response = Client(enforce_csrf_checks=True).post("/akun/login/", {"login": "a@b.example", "password": "x"})

    assert response.status_code == 403
    assert "terlalu lama terbuka" in response.content.decode()
