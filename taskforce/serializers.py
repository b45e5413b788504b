"""In which shape does the API give coverage?"""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from taskforce.coverage import AreaCoverage, Coverage


def coverage_as_json(coverage: Coverage) -> dict[str, Any]:
    """Return the answer of `/api/v1/coverage/`: percentages and paces as strings with one place, unknown as null."""
    question = coverage.question
    return {
        "as_at": question.as_at.isoformat(),
        "known_at": timezone.localtime(question.known_at).isoformat() if question.known_at else None,
        "basis": question.basis.value,
        "counting": question.counting.value,
        "layer": question.layer.value,
        "boundaries": question.boundaries.value,
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
