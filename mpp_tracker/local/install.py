"""How does `.venv` come to hold everything, with nothing but Python on the machine?

Run by path, `python3 mpp_tracker/local/install.py [--dev]`, with whatever Python there is, so the
syntax is kept to what an old one can still read, and nothing outside the standard library is imported.
"""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Python 3.11 or newer is needed, this is %d.%d; name another one: PYTHON=python3.12 make run"
        % sys.version_info[:2]
    )

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Written last: without it the environment is taken for half-made.
STAMP = VENV / "installed.json"
LOG = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute() / "install.log"
RUNTIME = ("requirements.txt", "requirements-local.txt")
REDIS = "requirements-redis.txt"
DEV = "requirements-dev.txt"

WITHOUT_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|NameResolutionError"
    r"|Temporary failure in name resolution|Network is unreachable|SSLError|MaxRetryError"
)
PROGRESS = re.compile(r"^\s*(?:Collecting|Requirement already satisfied:|Building wheel for) ([\w.-]+)")


class InstallError(Exception):
    """A sentence that says what is wrong and a way on."""


def main(arguments: list[str]) -> int:
    """Install what is missing; return the exit code."""
    is_dev = "--dev" in arguments
    wanted = {"run": fingerprint(*RUNTIME, REDIS)}
    if is_dev:
        wanted["dev"] = fingerprint(DEV)
    if is_done(wanted):
        return 0
    try:
        LOG.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with LOG.with_suffix(".lock").open("w") as lock:
            wait_for(lock)
            if not is_done(wanted):  # another one may have done it while we waited
                install(wanted, is_dev)
    except InstallError as error:
        print(error)
        return 1
    except PermissionError as error:
        print(f"{error.filename} cannot be written; run this as the user the folder belongs to.")
        return 1
    except KeyboardInterrupt:
        print("\nThe installation was cut off; the next run takes it up again.")
        return 130
    return 0


def install(wanted: dict[str, str], is_dev: bool) -> None:
    """Make the environment, fill it, and stamp it."""
    LOG.write_text("")
    print("[1/6] Installing …", flush=True)
    make_venv()
    for name in (*RUNTIME, *([DEV] if is_dev else [])):
        pip_install(name)
    install_redis()
    kept = read_stamp()
    half_written = STAMP.with_suffix(".tmp")
    half_written.write_text(json.dumps({**kept, **wanted}))
    half_written.replace(STAMP)
    print("[1/6] Everything is installed.", flush=True)


def fingerprint(*names: str) -> str:
    """Return what changes when the files or the Python change."""
    digest = hashlib.sha256(repr(sys.version_info[:2]).encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what is known to be installed."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError, TypeError):
        return {}


def is_done(wanted: dict[str, str]) -> bool:
    """Return whether all of `wanted` is installed."""
    return PYTHON.exists() and wanted.items() <= read_stamp().items()


def wait_for(lock: IO[str]) -> None:
    """Let another installation into the same folder finish first."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Waiting for another installation in this folder …", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def make_venv() -> None:
    """Make `.venv`, or keep one that works and is of this Python.

    Raises:
        InstallError: this Python cannot make one.
    """
    if is_usable():
        STAMP.unlink(missing_ok=True)
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        raise InstallError(
            "This Python cannot make virtual environments (its module ensurepip is missing); "
            "install it (Debian, Ubuntu: apt-get install python3-venv) and run this again."
        ) from None
    if VENV.is_symlink():
        raise InstallError(f"{VENV} is a link and does not work; remove it and run this again.")
    if VENV.exists():
        print("      .venv is incomplete or of another Python and is made anew.", flush=True)
        shutil.rmtree(VENV)
    try:
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        note(repr(error))
        raise InstallError(f"{VENV} could not be made ({error}); free space or rights may be missing.") from None


def is_usable() -> bool:
    """Return whether `.venv` has this Python's version and a working pip."""
    check = "import sys, pip; print(sys.version_info[:2], sys.prefix != sys.base_prefix)"
    try:
        done = subprocess.run([PYTHON, "-c", check], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.decode().strip() == f"{sys.version_info[:2]} True"


def pip_install(name: str) -> None:
    """Install one requirements file.

    Raises:
        InstallError: it did not work.
    """
    print(f"      {name}", flush=True)
    if not run_pip(name):
        raise InstallError(why_pip_failed(name))


def install_redis() -> None:
    """Install Redis, which has to be compiled where there is no wheel for it.

    Raises:
        InstallError: that did not work, and there is no other Redis.
    """
    print(f"      {REDIS} (compiled where there is no wheel: a minute or two)", flush=True)
    if run_pip(REDIS) or os.environ.get("REDIS_URL"):
        return
    on_path = shutil.which("redis-server")
    version = version_of(on_path) if on_path else (0, 0)
    if version >= (6, 2):
        print(f"      Redis could not be compiled; {on_path} is used instead.", flush=True)
        return
    if is_offline():
        raise InstallError(why_pip_failed(REDIS))
    raise InstallError(
        "Redis could not be compiled: install a C compiler and make (Debian, Ubuntu: apt-get "
        "install build-essential; macOS: xcode-select --install) or redis-server 6.2 or newer, "
        f"and run this again. Details: {LOG}"
    )


def version_of(redis_server: str) -> tuple[int, ...]:
    """Return the version of a redis-server, (0, 0) when it does not say."""
    try:
        text = subprocess.run([redis_server, "--version"], stdout=subprocess.PIPE).stdout.decode()
    except OSError:
        return (0, 0)
    found = re.search(r"v=(\d+)\.(\d+)", text)
    return tuple(int(part) for part in found.groups()) if found else (0, 0)


def run_pip(name: str) -> bool:
    """Run pip on one file, all it says in the log, the package it is at on the terminal."""
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input", "--retries", "2"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(ROOT / name)]
    # Somebody's PIP_USER or PIP_TARGET would lead the packages elsewhere.
    elsewhere = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PYTHONPATH", "PYTHONHOME")
    env = {key: value for key, value in os.environ.items() if key not in elsewhere}
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    show = Progress()
    try:
        with LOG.open("ab") as log:
            for line in pip.stdout or ():
                log.write(line)
                log.flush()
                package = PROGRESS.match(line.decode(errors="replace"))
                if package:
                    show(package.group(1))
    except KeyboardInterrupt:
        pip.wait()
        raise
    finally:
        show.done()
    return pip.wait() == 0


class Progress:
    """Says which package is being installed: on one line of a terminal, else now and then."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self.last_said = time.monotonic()

    def __call__(self, package: str) -> None:
        """Show the name of a package."""
        if self.is_terminal:
            print(f"\r\033[K      {package}", end="", flush=True)
        elif time.monotonic() - self.last_said > 2:
            self.last_said = time.monotonic()
            print(f"      … {package}", flush=True)

    def done(self) -> None:
        """Take the name away."""
        if self.is_terminal:
            print("\r\033[K", end="", flush=True)


def is_offline() -> bool:
    """Return whether pip failed for want of a network."""
    return bool(WITHOUT_NETWORK.search(LOG.read_text(errors="replace")))


def why_pip_failed(name: str) -> str:
    """Return the sentence for what the log holds."""
    text = LOG.read_text(errors="replace")
    if "No space left on device" in text:
        return "The disk is full; free about 1 GB and run this again."
    if is_offline():
        return (
            "The packages could not be downloaded: no way to the package index. Connect to the "
            "network (behind a proxy set HTTPS_PROXY, with a mirror PIP_INDEX_URL) and run this "
            f"again; it goes on where it stopped. Details: {LOG}"
        )
    errors = [line for line in text.splitlines() if line.startswith("ERROR:")]
    detail = errors[-1][len("ERROR: ") :] if errors else "pip gave no reason"
    return f"{name} could not be installed ({detail.strip()}). Details: {LOG}"


def note(text: str) -> None:
    """Add a line to the log."""
    with LOG.open("a") as log:
        log.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
