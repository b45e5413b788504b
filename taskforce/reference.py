"""Which targets, announced figures and rules of alerts does the reference data name?

Every loader raises `BrokenFileError` with all that is wrong; the caller rolls its transaction back.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mpp_tracker.lib.csvfile import CsvFile, Row
from mpp_tracker.lib.reference import Tally, sync
from regions.choices import Stage
from regions.reference import provinces_by_code
from taskforce.choices import AlertKind, AnnouncedMetric, Severity, TargetMetric
from taskforce.models import AlertRule, AnnouncedFigure, Target

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
    """Load `announced_figures.csv`: what officials said, conflicts kept."""

    def values(row: Row) -> Mapping[str, Any]:
        return {
            "announced_on": row.day("announced_on", required=True),
            "metric": row.one_of("metric", AnnouncedMetric.values),
            "value": row.whole("value"),
            "source": row.text("source_url", required=True),
            "note": row.text("note"),
        }

    file = CsvFile(path, ["announced_on", "metric", "value", "source_url", "note"])
    wanted = [(row, values(row)) for row in file]
    file.stop_if_broken()
    tally = sync(AnnouncedFigure, ["metric", "announced_on", "value"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally


def load_alert_rules(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `alert_rules.csv`: what raises an alert, each threshold with its source or as an assumption."""

    def values(row: Row) -> Mapping[str, Any]:
        return {
            "kind": row.one_of("kind", AlertKind.values),
            "stage": row.one_of("stage", Stage.values) if row.text("stage") else "",
            "threshold": row.whole("threshold"),
            "severity": row.one_of("severity", Severity.values),
            "source": row.text("source", required=True),
        }

    file = CsvFile(path, ["kind", "stage", "threshold", "severity", "source"])
    wanted = [(row, values(row)) for row in file]
    file.stop_if_broken()
    tally = sync(AlertRule, ["kind", "stage"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally
