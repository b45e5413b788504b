"""What does the API answer about coverage?"""

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from taskforce.choices import Layer
from taskforce.coverage import Coverage, answer
from taskforce.forms import CoverageForm
from taskforce.serializers import coverage_as_json


class CoverageView(APIView):
    """Coverage of the nation and every province, or one of them with `province`, in any definition."""

    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        """Answer the question in the address; a parameter that is unknown or wrong is refused by name."""
        form = CoverageForm(
            request.query_params, today=timezone.localdate(), may_see_reported=request.user.is_authenticated
        )
        if request.query_params.get("layer") == Layer.REPORTED and not request.user.is_authenticated:
            raise PermissionDenied(_("layer: lapisan “reported” hanya untuk yang sudah masuk."))
        known = {*form.fields, "province"}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError(
                {
                    name: _("%(name)s: parameter ini tidak dikenal. Yang ada: %(known)s.")
                    % {"name": name, "known": ", ".join(sorted(known))}
                    for name in unknown[:10]
                }
            )
        if not form.is_valid():
            raise ValidationError(form.refusals())
        result = answer(form.question)
        body = coverage_as_json(result)
        code = request.query_params.get("province")
        if code:
            _require(result, code)
            body["provinces"] = [area for area in body["provinces"] if area["code"] == code]
        return Response(body)


def _require(result: Coverage, code: str) -> None:
    if result.province(code) is None:
        reason = _("province: tidak ada provinsi berkode “%(code)s” pada %(as_at)s. Tulis kode dua angka, misalnya 35.")
        raise ValidationError({"province": reason % {"code": code[:20], "as_at": result.question.as_at.isoformat()}})
