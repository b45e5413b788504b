"""What may a user do in the admin? What their turf says, not rows of permissions."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from regions.models import Person, turf_of

# Accounts themselves are the administrator's business: whoever edits those could make themselves anything.
EDITED_APPS = frozenset({"regions", "commitments", "taskforce"})


class TurfBackend(BaseBackend):
    """Let editors edit the records of the rollout; signing in is another backend's business."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether the turf allows `perm`, for example `regions.change_site`."""
        app, _dot, action = perm.partition(".")
        if perm == "accounts.view_user":
            return turf_of(user_obj).is_editor
        return app in EDITED_APPS and self._edits(user_obj) and bool(action)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Return whether the user sees the app in the admin at all."""
        return app_label in EDITED_APPS and self._edits(user_obj)

    @staticmethod
    def _edits(user: Person) -> bool:
        return turf_of(user).is_editor
