"""Does anything that the schema allows, or nearly allows, lead to an answer that the schema does not know?"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as effort
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts.models import User
from regions.choices import Role
from regions.models import Site
from tests.api.asking import signed_in

pytestmark = pytest.mark.django_db
EXAMPLES = 6
"""So many attempts an operation gets from each actor."""
TOKEN = "a" * 32


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """The product, as a server beside it would call it."""
    return WSGIHandler()(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


@pytest.fixture(autouse=True)
def kept_connection(db: None) -> Iterator[None]:
    """The test's own connection, which requests leave open as those of Django's test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(params=["visitor", "officer", "verifier"])
def headers(request: pytest.FixtureRequest, officer: User, verifier: User, site: Site) -> dict[str, str]:
    """The headers of somebody's browser."""
    turfs: dict[str, tuple[User, dict[str, Any]]] = {
        "officer": (officer, {"role": Role.OFFICER, "regency": site.regency}),
        "verifier": (verifier, {"role": Role.VERIFIER}),
    }
    if request.param == "visitor":
        return {}
    user, turf = turfs[request.param]
    browser: Client = signed_in(user, **turf)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}


@pytest.mark.filterwarnings("ignore")
def test_nothing_is_answered_that_the_schema_does_not_know(headers: dict[str, str], settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    # So that what is asked is answered, not only put off.
    settings.API_RATES = {"visitor": "1000000/min", "account": "1000000/min"}
    schema = schemathesis.openapi.from_wsgi("/api/schema/", app)

    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @seed(7)
        @effort(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def attempt(case: Any) -> None:
            # What is of the right form may still name a day or an area that there is not: that is refused by name.
            case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

        attempt()
        tried += 1

    assert tried > 60
