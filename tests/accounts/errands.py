"""What do the sign-in tests have done on a database of their own, by a process that then ends?"""

from allauth.mfa.totp.internal.auth import TOTP

from accounts.models import User
from tests.sign_in import PASSWORD, PERSON, SECRET

CALL = ("shell", "--no-imports", "-c", "from tests.accounts import errands; errands.people()")
"""The command that has `people` done."""


def people() -> None:
    """Make an officer, a person whose account was closed, and staff with and without a second factor."""
    User.objects.create_user(PERSON, PASSWORD)
    User.objects.create_user("dahulu@ponorogo.example", PASSWORD, is_active=False)
    User.objects.create_superuser("baru@menpan.example")
    TOTP.activate(User.objects.create_superuser("staf@menpan.example", PASSWORD), SECRET)
