"""How does an assessment of readiness enter the ledger, from an officer or a published file, and how is it frozen?"""

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.csvfile import CsvFile, Row
from regions.choices import DatePrecision, EntryChannel, ReadinessAspect, ReadinessLevel
from regions.models import ReadinessAssessment, ReadinessBaseline, Regency, still_permitted
from regions.reference import named_regency, regencies_by_code
from regions.rules import parse_partial_date
from regions.services.ledger import enter_once, report, verify

# What a file calls them: officials write it, so its words are theirs, in whatever language the pages are read.
ASPECT_COLUMNS = {
    ReadinessAspect.COMMITMENT: "komitmen",
    ReadinessAspect.PROPOSAL: "usulan",
    ReadinessAspect.BUILDING: "gedung",
    ReadinessAspect.BUDGET: "anggaran",
    ReadinessAspect.STAFF: "sdm",
    ReadinessAspect.REGULATION: "regulasi",
    ReadinessAspect.INSTITUTIONS: "instansi",
    ReadinessAspect.NETWORK: "jaringan",
}
LEVEL_WORDS = {
    "belum": ReadinessLevel.NOT_YET,
    "sebagian": ReadinessLevel.PARTLY,
    "siap": ReadinessLevel.READY,
}
COLUMNS = ("kode_wilayah", "nama_wilayah", "tanggal", *ASPECT_COLUMNS.values(), "sumber", "catatan")
_PRECISIONS = (DatePrecision.YEAR, DatePrecision.MONTH, DatePrecision.DAY)
# Any number that nothing else in the database locks on.
_LOCK = 420_2018


def send_assessment(assessment: ReadinessAssessment, *, by: User) -> ReadinessAssessment:
    """Report an assessment from a form; the same sending again, by its `client_id`, gives the same report.

    Raises:
        PermissionDenied, ValidationError: as `report_assessment`.
    """
    return enter_once(assessment, partial(report_assessment, assessment, by=by), by=by)


@transaction.atomic
def report_assessment(assessment: ReadinessAssessment, *, by: User) -> ReadinessAssessment:
    """Report how ready a regency is; what stood before stays until the report is verified.

    Raises:
        PermissionDenied: `by` does not report on the regency.
        ValidationError: no aspect has a level, or as `regions.services.ledger.report`.
    """
    if not Regency.objects.enterable_by(by).filter(pk=assessment.regency_id).exists():
        raise PermissionDenied
    report(assessment, by=by)
    return still_permitted(ReadinessAssessment.objects.visible_to(by), assessment)


def freeze(baseline: ReadinessBaseline, *, by: User) -> ReadinessBaseline:
    """Freeze what is verified by now about readiness up to the day of `baseline`, to compare any later day with.

    Raises:
        ValidationError: the day has not come, lies before the rollout, or the baseline has no name.
    """
    baseline.frozen_by = by
    baseline.clean()
    save_checked(baseline, force_insert=True)
    return baseline


@dataclass(frozen=True)
class ReadinessTally:
    """What a load of assessments did."""

    created: int
    unchanged: int


@transaction.atomic
def load_readiness(path: Path, *, by: User) -> ReadinessTally:
    """Enter every assessment of a published file that is not in the ledger yet; a second load changes nothing.

    Entries arrive verified with their source, reported and reviewed by the importing account. What was corrected
    since stays corrected: an entry counts as present whatever became of it.

    Args:
        path: the file; a cell without a level is unknown, a date may be a day, a month or a year.
        by: the importing account.

    Raises:
        BrokenFileError: rows are wrong, all of which are named; nothing is loaded.
    """
    with connection.cursor() as cursor:
        # Two loads at once wait for each other: the second finds what the first has entered.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    file = CsvFile(path, COLUMNS)
    regencies = regencies_by_code()
    known = {_key(entry) for entry in ReadinessAssessment.objects.filter(channel=EntryChannel.IMPORT)}
    created = unchanged = 0
    for row in file:
        assessment = _read(row, regencies)
        if assessment is None:
            continue
        if _key(assessment) in known:
            unchanged += 1
            continue
        try:
            _enter(assessment, by=by)
        except ValidationError as error:
            row.fault("", " ".join(error.messages))
        else:
            known.add(_key(assessment))
            created += 1
    file.stop_if_broken()
    return ReadinessTally(created, unchanged)


def _enter(assessment: ReadinessAssessment, *, by: User) -> None:
    assessment.clean()
    verify(report(assessment, by=by, channel=EntryChannel.IMPORT), by=by)


def _key(entry: ReadinessAssessment) -> tuple[object, ...]:
    """Return what makes two rows of files the same statement by the same source."""
    return (entry.regency_id, entry.assessed_on, entry.date_precision, entry.source_url, *entry.levels.values())


def _read(row: Row, regencies: dict[str, Regency]) -> ReadinessAssessment | None:
    """Return the assessment that a row tells of, None when something in it is wrong."""
    faults = len(row.problems)
    regency = named_regency(row, regencies, code="kode_wilayah", name="nama_wilayah")
    day, precision = _day(row)
    levels = {aspect: _level(row, column) for aspect, column in ASPECT_COLUMNS.items()}
    source = row.text("sumber", required=True)
    note = row.text("catatan")
    if regency is None or day is None or len(row.problems) > faults:
        return None
    said = {aspect.value: level for aspect, level in levels.items()}
    return ReadinessAssessment(
        regency=regency, assessed_on=day, date_precision=precision, source_url=source, note=note, **said
    )


def _day(row: Row) -> tuple[date | None, DatePrecision]:
    """Return the last day of what the cell names, and how exactly it does."""
    text = row.text("tanggal", required=True)
    precision = _PRECISIONS[min(text.count("-"), 2)]
    if not text:
        return None, precision
    try:
        return parse_partial_date(text, precision), precision
    except ValueError:
        row.fault("tanggal", _("“%(value)s” bukan tanggal YYYY-MM-DD, YYYY-MM atau YYYY") % {"value": text})
        return None, precision


def _level(row: Row, column: str) -> str:
    """Return the level in a cell, empty when the cell is."""
    word = row.text(column).lower()
    if word and word not in LEVEL_WORDS:
        reason = _("“%(value)s” tidak dikenal; pilihannya: %(choices)s, atau kosong bila belum ada data")
        row.fault(column, reason % {"value": row.text(column), "choices": ", ".join(LEVEL_WORDS)})
        return ""
    return LEVEL_WORDS[word] if word else ""
