"""When are figures recomputed? Each task calls one service and may run twice."""

from celery import shared_task
from django.utils import timezone

from taskforce.services import figures


@shared_task(name="taskforce.recompute_dirty_provinces")
def recompute_dirty_provinces() -> None:
    """Recompute what was marked: asked for on commit, and by the schedule for what the broker lost."""
    figures.recompute_dirty_provinces(today=timezone.localdate())


@shared_task(name="taskforce.rebuild_coverage")
def rebuild_coverage() -> None:
    """Compute everything anew, for the new day and to find drift."""
    figures.rebuild(today=timezone.localdate())
