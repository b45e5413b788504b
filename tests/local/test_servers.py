"""Does a command get servers of its own, and are they gone afterwards?"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from mpp_tracker.local.processes import wait_until
from mpp_tracker.local.servers import throw_away_servers

ROOT = Path(__file__).resolve().parents[2]
SHOW = (
    "import os, psycopg, redis; "
    "print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 6 * 7').fetchone()[0], "
    "redis.from_url(os.environ['REDIS_URL']).ping())"
)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a path short enough for the sockets, which then lie in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def start(var: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mpp_tracker.local.servers", "--", *command],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(var)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def servers_under(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(folder) in command and process.info["name"] in {"postgres", "redis-server"}:
            found.append(command)
    return found


def test_runs_the_command_with_both_and_passes_its_exit_code_on(tmp_path: Path) -> None:
    with start(tmp_path, sys.executable, "-c", f"{SHOW}; raise SystemExit(7)") as wrapper:
        output, _ = wrapper.communicate(timeout=60)

    assert output == "42 True\n"
    assert wrapper.returncode == 7
    assert servers_under(tmp_path) == []
    assert not list((tmp_path / "test").glob("run-*"))


def test_two_at_once_do_not_meet(tmp_path: Path) -> None:
    with throw_away_servers(tmp_path) as one, throw_away_servers(tmp_path) as other:
        assert one["DATABASE_URL"] != other["DATABASE_URL"]
        assert one["REDIS_URL"] != other["REDIS_URL"]
        assert one["VAR_DIR"] != other["VAR_DIR"]
        assert len(servers_under(tmp_path)) == 4


def test_what_stands_in_the_environment_is_overruled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/theirs")
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://queue.example")
    monkeypatch.setenv("DEBUG", "1")

    with throw_away_servers(tmp_path) as environment:
        assert str(tmp_path).replace("/", "%2F") in environment["DATABASE_URL"]
        assert not {"PGHOST", "CELERY_BROKER_URL", "DEBUG"} & environment.keys()


def test_a_signal_goes_to_the_command_and_the_servers_follow(tmp_path: Path) -> None:
    with start(tmp_path, "sh", "-c", "echo ready; exec sleep 600") as wrapper:
        assert wrapper.stdout.readline() == "ready\n"

        wrapper.send_signal(signal.SIGTERM)

        assert wrapper.wait(30) == 128 + signal.SIGTERM
    assert servers_under(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels tell children of nothing")
def test_killed_it_takes_everything_with_it_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    with start(tmp_path, "sh", "-c", "echo ready; exec sleep 600") as wrapper:
        wrapper.stdout.readline()
        wrapper.kill()
    assert list((tmp_path / "test").glob("run-*"))

    assert wait_until(lambda: not servers_under(tmp_path), seconds=20)

    with start(tmp_path, "true") as wrapper:
        assert wrapper.wait(60) == 0
    assert not list((tmp_path / "test").glob("run-*"))


def test_a_program_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with start(tmp_path, "no-such-program") as wrapper:
        output, _ = wrapper.communicate(timeout=60)

    assert output == "There is no program named no-such-program.\n"
    assert wrapper.returncode == 127
