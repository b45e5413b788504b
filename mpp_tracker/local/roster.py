"""Which processes did an earlier run leave behind, and how are they ended?"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

# Process numbers are given out again; a start time that differs by more than this is another process.
_SAME_START_SECONDS = 2.0


class Roster:
    """The processes of a run, kept in a file so that the next run can find them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._started: dict[str, tuple[int, float]] = {}

    def add(self, name: str, pid: int) -> None:
        """Remember the process that now runs as `name`."""
        with suppress(psutil.NoSuchProcess):
            self._started[name] = (pid, psutil.Process(pid).create_time())
            self._write()

    def clear(self) -> None:
        """Forget all: everything was stopped in good order."""
        self.file.unlink(missing_ok=True)

    def stop_leftovers(self, var: Path) -> list[str]:
        """End what the last run with this file left behind, in the order that `stop` would.

        Returns the names of what was still there.
        """
        found = []
        for name, (pid, started) in reversed(self._read().items()):
            members = list(_members(pid, started, var))
            if members:
                found.append(name)
                _end(members)
        self.clear()
        return found

    def _write(self) -> None:
        half_written = self.file.with_suffix(".tmp")
        half_written.write_text(json.dumps(self._started))
        half_written.replace(self.file)

    def _read(self) -> dict[str, tuple[int, float]]:
        try:
            kept = json.loads(self.file.read_text())
            return {name: (int(pid), float(started)) for name, (pid, started) in kept.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}


def _members(pid: int, started: float, var: Path) -> Iterable[psutil.Process]:
    """Yield the live processes of the session that `pid` opened at `started`."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.getsid(process.pid) != pid:
                continue
            if process.pid == pid:
                ours = abs(process.create_time() - started) < _SAME_START_SECONDS
            else:
                ours = process.environ().get("VAR_DIR") == str(var)
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def _end(members: list[psutil.Process]) -> None:
    for process in members:
        with suppress(psutil.Error):
            process.resume()
            process.terminate()
    _, stubborn = psutil.wait_procs(members, timeout=5)
    for process in stubborn:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
