"""Which page answers whoever writes, sends or reads letters to late regions?"""

from functools import partial
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from mpp_tracker.lib.tables import page_or_file
from regions.models import Regency, require_editor, turf_of
from taskforce.forms.letters import CancelForm, LetterForm, SentForm
from taskforce.lateness import lateness, waiting_reports
from taskforce.models import Letter
from taskforce.services.letters import addressee, cancel, mark_sent, write_letter
from taskforce.tables import letter_tables

PER_PAGE = 50


@require_safe
@login_required
def letters(request: HttpRequest) -> HttpResponse:
    """Show the letters that were made, latest first."""
    user = cast("User", request.user)
    turf = turf_of(user)
    if not (turf.sees_nation or turf.regencies or turf.provinces):
        raise PermissionDenied
    rows = Letter.objects.visible_to(user).defer("document").select_related("regency__province")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("halaman"))
    units = Regency.objects.filter(is_autonomous=True).values_list("code", "name") if turf.is_editor else ()
    every_row = partial(letter_tables, rows, today=timezone.localdate())
    return page_or_file(request, "taskforce/letters.html", {"page": page, "units": units}, every_row)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_letter(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is late about a regency, and make a letter of it."""
    user = require_editor(request.user)
    units = Regency.objects.filter(is_autonomous=True).select_related("province")
    regency = get_object_or_404(units, code=code)
    letter = Letter(regency=regency)
    form = LetterForm(request.POST or None, instance=letter)
    if request.method == "POST" and form.is_valid():
        try:
            write_letter(letter, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(letter)s tersimpan. Kirim, lalu tandai terkirim.") % {"letter": letter})
            return redirect(letter)
    as_at = timezone.localdate() if "dated_on" in form.errors else letter.dated_on
    shown = {
        "late": lateness(regency, today=as_at),
        "waiting": waiting_reports(regency),
        "form": form,
        "addressee": addressee(regency),
    }
    return render(request, "taskforce/letter_form.html", shown)


@require_safe
@login_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one letter and what became of it."""
    return _page(request, _letter(request, pk))


@require_safe
@login_required
def letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the letter as it was made."""
    found = get_object_or_404(Letter.objects.visible_to(cast("User", request.user)), pk=pk)
    response = HttpResponse(bytes(found.document), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{slugify(str(found))}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a letter was sent."""
    user, found, form = require_editor(request.user), _letter(request, pk), SentForm(request.POST)
    if form.is_valid():
        try:
            mark_sent(found, **form.cleaned_data, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Surat tercatat terkirim."))
            return redirect(found)
    return _page(request, found, sent=form)


@require_POST
@login_required
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a letter that was not sent."""
    user, found, form = require_editor(request.user), _letter(request, pk), CancelForm(request.POST)
    if form.is_valid():
        try:
            cancel(found, **form.cleaned_data, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Surat dibatalkan."))
            return redirect(found)
    return _page(request, found, cancelled=form)


def _letter(request: HttpRequest, pk: int) -> Letter:
    rows = Letter.objects.visible_to(cast("User", request.user)).defer("document")
    return get_object_or_404(rows.select_related("regency__province", "made_by", "sent_by"), pk=pk)


def _page(
    request: HttpRequest, found: Letter, *, sent: SentForm | None = None, cancelled: CancelForm | None = None
) -> HttpResponse:
    is_open = Letter.objects.editable_by(cast("User", request.user)).filter(pk=found.pk).exists()
    context = {
        "letter": found,
        "sees_people": turf_of(request.user).sees_nation,
        "is_open": is_open,
        "sent": sent or SentForm(),
        "cancelled": cancelled or CancelForm(),
    }
    return render(request, "taskforce/letter.html", context)
