"""Who gets in, how slowly, and what is noted of it? Nobody makes an account: an administrator does."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse

from accounts.choices import Method, Outcome
from accounts.devices import known_device, remember_device
from accounts.models import User
from accounts.services import note_sign_in
from mpp_tracker.lib.language import in_indonesian


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Sign in with the accounts there are."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether strangers may make themselves an account."""
        return False

    @in_indonesian
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail: in Indonesian, as all that leaves the house."""
        super().send_mail(template_prefix, email, context)

    @in_indonesian
    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address that such a mail leads to."""
        url: str = super().get_reset_password_from_key_url(key)
        return url

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Let a device try on which the account has signed in before, however often strangers have tried.

        Raises:
            ValidationError: too many wrong passwords, from this device or from all others together.
        """
        email = credentials.get("email", "")
        device = known_device(request, email)
        try:
            if device is None:
                super().pre_authenticate(request, **credentials)
            elif not ratelimit.consume(request, action="login_on_known_device", key=device):
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            # A flood is noted, not every drop of it.
            if ratelimit.consume(request, action="note_throttled"):
                note_sign_in(request, Outcome.THROTTLED, email=email, method=Method.PASSWORD)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a wrong password, or one for an account that is not."""
        note_sign_in(request, Outcome.WRONG_PASSWORD, email=credentials.get("email", ""), method=Method.PASSWORD)

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Note whoever proved who they are and has a deactivated account."""
        if not user.is_active:
            note_sign_in(request, Outcome.REFUSED, user=user)
        response: HttpResponse | None = super().pre_login(request, user, **more)
        return response

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session."""
        super().login(request, user)
        note_sign_in(request, Outcome.SIGNED_IN, user=user)

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Lead on from the door, on a device that is known from now on."""
        response: HttpResponse = super().post_login(request, user, **more)
        remember_device(response, user.email)
        return response

    def logout(self, request: HttpRequest) -> None:
        """End the session."""
        note_sign_in(request, Outcome.SIGNED_OUT, user=request.user)
        super().logout(request)


class ClosedSocialAccountAdapter(DefaultSocialAccountAdapter):
    """Let the government's identity provider sign in the accounts there are, by e-mail address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return whether whoever the provider knows becomes an account here."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bind the account of a verified address to the person at the provider who comes with it first.

        From then on only that person is let in, whoever else is given the address later. allauth's own
        EMAIL_AUTHENTICATION takes the text "false" for a verified address, and takes the password away.

        Raises:
            PermissionDenied: somebody signed in wants to bind a person of their choice to their account.
        """
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise PermissionDenied
        if sociallogin.is_existing:
            return
        verified = [address.email.lower() for address in sociallogin.email_addresses if address.verified is True]
        user = User.objects.filter(email__in=verified, socialaccount=None).first()
        if user is not None:
            sociallogin.connect(request, user)
        else:
            said = next((address.email for address in sociallogin.email_addresses), "")
            note_sign_in(request, Outcome.REFUSED, email=said, method=Method.PROVIDER)
