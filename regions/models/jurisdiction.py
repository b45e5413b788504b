"""What is a user's turf? The only place that turns assignments into rows one may see or change.

Every queryset that holds rows of a turf has `visible_to(user)` and `editable_by(user)`, built from here; they are
the first call of every view, endpoint, export, autocomplete and download.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from regions.choices import Role

Person = User | AnonymousUser
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Turf:
    """What a user may do today, and where."""

    user_id: int | None = None
    roles: frozenset[Role] = frozenset()
    regencies: frozenset[int] = frozenset()
    """Keys of the regencies the user is an officer of."""
    provinces: frozenset[int] = frozenset()
    """Keys of the provinces the user works for."""

    @property
    def is_editor(self) -> bool:
        """Return whether the user edits the nation's records; a verifier does so too."""
        return bool(self.roles & {Role.EDITOR, Role.VERIFIER})

    @property
    def is_verifier(self) -> bool:
        """Return whether the user decides on reports."""
        return Role.VERIFIER in self.roles

    @property
    def is_officer(self) -> bool:
        """Return whether the user reports on sites."""
        return bool(self.regencies)

    @property
    def sees_queue(self) -> bool:
        """Return whether the user decides on reports, or says what a province thinks of them."""
        return self.is_verifier or bool(self.provinces)

    @property
    def sees_nation(self) -> bool:
        """Return whether the user reads every report."""
        return bool(self.roles & {Role.EDITOR, Role.VERIFIER, Role.VIEWER})

    def reaches(self, regency: str) -> Q:
        """Return the condition that a row's `regency` lies on the turf, for reading.

        Args:
            regency: the look-up that leads from the row to its regency, empty when the row is one.
        """
        if self.sees_nation:
            return Q()
        to = f"{regency}__" if regency else ""
        return Q(**{f"{to}pk__in": self.regencies}) | Q(**{f"{to}province__in": self.provinces})


def turf_of(user: Person) -> Turf:
    """Return the turf of `user` as it is today; a visitor and a deactivated user have none.

    Asked of the database once per request: the user object, made anew for each, remembers it.
    """
    if not isinstance(user, User) or not user.is_active:
        return Turf()
    remembered: Turf | None = user.__dict__.get("_turf")
    if remembered is None:
        remembered = user.__dict__["_turf"] = _ask(user)
    return remembered


def require_editor(user: Person) -> User:
    """Return `user`, who steers the nation's records.

    Raises:
        PermissionDenied: they do not.
    """
    if not isinstance(user, User) or not turf_of(user).is_editor:
        raise PermissionDenied
    return user


def still_permitted(permitted: models.QuerySet[Row], row: Row) -> Row:
    """Return a row that was just written, fetched through the queryset of what its writer may touch.

    Raises:
        PermissionDenied: it fell out by what was written; the transaction around must be rolled back.
    """
    found = permitted.filter(pk=row.pk).first()
    if found is None:
        raise PermissionDenied
    return found


def _ask(user: User) -> Turf:
    if user.is_superuser:
        return Turf(user_id=user.pk, roles=frozenset(Role))
    # By the relation's name, because the assignments are rows of areas, which ask here themselves.
    assignments: Any = user.assignments
    held = list(assignments.valid_on(timezone.localdate()).values_list("role", "regency", "province"))
    return Turf(
        user_id=user.pk,
        roles=frozenset(Role(role) for role, _regency, _province in held),
        regencies=frozenset(regency for _role, regency, _province in held if regency),
        provinces=frozenset(province for _role, _regency, province in held if province),
    )
