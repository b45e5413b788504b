"""Which page answers whoever follows or reports on the task force's action plan?"""

from functools import partial
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from commitments.models import institutions_of
from mpp_tracker.lib.tables import Table, page_or_file
from regions.evidence_views import as_download
from regions.models import Regency, require_editor, turf_of
from regions.typed import keep_and_sign_in, typed_before
from taskforce.forms.actions import ActionFilterForm, ActionItemForm, ActionUpdateForm, about_from
from taskforce.models import ActionItem, ActionProof
from taskforce.reports import action_list, action_page, all_rows, mandate_page, owners_of
from taskforce.services.actions import change, open_to, plan, report_on
from taskforce.tables import action_tables, mandate_tables


@require_safe
def mandate(request: HttpRequest) -> HttpResponse:
    """Show who the task force is, what it was directed to do, and its targets."""
    today = timezone.localdate()
    page = mandate_page(request.user, today=today)
    rows = partial(mandate_tables, page, today=today)
    return page_or_file(request, "taskforce/mandate.html", {"page": page}, rows)


@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """Show the action plan, as a list or as a board."""
    turf = turf_of(request.user)
    has_own = bool(turf.regencies or turf.provinces or institutions_of(request.user))
    form = ActionFilterForm(request.GET, owners=owners_of(request.user), has_own=has_own)
    form.is_valid()
    # A filter that names nothing known is left out, and the form says so beside it.
    chosen = form.cleaned_data
    number = request.GET.get("halaman", "")
    today = timezone.localdate()
    shown = action_list(request.user, chosen, today=today, number=number)
    context = {"list": shown, "form": form, "is_board": chosen.get("tampilan") == "papan"}

    def tables() -> tuple[Table, ...]:
        return action_tables(all_rows(shown, today=today), today=today)

    return page_or_file(request, "taskforce/actions.html", context, tables)


@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one item, and take what those who may report say of it; what was typed outlives the session."""
    if request.method == "POST" and not request.user.is_authenticated:
        return keep_and_sign_in(request, ActionUpdateForm)
    items = ActionItem.objects.visible_to(request.user)
    related = ("owner", "directive", "target", "province", "regency__province", "site__regency__province", "created_by")
    item = get_object_or_404(items.select_related(*related), pk=pk)
    states = open_to(item, request.user) if isinstance(request.user, User) else ()
    page = action_page(item, request.user, today=timezone.localdate())
    initial = {"state": page.row.state, "progress_pct": page.row.progress_pct, **typed_before(request)}
    form = ActionUpdateForm(request.POST or None, request.FILES or None, states=states, initial=initial)
    if request.method == "POST":
        user = cast("User", request.user)
        if not ActionItem.objects.editable_by(user).filter(pk=pk).exists():
            raise PermissionDenied
        # Where the same was sent before, `report_on` says what became of it, whatever is open by now.
        if form.is_valid():
            try:
                report_on(form.update_of(item), uploads=form.cleaned_data["proofs"], by=user)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("Perkembangan tercatat."))
                return redirect(item)
    context = {
        "page": page,
        "form": form,
        "is_open": bool(states),
        "may_change": bool(states) and turf_of(request.user).is_editor,
    }
    return render(request, "taskforce/action.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_action(request: HttpRequest) -> HttpResponse:
    """Plan an item."""
    user = require_editor(request.user)
    item = ActionItem(**about_from(request.GET.dict()))
    form = ActionItemForm(request.POST or None, instance=item, initial=typed_before(request))
    if request.method == "POST" and form.is_valid():
        item.client_id = form.cleaned_data["client_id"]
        try:
            planned = plan(item, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Rencana aksi tercatat."))
            return redirect(planned)
    return _planning(request, form, item)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@transaction.atomic
def change_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is planned; whoever saves second sees what the first changed."""
    user = require_editor(request.user)
    item = get_object_or_404(ActionItem.objects.editable_by(user).select_related("regency", "site"), pk=pk)
    form = ActionItemForm(request.POST or None, instance=item)
    if request.method == "POST" and form.is_valid():
        try:
            change(item, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Perubahan tersimpan."))
            return redirect(item)
    return _planning(request, form, item)


@require_safe
@login_required
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """Send a file that proves an update to whoever reads that."""
    return as_download(get_object_or_404(ActionProof.objects.visible_to(request.user), pk=pk))


def _planning(request: HttpRequest, form: ActionItemForm, item: ActionItem) -> HttpResponse:
    areas = Regency.objects.filter(is_autonomous=True).values_list("code", "name")
    return render(request, "taskforce/action_form.html", {"form": form, "item": item, "areas": areas})
