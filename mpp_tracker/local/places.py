"""Where may sockets and data lie, and who has to be able to reach them?"""

import atexit
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from mpp_tracker.local.faults import ExpectedError

# The kernel's limit is 108 bytes (104 on macOS) for the socket's whole path.
SOCKET_PATH_BYTES = 100
# Socket paths travel inside URLs, which every library decodes in its own way.
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
# PostgreSQL refuses to run as root.
POSTGRES_ACCOUNT = "pgserver"


def socket_dir(preferred: Path, socket_name: str) -> Path:
    """Return `preferred`, or a new private folder where its path is too long or odd for a socket.

    The new folder stays until this process ends, so that a restarted server keeps its address.
    """
    path = preferred / socket_name
    if _is_fit(path):
        return preferred
    # /tmp where TMPDIR itself is long; either way mkdtemp makes a private folder in it.
    for parent in (None, "/tmp"):  # noqa: S108  # nosec B108
        folder = Path(tempfile.mkdtemp(prefix="pantau-", dir=parent))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        if _is_fit(folder / socket_name):
            return folder
    raise ExpectedError(
        f"No folder with a path short enough for a socket was found; set TMPDIR to one shorter "
        f"than {SOCKET_PATH_BYTES - len(socket_name)} letters."
    )


def _is_fit(path: Path) -> bool:
    text = str(path)
    return len(os.fsencode(text)) < SOCKET_PATH_BYTES and bool(_PLAIN.fullmatch(text))


def postgres_account(data_dir: Path) -> str | None:
    """Return the account PostgreSQL has to run as here; None for one's own.

    For root that is whoever owns the data already, else an account made for it.
    """
    if os.geteuid() != 0:
        return None
    if data_dir.exists() and data_dir.stat().st_uid != 0:
        try:
            return data_dir.owner()
        except KeyError:
            raise ExpectedError(
                f"{data_dir} belongs to user {data_dir.stat().st_uid}, who has no account here; "
                f"give it to one: chown -R {POSTGRES_ACCOUNT} {data_dir}"
            ) from None
    try:
        pwd.getpwnam(POSTGRES_ACCOUNT)
    except KeyError:
        _make_account()
    return POSTGRES_ACCOUNT


def _make_account() -> None:
    shell = shutil.which("nologin") or "/usr/sbin/nologin"
    command = ["useradd", "--system", "--no-create-home", "--shell", shell, POSTGRES_ACCOUNT]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise ExpectedError(
            "PostgreSQL does not run as root and no account could be made for it; run this as an "
            f"ordinary user, or make an account named {POSTGRES_ACCOUNT}."
        ) from None


def own(path: Path, account: str | None) -> None:
    """Give `path`, and all in it, to `account`."""
    if account is None:
        return
    entry = pwd.getpwnam(account)
    for each in (path, *path.rglob("*")):
        os.chown(each, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def let_through(path: Path, account: str | None) -> list[Path]:
    """Let `account` pass through (not list) every folder above `path`; return those it opened.

    Only for root, who runs PostgreSQL as another account.
    """
    if account is None:
        return []
    uid = pwd.getpwnam(account).pw_uid
    opened = []
    for folder in path.resolve().parents:
        status = folder.stat()
        needed = 0o100 if status.st_uid == uid else 0o001
        if not status.st_mode & needed:
            folder.chmod(status.st_mode | needed)
            opened.append(folder)
    return opened


def let_run(folder: Path, account: str | None) -> None:
    """Let `account` read and run the programs under `folder`, also when they came under umask 077."""
    if account is None or (folder / "bin" / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
