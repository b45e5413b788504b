"""Which pages show one regency or one MPP?"""

import re
from functools import partial
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard import tables
from dashboard.asking import asked, refused
from dashboard.pages import figures_page
from dashboard.places import regency_page, site_page
from mpp_tracker.lib.tables import page_or_file
from regions.models import FormerProvince, Province, Regency, Site
from taskforce.forms import PlaceForm

CODE = re.compile(r"[0-9]{2}[.][0-9]{2}")


@figures_page
def regency(request: HttpRequest, code: str) -> HttpResponse:
    """Show one regency: how far it is, what was promised and said of it, who is as far."""
    form = asked(request, PlaceForm)
    if not form.is_valid():
        return refused(request, form)
    areas = Regency.objects.select_related("province", "served_by").prefetch_related("former_provinces__province")
    row = areas.filter(code=code).first() if CODE.fullmatch(code) else None
    if row is None:
        return _unknown(request, code)
    page = regency_page(row, form.question, request.user)
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/regency.html", shown, partial(tables.regency_tables, page))


@figures_page
def site(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one MPP: how far it is, and what was said of it when, by whom where the reader may know."""
    form = asked(request, PlaceForm)
    if not form.is_valid():
        return refused(request, form)
    sites = Site.objects.visible_to(request.user).select_related("regency__province")
    row = get_object_or_404(sites.prefetch_related("regency__former_provinces__province"), pk=pk)
    page = site_page(row, form.question, request.user)
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/site.html", shown, partial(tables.site_tables, page))


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    """Say that there is no such regency, and where what was meant may be found."""
    # A spreadsheet that takes a code for a number writes 11.10 as 11.1.
    meant = {code, f"{code}0"} if re.fullmatch(r"[0-9]{2}[.][0-9]{1,2}", code) else set()
    shown = {
        "is_written_right": bool(CODE.fullmatch(code)),
        "moved": FormerProvince.objects.filter(former_code__in=meant).select_related("regency__province", "province"),
        "alike": Regency.objects.filter(code__in=meant),
        "province": Province.objects.filter(code=code[:2]).first() if meant else None,
    }
    return render(request, "dashboard/regency_unknown.html", shown, status=HTTPStatus.NOT_FOUND)
