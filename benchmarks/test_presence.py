"""What does the matrix of signatories cost beyond the SQL it rests on, when every MPP has its counters?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from benchmarks.rollouts import INHABITED, Rollouts
from commitments.models import Institution, Presence, Service
from dashboard.presence import Choice, commitments_page, gaps_page
from regions.models import Province
from taskforce.coverage import Standpoint
from taskforce.presence import BY_PROVINCE, BY_SITE

pytestmark = [pytest.mark.benchmark(group="presence"), pytest.mark.timeout(1800)]

DATA = "17 signatories, 38 provinces, 305 MPPs, 10,000 entries of presence and 60,000 services"


def bare_sql(statements: dict[Any, str], standpoint: Standpoint, **more: str) -> Callable[[], list[Any]]:
    """Return what runs the statement of a matrix and nothing else, on the driver's own cursor."""
    heirs = Institution.objects.heirs()
    parameters = {**standpoint.parameters, "members": list(heirs), "heirs": list(heirs.values()), **more}

    def run() -> list[Any]:
        with connection.connection.cursor() as cursor:
            return cursor.execute(statements[standpoint.layer, standpoint.boundaries], parameters).fetchall()

    return run


def test_the_nation_against_its_sql(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(INHABITED)
    asked = Standpoint(today)
    page = commitments_page(asked, Choice())
    assert (len(page.rows), len(page.areas), page.mpps.inaugurated, page.mpps.known) == (17, 38, 305, 305)
    assert (Presence.objects.count(), Service.objects.count()) == (10_000, 60_000)
    assert 0 < page.signed_absent < page.absent

    compare(
        lambda: commitments_page(asked, Choice()),
        bare_sql(BY_PROVINCE, asked),
        rounds=30,
        warm_up=3,
        what="signatories by provinces",
        against="its bare SQL",
        aim=1.5,
        why=(
            f"the report of /komitmen/ with {DATA}, against the one statement it rests on, sent through the driver's"
            " own cursor. On top come a query for who continues whom, and the figures of 646 cells."
        ),
    )


def test_a_province_against_its_sql(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(INHABITED)
    asked = Standpoint(today)
    largest = Province.objects.get(code="35")

    compare(
        lambda: commitments_page(asked, Choice(province=largest)),
        bare_sql(BY_SITE, asked, province="35"),
        rounds=30,
        warm_up=3,
        what="signatories by MPPs, Jawa Timur",
        against="its bare SQL",
        aim=1.5,
        why="the same for the province with the most MPPs, a cell each.",
    )


def test_the_list_against_its_sql(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(INHABITED)
    asked = Standpoint(today)

    compare(
        lambda: gaps_page(asked, Choice()),
        bare_sql(BY_SITE, asked, province=""),
        rounds=30,
        warm_up=3,
        what="signatories missing, all MPPs",
        against="its bare SQL",
        aim=1.5,
        why="the report of /komitmen/belum-hadir/: 5,185 cells, each looked at twice.",
    )
