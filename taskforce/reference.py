"""Which targets, announced figures and known differences does the reference data name?

Every loader raises `BrokenFileError` with all that is wrong; the caller rolls its transaction back.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mpp_tracker.lib.csvfile import CsvFile, Row
from mpp_tracker.lib.reference import Tally, sync
from regions.reference import provinces_by_code, regencies_by_code
from taskforce.choices import COVERAGE_METRICS, AnnouncedCounting, AnnouncedMetric, Basis, TargetMetric
from taskforce.models import AnnouncedFigure, KnownGap, Target

NATIONAL = "national"


def load_targets(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `targets.csv`: what was to be reached by when, for the nation or a province."""
    provinces = provinces_by_code()

    def values(row: Row) -> Mapping[str, Any]:
        deadline = row.day("deadline", required=True)
        if deadline is not None and row.whole("year") != deadline.year:
            row.fault("year", _("tahun tidak sama dengan tahun tenggat"))
        is_national = row.text("scope", required=True) == NATIONAL
        return {
            "province": None if is_national else row.found("scope", provinces),
            "metric": row.one_of("metric", TargetMetric.values),
            "value": row.decimal("value", required=True),
            "deadline": deadline,
            "set_on": row.day("set_on", required=True),
            "set_by": row.text("set_by", required=True),
            "source": row.text("source", required=True),
        }

    file = CsvFile(path, ["year", "deadline", "scope", "metric", "value", "set_on", "set_by", "source"])
    wanted = [(row, values(row)) for row in file]
    file.stop_if_broken()
    tally = sync(Target, ["province", "metric", "deadline", "set_on"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally


def load_announced_figures(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `announced_figures.csv`: what officials said and what they counted, conflicts kept."""

    def values(row: Row) -> Mapping[str, Any]:
        metric = row.one_of("metric", AnnouncedMetric.values)
        has_definition = metric in COVERAGE_METRICS
        return {
            "announced_on": row.day("announced_on", required=True),
            "metric": metric,
            "value": row.whole("value"),
            "source": row.text("source_url", required=True),
            "note": row.text("note"),
            "as_at": row.day("as_at"),
            "counting": row.one_of("counting", AnnouncedCounting.values) if has_definition else row.text("counting"),
            "basis": row.one_of("basis", Basis.values) if has_definition else row.text("basis"),
        }

    columns = ["announced_on", "metric", "value", "as_at", "counting", "basis", "source_url", "note"]
    file = CsvFile(path, columns)
    wanted = [(row, values(row)) for row in file]
    file.stop_if_broken()
    tally = sync(AnnouncedFigure, ["metric", "announced_on", "value"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally


def load_known_gaps(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `known_gaps.csv`: units that officials count and the ledger has no day for, named or not."""
    regencies = regencies_by_code()

    def values(row: Row) -> Mapping[str, Any]:
        return {
            "regency": row.found("regency_code", regencies, required=False),
            "label": row.text("label"),
            "counted_from": row.day("counted_from"),
            "source": row.text("source_url", required=True),
            "note": row.text("note"),
        }

    file = CsvFile(path, ["regency_code", "label", "counted_from", "source_url", "note"])
    wanted = [(row, values(row)) for row in file]
    file.stop_if_broken()
    tally = sync(KnownGap, ["regency", "label"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally
