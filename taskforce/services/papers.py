"""How is a paper for a meeting asked for, made once, and thrown away? docs/decisions/0015-papers.md says why so."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import monotonic

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.history import recorded
from mpp_tracker.lib.queue import nudge
from regions.models import Person
from taskforce.choices import PaperState
from taskforce.models import ActionUpdate, Paper
from taskforce.models.papers import reader_of

logger = logging.getLogger(__name__)

TASK = "dashboard.make_papers"
KEPT = timedelta(days=1)
MOST_WAITING = 100
"""So many papers may wait at once, whoever asked for them. An assumption: two minutes of one worker's time."""

Say = Callable[[PaperState], None]
Make = Callable[[Paper, Say], bytes]
"""Makes a paper, and says in between how far it is."""


def ask_for(asked: Mapping[str, str], *, by: Person, today: date) -> Paper:
    """Return the paper that answers a question; who asks the same of the same data gets the same one.

    Args:
        asked: what a valid `PaperForm` says.
        by: who asks; people with the same rights share a paper.
        today: part of the question, for what is late depends on it.

    Raises:
        ValidationError: too many papers wait.
    """
    reader = reader_of(by)
    said = [sorted(asked.items()), reader, today.isoformat(), recorded(ActionUpdate), settings.RELEASE]
    key = sha256(json.dumps(said).encode()).hexdigest()
    paper = Paper.objects.defer("document").filter(key=key).first()
    if paper is None:
        if Paper.objects.unfinished().count() >= MOST_WAITING:
            raise ValidationError(_("Terlalu banyak bahan rapat sedang disusun."), code="busy")
        given = {"asked": dict(asked), "reader": reader, "asked_by": by if isinstance(by, User) else None}
        paper, _is_new = Paper.objects.get_or_create(key=key, defaults=given)
    elif paper.state == PaperState.FAILED:
        again = Paper.objects.filter(pk=paper.pk, state=PaperState.FAILED)
        again.update(state=PaperState.WAITING, attempts=0, claimed_at=None)
        paper.refresh_from_db(fields=["state", "attempts", "claimed_at"])
    if not paper.standing.is_final:
        nudge(TASK)
    return paper


def make_due(make: Make, *, now: datetime) -> int:
    """Make the papers that nobody works on; return how many were made."""
    Paper.objects.given_up(now).update(state=PaperState.FAILED)
    began = monotonic()
    due = Paper.objects.due(now).defer("document")
    # The clock goes on meanwhile: a lease that began with the first would be over before the last is made.
    return sum(make_one(paper, make, now=now + timedelta(seconds=monotonic() - began)) for paper in due)


def make_one(paper: Paper, make: Make, *, now: datetime) -> bool:
    """Make a paper unless somebody else does; return whether it was made here.

    Whoever is killed in between leaves it to the next, who may take it on once the lease is over.
    """
    if not Paper.objects.due(now).filter(pk=paper.pk).update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    mine = Paper.objects.filter(pk=paper.pk, claimed_at=now)
    if paper.asked_by and reader_of(paper.asked_by) != paper.reader:
        # What it was asked for with is theirs no longer.
        mine.update(state=PaperState.FAILED)
        return False

    def say(state: PaperState) -> None:
        mine.update(state=state)

    try:
        document = make(paper, say)
    except Exception:
        # Whatever it is, the next paper must not wait for it, and who asked must not wait in vain.
        logger.exception("Paper %s could not be made.", paper.pk)
        mine.update(state=PaperState.FAILED)
        return False
    return bool(mine.update(state=PaperState.DONE, document=document))


def sweep(*, now: datetime) -> int:
    """Delete the papers of which the day is over; return how many there were."""
    count, _by_model = Paper.objects.filter(asked_at__lt=now - KEPT).delete()
    return count
