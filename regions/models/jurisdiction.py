"""What is a user's turf? The only place that turns assignments into rows one may see or change.

Every queryset that holds rows of a turf has `visible_to(user)` and `editable_by(user)`, built from here; they are
the first call of every view, endpoint, export, autocomplete and download. An API token or a webhook that is limited
to one jurisdiction narrows the turf here too, with `narrow`, so that there is no second way.
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
class Place:
    """One jurisdiction to which rights can be narrowed: a whole province, or one regency of it."""

    province: int
    regencies: frozenset[int]
    is_province: bool


@dataclass(frozen=True)
class Turf:
    """What a user may do today, and where."""

    user_id: int | None = None
    roles: frozenset[Role] = frozenset()
    regencies: frozenset[int] = frozenset()
    """Keys of the regencies the user is an officer of."""
    provinces: frozenset[int] = frozenset()
    """Keys of the provinces the user works for."""
    read_regencies: frozenset[int] = frozenset()
    """Keys of the regencies of which the user reads every report."""
    read_provinces: frozenset[int] = frozenset()
    """Keys of the provinces of which the user reads every report."""
    is_narrowed: bool = False
    """Whether it is less than the user holds: what is left of it in one place."""

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
        return Q(**{f"{to}pk__in": self.read_regencies}) | Q(**{f"{to}province__in": self.read_provinces})

    def wrote(self, author: str, regency: str) -> Q:
        """Return the condition that the user is a row's `author`; narrowed to a place, they see only what lies there.

        Args:
            author: the field that names who wrote the row.
            regency: as in `reaches`.
        """
        own = Q(**{author: self.user_id})
        return own & self.reaches(regency) if self.is_narrowed else own

    def within(self, place: Place) -> "Turf":
        """Return what is left of the turf in one place.

        Who works for the nation reads every report of the place; who edits its records reports there, as an officer
        does. What is nobody's in particular, such as the nation's records and the review of reports, is not of the
        place.
        """
        reads_all = self.sees_nation or place.province in self.read_provinces
        regencies = place.regencies if self.is_editor else self.regencies & place.regencies
        provinces = self.provinces & {place.province} if place.is_province else frozenset()
        roles = {Role.OFFICER: regencies, Role.PROVINCE: provinces}
        return Turf(
            user_id=self.user_id,
            roles=frozenset(role for role, keys in roles.items() if keys),
            regencies=regencies,
            provinces=provinces,
            read_regencies=place.regencies if reads_all else self.read_regencies & place.regencies,
            read_provinces=frozenset({place.province}) if reads_all and place.is_province else frozenset(),
            is_narrowed=True,
        )


def turf_of(user: Person) -> Turf:
    """Return the turf of `user` as it is today; a visitor and a deactivated user have none.

    Asked of the database once per request: the user object, made anew for each, remembers it.
    """
    if not isinstance(user, User) or not user.is_active:
        return Turf()
    remembered: Turf | None = user.__dict__.get("_turf")
    if remembered is None:
        place = user.__dict__.get("_place")
        remembered = user.__dict__["_turf"] = _ask(user).within(place) if place else _ask(user)
    return remembered


def narrow(user: User, *, to: Place) -> None:
    """Leave `user`, as this object knows them, no more than their turf in one place: for a token or a webhook."""
    user.__dict__["_place"] = to
    user.__dict__.pop("_turf", None)


def is_narrowed(user: Person) -> bool:
    """Return whether this object stands for less than `user` is; what is of no place is then closed to it."""
    return "_place" in user.__dict__


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
    regencies = frozenset(regency for _role, regency, _province in held if regency)
    provinces = frozenset(province for _role, _regency, province in held if province)
    return Turf(
        user_id=user.pk,
        roles=frozenset(Role(role) for role, _regency, _province in held),
        regencies=regencies,
        provinces=provinces,
        read_regencies=regencies,
        read_provinces=provinces,
    )
