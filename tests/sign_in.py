"""How do tests sign in, as people and as attackers do?"""

from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

LOGIN = "/akun/login/"
PERSON = "dinas@ponorogo.example"
PASSWORD = "rahasia-sekali-lho"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(client: Client, password: str = PASSWORD, email: str = PERSON, **extra: Any) -> Any:
    """Fill in the sign-in form."""
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def is_signed_in(client: Client) -> bool:
    """Return whether the client has a session of somebody's."""
    return "_auth_user_id" in client.session


def totp_code() -> str:
    """Return the code that an authenticator app with our `SECRET` shows now."""
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))
