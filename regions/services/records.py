"""How is a record kept that editors alone change, and that has no rule beyond its own?"""

from typing import Any, TypeVar

from django.db import models, transaction

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.queue import nudge
from regions.models import require_editor
from regions.services.ledger import ALERTS_TASK

Record = TypeVar("Record", bound=models.Model)


@transaction.atomic
def save_record(record: Record, *, by: User) -> Record:
    """Enter or change a record.

    Raises:
        PermissionDenied: `by` does not edit the nation's records.
        ValidationError: a field is wrong, or a constraint refuses.
    """
    require_editor(by)
    checked: Any = record
    checked.clean()
    save_checked(record)
    nudge(ALERTS_TASK)
    return record
