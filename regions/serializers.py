"""Which columns of areas, sites and the ledger does the API give?"""

from typing import Any, ClassVar
from uuid import uuid4

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from mpp_tracker.lib.api.rows import RowSerializer, WrittenSerializer
from regions.choices import DatePrecision, OperatingStatus, ReadinessAspect, ReadinessLevel, Stage
from regions.models import (
    Ceremony,
    DigitalAdoption,
    FormerProvince,
    Milestone,
    OperatingRecord,
    Province,
    ReadinessAssessment,
    Regency,
    RegencyAlias,
    Site,
    SiteEntry,
)


class ProvinceSerializer(RowSerializer):
    """A province."""

    split_from = serializers.CharField(source="split_from.code", allow_null=True, help_text=_("Kode provinsi asal."))

    class Meta:
        model = Province
        fields = ["code", "name", "island_group", "established_on", "legal_basis", "split_from", "updated_at"]


class FormerCodeSerializer(serializers.Serializer):
    """Where a regency stood before a law moved it."""

    code = serializers.CharField()
    province = serializers.CharField()
    until = serializers.DateField()
    legal_basis = serializers.CharField()


class RegencySerializer(RowSerializer):
    """A regency or city, with the other spellings of its name and its former codes."""

    province = serializers.CharField(source="province.code", help_text=_("Kode provinsi."))
    province_name = serializers.CharField(source="province.name")
    served_by = serializers.CharField(source="served_by.code", allow_null=True, help_text=_("Kode unit sasaran."))
    aliases = serializers.ListField(child=serializers.CharField(), source="other_spellings")
    former_codes = FormerCodeSerializer(many=True, source="moves")

    class Meta:
        model = Regency
        fields = [
            *("code", "name", "kind", "province", "province_name", "is_autonomous", "served_by"),
            *("seat_latitude", "seat_longitude", "population", "is_underdeveloped", "aliases", "former_codes"),
            "updated_at",
        ]


class RegencyAliasSerializer(RowSerializer):
    """Another spelling of a regency's name."""

    regency = serializers.CharField(source="regency.code")
    regency_name = serializers.CharField(source="regency.name")

    class Meta:
        model = RegencyAlias
        fields = ["id", "alias", "regency", "regency_name", "updated_at"]


class FormerCodeRowSerializer(RowSerializer):
    """A line of the table of former and present codes."""

    regency = serializers.CharField(source="regency.code")
    regency_name = serializers.CharField(source="regency.name")
    province = serializers.CharField(source="regency.province.code")
    former_province = serializers.CharField(source="province.code")

    class Meta:
        model = FormerProvince
        fields = [
            *("id", "former_code", "former_province", "regency", "regency_name", "province", "until", "legal_basis"),
            "updated_at",
        ]


class SiteSerializer(RowSerializer):
    """An MPP."""

    regency = serializers.CharField(source="regency.code", help_text=_("Kode kabupaten/kota."))
    regency_name = serializers.CharField(source="regency.name")
    province = serializers.CharField(source="regency.province.code", help_text=_("Kode provinsi."))

    class Meta:
        model = Site
        fields = [
            *("id", "name", "regency", "regency_name", "province", "organiser", "address", "building"),
            *("latitude", "longitude", "is_branch", "updated_at"),
        ]


class ReceiptField(serializers.CharField):
    """The number by which people speak of a report."""

    def from_column(self, key: int) -> str:
        """Return it for a key."""
        parent: Any = self.parent
        letter: str = parent.Meta.model.RECEIPT
        return f"{letter}-{key:06d}"


class EntrySerializer(RowSerializer):
    """What every entry of a ledger says; who said it only to those who see that on its page."""

    receipt = ReceiptField(source="pk", help_text=_("Nomor laporan."))
    province = serializers.CharField(source="regency.province.code", help_text=_("Kode provinsi."))
    is_in_force = serializers.BooleanField(help_text=_("Terverifikasi, tidak dikoreksi dan tidak dicabut."))
    note = serializers.CharField(source="told_note", allow_null=True)
    reported_at = serializers.DateTimeField(source="told_at", allow_null=True)
    reported_by = serializers.CharField(source="told_reporter", allow_null=True)
    reviewed_by = serializers.CharField(source="told_reviewer", allow_null=True)

    ENTRY = (
        *("date_precision", "state", "is_in_force", "channel", "note", "source_url", "supersedes", "withdraws"),
        *("reported_at", "reported_by", "reviewed_at", "reviewed_by", "review_note", "updated_at"),
    )


class SiteEntrySerializer(EntrySerializer):
    """What every entry about a site says."""

    site_name = serializers.CharField(source="site.name")
    regency = serializers.CharField(source="site.regency.code", help_text=_("Kode kabupaten/kota."))
    province = serializers.CharField(source="site.regency.province.code", help_text=_("Kode provinsi."))

    PLACE = ("id", "receipt", "site", "site_name", "regency", "province")


class MilestoneSerializer(SiteEntrySerializer):
    """A stage that a site reached."""

    class Meta:
        model = Milestone
        fields = [*SiteEntrySerializer.PLACE, "stage", "reached_on", "ceremony", *EntrySerializer.ENTRY]


class OperatingRecordSerializer(SiteEntrySerializer):
    """Whether a site serves the public."""

    class Meta:
        model = OperatingRecord
        fields = [*SiteEntrySerializer.PLACE, "status", "since", *EntrySerializer.ENTRY]


class RegencyEntrySerializer(EntrySerializer):
    """What every entry about a regency says."""

    regency = serializers.CharField(source="regency.code", help_text=_("Kode kabupaten/kota."))
    regency_name = serializers.CharField(source="regency.name")

    PLACE = ("id", "receipt", "regency", "regency_name", "province")


class DigitalAdoptionSerializer(RegencyEntrySerializer):
    """How far a regency is with MPP Digital."""

    class Meta:
        model = DigitalAdoption
        fields = [*RegencyEntrySerializer.PLACE, "status", "since", *EntrySerializer.ENTRY]


class ReadinessSerializer(RegencyEntrySerializer):
    """How ready a regency was on a day; an empty aspect is unknown."""

    class Meta:
        model = ReadinessAssessment
        fields = [
            *RegencyEntrySerializer.PLACE,
            "assessed_on",
            *("commitment", "proposal", "building", "budget", "staff", "regulation", "institutions", "network"),
            *EntrySerializer.ENTRY,
        ]


class CeremonySerializer(RowSerializer):
    """A ceremony that took place, with the sites for which it is recorded."""

    sites = serializers.ListField(child=serializers.IntegerField(), source="recorded_sites")

    class Meta:
        model = Ceremony
        fields = [
            *("id", "kind", "held_on", "date_precision", "place", "officiant", "is_symbolic", "announced_size"),
            *("sites", "updated_at"),
        ]


class OwnSiteField(serializers.PrimaryKeyRelatedField):
    """A site of whoever reports; any other is as if it did not exist."""

    def get_queryset(self) -> Any:
        """Return the sites that may be named."""
        request = self.context.get("request")
        return Site.objects.editable_by(request.user) if request else Site.objects.none()


class CorrectedField(serializers.PrimaryKeyRelatedField):
    """An entry about a site of whoever corrects it; any other is as if it did not exist."""

    def __init__(self, ledger: type[SiteEntry], **options: Any) -> None:
        self.ledger = ledger
        super().__init__(queryset=ledger.objects.none(), required=False, allow_null=True, default=None, **options)

    def get_queryset(self) -> Any:
        """Return the entries that may be named."""
        request = self.context.get("request")
        own = Site.objects.editable_by(request.user) if request else Site.objects.none()
        return self.ledger.objects.verified().filter(site__in=own)


class StatementSerializer(WrittenSerializer):
    """What whoever reports says about a site."""

    site = OwnSiteField(queryset=Site.objects.none(), help_text=_("Nomor MPP."))
    date_precision = serializers.ChoiceField(choices=DatePrecision.choices, default=DatePrecision.DAY.value)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    withdraws = serializers.BooleanField(default=False, help_text=_("Hanya mencabut entri yang dikoreksi."))
    client_id = serializers.UUIDField(
        default=uuid4, help_text=_("Dibuat oleh pengirim, agar yang terkirim dua kali tercatat sekali.")
    )


class MilestoneReportSerializer(StatementSerializer):
    """A report that a site reached a stage."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "site": 1,
        "stage": "building",
        "reached_on": "2026-03-01",
        "note": "Rangka atap terpasang.",
    }

    stage = serializers.ChoiceField(choices=Stage.choices)
    reached_on = serializers.DateField()
    supersedes = CorrectedField(Milestone, help_text=_("Entri terverifikasi yang dikoreksi."))


class OperatingReportSerializer(StatementSerializer):
    """A report whether a site serves the public."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "site": 1,
        "status": "suspended",
        "since": "2026-03-31",
        "date_precision": "month",
        "note": "Gedung diperbaiki.",
    }

    status = serializers.ChoiceField(choices=OperatingStatus.choices)
    since = serializers.DateField()
    supersedes = CorrectedField(OperatingRecord, help_text=_("Entri terverifikasi yang dikoreksi."))


class AssessmentReportSerializer(WrittenSerializer):
    """A report of how ready a regency is; what is left out is unknown."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "regency": "35.02",
        "assessed_on": "2026-03-01",
        "budget": "ready",
        "building": "partly",
    }

    regency = serializers.CharField(max_length=5, help_text=_("Kode kabupaten/kota."))
    assessed_on = serializers.DateField()
    date_precision = serializers.ChoiceField(choices=DatePrecision.choices, default=DatePrecision.DAY.value)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    client_id = serializers.UUIDField(default=uuid4)

    def get_fields(self) -> dict[str, serializers.Field]:
        """Return the fields above and one for each aspect."""
        levels = {
            aspect.value: serializers.ChoiceField(choices=ReadinessLevel.choices, allow_blank=True, default="")
            for aspect in ReadinessAspect
        }
        return {**super().get_fields(), **levels}


class SiteWrittenSerializer(WrittenSerializer):
    """What is known of an MPP apart from its ledger."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"name": "MPP Kabupaten Ponorogo", "building": "Eks kantor dinas"}

    name = serializers.CharField(max_length=150)
    address = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    building = serializers.CharField(max_length=150, allow_blank=True, required=False)
    latitude = serializers.DecimalField(9, 6, allow_null=True, required=False)
    longitude = serializers.DecimalField(9, 6, allow_null=True, required=False)


class NewSiteSerializer(SiteWrittenSerializer):
    """An MPP that is to be registered."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"regency": "35.02", "name": "MPP Cabang Selatan", "address": "Jalan Raya 1"}

    regency = serializers.CharField(max_length=5, help_text=_("Kode kabupaten/kota."))


class ReasonSerializer(WrittenSerializer):
    """Why a report is returned."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"reason": "Lampirkan berita acara peresmian."}

    reason = serializers.CharField(max_length=2000)


class NothingSerializer(WrittenSerializer):
    """Nothing: the address says it all."""
