"""Which page answers an officer?"""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from regions.forms import ReportForm, SiteForm
from regions.models import LEDGERS, LedgerEntry, Regency, Site, turf_of
from regions.reports import work_room
from regions.services.work import confirm, register_site, report_from_form

# Where a form's content waits while its sender signs in again.
TYPED = "typed"


@require_safe
@login_required
def room(request: HttpRequest) -> HttpResponse:
    """Show an officer what needs doing, and their sites."""
    user = _user(request)
    if not turf_of(user).is_officer:
        raise PermissionDenied
    return render(request, "regions/room.html", {"room": work_room(user, today=timezone.localdate())})


@require_http_methods(["GET", "HEAD", "POST"])
def report_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a report on a site; what was typed survives the end of the session."""
    if not request.user.is_authenticated:
        return _keep_and_sign_in(request)
    user = _user(request)
    site = get_object_or_404(Site.objects.editable_by(user).select_related("regency"), pk=pk)
    form = ReportForm(request.POST or None, request.FILES or None, initial=_typed_before(request))
    if request.method == "POST" and form.is_valid():
        try:
            entry = report_from_form(site, **form.cleaned_data, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(_receipt(entry))
    return render(request, "regions/report.html", {"form": form, "site": site})


@require_safe
@login_required
def receipt(request: HttpRequest, ledger: str, pk: int) -> HttpResponse:
    """Show a report with its number and what became of it."""
    entries = LEDGERS[ledger].objects.visible_to(_user(request))
    entry = get_object_or_404(entries.select_related("site__regency", "reported_by", "reviewed_by"), pk=pk)
    return render(request, "regions/receipt.html", {"entry": entry})


@require_POST
@login_required
def still_right(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an officer's word that what is recorded of a site is still right."""
    user = _user(request)
    site = get_object_or_404(Site.objects.editable_by(user), pk=pk)
    confirm(site, by=user)
    messages.success(request, _("Terima kasih. %(site)s tercatat masih sesuai.") % {"site": site})
    return redirect("regions:room")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def site_form(request: HttpRequest, code: str) -> HttpResponse:
    """Register the MPP of a regency that has none."""
    own = Regency.objects.filter(pk__in=turf_of(_user(request)).regencies)
    regency = get_object_or_404(own, code=code)
    form = SiteForm(request.POST or None, initial={"name": f"MPP {regency.name}"})
    if request.method == "POST" and form.is_valid():
        try:
            site = register_site(regency, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("regions:report", pk=site.pk)
    return render(request, "regions/site_form.html", {"form": form, "regency": regency})


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _receipt(entry: LedgerEntry) -> str:
    return reverse("regions:receipt", args=[entry.LEDGER, entry.pk])


def _keep_and_sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        typed = {name: value for name, value in request.POST.items() if name in ReportForm.base_fields}
        request.session[TYPED] = {"path": request.path, "values": typed}
        messages.warning(request, _("Sesi Anda berakhir. Masuklah lagi; isian Anda tersimpan."))
    return redirect_to_login(request.path)


def _typed_before(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed into this form before its sender had to sign in again."""
    kept = request.session.get(TYPED, {})
    if request.method == "POST" or kept.get("path") != request.path:
        return {}
    del request.session[TYPED]
    values: dict[str, Any] = kept["values"]
    return values
