"""What happened of late, and what of earlier days became known of late?

Both are read from what is in force from a standpoint, like every figure, so that what is listed is what moved them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils import timezone

from regions.choices import DatePrecision, DigitalStatus, OperatingStatus, Stage
from regions.models import DigitalAdoption, Milestone, OperatingRecord
from taskforce.choices import Layer
from taskforce.coverage import LAYERS_AND_BOUNDARIES, PROVINCE_OF, Standpoint, fetch, in_force, stands

RECENT_DAYS = 30

SAYS: Mapping[str, type[TextChoices]] = {
    Milestone.LEDGER: Stage,
    OperatingRecord.LEDGER: OperatingStatus,
    DigitalAdoption.LEDGER: DigitalStatus,
}
"""The ledgers that are looked at, in this order, each with the list of what it can say."""


@dataclass(frozen=True)
class Happening:
    """Something that happened, and where it is proven."""

    ledger: str
    said: Stage | OperatingStatus | DigitalStatus
    happened_on: date
    precision: DatePrecision
    site: int | None
    """The key of the MPP; None where it is about a regency."""
    place: str
    """The name of the MPP, or of the regency."""
    province: str
    """The province's code."""
    province_name: str
    source: str


@dataclass(frozen=True)
class Recent:
    """What happened in the days before the one asked about, and what became known in them."""

    since: date
    """The day before the first of these days."""
    until_moment: datetime
    """When the last of these days ends."""
    happenings: tuple[Happening, ...] = field(repr=False)
    """Latest first."""
    learned: int
    """How many facts of earlier days came to be believed in these days."""

    @property
    def has_partial_dates(self) -> bool:
        """Return whether of some only the month or the year is known, at the end of which they count."""
        return any(each.precision != DatePrecision.DAY for each in self.happenings)

    @property
    def by_kind(self) -> dict[Stage | OperatingStatus | DigitalStatus, list[Happening]]:
        """Return what happened by kind: stages from the furthest on, then the others in the order of their lists."""
        groups: dict[Stage | OperatingStatus | DigitalStatus, list[Happening]] = {}
        for kind in (*reversed(Stage), *OperatingStatus, *DigitalStatus):
            # Values of different lists may be the same word.
            if of_kind := [each for each in self.happenings if each.said is kind]:
                groups[kind] = of_kind
        return groups


def recent(standpoint: Standpoint) -> Recent:
    """Return what happened in the `RECENT_DAYS` up to the day asked about, and what else became known in them."""
    since, until_moment = standpoint.as_at - timedelta(days=RECENT_DAYS), _end_of(standpoint.as_at)
    parameters = {
        **standpoint.parameters,
        "since": since,
        "since_moment": _end_of(since),
        "until_moment": until_moment,
    }
    asked = standpoint.layer, standpoint.boundaries
    ((learned,),) = fetch(_LEARNED[standpoint.layer], parameters)
    return Recent(
        since=since,
        until_moment=until_moment,
        happenings=tuple(
            Happening(ledger, SAYS[ledger](said), day, DatePrecision(precision), *where)  # type: ignore[arg-type]
            for ledger, said, day, precision, *where in fetch(_HAPPENED[asked], parameters)
        ),
        learned=learned,
    )


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


# As in taskforce.coverage: closed lists and fragments only; values go in as parameters.
_BELIEVED_AT = {Layer.VERIFIED: "entry.reviewed_at", Layer.REPORTED: "entry.reported_at"}


def _entries(layer: Layer) -> str:
    """Define `entry`: what is in force at main sites and of MPP Digital, and since when it has been believed."""
    rest = f"entry.date_precision, entry.source_url, {_BELIEVED_AT[layer]} AS believed_at"
    at_sites = " UNION ALL ".join(
        in_force(
            table, f"'{ledger}' AS ledger, site.id AS site_id, {said} AS said, {day} AS happened_on, {rest}", layer
        )
        for ledger, table, said, day in (
            (Milestone.LEDGER, "regions_milestone", "entry.stage", "entry.reached_on"),
            (OperatingRecord.LEDGER, "regions_operatingrecord", "entry.status", "entry.since"),
        )
    )
    return f"""
    WITH entry AS ({at_sites}
        UNION ALL
        SELECT entry.regency_id, '{DigitalAdoption.LEDGER}', NULL, entry.status, entry.since, {rest}
        FROM regions_digitaladoption entry
        WHERE {stands("regions_digitaladoption", layer)}
    )"""


_LEARNED = {
    layer: f"""{_entries(layer)}
    SELECT count(*) FROM entry
    WHERE happened_on <= %(since)s::date AND believed_at > %(since_moment)s AND believed_at <= %(until_moment)s
    """
    for layer in Layer
}
_HAPPENED = {
    (layer, boundaries): f"""{_entries(layer)}
    SELECT entry.ledger, entry.said, entry.happened_on, entry.date_precision, entry.site_id,
           coalesce(site.name, regency.name), province.code, province.name, entry.source_url
    FROM entry
    JOIN regions_regency regency ON regency.id = entry.holder_id
    JOIN regions_province province ON province.id = {PROVINCE_OF[boundaries]}
    LEFT JOIN regions_site site ON site.id = entry.site_id
    WHERE entry.happened_on > %(since)s::date AND entry.happened_on <= %(as_at)s::date
    ORDER BY entry.happened_on DESC, regency.code
    """
    for layer, boundaries in LAYERS_AND_BOUNDARIES
}
