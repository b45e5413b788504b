"""When are people told, and when is evidence tidied? Each task calls one service and may run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from regions.services import evidence, notices


@shared_task(name="regions.send_notices")
def send_notices() -> None:
    """Mail what is due: asked for on commit, and by the schedule for what the broker lost."""
    notices.send_due(now=timezone.now())


@shared_task(name="regions.sweep_evidence")
def sweep_evidence() -> None:
    """Delete files that processes left behind when they died; no request takes an hour."""
    evidence.sweep(before=timezone.now() - timedelta(hours=1))
