"""How is a process of ours started, watched and stopped?"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

LOG_CAP_BYTES = 5_000_000
_PR_SET_PDEATHSIG = 1


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path | None,
    env: Mapping[str, str],
    cwd: Path | None = None,
    user: str | None = None,
    when_orphaned: signal.Signals = signal.SIGTERM,
    keep_open: Iterable[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `argv` in a session of its own, its output appended to `log` (None: on the terminal).

    A session of its own keeps Ctrl-C in the terminal from reaching it: whoever started it decides
    when it stops. To be called from the main thread: on Linux the kernel sends `when_orphaned` as
    soon as the *thread* that started the process is gone, however it went.
    """
    account = pwd.getpwnam(user) if user else None
    with _opened(log) as output:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
            env=dict(env),
            pass_fds=tuple(keep_open),
            cwd=cwd,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=end_with_parent(when_orphaned),
        )


def end_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return a `preexec_fn` that has the kernel send `number` when the parent dies; None off Linux."""
    if sys.platform != "linux":
        return None
    # Loaded here, not in the child: between fork and exec next to nothing is safe to do.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above took hold
            os._exit(1)

    return in_child


@contextmanager
def _opened(log: Path | None) -> Iterator[IO[bytes] | None]:
    """Open `log` to append; a long one is first set aside as `<name>.old`, so at most two are kept."""
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_CAP_BYTES:
        log.replace(log.with_name(log.name + ".old"))
    with log.open("ab") as output:
        yield output


def stop(process: subprocess.Popen[bytes], steps: Iterable[tuple[signal.Signals, float]]) -> signal.Signals | None:
    """Send each signal in turn, wait its seconds, then kill; lastly kill what is left of its group.

    Returns the signal after which the process ended; None when it had ended before.
    """
    sent = None
    for number, patience in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            break
        process.send_signal(number)
        sent = number
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    return sent


def wait_until(is_true: Callable[[], bool], *, seconds: float, every: float = 0.03) -> bool:
    """Ask `is_true` again and again for at most `seconds`; return whether it became true."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def last_lines(log: Path, count: int = 3) -> str:
    """Return the last lines of `log` that say anything, or an empty text."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join([line for line in lines if line.strip()][-count:])
