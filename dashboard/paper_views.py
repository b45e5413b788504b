"""Which page hands out a paper for a meeting, and shows how far it is until then?"""

import time
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.asking import asked, refused
from dashboard.paper_pdf import document_of
from mpp_tracker.lib.limits import put_off, seconds_to_wait
from taskforce.choices import PaperState
from taskforce.forms.papers import PaperForm
from taskforce.models import Paper
from taskforce.models.papers import PATIENCE
from taskforce.services.papers import ask_for, make_one

PER_VISITOR = "10/min"
"""Nobody reads faster; an office behind one address signs in."""
PER_ACCOUNT = "20/min"
RETRY_AFTER_SECONDS = 60
"""When to try again where too many papers wait already."""
_LOOK_EVERY_SECONDS = 0.05


@require_safe
@never_cache
def papers(request: HttpRequest) -> HttpResponse:
    """Show what a paper can be made about."""
    form = asked(request, PaperForm)
    form.is_valid()
    return render(request, "dashboard/papers.html", {"form": form})


@require_safe
@never_cache
def paper_new(request: HttpRequest) -> HttpResponse:
    """Send the paper that was asked for, or lead to where one sees how far it is."""
    form = asked(request, PaperForm)
    if not form.is_valid():
        return refused(request, form)
    if wait := seconds_to_wait(request, "paper", visitor=PER_VISITOR, account=PER_ACCOUNT):
        return put_off(request, _("Anda meminta terlalu banyak bahan rapat dalam waktu singkat."), wait=wait)
    try:
        paper = ask_for(form.asked, by=request.user, today=form.today)
    except ValidationError as error:
        return put_off(request, " ".join(error.messages), wait=RETRY_AFTER_SECONDS)
    if _wait_for(paper):
        return _file(paper)
    return redirect("dashboard:paper", paper.pk)


@require_safe
@never_cache
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a paper is; one that nobody took on is made here."""
    found = _paper(request, pk)
    now = timezone.now()
    if not found.standing.is_final and found.asked_at < now - PATIENCE:
        make_one(found, document_of, now=now)
        found = _paper(request, pk)
    return render(request, "dashboard/paper.html", {"paper": found, "state": found.standing})


@require_safe
@never_cache
def paper_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a paper that is made."""
    found = _paper(request, pk)
    if found.state != PaperState.DONE:
        return redirect("dashboard:paper", pk)
    return _file(found)


def _paper(request: HttpRequest, pk: UUID) -> Paper:
    found = Paper.objects.visible_to(request.user).defer("document").filter(pk=pk).first()
    if found is None:
        raise Http404(_("Bahan rapat ini tidak ada, atau sudah lewat satu hari. Mintalah sekali lagi."))
    return found


def _wait_for(paper: Paper) -> bool:
    """Wait a moment for a paper; return whether it is made."""
    until = time.monotonic() + settings.PAPER_WAIT_SECONDS
    while not (state := PaperState(Paper.objects.values_list("state", flat=True).get(pk=paper.pk))).is_final:
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK_EVERY_SECONDS)
    return state == PaperState.DONE


def _file(paper: Paper) -> HttpResponse:
    made = get_object_or_404(Paper.objects.only("document", "asked"), pk=paper.pk)
    response = HttpResponse(bytes(made.document or b""), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{slugify(str(made))}.pdf"'
    return response
