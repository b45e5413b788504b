"""How much may one request bring, and how often may somebody ask for what is dear?"""

import math
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_network
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from rest_framework.throttling import SimpleRateThrottle

from mpp_tracker.lib.problems import problem_response


class AskerThrottle(SimpleRateThrottle):
    """Count in the cache how often somebody asked: an account by itself, visitors by the address they come from."""

    def __init__(self, scope: str, *, rate: str) -> None:
        self.scope, self.rate = scope, rate
        super().__init__()

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        """Return what is counted."""
        return f"asked:{self.scope}:{asker(request)}"


def asker(request: Any) -> str:
    """Return who asks: an account, or an address; of IPv6 a whole network, whose household has addresses to waste."""
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    address = get_adapter().get_client_ip(request)
    return str(ip_network(f"{address}/64", strict=False) if ":" in address else address)


def seconds_to_wait(request: HttpRequest, scope: str, *, visitor: str, account: str) -> int:
    """Return 0 when the request may go on, and is counted; else in how many seconds it may be tried again.

    Args:
        request: who asks.
        scope: what is asked for.
        visitor: how often somebody may who is not signed in, as `10/min`.
        account: how often an account may.
    """
    throttle = AskerThrottle(scope, rate=account if request.user.is_authenticated else visitor)
    if throttle.allow_request(request, None):  # type: ignore[arg-type]
        return 0
    return math.ceil(throttle.wait() or 1)


def put_off(request: HttpRequest, reason: str, *, wait: int) -> HttpResponse:
    """Return the page that says in how many seconds to ask again."""
    status = HTTPStatus.TOO_MANY_REQUESTS
    response = render(request, "error.html", {"status": status.value, "reason": reason}, status=status)
    response["Retry-After"] = str(wait)
    return response


class BodyLimitMiddleware:
    """Refuse a body that is too large by what the request says of it, before any of it is kept.

    Strangers may send what fits in memory, `DATA_UPLOAD_MAX_MEMORY_SIZE`; who is signed in, `MAX_REQUEST_BYTES`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or refuse it."""
        small: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        # In chunks, without a length: Django would take it for an empty body.
        if "Transfer-Encoding" in request.headers:
            return self._refuse(request, small)
        if length <= small:
            return self.get_response(request)
        limit: int = settings.MAX_REQUEST_BYTES if request.user.is_authenticated else small
        if length <= limit:
            return self.get_response(request)
        # A browser that is cut off while it sends shows no answer: let it finish, and keep nothing.
        while request.read(64 * 1024):
            pass
        return self._refuse(request, limit)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Refuse a form whose body ended before its announced length.

        Django takes what arrived for all of it: a report would be entered without the file that was cut off.
        """
        if request.method != "POST" or request.content_type != "multipart/form-data":
            return None
        _read = request.POST
        stream: Any = getattr(request, "_stream", None)
        if getattr(stream, "_pos", 0) >= getattr(stream, "limit", 0):
            return None
        status, reason = HTTPStatus.BAD_REQUEST, _("Kiriman ini terputus di tengah jalan. Kirim sekali lagi.")
        return render(request, "error.html", {"status": status.value, "reason": reason}, status=status)

    @staticmethod
    def _refuse(request: HttpRequest, limit: int) -> HttpResponse:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        response: HttpResponse
        if request.path.startswith("/api/"):
            response = problem_response(request, status)
        else:
            sentence = _("Satu kiriman paling besar %(limit)d MB. Kirim lebih sedikit berkas, atau yang lebih kecil.")
            reason = sentence % {"limit": limit // 1024**2}
            response = render(request, "error.html", {"status": status.value, "reason": reason}, status=status)
        response["Connection"] = "close"
        return response
