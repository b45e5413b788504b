"""How does a test get the whole product, on a PostgreSQL and a Redis that it may take down?"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from redis import Redis as Client

from mpp_tracker.local import processes
from mpp_tracker.local.environment import ROOT, clean
from mpp_tracker.local.postgres import Postgres, binary, server_environment
from mpp_tracker.local.redis import Redis

PATIENCE = 60.0
"""Seconds after which something is held never to happen."""

ERRAND = 120.0
"""Seconds for a process to start, do something and end; on a busy machine the start alone may take half a minute."""
PREPARING = 240.0
"""Seconds for making the tables by every migration, where they cannot be copied."""

QUEUE = "celery"

Figure = tuple[str, str, str, str, int, int]
"""Day, basis, counting, code of the province or nothing, units, covered units."""


@dataclass(frozen=True)
class Saved:
    """What a process that saved something told."""

    seconds: float
    since: str
    figures: set[Figure]
    """What `coverage` says after it."""
    said: str
    """What it logged."""


class Program:
    """A process of the product, with what it logs."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def count(self, words: str) -> int:
        """Return how often it has logged `words`."""
        return self.log.read_text().count(words)

    def wait_for(self, words: str, *, more_than: int = 0) -> None:
        """Wait until it has logged `words` more than so many times."""
        eventually(lambda: self.count(words) > more_than, f"{self.log.stem} to log “{words}”", self.log)

    @property
    def children(self) -> list[psutil.Process]:
        """The processes it started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """Let it and its children die at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


class Installation:
    """The product on servers of its own in `folder`; `static_root` is where its static files were collected."""

    def __init__(self, folder: Path, static_root: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "postgres", throw_away=True)
        self.redis = Redis(folder / "redis", throw_away=True)
        self.env = clean(os.environ, own_database=True) | {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": "only for as long as the test runs",
            "VAR_DIR": str(folder / "var"),
            "SITE_URL": "http://127.0.0.1",
            "DEBUG": "False",
            "DRAIN_EVERY_SECONDS": "0.5",
            "PAPERS_EVERY_SECONDS": "0.5",
        }
        self._programs: list[Program] = []
        self._last_run = 0
        (folder / "var").mkdir()
        (folder / "var" / "static").symlink_to(static_root)

    def start(self) -> None:
        """Start the servers that are not running."""
        self.redis.resume()
        for server in (self.postgres, self.redis):
            if not server.is_running():
                server.start()

    def prepare(self, model: str) -> None:
        """Fill the database: its tables are those of the database `model`, which takes seconds where migrating takes
        minutes on a busy machine; of a PostgreSQL newer than ours they cannot be copied, and all migrations run.
        """
        rows_left_out = [f"--exclude-table-data={app}_*" for app in ("accounts", "regions", "commitments", "taskforce")]
        programs = {"env": server_environment(), "capture_output": True, "text": True, "timeout": PATIENCE}
        dumped = subprocess.run([binary("pg_dump"), "--no-owner", *rows_left_out, model], **programs)
        if dumped.returncode == 0:
            options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.postgres.url]
            subprocess.run([binary("psql"), *options], input=dumped.stdout, check=True, **programs)
        self.errand("prepare", patience=PREPARING)

    def end_programs(self) -> None:
        """End every process of the product."""
        for program in self._programs:
            processes.stop(program.process, [])
        self._programs.clear()

    def stop(self) -> None:
        """End everything."""
        self.end_programs()
        self.redis.stop()
        self.postgres.stop()

    def begin(self) -> None:
        """Start afresh for a test: servers running, no process of the product, nothing waiting, no run known."""
        self.start()
        with self.broker() as broker:
            broker.flushall()
        if self.notes():  # a test before this one failed
            self.errand("drain")
        [(self._last_run,)] = self.rows("SELECT max(id) FROM taskforce_coveragerun")

    # --- What the product is asked to do -----------------------------------------------------------------

    def errand(self, name: str, *, patience: float = ERRAND) -> subprocess.CompletedProcess[str]:
        """Run one of `errands` in a process of its own."""
        code = f"from tests.taskforce import errands; errands.{name}()"
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=patience,
        )
        assert done.returncode == 0, done.stderr
        return done

    def save(self) -> Saved:
        """Have a new MPP's inauguration reported and verified by a process that then ends."""
        done = self.errand("save")
        answer = json.loads(done.stdout)
        figures = {tuple(figure) for figure in answer["figures"]}
        return Saved(answer["seconds"], answer["since"], figures, done.stderr)

    def worker(self, name: str = "worker") -> Program:
        """Start a Celery worker with one child."""
        options = ["-c", "1", "-n", f"{name}@%h", "-l", "INFO", "--without-gossip", "--without-mingle"]
        return self.program(name, ["-m", "celery", "-A", "mpp_tracker", "worker", *options])

    def beat(self, name: str = "beat") -> Program:
        """Start a Celery beat that sends its messages twice a second."""
        options = ["-l", "INFO", "--pidfile=", "-s", str(self.folder / "var" / name)]
        return self.program(name, ["-m", "celery", "-A", "mpp_tracker", "beat", *options])

    def program(self, name: str, arguments: list[str], *, keep_open: tuple[int, ...] = ()) -> Program:
        """Start a Python program of the product that lives until the test ends."""
        log = self.folder / "log" / f"{name}.log"
        log.unlink(missing_ok=True)
        argv = [sys.executable, *arguments]
        process = processes.spawn(
            argv, log=log, env=self.env, cwd=ROOT, when_orphaned=signal.SIGKILL, keep_open=keep_open
        )
        self._programs.append(Program(process, log))
        return self._programs[-1]

    # --- What is seen of it from outside -----------------------------------------------------------------

    @contextmanager
    def broker(self) -> Iterator[Client]:
        """Reach Redis, to look at what waits there or to tamper with it."""
        with Client(unix_socket_path=self.redis.url.removeprefix("unix://")) as client:
            yield client

    def messages(self) -> int:
        """Return how many messages wait for a worker."""
        with self.broker() as broker:
            return broker.llen(QUEUE)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the database answers."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def connections(self) -> int:
        """Return how many others are connected to the database."""
        return self.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )[0][0]

    def notes(self) -> int:
        """Return how many notes wait."""
        return self.rows("SELECT count(*) FROM regions_dirtyprovince")[0][0]

    def papers(self) -> list[tuple[str, int]]:
        """Return state and attempts of every paper, in the order they were asked for."""
        return self.rows("SELECT state, attempts FROM taskforce_paper ORDER BY asked_at")

    def releases(self) -> list[tuple[str, int]]:
        """Return state and attempts of every release of the open data."""
        return self.rows("SELECT state, attempts FROM taskforce_release ORDER BY day")

    def imported(self) -> list[tuple[str, int]]:
        """Return the state of every imported file, and how many MPPs have come in by them."""
        sites = "(SELECT count(*)::int FROM regions_site WHERE name = 'MPP Diimpor')"
        return self.rows(f"SELECT state, {sites} FROM regions_importbatch ORDER BY state")

    def runs(self) -> list[tuple[int, int, str]]:
        """Return key, changed rows and error of every run since the test began."""
        statement = "SELECT id, changed_count, error FROM taskforce_coveragerun WHERE id > %s ORDER BY id"
        return self.rows(statement, self._last_run)

    def figures(self, since: str) -> set[Figure]:
        """Return the stored figures of the days from `since` on."""
        return set(
            self.rows(
                """
                SELECT as_at::text, basis, counting, coalesce(code, ''), units, covered
                FROM taskforce_coveragesnapshot snapshot
                LEFT JOIN regions_province province ON province.id = snapshot.province_id
                WHERE as_at >= %s
                """,
                since,
            )
        )

    def stored_rows(self) -> list[tuple[int, int, int]]:
        """Return key, run and covered units of every stored row."""
        return self.rows("SELECT id, run_id, covered FROM taskforce_coveragesnapshot ORDER BY id")

    @contextmanager
    def held_up(self, statement: str, *values: Any) -> Iterator[Callable[[], list[str]]]:
        """Hold the locks that `statement` takes; yield a function that returns which statements wait for them."""
        with psycopg.connect(self.postgres.url) as connection:
            connection.execute(statement, values)
            mine = connection.info.backend_pid
            yield lambda: [
                query
                for (query,) in self.rows(
                    "SELECT query FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", mine
                )
            ]


def eventually(is_true: Callable[[], bool], what: str, log: Path | None = None) -> None:
    """Wait until something is true; fail, naming it, when that takes too long."""
    if not processes.wait_until(is_true, seconds=PATIENCE, every=0.1):
        end = f"; {log} ends with:\n{processes.last_lines(log, 30)}" if log else ""
        raise AssertionError(f"Waited {PATIENCE:.0f} s in vain for {what}{end}")
