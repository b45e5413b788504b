"""Which columns of institutions, agreements, presences and pledges does the API give?"""

from typing import Any, ClassVar
from uuid import uuid4

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from commitments.choices import ServiceChannel, Weekday
from commitments.models import Agreement, Institution, Pledge, Presence, Service, Signatory, institutions_of
from commitments.pasted import MAX_SERVICES
from commitments.reports import reportable_by
from mpp_tracker.lib.api.rows import RowSerializer, WrittenSerializer
from regions.choices import DatePrecision
from regions.models import Site
from regions.serializers import EntrySerializer, SiteEntrySerializer


class InstitutionSerializer(RowSerializer):
    """A ministry, agency, firm or office."""

    class Meta:
        model = Institution
        fields = ["id", "abbreviation", "name", "kind", "succeeded_by", "valid_from", "valid_until", "updated_at"]


class AgreementSerializer(RowSerializer):
    """An agreement."""

    ends_on = serializers.DateField(allow_null=True, help_text=_("Hari terakhirnya, menurut adendum terakhir pula."))
    is_active = serializers.BooleanField(source="holds", help_text=_("Berlaku hari ini."))

    class Meta:
        model = Agreement
        fields = [
            *("id", "kind", "number", "title", "signed_on", "valid_from", "valid_until", "ends_on", "is_active"),
            *("site", "amends", "source_url", "updated_at"),
        ]


class SignatorySerializer(RowSerializer):
    """An institution's signature under an agreement."""

    institution_name = serializers.CharField(source="institution.abbreviation")

    class Meta:
        model = Signatory
        # Who signed, and to what an institution is obliged, stands on no page.
        fields = ["id", "agreement", "institution", "institution_name", "signed_on", "updated_at"]


class PresenceSerializer(SiteEntrySerializer):
    """An institution's counter at an MPP."""

    institution_name = serializers.CharField(source="institution.abbreviation")
    services = serializers.IntegerField(source="services_count", help_text=_("Banyaknya layanan."))

    class Meta:
        model = Presence
        fields = [
            *SiteEntrySerializer.PLACE,
            *("institution", "institution_name", "agreement", "counter_opened_on", "counter_closed_on"),
            *("service_days", "staff", "counters", "services"),
            *EntrySerializer.ENTRY,
        ]


class ServiceSerializer(RowSerializer):
    """A service at a counter."""

    site = serializers.IntegerField(source="presence.site_id")
    institution = serializers.IntegerField(source="presence.institution_id")
    institution_name = serializers.CharField(source="presence.institution.abbreviation")

    class Meta:
        model = Service
        fields = [
            *("id", "presence", "site", "institution", "institution_name", "name", "channel", "is_licence"),
            "updated_at",
        ]


class RevisionSerializer(serializers.Serializer):
    """Another day promised instead."""

    revised_on = serializers.DateField()
    due_on = serializers.DateField()
    date_precision = serializers.ChoiceField(choices=DatePrecision.choices)
    reason = serializers.CharField()


class PledgeSerializer(RowSerializer):
    """A regency's promise, with what was promised instead."""

    regency = serializers.CharField(source="regency.code", help_text=_("Kode kabupaten/kota."))
    regency_name = serializers.CharField(source="regency.name")
    province = serializers.CharField(source="regency.province.code", help_text=_("Kode provinsi."))
    revisions = RevisionSerializer(many=True, source="later_promises")

    class Meta:
        model = Pledge
        fields = [
            *("id", "regency", "regency_name", "province", "pledged_on", "due_on", "date_precision"),
            *("revisions", "source_url", "updated_at"),
        ]


class CounterSiteField(serializers.PrimaryKeyRelatedField):
    """A site at which whoever reports may report a counter; any other is as if it did not exist."""

    def get_queryset(self) -> Any:
        """Return their own sites, and all where they speak for an institution."""
        request = self.context.get("request")
        if request is None:
            return Site.objects.none()
        sites = Site.objects.visible_to(request.user)
        return sites if institutions_of(request.user) else sites.editable_by(request.user)


class RestatedField(serializers.PrimaryKeyRelatedField):
    """A counter that whoever reports may state anew; any other is as if it did not exist."""

    def get_queryset(self) -> Any:
        """Return the counters that may be named."""
        request = self.context.get("request")
        return reportable_by(request.user) if request else Presence.objects.none()


class ServiceLineSerializer(WrittenSerializer):
    """One service, as it is named in a report."""

    name = serializers.CharField(max_length=200)
    channel = serializers.ChoiceField(choices=ServiceChannel.choices, default=ServiceChannel.DIRECT.value)
    is_licence = serializers.BooleanField(default=False)


class PresenceReportSerializer(WrittenSerializer):
    """All that is known of an institution's counter at an MPP."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "site": 1,
        "institution": 1,
        "counter_opened_on": "2026-03-01",
        "service_days": [1, 2, 3, 4, 5],
        "staff": 3,
        "services": [{"name": "Balik nama sertifikat", "channel": "direct"}],
    }

    site = CounterSiteField(queryset=Site.objects.none())
    institution = serializers.PrimaryKeyRelatedField(queryset=Institution.objects.all())
    agreement = serializers.PrimaryKeyRelatedField(
        queryset=Agreement.objects.all(), required=False, allow_null=True, default=None
    )
    counter_opened_on = serializers.DateField()
    date_precision = serializers.ChoiceField(choices=DatePrecision.choices, default=DatePrecision.DAY.value)
    counter_closed_on = serializers.DateField(required=False, allow_null=True, default=None)
    service_days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), default=list, max_length=len(Weekday)
    )
    staff = serializers.IntegerField(min_value=0, max_value=1000, required=False, allow_null=True, default=None)
    counters = serializers.IntegerField(min_value=0, max_value=1000, required=False, allow_null=True, default=None)
    services = ServiceLineSerializer(many=True, default=list)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    supersedes = RestatedField(queryset=Presence.objects.none(), required=False, allow_null=True, default=None)
    client_id = serializers.UUIDField(default=uuid4)

    def validate_service_days(self, days: list[int]) -> list[int]:
        """Refuse a day that is named twice."""
        if len(set(days)) < len(days):
            raise serializers.ValidationError(gettext("Tulis tiap hari satu kali saja."))
        return days

    def validate_services(self, services: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse more services than the page takes."""
        if len(services) > MAX_SERVICES:
            raise serializers.ValidationError(gettext("Paling banyak %d layanan untuk satu gerai.") % MAX_SERVICES)
        return services
