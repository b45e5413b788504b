"""How do many statements see one and the same state of the data, and from which moment on does that no longer move?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all statements within see the same state of the data."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def settled_moment() -> datetime:
    """Return the latest moment of which everything is known: before whatever transaction is still open began.

    What one of those writes carries times from its beginning on; a later moment could still gain rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT least(clock_timestamp(), min(xact_start) - interval '1 microsecond') FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND backend_type = 'client backend' AND backend_xid IS NOT NULL
            """
        )
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)  # noqa: S101 - what the statement returns  # nosec B101
    return moment
