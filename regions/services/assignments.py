"""How does a user come by a role, and by whose hand?"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.choices import Role
from regions.models import Assignment, is_narrowed, turf_of
from regions.rules import MAY_GRANT


def grantable_by(user: User) -> frozenset[Role]:
    """Return the roles that `user` may give to others: none that allows more than their own."""
    if is_narrowed(user):
        return frozenset()
    if user.is_superuser:
        return frozenset(Role)
    held = turf_of(user).roles
    return frozenset().union(*(MAY_GRANT.get(role, frozenset()) for role in held))


@transaction.atomic
def grant(assignment: Assignment, *, by: User) -> Assignment:
    """Give a role, or change one that was given.

    Raises:
        ValidationError: `by` may not give that role, now or as it was before, or the turf does not fit the role.
    """
    check_grant(assignment, by=by)
    assignment.granted_by = by
    save_checked(assignment)
    return assignment


def check_grant(assignment: Assignment, *, by: User) -> None:
    """Refuse a role that `by` may not give, and one that they may not take away by changing it.

    Raises:
        ValidationError: it is such a role, or the assignment does not hold together.
    """
    allowed = grantable_by(by)
    before = Assignment.objects.filter(pk=assignment.pk).values_list("role", flat=True)
    if not {assignment.role, *before} <= allowed:
        raise ValidationError(_("Anda tidak dapat memberikan peran yang melebihi peran Anda sendiri."), code="too_much")
    assignment.clean()
