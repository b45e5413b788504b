"""What does a person see when the identity provider cannot be reached?"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests import RequestException

logger = logging.getLogger(__name__)


class ProviderAwayMiddleware:
    """Answer in words where allauth lets the provider's failure through; nothing else here asks over HTTP."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a provider that does not answer, None for every other fault."""
        if not isinstance(exception, RequestException):
            return None
        logger.error("The identity provider does not answer as it should.", exc_info=exception)
        return render(request, "socialaccount/authentication_error.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
