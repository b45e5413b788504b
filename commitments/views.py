"""Which page answers whoever keeps an institution's presence?"""

import re
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from commitments.forms import PresenceForm, said_of
from commitments.models import Presence, institutions_of
from commitments.reports import institution_room, institutions_without_counter, reportable_by, site_room
from commitments.services.presence import send_presence
from regions.choices import EntryState
from regions.models import Site
from regions.typed import keep_and_sign_in, typed_before

# What fits the column.
KEY = re.compile(r"[0-9]{1,18}", re.ASCII)


@require_safe
@login_required
def room(request: HttpRequest) -> HttpResponse:
    """Show somebody who speaks for institutions where these are, and where they are missing."""
    user = _user(request)
    if not institutions_of(user):
        raise PermissionDenied
    shown = institution_room(user, today=timezone.localdate(), province=request.GET.get("provinsi", ""))
    return render(request, "commitments/room.html", {"room": shown})


@require_safe
@login_required
def site_counters(request: HttpRequest, pk: int) -> HttpResponse:
    """Show whoever reports on a site its counters, and the reports that wait or came back."""
    user = _user(request)
    site = get_object_or_404(Site.objects.editable_by(user).select_related("regency"), pk=pk)
    shown = site_room(site, user, today=timezone.localdate())
    return render(request, "commitments/site.html", {"room": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def new_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a report of a new counter, from its site or its institution; what was typed outlives the session."""
    if not request.user.is_authenticated:
        return keep_and_sign_in(request, PresenceForm)
    if (sent := _sent_before(request)) is not None:
        return redirect(sent)
    user = _user(request)
    site = get_object_or_404(Site.objects.visible_to(user).select_related("regency"), pk=pk)
    if not (institutions_of(user) or Site.objects.editable_by(user).filter(pk=site.pk).exists()):
        raise Http404
    free = institutions_without_counter(site, user, today=timezone.localdate())
    initial = {"institution": request.GET.get("instansi"), **_said_before(request, site), **typed_before(request)}
    form = PresenceForm(request.POST or None, site=site, institutions=free, initial=initial)
    return _take(request, form, site=site)


@require_http_methods(["GET", "HEAD", "POST"])
def update_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole statement about a counter anew: what changed, or that it closed."""
    if not request.user.is_authenticated:
        return keep_and_sign_in(request, PresenceForm)
    if (sent := _sent_before(request)) is not None:
        return redirect(sent)
    rows = reportable_by(_user(request)).select_related("site__regency", "institution")
    presence = get_object_or_404(rows, pk=pk)
    initial = {**_said_before(request, presence.site), **typed_before(request)}
    form = PresenceForm(request.POST or None, site=presence.site, supersedes=presence, initial=initial)
    return _take(request, form, site=presence.site, supersedes=presence)


@require_safe
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report of a presence with its number and what became of it."""
    said = Presence.objects.known_to(request.user)
    rows = said.select_related("site__regency", "institution", "agreement", "reported_by", "reviewed_by", "supersedes")
    entry = get_object_or_404(rows, pk=pk)
    keeps_site = Site.objects.editable_by(_user(request)).filter(pk=entry.site_id).exists()
    context = {"entry": entry, "services": list(entry.services.all()), "keeps_site": keeps_site}
    return render(request, "commitments/receipt.html", context)


def _take(request: HttpRequest, form: PresenceForm, *, site: Site, supersedes: Presence | None = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        presence, services = form.statement()
        try:
            entry = send_presence(presence, services=services, by=_user(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(entry)
    return render(request, "commitments/report.html", {"form": form, "site": site, "supersedes": supersedes})


def _sent_before(request: HttpRequest) -> Presence | None:
    """Return what came of the same sending: its institution is offered no longer, what it updates may be replaced."""
    try:
        client_id = UUID(request.POST.get("client_id", ""))
    except ValueError:
        return None
    return Presence.objects.filter(client_id=client_id, reported_by=_user(request)).first()


def _said_before(request: HttpRequest, site: Site) -> dict[str, Any]:
    """Return what a returned report said that is to be mended, so that nobody types 200 services again."""
    key = request.GET.get("dari", "")
    if request.method == "POST" or not KEY.fullmatch(key):
        return {}
    returned = Presence.objects.visible_to(request.user).filter(site=site, state=EntryState.RETURNED, pk=int(key))
    presence = returned.first()
    return {} if presence is None else {**said_of(presence), "note": presence.note}


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
