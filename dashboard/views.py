"""Which page answers which address?"""

import sys
from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import condition, require_http_methods, require_safe
from django.views.decorators.vary import vary_on_cookie

from accounts.models import User
from dashboard.reports import database_version, nation_page, province_page, review_of, review_queue
from mpp_tracker.lib.problems import problem_response
from regions.choices import EntryState
from regions.forms import ReviewForm
from regions.models import LEDGERS, LedgerEntry, Milestone, OperatingRecord, turf_of
from regions.services.ledger import send_back, verify
from taskforce.forms import CoverageForm


def _version(request: HttpRequest, code: str = "") -> str:
    """Return the entity tag of a page of figures: what it rests on, for whom, on which day, by which release."""
    return f'"{database_version()}-{timezone.localdate()}-{request.user.pk or 0}-{settings.RELEASE}"'


@require_safe
@vary_on_cookie
@cache_control(private=True, no_cache=True)
@condition(etag_func=_version)
def nation(request: HttpRequest) -> HttpResponse:
    """Show coverage of the nation and its provinces."""
    form = _form(request)
    if not form.is_valid():
        return _refused(request, form)
    return render(request, "dashboard/nation.html", {"page": nation_page(form.question), "form": form})


@require_safe
@vary_on_cookie
@cache_control(private=True, no_cache=True)
@condition(etag_func=_version)
def province(request: HttpRequest, code: str) -> HttpResponse:
    """Show coverage of one province and how far each of its units is."""
    form = _form(request)
    if not form.is_valid():
        return _refused(request, form)
    return render(request, "dashboard/province.html", {"page": province_page(form.question, code), "form": form})


@require_safe
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show the reports that wait for a verifier."""
    user = _verifier(request)
    return render(request, "dashboard/queue.html", {"queue": review_queue(user)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review(request: HttpRequest, ledger: str, pk: int) -> HttpResponse:
    """Show a waiting report beside what stands, and take a verifier's decision."""
    user = _verifier(request)
    waiting = LEDGERS[ledger].objects.visible_to(user).filter(state=EntryState.REPORTED)
    rows = waiting.select_related("site__regency__province", "reported_by")
    entry = cast("Milestone | OperatingRecord", get_object_or_404(rows, pk=pk))
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(entry, form, user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(number)s selesai diperiksa.") % {"number": entry.receipt})
            return redirect("dashboard:queue")
    shown = review_of(entry, user, today=timezone.localdate())
    return render(request, "dashboard/review.html", {"review": shown, "form": form})


def _verifier(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not turf_of(user).is_verifier:
        raise PermissionDenied
    return user


def _decide(entry: LedgerEntry, form: ReviewForm, user: User) -> None:
    if form.cleaned_data["decision"] == ReviewForm.VERIFY:
        verify(entry, by=user)
    else:
        send_back(entry, by=user, reason=form.cleaned_data["reason"])


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives, whatever its database does."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether pages can be served: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain a request that cannot be read."""
    return _error(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain that a page is for others."""
    return _error(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain that a form is too old or came from elsewhere; what was typed is still in the browser."""
    sentence = _("Halaman ini terlalu lama terbuka. Kembalilah, muat ulang, lalu kirim lagi.")
    return _error(request, HTTPStatus.FORBIDDEN, reason=sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain that there is no such page, province or day."""
    return _error(request, HTTPStatus.NOT_FOUND, reason=_sentence(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """Apologise without touching the database, which may be the reason: then 503, come back soon."""
    if isinstance(sys.exc_info()[1], OperationalError):
        response = _error(request, HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "30"
        return response
    return _error(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _form(request: HttpRequest) -> CoverageForm:
    return CoverageForm(request.GET, today=timezone.localdate(), may_see_reported=request.user.is_authenticated)


def _refused(request: HttpRequest, form: CoverageForm) -> HttpResponse:
    return render(request, "dashboard/refused.html", {"form": form}, status=HTTPStatus.BAD_REQUEST)


def _sentence(exception: Exception) -> str:
    """Return what a view said with its 404; the resolver's own 404 lists addresses, which helps nobody."""
    said = exception.args[0] if exception.args else ""
    return said if isinstance(said, str) else ""


def _error(request: HttpRequest, status: HTTPStatus, reason: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, status)
    context = {"status": status.value, "reason": reason, "is_fault": status >= HTTPStatus.INTERNAL_SERVER_ERROR}
    return render(request, "error.html", context, status=status)
