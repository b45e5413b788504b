"""Is what dies started again, with growing pauses, and everything stopped in order?"""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.processes import wait_until
from mpp_tracker.local.roster import Roster
from mpp_tracker.local.supervisor import Supervisor


class Fake:
    """A service without a process."""

    def __init__(self, name: str = "", diary: list[str] | None = None) -> None:
        self.name = name
        self.diary = diary if diary is not None else []
        self.log = Path("/var/log/fake.log")
        self.process = None
        self.is_up = False
        self.fails_to_start = False

    def start(self) -> None:
        self.diary.append(f"start {self.name}")
        if self.fails_to_start:
            raise ExpectedError("No.")
        self.is_up = True

    def stop(self) -> None:
        self.diary.append(f"stop {self.name}")
        self.is_up = False

    def is_running(self) -> bool:
        return self.is_up


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Supervisor:
    return Supervisor(Roster(tmp_path / "processes.json"), told.append)


def test_stops_in_the_opposite_order(supervisor: Supervisor) -> None:
    diary: list[str] = []
    for name in ("postgres", "redis", "worker", "web"):
        supervisor.start(name, Fake(name, diary))
    diary.clear()

    supervisor.stop()

    assert diary == ["stop web", "stop worker", "stop redis", "stop postgres"]


def test_tells_of_a_fall_once_and_starts_again_after_the_pause(supervisor: Supervisor, told: list[str]) -> None:
    worker = Fake()
    supervisor.start("worker", worker)
    begun = supervisor_now(supervisor)
    worker.is_up = False

    supervisor.tend(begun)
    supervisor.tend(begun + 0.9)

    assert told == [
        "The worker ended unexpectedly (it did not start) and starts again in 1 s. Its log: /var/log/fake.log"
    ]
    assert not worker.is_up

    supervisor.tend(begun + 1.1)

    assert worker.is_up


def test_pauses_grow_to_a_minute_and_shrink_after_a_steady_run(supervisor: Supervisor, told: list[str]) -> None:
    worker = Fake()
    supervisor.start("worker", worker)
    now = supervisor_now(supervisor)
    for _ in range(8):
        worker.is_up = False
        supervisor.tend(now)
        now += 60
        supervisor.tend(now)

    worker.is_up = False
    supervisor.tend(now + 61)

    pauses = [sentence.partition("again in ")[2].partition(" s")[0] for sentence in told]
    assert pauses == ["1", "2", "4", "8", "16", "32", "60", "60", "1"]


def test_a_service_that_cannot_start_is_tried_again(supervisor: Supervisor, told: list[str]) -> None:
    redis = Fake()
    supervisor.start("Redis server", redis)
    now = supervisor_now(supervisor)
    redis.is_up = False
    redis.fails_to_start = True
    supervisor.tend(now)
    supervisor.tend(now + 1)
    supervisor.tend(now + 1)
    redis.fails_to_start = False

    supervisor.tend(now + 3)

    assert redis.is_up
    assert len(told) == 2


def supervisor_now(supervisor: Supervisor) -> float:
    """The moment the supervisor thinks its only service started."""
    (watch,) = supervisor._watched.values()
    return watch.started


def test_leftovers_are_ended(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    Roster(file).add("worker", child.pid)

    found = Roster(file).stop_leftovers(tmp_path)

    assert found == ["worker"]
    assert not psutil.pid_exists(child.pid)
    child.wait()
    assert Roster(file).stop_leftovers(tmp_path) == []


def test_children_that_a_dead_leftover_had_are_ended_too(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    script = "import subprocess; print(subprocess.Popen(['sleep', '600']).pid, flush=True); input()"
    head = subprocess.Popen(
        [sys.executable, "-c", script],
        env={"VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with head:
        child = psutil.Process(int(head.stdout.readline()))
        Roster(file).add("web server", head.pid)
        head.kill()

    found = Roster(file).stop_leftovers(tmp_path)

    assert found == ["web server"]
    assert wait_until(lambda: not is_alive(child), seconds=10)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_number_that_went_to_another_process_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as bystander:
        started = psutil.Process(bystander.pid).create_time()
        file.write_text(json.dumps({"worker": [bystander.pid, started - 3600]}))

        found = Roster(file).stop_leftovers(tmp_path)

        assert found == []
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"worker": 1}', '{"worker": ["a", "b"]}'])
def test_a_roster_cut_short_by_a_power_cut_names_nobody(tmp_path: Path, text: str) -> None:
    file = tmp_path / "processes.json"
    file.write_text(text)

    assert Roster(file).stop_leftovers(tmp_path) == []


def test_a_process_that_is_gone_is_not_enrolled(tmp_path: Path) -> None:
    nobody = 2**22 + 1  # above every process number there can be

    Roster(tmp_path / "processes.json").add("worker", nobody)

    assert not (tmp_path / "processes.json").exists()
