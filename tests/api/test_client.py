"""Can a program that knows nothing but the schema read figures and report a milestone?"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.browser import Deployment, deployed, manage

pytestmark = pytest.mark.django_db
# Committed to a database of this test's own: a token of the officer, and an MPP on their turf that is not inaugurated.
FILL = """
import json
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from regions.models import ApiToken, Regency, Site
from regions.services.tokens import make_token
now = timezone.now()
officer = User.objects.get(email="officer@pantau-mpp.example")
regency = Regency.objects.reportable_by(officer).first()
site = Site.objects.create(regency=regency, name="MPP kedua")
token = ApiToken(name="Klien", expires_at=now + timedelta(days=1), reads_only=False)
_token, secret = make_token(token, now=now, by=officer)
with open({file!r}, "w") as file:
    json.dump({{"token": secret, "site": site.pk}}, file)
"""
# What somebody writes who has the generated package before them.
PROGRAM = """
import json, sys
from datetime import date
from client import AuthenticatedClient
from client.api.cakupan import v1_coverage_retrieve
from client.api.capaian_tahap import v1_milestones_create, v1_milestones_list, v1_milestones_retrieve
from client.models import MilestoneReportRequest, Problem, StageEnum

address, token, site = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = AuthenticatedClient(base_url=address, token=token, raise_on_unexpected_status=True)
coverage = v1_coverage_retrieve.sync(client=client, as_at=date(2024, 12, 12))
report = MilestoneReportRequest(site=site, stage=StageEnum.BUILDING, reached_on=date(2026, 3, 1), note="Rangka berdiri")
made = v1_milestones_create.sync(client=client, body=report, idempotency_key="once")
assert not isinstance(made, Problem), made
again = v1_milestones_create.sync(client=client, body=report, idempotency_key="once")
shown = v1_milestones_retrieve.sync(client=client, id=made.id)
listed = v1_milestones_list.sync(client=client, site=site, stage="building")
refused = v1_milestones_create.sync(client=client, body=MilestoneReportRequest(0, StageEnum.READY, date(2026, 3, 1)))
assert isinstance(refused, Problem), refused
print(json.dumps({
    "covered": coverage.national.covered,
    "states": [made.state.value, shown.state.value],
    "is_same": made.id == again.id == shown.id,
    "listed": [row.id for row in listed.results] == [made.id],
    "refused": [refused.status, [error.parameter for error in refused.errors]],
}))
"""


@pytest.fixture(scope="module")
def deployment(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    with deployed("api_client", tmp_path_factory.mktemp("client"), django_db_blocker) as deployment:
        yield deployment


def test_a_generated_client_reads_and_reports(deployment: Deployment, tmp_path: Path) -> None:
    call_command("spectacular", format="openapi-json", file=str(tmp_path / "schema.json"))
    generate = [sys.executable, "-m", "openapi_python_client", "generate"]
    generate += ["--path", "schema.json", "--output-path", "client", "--meta", "none"]
    tools = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(generate, cwd=tmp_path, env=tools, check=True)
    manage(deployment.database_url, "shell", "--command", FILL.format(file=str(tmp_path / "made.json")))
    made = json.loads((tmp_path / "made.json").read_text())

    command = [sys.executable, "-c", PROGRAM, deployment.address, made["token"], str(made["site"])]
    done = subprocess.run(command, cwd=tmp_path, env=tools, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "covered": 262,
        "states": ["reported", "reported"],
        "is_same": True,
        "listed": True,
        "refused": [400, ["site"]],
    }
