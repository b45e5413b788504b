"""How do ministry staff keep institutions, agreements, presence and pledges?"""

from copy import copy
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnly
from accounts.models import User
from commitments.choices import Weekday
from commitments.forms import ServicesField
from commitments.models import (
    Agreement,
    Institution,
    InstitutionAssignment,
    Pledge,
    PledgeRevision,
    Presence,
    Service,
    Signatory,
)
from commitments.reports import day_names
from commitments.rules import agreement_standing
from commitments.services.assignments import let_speak
from commitments.services.presence import report_presence
from mpp_tracker.lib.history import VersionedForm
from regions.admin import ENTRY_FILTERS, LedgerAdmin, RecordAdmin, StatementForm
from regions.rules import end_of_period

# --- Institutions, agreements, presence ----------------------------------------------------------------------


@admin.register(Institution)
class InstitutionAdmin(RecordAdmin):
    list_display = ["abbreviation", "name", "kind", "succeeded_by", "valid_from", "valid_until"]
    list_display_links = ["abbreviation", "name"]
    list_filter = ["kind"]
    list_select_related = ["succeeded_by"]
    search_fields = ["abbreviation", "name"]
    autocomplete_fields = ["succeeded_by"]

    NAMES = ["abbreviation", "name"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.NAMES if obj is not None and obj.is_referred_to else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        ((title, options),) = super().get_fieldsets(request, obj)
        if self.get_readonly_fields(request, obj):
            # First as before, though what is only read would come last.
            others = [field for field in options["fields"] if field not in self.NAMES]
            options = {
                "fields": [*self.NAMES, *others],
                "description": _(
                    "Perjanjian atau gerai merujuk nama ini, jadi nama dan singkatannya tetap. Bila instansi berganti"
                    " nama, buat instansi baru, lalu isi di sini tanggal akhirnya dan instansi baru itu sebagai"
                    " penerusnya."
                ),
            }
        return [(title, options)]


@admin.register(InstitutionAssignment)
class InstitutionAssignmentAdmin(RecordAdmin):
    list_display = ["user", "institution", "valid_from", "valid_until", "granted_by"]
    list_filter = ["institution"]
    list_select_related = ["user", "institution", "granted_by"]
    search_fields = ["user__email", "user__name", "institution__abbreviation", "institution__name"]
    autocomplete_fields = ["user", "institution"]
    date_hierarchy = "valid_from"

    def save_model(self, request: HttpRequest, obj: InstitutionAssignment, form: Any, change: bool) -> None:
        let_speak(obj, by=cast("User", request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never: who spoke for whom when stays known; end it instead."""
        return False


class SignatoryInline(admin.TabularInline):
    form = VersionedForm
    model = Signatory
    extra = 0
    autocomplete_fields = ["institution"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("institution")


@admin.register(Agreement)
class AgreementAdmin(RecordAdmin):
    list_display = ["title", "kind", "number", "site", "signed_on", "valid_from", "ends_on", "standing"]
    list_filter = ["kind", "site__regency__province"]
    list_select_related = ["site"]
    search_fields = ["title", "number", "site__name", "site__regency__name", "institutions__abbreviation"]
    autocomplete_fields = ["site", "amends"]
    date_hierarchy = "signed_on"
    inlines = [SignatoryInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return cast("Any", super().get_queryset(request)).with_end(timezone.localdate())

    @admin.display(description=_("berakhir"), ordering="ends_on")
    def ends_on(self, obj: Any) -> Any:
        return obj.ends_on

    @admin.display(description=_("keadaan"))
    def standing(self, obj: Any) -> Any:
        return agreement_standing(obj.valid_from, obj.ends_on, timezone.localdate()).label


class ServiceInline(ReadOnly, admin.TabularInline):
    """The services of a presence, to read: they are part of its statement."""

    model = Service
    extra = 0
    readonly_fields = ["name", "channel", "is_licence"]


class PresenceStatementForm(StatementForm):
    """A statement about a counter with all its services, refused on the form as it would be on entering it."""

    reporting: User
    service_days = forms.TypedMultipleChoiceField(
        label=_("hari layanan"), choices=Weekday, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    services = ServicesField(label=_("layanan"), help_text=_("Satu layanan sebaris: nama; cara; izin."))

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            # Tried and taken back: what only the database knows is said here too.
            with transaction.atomic():
                report_presence(copy(self.instance), services=self.cleaned_data["services"], by=self.reporting)
                transaction.set_rollback(True)
        except ValidationError as error:
            self.add_error(None, error)


@admin.register(Presence)
class PresenceAdmin(LedgerAdmin):
    list_display = [
        "site",
        "institution",
        "counter_opened_on",
        "counter_closed_on",
        "state",
        "reported_by",
        "reviewed_by",
    ]
    list_filter = [*ENTRY_FILTERS, "institution", "site__regency__province"]
    date_hierarchy = "counter_opened_on"
    search_fields = ["site__name", "site__regency__name", "=site__regency__code", "institution__abbreviation", "note"]
    autocomplete_fields = ["site", "institution", "agreement", "supersedes"]
    readonly_fields = [*LedgerAdmin.PROVENANCE, "days"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("institution")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        site, institution, opened_on, precision, *others = super().get_fields(request, obj)
        days = "service_days" if obj is None else "days"
        counter = [site, institution, opened_on, precision, "counter_closed_on", days, "staff", "counters", "agreement"]
        return [*counter, *(["services"] if obj is None else []), *others]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return [] if obj is None else [ServiceInline]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = type("PresenceStatementForm", (PresenceStatementForm,), {"reporting": request.user})
        return super().get_form(request, obj, change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        report_presence(obj, services=form.cleaned_data["services"], by=cast("User", request.user))

    @admin.display(description=_("hari layanan"))
    def days(self, obj: Presence) -> str:
        return ", ".join(day_names(obj))


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
