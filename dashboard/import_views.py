"""Which page takes a file in, shows what it does, and has it saved or taken back?"""

import time
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from dashboard.import_files import XLSX, as_csv, as_xlsx, template, to_mend
from dashboard.imports import BY_NAME, kinds_for
from mpp_tracker.lib.limits import put_off, seconds_to_wait
from mpp_tracker.lib.sheets import MAX_BYTES
from regions.choices import ImportState, RowOutcome
from regions.models import ImportBatch
from regions.resources.base import Kind
from regions.services import imports
from taskforce.choices import Counting, Layer

ROWS_PER_PAGE = 100
MOST_PROPOSALS = 200
"""So many different proposals are shown to be ticked at once."""
BATCHES_SHOWN = 50
PER_ACCOUNT = "30/min"
_LOOK_EVERY_SECONDS = 0.05
_TOO_MANY_FILES = gettext_lazy("Anda meminta terlalu banyak berkas dalam waktu singkat.")


class UploadForm(forms.Form):
    """Which kind of rows a file holds, and the file."""

    kind = forms.ChoiceField(label=gettext_lazy("Jenis data"))
    file = forms.FileField(
        label=gettext_lazy("Berkas (.xlsx atau .csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=gettext_lazy("Belum ada yang disimpan: Anda melihat dahulu akibat setiap baris."),
    )

    def __init__(self, *args: Any, kinds: tuple[type[Kind], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["kind"]).choices = [(kind.NAME, kind.TITLE) for kind in kinds]

    def clean_file(self) -> Any:
        """Refuse a file before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("Berkas paling besar %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2})
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Offer templates and exports of each kind, take a file in, and show what came of earlier ones."""
    user, kinds = _user(request), kinds_for(request.user)
    if not kinds:
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        try:
            _refuse_haste(request)
            file = form.cleaned_data["file"]
            batch = imports.receive(form.cleaned_data["kind"], file.name, file.read(), by=user)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return _wait_for(batch)
    batches = ImportBatch.objects.visible_to(user).defer("content").select_related("owner")[:BATCHES_SHOWN]
    shown = [(BY_NAME[each.kind].TITLE if each.kind in BY_NAME else each.kind, each) for each in batches]
    return render(request, "dashboard/imports.html", {"form": form, "kinds": kinds, "batches": shown})


@require_safe
@never_cache
@login_required
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a file is, then what each of its rows does."""
    found = _batch(request, pk)
    outcome = request.GET.get("hasil", "")
    if outcome in RowOutcome.values:
        rows = found.rows.filter(outcome=outcome)
    else:
        # What is to be looked at: rows that say what is recorded are listed on request.
        rows = found.rows.exclude(outcome=RowOutcome.SAME)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("halaman"))
    same = ImportBatch.objects.visible_to(request.user).filter(
        sha256=found.sha256, kind=found.kind, state=ImportState.APPLIED
    )
    context = {
        "batch": found,
        "state": found.standing,
        "kind": _kind(found.kind),
        "page": page,
        "is_whole": outcome not in RowOutcome.values,
        "tabs": [(each, found.count(each), each.value == outcome) for each in RowOutcome],
        "proposals": _proposals(found) if found.state == ImportState.CHECKED else [],
        "effect": [_shown(each) for each in found.effect if len(each["areas"])],
        "earlier": same.exclude(pk=found.pk).order_by("-applied_at").first(),
        "is_own": found.owner_id == _user(request).pk,
        "may_reverse": ImportBatch.objects.reversible_by(request.user).filter(pk=found.pk).exists(),
        "address": request.GET,
    }
    return render(request, "dashboard/import.html", context)


@require_POST
@login_required
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a file tried again with the proposals that were ticked."""
    found = _own(request, pk)
    offered = {str(place): proposal[:3] for place, proposal in enumerate(_proposals(found))}
    ticked = [offered[name] for name in request.POST.getlist("usulan") if name in offered]
    if not ticked:
        messages.warning(request, _("Centang sedikitnya satu usulan."))
        return redirect("dashboard:import", pk)
    if imports.agree(found, ticked, seen=request.POST.get("seen", ""), by=_user(request)):
        return _wait_for(found)
    messages.warning(request, _("Usulannya sudah berubah. Lihat lagi, lalu centang yang benar."))
    return redirect("dashboard:import", pk)


@require_POST
@login_required
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a file saved as its sender saw it; a second time changes nothing."""
    found = _own(request, pk)
    if imports.confirm(found, seen=request.POST.get("seen", ""), by=_user(request)):
        return _wait_for(found)
    messages.warning(request, _("Berkas ini tidak menunggu untuk disimpan. Lihat keadaannya di bawah."))
    return redirect("dashboard:import", pk)


@require_POST
@login_required
def reverse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have what a file did taken back."""
    found = get_object_or_404(ImportBatch.objects.visible_to(request.user).defer("content"), pk=pk)
    if imports.reverse(found, by=_user(request)):
        return _wait_for(found)
    messages.warning(request, _("Impor ini tidak dapat dibatalkan, atau sudah dibatalkan."))
    return redirect("dashboard:import", pk)


@require_safe
@never_cache
@login_required
def mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the rows that are wrong, each with what is."""
    found = _own(request, pk, with_content=True)
    if not found.count(RowOutcome.WRONG) or found.kind not in BY_NAME:
        raise Http404
    if wait := _wait_for_files(request):
        return put_off(request, str(_TOO_MANY_FILES), wait=wait)
    kind = _kind(found.kind)(_user(request))
    return _file(to_mend(found, kind), f"perbaiki-{slugify(found.file_name.rpartition('.')[0])}.xlsx")


@require_safe
@never_cache
@login_required
def kind_file(request: HttpRequest, name: str, what: str) -> HttpResponseBase:
    """Send a template, or what is recorded of a kind within one's turf."""
    kind = next((each for each in kinds_for(request.user) if name == each.NAME), None)
    if kind is None:
        raise Http404
    if wait := _wait_for_files(request):
        return put_off(request, str(_TOO_MANY_FILES), wait=wait)
    made = kind(_user(request))
    day = timezone.localdate().isoformat()
    if what == "templat":
        return _file(template(made), f"templat-{name}.xlsx")
    if what == "data.csv":
        response = StreamingHttpResponse(as_csv(made), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="pantau-mpp-{name}-{day}.csv"'
        return response
    return FileResponse(as_xlsx(made), as_attachment=True, filename=f"pantau-mpp-{name}-{day}.xlsx", content_type=XLSX)


def _wait_for_files(request: HttpRequest) -> int:
    """Return in how many seconds a further file may be had, each of which is made when it is asked for."""
    return seconds_to_wait(request, "import-file", visitor=PER_ACCOUNT, account=PER_ACCOUNT)


def _refuse_haste(request: HttpRequest) -> None:
    if seconds_to_wait(request, "import", visitor=PER_ACCOUNT, account=PER_ACCOUNT):
        raise ValidationError(_("Anda mengirim terlalu banyak berkas dalam waktu singkat."))


def _proposals(found: ImportBatch) -> list[tuple[str, str, str, int]]:
    """Return what is proposed: column, what stands there, what may be meant, and in how many rows; most first."""
    counts: dict[tuple[str, str, str], int] = {}
    for problems in found.rows.filter(outcome=RowOutcome.WRONG).values_list("problems", flat=True):
        for each in problems:
            if each["proposal"]:
                key = (each["column"], each["typed"], each["proposal"])
                counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(*key, count) for key, count in ordered[:MOST_PROPOSALS]]


def _shown(effect: dict[str, Any]) -> dict[str, Any]:
    national, *areas = effect["areas"]
    return {
        "counting": Counting(effect["counting"]).label,
        "layer": Layer(effect["layer"]).label,
        "national": national,
        "areas": areas,
        "has_moved": national["before"] != national["after"],
    }


def _batch(request: HttpRequest, pk: UUID) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.user).defer("content")
    return get_object_or_404(visible.select_related("owner", "reversed_by"), pk=pk)


def _own(request: HttpRequest, pk: UUID, *, with_content: bool = False) -> ImportBatch:
    own = ImportBatch.objects.editable_by(request.user)
    return get_object_or_404(own if with_content else own.defer("content"), pk=pk)


def _kind(name: str) -> type[Kind]:
    if name not in BY_NAME:
        raise Http404
    return BY_NAME[name]


def _wait_for(batch: ImportBatch) -> HttpResponse:
    """Wait a moment for a file, then lead to the page of it."""
    until = time.monotonic() + settings.PAPER_WAIT_SECONDS
    standing = ImportBatch.objects.values_list("state", flat=True)
    while ImportState(standing.get(pk=batch.pk)).is_under_way and time.monotonic() < until:
        time.sleep(_LOOK_EVERY_SECONDS)
    return redirect("dashboard:import", batch.pk)


def _file(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
