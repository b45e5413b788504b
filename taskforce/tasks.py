"""When are figures recomputed, alerts raised, digests written and data released? Each task may run twice."""

from celery import shared_task
from django.utils import timezone

from regions.services.ledger import ALERTS_TASK
from taskforce.services import alerts, digests, figures, releases


@shared_task(name="taskforce.recompute_dirty_provinces")
def recompute_dirty_provinces() -> None:
    """Recompute what was marked: asked for on commit, and by the schedule for what the broker lost."""
    today = timezone.localdate()
    if figures.recompute_dirty_provinces(today=today):
        # What was verified may have been the cause of an alert, or the end of one.
        alerts.evaluate()


@shared_task(name="taskforce.rebuild_coverage")
def rebuild_coverage() -> None:
    """Compute everything anew, for the new day and to find drift, and hold the rules against the new day."""
    today = timezone.localdate()
    figures.rebuild(today=today)
    alerts.evaluate()


@shared_task(name=ALERTS_TASK)
def evaluate_alerts() -> None:
    """Hold the rules against what is known now: by the schedule, and after what people wait for."""
    alerts.evaluate()


@shared_task(name="taskforce.write_digests")
def write_digests() -> None:
    """Write the digests of this week that nobody has written yet."""
    digests.write_digests(today=timezone.localdate())


@shared_task(name=releases.TASK)
def make_releases() -> None:
    """Make the open data's release of today unless it is there, and what a killed worker left."""
    releases.announce(today=timezone.localdate())
    releases.make_due(now=timezone.now())
