"""Does the API describe itself without a warning, on a page that loads nothing from elsewhere?"""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_schema_is_valid_and_without_warnings(tmp_path: Any) -> None:
    call_command("spectacular", fail_on_warn=True, validate=True, file=str(tmp_path / "schema.yaml"))


def test_the_schema_names_every_address_and_every_problem(client: Client) -> None:
    schema = client.get("/api/schema/").json()

    report = schema["paths"]["/api/v1/milestones/"]["post"]
    assert {"201", "400", "403", "413", "415"} <= set(report["responses"])
    assert list(report["responses"]["400"]["content"]) == ["application/problem+json"]
    assert "/api/v1/milestones/{id}/verify/" in schema["paths"]
    assert "/api/v1/coverage/explain/" in schema["paths"]


def test_the_page_of_the_api_loads_only_files_of_this_site(client: Client) -> None:
    response = client.get("/api/docs/")

    page = response.content.decode()
    loaded = re.findall(r'<(?:script|link rel="(?:stylesheet|icon)")[^>]* (?:src|href)="([^"]+)"', page)
    assert response.status_code == 200
    assert len(loaded) == 6
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*src=)", page)
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.content.decode() or "../schema/" in script.content.decode()


def test_every_example_is_answered_as_it_says(client: Client) -> None:
    schema = client.get("/api/schema/").json()
    examples = [
        (path, {parameter["name"]: example["value"]})
        for path, operations in schema["paths"].items()
        for parameter in operations.get("get", {}).get("parameters", ())
        for example in parameter.get("examples", {}).values()
    ]

    assert examples
    for path, asked in examples:
        response = client.get(path, asked)
        assert response.status_code == 200, (path, asked, response.content)


@pytest.mark.parametrize("version", ["2", "\r\nx", "\x00"])
def test_a_version_that_there_is_not_is_passed_over(client: Client, version: str) -> None:
    response = client.get("/api/schema/", {"version": version})

    assert (response.status_code, response.json()["info"]["version"]) == (200, "1")
