"""How does a user come to speak for an institution, and by whose hand?"""

from django.db import transaction

from accounts.models import User
from commitments.models import InstitutionAssignment
from mpp_tracker.lib.constraints import save_checked
from regions.models import require_editor


@transaction.atomic
def let_speak(assignment: InstitutionAssignment, *, by: User) -> InstitutionAssignment:
    """Let a user speak for an institution, or change for how long.

    Raises:
        PermissionDenied: `by` does not edit the nation's records.
        ValidationError: it ends before it begins.
    """
    require_editor(by)
    assignment.granted_by = by
    save_checked(assignment)
    return assignment
