"""Which mandate, targets, announced figures, known differences and rules of alerts does the reference data name?

Every loader raises `BrokenFileError` with all that is wrong; the caller rolls its transaction back.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from commitments.models import Institution
from mpp_tracker.lib.csvfile import CsvFile, Row
from mpp_tracker.lib.reference import Tally, sync
from regions.choices import Stage
from regions.reference import provinces_by_code, regencies_by_code
from taskforce.choices import (
    COVERAGE_METRICS,
    AlertKind,
    AnnouncedCounting,
    AnnouncedMetric,
    Basis,
    Severity,
    TargetMetric,
)
from taskforce.models import AlertRule, AnnouncedFigure, Decree, Directive, KnownGap, Member, Target

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


def load_members(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `taskforce_members.csv`: one row a member; the decree is named by its title."""
    institutions = _institutions()
    file = CsvFile(path, ["decree", "year", "institution"])
    decrees: dict[str, tuple[Row, Mapping[str, Any]]] = {}
    members = []
    for row in file:
        title = row.text("decree", required=True)
        decrees.setdefault(title, (row, {"title": title, "year": row.whole("year")}))
        members.append((row, title, row.found("institution", institutions)))
    file.stop_if_broken()
    tally = sync(Decree, ["title"], decrees.values(), overwrite=overwrite)
    file.stop_if_broken()
    by_title = {decree.title: decree for decree in Decree.objects.all()}
    wanted = [(row, {"decree": by_title[title], "institution": member}) for row, title, member in members]
    tally += sync(Member, ["decree", "institution"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    return tally


def load_directives(path: Path, *, overwrite: bool = False) -> Tally:
    """Load `directives.csv`: what was directed, and the institutions it is for, told apart by semicolons."""
    institutions = _institutions()
    directed: list[tuple[Row, Mapping[str, Any], list[Institution]]] = []
    file = CsvFile(path, ["number", "issued_on", "issued_by", "occasion", "directive", "institutions"])
    for row in file:
        names = [name.strip() for name in row.text("institutions").split(";") if name.strip()]
        for name in names:
            if name not in institutions:
                row.fault("institutions", _("“%(name)s” tidak ditemukan") % {"name": name})
        said = {
            "number": row.whole("number"),
            "issued_on": row.day("issued_on", required=True),
            "issued_by": row.text("issued_by", required=True),
            "occasion": row.text("occasion"),
            "text": row.text("directive", required=True),
        }
        directed.append((row, said, [institutions[name] for name in names if name in institutions]))
    file.stop_if_broken()
    known = {_key(each) for each in Directive.objects.all()}
    wanted = [(row, values) for row, values, _addressed in directed]
    tally = sync(Directive, ["issued_on", "issued_by", "number"], wanted, overwrite=overwrite)
    file.stop_if_broken()
    by_key = {_key(each): each for each in Directive.objects.all()}
    for _row, values, addressed in directed:
        key = (values["issued_on"], values["issued_by"], values["number"])
        if overwrite or key not in known:
            by_key[key].institutions.set(addressed)
    return tally


def _key(directive: Directive) -> tuple[Any, ...]:
    return (directive.issued_on, directive.issued_by, directive.number)


def _institutions() -> dict[str, Institution]:
    return {institution.abbreviation: institution for institution in Institution.objects.all()}
