"""Who may make an account by signing in? Nobody: accounts are made by an administrator."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Sign in with the accounts there are."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether strangers may make themselves an account."""
        return False


class ClosedSocialAccountAdapter(DefaultSocialAccountAdapter):
    """Let the government's identity provider sign in the accounts there are, by e-mail address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Return whether whoever the provider knows becomes an account here."""
        return False
