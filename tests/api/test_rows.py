"""Do the lists of the API give every row somebody may see, and refuse by name what they cannot answer?"""

import csv
import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from commitments.models import Pledge
from regions.choices import Role, Stage
from regions.models import Ceremony, DigitalAdoption, Milestone, Regency, Site
from regions.services.ledger import report, verify
from tests.api.asking import ask, signed_in

pytestmark = pytest.mark.django_db


def test_units_are_listed_with_their_province(client: Client) -> None:
    body = ask(client, "regencies", is_autonomous="true", page_size="1000")

    assert body["count"] == len(body["results"]) == 509
    assert body["next"] is None
    aceh_singkil = next(row for row in body["results"] if row["code"] == "11.10")
    assert (aceh_singkil["province"], aceh_singkil["province_name"]) == ("11", "Aceh")


def test_a_regency_tells_its_former_codes_with_their_laws(client: Client) -> None:
    regency = Regency.objects.filter(former_provinces__isnull=False).first()
    move = regency.former_provinces.get()

    body = ask(client, f"regencies/{regency.code}")

    assert body["former_codes"] == [
        {
            "code": move.former_code,
            "province": move.province.code,
            "until": move.until.isoformat(),
            "legal_basis": move.legal_basis,
        }
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"province": "35"}, {"35.02", "35.78"}),
        ({"kind": "kota", "province": "35"}, {"35.78"}),
        ({"search": "ponorogo"}, {"35.02"}),
        ({"island_group": "Jawa"}, {"35.02", "35.78"}),
    ],
)
def test_regencies_are_found_by_what_people_ask(client: Client, asked: dict[str, str], found: set[str]) -> None:
    body = ask(client, "regencies", **asked, page_size="1000")

    codes = {row["code"] for row in body["results"]}
    assert found <= codes
    assert "11.10" not in codes


def test_milestones_are_filtered_ordered_and_narrowed(client: Client) -> None:
    asked = {"stage": "inaugurated", "province": "35", "reached_after": "2022-01-01", "ordering": "-reached_on"}

    body = ask(client, "milestones", **asked, fields="regency,reached_on", page_size="1000")

    rows = body["results"]
    assert rows
    assert all(set(row) == {"regency", "reached_on"} and row["regency"].startswith("35.") for row in rows)
    days = [row["reached_on"] for row in rows]
    assert days == sorted(days, reverse=True)
    assert days[-1] >= "2022-01-01"


def test_updated_after_finds_what_changed_since(client: Client, site: Site) -> None:
    before = ask(client, f"sites/{site.pk}")["updated_at"]
    Site.objects.filter(pk=site.pk).update(building="Gedung baru")

    body = ask(client, "sites", updated_after=before, province="35")

    assert [row["building"] for row in body["results"] if row["id"] == site.pk] == ["Gedung baru"]
    assert ask(client, "sites", updated_after="2099-01-01")["count"] == 0


def test_pages_hold_every_row_once(client: Client) -> None:
    seen, address = [], "/api/v1/regencies/?page_size=100&fields=code"
    while address:
        body = client.get(address).json()
        seen += [row["code"] for row in body["results"]]
        address = body["next"]

    assert len(seen) == len(set(seen)) == body["count"]


def test_a_cursor_meets_every_row_once_whatever_is_added(client: Client, site: Site) -> None:
    seen, address = [], "/api/v1/sites/?cursor=&page_size=100&fields=id"
    while address:
        body = client.get(address).json()
        seen += [row["id"] for row in body["results"]]
        address = body["next"]
        if len(seen) == 100:
            Site.objects.create(regency=site.regency, name="AAA, di depan menurut nama")

    assert "count" not in body
    assert len(seen) == len(set(seen)) == Site.objects.count()


def test_the_largest_page_is_capped(client: Client) -> None:
    body = ask(client, "milestones", page_size="999999999")

    assert len(body["results"]) <= 1000


@pytest.mark.parametrize("how", [{"format": "csv"}, {}])
def test_a_list_comes_as_csv(client: Client, how: dict[str, str], site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(address="=1+1")

    response = client.get("/api/v1/sites/", {"regency": "35.02", **how}, headers={} if how else {"Accept": "text/csv"})

    assert response["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(StringIO(response.content.decode("utf-8-sig")))
    assert (row["regency"], row["address"], row["is_branch"]) == ("35.02", "'=1+1", "false")
    assert list(row) == list(ask(client, f"sites/{site.pk}"))


def test_a_csv_names_its_columns_also_without_rows_and_where_it_goes_on(client: Client) -> None:
    empty = client.get("/api/v1/milestones/", {"format": "csv", "updated_after": "2099-01-01", "fields": "stage"})
    first = client.get("/api/v1/regencies/", {"format": "csv", "page_size": "10"})

    assert empty.content.decode("utf-8-sig").splitlines() == ["stage"]
    assert first["Link"].endswith('page=2&page_size=10>; rel="next"')


@pytest.mark.parametrize("path", ["regencies/?province=35", "regencies/35.02/", "coverage/?as_at=2024-12-12"])
def test_what_did_not_change_is_not_sent_again(client: Client, path: str) -> None:
    first = client.get(f"/api/v1/{path}")

    again = client.get(f"/api/v1/{path}", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


WRONG = {
    "provinsi": {"provinsi": "35"},
    "province": {"province": "99"},
    "kind": {"kind": "desa"},
    "is_autonomous": {"is_autonomous": "ya"},
    "ordering": {"ordering": "province__assignments__user__password"},
    "fields": {"fields": "code,password"},
    "format": {"format": "xml"},
    "page_size": {"page_size": "-1"},
    "page": {"page": "NaN"},
    "cursor": {"cursor": "cD1ub3RhZGF0ZQ=="},
    "search": {"search": "a" * 101},
    "updated_after": {"updated_after": "kemarin"},
    "officers__password__startswith": {"officers__password__startswith": "argon2"},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_by_name(client: Client, name: str) -> None:
    response = client.get("/api/v1/regencies/", WRONG[name])

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["parameter"] == name
    assert error["detail"].startswith(f"{name}: ")


@pytest.mark.parametrize(
    "asked",
    [
        *(f"page={value}" for value in ("0", "9" * 20, "9" * 5000, "-1", "1e400", "Infinity", "%00")),
        *(f"cursor={value}" for value in ("9" * 18, "9" * 19, "cD0A", "%00", "%ff", "-1", "1'--")),
        *(f"updated_after={value}" for value in ("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59Z", "%00")),
        *(f"regency={value}" for value in ("%00", "35.0%ed%a0%80", "9" * 5000)),
        *(f"site={value}" for value in ("9" * 20, "9" * 5000, "-1", "NaN", "1e400", "%00")),
        *("reached_after=2024-02-30", "search=%00", "ordering=" + "-" * 200, "fields=" + "," * 500, "state=%00"),
        "&".join(f"x{number}=1" for number in range(200)),
        "site=1&site=2",
    ],
)
def test_a_hostile_question_is_no_fault_of_ours(client: Client, asked: str) -> None:
    response = client.get(f"/api/v1/milestones/?{asked}")

    assert response.status_code in {200, 400, 404}
    assert response.status_code == 200 or response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["99.99", "%00", "x" * 300])
def test_a_row_that_is_not_there_is_not_found(client: Client, key: str) -> None:
    response = client.get(f"/api/v1/regencies/{key}/")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_only_json_and_csv_are_there(client: Client) -> None:
    response = client.get("/api/v1/regencies/", headers={"Accept": "text/html"})

    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")


LISTS = ["provinces", "regencies", "regency-aliases", "former-codes", "sites", "milestones", "operating-records"]
LISTS += ["digital-adoptions", "readiness-assessments", "ceremonies", "institutions", "agreements", "signatories"]
LISTS += ["presences", "services", "pledges", "decrees", "members", "directives", "targets", "announced-figures"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client,
    path: str,
    assessed: Callable[..., Any],
    counter: Callable[..., Any],
    ponorogo: Regency,
    officer: User,
    verifier: User,
    django_assert_num_queries: Any,
) -> None:
    assessed()
    counter("Layanan satu", "Layanan dua")
    Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 1, 1), due_on=date(2024, 12, 31))
    digital = DigitalAdoption(regency=ponorogo, status="pilot", since=date(2026, 3, 1))
    verify(report(digital, by=officer), by=verifier)

    for size in ("1", "100"):
        # 1 how often they asked, 2 how many there are, 3 the rows
        with django_assert_num_queries(3):
            ask(client, path, page_size=size)


def test_a_report_is_for_those_whom_it_concerns(
    client: Client, officer: User, verifier: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site, note="Rahasia dinas")
    own = signed_in(officer, role=Role.OFFICER, regency=site.regency)
    foreign = signed_in(
        User.objects.create_user("lain@pantau-mpp.example"),
        role=Role.OFFICER,
        regency=Regency.objects.get(code="35.10"),
    )
    nation = signed_in(verifier, role=Role.VERIFIER)

    answers = {
        name: asker.get(f"/api/v1/milestones/{entry.pk}/")
        for name, asker in {"visitor": client, "foreign": foreign, "own": own, "nation": nation}.items()
    }
    missing = foreign.get("/api/v1/milestones/999999999/")

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "visitor": 404,
        "foreign": 404,
        "own": 200,
        "nation": 200,
    }
    assert answers["foreign"].json() == missing.json()
    row = answers["own"].json()
    assert (row["receipt"], row["state"], row["note"]) == (entry.receipt, "reported", "Rahasia dinas")
    assert row["reported_by"] == officer.email
    assert ask(client, "milestones", site=str(site.pk))["results"] == []


def test_the_public_learns_what_was_verified_and_not_who_said_it(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    entry = verified(site, note="Diresmikan bupati")

    row = ask(client, f"milestones/{entry.pk}")

    assert (row["state"], row["is_in_force"], row["note"]) == ("verified", True, "Diresmikan bupati")
    assert row["reported_by"] is row["reviewed_by"] is row["reported_at"] is None


def test_a_workers_note_on_an_import_is_not_public(client: Client) -> None:
    entry = Milestone.objects.filter(channel="import").exclude(note="").first()

    assert ask(client, f"milestones/{entry.pk}")["note"] is None


@pytest.mark.parametrize("path", ["v1/sites/", "v1/coverage/", "v1/coverage/explain/"])
@pytest.mark.parametrize("accept", ["*/*", "text/csv"])
def test_what_can_be_asked_stands_in_the_schema_only(client: Client, path: str, accept: str) -> None:
    response = client.options(f"/api/{path}", headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")


@pytest.mark.parametrize("path", ["provinces/35", "provinces", "coverage"])
def test_whoever_reads_only_what_has_not_changed_is_told_in_the_one_shape(client: Client, path: str) -> None:
    response = client.get(f"/api/v1/{path}/", headers={"If-Match": '"x"'})

    assert (response.status_code, response["Content-Type"]) == (412, "application/problem+json")
    assert response.json()["status"] == 412


def test_a_ceremony_lists_no_site_whose_part_in_it_was_taken_back(
    client: Client, officer: User, verifier: User, site: Site, verified: Callable[..., Milestone]
) -> None:
    ceremony = Ceremony.objects.create(held_on=date(2026, 3, 1))
    entry = verified(site, Stage.INAUGURATED, ceremony=ceremony)
    assert ask(client, f"ceremonies/{ceremony.pk}")["sites"] == [site.pk]

    said = {"site": site, "stage": entry.stage, "reached_on": entry.reached_on, "ceremony": ceremony}
    verify(report(Milestone(**said, supersedes=entry, withdraws=True, note="Batal"), by=officer), by=verifier)

    assert client.get(f"/api/v1/ceremonies/{ceremony.pk}/").status_code == 404
    checker = signed_in(verifier, role=Role.VERIFIER)
    assert ask(checker, f"ceremonies/{ceremony.pk}")["sites"] == []


def test_a_ceremony_keeps_a_site_of_which_only_the_day_was_corrected(
    client: Client, officer: User, verifier: User, site: Site, verified: Callable[..., Milestone]
) -> None:
    ceremony = Ceremony.objects.create(held_on=date(2026, 3, 1))
    entry = verified(site, Stage.INAUGURATED, ceremony=ceremony)
    corrected = Milestone(
        site=site, stage=entry.stage, reached_on=date(2026, 3, 2), supersedes=entry, note="Sehari lagi"
    )

    verify(report(corrected, by=officer), by=verifier)

    assert ask(client, f"ceremonies/{ceremony.pk}")["sites"] == [site.pk]


@pytest.mark.parametrize("path", ["ceremonies", "targets", "directives", "announced-figures"])
def test_no_two_rows_share_a_place_in_a_list(client: Client, path: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        ask(client, path)

    table = next(query["sql"] for query in reversed(queries.captured_queries) if "ORDER BY" in query["sql"])
    assert re.search(r'"id" (ASC|DESC)( LIMIT \d+)?$', table), table
