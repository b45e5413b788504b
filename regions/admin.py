"""How do ministry staff find and edit areas, sites and the ledger?"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnly
from accounts.models import User
from mpp_tracker.lib.csvfile import BrokenFileError
from mpp_tracker.lib.history import VersionedForm, history_of
from regions.choices import EntryState, ReadinessAspect
from regions.forms import ReadinessFileForm
from regions.models import (
    ApiToken,
    Assignment,
    Ceremony,
    CeremonySite,
    DigitalAdoption,
    DirtyProvince,
    FormerProvince,
    LedgerEntry,
    LedgerQuerySet,
    Milestone,
    Notice,
    OperatingRecord,
    Opinion,
    Province,
    ReadinessAssessment,
    ReadinessBaseline,
    Regency,
    RegencyAlias,
    Site,
    Webhook,
)
from regions.models.about import SUBJECTS
from regions.rules import ROLLOUT_BEGAN_ON, end_of_period
from regions.services.assignments import check_grant, grant
from regions.services.ledger import check, mark_all_dirty, report
from regions.services.notices import send_again
from regions.services.readiness import COLUMNS, LEVEL_WORDS, freeze
from regions.services.tokens import revoke
from regions.services.work import save_site


class RecordAdmin(admin.ModelAdmin):
    """A record whose history is read from its versions, and which two people do not overwrite unawares."""

    form = VersionedForm

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Riwayat %(record)s") % {"record": obj},
            "opts": self.opts,
            "object": obj,
            "changes": history_of(obj),
        }
        return TemplateResponse(request, "admin/record_history.html", context)


class AreaAdmin(RecordAdmin):
    """Areas decide which figures a unit is counted in, so a change of one makes all figures stale."""

    def save_related(self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        mark_all_dirty(since=ROLLOUT_BEGAN_ON)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        super().delete_model(request, obj)
        mark_all_dirty(since=ROLLOUT_BEGAN_ON)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        mark_all_dirty(since=ROLLOUT_BEGAN_ON)


@admin.register(Province)
class ProvinceAdmin(AreaAdmin):
    list_display = ["code", "name", "island_group", "established_on", "unit_count"]
    list_display_links = ["code", "name"]
    list_filter = ["island_group"]
    search_fields = ["=code", "name"]
    autocomplete_fields = ["split_from"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        units = Count("regencies", filter=Q(regencies__is_autonomous=True))
        return super().get_queryset(request).annotate(unit_count=units)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: every past figure names its province."""
        return False

    @admin.display(description=_("unit sasaran"), ordering="unit_count")
    def unit_count(self, obj: Any) -> int:
        return int(obj.unit_count)


class FormerProvinceInline(admin.TabularInline):
    form = VersionedForm
    model = FormerProvince
    extra = 0
    autocomplete_fields = ["province"]


class RegencyAliasInline(admin.TabularInline):
    form = VersionedForm
    model = RegencyAlias
    extra = 0


@admin.register(Regency)
class RegencyAdmin(AreaAdmin):
    list_display = ["code", "name", "kind", "province", "is_autonomous"]
    list_display_links = ["code", "name"]
    list_filter = ["kind", "is_autonomous", "province__island_group", "province"]
    list_select_related = ["province"]
    search_fields = ["code", "name", "aliases__alias"]
    autocomplete_fields = ["province", "served_by"]
    inlines = [FormerProvinceInline, RegencyAliasInline]


ENTRY_COLUMNS: list[Any] = ["date_precision", "state", "reported_by", "reviewed_by", "source_url", "note"]


class LedgerInline(ReadOnly, admin.TabularInline):
    """The entries of a site, to read; a new one is made from its own list."""

    extra = 0
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("reported_by", "reviewed_by")


class MilestoneInline(LedgerInline):
    model = Milestone
    fields = ["stage", "reached_on", *ENTRY_COLUMNS]


class OperatingRecordInline(LedgerInline):
    model = OperatingRecord
    fields = ["status", "since", *ENTRY_COLUMNS]


@admin.register(Site)
class SiteAdmin(RecordAdmin):
    list_display = ["name", "regency", "province", "is_branch"]
    list_filter = ["is_branch", "regency__province__island_group", "regency__province"]
    list_select_related = ["regency__province"]
    search_fields = ["name", "=regency__code", "regency__name", "regency__aliases__alias"]
    autocomplete_fields = ["regency"]
    inlines = [MilestoneInline, OperatingRecordInline]

    def save_model(self, request: HttpRequest, obj: Site, form: ModelForm, change: bool) -> None:
        save_site(obj, by=cast("User", request.user))

    @admin.display(description=_("provinsi"), ordering="regency__province__code")
    def province(self, obj: Site) -> str:
        return obj.regency.province.name


ENTRY_FILTERS: list[Any] = ["state", "channel", "date_precision"]


class LedgerAdmin(RecordAdmin):
    """Enter statements into the ledger, through the same service as any report; what is entered stays."""

    PROVENANCE = [
        "state",
        "channel",
        "reported_by",
        "reported_at",
        "reviewed_by",
        "reviewed_at",
        "review_note",
    ]
    list_filter = ENTRY_FILTERS
    readonly_fields = PROVENANCE

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related(self.model.SAYS[0], "reported_by", "reviewed_by")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.path == reverse("admin:autocomplete"):
            # Whoever looks for an entry to correct is offered what stands.
            found = cast("LedgerQuerySet", found).in_force()
        return found, may_repeat

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        is_draft = isinstance(obj, LedgerEntry) and obj.state == EntryState.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        statement = [*self.model.SAYS, "date_precision", "source_url", "note", "supersedes", "withdraws"]
        if self.model is Milestone:
            statement.append("ceremony")
        return statement if obj is None else [*statement, *self.PROVENANCE]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        report(obj, by=cast("User", request.user))


class StatementForm(VersionedForm):
    """A statement, checked as the service will check it, so that a refusal stands on the form."""

    def clean(self) -> dict[str, Any]:
        """Take any day of a month or year that is all that is known for its last."""
        cleaned = super().clean()
        field = self._meta.model.SAYS[-1]
        if cleaned.get(field) and cleaned.get("date_precision"):
            cleaned[field] = end_of_period(cleaned[field], cleaned["date_precision"])
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                self.instance.validate_constraints(exclude=set(LedgerAdmin.PROVENANCE))
                check(self.instance)
            except ValidationError as error:
                self.add_error(None, error)


@admin.register(Milestone)
class MilestoneAdmin(LedgerAdmin):
    form = StatementForm
    list_display = ["site", "stage", "reached_on", "date_precision", "state", "reported_by", "reviewed_by"]
    list_filter = ["stage", *ENTRY_FILTERS, "site__regency__province"]
    date_hierarchy = "reached_on"
    search_fields = ["site__name", "site__regency__name", "=site__regency__code", "note"]
    autocomplete_fields = ["site", "ceremony", "supersedes"]


@admin.register(OperatingRecord)
class OperatingRecordAdmin(LedgerAdmin):
    form = StatementForm
    list_display = ["site", "status", "since", "date_precision", "state", "reported_by", "reviewed_by"]
    list_filter = ["status", *ENTRY_FILTERS, "site__regency__province"]
    date_hierarchy = "since"
    search_fields = ["site__name", "site__regency__name", "=site__regency__code", "note"]
    autocomplete_fields = ["site", "supersedes"]


@admin.register(DigitalAdoption)
class DigitalAdoptionAdmin(LedgerAdmin):
    form = StatementForm
    list_display = ["regency", "status", "since", "date_precision", "state", "reported_by", "reviewed_by"]
    list_filter = ["status", *ENTRY_FILTERS, "regency__province"]
    date_hierarchy = "since"
    search_fields = ["regency__name", "=regency__code", "note"]
    autocomplete_fields = ["regency", "supersedes"]


@admin.register(ReadinessAssessment)
class ReadinessAssessmentAdmin(LedgerAdmin):
    form = StatementForm
    list_display = ["regency", "assessed_on", "date_precision", "state", "reported_by", "reviewed_by"]
    list_filter = [*ENTRY_FILTERS, *ReadinessAspect.values, "regency__province"]
    date_hierarchy = "assessed_on"
    search_fields = ["regency__name", "=regency__code", "note"]
    autocomplete_fields = ["regency", "supersedes"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        regency, assessed_on, precision, *others = super().get_fields(request, obj)
        return [regency, assessed_on, precision, *ReadinessAspect.values, *others]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="regions_readinessassessment_import"), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Load a file of published assessments, all of it or nothing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ReadinessFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                tally = form.load(by=cast("User", request.user))
            except BrokenFileError as error:
                form.add_error("file", [str(problem) for problem in error.problems])
            else:
                loaded = _("%(created)d penilaian dimuat, %(unchanged)d sudah ada sebelumnya.")
                self.message_user(request, loaded % {"created": tally.created, "unchanged": tally.unchanged})
                return redirect("admin:regions_readinessassessment_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Muat penilaian kesiapan"),
            "opts": self.opts,
            "form": form,
            "columns": COLUMNS,
            "levels": LEVEL_WORDS,
        }
        return TemplateResponse(request, "admin/import_readiness.html", context)


@admin.register(ReadinessBaseline)
class ReadinessBaselineAdmin(admin.ModelAdmin):
    """Freeze a stand; what is frozen stays."""

    list_display = ["note", "as_at", "frozen_at", "frozen_by"]
    list_select_related = ["frozen_by"]
    fields = ["as_at", "note"]
    date_hierarchy = "as_at"
    search_fields = ["note"]

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never: figures were compared with it."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.fields, "frozen_at", "frozen_by"] if obj else self.fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        freeze(obj, by=cast("User", request.user))


class CeremonySiteInline(admin.TabularInline):
    form = VersionedForm
    model = CeremonySite
    extra = 0
    autocomplete_fields = ["site"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("site__regency")


@admin.register(Ceremony)
class CeremonyAdmin(RecordAdmin):
    list_display = ["held_on", "kind", "place", "officiant", "announced_size", "present_count"]
    list_display_links = ["held_on", "kind"]
    list_filter = ["kind", "is_symbolic"]
    date_hierarchy = "held_on"
    search_fields = ["place", "officiant", "=held_on", "sites__name", "sites__regency__name"]
    inlines = [CeremonySiteInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        present = Count("ceremony_sites", filter=Q(ceremony_sites__is_present=True), distinct=True)
        return super().get_queryset(request).annotate(present_count=present)

    @admin.display(description=_("hadir"), ordering="present_count")
    def present_count(self, obj: Any) -> int:
        return int(obj.present_count)


@admin.register(DirtyProvince)
class DirtyProvinceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["province", "since", "marked_at"]
    list_select_related = ["province"]


@admin.register(Opinion)
class OpinionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["entry", "verdict", "note", "given_by", "given_at"]
    fields = readonly_fields = ("entry", "verdict", "note", "given_by", "given_at")
    list_filter = ["verdict"]
    list_select_related = ["given_by", *(f"{field}__{ledger.SAYS[0]}" for field, ledger in SUBJECTS.items())]
    search_fields = ["note", "given_by__email"]


class InDoubtFilter(admin.SimpleListFilter):
    """Mails of which nobody knows whether they went out."""

    title = _("surel")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("in_doubt", _("tidak pasti terkirim"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.in_doubt(_doubtful_since()) if self.value() else queryset


@admin.register(Notice)
class NoticeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["subject", "kind", "recipient", "created_at", "read_at", "sent_at", "failures"]
    fields = readonly_fields = (
        "kind",
        "recipient",
        "subject",
        "text",
        "path",
        "created_at",
        "read_at",
        "mail_after",
        "failures",
        "claimed_at",
        "sent_at",
    )
    list_filter = [InDoubtFilter, "kind"]
    list_select_related = ["recipient"]
    search_fields = ["subject", "recipient__email"]
    date_hierarchy = "created_at"
    actions = ["send_again"]

    @admin.action(description=_("Kirim sekali lagi surel yang tidak pasti terkirim"))
    def send_again(self, request: HttpRequest, queryset: Any) -> None:
        doubtful = queryset.in_doubt(_doubtful_since())
        for notice in doubtful:
            send_again(notice, now=timezone.now())
        self.message_user(request, _("%(count)d surel akan dikirim lagi.") % {"count": len(doubtful)})


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "prefix", "user", "reads_only", "area", "expires_at", "last_used_at", "revoked_at"]
    fields = readonly_fields = (
        "name",
        "prefix",
        "user",
        "reads_only",
        "area",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
        "revoked_by",
    )
    list_filter = ["reads_only", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "province", "regency"]
    search_fields = ["name", "prefix", "user__email"]
    date_hierarchy = "created_at"
    actions = ["revoke"]

    @admin.display(description=_("wilayah"))
    def area(self, token: ApiToken) -> str:
        return str(token.area or _("semua wilayahnya"))

    @admin.action(description=_("Cabut token"))
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        tokens = list(queryset.filter(revoked_at=None))
        for token in tokens:
            revoke(token, now=timezone.now(), by=cast("User", request.user))
        self.message_user(request, _("%(count)d token dicabut.") % {"count": len(tokens)})


@admin.register(Webhook)
class WebhookAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["name", "user", "url", "area", "is_enabled", "failing_since"]
    fields = readonly_fields = ("name", "user", "url", "kinds", "area", "created_at", "is_enabled", "failing_since")
    list_filter = ["is_enabled", ("failing_since", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "province", "regency"]
    search_fields = ["name", "url", "user__email"]
    actions = ["switch_off"]

    @admin.display(description=_("wilayah"))
    def area(self, webhook: Webhook) -> str:
        return str(webhook.area or _("semua wilayahnya"))

    @admin.action(description=_("Matikan webhook"))
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        count = queryset.filter(is_enabled=True).update(is_enabled=False)
        self.message_user(request, _("%(count)d webhook dimatikan.") % {"count": count})


def _doubtful_since() -> datetime:
    """Return the time before which a mail that is still being sent is not any more."""
    return timezone.now() - timedelta(minutes=10)


class AssignmentForm(VersionedForm):
    """An assignment that whoever is signed in may give."""

    granting: User

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                check_grant(self.instance, by=self.granting)
            except ValidationError as error:
                self.add_error(None, error)


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin):
    list_display = ["user", "role", "province", "regency", "valid_from", "valid_until", "granted_by"]
    list_filter = ["role", "province"]
    list_select_related = ["user", "province", "regency", "granted_by"]
    search_fields = ["user__email", "user__name", "regency__name", "province__name"]
    autocomplete_fields = ["user", "province", "regency"]
    date_hierarchy = "valid_from"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = type("AssignmentForm", (AssignmentForm,), {"granting": request.user})
        return super().get_form(request, obj, change, form=form, **kwargs)

    def save_model(self, request: HttpRequest, obj: Assignment, form: Any, change: bool) -> None:
        grant(obj, by=cast("User", request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: who held which role when stays known; end it instead."""
        return False
