"""What does the API answer about coverage, for any day and definition?"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers, set_response_etag
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mpp_tracker.lib.api.asked import refuse_unknown
from mpp_tracker.lib.api.conditions import conditional
from mpp_tracker.lib.api.formats import Json
from mpp_tracker.lib.iso import IsoDayField, IsoMomentField
from regions.choices import Stage
from regions.models import LEDGERS, is_narrowed
from taskforce import serializers as shapes
from taskforce.choices import Layer
from taskforce.coverage import Coverage, Question, answer, series, unit_standings
from taskforce.explain import EntryKey, Reading, compare, explanation
from taskforce.forms import CoverageForm, ExplainForm

PROVINCE = OpenApiParameter(
    "province",
    str,
    description=gettext_lazy("Kode provinsi, misalnya 35."),
    examples=[OpenApiExample("Jawa Timur", value="35")],
)
_EXAMPLES = {"as_at": [OpenApiExample("12-12-2024", value="2024-12-12")]}


def parameters_of(form: type[forms.Form], *, renamed: dict[str, str] | None = None) -> list[OpenApiParameter]:
    """Return for the schema what a form reads from an address."""
    names = {field: name for name, field in (renamed or {}).items()}
    return [
        OpenApiParameter(
            names.get(name, name),
            OpenApiTypes.DATE if isinstance(field, IsoDayField) else OpenApiTypes.STR,
            description=_moment(field) if isinstance(field, IsoMomentField) else str(field.label or ""),
            enum=[value for value, _label in getattr(field, "choices", ()) if value] or None,
            examples=_EXAMPLES.get(name),
        )
        for name, field in form.base_fields.items()
    ]


def _moment(field: forms.Field) -> str:
    return f"{field.label} (YYYY-MM-DD, YYYY-MM-DDThh:mm:ss+07:00)"


@method_decorator(conditional, name="dispatch")
class FigureView(APIView):
    """A figure, for any day and in any definition."""

    permission_classes = [AllowAny]
    http_method_names = ["get", "head"]
    form_class: type[CoverageForm] = CoverageForm
    also: ClassVar[tuple[str, ...]] = ("province",)
    """What is read beside the form."""
    renamed: ClassVar[dict[str, str]] = {}
    """What parameters are called that have another name on the page."""

    def form(self) -> Any:
        """Return what is asked; a parameter that is unknown or wrong is refused by name.

        Raises:
            PermissionDenied: the reported layer is for those who have signed in, and not for a token of one place.
            ValidationError: a parameter is unknown or wrong.
        """
        asked: Any = self.request.query_params.copy()
        known = {*self.form_class.base_fields, *self.also, *self.renamed, "format"} - {*self.renamed.values()}
        is_known = self.request.user.is_authenticated
        if asked.get("layer") == Layer.REPORTED and not is_known:
            raise PermissionDenied(_("layer: lapisan “reported” hanya untuk yang sudah masuk."))
        if asked.get("layer") == Layer.REPORTED and is_narrowed(self.request.user):
            # It says of every unit of the nation what is reported.
            raise PermissionDenied(_("layer: lapisan “reported” tidak untuk token satu wilayah."))
        refuse_unknown(asked, known)
        for name, field in self.renamed.items():
            if name in asked:
                asked[field] = asked[name]
        form = self.form_class(asked, today=timezone.localdate(), may_see_reported=is_known)
        if not form.is_valid():
            names = {field: name for name, field in self.renamed.items()}
            raise ValidationError(
                {
                    names.get(field, field): [each.replace(field, names.get(field, field), 1) for each in sentences]
                    for field, sentences in form.refusals().items()
                }
            )
        return form

    def answer(self, body: dict[str, Any]) -> Response:
        """Return the body, with a tag that stays while the figures do."""
        if self.request.accepted_renderer.format != "json":
            return Response(body)
        figures = {name: value for name, value in body.items() if name != "computed_at"}
        return Response(body, headers={"ETag": set_response_etag(HttpResponse(Json().render(figures)))["ETag"]})

    def asked_province(self, question: Question) -> str:
        """Return the code of the province asked about, empty for all.

        Raises:
            ValidationError: there was no such province on that day.
        """
        code: str = self.request.query_params.get("province", "")
        if code:
            require_province(answer(question), code)
        return code

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Have the answer asked for again each time, and not given to anybody else."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Accept", "Cookie"])
        return response


class CoverageView(FigureView):
    """Coverage of the nation and every province, or one of them with `province`, in any definition."""

    rows_of_csv = "provinces"
    summary = gettext_lazy("Cakupan nasional dan tiap provinsi")

    @extend_schema(
        parameters=[*parameters_of(CoverageForm), PROVINCE],
        responses=shapes.CoverageSerializer,
    )
    def get(self, request: Request) -> Response:
        """Answer the question in the address."""
        result = answer(self.form().question)
        body = shapes.coverage_as_json(result)
        code = request.query_params.get("province")
        if code:
            require_province(result, code)
            body["provinces"] = [area for area in body["provinces"] if area["code"] == code]
        return self.answer(body)


class UnitsForm(CoverageForm):
    """Read a question about coverage, and which units are asked for."""

    stage = forms.ChoiceField(label=gettext_lazy("Tahap terjauh"), choices=Stage, required=False)


class UnitsView(FigureView):
    """How far every unit is."""

    form_class = UnitsForm
    summary = gettext_lazy("Kedudukan tiap kabupaten/kota")

    @extend_schema(parameters=[*parameters_of(UnitsForm), PROVINCE], responses=shapes.UnitsSerializer)
    def get(self, request: Request) -> Response:
        """Answer the question in the address."""
        form = self.form()
        units = unit_standings(form.question, self.asked_province(form.question))
        stage = form.cleaned_data["stage"]
        rows = shapes.units_as_json(unit for unit in units if not stage or unit.stage == stage)
        return self.answer({**_said(form.question), "count": len(rows), "results": rows})


class SeriesView(FigureView):
    """How coverage came about, day by day on which it changed."""

    rows_of_csv = "points"
    summary = gettext_lazy("Perkembangan cakupan")

    @extend_schema(parameters=[*parameters_of(CoverageForm), PROVINCE], responses=shapes.SeriesSerializer)
    def get(self, request: Request) -> Response:
        """Answer the question in the address."""
        question = self.form().question
        code = self.asked_province(question)
        points = shapes.points_as_json(series(question, code))
        return self.answer({**_said(question), "province": code or None, "points": points})


class ExplainView(FigureView):
    """What makes a figure, what does not, and what changed since."""

    form_class = ExplainForm
    also = ()
    renamed: ClassVar[dict[str, str]] = {"compare_as_at": "sejak", "compare_known_at": "sejak_diketahui"}
    rows_of_csv = "counted"
    summary = gettext_lazy("Penjelasan satu angka")

    @extend_schema(parameters=parameters_of(ExplainForm, renamed=renamed), responses=shapes.ExplanationSerializer)
    def get(self, request: Request) -> Response:
        """Answer the question in the address."""
        form = self.form()
        reading = Reading()
        found = explanation(form.question, form.area, reading)
        if found is None:
            raise ValidationError({"province": no_province(form.question, form.area.province)})
        comparison = compare(form.start, form.question, form.area, reading)
        keys = [
            *found.deciding.values(),
            *(each.key for each in found.omitted),
            *(change.key for step in comparison.steps for change in step.changes if change.key is not None),
        ]
        return self.answer(shapes.explanation_as_json(found, comparison, self._told(keys)))

    def _told(self, keys: Iterable[EntryKey]) -> set[EntryKey]:
        """Return those that whoever asks may read."""
        wanted: dict[str, set[int]] = defaultdict(set)
        for key in keys:
            wanted[key.ledger].add(key.pk)
        return {
            EntryKey(name, pk)
            for name, pks in wanted.items()
            for pk in LEDGERS[name]
            .objects.visible_to(self.request.user)
            .filter(pk__in=pks)
            .values_list("pk", flat=True)
        }


def require_province(result: Coverage, code: str) -> None:
    """Refuse a code of which there was no province.

    Raises:
        ValidationError: there was none.
    """
    if result.province(code) is None:
        raise ValidationError({"province": no_province(result.question, code)})


def no_province(question: Question, code: str) -> str:
    """Return what is said about a code of which there was no province."""
    reason = _("province: tidak ada provinsi berkode “%(code)s” pada %(as_at)s. Tulis kode dua angka, misalnya 35.")
    return reason % {"code": code[:20], "as_at": question.as_at.isoformat()}


def _said(question: Question) -> dict[str, Any]:
    now = timezone.localtime().isoformat(timespec="seconds")
    return {**shapes.question_as_json(question), "computed_at": now}
