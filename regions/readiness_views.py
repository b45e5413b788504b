"""Which page answers an officer who says how ready a regency is?"""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from regions.choices import ReadinessLevel
from regions.forms import AssessmentForm
from regions.models import ReadinessAssessment, Regency
from regions.services.readiness import send_assessment
from regions.typed import keep_and_sign_in, typed_before


@require_http_methods(["GET", "HEAD", "POST"])
def report_form(request: HttpRequest, code: str) -> HttpResponse:
    """Take an assessment of one's own regency; what was typed survives the end of the session."""
    if not request.user.is_authenticated:
        return keep_and_sign_in(request, AssessmentForm)
    user = _user(request)
    regency = get_object_or_404(Regency.objects.reportable_by(user), code=code)
    said = ReadinessAssessment.objects.known_to(user).said_last(regency)
    form = AssessmentForm(request.POST or None, regency=regency, said=said, initial=typed_before(request))
    return _take(request, form, regency=regency, said=said)


@require_http_methods(["GET", "HEAD", "POST"])
def correction_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a correction of an assessment that was verified; one that arrives twice gives the same receipt twice."""
    if not request.user.is_authenticated:
        return keep_and_sign_in(request, AssessmentForm)
    # What a form has been posted for may have been corrected since, by this very form too; the service says so.
    entries = ReadinessAssessment.objects
    correctable = entries.verified() if request.method == "POST" else entries.in_force()
    own = correctable.filter(regency__in=Regency.objects.reportable_by(_user(request)))
    entry = get_object_or_404(own.select_related("regency"), pk=pk)
    form = AssessmentForm(request.POST or None, regency=entry.regency, corrects=entry, initial=typed_before(request))
    return _take(request, form, regency=entry.regency, corrects=entry)


def _take(
    request: HttpRequest,
    form: AssessmentForm,
    *,
    regency: Regency,
    said: ReadinessAssessment | None = None,
    corrects: ReadinessAssessment | None = None,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            entry = send_assessment(form.statement(), by=_user(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(entry)
    levels = tuple(ReadinessLevel)
    shown = {"form": form, "regency": regency, "said": said, "corrects": corrects, "levels": levels}
    return render(request, "regions/readiness_report.html", shown)


@require_safe
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report of readiness with its number and what became of it."""
    user = _user(request)
    rows = ReadinessAssessment.objects.known_to(user).select_related("regency", "reported_by", "supersedes")
    entry = get_object_or_404(rows, pk=pk)
    standing = ReadinessAssessment.objects.in_force().filter(pk=entry.pk)
    may_correct = standing.filter(regency__in=Regency.objects.reportable_by(user)).exists()
    return render(request, "regions/readiness_receipt.html", {"entry": entry, "may_correct": may_correct})


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
