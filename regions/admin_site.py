"""Who may enter the admin?"""

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regions.models import turf_of


class PantauAdminSite(AdminSite):
    """The admin, for whoever edits the nation's records and for administrators."""

    site_title = _("Admin Pantau MPP")
    site_header = _("Pantau MPP")
    index_title = _("Kelola data")
    login_form = AuthenticationForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may see any page of the admin, decided anew on every request."""
        return turf_of(request.user).is_editor
