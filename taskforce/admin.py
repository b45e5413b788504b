"""How do ministry staff set targets and thresholds, keep announced figures and look after the computed ones?"""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.queue import nudge
from regions.admin import ReadOnly, RecordAdmin
from regions.services.ledger import ALERTS_TASK
from taskforce.models import AlertRule, AnnouncedFigure, CoverageRun, CoverageSnapshot, Target


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
    list_display = ["announced_on", "metric", "value", "source"]
    list_filter = ["metric"]
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
