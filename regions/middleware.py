"""Has whoever edits the nation's records set up a second factor?"""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mpp_tracker.lib.language import plain_path
from regions.models import Person, turf_of

# Where the second factor is set up, and where one leaves without it.
OPEN_PATHS = ("/akun/", "/static/", "/healthz", "/readyz")
# Where rights are handed on to programs.
CLOSED_PATHS = ("/akun/token/", "/akun/webhook/")


def lacks_second_factor(user: Person) -> bool:
    """Return whether `user` has still to set up a second factor, which their role demands."""
    return settings.REQUIRE_SECOND_FACTOR and turf_of(user).is_editor and not is_mfa_enabled(user)


class SecondFactorMiddleware:
    """Send staff without a second factor to set one up, before they reach anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or redirect it."""
        path = plain_path(request.path)
        is_open = path.startswith(OPEN_PATHS) and not path.startswith(CLOSED_PATHS)
        if not is_open and lacks_second_factor(request.user):
            messages.warning(request, _("Pasang verifikasi dua langkah dahulu; peran Anda memerlukannya."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)
