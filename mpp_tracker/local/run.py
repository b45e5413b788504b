"""How does `make run` get from a folder of code to a page in the browser, and back?"""

import csv
import fcntl
import hashlib
import http.client
import os
import secrets
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import IO

from mpp_tracker.local import processes
from mpp_tracker.local.environment import ROOT, clean
from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.postgres import Postgres
from mpp_tracker.local.redis import Redis
from mpp_tracker.local.roster import Roster
from mpp_tracker.local.supervisor import Program, Supervisor

HOST = "127.0.0.1"
STEPS = 6  # the first is the installation, see install.py
TICK_SECONDS = 0.2


class StopRequest(Exception):  # noqa: N818  nothing went wrong
    """Somebody asked us to stop."""


class Run:
    """One `make run`, from the first check to the last process stopped.

    Args:
        var: the folder everything is kept in.
        port: where the web server listens.
        environment: what we were started with.
        dev: Django's reloading server and DEBUG in place of gunicorn.
    """

    def __init__(self, var: Path, port: int, environment: Mapping[str, str], *, dev: bool) -> None:
        self.var = var
        self.port = port
        self.dev = dev
        self.given = environment
        self.supervisor = Supervisor(Roster(var / "run" / "processes.json"), say)
        self.env: dict[str, str] = {}
        self._asked_to_stop = False

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"http://{HOST}:{self.port}/"

    @staticmethod
    def shown(path: Path) -> str:
        """Return the path as people write it: from the project's folder where it lies inside."""
        return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)

    def serve(self) -> None:
        """Start everything, print where it is, watch over it until asked to stop."""
        with take_lock(self.var, self.address):
            self._sweep()
            with reserve_port(self.port) as port:
                self._listen_to_signals()
                try:
                    self._start(port)
                    self._announce()
                    while True:
                        self._tick()
                except StopRequest:
                    say("\nStopping …")
                finally:
                    self.supervisor.stop()
                say(f"Stopped. Your data is kept in {self.shown(self.var)}/.")

    def _start(self, port: socket.socket) -> None:
        say(f"[2/{STEPS}] Starting PostgreSQL and Redis …")
        self.env = self._environment()
        self._start_databases()
        say(f"[3/{STEPS}] Preparing the database …")
        self._prepare()
        say(f"[4/{STEPS}] Loading the rollout …")
        self._commands(["load_reference"], ["make_accounts", "--file", str(self.var / "accounts.csv")])
        self._commands(["load_rollout", "--by", self._accounts()[0]["email"]])
        say(f"[5/{STEPS}] Computing coverage …")
        # Not before all is loaded: else what is loaded first is computed twice.
        self.supervisor.start("worker", self._celery("worker", "-c", "1", "-n", "pantau@%h"))
        self.supervisor.start("beat", self._celery("beat", "--pidfile="))
        self._commands(["wait_for_coverage"])
        say(f"[6/{STEPS}] Starting the web server …")
        if self.dev:
            port.close()  # it opens the port by itself, again on each reload
        self.supervisor.start("web server", self._web(port))
        self._wait_for_web()

    def _environment(self) -> dict[str, str]:
        own_database = not self.given.get("DATABASE_URL")
        env = clean(self.given, own_database=own_database)
        hosts = [env["ALLOWED_HOSTS"]] if env.get("ALLOWED_HOSTS") else []
        return env | {
            "SECRET_KEY": secret_key(self.var / "secret_key"),
            "SITE_URL": self.address,
            "ALLOWED_HOSTS": ",".join([*hosts, "localhost"]),
            "VAR_DIR": str(self.var),
            "DEBUG": str(self.dev),
        }

    def _start_databases(self) -> None:
        if not self.given.get("DATABASE_URL"):
            postgres = self._postgres()
            self.supervisor.start("PostgreSQL server", postgres)
            self.env["DATABASE_URL"] = postgres.url
        if not self.given.get("REDIS_URL"):
            redis = Redis(self.var / "redis", log=self._log("redis"), tell=say)
            self.supervisor.start("Redis server", redis)
            self.env["REDIS_URL"] = redis.url

    def _prepare(self) -> None:
        commands = [["migrate", "--noinput", "-v", "0"], ["createcachetable", "-v", "0"]]
        mark = StaticMark(self.var / "run" / "static.mark")
        is_stale = not self.dev and not mark.is_current()
        if is_stale:
            commands.append(["collectstatic", "--noinput", "--clear", "-v", "0"])
        self._commands(*commands)
        if is_stale:
            mark.set()

    def _commands(self, *commands: list[str]) -> None:
        """Run Django's commands in one process, their output on the terminal."""
        argv = [sys.executable, "-m", "mpp_tracker.local.commands", *commands[0]]
        for command in commands[1:]:
            argv += ["+", *command]
        env = {"LOG_LEVEL": "WARNING"} | self.env
        step = processes.spawn(argv, log=None, env=env, cwd=ROOT)
        try:
            while step.poll() is None:
                self._tick()
        finally:
            processes.stop(step, [(signal.SIGTERM, 5.0)])
        if step.returncode != 0:
            raise ExpectedError(f"The start was given up; what was wrong is said above. Logs are in {self.var}/log.")

    def _celery(self, *what: str) -> Program:
        argv = [sys.executable, "-m", "celery", "-A", "mpp_tracker", *what, "-l", "INFO"]
        if what[0] == "worker":
            argv += ["--without-gossip", "--without-mingle"]
        # A worker first finishes what it is at; beat has nothing to finish.
        patience = 15.0 if what[0] == "worker" else 5.0
        return self._program(argv, what[0], patience=patience, when_orphaned=signal.SIGKILL)

    def _web(self, port: socket.socket) -> Program:
        if self.dev:
            argv = [sys.executable, "manage.py", "runserver", f"{HOST}:{self.port}"]
            return self._program(argv, None, patience=5.0)
        # Held here too, so that callers wait instead of being refused when gunicorn is restarted.
        claim(port)
        # Threads, because no proxy stands before it: a browser opens connections ahead of need, and one that it
        # leaves idle would keep a whole sync worker waiting.
        argv = [sys.executable, "-m", "gunicorn", "mpp_tracker.wsgi", "--workers", "2", "--threads", "4"]
        argv += ["--bind", f"fd://{port.fileno()}", "--graceful-timeout", "8"]
        # Where the workers show that they live; /tmp may be a slow disk.
        shm = Path("/dev/shm")  # noqa: S108  # nosec B108
        argv += ["--worker-tmp-dir", str(shm if os.access(shm, os.W_OK) else self.var / "run")]
        argv += ["--no-control-socket"]
        return self._program(argv, "web", patience=10.0, keep_open=[port.fileno()])

    def _program(self, argv: list[str], log: str | None, **options: object) -> Program:
        path = self._log(log) if log else None
        return Program(argv, env=self.env, cwd=ROOT, log=path, **options)  # type: ignore[arg-type]

    def _log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def _postgres(self) -> Postgres:
        return Postgres(self.var / "postgres", log=self._log("postgres"), tell=say)

    def _sweep(self) -> None:
        """End what a run that was killed left behind; nobody else may use `var` now."""
        left = self.supervisor.roster.stop_leftovers(self.var)
        if self._postgres().stop_orphan() and "PostgreSQL server" not in left:
            left.append("PostgreSQL server")
        if left:
            say(f"The last run was cut off; stopped what it had left: {', '.join(left)}.")

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + 60
        while (answer := ask_health(self.port)) != 200:
            if time.monotonic() > deadline:
                raise ExpectedError(
                    f"The web server does not answer as it should ({answer or 'no answer'}); "
                    f"its log: {self._log('web')}"
                )
            self._tick()

    def _announce(self) -> None:
        accounts = self._accounts()
        widths = [max(len(row[key]) for row in accounts) for key in ("role", "email")]
        say(f"\nPantau MPP is at {self.address}\n")
        for row in accounts:
            say(f"  {row['role']:<{widths[0]}}  {row['email']:<{widths[1]}}  {row['password']}")
        say(f"\nThese accounts are kept in {self.var / 'accounts.csv'}. Ctrl-C stops everything.")

    def _accounts(self) -> list[dict[str, str]]:
        with (self.var / "accounts.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    def _listen_to_signals(self) -> None:
        def note(number: int, frame: FrameType | None) -> None:
            self._asked_to_stop = True

        signal.signal(signal.SIGINT, note)
        signal.signal(signal.SIGTERM, note)
        # Under nohup the terminal's end is not meant for us.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, note)

    def _tick(self) -> None:
        if self._asked_to_stop:
            raise StopRequest
        self.supervisor.tend(time.monotonic())
        time.sleep(TICK_SECONDS)


class StaticMark:
    """Remembers which static files were collected, because collecting takes seconds."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def is_current(self) -> bool:
        """Return whether nothing has changed since `set`."""
        try:
            return self.file.read_text() == self._now()
        except OSError:
            return False

    def set(self) -> None:
        """Note that the files of now were collected."""
        self.file.write_text(self._now())

    def _now(self) -> str:
        folders = [ROOT / "static", *sorted(ROOT.glob("*/static"))]
        files = [path for folder in folders for path in sorted(folder.rglob("*"))]
        files += [ROOT / "mpp_tracker" / "settings.py", ROOT / "requirements.txt"]
        lines = []
        for path in files:
            status = path.stat()
            lines.append(f"{path.relative_to(ROOT)} {status.st_size} {status.st_mtime_ns}")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def say(sentence: str) -> None:
    """Print at once; a terminal that is gone must not take the services with it."""
    try:
        print(sentence, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123


def port_from(text: str) -> int:
    """Return the port that `PORT` asks for.

    Raises:
        ExpectedError: it is not a port.
    """
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise ExpectedError(f"PORT must be a number from 1 to 65535, not {text!r}; for example: PORT=8010 make run")


def reserve_port(port: int) -> socket.socket:
    """Return a socket bound to the port, on which nothing listens yet.

    So who calls while we prepare is refused, not kept waiting. Another program can still slip in
    until `claim`.

    Raises:
        ExpectedError: the port is taken, or not ours to take.
    """
    reserved = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((HOST, port))
    except OSError as error:
        reserved.close()
        raise taken(port, error) from None
    return reserved


def claim(reserved: socket.socket) -> None:
    """Listen on a reserved port; from here on it is ours, and callers wait for the web server.

    Raises:
        ExpectedError: another program was quicker.
    """
    try:
        reserved.listen(128)
    except OSError as error:
        raise taken(reserved.getsockname()[1], error) from None


def taken(port: int, error: OSError) -> ExpectedError:
    """Return the fault that says why the port cannot be had."""
    why = "reserved for the system" if isinstance(error, PermissionError) else "in use"
    another = 8020 if port == 8010 else 8010
    return ExpectedError(f"Port {port} is {why}; take another: PORT={another} make run")


def ask_health(port: int) -> int | None:
    """Return the status of /healthz, None without an answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)  # no proxy in between
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def take_lock(var: Path, address: str) -> IO[str]:
    """Make `var` ready for one run and hold it; the system lets go of it when we are gone.

    Raises:
        ExpectedError: another run holds it.
    """
    for folder in (var, var / "run", var / "log"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExpectedError(
                f"{folder} cannot be made ({error.strerror}); set VAR_DIR to a folder you may write to."
            ) from None
    try:
        lock = (var / "run.lock").open("a+")
    except PermissionError:
        raise ExpectedError(
            f"{var} belongs to another user; run this as that user, or set VAR_DIR to a folder of your own."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        where = lock.read().strip() or "another address"
        lock.close()
        raise ExpectedError(
            f"It is already running from this folder, at {where}; stop that one first (Ctrl-C in its terminal)."
        ) from None
    lock.truncate(0)
    lock.write(address)
    lock.flush()
    return lock


def secret_key(file: Path) -> str:
    """Return the secret key kept in `file`, made the first time."""
    try:
        kept = file.read_text().strip()
    except FileNotFoundError:
        kept = ""
    if kept:
        return kept
    key = secrets.token_urlsafe(50)
    half_written = file.with_suffix(".tmp")
    half_written.touch(mode=0o600)
    half_written.write_text(key)
    half_written.replace(file)
    return key


def main(arguments: list[str]) -> int:
    """Serve until told to stop; return the exit code."""
    os.umask(0o077)
    var = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
    try:
        port = port_from(os.environ.get("PORT") or "8000")
        Run(var, port, os.environ, dev="--dev" in arguments).serve()
    except ExpectedError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:  # before anything was started
        return 0
    except Exception as error:
        log = var / "log" / "run.log"
        with log.open("a") as file:
            traceback.print_exc(file=file)
        say(f"Something unforeseen went wrong ({error!r}); everything was stopped. Details: {log}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
