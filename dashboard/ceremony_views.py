"""Which pages plan a ceremony, show what it would change, and record it?"""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from dashboard.ceremonies import Impact, ceremony_list, impact_of, site_choice
from dashboard.tables import ceremony_tables
from mpp_tracker.lib.tables import page_or_file
from regions.choices import CeremonyKind
from regions.forms import AttendanceForm, CeremonyPlanForm, SiteFilterForm
from regions.models import Ceremony, require_editor
from regions.services.ceremonies import note_attendance, plan_ceremony, record_ceremony, refuse_unfit

FILTER, PREVIEW, SAVE = "filter", "preview", "save"


@require_safe
@login_required
def ceremonies(request: HttpRequest) -> HttpResponse:
    """Show the ceremonies to come and those held."""
    require_editor(request.user)
    today = timezone.localdate()
    shown = ceremony_list(today=today)
    rows = partial(ceremony_tables, shown, today=today)
    return page_or_file(request, "dashboard/ceremonies.html", {"list": shown}, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@transaction.atomic
def ceremony_new(request: HttpRequest) -> HttpResponse:
    """Plan a ceremony, and see what it would change before anything is recorded."""
    require_editor(request.user)
    return _plan(request, Ceremony())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@transaction.atomic
def ceremony_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a ceremony; whoever saves second sees what the first changed."""
    require_editor(request.user)
    return _plan(request, get_object_or_404(Ceremony, pk=pk))


@require_POST
@login_required
def ceremony_attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Note who took part in a ceremony."""
    return _attend(request, pk, is_recorded=False)


@require_POST
@login_required
def ceremony_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Note who took part, and report for all of them that they reached the stage: all or none."""
    return _attend(request, pk, is_recorded=True)


def _plan(request: HttpRequest, ceremony: Ceremony) -> HttpResponse:
    action = request.POST.get("action", "")
    planned = list(ceremony.sites.values_list("pk", flat=True)) if ceremony.pk else []
    form = CeremonyPlanForm(
        request.POST if action in (PREVIEW, SAVE) else None, instance=ceremony, initial=_typed(request)
    )
    impact = None
    if action in (PREVIEW, SAVE) and form.is_valid():
        sites = list(form.cleaned_data["chosen"])
        try:
            if action == SAVE:
                plan_ceremony(form.instance, sites, by=require_editor(request.user))
                messages.success(
                    request, _("Seremoni tersimpan sebagai rencana. Belum ada yang dicatat dalam buku besar.")
                )
                return redirect("dashboard:ceremony-plan", pk=form.instance.pk)
            refuse_unfit(sites, form.instance)
            impact = impact_of(form.instance, sites)
        except ValidationError as error:
            form.add_error(None, error)
    ticked = _keys(request) if request.method == "POST" else planned
    return _show(request, ceremony, form=form, ticked=ticked, impact=impact)


def _show(
    request: HttpRequest,
    ceremony: Ceremony,
    *,
    form: CeremonyPlanForm,
    ticked: list[int],
    impact: Impact | None = None,
    attendance: AttendanceForm | None = None,
) -> HttpResponse:
    sieve = SiteFilterForm(request.POST if request.method == "POST" else None)
    narrowed = sieve.cleaned_data if sieve.is_valid() else {}
    kind = str(form["kind"].value())
    choice = site_choice(kind if kind in CeremonyKind.values else CeremonyKind.INAUGURATION, ticked, **narrowed)
    stored = Ceremony.objects.filter(pk=ceremony.pk).first()
    has_come = stored is not None and stored.held_on <= timezone.localdate()
    if stored is not None and attendance is None and has_come:
        rows = list(stored.ceremony_sites.select_related("site"))
        attendance = AttendanceForm(ceremony=stored, rows=rows)
    context = {
        "ceremony": stored,
        "form": form,
        "sieve": sieve,
        "choice": choice,
        "impact": impact,
        "attendance": attendance,
        "has_come": has_come,
    }
    return render(request, "dashboard/ceremony_plan.html", context)


def _attend(request: HttpRequest, pk: int, *, is_recorded: bool) -> HttpResponse:
    user = require_editor(request.user)
    ceremony = get_object_or_404(Ceremony, pk=pk)
    rows = list(ceremony.ceremony_sites.select_related("site"))
    form = AttendanceForm(request.POST, ceremony=ceremony, rows=rows)
    if form.is_valid():
        try:
            said = _write(ceremony, form, user, is_recorded=is_recorded)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said)
            return redirect("dashboard:ceremony-plan", pk=pk)
    plan = CeremonyPlanForm(instance=ceremony)
    return _show(request, ceremony, form=plan, ticked=[row.site_id for row in rows], attendance=form)


@transaction.atomic
def _write(ceremony: Ceremony, form: AttendanceForm, user: User, *, is_recorded: bool) -> str:
    note_attendance(ceremony, form.present, seen=form.cleaned_data["seen_list"], by=user)
    if not is_recorded:
        return _("Kehadiran tersimpan.")
    done = record_ceremony(ceremony, by=user)
    if not done.reported:
        return _("Tidak ada yang berubah: %(count)d MPP yang hadir sudah dicatat.") % {"count": done.already}
    sentence = _("%(count)d MPP dilaporkan. Laporan ini menunggu verifikator lain; sesudah itu angka berubah.")
    return sentence % {"count": len(done.reported)}


def _typed(request: HttpRequest) -> dict[str, Any] | None:
    """Return what stands in the form while its list of sites is filtered, not judged yet; None for a fresh one."""
    if request.method != "POST":
        return None
    names = (*CeremonyPlanForm.base_fields, "seen_version")
    return {name: request.POST.get(name, "") for name in names if name != "chosen"}


def _keys(request: HttpRequest) -> list[int]:
    return [int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) <= 18]
