"""What does the API answer where a request names a state that is no longer, or that is still the same?"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.http import ConditionalGetMiddleware
from django.utils.decorators import decorator_from_middleware
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException

from mpp_tracker.lib.problems import MEDIA_TYPE, problem


class Changed(APIException):
    """What somebody decided on is no longer what they saw."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = gettext_lazy("Data ini berubah sejak Anda membacanya. Baca lagi, lalu putuskan.")


class ConditionsMiddleware(ConditionalGetMiddleware):
    """Answer conditional requests as Django does, and say in the one shape of problems that something changed."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Return the answer, or what takes its place."""
        answer: Any = super().process_response(request, response)
        if answer is response or answer.status_code != Changed.status_code:
            return answer
        body = problem(Changed.status_code, str(Changed.default_detail))
        return JsonResponse(body, status=Changed.status_code, content_type=MEDIA_TYPE)


conditional = decorator_from_middleware(ConditionsMiddleware)
