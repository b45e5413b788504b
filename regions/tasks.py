"""When are people told, and when is evidence tidied? Each task calls one service and may run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts.models import AskCount
from regions.models import KeptAnswer
from regions.services import evidence, notices, webhooks


@shared_task(name="regions.send_notices")
def send_notices() -> None:
    """Mail what is due: asked for on commit, and by the schedule for what the broker lost."""
    notices.send_due(now=timezone.now())


@shared_task(name=webhooks.DELIVER_TASK)
def deliver_webhooks() -> None:
    """Tell programs what happened: asked for on commit, and by the schedule for what the broker lost."""
    now = timezone.now()
    webhooks.spread(now=now)
    webhooks.deliver_due(now=now)


@shared_task(name="regions.sweep_api")
def sweep_api() -> None:
    """Delete what programs were told and answered long ago, and how often they asked."""
    now = timezone.now()
    webhooks.sweep(now=now)
    KeptAnswer.objects.stale(now).delete()
    AskCount.objects.filter(began_at__lt=now - timedelta(hours=2)).delete()


@shared_task(name="regions.sweep_evidence")
def sweep_evidence() -> None:
    """Delete files that processes left behind when they died; no request takes an hour."""
    evidence.sweep(before=timezone.now() - timedelta(hours=1))
