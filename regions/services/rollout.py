"""How does the published rollout enter the ledger? By the same services as any report, row by row."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.csvfile import CsvFile, Row
from regions.choices import CeremonyKind, DatePrecision, EntryChannel, OperatingStatus, Stage
from regions.models import Ceremony, CeremonySite, LedgerEntry, Milestone, OperatingRecord, Regency, Site
from regions.reference import named_regency, regencies_by_code
from regions.rules import parse_partial_date
from regions.services.ledger import report, verify

COLUMNS = (
    "regency_code",
    "regency_name",
    "mpp_name",
    "event_date",
    "date_precision",
    "event_kind",
    "ceremony_size",
    "source_url",
    "note",
)
STAGE_OF_KIND = {
    "inaugurated": Stage.INAUGURATED,
    "opened_locally": Stage.OPENED,
    "soft_launch": Stage.SOFT_LAUNCHED,
}
CEREMONY_OF_KIND = {
    "inaugurated": CeremonyKind.INAUGURATION,
    "opened_locally": CeremonyKind.LOCAL_OPENING,
    "soft_launch": CeremonyKind.SOFT_LAUNCH,
}
# Said beforehand, or said not to have happened: a place in a ceremony, never a milestone.
ATTENDANCE_OF_KIND = {"planned": None, "postponed": False}
# Any number that nothing else in the database locks on.
_LOCK = 420_2017
KINDS = (*STAGE_OF_KIND, "operating", *ATTENDANCE_OF_KIND)


@dataclass(frozen=True)
class Event:
    """One row of the file, read."""

    row: Row
    regency: Regency
    mpp_name: str
    kind: str
    day: date
    date_precision: str
    ceremony_size: int | None
    source: str
    note: str


@dataclass(frozen=True)
class RolloutTally:
    """What a load of the rollout did."""

    created: int
    unchanged: int


@transaction.atomic
def load_rollout(path: Path, *, by: User, progress: Callable[[list[Event]], Iterable[Event]] = iter) -> RolloutTally:
    """Enter every event of the file that is not in the ledger yet; a second load changes nothing.

    Entries arrive verified with their source, reported and reviewed by the importing account. What was
    corrected since stays corrected: an entry counts as present whatever became of it.

    Args:
        path: the file, described in `reference/README.md`.
        by: the importing account.
        progress: wraps the events while they are entered, to show how far it is.

    Raises:
        BrokenFileError: a row is wrong; nothing is loaded.
    """
    with connection.cursor() as cursor:
        # Two loads at once wait for each other: the second finds what the first has entered.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    file = CsvFile(path, COLUMNS)
    events = _read(file)
    file.stop_if_broken()
    site_of = _Sites(events)
    known = _known_events()
    created = 0
    for event in progress(events):
        try:
            created += _enter(event, site_of(event), known, by=by)
        except ValidationError as error:
            event.row.fault("", " ".join(error.messages))
    file.stop_if_broken()
    return RolloutTally(created=created, unchanged=len(events) - created)


def _read(file: CsvFile) -> list[Event]:
    regencies = regencies_by_code()
    events = []
    for row in file:
        regency = named_regency(row, regencies)
        precision = row.one_of("date_precision", DatePrecision.values)
        day = _event_day(row, precision)
        kind = row.one_of("event_kind", KINDS)
        size = row.whole("ceremony_size")
        source = row.text("source_url", required=True)
        if regency is not None and day is not None:
            name = row.text("mpp_name")
            events.append(Event(row, regency, name, kind, day, precision, size, source, row.text("note")))
    return events


def _event_day(row: Row, precision: str) -> date | None:
    value = row.text("event_date", required=True)
    if not value or precision not in DatePrecision.values:
        return None
    try:
        return parse_partial_date(value, precision)
    except ValueError:
        reason = _("“%(value)s” bukan tanggal dengan ketepatan %(precision)s")
        row.fault("event_date", reason % {"value": value, "precision": precision})
        return None


class _Sites:
    """Find or make the site an event is about.

    A regency's events are about one site, unless the file gives it several names: then each name is a site,
    and events without a name are about the one named first.
    """

    def __init__(self, events: list[Event]) -> None:
        self._names: dict[int, list[str]] = defaultdict(list)
        for event in events:
            if event.mpp_name and event.mpp_name not in self._names[event.regency.pk]:
                self._names[event.regency.pk].append(event.mpp_name)
        self._sites: dict[tuple[int, str], Site] = {}

    def __call__(self, event: Event) -> Site:
        names = self._names[event.regency.pk]
        name = event.mpp_name or (names[0] if names else "")
        key = (event.regency.pk, name)
        if key not in self._sites:
            self._sites[key] = self._find(event.regency, name, is_only=len(names) < 2)
        return self._sites[key]

    @staticmethod
    def _find(regency: Regency, name: str, *, is_only: bool) -> Site:
        if is_only and (site := regency.sites.main().order_by("pk").first()):
            return site
        full_name = _full_name(regency, name)
        site = Site(regency=regency, name=full_name)
        existing = regency.sites.filter(name=full_name).first()
        if existing is not None:
            return existing
        save_checked(site)
        return site


def _full_name(regency: Regency, name: str) -> str:
    if not name:
        return f"MPP {regency.name}"
    return name if name.startswith("MPP ") else f"MPP {name}"


def _known_events() -> set[tuple[int, str, date, str]]:
    """Return regency, statement, day and source of what was imported before, corrected since or not."""
    imported = {"channel": EntryChannel.IMPORT}
    milestones = Milestone.objects.filter(**imported)
    records = OperatingRecord.objects.filter(**imported)
    return {
        *milestones.values_list("site__regency", "stage", "reached_on", "source_url"),
        *records.values_list("site__regency", "status", "since", "source_url"),
    }


def _enter(event: Event, site: Site, known: set[tuple[int, str, date, str]], *, by: User) -> bool:
    """Enter one event; return whether it was new."""
    if event.kind in ATTENDANCE_OF_KIND:
        return _plan(event, site)
    said = STAGE_OF_KIND.get(event.kind, OperatingStatus.OPERATING)
    if (event.regency.pk, said.value, event.day, event.source) in known:
        return False
    verify(report(_entry(event, site), by=by, channel=EntryChannel.IMPORT), by=by)
    return True


def _entry(event: Event, site: Site) -> LedgerEntry:
    if event.kind == "operating":
        statement = {"status": OperatingStatus.OPERATING, "since": event.day}
        return OperatingRecord(site=site, **statement, **_provenance(event))
    ceremony = _ceremony(event, CEREMONY_OF_KIND[event.kind]) if event.ceremony_size else None
    if ceremony is not None:
        CeremonySite.objects.update_or_create(ceremony=ceremony, site=site, defaults={"is_present": True})
    stage = STAGE_OF_KIND[event.kind]
    return Milestone(site=site, stage=stage, reached_on=event.day, ceremony=ceremony, **_provenance(event))


def _provenance(event: Event) -> dict[str, str]:
    return {"date_precision": event.date_precision, "source_url": event.source, "note": event.note}


def _plan(event: Event, site: Site) -> bool:
    """Note that a site was expected at an inauguration; return whether that was new."""
    is_present = ATTENDANCE_OF_KIND[event.kind]
    details = {"is_present": is_present, "note": event.note, "source_url": event.source}
    _row, is_new = CeremonySite.objects.get_or_create(
        ceremony=_ceremony(event, CeremonyKind.INAUGURATION), site=site, defaults=details
    )
    return is_new


def _ceremony(event: Event, kind: CeremonyKind) -> Ceremony:
    """Return the ceremony of a day and kind.

    Rows of one date, kind and size are one ceremony. Who was planned for it but did not come belongs to the
    same one, so a postponement joins the ceremony that was held that day.
    """
    same_day = Ceremony.objects.filter(held_on=event.day, date_precision=event.date_precision, kind=kind)
    if event.kind in ATTENDANCE_OF_KIND:
        found = same_day.order_by("pk").first()
    else:
        found = same_day.filter(announced_size=event.ceremony_size).first()
    if found is not None:
        return found
    ceremony = Ceremony(
        kind=kind, held_on=event.day, date_precision=event.date_precision, announced_size=event.ceremony_size
    )
    save_checked(ceremony)
    return ceremony
