"""Has somebody signed in to this account on this device before?"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

_SALT = "accounts.devices"
_LIFETIME = timedelta(days=180)


def known_device(request: HttpRequest, email: str) -> str | None:
    """Return the number this device was given when the account of `email` signed in on it, None when it never did."""
    number: str | None = request.get_signed_cookie(_cookie(email), default=None, salt=_SALT, max_age=_LIFETIME)
    return number


def remember_device(response: HttpResponse, email: str) -> None:
    """Give the device a number by which `known_device` knows it from now on."""
    response.set_signed_cookie(
        _cookie(email),
        secrets.token_urlsafe(16),
        salt=_SALT,
        max_age=_LIFETIME,
        # Nobody but the sign-in page asks.
        path=reverse("account_login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _cookie(email: str) -> str:
    # A name of its own for each account: offices share computers. The signature covers the name.
    return "device_" + hashlib.sha256(email.lower().encode()).hexdigest()[:16]
