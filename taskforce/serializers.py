"""In which shape does the API give coverage?"""

from collections import Counter
from collections.abc import Container, Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from regions.choices import DatePrecision, OperatingStatus, Stage
from regions.models import Milestone, OperatingRecord
from taskforce.choices import Basis, Boundaries, ChangeReason, Counting, Layer, LeftOut
from taskforce.coverage import AreaCoverage, Coverage, CoveragePoint, Question, UnitStanding
from taskforce.explain import Comparison, EntryKey, Explanation
from taskforce.rules import percentage


def coverage_as_json(coverage: Coverage) -> dict[str, Any]:
    """Return the answer of `/api/v1/coverage/`: percentages and paces as strings with one place, unknown as null."""
    return {
        **question_as_json(coverage.question),
        "computed_at": timezone.localtime(coverage.computed_at).isoformat(timespec="seconds"),
        "national": _figures(coverage.national),
        "provinces": [
            {"code": area.code, "name": area.name, "island_group": area.island_group, **_figures(area)}
            for area in coverage.provinces
        ],
    }


def _figures(area: AreaCoverage) -> dict[str, Any]:
    return {
        "units": area.units,
        "covered": area.covered,
        "coverage_pct": _text(area.coverage_pct),
        "target_pct": _text(area.target_pct),
        "target_units": area.target_units,
        "target_deadline": area.target.deadline.isoformat() if area.target else None,
        "gap_units": area.gap_units,
        "units_by_stage": {stage.value: count for stage, count in area.units_by_stage.items()},
        "units_without_stage": area.units_without_stage,
        "units_without_site": area.units_without_site,
        "pace_per_month": _text(area.pace_per_month),
        "pace_needed_per_month": _text(area.pace_needed_per_month),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def units_as_json(units: Iterable[UnitStanding]) -> list[dict[str, Any]]:
    """Return how far each unit is, as `/api/v1/coverage/units/` gives it."""
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "province": unit.province,
            "is_covered": unit.is_covered,
            "covered_on": unit.covered_on,
            "stage": unit.stage,
            "reached_on": unit.reached_on,
            "reached_precision": unit.reached_precision,
            "status": unit.status,
            "status_since": unit.status_since,
            "status_precision": unit.status_precision,
        }
        for unit in units
    ]


def question_as_json(question: Question) -> dict[str, Any]:
    """Return what was asked, with every parameter."""
    return {
        "as_at": question.as_at.isoformat(),
        "known_at": timezone.localtime(question.known_at).isoformat() if question.known_at else None,
        "basis": question.basis.value,
        "counting": question.counting.value,
        "layer": question.layer.value,
        "boundaries": question.boundaries.value,
    }


def points_as_json(points: Iterable[CoveragePoint]) -> list[dict[str, Any]]:
    """Return the days on which a figure changed."""
    return [
        {
            "since": point.since,
            "units": point.units,
            "covered": point.covered,
            "coverage_pct": _text(percentage(point.covered, point.units)),
        }
        for point in points
    ]


LEDGER_NAMES = {Milestone.LEDGER: "milestones", OperatingRecord.LEDGER: "operating-records"}
"""What the ledgers of a site are called in addresses of the API, by their name in those of pages."""


def explanation_as_json(found: Explanation, comparison: Comparison, told: Container[EntryKey]) -> dict[str, Any]:
    """Return what makes a figure, what does not, and what changed since.

    Args:
        found: what makes it.
        comparison: what leads to it from another standpoint.
        told: the entries that whoever asks may read; of others nothing is said, nor how many there are.
    """

    def entry(key: EntryKey | None) -> dict[str, Any] | None:
        return None if key is None or key not in told else {"ledger": LEDGER_NAMES[key.ledger], "id": key.pk}

    stored = found.stored
    omitted = [each for each in found.omitted if each.key in told]
    by_reason = Counter(each.reason for each in omitted)
    return {
        **question_as_json(found.question),
        "computed_at": timezone.localtime(found.computed_at).isoformat(timespec="seconds"),
        "province": found.area.province or None,
        "island_group": found.area.island_group or None,
        "units": len(found.standings),
        "covered": len(found.covered),
        "coverage_pct": _text(found.coverage_pct),
        "stored": None if stored is None else {"units": stored.units, "covered": stored.covered, "waits": stored.waits},
        "counted": [
            {
                "code": unit.code,
                "name": unit.name,
                "province": unit.province,
                "covered_on": unit.covered_on,
                "entry": entry(found.deciding.get(unit.code)),
            }
            for unit in found.covered
        ],
        "not_counted": units_as_json(unit for unit in found.standings if not unit.is_covered),
        "left_out": [
            {
                "reason": reason.value,
                "count": count,
                "entries": [entry(each.key) for each in omitted if each.reason == reason],
            }
            for reason, count in sorted(by_reason.items())
        ],
        "no_units": [regency.code for regency in found.outside],
        "undated": [
            {"code": unit.code, "name": unit.name, "province": unit.province, "seen_on": unit.seen_on}
            for unit in found.undated
        ],
        "unidentified": [
            {"label": gap.label, "counted_from": gap.counted_from, "source": gap.source} for gap in found.unidentified
        ],
        "comparison": {
            **question_as_json(comparison.start),
            "units": comparison.units_at_start,
            "covered": comparison.covered_at_start,
            "steps": [
                {
                    "reason": step.reason.value,
                    "delta": step.delta,
                    "units": [
                        {
                            "code": change.unit.code,
                            "name": change.unit.name,
                            "province": change.unit.province,
                            "province_before": change.province_before or None,
                            "entry": entry(change.key),
                        }
                        for change in step.changes
                    ],
                }
                for step in comparison.steps
            ],
        },
    }


# --- What the schema says of these shapes ----------------------------------------------------------------


class QuestionSerializer(serializers.Serializer):
    """What was asked."""

    as_at = serializers.DateField()
    known_at = serializers.DateTimeField(allow_null=True)
    basis = serializers.ChoiceField(choices=Basis.choices)
    counting = serializers.ChoiceField(choices=Counting.choices)
    layer = serializers.ChoiceField(choices=Layer.choices)
    boundaries = serializers.ChoiceField(choices=Boundaries.choices)


class AnsweredSerializer(QuestionSerializer):
    """What was asked, and when it was answered."""

    computed_at = serializers.DateTimeField()


class FiguresSerializer(serializers.Serializer):
    """The figures of an area."""

    units = serializers.IntegerField()
    covered = serializers.IntegerField()
    coverage_pct = serializers.CharField(allow_null=True)
    target_pct = serializers.CharField(allow_null=True)
    target_units = serializers.IntegerField(allow_null=True)
    target_deadline = serializers.DateField(allow_null=True)
    gap_units = serializers.IntegerField(allow_null=True)
    units_by_stage = serializers.DictField(child=serializers.IntegerField())
    units_without_stage = serializers.IntegerField()
    units_without_site = serializers.IntegerField()
    pace_per_month = serializers.CharField()
    pace_needed_per_month = serializers.CharField(allow_null=True)


class ProvinceFiguresSerializer(FiguresSerializer):
    """The figures of a province."""

    code = serializers.CharField()
    name = serializers.CharField()
    island_group = serializers.CharField()


class CoverageSerializer(AnsweredSerializer):
    """Coverage of the nation and the provinces."""

    national = FiguresSerializer()
    provinces = ProvinceFiguresSerializer(many=True)


class NamedUnitSerializer(serializers.Serializer):
    """A unit."""

    code = serializers.CharField()
    name = serializers.CharField()
    province = serializers.CharField()


class UnitSerializer(NamedUnitSerializer):
    """How far a unit is."""

    is_covered = serializers.BooleanField()
    covered_on = serializers.DateField(allow_null=True)
    stage = serializers.ChoiceField(choices=Stage.choices, allow_null=True)
    reached_on = serializers.DateField(allow_null=True)
    reached_precision = serializers.ChoiceField(choices=DatePrecision.choices, allow_null=True)
    status = serializers.ChoiceField(choices=OperatingStatus.choices, allow_null=True)
    status_since = serializers.DateField(allow_null=True)
    status_precision = serializers.ChoiceField(choices=DatePrecision.choices, allow_null=True)


class UnitsSerializer(AnsweredSerializer):
    """How far the units are."""

    count = serializers.IntegerField()
    results = UnitSerializer(many=True)


class PointSerializer(serializers.Serializer):
    """What holds from a day on."""

    since = serializers.DateField()
    units = serializers.IntegerField()
    covered = serializers.IntegerField()
    coverage_pct = serializers.CharField(allow_null=True)


class SeriesSerializer(AnsweredSerializer):
    """How coverage came about."""

    province = serializers.CharField(allow_null=True)
    points = PointSerializer(many=True)


class EntryNameSerializer(serializers.Serializer):
    """Where an entry of the ledger is found."""

    ledger = serializers.ChoiceField(choices=[(name, name) for name in LEDGER_NAMES.values()])
    id = serializers.IntegerField()


class CountedSerializer(NamedUnitSerializer):
    """A unit that is counted, and why."""

    covered_on = serializers.DateField(allow_null=True)
    entry = EntryNameSerializer(allow_null=True)


class LeftOutSerializer(serializers.Serializer):
    """Entries that make no unit count, for one reason."""

    reason = serializers.ChoiceField(choices=LeftOut.choices)
    count = serializers.IntegerField()
    entries = EntryNameSerializer(many=True)


class UndatedSerializer(NamedUnitSerializer):
    """A unit seen at work without a day that counts."""

    seen_on = serializers.DateField()


class UnidentifiedSerializer(serializers.Serializer):
    """A unit that officials count and nobody can name."""

    label = serializers.CharField()  # type: ignore[assignment]
    counted_from = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]


class StoredSerializer(serializers.Serializer):
    """What is stored of a figure."""

    units = serializers.IntegerField()
    covered = serializers.IntegerField()
    waits = serializers.BooleanField()


class ChangedUnitSerializer(NamedUnitSerializer):
    """A unit by which a figure moved."""

    province_before = serializers.CharField(allow_null=True)
    entry = EntryNameSerializer(allow_null=True)


class StepSerializer(serializers.Serializer):
    """The units by which one reason moves a figure."""

    reason = serializers.ChoiceField(choices=ChangeReason.choices)
    delta = serializers.IntegerField()
    units = ChangedUnitSerializer(many=True)


class ComparisonSerializer(QuestionSerializer):
    """What leads to a figure from another standpoint."""

    units = serializers.IntegerField()
    covered = serializers.IntegerField()
    steps = StepSerializer(many=True)


class ExplanationSerializer(AnsweredSerializer):
    """What makes a figure and what does not."""

    province = serializers.CharField(allow_null=True)
    island_group = serializers.CharField(allow_null=True)
    units = serializers.IntegerField()
    covered = serializers.IntegerField()
    coverage_pct = serializers.CharField(allow_null=True)
    stored = StoredSerializer(allow_null=True)
    counted = CountedSerializer(many=True)
    not_counted = UnitSerializer(many=True)
    left_out = LeftOutSerializer(many=True)
    no_units = serializers.ListField(child=serializers.CharField())
    undated = UndatedSerializer(many=True)
    unidentified = UnidentifiedSerializer(many=True)
    comparison = ComparisonSerializer()
