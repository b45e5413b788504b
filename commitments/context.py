"""What does the head of every page need to know about whoever is looking?"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from commitments.models import InstitutionAssignment
from regions.models import Person


@dataclass(frozen=True)
class Reader:
    """Whoever is signed in: how much they have not read, and whether they speak for an institution."""

    unread_count: int = 0
    speaks: bool = False


def reader(request: HttpRequest) -> dict[str, Any]:
    """Offer templates who is looking; asked of the database, in one query, only where it is used."""
    return {"reader": SimpleLazyObject(lambda: _ask(request.user))}


def _ask(user: Person) -> Reader:
    if not isinstance(user, User):
        return Reader()
    assignments = InstitutionAssignment.objects.valid_on(timezone.localdate()).filter(user=OuterRef("pk"))
    unread = Count("notices", filter=Q(notices__read_at__isnull=True))
    rows = User.objects.filter(pk=user.pk).annotate(unread=unread, speaks=Exists(assignments))
    return Reader(*rows.values_list("unread", "speaks").get())
