"""What does the API answer about areas, sites and the ledger, and how is it reported and verified there?"""

from http import HTTPStatus
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as Refusal
from django.db import transaction
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.models import User
from mpp_tracker.lib.api.rows import IdUsed, RowsViewSet, refused
from regions import filters, serializers
from regions.choices import EntryChannel, EntryState, OperatingStatus, ReadinessAspect, Stage
from regions.idempotency import answered_once
from regions.models import (
    FormerProvince,
    LedgerEntry,
    Milestone,
    ReadinessAssessment,
    Regency,
    RegencyAlias,
    Site,
    SiteEntry,
    turf_of,
)
from regions.rules import end_of_period
from regions.services.ledger import send_back, verify
from regions.services.readiness import send_assessment
from regions.services.review import looks
from regions.services.work import report_from_form, save_site


class ProvinceViewSet(RowsViewSet):
    """Provinces."""

    serializer_class = serializers.ProvinceSerializer
    filterset_class = filters.ProvinceFilterSet
    search_fields = ("name",)
    ordering_fields = ("code", "name", "updated_at")
    lookup_field = "code"
    lookup_value_converter = "str"


class RegencyViewSet(RowsViewSet):
    """Regencies and cities."""

    serializer_class = serializers.RegencySerializer
    filterset_class = filters.RegencyFilterSet
    search_fields = ("name", "aliases__alias")
    ordering_fields = ("code", "name", "province", "population", "updated_at")
    lookup_field = "code"
    lookup_value_converter = "str"

    def visible(self) -> QuerySet:
        """Return the rows with what lies in tables beside theirs."""
        aliases = RegencyAlias.objects.filter(regency=OuterRef("pk")).order_by("alias")
        moves = FormerProvince.objects.filter(regency=OuterRef("pk")).order_by("until")
        move = JSONObject(code="former_code", province="province__code", until="until", legal_basis="legal_basis")
        return (
            super()
            .visible()
            .annotate(
                other_spellings=ArraySubquery(aliases.values("alias")), moves=ArraySubquery(moves.values_list(move))
            )
        )


class RegencyAliasViewSet(RowsViewSet):
    """Other spellings of regencies' names."""

    serializer_class = serializers.RegencyAliasSerializer
    filterset_class = filters.OfRegencyFilterSet
    search_fields = ("alias",)
    ordering_fields = ("alias", "regency")

    def visible(self) -> QuerySet:
        """Return those of the regencies that whoever asks may see."""
        return RegencyAlias.objects.filter(regency__in=Regency.objects.visible_to(self.request.user))


class FormerCodeViewSet(RowsViewSet):
    """Former and present codes."""

    serializer_class = serializers.FormerCodeRowSerializer
    filterset_class = filters.OfRegencyFilterSet
    search_fields = ("former_code", "regency__name")
    ordering_fields = ("former_code", "regency", "until")

    def visible(self) -> QuerySet:
        """Return those of the regencies that whoever asks may see."""
        return FormerProvince.objects.filter(regency__in=Regency.objects.visible_to(self.request.user))


class SiteViewSet(RowsViewSet):
    """MPPs."""

    serializer_class = serializers.SiteSerializer
    filterset_class = filters.SiteFilterSet
    search_fields = ("name", "address", "regency__name")
    ordering_fields = ("id", "name", "regency", "province", "updated_at")

    @extend_schema(request=serializers.NewSiteSerializer)
    @answered_once
    def create(self, request: Request) -> Response:
        """Register an MPP of one's own regency."""
        sent = read(self, serializers.NewSiteSerializer)
        site = Site(regency=own_regency(request, sent.pop("regency")), **sent)
        return self._save(site, status=HTTPStatus.CREATED)

    @extend_schema(request=serializers.SiteWrittenSerializer)
    @transaction.atomic
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is known of an MPP apart from its ledger."""
        shown = self.one(pk=pk)
        sent = read(self, serializers.SiteWrittenSerializer, partial=True)
        site = Site.objects.editable_by(request.user).select_for_update(of=("self",)).filter(pk=pk).first()
        if site is None:
            raise PermissionDenied
        self.require_match(self.one(pk=shown["id"]))
        for name, value in sent.items():
            setattr(site, name, value)
        return self._save(site)

    def _save(self, site: Site, *, status: int = HTTPStatus.OK) -> Response:
        try:
            save_site(site, by=cast("User", self.request.user))
        except Refusal as error:
            raise refused(error) from None
        return answer(self, site, status=status)


class EntryViewSet(RowsViewSet):
    """The entries of a ledger: verified ones for everybody, the others for those whom they concern."""

    def visible(self) -> QuerySet:
        """Return the rows with who said what, where that is for whoever asks."""
        ledger: Any = self.model
        corrections = ledger.objects.filter(supersedes=OuterRef("pk"), state=EntryState.VERIFIED)
        stands = Q(state=EntryState.VERIFIED, withdraws=False) & ~Exists(corrections)
        public = Q(is_told=True)
        if ledger.NOTE_IS_PUBLIC:
            public |= ~Q(channel=EntryChannel.IMPORT)
        rows: QuerySet = ledger.objects.visible_to(self.request.user).with_told(self.request.user)
        return rows.annotate(
            is_in_force=Case(When(stands, then=Value(True)), default=Value(False)),
            told_note=Case(When(public, then=F("note"))),
            told_at=Case(When(is_told=True, then=F("reported_at"))),
            told_reporter=Case(When(is_told=True, then=name_of("reported_by")), output_field=CharField()),
            told_reviewer=Case(When(is_told=True, then=name_of("reviewed_by")), output_field=CharField()),
        )

    def tag(self, row: dict[str, Any]) -> str:
        """Return the entity tag of an entry: for who decides on it, of all that it is judged by."""
        if row["state"] != EntryState.REPORTED or not turf_of(self.request.user).is_verifier:
            return super().tag(row)
        entry = self._entry(row["id"])
        return super().tag({**row, "seen": looks([entry])[entry.pk]})

    @extend_schema(request=serializers.NothingSerializer)
    @action(detail=True, methods=["post"])
    @answered_once
    @transaction.atomic
    def verify(self, request: Request, pk: int) -> Response:
        """Believe a report: from now on it counts."""
        return self._decide(pk, verify, serializers.NothingSerializer)

    @extend_schema(request=serializers.ReasonSerializer)
    @action(detail=True, methods=["post"], url_path="return")
    @answered_once
    @transaction.atomic
    def send_back(self, request: Request, pk: int) -> Response:
        """Return a report to whoever made it, saying why."""
        return self._decide(pk, send_back, serializers.ReasonSerializer)

    def _entry(self, pk: int) -> LedgerEntry:
        return cast("LedgerEntry", self.model._default_manager.get(pk=pk))

    def sent_before(self, client_id: UUID | None, **said: Any) -> Response | None:
        """Return the answer to a report that whoever asks sent before, under the same `client_id`; None if it is new.

        Raises:
            IdUsed: it said something else then.
        """
        sent = self.model._default_manager.filter(client_id=client_id, reported_by=cast("User", self.request.user))
        known = sent.first()
        if known is None:
            return None
        if any(getattr(known, name) != value for name, value in said.items()):
            raise IdUsed
        return answer(self, known, status=HTTPStatus.OK)

    def _decide(self, pk: int, decide: Any, shape: type[BaseSerializer]) -> Response:
        self.one(pk=pk)
        if not turf_of(self.request.user).is_verifier:
            raise PermissionDenied
        said = read(self, shape)
        entry = self._entry(pk)
        # Two verifiers of one site wait for each other, so that the second sees what the first did.
        subject = type(entry).subject_model()
        subject._default_manager.select_for_update().get(pk=entry.subject_id)
        self.require_match(self.one(pk=pk))
        try:
            decide(entry, by=cast("User", self.request.user), **said)
        except Refusal as error:
            raise refused(error) from None
        return Response(self.one(pk=pk))


class SiteEntryViewSet(EntryViewSet):
    """The entries about sites."""

    report_serializer: ClassVar[type[serializers.StatementSerializer]]

    def _report(self, kind: type[Stage | OperatingStatus]) -> Response:
        """Report what happened at a site."""
        sent = read(self, self.report_serializer)
        about, statement, happened_on = cast("type[SiteEntry]", self.model).SAYS
        site, what, day = sent.pop(about), kind(sent.pop(statement)), sent.pop(happened_on)
        said = {about: site, statement: what, happened_on: end_of_period(day, sent["date_precision"])}
        # What is only taken back is entered as it stands, whatever was sent with it.
        said = {about: site} if sent["withdraws"] else said
        if (known := self.sent_before(sent["client_id"], **said)) is not None:
            return known
        try:
            entry = report_from_form(
                site,
                statement=what,
                happened_on=day,
                corrects=sent.pop("supersedes"),
                evidence=(),
                keep_location=False,
                by=cast("User", self.request.user),
                **sent,
            )
        except Refusal as error:
            raise refused(error) from None
        return answer(self, entry, status=HTTPStatus.CREATED)


class MilestoneViewSet(SiteEntryViewSet):
    """Milestones."""

    serializer_class = serializers.MilestoneSerializer
    report_serializer = serializers.MilestoneReportSerializer
    filterset_class = filters.MilestoneFilterSet
    search_fields = ("site__name", "site__regency__name")
    ordering_fields = ("id", "reached_on", "stage", "regency", "reviewed_at", "updated_at")

    @extend_schema(request=serializers.MilestoneReportSerializer)
    @answered_once
    def create(self, request: Request) -> Response:
        """Report that a site reached a stage."""
        return self._report(Stage)


class OperatingRecordViewSet(SiteEntryViewSet):
    """Operating records."""

    serializer_class = serializers.OperatingRecordSerializer
    report_serializer = serializers.OperatingReportSerializer
    filterset_class = filters.OperatingRecordFilterSet
    search_fields = ("site__name", "site__regency__name")
    ordering_fields = ("id", "since", "status", "regency", "reviewed_at", "updated_at")

    @extend_schema(request=serializers.OperatingReportSerializer)
    @answered_once
    def create(self, request: Request) -> Response:
        """Report whether a site serves the public."""
        return self._report(OperatingStatus)


class DigitalAdoptionViewSet(EntryViewSet):
    """Records of MPP Digital."""

    serializer_class = serializers.DigitalAdoptionSerializer
    filterset_class = filters.DigitalAdoptionFilterSet
    search_fields = ("regency__name",)
    ordering_fields = ("id", "since", "status", "regency", "reviewed_at", "updated_at")


class ReadinessViewSet(EntryViewSet):
    """Assessments of readiness."""

    serializer_class = serializers.ReadinessSerializer
    filterset_class = filters.ReadinessFilterSet
    search_fields = ("regency__name",)
    ordering_fields = ("id", "assessed_on", "regency", "reviewed_at", "updated_at")

    @extend_schema(request=serializers.AssessmentReportSerializer)
    @answered_once
    def create(self, request: Request) -> Response:
        """Report how ready one's own regency is."""
        sent = read(self, serializers.AssessmentReportSerializer)
        assessment = ReadinessAssessment(**{**sent, "regency": own_regency(request, sent["regency"])})
        try:
            assessment.clean()
            said = {name: getattr(assessment, name) for name in (*ReadinessAssessment.SAYS, *ReadinessAspect.values)}
            if (known := self.sent_before(assessment.client_id, **said)) is not None:
                return known
            entry = send_assessment(assessment, by=cast("User", request.user))
        except Refusal as error:
            raise refused(error) from None
        return answer(self, entry, status=HTTPStatus.CREATED)


class CeremonyViewSet(RowsViewSet):
    """Ceremonies that took place."""

    serializer_class = serializers.CeremonySerializer
    filterset_class = filters.CeremonyFilterSet
    search_fields = ("place", "officiant")
    ordering_fields = ("id", "held_on", "kind", "updated_at")

    def visible(self) -> QuerySet:
        """Return the rows with the sites that took part, as far as that stands."""
        recorded = Milestone.objects.not_withdrawn().filter(ceremony=OuterRef("pk")).order_by("site").distinct()
        return super().visible().annotate(recorded_sites=ArraySubquery(recorded.values("site")))


def read(view: RowsViewSet, shape: type[BaseSerializer], *, partial: bool = False) -> dict[str, Any]:
    """Return what was sent, in a shape.

    Raises:
        ValidationError: it is not of that shape.
    """
    serializer = shape(data=view.request.data, partial=partial, context={"request": view.request})
    serializer.is_valid(raise_exception=True)
    found: dict[str, Any] = serializer.validated_data
    return found


def own_regency(request: Request, code: str) -> Regency:
    """Return a regency of which whoever asks may enter sites and assessments.

    Raises:
        ValidationError: they do not, or there is none.
    """
    regency = Regency.objects.enterable_by(request.user).filter(code=code).first()
    if regency is None:
        raise ValidationError({"regency": [_("Tidak ada di antara kabupaten/kota yang Anda laporkan.")]})
    return regency


def answer(view: RowsViewSet, row: Any, *, status: int) -> Response:
    """Return a row that was just written, and where it is found."""
    headers = {"Location": f"{view.request.path}{row.pk}/"} if status == HTTPStatus.CREATED else None
    return Response(view.one(pk=row.pk), status=status, headers=headers)


def name_of(person: str) -> Coalesce:
    """Return in SQL the name by which people know a user."""
    return Coalesce(NullIf(f"{person}__name", Value("")), f"{person}__email", output_field=CharField())
