"""How does the API say that something went wrong? In one shape, RFC 9457."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

MEDIA_TYPE = "application/problem+json"


def as_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem that an exception in an API view becomes, None when it is a fault of ours."""
    # Here, because the views load what the settings name, which answers with problems itself.
    from rest_framework.views import exception_handler

    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.MethodNotAllowed):
        error = exceptions.APIException(
            _("Metode ini tidak tersedia; yang ada: %s.") % ", ".join(context["view"].allowed_methods)
        )
    errors = list(_errors(response.data)) if isinstance(error, exceptions.ValidationError) else []
    detail = " ".join(item["detail"] for item in errors) or str(getattr(error, "detail", ""))
    response.data = problem(response.status_code, detail, errors)
    response.content_type = MEDIA_TYPE
    return response


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return the body of a problem; `errors` names what was wrong, parameter by parameter."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
    }


def problem_response(request: HttpRequest, status: int) -> JsonResponse:
    """Return the problem for an address under `/api/` that no API view answers."""
    sentences = {
        HTTPStatus.BAD_REQUEST: _("Permintaan ini tidak dapat dibaca."),
        HTTPStatus.FORBIDDEN: _("Anda tidak berhak membuka ini."),
        HTTPStatus.NOT_FOUND: _("Alamat ini tidak ada."),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Kiriman ini terlalu besar."),
        HTTPStatus.INTERNAL_SERVER_ERROR: _("Terjadi galat pada sistem. Cobalah beberapa saat lagi."),
        HTTPStatus.SERVICE_UNAVAILABLE: _("Sistem sedang tidak tersedia. Cobalah beberapa saat lagi."),
    }
    body = problem(status, sentences[HTTPStatus(status)])
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def _errors(data: Any, name: str = "") -> Iterable[dict[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _errors(value, str(key))
    elif isinstance(data, list):
        for value in data:
            yield from _errors(value, name)
    else:
        yield {"parameter": name, "detail": str(data)}
