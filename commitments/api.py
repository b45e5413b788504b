"""What does the API answer about institutions, agreements, presences and pledges, and how is a counter reported?"""

from datetime import date
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError as Refusal
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.aggregates import Count
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from commitments import filters, serializers
from commitments.choices import ServiceChannel
from commitments.models import Agreement, PledgeRevision, Presence, Service, Signatory
from commitments.reports import institutions_without_counter
from commitments.services.presence import ServiceLine, send_presence
from mpp_tracker.lib.api.rows import RowsViewSet, refused
from regions.api import EntryViewSet, answer, read
from regions.idempotency import answered_once
from regions.rules import end_of_period


class InstitutionViewSet(RowsViewSet):
    """Institutions."""

    serializer_class = serializers.InstitutionSerializer
    filterset_class = filters.InstitutionFilterSet
    search_fields = ("abbreviation", "name")
    ordering_fields = ("id", "abbreviation", "name", "kind", "updated_at")


class AgreementViewSet(RowsViewSet):
    """Agreements, and whether they hold."""

    serializer_class = serializers.AgreementSerializer
    filterset_class = filters.AgreementFilterSet
    search_fields = ("number", "title", "institutions__abbreviation")
    ordering_fields = ("id", "signed_on", "valid_from", "ends_on", "updated_at")

    def visible(self) -> QuerySet:
        """Return the rows with their end as it is known today, and whether they hold."""
        today = timezone.localdate()
        rows: Any = super().visible()
        holds = Q(valid_from__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today))
        with_end: QuerySet = rows.with_end(today)
        return with_end.annotate(holds=Case(When(holds, then=Value(True)), default=Value(False)))


class SignatoryViewSet(RowsViewSet):
    """Signatures under agreements."""

    serializer_class = serializers.SignatorySerializer
    filterset_class = filters.SignatoryFilterSet
    search_fields = ("institution__abbreviation", "institution__name")
    ordering_fields = ("id", "agreement", "institution_name", "signed_on")

    def visible(self) -> QuerySet:
        """Return those under the agreements that whoever asks may see."""
        return Signatory.objects.filter(agreement__in=Agreement.objects.visible_to(self.request.user))


class PresenceViewSet(EntryViewSet):
    """Counters: verified ones for everybody, reports for those whom they concern."""

    serializer_class = serializers.PresenceSerializer
    filterset_class = filters.PresenceFilterSet
    search_fields = ("site__name", "institution__abbreviation", "institution__name")
    ordering_fields = ("id", "counter_opened_on", "institution_name", "regency", "reviewed_at", "updated_at")

    def visible(self) -> QuerySet:
        """Return the rows with how many services there are."""
        offered = Service.objects.filter(presence=OuterRef("pk")).order_by().values("presence")
        count = Subquery(offered.annotate(number=Count("pk")).values("number"))
        return super().visible().annotate(services_count=Coalesce(count, 0))

    @extend_schema(request=serializers.PresenceReportSerializer)
    @answered_once
    def create(self, request: Request) -> Response:
        """Report a counter with all its services."""
        sent = read(self, serializers.PresenceReportSerializer)
        lines = [
            ServiceLine(line["name"], ServiceChannel(line["channel"]), line["is_licence"])
            for line in sent.pop("services")
        ]
        opened_on: date = end_of_period(sent.pop("counter_opened_on"), sent["date_precision"])
        said = {"site": sent["site"], "institution": sent["institution"], "counter_opened_on": opened_on}
        if (known := self.sent_before(sent["client_id"], **said)) is not None:
            return known
        user = cast("User", request.user)
        _require_fit(sent, by=user)
        try:
            entry = send_presence(Presence(counter_opened_on=opened_on, **sent), services=lines, by=user)
        except Refusal as error:
            raise refused(error) from None
        return answer(self, entry, status=201)


def _require_fit(sent: dict[str, Any], *, by: User) -> None:
    """Refuse a counter that the page does not offer to report.

    Raises:
        ValidationError: it is another than the one it supersedes, or its institution has ended or has one there.
    """
    site, institution, restated = sent["site"], sent["institution"], sent["supersedes"]
    if restated is not None and (restated.site_id, restated.institution_id) != (site.pk, institution.pk):
        raise ValidationError({"supersedes": [_("Gerai yang diperbarui bukan gerai instansi ini di MPP ini.")]})
    free = institutions_without_counter(site, by, today=timezone.localdate())
    if restated is None and not free.filter(pk=institution.pk).exists():
        raise ValidationError({"institution": [_("Gerai baru instansi ini tidak dapat dilaporkan di MPP ini.")]})


class ServiceViewSet(RowsViewSet):
    """Services."""

    serializer_class = serializers.ServiceSerializer
    filterset_class = filters.ServiceFilterSet
    search_fields = ("name",)
    ordering_fields = ("id", "name", "site", "institution_name")

    def visible(self) -> QuerySet:
        """Return those at the counters that whoever asks may see."""
        return Service.objects.filter(presence__in=Presence.objects.visible_to(self.request.user))


class PledgeViewSet(RowsViewSet):
    """Pledges of regencies."""

    serializer_class = serializers.PledgeSerializer
    filterset_class = filters.PledgeFilterSet
    search_fields = ("regency__name",)
    ordering_fields = ("id", "pledged_on", "due_on", "regency", "updated_at")

    def visible(self) -> QuerySet:
        """Return the rows with what was promised instead."""
        revisions = PledgeRevision.objects.filter(pledge=OuterRef("pk")).order_by("revised_on")
        revision = JSONObject(
            revised_on="revised_on", due_on="due_on", date_precision="date_precision", reason="reason"
        )
        return super().visible().annotate(later_promises=ArraySubquery(revisions.values_list(revision)))
