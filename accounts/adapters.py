"""Who may make an account by signing in? Nobody: accounts are made by an administrator."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Sign in with the accounts there are."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether strangers may make themselves an account."""
        return False


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
