"""Which page answers which address?"""

import sys
from http import HTTPStatus

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.reports import nation_page, province_page
from mpp_tracker.lib.problems import problem_response
from taskforce.forms import CoverageForm


@require_safe
def nation(request: HttpRequest) -> HttpResponse:
    """Show coverage of the nation and its provinces."""
    form = _form(request)
    if not form.is_valid():
        return _refused(request, form)
    return render(request, "dashboard/nation.html", {"page": nation_page(form.question), "form": form})


@require_safe
def province(request: HttpRequest, code: str) -> HttpResponse:
    """Show coverage of one province and how far each of its units is."""
    form = _form(request)
    if not form.is_valid():
        return _refused(request, form)
    return render(request, "dashboard/province.html", {"page": province_page(form.question, code), "form": form})


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
