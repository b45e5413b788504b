"""How does a command get a PostgreSQL and a Redis to itself, for as long as it runs?

`python -m mpp_tracker.local.servers -- pytest tests` is how the tests get theirs.
Several may run at once: each has a folder, sockets and data of its own, which are gone afterwards.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mpp_tracker.local import places
from mpp_tracker.local.environment import ROOT, clean
from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.postgres import Postgres, installation, make_cluster
from mpp_tracker.local.processes import end_with_parent
from mpp_tracker.local.redis import Redis

# A test decides these for itself; what stands in somebody's shell must not.
_DECIDED_BY_TESTS = ("DEBUG", "SITE_URL", "ALLOWED_HOSTS", "BEHIND_PROXY")


@contextmanager
def throw_away_servers(base: Path) -> Iterator[dict[str, str]]:
    """Run a PostgreSQL and a Redis in a new folder under `base`; yield the environment to use them."""
    base.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    base.mkdir(mode=0o700, exist_ok=True)
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        postgres = Postgres(folder / "postgres", throw_away=True, template=_template(base))
        redis = Redis(folder / "redis", throw_away=True)
        try:
            postgres.start()
            redis.start()
            (folder / "var").mkdir(mode=0o700)
            environment = clean(os.environ, own_database=True)
            for name in _DECIDED_BY_TESTS:
                environment.pop(name, None)
            yield environment | {
                "DATABASE_URL": postgres.url,
                "REDIS_URL": redis.url,
                "SECRET_KEY": secrets.token_urlsafe(50),
                "VAR_DIR": str(folder / "var"),
            }
        finally:
            redis.stop()
            postgres.stop()
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(base: Path) -> None:
    """Remove what runs that were killed left behind."""
    for folder in base.glob("run-*"):
        try:
            with (folder / "lock").open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                Postgres(folder / "postgres").stop_orphan()
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # in use, or being made at this moment
            continue


def _template(base: Path) -> Path:
    """Return a fresh cluster to copy, which is quicker than making one each time."""
    build = installation().stat()
    template = base / f"template-{build.st_ino}-{int(build.st_mtime)}"
    with (base / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            account = places.postgres_account(template)
            Postgres(template).open_the_way(account)
            make_cluster(template, account, throw_away=True, log=base / "template.log")
    return template


def run(command: list[str], base: Path) -> int:
    """Run `command` with servers of its own under `base` and return its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with throw_away_servers(base) as environment:
        child = subprocess.Popen(command, env=environment, cwd=ROOT, preexec_fn=end_with_parent(signal.SIGTERM))
        # Ctrl-C reaches the command by itself, being in the same terminal; it decides what follows.
        signal.signal(signal.SIGINT, lambda number, frame: None)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, frame: child.send_signal(number))
        code = child.wait()
        return 128 - code if code < 0 else code


def _leave(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def main(arguments: list[str]) -> int:
    """Run the command after `--`."""
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        print("Say which command to run: python -m mpp_tracker.local.servers -- pytest tests")
        return 2
    base = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute() / "test"
    try:
        return run(command, base)
    except ExpectedError as error:
        print(error, file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"There is no program named {error.filename}.", file=sys.stderr)
        return 127
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
