"""What does a list of the API cost beyond its SQL, and beside another program that serves the same table as JSON?"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from datasette.app import Datasette
from django.db import connection
from django.test import Client

from benchmarks.rollouts import Rollouts

pytestmark = [
    pytest.mark.benchmark(group="API"),
    pytest.mark.timeout(1800),
    # No file is asked for that was to be collected first.
    pytest.mark.filterwarnings("ignore:No directory at"),
]

UNITS = 509
ADDRESS = f"/api/v1/regencies/?page_size={UNITS}"
# Written by hand: what somebody would ask who had only the database, with the same columns in the answer.
STATEMENT = """
SELECT r.code, r.name, r.kind, p.code AS province, p.name AS province_name, r.is_autonomous, u.code AS served_by,
       r.seat_latitude, r.seat_longitude, r.population, r.is_underdeveloped,
       ARRAY(SELECT alias FROM regions_regencyalias WHERE regency_id = r.id ORDER BY alias) AS aliases,
       ARRAY(
           SELECT json_build_object(
               'code', former_code, 'province', f.code, 'until', until, 'legal_basis', m.legal_basis)
           FROM regions_formerprovince m JOIN regions_province f ON f.id = m.province_id
           WHERE m.regency_id = r.id ORDER BY until
       ) AS former_codes,
       (
           SELECT pgh_created_at FROM regions_regencyevent
           WHERE pgh_obj_id = r.id ORDER BY pgh_id DESC LIMIT 1
       ) AS updated_at
FROM regions_regency r
JOIN regions_province p ON p.id = r.province_id
LEFT JOIN regions_regency u ON u.id = r.served_by_id
ORDER BY r.code LIMIT 509
"""


@pytest.fixture
def client(rollouts: Rollouts, settings: Any) -> Client:
    """A visitor, who may ask as often as is timed."""
    rollouts.use(1)
    settings.API_RATES = {**settings.API_RATES, "visitor": "1000000/min"}
    return Client()


def by_hand() -> bytes:
    """Return the rows as JSON, with nothing around the statement."""
    with connection.connection.cursor() as cursor:
        cursor.execute(STATEMENT)
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return orjson.dumps(rows, default=_plain)


def _plain(value: Any) -> str:
    assert isinstance(value, Decimal)
    return str(value)


def test_a_list_against_raw_sql(client: Client, compare: Callable[..., None]) -> None:
    assert but_for_the_zone(client.get(ADDRESS).json()["results"]) == but_for_the_zone(json.loads(by_hand()))

    compare(
        lambda: client.get(ADDRESS),
        by_hand,
        rounds=60,
        warm_up=5,
        what=f"the list of {UNITS} units as JSON",
        against="the same rows by raw SQL and orjson",
        aim=3,
        why="rights, throttle, filters, paging and the columns' own shapes, on top of the same rows.",
    )


def but_for_the_zone(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with moments as moments: the API gives them in Jakarta's time."""
    return [{**row, "updated_at": datetime.fromisoformat(row["updated_at"])} for row in rows]


def test_a_list_against_datasette(client: Client, compare: Callable[..., None], datasette: Callable[[], bytes]) -> None:
    assert [row["code"] for row in json.loads(datasette())] == [
        row["code"] for row in client.get(ADDRESS).json()["results"]
    ]

    compare(
        lambda: client.get(ADDRESS),
        datasette,
        rounds=60,
        warm_up=5,
        what=f"the list of {UNITS} units as JSON",
        against="Datasette serving the same table from SQLite",
        aim=1,
        why="both are asked inside the process, without a network. Datasette's nested values are texts.",
    )


@pytest.fixture
def datasette(client: Client, tmp_path: Path) -> Iterator[Callable[[], bytes]]:
    """A function that asks Datasette for the rows, kept in a table with the same columns."""
    rows = client.get(ADDRESS).json()["results"]
    columns = ", ".join(rows[0])
    with sqlite3.connect(tmp_path / "units.db") as database:
        database.execute(f"CREATE TABLE units ({columns}, PRIMARY KEY (code))")
        database.executemany(
            f"INSERT INTO units VALUES ({', '.join('?' * len(rows[0]))})",
            [[json.dumps(cell) if isinstance(cell, list) else cell for cell in row.values()] for row in rows],
        )
    served = Datasette([str(tmp_path / "units.db")])
    with asyncio.Runner() as runner:
        yield lambda: runner.run(served.client.get(f"/units/units.json?_size={UNITS}&_shape=array")).content
