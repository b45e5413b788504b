"""How does a write ask for later work without depending on the broker?

The work itself is a row written in the same transaction; this only says "look now". When the broker is down
or hangs, the save has long succeeded and the schedule finds the row (docs/decisions/0003-queue-is-a-hint.md).
"""

import logging
from collections.abc import Callable
from functools import cache, partial

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# A worker may wait long for work; whoever saves must not wait for the broker.
_IMPATIENT = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "max_retries": 0}


def nudge(task_name: str) -> None:
    """Ask for `task_name` to run once the current transaction has committed, however often it is asked."""
    send = _sender(task_name)
    if not any(waiting[1] is send for waiting in connection.run_on_commit):
        transaction.on_commit(send, robust=True)


@cache
def _sender(task_name: str) -> Callable[[], None]:
    return partial(_send, task_name)


def _send(task_name: str) -> None:
    try:
        with current_app.connection_for_write(transport_options=_IMPATIENT) as broker:
            current_app.send_task(task_name, connection=broker, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s (%s); the schedule will.", task_name, error)
