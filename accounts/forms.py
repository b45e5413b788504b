"""What does the door ask for?"""

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from django.core.exceptions import ValidationError

from accounts.choices import Outcome
from accounts.services import note_sign_in


class SecondFactorForm(AuthenticateForm):
    """Ask for the code of the second factor, and keep note of wrong ones."""

    def clean_code(self) -> str:
        """Return a code that is right.

        Raises:
            ValidationError: it is wrong, or too many were.
        """
        try:
            code: str = super().clean_code()
        except ValidationError as error:
            outcome = Outcome.WRONG_CODE if error.code == "incorrect_code" else Outcome.THROTTLED
            note_sign_in(context.request, outcome, user=self.user)
            raise
        return code
