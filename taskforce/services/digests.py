"""What is everybody told once a week: what is theirs to do, and what has happened since?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import InstitutionAssignment
from mpp_tracker.lib.language import in_indonesian
from regions.choices import MAILED_AT_ONCE, NoticeKind
from regions.models import Assignment, Notice, turf_of
from regions.reports import WorkRoom, work_room
from regions.services.notices import notice_for, tell
from taskforce.choices import ActionState, AlertKind
from taskforce.models import ActionItem, Alert
from taskforce.pledges import PledgeOutcome, pressing_pledges
from taskforce.reports import ActionRow, rows_of

DUE_SOON_DAYS = 14
"""Items due within so many days stand in the digest, besides those overdue. An assumption: no source gives a period."""


@dataclass(frozen=True)
class Digest:
    """What one person is told of a week."""

    room: WorkRoom | None
    """None for whoever reports on no site."""
    pledges: tuple[PledgeOutcome, ...]
    items: tuple[ActionRow, ...]
    """Theirs to do, overdue or due soon."""
    claims: tuple[ActionRow, ...]
    """Said to be done, for those who steer to agree."""
    alerts: tuple[tuple[str, int], ...]
    """What has to be looked at on their turf: how many of each kind, for those who follow it up."""
    events: tuple[Notice, ...]
    today: date

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to say."""
        has_room = self.room is not None and (self.room.has_todo or self.room.waiting_count)
        return not (has_room or self.pledges or self.items or self.claims or self.alerts or self.events)


def write_digests(*, today: date) -> int:
    """Write everybody's digest of the week that holds `today`, where there is something to say.

    Asked for every day, so that a week whose Monday the schedule missed still gets its digest; who has one is passed
    over. Returns how many were written.
    """
    year, week, _weekday = today.isocalendar()
    key = f"digest:{year}-W{week:02d}"
    on_duty = Q(pk__in=Assignment.objects.valid_on(today).values("user"))
    speaking = Q(pk__in=InstitutionAssignment.objects.valid_on(today).values("user"))
    people = User.objects.filter(on_duty | speaking, is_active=True).exclude(notices__key=key)
    return sum(_write(person, key, today=today) for person in people)


@transaction.atomic
@in_indonesian
def _write(person: User, key: str, *, today: date) -> bool:
    digest = _digest(person, today=today)
    if digest.is_empty:
        return False
    tell(
        notice_for(
            person,
            kind=NoticeKind.DIGEST,
            key=key,
            subject=_("Ringkasan mingguan, %(day)s") % {"day": date_format(today, "j F Y")},
            text=render_to_string("taskforce/digest.txt", {"digest": digest}).strip(),
            path=reverse("dashboard:room") if digest.room is not None else reverse("taskforce:actions"),
        )
    )
    return True


def _digest(person: User, *, today: date) -> Digest:
    turf = turf_of(person)
    last = person.notices.filter(kind=NoticeKind.DIGEST).aggregate(at=Max("created_at"))["at"]
    since = last or timezone.now() - timedelta(days=7)
    own = ActionItem.objects.owned_by(person).open().filter(due_on__lte=today + timedelta(days=DUE_SOON_DAYS))
    standing: Any = ActionItem.objects.open().with_standing()
    claimed = standing.filter(state=ActionState.CLAIMED)
    return Digest(
        room=work_room(person, today=today) if turf.is_officer else None,
        pledges=pressing_pledges(turf.regencies, today=today) if turf.is_officer else (),
        items=rows_of(own, today=today),
        claims=rows_of(claimed, today=today) if turf.is_editor else (),
        alerts=_alerts(person) if turf.is_editor or turf.provinces else (),
        events=tuple(person.notices.exclude(kind__in=MAILED_AT_ONCE).filter(created_at__gt=since)),
        today=today,
    )


def _alerts(person: User) -> tuple[tuple[str, int], ...]:
    open_ones: Any = Alert.objects.editable_by(person).open().filter(acknowledged_at__isnull=True)
    counted = open_ones.order_by().values_list("rule__kind").annotate(count=Count("pk"))
    count_by_kind = dict(counted)
    return tuple((str(kind.label), count_by_kind[kind]) for kind in AlertKind if kind in count_by_kind)
