"""What is asked in an address, and what is said where it cannot be read?"""

from http import HTTPStatus
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from taskforce.forms import StandpointForm

AnyForm = TypeVar("AnyForm", bound=StandpointForm)


def asked(request: HttpRequest, form: type[AnyForm]) -> AnyForm:
    """Return what an address asks, as `form` reads it."""
    return form(request.GET, today=timezone.localdate(), may_see_reported=request.user.is_authenticated)


def refused(request: HttpRequest, form: StandpointForm) -> HttpResponse:
    """Say what is wrong with an address, and what it may say."""
    return render(request, "dashboard/refused.html", {"form": form}, status=HTTPStatus.BAD_REQUEST)
