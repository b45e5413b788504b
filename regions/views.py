"""Which page answers an officer?"""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from mpp_tracker.lib.language import in_language
from regions.forms import CorrectionForm, ReportForm, SiteForm
from regions.models import LEDGERS, Notice, Regency, Site, SiteEntry
from regions.services.work import confirm, report_from_form, save_site
from regions.typed import keep_and_sign_in, typed_before

NOTICES_PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def report_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a report on a site; what was typed survives the end of the session."""
    if not request.user.is_authenticated:
        return keep_and_sign_in(request, ReportForm)
    site = get_object_or_404(Site.objects.editable_by(_user(request)).select_related("regency"), pk=pk)
    form = ReportForm(request.POST or None, request.FILES or None, initial=typed_before(request))
    return _take_report(request, site, form)


@require_http_methods(["GET", "HEAD", "POST"])
def correction_form(request: HttpRequest, ledger: str, pk: int) -> HttpResponse:
    """Take a correction of an entry that was verified; one that arrives twice gives the same receipt twice."""
    if not request.user.is_authenticated:
        return keep_and_sign_in(request, CorrectionForm)
    own = Site.objects.editable_by(_user(request))
    # What a form has been posted for may have been corrected since, by this very form too; the service says so.
    entries = LEDGERS[ledger].objects
    correctable = entries.verified() if request.method == "POST" else entries.in_force()
    rows = correctable.filter(site__in=own).select_related("site__regency")
    entry = cast("SiteEntry", get_object_or_404(rows, pk=pk))
    form = CorrectionForm(request.POST or None, request.FILES or None, initial=typed_before(request), corrects=entry)
    return _take_report(request, entry.site, form, corrects=entry)


def _take_report(
    request: HttpRequest, site: Site, form: ReportForm, *, corrects: SiteEntry | None = None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            entry = report_from_form(site, **form.cleaned_data, corrects=corrects, by=_user(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(entry)
    return render(request, "regions/report.html", {"form": form, "site": site, "corrects": corrects})


@require_safe
@login_required
def receipt(request: HttpRequest, ledger: str, pk: int) -> HttpResponse:
    """Show a report with its number and what became of it."""
    user = _user(request)
    entries = LEDGERS[ledger].objects.known_to(user)
    rows = entries.select_related("site__regency", "reported_by", "reviewed_by", "supersedes")
    entry = get_object_or_404(rows, pk=pk)
    may_take_back = entry.takes_evidence_of(user)
    return render(request, "regions/receipt.html", {"entry": entry, "may_take_back": may_take_back})


@require_POST
@login_required
def still_right(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an officer's word that what is recorded of a site is still right."""
    user = _user(request)
    site = get_object_or_404(Site.objects.editable_by(user), pk=pk)
    confirm(site, by=user)
    messages.success(request, _("Terima kasih. %(site)s tercatat masih sesuai.") % {"site": site})
    return redirect("dashboard:room")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_site_form(request: HttpRequest, code: str) -> HttpResponse:
    """Register an MPP of one's own regency."""
    regency = get_object_or_404(Regency.objects.reportable_by(_user(request)), code=code)
    return _take_site(request, Site(regency=regency, name=f"MPP {regency.name}"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@transaction.atomic
def site_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an MPP's name, address or place; whoever saves second sees what the first changed."""
    site = get_object_or_404(Site.objects.editable_by(_user(request)).select_related("regency"), pk=pk)
    return _take_site(request, site)


def _take_site(request: HttpRequest, site: Site) -> HttpResponse:
    is_new, name = site.pk is None, site.name
    form = SiteForm(request.POST or None, instance=site)
    if request.method == "POST" and form.is_valid():
        try:
            save_site(site, by=_user(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("regions:report", pk=site.pk) if is_new else redirect(site)
    # The instance's own name is by now what was typed.
    return render(request, "regions/site_form.html", {"form": form, "site": site, "name": name, "is_new": is_new})


@require_safe
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """Show what somebody was told, latest first."""
    told = Notice.objects.visible_to(_user(request))
    page = Paginator(told, NOTICES_PER_PAGE).get_page(request.GET.get("halaman"))
    return render(request, "regions/notices.html", {"page": page})


@require_POST
@login_required
def read_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a notice was read and lead to the page it is about."""
    told = Notice.objects.visible_to(_user(request))
    notice = get_object_or_404(told, pk=pk)
    told.unread().filter(pk=pk).update(read_at=timezone.now())
    return redirect(in_language(notice.path, get_language()))


@require_POST
@login_required
def read_all_notices(request: HttpRequest) -> HttpResponse:
    """Note that everything somebody was told was read."""
    Notice.objects.visible_to(_user(request)).unread().update(read_at=timezone.now())
    return redirect("regions:notices")


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
