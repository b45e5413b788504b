"""An API of two addresses, as small as can be: what a program reads of the reports, and how it makes one."""

from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mpp_tracker.urls import urlpatterns as product
from regions.idempotency import answered_once
from regions.models import Milestone, Site
from regions.services.ledger import report

REPORTS = "/api/small/reports/"


class Reports(APIView):
    """The reports that somebody may read, and a new one of a site that they keep."""

    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        known = Milestone.objects.known_to(request.user).filter(state="reported")
        return Response({"reports": [entry.receipt for entry in known]})

    @answered_once
    def post(self, request: Request) -> Response:
        said: dict[str, Any] = request.data
        site = get_object_or_404(Site.objects.editable_by(request.user), pk=said["site"])
        entry = Milestone(site=site, stage=said["stage"], reached_on=date.fromisoformat(said["reached_on"]))
        entry = report(entry, by=request.user)
        return Response({"receipt": entry.receipt}, status=status.HTTP_201_CREATED)


urlpatterns = [path(REPORTS[1:], Reports.as_view()), *product]
