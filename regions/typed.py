"""How does what somebody typed survive the end of their session?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mpp_tracker.lib.language import plain_path

# Where a form's content waits while its sender signs in again.
TYPED = "typed"


def keep_and_sign_in(request: HttpRequest, form: type[forms.Form]) -> HttpResponse:
    """Lead whoever is not signed in to the door and back to this form; what was typed waits meanwhile."""
    if request.method == "POST":
        typed = {
            name: request.POST.getlist(name) if isinstance(field, forms.MultipleChoiceField) else request.POST[name]
            for name, field in form.base_fields.items()
            if name in request.POST
        }
        request.session[TYPED] = {"path": plain_path(request.path), "values": typed}
        messages.warning(request, _("Sesi Anda berakhir. Masuklah lagi; isian Anda tersimpan."))
    return redirect_to_login(request.path)


def typed_before(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed into this form before its sender had to sign in again."""
    kept = request.session.get(TYPED, {})
    if request.method == "POST" or kept.get("path") != plain_path(request.path):
        return {}
    del request.session[TYPED]
    values: dict[str, Any] = kept["values"]
    return values
