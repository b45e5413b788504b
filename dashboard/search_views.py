"""Which page finds what somebody names?"""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from dashboard.search import search
from mpp_tracker.lib.language import in_language
from regions.spelling import MAX_LENGTH

SHORTEST = 2


class SearchForm(forms.Form):
    """Read from an address what somebody looks for."""

    q = forms.CharField(
        label=_("Provinsi, kabupaten/kota, MPP, atau instansi"),
        required=False,
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": _("Tulis paling banyak %(limit_value)d huruf.")},
    )

    def clean_q(self) -> str:
        """Refuse a single letter, which almost every name holds."""
        typed: str = self.cleaned_data["q"]
        if len(typed) == 1:
            raise ValidationError(_("Tulis sedikitnya %(least)d huruf."), params={"least": SHORTEST})
        return typed


@require_safe
@vary_on_cookie
@cache_control(private=True, no_cache=True)
def find(request: HttpRequest) -> HttpResponse:
    """Show what has a name like the one looked for."""
    form = SearchForm(request.GET)
    shown: dict[str, Any] = {"form": form}
    if not form.is_valid():
        return render(request, "dashboard/search.html", shown, status=HTTPStatus.BAD_REQUEST)
    if typed := form.cleaned_data["q"]:
        shown["page"] = search(typed, request.user, today=timezone.localdate())
    return render(request, "dashboard/search.html", shown)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines to leave out what needs an account, and the many days of which each page can be asked."""
    closed = ["/admin/", "/akun/", "/api/", "/kerja/", "/verifikasi/", "/pantauan/", "/pemberitahuan/", "/cari/"]
    # Each visit would have a paper made.
    closed.append("/bahan-rapat/pdf/")
    codes = [code for code, _name in settings.LANGUAGES]
    paths = [in_language(path, code) for code in codes for path in closed]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths), "Disallow: /*?"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
