"""Which pages and files give the data away?"""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dashboard.open_data import release_page
from dashboard.pages import figures_page
from regions.rules import written_day
from taskforce.models import Release, ReleaseFile
from taskforce.opendata.writing import content_type
from taskforce.services.releases import read

LATEST = "terbaru"
"""Stands in an address for the day of the latest release."""
FOR_EVER = 365 * 24 * 3600


@figures_page
def data(request: HttpRequest) -> HttpResponse:
    """Show the latest release, and all there are."""
    releases = list(Release.objects.visible_to(request.user).select_related("previous"))
    page = release_page(releases[0], releases) if releases else None
    return render(request, "dashboard/data.html", {"page": page})


@figures_page
def data_release(request: HttpRequest, day: str) -> HttpResponse:
    """Show one release."""
    if day == LATEST:
        return redirect("dashboard:data")
    release = _release(request, day)
    releases = list(Release.objects.visible_to(request.user).select_related("previous"))
    return render(request, "dashboard/data.html", {"page": release_page(release, releases)})


@require_safe
def data_file(request: HttpRequest, day: str, name: str) -> HttpResponse:
    """Send a file of a release: under its day never another, under `terbaru` the one of the latest release."""
    release = _release(request, day)
    # Looked up here, not by the database, which takes no NUL.
    keys = dict(ReleaseFile.objects.filter(release=release).values_list("name", "pk"))
    if name not in keys:
        raise Http404(_("Rilis ini tidak memuat berkas itu. Yang ada: %(names)s.") % {"names": ", ".join(keys)})
    file = ReleaseFile.objects.select_related("content").get(pk=keys[name])
    packed = bool(re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")))
    body = bytes(file.content.body) if packed else read(file)
    response = HttpResponse(body, content_type=content_type(name))
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Content-Disposition"] = f'attachment; filename="pantau-mpp_{release}_{name}"'
    # Not the language of the page it was found on.
    response["Content-Language"] = "id"
    response["X-Checksum-SHA256"] = file.content_id
    # Public by intent, so that programs of other sites may read it; no page of ours is.
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Content-Location, X-Checksum-SHA256"
    patch_vary_headers(response, ["Accept-Encoding"])
    if day == LATEST:
        response["Content-Location"] = f"../{release}/{name}"
        patch_cache_control(response, public=True, no_cache=True)
    else:
        patch_cache_control(response, public=True, max_age=FOR_EVER, immutable=True)
    # Of the bytes that are sent: packed ones are others.
    etag = f'"{file.content_id}{"-gzip" if packed else ""}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _release(request: HttpRequest, day: str) -> Release:
    """Return the release of a day.

    Raises:
        Http404: there is none; says which there are.
    """
    releases = Release.objects.visible_to(request.user).select_related("previous")
    latest = releases.first()
    if latest is None:
        raise Http404(_("Belum ada rilis data."))
    if day == LATEST:
        return latest
    try:
        asked = date.fromisoformat(day) if len(day) == len("2026-11-22") else None
    except ValueError:
        asked = None
    if asked is None:
        raise Http404(_("Tulis hari rilis sebagai tahun-bulan-tanggal, misalnya %(day)s.") % {"day": latest})
    release = releases.filter(day=asked).first()
    if release is None:
        raise Http404(_why_not(asked, latest, first=releases.last() or latest))
    return release


def _why_not(asked: date, latest: Release, *, first: Release) -> str:
    days = {"asked": written_day(asked), "first": written_day(first.day), "latest": written_day(latest.day)}
    if asked > latest.day:
        return _("Belum ada rilis %(asked)s; yang terbaru %(latest)s.") % days
    if asked < first.day:
        return _("Tidak ada rilis %(asked)s; yang pertama %(first)s.") % days
    before = Release.objects.before(asked)
    days["before"] = written_day(before.day if before else None)
    return _("Tidak ada rilis %(asked)s; yang terakhir sebelumnya %(before)s.") % days
