"""Does asking for later work leave the save alone, whatever the broker does?"""

import logging
from collections.abc import Callable

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from mpp_tracker.lib import queue

pytestmark = pytest.mark.django_db


def test_a_transaction_asks_once_however_often_it_is_told(
    django_capture_on_commit_callbacks: Callable[..., list],
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        queue.nudge("some.task")
        queue.nudge("some.task")
        queue.nudge("other.task")

    assert len(callbacks) == 2


def test_nothing_is_asked_for_when_the_write_is_rolled_back(
    django_capture_on_commit_callbacks: Callable[..., list],
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        queue.nudge("some.task")
        transaction.set_rollback(True)

    assert callbacks == []


@pytest.mark.parametrize("error", [OperationalError("refused"), ConnectionRefusedError(), TimeoutError()])
def test_a_broker_that_fails_is_only_logged(
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., list],
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(queue.current_app, "send_task", fail)

    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        queue.nudge("some.task")

    assert "some.task" in caplog.text
