"""How are two things timed by turns, and where do the numbers go?"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.rollouts import Rollouts, load
from benchmarks.table import Row, Table

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
TABLE = pytest.StashKey[Table]()
VERSION = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = Table()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Print the table; after a complete run, write the page too."""
    table = config.stash[TABLE]
    if not table.rows:
        return
    terminalreporter.section("ratios")
    terminalreporter.write_line(table.as_text())
    if exitstatus == pytest.ExitCode.OK and _is_complete(terminalreporter):
        PAGE.write_text(table.as_page(timezone.localdate(), config.stash[VERSION]), encoding="utf-8")
        terminalreporter.write_line(f"\nWritten to {PAGE.relative_to(HERE.parent)}.")


def _is_complete(terminalreporter: pytest.TerminalReporter) -> bool:
    """Return whether every benchmark there is was measured."""
    if terminalreporter.stats.get("deselected"):
        return False
    measured = {report.nodeid.partition("::")[0] for report in terminalreporter.stats.get("passed", [])}
    return measured == {f"{HERE.name}/{path.name}" for path in HERE.glob("test_*.py")}


@pytest.fixture(scope="session")
def static_files() -> None:
    """The static files as production serves them; pages name them."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def rollouts(django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[Rollouts]:
    """The rollout in every size, outside any transaction of a test: commits are part of what is timed."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        load()
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (request.config.stash[VERSION],) = cursor.fetchone()
        sizes = Rollouts()
        try:
            yield sizes
        finally:
            sizes.close()
            connection.creation.destroy_test_db(name, verbosity=0)


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def compare(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Callable[..., None]:
    """A function that times two things by turns and adds the ratio to the table.

    Its arguments are those of a `Row` and: `work` and `other`, the two things; `before` and `before_other`, what
    has to be made ready each time, untimed; `rounds`; `warm_up`, the rounds that are not counted.
    """
    table = request.config.stash[TABLE]

    def run(
        work: Callable[[], object],
        other: Callable[[], object],
        *,
        before: Callable[[], None] | None = None,
        before_other: Callable[[], None] | None = None,
        rounds: int,
        warm_up: int = 0,
        **row: Any,
    ) -> None:
        others = []

        def others_turn() -> None:
            if before_other:
                before_other()
            others.append(_time(other))
            if before:
                before()

        benchmark.pedantic(work, setup=others_turn, rounds=rounds, warmup_rounds=warm_up)
        if benchmark.stats:  # none with --benchmark-disable
            times = benchmark.stats.stats.data
            table.add(Row(seconds=median(times), against_seconds=median(others[warm_up:]), **row))

    return run


@pytest.fixture
def clock(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Callable[..., None]:
    """A function that times one thing and adds it to the table as a share of the seconds it may take."""
    table = request.config.stash[TABLE]

    def run(
        work: Callable[[], object],
        *,
        allowed_seconds: int,
        before: Callable[[], None] | None = None,
        rounds: int,
        **row: Any,
    ) -> None:
        benchmark.pedantic(work, setup=before, rounds=rounds)
        if benchmark.stats:
            seconds = median(benchmark.stats.stats.data)
            table.add(Row(seconds=seconds, against="allowed", against_seconds=allowed_seconds, aim=1, **row))

    return run


def _time(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
