"""What does an officer's device ask for, to work without a line and to send what waited?"""

from pathlib import Path
from typing import cast

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Say who is signed in, with a token for the forms they send: none is good after another sign-in."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@require_safe
@never_cache
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from where it works: a browser lets it serve no page above its own address."""
    program = Path(cast("str", finders.find("js/worker.js")))
    return HttpResponse(program.read_bytes(), content_type="text/javascript; charset=utf-8")
