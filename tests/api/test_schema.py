"""Does the API describe itself without a warning, on a page that loads nothing from elsewhere?"""

import json
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests.api.asking import examples_of

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


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_page_tells_of_every_operation_with_its_parameters_and_examples(client: Client, prefix: str) -> None:
    schema = client.get("/api/schema/").json()

    page = unescape(client.get(f"{prefix}/api/docs/").content.decode())

    for path, methods in schema["paths"].items():
        for method, said in methods.items():
            part = page.partition(f"<code>{method.upper()} {path}</code>")[2].partition("</details>")[0]
            assert part, (method, path)
            assert all(f"<code>{each['name']}</code>" in part for each in said.get("parameters", ()))
    for _path, _method, example in examples_of(schema):
        assert example is None or json.dumps(example, ensure_ascii=False, indent=2) in page
    assert "https://" not in page.partition("<main")[2].partition("</main>")[0]


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
