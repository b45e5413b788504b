"""How do ministry staff set targets, keep announced figures and look after the computed ones?"""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from regions.admin import ReadOnly, RecordAdmin
from taskforce.models import AnnouncedFigure, CoverageRun, CoverageSnapshot, KnownGap, Target


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
