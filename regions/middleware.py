"""Has whoever edits the nation's records set up a second factor?"""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mpp_tracker.lib.language import plain_path
from regions.models import turf_of

# Where the second factor is set up, and where one leaves without it.
OPEN_PATHS = ("/akun/", "/static/", "/healthz", "/readyz")


class SecondFactorMiddleware:
    """Send staff without a second factor to set one up, before they reach anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or redirect it."""
        if (
            settings.REQUIRE_SECOND_FACTOR
            and not plain_path(request.path).startswith(OPEN_PATHS)
            and self._lacks_one(request)
        ):
            messages.warning(request, _("Pasang verifikasi dua langkah dahulu; peran Anda memerlukannya."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def _lacks_one(request: HttpRequest) -> bool:
        return turf_of(request.user).is_editor and not is_mfa_enabled(request.user)
