"""What does the API answer about mandate, targets, action plan, alerts and letters?"""

from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError as Refusal
from django.db.models import Case, CharField, F, OuterRef, QuerySet, When
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from mpp_tracker.lib.api.formats import Json
from mpp_tracker.lib.api.rows import IdUsed, RowsViewSet, refused
from regions.api import name_of, read
from regions.idempotency import answered_once
from regions.services.evidence import all_or_nothing
from taskforce import filters
from taskforce import records_serializers as serializers
from taskforce.models import ActionItem, ActionUpdate, Alert, AnnouncedFigure, Decree, Directive, Member, Target
from taskforce.services.actions import report_on


class DecreeViewSet(RowsViewSet):
    """Decrees."""

    serializer_class = serializers.DecreeSerializer
    filterset_class = filters.ChangedFilterSet
    search_fields = ("title",)
    ordering_fields = ("id", "year")


class MemberViewSet(RowsViewSet):
    """Members of the task force."""

    serializer_class = serializers.MemberSerializer
    filterset_class = filters.MemberFilterSet
    search_fields = ("institution__abbreviation", "institution__name", "unit")
    ordering_fields = ("id", "institution_name")

    def visible(self) -> QuerySet:
        """Return those of the decrees that whoever asks may see."""
        return Member.objects.filter(decree__in=Decree.objects.visible_to(self.request.user))


class DirectiveViewSet(RowsViewSet):
    """Directives."""

    serializer_class = serializers.DirectiveSerializer
    filterset_class = filters.DirectiveFilterSet
    search_fields = ("text", "occasion", "issued_by")
    ordering_fields = ("id", "issued_on", "number")

    def visible(self) -> QuerySet:
        """Return the rows with whom they direct."""
        directed = Directive.institutions.through.objects.filter(directive=OuterRef("pk")).order_by("institution")
        return super().visible().annotate(directed=ArraySubquery(directed.values("institution")))


class TargetViewSet(RowsViewSet):
    """Targets, which are public."""

    serializer_class = serializers.TargetSerializer
    filterset_class = filters.TargetFilterSet
    search_fields = ("set_by", "source")
    ordering_fields = ("id", "deadline", "set_on", "province", "value")

    def visible(self) -> QuerySet:
        """Return all: what was to be reached is public."""
        return Target.objects.all()


class AnnouncedFigureViewSet(RowsViewSet):
    """Announced figures, which are public."""

    serializer_class = serializers.AnnouncedFigureSerializer
    filterset_class = filters.AnnouncedFigureFilterSet
    search_fields = ("source",)
    ordering_fields = ("id", "announced_on", "metric", "value")

    def visible(self) -> QuerySet:
        """Return all: what was announced is public."""
        return AnnouncedFigure.objects.order_by("announced_on", "pk")


class ActionItemViewSet(RowsViewSet):
    """Action items, and what is reported of them."""

    serializer_class = serializers.ActionItemSerializer
    filterset_class = filters.ActionItemFilterSet
    search_fields = ("title", "description")
    ordering_fields = ("id", "due_on", "priority", "state", "updated_at")

    def visible(self) -> QuerySet:
        """Return the rows with how far they are."""
        return ActionItem.objects.visible_to(self.request.user).with_standing()

    @extend_schema(request=serializers.ActionReportSerializer, responses={201: serializers.ActionUpdateSerializer})
    @action(detail=True, methods=["post"], renderer_classes=[Json])
    @answered_once
    def updates(self, request: Request, pk: int) -> Response:
        """Report how far an action item is."""
        item = ActionItem.objects.visible_to(request.user).filter(pk=pk).first()
        if item is None:
            raise Http404
        if not ActionItem.objects.editable_by(request.user).filter(pk=pk).exists():
            raise PermissionDenied
        sent, by = read(self, serializers.ActionReportSerializer), cast("User", request.user)
        known = item.updates.filter(client_id=sent["client_id"], by=by).first() if sent["client_id"] else None
        if known is not None:
            if (known.state, known.note) != (sent["state"], sent["note"]):
                raise IdUsed
            return Response(serializers.ActionUpdateSerializer(known).data)
        try:
            # Not a plain transaction: reporting may keep files.
            with all_or_nothing():
                ActionItem.objects.select_for_update(of=("self",)).get(pk=pk)
                self.require_match(self.one(pk=pk))
                update = report_on(ActionUpdate(item=item, **sent), by=by)
        except Refusal as error:
            raise refused(error) from None
        return Response(serializers.ActionUpdateSerializer(update).data, status=201)


class AlertViewSet(RowsViewSet):
    """Alerts of one's own turf."""

    serializer_class = serializers.AlertSerializer
    filterset_class = filters.AlertFilterSet
    search_fields = ("site__name", "regency__name", "province__name")
    ordering_fields = ("id", "raised_on", "cleared_on", "since", "updated_at")

    def visible(self) -> QuerySet:
        """Return the rows with who acknowledged them, where that is for whoever asks."""
        rows: Any = Alert.objects.visible_to(self.request.user).with_told(self.request.user)
        told: QuerySet = rows.annotate(
            told_by=Case(When(is_told=True, then=name_of("acknowledged_by")), output_field=CharField()),
            told_note=Case(When(is_told=True, then=F("note"))),
        )
        return told


class LetterViewSet(RowsViewSet):
    """Letters to heads of regions."""

    serializer_class = serializers.LetterSerializer
    filterset_class = filters.LetterFilterSet
    search_fields = ("number", "regency__name")
    ordering_fields = ("id", "dated_on", "sent_on", "regency")
