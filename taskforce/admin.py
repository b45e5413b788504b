"""How do ministry staff keep mandate, plan, targets, thresholds and announced figures, and see the computed ones?"""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mpp_tracker.lib.history import VersionedForm
from mpp_tracker.lib.queue import nudge
from regions.admin import ReadOnly, RecordAdmin
from regions.services.ledger import ALERTS_TASK
from taskforce.choices import ActionState
from taskforce.models import (
    ActionItem,
    ActionProof,
    ActionUpdate,
    AlertRule,
    AnnouncedFigure,
    CoverageRun,
    CoverageSnapshot,
    Decree,
    Directive,
    KnownGap,
    Member,
    Target,
)
from taskforce.services.actions import change as change_item
from taskforce.services.actions import plan


class MemberInline(admin.TabularInline):
    form = VersionedForm
    model = Member
    extra = 0
    autocomplete_fields = ["institution"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("institution")


@admin.register(Decree)
class DecreeAdmin(RecordAdmin):
    list_display = ["title", "year"]
    search_fields = ["title", "members__institution__abbreviation"]
    inlines = [MemberInline]


@admin.register(Directive)
class DirectiveAdmin(RecordAdmin):
    list_display = ["number", "text", "issued_by", "issued_on"]
    list_display_links = ["number", "text"]
    list_filter = ["issued_by", "institutions"]
    date_hierarchy = "issued_on"
    search_fields = ["text", "issued_by", "occasion"]
    autocomplete_fields = ["institutions"]


@admin.register(ActionItem)
class ActionItemAdmin(RecordAdmin):
    list_display = ["title", "owner_name", "due_on", "priority", "state", "progress_pct"]
    list_filter = ["priority", "owner", "directive"]
    list_select_related = ["owner", "province", "regency", "site__regency"]
    date_hierarchy = "due_on"
    search_fields = ["title", "description", "owner__abbreviation", "regency__name", "site__name", "province__name"]
    autocomplete_fields = ["directive", "target", "province", "regency", "site", "owner"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return cast("Any", super().get_queryset(request)).with_standing()

    def save_model(self, request: HttpRequest, obj: ActionItem, form: Any, change: bool) -> None:
        write = change_item if change else plan
        write(obj, by=cast("User", request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only what is open: what was closed stays as it was."""
        is_closed = obj is not None and not ActionItem.objects.open().filter(pk=obj.pk).exists()
        return not is_closed and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: what is no longer to be done is called off, with the reason."""
        return False

    @admin.display(description=_("penanggung jawab"))
    def owner_name(self, obj: ActionItem) -> str:
        return obj.owner_name

    @admin.display(description=_("keadaan"), ordering="state")
    def state(self, obj: Any) -> Any:
        return ActionState(obj.state).label

    @admin.display(description=_("kemajuan (persen)"), ordering="progress_pct")
    def progress_pct(self, obj: Any) -> int:
        return int(obj.progress_pct)


class ActionProofInline(ReadOnly, admin.TabularInline):
    model = ActionProof
    extra = 0
    readonly_fields = ["original_name", "kind", "size", "uploaded_by", "uploaded_at"]


@admin.register(ActionUpdate)
class ActionUpdateAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "item", "state", "progress_pct", "by"]
    list_filter = ["state"]
    list_select_related = ["item", "by"]
    date_hierarchy = "at"
    search_fields = ["item__title", "note", "by__email"]
    inlines = [ActionProofInline]


@admin.register(Target)
class TargetAdmin(RecordAdmin):
    list_display = ["deadline", "province", "metric", "value", "set_on", "set_by", "is_active"]
    list_filter = ["is_active", "metric", "province"]
    list_select_related = ["province"]
    date_hierarchy = "deadline"
    search_fields = ["set_by", "source", "province__name"]
    autocomplete_fields = ["province"]


@admin.register(AnnouncedFigure)
class AnnouncedFigureAdmin(RecordAdmin):
    list_display = ["announced_on", "metric", "value", "counting", "source"]
    list_filter = ["metric", "counting"]
    date_hierarchy = "announced_on"
    search_fields = ["source", "note"]


@admin.register(AlertRule)
class AlertRuleAdmin(RecordAdmin):
    """The rules are the product's; when they apply, how soon somebody has to look, and whether at all, is set here."""

    list_display = ["kind", "stage", "threshold", "unit", "severity", "source", "is_active"]
    list_display_links = ["kind", "stage"]
    list_filter = ["kind", "severity", "is_active"]
    search_fields = ["source"]
    readonly_fields = ["kind", "stage"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: past alerts name their rule."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        nudge(ALERTS_TASK)

    @admin.display(description=_("satuan"))
    def unit(self, obj: AlertRule) -> str:
        return obj.unit


@admin.register(KnownGap)
class KnownGapAdmin(RecordAdmin):
    list_display = ["__str__", "counted_from", "source"]
    list_select_related = ["regency"]
    search_fields = ["regency__name", "label", "note"]
    autocomplete_fields = ["regency"]


@admin.register(CoverageRun)
class CoverageRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "started_at",
        "kind",
        "first_day",
        "last_day",
        "changed_count",
        "drift_count",
        "has_error",
    ]
    list_filter = ["kind"]
    date_hierarchy = "started_at"
    search_fields = ["reason", "error"]

    @admin.display(description=_("galat"), boolean=True)
    def has_error(self, obj: CoverageRun) -> bool:
        return bool(obj.error)


@admin.register(CoverageSnapshot)
class CoverageSnapshotAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["as_at", "basis", "counting", "province", "units", "covered"]
    list_filter = ["basis", "counting", "province"]
    list_select_related = ["province"]
    search_fields = ["=province__code", "province__name"]
    show_full_result_count = False
