"""How does a test ask the API?"""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from regions.models import Assignment


def ask(client: Client, path: str, **parameters: str) -> Any:
    """Return what the API answers, which must be found."""
    response = client.get(f"/api/v1/{path}/", parameters)
    assert response.status_code == 200, response.content
    return response.json()


def send(client: Client, path: str, body: Any, **headers: str) -> Any:
    """Return the answer to what is sent as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/api/v1/{path}/", body, content_type="application/json", headers=named)


def signed_in(user: User, **turf: Any) -> Client:
    """Return a client of somebody who holds a turf from today on."""
    if turf:
        Assignment.objects.create(user=user, valid_from=timezone.localdate(), **turf)
    client = Client()
    client.force_login(user)
    return client


def examples_of(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Yield path, method and example of all that takes a body."""
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                (example,) = operation["requestBody"]["content"]["application/json"].get("examples", {"": {}}).values()
                yield path, method, example.get("value")
