"""As whom does a program speak to the API?"""

from typing import NoReturn

import pghistory
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import User
from mpp_tracker.lib.limits import seconds_to_wait
from regions.middleware import lacks_second_factor
from regions.models import ApiToken
from regions.services.tokens import token_of

WRONG_TOKENS = "30/min"
"""So many wrong tokens an address may bring before it is told to wait; a right one is never made to."""


class TokenAuthentication(BaseAuthentication):
    """Take `Authorization: Bearer mpp_…` for the person whose token it is, with the rights that it leaves them."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the person and the token, None when no token was brought.

        Raises:
            AuthenticationFailed: it is no token, or none that opens anything now.
            PermissionDenied: it only reads, or its owner has still to set up a second factor.
            Throttled: too many wrong ones came from this address.
        """
        said = get_authorization_header(request).split(maxsplit=1)
        if not said or said[0].lower() != b"bearer":
            return None
        secret = said[1].decode("ascii", errors="replace") if len(said) > 1 else ""
        token = token_of(secret, now=timezone.now())
        if token is None:
            self._refuse(request)
        # By the person's whole turf: a token for one place is no way around the second factor.
        if lacks_second_factor(token.user):
            raise PermissionDenied(_("Pasang verifikasi dua langkah dahulu; peran Anda memerlukannya."))
        if token.reads_only and request.method not in SAFE_METHODS:
            raise PermissionDenied(_("Token ini hanya untuk membaca."))
        pghistory.context(token=token.prefix)
        return token.holder(), token

    def authenticate_header(self, request: Request) -> str:
        """Return how a program is to say who it is, so that not saying is answered with 401."""
        return 'Bearer realm="api"'

    @staticmethod
    def _refuse(request: Request) -> NoReturn:
        asking = request._request
        if wait := seconds_to_wait(asking, "wrong-token", visitor=WRONG_TOKENS, account=WRONG_TOKENS):
            raise Throttled(wait=wait)
        raise AuthenticationFailed(_("Token ini tidak dikenal, sudah dicabut, atau sudah tidak berlaku."))
