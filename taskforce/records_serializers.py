"""Which columns of the task force's records does the API give?"""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from mpp_tracker.lib.api.rows import RowSerializer, WrittenSerializer
from taskforce.choices import ActionState, AlertKind, Severity
from taskforce.models import ActionItem, ActionUpdate, Alert, AnnouncedFigure, Decree, Directive, Letter, Member, Target


class DecreeSerializer(RowSerializer):
    """A decision that sets up the task force."""

    class Meta:
        model = Decree
        fields = ["id", "title", "year", "updated_at"]


class MemberSerializer(RowSerializer):
    """An institution that belongs to the task force."""

    institution_name = serializers.CharField(source="institution.abbreviation")

    class Meta:
        model = Member
        fields = ["id", "decree", "institution", "institution_name", "unit", "role", "updated_at"]


class DirectiveSerializer(RowSerializer):
    """What was directed on an occasion."""

    institutions = serializers.ListField(child=serializers.IntegerField(), source="directed")

    class Meta:
        model = Directive
        fields = ["id", "number", "text", "issued_by", "issued_on", "occasion", "institutions", "updated_at"]


class TargetSerializer(RowSerializer):
    """What was to be reached by when."""

    province = serializers.CharField(source="province.code", allow_null=True, help_text=_("Kode provinsi."))

    class Meta:
        model = Target
        fields = [
            *("id", "province", "metric", "value", "deadline", "set_on", "set_by", "source", "is_active"),
            "updated_at",
        ]


class AnnouncedFigureSerializer(RowSerializer):
    """A figure as it was announced."""

    class Meta:
        model = AnnouncedFigure
        fields = [
            *("id", "metric", "value", "announced_on", "as_at", "counting", "basis", "source", "note"),
            "updated_at",
        ]


class ActionItemSerializer(RowSerializer):
    """A thing to be done, and how far it is."""

    province = serializers.CharField(source="province.code", allow_null=True, help_text=_("Kode provinsi."))
    regency = serializers.CharField(source="regency.code", allow_null=True, help_text=_("Kode kabupaten/kota."))
    owner_name = serializers.CharField(source="owner.abbreviation", allow_null=True)
    state = serializers.ChoiceField(choices=ActionState.choices)
    progress_pct = serializers.IntegerField()
    updated_at = serializers.DateTimeField(allow_null=True, help_text=_("Kapan perkembangannya terakhir dilaporkan."))

    class Meta:
        model = ActionItem
        fields = [
            *("id", "title", "description", "directive", "target", "province", "regency", "site", "owner"),
            *("owner_name", "decided_on", "due_on", "priority", "state", "progress_pct", "updated_at"),
        ]


class ActionUpdateSerializer(serializers.ModelSerializer):
    """What was reported of an action item."""

    class Meta:
        model = ActionUpdate
        fields = ["id", "item", "state", "progress_pct", "note", "source_url", "at"]


class ActionReportSerializer(WrittenSerializer):
    """A report of how far an action item is."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "state": "underway",
        "progress_pct": 40,
        "note": "Rapat dengan pemerintah daerah sudah diadakan.",
    }

    state = serializers.ChoiceField(choices=ActionState.choices)
    progress_pct = serializers.IntegerField(min_value=0, max_value=100, default=0)
    note = serializers.CharField(max_length=2000, allow_blank=True, default="")
    source_url = serializers.CharField(max_length=500, allow_blank=True, default="")
    client_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class AlertSerializer(RowSerializer):
    """Something that has to be looked at."""

    kind = serializers.ChoiceField(choices=AlertKind.choices, source="rule.kind")
    severity = serializers.ChoiceField(choices=Severity.choices, source="rule.severity")
    province = serializers.CharField(source="province.code", allow_null=True, help_text=_("Kode provinsi."))
    regency = serializers.CharField(source="regency.code", allow_null=True, help_text=_("Kode kabupaten/kota."))
    acknowledged_by = serializers.CharField(source="told_by", allow_null=True)
    note = serializers.CharField(source="told_note", allow_null=True)

    class Meta:
        model = Alert
        fields = [
            *("id", "kind", "severity", "province", "regency", "site", "pledge", "agreement", "figure", "since"),
            *("raised_on", "cleared_on", "acknowledged_at", "acknowledged_by", "note", "updated_at"),
        ]


class LetterSerializer(RowSerializer):
    """A letter to the head of a region."""

    regency = serializers.CharField(source="regency.code", help_text=_("Kode kabupaten/kota."))

    class Meta:
        model = Letter
        fields = [
            *("id", "kind", "regency", "number", "dated_on", "reply_by", "signed_by", "position", "sent_on"),
            *("sent_how", "updated_at"),
        ]
