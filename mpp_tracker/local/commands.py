"""How are several of Django's commands run in one process, with a sentence for what may go wrong?

Starting Django takes longer than most of them, so they share one start:
`python -m mpp_tracker.local.commands migrate -v 0 + collectstatic --noinput`.
"""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from mpp_tracker.local.faults import ExpectedError

_OLDEST_POSTGRES = 15


def main(arguments: list[str]) -> int:
    """Run the commands, separated by `+`, one after another; stop at the first that fails."""
    command = ["starting"]
    try:
        check_settings()
        check_database()
        check_redis()
        for command in split(arguments):
            run(command)
    except ExpectedError as error:
        print(error, flush=True)
        return 1
    except SystemExit as error:  # a command has told why by itself
        return error.code if isinstance(error.code, int) else int(bool(error.code))
    except Exception as error:
        _keep_traceback()
        print(f"{command[0]} failed: {_first_line(error)}. Details: {_log()}", flush=True)
        return 1
    return 0


def split(arguments: list[str]) -> Iterator[list[str]]:
    """Yield each command with its arguments."""
    text = "\0".join(arguments)
    for part in text.split("\0+\0"):
        yield part.split("\0")


def run(command: list[str]) -> None:
    """Run one command as `manage.py` would, but without its traceback for a plain refusal."""
    from django.core.management import CommandError, call_command

    try:
        call_command(*command)
    except CommandError as error:
        raise ExpectedError(f"{command[0]}: {error}") from error


def check_settings() -> None:
    """Load the settings.

    Raises:
        ExpectedError: a setting is of the wrong kind.
    """
    import django
    from django.core.exceptions import ImproperlyConfigured
    from environs import EnvError

    try:
        django.setup()
    except (ImproperlyConfigured, EnvError, ValueError) as error:
        raise ExpectedError(
            f"A setting in the environment is wrong: {_without_secrets(error)}. Correct it, or unset it to use ours."
        ) from None


def check_database() -> None:
    """Connect to the database.

    Raises:
        ExpectedError: nothing answers, or what answers is too old.
    """
    from django.db import connection

    if connection.vendor != "postgresql":
        raise ExpectedError("DATABASE_URL must be the address of a PostgreSQL: postgresql://…")
    _try("DATABASE_URL", "PostgreSQL", connection.ensure_connection)
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10000
    if version < _OLDEST_POSTGRES:
        raise ExpectedError(
            f"The PostgreSQL at DATABASE_URL is version {version}; "
            f"{_OLDEST_POSTGRES} or newer is needed. Unset DATABASE_URL to use ours."
        )


def check_redis() -> None:
    """Reach Redis.

    Raises:
        ExpectedError: nothing answers.
    """
    import redis
    from django.conf import settings

    def ping() -> None:
        with redis.from_url(settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()

    _try("REDIS_URL", "Redis", ping)


def _try(variable: str, product: str, connect: Callable[[], object]) -> None:
    try:
        connect()
    except Exception as error:  # each driver has its own, and all mean the same here
        _keep_traceback()
        raise ExpectedError(
            f"{product} cannot be reached at {variable} ({_without_secrets(error)}): start it or "
            f"correct the address, or unset {variable} to use one of ours."
        ) from None


def _without_secrets(error: Exception) -> str:
    text = _first_line(error)
    for variable in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
        value = os.environ.get(variable, "")
        for secret in (value, *_passwords(value)):
            if secret:
                text = text.replace(secret, "…")
    return text


def _passwords(url: str) -> list[str]:
    from urllib.parse import unquote

    # By hand: an address that a parser refuses may hold a password all the same.
    credentials = url.partition("://")[2].rpartition("@")[0]
    password = credentials.partition(":")[2]
    return [credentials, password, unquote(password)]


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _log() -> Path:
    return Path(os.environ["VAR_DIR"], "log", "prepare.log")


def _keep_traceback() -> None:
    with _log().open("a") as log:
        traceback.print_exc(file=log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
