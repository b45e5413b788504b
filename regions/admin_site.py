"""Who may enter the admin?"""

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from regions.models import turf_of


class PantauAdminSite(AdminSite):
    """The admin, for whoever edits the nation's records and for administrators."""

    site_title = _("Admin Pantau MPP")
    site_header = _("Pantau MPP")
    index_title = _("Kelola data")
    login_form = AuthenticationForm

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Answer a search; a character that no text of the database can hold finds nothing."""
        if "\0" in request.GET.get("term", ""):
            return JsonResponse({"results": [], "pagination": {"more": False}})
        return super().autocomplete_view(request)

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may see any page of the admin, decided anew on every request."""
        return turf_of(request.user).is_editor
