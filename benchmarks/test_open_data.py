"""What does a release of the open data cost, and what does it cost to hand out a file of it?"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.rollouts import INHABITED, Rollouts
from taskforce.models import Release
from taskforce.services.releases import announce, compute, make_due

pytestmark = [
    pytest.mark.benchmark(group="open data"),
    pytest.mark.timeout(1800),
    # No file is asked for that was to be collected first.
    pytest.mark.filterwarnings("ignore:No directory at"),
]


def released(rollouts: Rollouts, size: int, today: date) -> Release:
    """Return today's release of the rollout in a size."""
    rollouts.use(size)
    announce(today=today)
    make_due(now=timezone.now())
    return Release.objects.published().get(day=today)


@pytest.mark.parametrize(
    ("size", "rows", "allowed_seconds"),
    [(1, "the real rollout", 5), (INHABITED, "10,000 counters with 60,000 services", 30)],
)
def test_making_a_release(
    clock: Callable[..., None], rollouts: Rollouts, today: date, size: int, rows: str, allowed_seconds: int
) -> None:
    release = released(rollouts, size, today)

    clock(
        lambda: compute(release),
        allowed_seconds=allowed_seconds,
        rounds=5,
        what=f"a release of {rows}",
        why="all rows read at one moment and written as 42 files, before they are stored; once a day.",
    )


def test_a_file_against_its_bytes(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    release = released(rollouts, 1, today)
    client = Client(headers={"Accept-Encoding": "gzip"})
    path = f"/data/{release}/milestones.json"
    stored = release.files.select_related("content").get(name="milestones.json").content
    assert client.get(path).content == bytes(stored.body)

    def bytes_alone() -> Any:
        with connection.connection.cursor() as cursor:
            statement = "SELECT body FROM taskforce_releasecontent WHERE sha256 = %s"
            return cursor.execute(statement, [stored.sha256]).fetchone()

    compare(
        lambda: client.get(path),
        bytes_alone,
        rounds=200,
        warm_up=10,
        what="a file of a release, packed",
        against="its bytes from the database",
        why="the whole request, without a network, against the one row that is sent. It only informs.",
    )


def test_serving_a_file_against_making_it_anew(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    release = released(rollouts, 1, today)
    client = Client()
    made = compute(release).files["coverage.json"]
    assert json.loads(client.get(f"/data/{release}/coverage.json").content) == json.loads(made)

    compare(
        lambda: client.get(f"/data/{release}/coverage.json"),
        lambda: compute(release),
        rounds=5,
        what="a file of a release",
        against="making the release",
        aim=0.02,
        why="what everybody who downloads is spared: the files are made once a day.",
    )
