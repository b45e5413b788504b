"""When are the parties of agreements told? Each task calls one service and may run twice."""

from celery import shared_task
from django.utils import timezone

from commitments.services import endings


@shared_task(name="commitments.warn_of_endings")
def warn_of_endings() -> None:
    """Give the warnings of today that nobody was given yet."""
    endings.warn_of_endings(today=timezone.localdate())
