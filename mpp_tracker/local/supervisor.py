"""How are the services of a run kept alive, and stopped in order?"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mpp_tracker.local import processes
from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.roster import Roster

# A service that ran this long had a start; its next fall is a new story.
_STEADY_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 60.0


class Service(Protocol):
    """What the supervisor asks of a service."""

    @property
    def log(self) -> Path | None:
        """Where it writes."""

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """What was started last."""

    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """Stop it, in good order if it listens."""

    def is_running(self) -> bool:
        """Return whether it is there."""


class Program:
    """A service that is one command.

    Args:
        argv: the command.
        env: its whole environment.
        cwd: the folder it works in.
        log: where its output goes; None for the terminal.
        patience: seconds it may take to stop after SIGTERM.
        when_orphaned: the signal it gets should the supervisor be killed (Linux).
        keep_open: file descriptors it takes over.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path | None,
        patience: float,
        when_orphaned: signal.Signals = signal.SIGTERM,
        keep_open: Iterable[int] = (),
    ) -> None:
        self.argv = argv
        self.env = env
        self.cwd = cwd
        self.log = log
        self.patience = patience
        self.when_orphaned = when_orphaned
        self.keep_open = tuple(keep_open)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command."""
        self.process = processes.spawn(
            self.argv,
            log=self.log,
            env=self.env,
            cwd=self.cwd,
            when_orphaned=self.when_orphaned,
            keep_open=self.keep_open,
        )

    def stop(self) -> None:
        """Stop it by SIGTERM, then by force."""
        if self.process:
            processes.stop(self.process, [(signal.SIGTERM, self.patience)])

    def is_running(self) -> bool:
        """Return whether it is there."""
        return self.process is not None and self.process.poll() is None


@dataclass
class _Watch:
    """What the supervisor knows of a service beside the service itself."""

    service: Service
    started: float = field(default_factory=time.monotonic)
    falls: int = 0
    start_again_at: float | None = None


class Supervisor:
    """Starts services in order, restarts what dies, stops all in the opposite order."""

    def __init__(self, roster: Roster, tell: Callable[[str], None]) -> None:
        self.roster = roster
        self.tell = tell
        self._watched: dict[str, _Watch] = {}

    def start(self, name: str, service: Service) -> None:
        """Start a service and keep an eye on it from now on."""
        self._watched[name] = _Watch(service)
        service.start()
        self._enrol(name, service)

    def tend(self, now: float) -> None:
        """Look after every service once: tell of one that died, restart it when its pause is over.

        Args:
            now: seconds of a monotonic clock.
        """
        for name, watch in self._watched.items():
            if watch.start_again_at is None:
                if not watch.service.is_running():
                    self._note_fall(name, watch, now)
            elif now >= watch.start_again_at:
                self._start_again(name, watch, now)

    def stop(self) -> None:
        """Stop every service, the last started first."""
        for watch in reversed(self._watched.values()):
            watch.service.stop()
        self.roster.clear()

    def _note_fall(self, name: str, watch: _Watch, now: float) -> None:
        if now - watch.started > _STEADY_SECONDS:
            watch.falls = 0
        pause = min(2.0**watch.falls, _LONGEST_PAUSE_SECONDS)
        watch.falls += 1
        watch.start_again_at = now + pause
        where = f" Its log: {watch.service.log}" if watch.service.log else ""
        self.tell(f"The {name} ended unexpectedly ({_how(watch.service)}) and starts again in {pause:.0f} s.{where}")

    def _start_again(self, name: str, watch: _Watch, now: float) -> None:
        watch.start_again_at = None
        watch.started = now
        watch.service.stop()  # what is left of its group
        # A service that cannot start is down at the next look, which tells of it.
        with suppress(ExpectedError):
            watch.service.start()
        self._enrol(name, watch.service)

    def _enrol(self, name: str, service: Service) -> None:
        if service.process:
            self.roster.add(name, service.process.pid)


def _how(service: Service) -> str:
    code = service.process.returncode if service.process else None
    if code is None:
        return "it did not start"
    return f"signal {-code}" if code < 0 else f"exit code {code}"
