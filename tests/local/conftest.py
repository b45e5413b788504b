"""What do the tests of the local services share?"""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mpp_tracker.local import places
from mpp_tracker.local.postgres import Postgres, make_cluster
from mpp_tracker.local.redis import Redis


@pytest.fixture(scope="session")
def cluster_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh cluster to copy, because making one takes seconds."""
    folder = tmp_path_factory.mktemp("template")
    template = folder / "cluster"
    account = places.postgres_account(template)
    Postgres(template).open_the_way(account)
    make_cluster(template, account, throw_away=True, log=folder / "initdb.log")
    return template


@pytest.fixture
def told() -> list[str]:
    """The sentences a server told its owner."""
    return []


@pytest.fixture
def make_postgres(tmp_path: Path, cluster_template: Path, told: list[str]) -> Iterator[Callable[..., Postgres]]:
    """A function that gives one more PostgreSQL on the same folder, not started."""
    made = []

    def make(**options: object) -> Postgres:
        defaults = {"throw_away": True, "template": cluster_template, "tell": told.append}
        server = Postgres(tmp_path / "postgres", **(defaults | options))
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def postgres(make_postgres: Callable[..., Postgres]) -> Postgres:
    """A PostgreSQL on a folder of its own, not started."""
    return make_postgres()


@pytest.fixture
def redis_server(tmp_path: Path, told: list[str]) -> Iterator[Redis]:
    """A Redis on a folder of its own, not started."""
    server = Redis(tmp_path / "redis", tell=told.append)
    yield server
    server.stop()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us, but runs as the account that PostgreSQL runs as."""
    account = places.POSTGRES_ACCOUNT if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "600"], user=account, cwd="/") as process:
        yield process
        process.kill()
