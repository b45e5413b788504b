"""How do ministry staff keep what was agreed and promised?"""

from typing import Any

from django.contrib import admin

from commitments.models import Pledge, PledgeRevision
from mpp_tracker.lib.history import VersionedForm
from regions.admin import RecordAdmin
from regions.rules import end_of_period

# --- Pledges -------------------------------------------------------------------------------------------------


class PromiseForm(VersionedForm):
    """A promise of which a month or year may be all that is known: any day of it stands for its last."""

    def clean(self) -> dict[str, Any]:
        """Take the last day of the period."""
        cleaned = super().clean()
        if cleaned.get("due_on") and cleaned.get("date_precision"):
            cleaned["due_on"] = end_of_period(cleaned["due_on"], cleaned["date_precision"])
        return cleaned


class PledgeRevisionInline(admin.TabularInline):
    model = PledgeRevision
    form = PromiseForm
    extra = 0


@admin.register(Pledge)
class PledgeAdmin(RecordAdmin):
    form = PromiseForm
    list_display = ["regency", "pledged_on", "due_on", "date_precision", "source_url"]
    list_filter = ["date_precision", "regency__province"]
    list_select_related = ["regency"]
    date_hierarchy = "due_on"
    search_fields = ["regency__name", "=regency__code", "regency__aliases__alias", "revisions__reason"]
    autocomplete_fields = ["regency"]
    inlines = [PledgeRevisionInline]
