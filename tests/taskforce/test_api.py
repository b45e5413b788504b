"""Does `/api/v1/coverage/` answer what is asked, and say clearly what cannot be?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from regions.models import Milestone, Site
from taskforce.choices import Basis, Boundaries, Counting
from taskforce.coverage import coverage

pytestmark = pytest.mark.django_db
URL = "/api/v1/coverage/"
TODAY = timezone.localdate


def ask(client: Client, **parameters: str) -> dict[str, Any]:
    response = client.get(URL, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_the_answer_of_the_design(client: Client) -> None:
    body = ask(client, as_at="2024-12-12")

    assert {key: body[key] for key in ("as_at", "known_at", "basis", "counting", "layer", "boundaries")} == {
        "as_at": "2024-12-12",
        "known_at": None,
        "basis": "509",
        "counting": "inaugurated",
        "layer": "verified",
        "boundaries": "then",
    }
    assert body["computed_at"].endswith("+07:00")
    expected = {"units": 509, "covered": 262, "coverage_pct": "51.5", "target_pct": "100.0", "gap_units": 247}
    assert {key: body["national"][key] for key in expected} == expected
    aceh = {"code": "11", "name": "Aceh", "units": 23, "covered": 6, "coverage_pct": "26.1"}
    assert {key: body["provinces"][0][key] for key in aceh} == aceh


def test_without_parameters_it_answers_for_today(client: Client) -> None:
    assert ask(client)["as_at"] == TODAY().isoformat()


@pytest.mark.parametrize("basis", Basis.values)
@pytest.mark.parametrize("counting", Counting.values)
@pytest.mark.parametrize("boundaries", Boundaries.values)
def test_every_definition_is_the_functions(client: Client, basis: str, counting: str, boundaries: str) -> None:
    body = ask(client, as_at="2022-10-01", basis=basis, counting=counting, boundaries=boundaries)

    day = timezone.datetime(2022, 10, 1).date()
    result = coverage(day, basis=basis, counting=counting, boundaries=boundaries)
    assert [(row["code"], row["units"], row["covered"]) for row in body["provinces"]] == [
        (area.code, area.units, area.covered) for area in result.provinces
    ]


def test_known_at_takes_a_day_or_a_moment(client: Client, site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site)

    def covered(known_at: str) -> int:
        return ask(client, as_at="2026-06-01", known_at=known_at)["national"]["covered"]

    yesterday = TODAY() - timedelta(days=1)
    assert covered(TODAY().isoformat()) == 296
    assert covered(yesterday.isoformat()) == 0
    # A plus that was not escaped arrives as a blank.
    assert covered(f"{yesterday.isoformat()}T10:00:00 07:00") == 0


@pytest.mark.parametrize("offset", ["+23:59", "-23:00", "+16:00", "Z", "+07:00"])
def test_known_at_takes_every_offset_that_can_be_written(client: Client, offset: str) -> None:
    assert ask(client, known_at=f"2024-12-12T12:00:00{offset}")["national"]["covered"] == 0


def test_one_province_beside_the_nation(client: Client) -> None:
    body = ask(client, as_at="2024-12-12", province="35")

    assert [row["code"] for row in body["provinces"]] == ["35"]
    assert body["national"]["covered"] == 262


@pytest.mark.parametrize(
    ("parameters", "name", "says"),
    [
        ({"as_at": "kemarin"}, "as_at", "YYYY-MM-DD"),
        ({"as_at": "2024-02-30"}, "as_at", "kalender"),
        ({"as_at": "20240230"}, "as_at", "YYYY-MM-DD"),
        ({"as_at": "2016-12-31"}, "as_at", "2017-01-01"),
        ({"as_at": "9999-12-31"}, "as_at", "luar rentang"),
        ({"as_at": "\0"}, "as_at", "YYYY-MM-DD"),
        ({"as_at": "1" * 5000}, "as_at", "YYYY-MM-DD"),
        ({"known_at": "besok"}, "known_at", "YYYY-MM-DD"),
        ({"known_at": "2024-13-01T00:00:00Z"}, "known_at", "YYYY-MM-DD"),
        ({"known_at": "9999-12-31T23:59:59Z"}, "known_at", "luar rentang"),
        ({"known_at": "0001-01-01T00:00:00+14:00"}, "known_at", "luar rentang"),
        ({"known_at": f"{TODAY() + timedelta(days=1)}"}, "known_at", "belum tiba"),
        ({"basis": "510"}, "basis", "509, 508, 514"),
        ({"counting": "semua"}, "counting", "inaugurated, opened, operating"),
        ({"boundaries": "nanti"}, "boundaries", "then, now"),
        ({"province": "99"}, "province", "99"),
        ({"province": "93", "as_at": "2022-06-30"}, "province", "2022-06-30"),
        ({"as-at": "2024-12-12"}, "as-at", "tidak dikenal"),
        ({"layer": "foo"}, "layer", "verified"),
        ({"as_at": ["kemarin", "2024-12-12"]}, "as_at", "satu kali"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_takes(
    client: Client, parameters: dict[str, str], name: str, says: str
) -> None:
    response = client.get(URL, parameters)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "errors"} == set(body)
    assert [error["parameter"] for error in body["errors"]] == [name]
    assert body["errors"][0]["detail"].startswith(f"{name}: ")
    assert says in body["errors"][0]["detail"]


def test_a_day_ahead_is_refused(client: Client) -> None:
    tomorrow = TODAY() + timedelta(days=1)

    assert client.get(URL, {"as_at": tomorrow.isoformat()}).status_code == 400


def test_all_that_is_wrong_is_said_at_once(client: Client) -> None:
    body = client.get(URL, {"as_at": "kemarin", "basis": "1", "counting": "x"}).json()

    assert [error["parameter"] for error in body["errors"]] == ["as_at", "counting", "basis"]


def test_a_visitor_does_not_see_what_is_only_reported(client: Client) -> None:
    response = client.get(URL, {"layer": "reported"})

    assert response.status_code == 403
    assert "layer" in response.json()["detail"]


def test_whoever_is_signed_in_sees_what_is_reported(
    client: Client, officer: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    reported(site)
    client.force_login(officer)

    assert ask(client, layer="reported")["national"]["covered"] == 296


@pytest.mark.parametrize(("method", "status"), [("post", 405), ("delete", 405)])
def test_another_method_is_refused_in_the_same_shape(client: Client, method: str, status: int) -> None:
    response = getattr(client, method)(URL)

    assert response.status_code == status
    assert "Metode ini tidak tersedia; yang ada: GET" in response.json()["detail"]


def test_an_address_that_does_not_exist_is_refused_in_the_same_shape(client: Client) -> None:
    response = client.get("/api/v1/nix/")

    assert (response.status_code, response.json()["status"]) == (404, 404)


def test_it_takes_two_queries_and_a_count(client: Client, django_assert_num_queries: Any) -> None:
    # 1 how often the address has asked, 2 the facts, 3 the targets
    with django_assert_num_queries(3):
        ask(client, as_at="2024-12-12")
