"""What does Lighthouse give the first page, a province and a site, on a slow phone?"""

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from regions.models import Site
from tests import lighthouse
from tests.browser import chromium_on_path, database_server, missing, served

pytestmark = [pytest.mark.lighthouse, pytest.mark.django_db]
FAST_ENOUGH = 95
"""Of 100. A missed aim is printed as such: how fast a page is depends on the machine, the rest of it does not."""
RUNS = 3


@pytest.fixture(scope="module")
def program() -> str:
    """The Chromium on the path."""
    found = chromium_on_path()
    if not lighthouse.is_installed():
        missing("Lighthouse is not installed: make lighthouse.")
    return found


@pytest.fixture(scope="module")
def address(program: str, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real rollout, served."""
    database = f"{database_server()}/{connection.settings_dict['NAME']}"
    with served(database, tmp_path_factory.mktemp("web") / "log") as where:
        yield where


def middle(runs: list[dict[str, int]]) -> float:
    return statistics.median(run["performance"] for run in runs)


@pytest.mark.parametrize("page", ["nation", "province", "site"])
def test_lighthouse_is_content(
    address: str, program: str, page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inaugurated = Site.objects.get(regency__code="35.10")
    path = {"nation": "/", "province": "/provinsi/35/", "site": inaugurated.get_absolute_url()}[page]
    report = tmp_path / "report.json"

    runs = [lighthouse.measure(address + path, report, program)]
    # Somebody else's load on the machine is no fault of the page.
    while middle(runs) < FAST_ENOUGH and len(runs) < RUNS:
        runs.append(lighthouse.measure(address + path, report, program))

    with capsys.disabled():
        met = "" if middle(runs) >= FAST_ENOUGH else f", performance below {FAST_ENOUGH}: {lighthouse.failed(report)}"
        scores = runs[-1] | {"performance": middle(runs)}
        sys.stdout.write(f"\nLighthouse {path}: {scores}, {len(runs)} run(s){met}\n")
    assert {name: runs[-1][name] for name in lighthouse.CATEGORIES[1:]} == dict.fromkeys(
        lighthouse.CATEGORIES[1:], 100
    ), lighthouse.failed(report)
