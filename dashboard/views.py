"""Which page answers which address?"""

import sys
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from commitments.models import institutions_of
from dashboard import tables
from dashboard.alerts import alert_page, alerts_page
from dashboard.announced import announced_page, figure_page
from dashboard.asking import asked, refused
from dashboard.atlas import national_atlas, province_atlas
from dashboard.explain import explain_page
from dashboard.forecast import candidate_rows, drawn_for_visitors, forecast_page, next_best_page
from dashboard.nation import nation_page, stage_page
from dashboard.pages import figures_page
from dashboard.presence import Choice, commitments_page, gaps_page
from dashboard.provinces import province_details
from dashboard.readiness import readiness_page
from dashboard.reports import (
    REVIEWED,
    Reviewed,
    ceremony_review,
    pledges_page,
    province_page,
    review_of,
    review_queue,
)
from dashboard.search import nearest
from mpp_tracker.lib.language import plain_path
from mpp_tracker.lib.problems import problem_response
from mpp_tracker.lib.tables import ASKED_BY, Table, page_or_file
from regions.choices import EntryState, Verdict
from regions.forms import CeremonyForm, DecisionForm, OpinionForm, ReviewForm
from regions.models import Ceremony, LedgerEntry, Milestone, Province, require_editor, turf_of
from regions.reports import work_room
from regions.services.ledger import send_back
from regions.services.review import give_opinion, looks, verify_as_seen, verify_ceremony
from taskforce.coverage import answer
from taskforce.forms import (
    AnnouncedForm,
    AreaForm,
    ExplainForm,
    MapForm,
    NationForm,
    PledgeForm,
    PresenceForm,
    ReadinessForm,
    StageForm,
    StandpointForm,
    UnitsForm,
)
from taskforce.forms.alerts import AcknowledgeForm, AlertFilterForm
from taskforce.models import ActionItem, Alert
from taskforce.pledges import pledged_years, pressing_pledges
from taskforce.reports import rows_of
from taskforce.services.alerts import acknowledge, follow_up


@figures_page
def nation(request: HttpRequest) -> HttpResponse:
    """Show coverage of the nation and its provinces."""
    form = asked(request, NationForm)
    if not form.is_valid():
        return refused(request, form)
    listed = {name: form.cleaned_data[name] for name in ("island_group", "sort")}
    page = nation_page(form.question, today=form.today, **listed)
    picture = national_atlas(page.coverage, form.view)
    shown = {"page": page, "form": form, "atlas": picture}
    rows = partial(tables.nation_tables, page, picture)
    return page_or_file(request, "dashboard/nation.html", shown, rows)


@figures_page
def atlas(request: HttpRequest) -> HttpResponse:
    """Show the map large, as on a wall, with the figure and the same facts as a table beside it."""
    form = asked(request, MapForm)
    if not form.is_valid():
        return refused(request, form)
    picture = national_atlas(answer(form.question), form.view)
    shown = {"atlas": picture, "form": form}
    return page_or_file(request, "dashboard/atlas.html", shown, partial(tables.atlas_tables, picture))


@figures_page
def stages(request: HttpRequest) -> HttpResponse:
    """Show which units are how far."""
    form = asked(request, StageForm)
    if not form.is_valid():
        return refused(request, form)
    listed = {name: form.cleaned_data[name] for name in ("group", "province", "island_group")}
    page = stage_page(form.question, **listed, number=request.GET.get("halaman", ""))
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/stages.html", shown, partial(tables.stage_tables, page))


@figures_page
def province(request: HttpRequest, code: str) -> HttpResponse:
    """Show coverage of one province and how far each of its units is."""
    form = asked(request, UnitsForm)
    if not form.is_valid():
        return refused(request, form)
    page = province_page(form.question, code)
    shown = {
        "page": page,
        "form": form,
        "details": province_details(page, request.user, order=form.order),
        "atlas": province_atlas(page.coverage, page.area, [row.standing for row in page.units]),
    }
    return page_or_file(request, "dashboard/province.html", shown, partial(tables.province_tables, page))


@figures_page
def explain(request: HttpRequest) -> HttpResponse:
    """Show what makes a figure of coverage, what does not, and what changed."""
    form = asked(request, ExplainForm)
    if not form.is_valid():
        return refused(request, form)
    listed: dict[str, Any] = {"number": request.GET.get("halaman", ""), "is_whole": bool(request.GET.get(ASKED_BY))}
    page = explain_page(form.question, form.area, form.start, request.user, **listed)
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/explain.html", shown, partial(tables.explain_tables, page))


@figures_page
def pledges(request: HttpRequest) -> HttpResponse:
    """Show which regency promised an MPP by when, and what became of it."""
    today = timezone.localdate()
    provinces = list(Province.objects.order_by("code").values_list("code", "name"))
    may_see_reported = request.user.is_authenticated
    years = pledged_years(today)
    form = PledgeForm(request.GET, today=today, may_see_reported=may_see_reported, years=years, provinces=provinces)
    if not form.is_valid():
        return refused(request, form)
    listed = {name: form.cleaned_data[name] for name in ("year", "province", "standing")}
    page = pledges_page(form.standpoint, **listed, number=request.GET.get("halaman", ""))
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/pledges.html", shown, partial(tables.pledges_tables, page))


@figures_page
def announced(request: HttpRequest) -> HttpResponse:
    """Show what officials announced beside what the ledger gives."""
    form = asked(request, AnnouncedForm)
    if not form.is_valid():
        return refused(request, form)
    page = announced_page(form.standpoint, request.user, metric=form.cleaned_data["metric"])
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/announced.html", shown, partial(tables.announced_tables, page))


@figures_page
def announced_figure(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one announced figure with the cases that explain its difference."""
    form = asked(request, StandpointForm)
    if not form.is_valid():
        return refused(request, form)
    page = figure_page(form.standpoint, int(pk))
    return render(request, "dashboard/announced_figure.html", {"page": page, "form": form})


@figures_page
def forecast(request: HttpRequest) -> HttpResponse:
    """Show when the nation and each province may get to 100 %, and how such forecasts fared."""
    form = asked(request, StandpointForm)
    if not form.is_valid():
        return refused(request, form)
    if not request.user.is_authenticated:
        drawn = drawn_for_visitors(form.standpoint, today=form.today)
        if drawn != form.standpoint:
            address = request.GET.copy()
            address["as_at"] = drawn.as_at.isoformat()
            address.pop("known_at", None)
            return redirect(f"{request.path}?{address.urlencode()}")
    page = forecast_page(form.standpoint)
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/forecast.html", shown, partial(tables.forecast_tables, page))


@figures_page
def next_best(request: HttpRequest) -> HttpResponse:
    """Show which inaugurations would close most gaps, and what stands in their way."""
    form = asked(request, AreaForm)
    if not form.is_valid():
        return refused(request, form)
    listed = {name: form.cleaned_data[name] for name in ("province", "island_group")}
    page = next_best_page(form.standpoint, request.user, **listed, number=request.GET.get("halaman", ""))
    shown = {"page": page, "form": form}

    def every_row() -> tuple[Table, ...]:
        return tables.next_best_tables(page, candidate_rows(page.sheet.paginator.object_list, request.user))

    return page_or_file(request, "dashboard/next_best.html", shown, every_row)


@require_safe
@login_required
def room(request: HttpRequest) -> HttpResponse:
    """Show an officer what needs doing, and their sites."""
    user = cast("User", request.user)
    turf, today = turf_of(user), timezone.localdate()
    if not turf.is_officer:
        raise PermissionDenied
    own = ActionItem.objects.owned_by(user).open()
    shown = {
        "room": work_room(user, today=today),
        "pledges": pressing_pledges(turf.regencies, today=today),
        "actions": rows_of(own, today=today),
    }
    return render(request, "dashboard/room.html", shown)


@figures_page
def commitments(request: HttpRequest) -> HttpResponse:
    """Show which signatories of the national memoranda are present where."""
    form = asked(request, PresenceForm)
    if not form.is_valid():
        return refused(request, form)
    page = commitments_page(form.standpoint, _choice(form))
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/commitments.html", shown, partial(tables.commitments_tables, page))


@figures_page
def gaps(request: HttpRequest) -> HttpResponse:
    """Show where signatories are missing, MPP by MPP."""
    form = asked(request, PresenceForm)
    if not form.is_valid():
        return refused(request, form)
    page = gaps_page(form.standpoint, _choice(form))
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/gaps.html", shown, partial(tables.gaps_tables, page))


@figures_page
def readiness(request: HttpRequest) -> HttpResponse:
    """Show how ready the units are for an MPP, and what became of that since a baseline."""
    form = asked(request, ReadinessForm)
    if not form.is_valid():
        return refused(request, form)
    page = readiness_page(form.standpoint, baseline=form.chosen_baseline, province=form.chosen_province)
    shown = {"page": page, "form": form}
    return page_or_file(request, "dashboard/readiness.html", shown, partial(tables.readiness_tables, page))


@require_safe
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show the reports that wait, to verifiers and to the provinces they come from."""
    user = _reviewer(request)
    province = request.GET.get("provinsi", "")

    def every_row() -> tuple[Table, ...]:
        return tables.queue_tables(review_queue(user, province=province, at_most=None), today=timezone.localdate())

    shown = {"queue": review_queue(user, province=province)}
    return page_or_file(request, "dashboard/queue.html", shown, every_row)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review(request: HttpRequest, ledger: str, pk: int) -> HttpResponse:
    """Show a report beside what stands, and take a verifier's decision or a province's opinion."""
    user = _reviewer(request)
    said = REVIEWED[ledger].objects.known_to(user).exclude(state=EntryState.DRAFT)
    at = f"{REVIEWED[ledger].HOLDER}__province"
    rows = said.select_related(at, "reported_by", "reviewed_by", "supersedes")
    entry = cast("Reviewed", get_object_or_404(rows, pk=pk))
    decides = turf_of(user).is_verifier
    form = (ReviewForm if decides else OpinionForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said_so = (_decide if decides else _opine)(entry, form, user)
        except ValidationError as error:
            form.add_error(None, error)
            entry.refresh_from_db()
        else:
            messages.success(request, said_so)
            return redirect("dashboard:queue")
    shown = review_of(entry, user, today=timezone.localdate())
    return render(request, "dashboard/review.html", {"review": shown, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ceremony(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the reports that a ceremony took place, and verify those chosen: all or none."""
    user = _reviewer(request)
    if not turf_of(user).is_verifier:
        raise PermissionDenied
    held = get_object_or_404(Ceremony, pk=pk)
    waiting = list(Milestone.objects.reviewable_by(user).waiting_for(held))
    # Where nothing is ticked, nothing is posted.
    form = CeremonyForm(request.POST if request.method == "POST" else None, looks=looks(waiting))
    if request.method == "POST" and form.is_valid():
        try:
            count = verify_ceremony(held, seen=form.seen, by=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("%(count)d laporan diverifikasi.") % {"count": count})
            return redirect("dashboard:queue")
    shown = ceremony_review(held, user, today=timezone.localdate())
    return render(request, "dashboard/ceremony.html", {"review": shown, "form": form})


@require_safe
@login_required
def alerts(request: HttpRequest) -> HttpResponse:
    """Show what has to be looked at, by province and severity, to whoever holds a role."""
    user = _watcher(request)
    form = AlertFilterForm(request.GET, provinces=Province.objects.values_list("code", "name"))
    page = alerts_page(user, form.choice, number=request.GET.get("halaman", ""))
    shown = {"page": page, "form": form}
    every_row = partial(tables.alert_tables, page, today=timezone.localdate())
    return page_or_file(request, "dashboard/alerts.html", shown, every_row)


@require_safe
@login_required
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one alert: what is the matter, by which rule, and what was done about it."""
    user = _watcher(request)
    row = get_object_or_404(Alert.objects.visible_to(user).with_subjects(), pk=pk)
    shown = {"page": alert_page(row, user), "form": AcknowledgeForm()}
    return render(request, "dashboard/alert.html", shown)


@require_POST
@login_required
def acknowledge_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody's word that they have seen an alert."""
    user = cast("User", request.user)
    row = get_object_or_404(Alert.objects.editable_by(user), pk=pk)
    form = AcknowledgeForm(request.POST)
    if not form.is_valid():
        shown = Alert.objects.with_subjects().get(pk=row.pk)
        context = {"page": alert_page(shown, user), "form": form, "here": row.get_absolute_url()}
        return render(request, "dashboard/alert.html", context, status=HTTPStatus.BAD_REQUEST)
    try:
        acknowledge(row, note=form.cleaned_data["note"], by=user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(row)


@require_POST
@login_required
def follow_up_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an action item of an alert and lead to it."""
    user = cast("User", request.user)
    row = get_object_or_404(Alert.objects.editable_by(user), pk=pk)
    require_editor(user)
    try:
        return redirect(follow_up(row, by=user, today=timezone.localdate()))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(row)


def _watcher(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not (turf_of(user).roles or institutions_of(user)):
        raise PermissionDenied
    return user


def _reviewer(request: HttpRequest) -> User:
    user = cast("User", request.user)
    if not turf_of(user).sees_queue:
        raise PermissionDenied
    return user


def _decide(entry: LedgerEntry, form: DecisionForm, user: User) -> str:
    if form.cleaned_data["decision"] == ReviewForm.VERIFY:
        verify_as_seen(entry, seen=form.cleaned_data["seen"], by=user)
    else:
        send_back(entry, by=user, reason=form.cleaned_data["reason"])
    return _("%(number)s selesai diperiksa.") % {"number": entry.receipt}


def _opine(entry: LedgerEntry, form: DecisionForm, user: User) -> str:
    verdict = Verdict(form.cleaned_data["decision"])
    give_opinion(entry, verdict=verdict, note=form.cleaned_data["reason"], by=user)
    return _("Pendapat Anda tentang %(number)s tercatat.") % {"number": entry.receipt}


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process lives, whatever its database does."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether pages can be served: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain a request that cannot be read."""
    return _error(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain that a page is for others."""
    return _error(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain that a form is too old or came from elsewhere; what was typed is still in the browser."""
    sentence = _("Halaman ini terlalu lama terbuka. Kembalilah, muat ulang, lalu kirim lagi.")
    return _error(request, HTTPStatus.FORBIDDEN, reason=sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain that there is no such page, province or day, and offer what may have been meant."""
    meant = () if request.path.startswith("/api/") else nearest(plain_path(request.path), today=timezone.localdate())
    return _error(request, HTTPStatus.NOT_FOUND, reason=_sentence(exception), nearest=meant)


def server_error(request: HttpRequest) -> HttpResponse:
    """Apologise without touching the database, which may be the reason: then 503, come back soon."""
    if isinstance(sys.exc_info()[1], OperationalError):
        response = _error(request, HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "30"
        return response
    return _error(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _choice(form: PresenceForm) -> Choice:
    return Choice(
        province=form.chosen_province,
        island_group=form.cleaned_data["island_group"],
        kind=form.cleaned_data["kind"],
        order=form.order,
    )


def _sentence(exception: Exception) -> str:
    """Return what a view said with its 404, for a reader; Django's own words are for its developers."""
    if isinstance(exception.__context__, ObjectDoesNotExist):
        return ""
    said = exception.args[0] if exception.args else ""
    return said if isinstance(said, str) else ""


def _error(request: HttpRequest, status: HTTPStatus, reason: str = "", **more: object) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, status)
    is_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    context = {"status": status.value, "reason": reason, "is_fault": is_fault, **more}
    return render(request, "error.html", context, status=status)
