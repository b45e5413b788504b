"""When are papers made, imported files worked on, and both thrown away? Each task may run twice."""

from celery import shared_task
from django.utils import timezone

from dashboard.imports import WORKS
from dashboard.paper_pdf import document_of
from regions.services import imports
from taskforce.services import papers


@shared_task(name=papers.TASK)
def make_papers() -> None:
    """Make what waits: asked for on commit, and by the schedule for what the broker lost."""
    papers.make_due(document_of, now=timezone.now())


@shared_task(name="dashboard.sweep_papers")
def sweep_papers() -> None:
    """Delete the papers whose day is over."""
    papers.sweep(now=timezone.now())


@shared_task(name=imports.TASK)
def work_imports() -> None:
    """Work on what waits: asked for on commit, and by the schedule for what the broker lost."""
    imports.work_due(WORKS, now=timezone.now())


@shared_task(name="dashboard.sweep_imports")
def sweep_imports() -> None:
    """Throw away the files that nobody confirmed."""
    imports.sweep(now=timezone.now())
