"""When are figures recomputed and digests written? Each task calls one service and may run twice."""

from celery import shared_task
from django.utils import timezone

from taskforce.services import digests, figures


@shared_task(name="taskforce.recompute_dirty_provinces")
def recompute_dirty_provinces() -> None:
    """Recompute what was marked: asked for on commit, and by the schedule for what the broker lost."""
    figures.recompute_dirty_provinces(today=timezone.localdate())


@shared_task(name="taskforce.rebuild_coverage")
def rebuild_coverage() -> None:
    """Compute everything anew, for the new day and to find drift."""
    figures.rebuild(today=timezone.localdate())


@shared_task(name="taskforce.write_digests")
def write_digests() -> None:
    """Write the digests of this week that nobody has written yet."""
    digests.write_digests(today=timezone.localdate())
