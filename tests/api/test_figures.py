"""Do series, units and explanation give what the functions behind the pages do?"""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from regions.choices import Role
from regions.models import Milestone, Site
from taskforce.coverage import Question, series, unit_standings
from tests.api.asking import ask, signed_in

pytestmark = pytest.mark.django_db


def test_a_series_is_the_functions(client: Client) -> None:
    body = ask(client, "coverage/series", as_at="2024-12-12", province="35")

    points = series(Question(date(2024, 12, 12)), "35")
    assert [(point["since"], point["covered"]) for point in body["points"]] == [
        (point.since.isoformat(), point.covered) for point in points
    ]


def test_units_are_the_functions(client: Client) -> None:
    body = ask(client, "coverage/units", as_at="2024-12-12", stage="inaugurated")

    units = [unit for unit in unit_standings(Question(date(2024, 12, 12))) if unit.stage == "inaugurated"]
    assert [row["code"] for row in body["results"]] == [unit.code for unit in units]
    assert body["count"] == len(units) == 262


def test_an_explanation_adds_up_and_names_its_entries(client: Client) -> None:
    body = ask(client, "coverage/explain", as_at="2025-12-15", compare_as_at="2024-12-12")

    assert (body["covered"], len(body["counted"]), body["units"]) == (295, 295, 509)
    assert len(body["not_counted"]) == 509 - 295
    steps = sum(step["delta"] for step in body["comparison"]["steps"])
    assert body["comparison"]["covered"] + steps == 295
    entry = body["counted"][0]["entry"]
    assert Milestone.objects.get(pk=entry["id"]).site.regency.code == body["counted"][0]["code"]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("units", "stage", "selesai"),
        ("series", "province", "99"),
        ("explain", "compare_as_at", "kemarin"),
        ("explain", "sejak", "2024-12-12"),
        ("explain", "island_group", "Atlantis"),
    ],
)
def test_what_is_wrong_is_named_as_the_api_calls_it(client: Client, path: str, name: str, value: str) -> None:
    response = client.get(f"/api/v1/coverage/{path}/", {name: value})

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [name]
    assert response.json()["errors"][0]["detail"].startswith(f"{name}: ")


def test_an_explanation_does_not_tell_visitors_how_many_reports_wait(
    client: Client, officer: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    before = ask(client, "coverage/explain", province="35")

    entry = reported(site)

    after = ask(client, "coverage/explain", province="35")
    assert {**after, "computed_at": None} == {**before, "computed_at": None}
    own = ask(signed_in(officer, role=Role.OFFICER, regency=site.regency), "coverage/explain", province="35")
    assert own["left_out"] == [{"reason": "waiting", "count": 1, "entries": [{"ledger": "milestones", "id": entry.pk}]}]
