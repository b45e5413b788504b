"""When are papers for meetings made and thrown away? Each task may run twice."""

from celery import shared_task
from django.utils import timezone

from dashboard.paper_pdf import document_of
from taskforce.services import papers


@shared_task(name=papers.TASK)
def make_papers() -> None:
    """Make what waits: asked for on commit, and by the schedule for what the broker lost."""
    papers.make_due(document_of, now=timezone.now())


@shared_task(name="dashboard.sweep_papers")
def sweep_papers() -> None:
    """Delete the papers whose day is over."""
    papers.sweep(now=timezone.now())
