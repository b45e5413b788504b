"""Does `make run` serve the product, keep its data and leave nothing behind?"""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from mpp_tracker.local import run
from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.processes import wait_until

ROOT = Path(__file__).resolve().parents[2]


class Started:
    """A `make run` of its own: its process, what it has printed, and the processes under it."""

    def __init__(self, var: Path, port: int, output: Path, **environment: str) -> None:
        env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        env |= {"VAR_DIR": str(var), "PORT": str(port)} | environment
        self.var = var
        self.port = port
        self.output = output
        self.seen: list[psutil.Process] = []
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mpp_tracker.local.run"],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, text: str, *, within: float = 240) -> bool:
        """Wait until it has printed `text` or ended; return whether it has printed it."""
        wait_until(lambda: text in self.text or self.process.poll() is not None, seconds=within)
        if self.process.poll() is None:
            self.seen = psutil.Process(self.process.pid).children(recursive=True)
        return text in self.text

    @property
    def text(self) -> str:
        return self.output.read_text()

    def left(self) -> list[psutil.Process]:
        """Return the processes seen under it that still live."""
        return [p for p in self.seen if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "var"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """A function that starts one more; what still runs at the end is stopped."""
    started = []

    def begin(var: Path, **environment: str) -> Started:
        output = tmp_path / f"output-{len(started)}"
        started.append(Started(var, free_port(), output, **environment))
        return started[-1]

    yield begin
    for each in started:
        each.end()


# The following three tell one story, in this order, because the first start takes longest.


def test_serves_refuses_a_second_run_and_stops_on_ctrl_c(var: Path, start: Callable[..., Started]) -> None:
    first = start(var)

    assert first.says("Ctrl-C stops everything"), first.text
    assert f"http://127.0.0.1:{first.port}/" in first.text
    assert first.get("/healthz") == 200
    accounts = var / "accounts.csv"
    assert accounts.stat().st_mode & 0o077 == 0
    assert accounts.read_text().splitlines()[1].split(",")[2] in first.text
    assert listening(first.seen) == {("127.0.0.1", first.port)}
    assert (var / "secret_key").stat().st_mode & 0o077 == 0

    second = start(var)

    assert second.process.wait(30) == 1
    assert second.text == (
        f"It is already running from this folder, at http://127.0.0.1:{first.port}/; "
        "stop that one first (Ctrl-C in its terminal).\n"
    )
    assert first.get("/healthz") == 200

    first.process.send_signal(signal.SIGINT)

    assert first.process.wait(60) == 0
    assert first.text.endswith(f"Stopped. Your data is kept in {var}/.\n")
    assert first.left() == []


def answers(started: Started) -> bool:
    try:
        return started.get("/healthz") == 200
    except (http.client.RemoteDisconnected, ConnectionResetError):
        return False


def listening(processes: list[psutil.Process]) -> set[tuple[str, int]]:
    found = set()
    for process in processes:
        for connection in process.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                found.add((connection.laddr.ip, connection.laddr.port))
    return found


def test_keeps_its_data_heals_itself_and_leaves_nothing_when_killed(var: Path, start: Callable[..., Started]) -> None:
    accounts = (var / "accounts.csv").read_text()
    key = (var / "secret_key").read_text()

    again = start(var)

    assert again.says("Ctrl-C stops everything"), again.text
    assert (var / "accounts.csv").read_text() == accounts
    assert (var / "secret_key").read_text() == key
    (web,) = [p for p in again.seen if "gunicorn" in p.cmdline() and p.ppid() == again.process.pid]
    web.kill()
    assert again.says("The web server ended unexpectedly (signal 9)", within=10)
    # Who calls in between waits for the new one, unless a child of the old one took the call and died with it.
    assert wait_until(lambda: answers(again), seconds=20), again.text

    again.says("Ctrl-C stops everything")
    again.process.kill()

    if sys.platform == "linux":  # other kernels tell children of nothing; the next run cleans up
        assert wait_until(lambda: not again.left(), seconds=20), again.left()


def test_starts_after_it_was_killed(var: Path, start: Callable[..., Started]) -> None:
    after = start(var)

    assert after.says("[3/6]", within=60), after.text
    after.process.send_signal(signal.SIGTERM)
    assert after.process.wait(60) == 0
    assert after.left() == []


def test_a_database_of_ones_own_is_used_and_none_is_started(tmp_path: Path, start: Callable[..., Started]) -> None:
    given = os.environ["DATABASE_URL"]
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute("CREATE DATABASE given")
        mine = start(
            tmp_path / "var",
            DATABASE_URL=given.rpartition("/")[0] + "/given",
            REDIS_URL=os.environ["REDIS_URL"],
        )
        try:
            assert wait_until(lambda: has_tables(mine), seconds=60), mine.text
            mine.says("[3/6]")
            programs = {process.name() for process in mine.seen}
            assert not programs & {"postgres", "redis-server"}
            assert not (mine.var / "postgres").exists()
            assert not (mine.var / "redis").exists()
        finally:
            mine.end()
            connection.execute("DROP DATABASE given WITH (FORCE)")


def has_tables(mine: Started) -> bool:
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + "/given"
    with psycopg.connect(address) as connection:
        cursor = connection.execute("SELECT count(*) > 5 FROM pg_tables WHERE schemaname = 'public'")
        return cursor.fetchone()[0] or mine.process.poll() is not None


def test_a_database_that_is_not_there_gets_one_sentence(tmp_path: Path, start: Callable[..., Started]) -> None:
    lost = start(
        tmp_path / "var",
        DATABASE_URL="postgresql://pantau:s3cret@127.0.0.1:1/pantau",
        REDIS_URL=os.environ["REDIS_URL"],
    )

    assert lost.process.wait(60) == 1
    assert "PostgreSQL cannot be reached at DATABASE_URL" in lost.text
    assert "s3cret" not in lost.text
    assert "Traceback" not in lost.text
    assert not (lost.var / "postgres").exists()


def test_a_port_in_use_is_noticed_before_anything_else(tmp_path: Path, start: Callable[..., Started]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = start(tmp_path / "var", PORT=str(port))

        assert refused.process.wait(30) == 1
    assert refused.text == f"Port {port} is in use; take another: PORT=8010 make run\n"
    assert not (tmp_path / "var" / "postgres").exists()


@pytest.mark.parametrize("text", ["abc", "0", "99999", "-1", "80.5", "", " ", "²", "8000x"])
def test_port_must_be_a_port(text: str) -> None:
    with pytest.raises(ExpectedError, match="PORT must be a number from 1 to 65535"):
        run.port_from(text)


def test_a_wrong_port_gets_a_sentence(tmp_path: Path, start: Callable[..., Started]) -> None:
    refused = start(tmp_path / "var", PORT="abc")

    assert refused.process.wait(30) == 1
    assert refused.text == ("PORT must be a number from 1 to 65535, not 'abc'; for example: PORT=8010 make run\n")
    assert not (tmp_path / "var").exists()


def test_callers_are_refused_until_the_port_is_claimed() -> None:
    port = free_port()

    with run.reserve_port(port) as reserved:
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0

        run.claim(reserved)

        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) == 0


def test_a_program_that_slips_in_while_we_prepare_is_noticed() -> None:
    port = free_port()

    with run.reserve_port(port) as reserved, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()

        with pytest.raises(ExpectedError, match="is in use"):
            run.claim(reserved)


def test_the_secret_key_is_made_once_and_for_ones_own_eyes(tmp_path: Path) -> None:
    key = run.secret_key(tmp_path / "secret_key")

    assert len(key) >= 50
    assert run.secret_key(tmp_path / "secret_key") == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_static_files_are_collected_again_when_one_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("static/a.css", "mpp_tracker/settings.py", "requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("old")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    mark = run.StaticMark(tmp_path / "mark")
    assert not mark.is_current()
    mark.set()
    assert mark.is_current()

    (tmp_path / "static" / "a.css").write_text("newer")

    assert not mark.is_current()
