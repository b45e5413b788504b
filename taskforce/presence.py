"""Which signatories of the national memoranda are present at which inaugurated MPP on a day?

`presence_by_province` counts, `presence_by_site` names; both are put together from the same fragments of SQL, and
those from the fragments of `taskforce.coverage`. docs/decisions/0008-presence.md says what is nothing and what unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from commitments.choices import AgreementKind, InstitutionKind, PresenceLevel
from commitments.models import Institution
from regions.choices import Stage
from taskforce import rules
from taskforce.choices import Boundaries, Layer
from taskforce.coverage import LAYERS_AND_BOUNDARIES, PROVINCE_OF, PROVINCE_STANDS, Standpoint, fetch, in_force

# --- Answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Party:
    """An institution that a national memorandum binds, as it is called today."""

    pk: int
    abbreviation: str
    name: str
    kind: InstitutionKind
    signed_as: tuple[str, ...]
    """The abbreviations under which it signed, where these are others than today's."""


@dataclass(frozen=True)
class Tally:
    """At how many of an area's inaugurated MPPs an institution has come how far."""

    live: int = 0
    staffed: int = 0
    """Staffed, while no service is on record."""
    signed: int = 0
    nothing: int = 0
    inaugurated: int = 0
    known: int = 0
    """Of the inaugurated, those of which any counter of anybody is on record."""
    signed_absent: int = 0
    """MPPs, also before their inauguration, where a PKS holds but no counter is staffed."""

    @property
    def present(self) -> int:
        """Return at how many a counter is staffed."""
        return self.live + self.staffed

    @property
    def absent(self) -> int:
        """Return at how many of the known ones none is staffed."""
        return self.known - self.present

    @property
    def unknown(self) -> int:
        """Return at how many nothing is known of any counter."""
        return self.inaugurated - self.known

    @property
    def share_pct(self) -> Decimal | None:
        """Return the share where it is present, one place; None where there is no MPP, or none of which is known."""
        return rules.percentage(self.present, self.inaugurated) if self.known else None

    def __add__(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True)
class Area:
    """A province, as a column."""

    code: str
    name: str
    island_group: str


@dataclass(frozen=True)
class PresenceByProvince:
    """Every signatory in every province."""

    standpoint: Standpoint
    computed_at: datetime
    parties: tuple[Party, ...]
    areas: tuple[Area, ...]
    tallies: Mapping[tuple[int, str], Tally] = field(repr=False)
    """By the key of the institution and the code of the province; without signatories the key is 0."""

    def mpps_in(self, area: Area) -> Tally:
        """Return how many MPPs there are in a province; what anybody has there is no part of it."""
        tally = self.tallies[self.parties[0].pk if self.parties else 0, area.code]
        return Tally(inaugurated=tally.inaugurated, known=tally.known)


@dataclass(frozen=True)
class Place:
    """An MPP, as a column: inaugurated, or with a counter or PKS before that."""

    pk: int
    area: Area
    name: str
    is_inaugurated: bool
    is_known: bool
    """Whether any counter of anybody is on record."""


@dataclass(frozen=True)
class Cell:
    """How far an institution has come at an MPP."""

    level: PresenceLevel | None
    """None: no counter of anybody is on record, and no PKS; shown as "belum ada data"."""
    has_pks: bool

    @property
    def is_present(self) -> bool:
        """Return whether its counter is staffed."""
        return self.level in {PresenceLevel.STAFFED, PresenceLevel.LIVE}


@dataclass(frozen=True)
class PresenceBySite:
    """Every signatory at every MPP."""

    standpoint: Standpoint
    computed_at: datetime
    parties: tuple[Party, ...]
    areas: tuple[Area, ...]
    places: tuple[Place, ...]
    cells: Mapping[tuple[int, int], Cell] = field(repr=False)
    """By the keys of institution and MPP."""

    def tally(self, party: Party) -> Tally:
        """Return at how many of these MPPs it has come how far."""
        tally = Tally()
        for place in self.places:
            tally += _tally_of(place, self.cells[party.pk, place.pk])
        return tally


def presence_by_province(standpoint: Standpoint) -> PresenceByProvince:
    """Return at how many MPPs each signatory is present, by province."""
    rows = fetch(BY_PROVINCE[standpoint.layer, standpoint.boundaries], _parameters(standpoint))
    areas: dict[str, Area] = {}
    parties: dict[int, Party] = {}
    tallies = {}
    for code, area_name, island_group, heir, abbreviation, name, kind, names, *counts in rows:
        if code not in areas:
            areas[code] = Area(code, area_name, island_group)
        if heir is not None and heir not in parties:
            parties[heir] = _party(heir, abbreviation, name, kind, names)
        tallies[heir or 0, code] = Tally(*counts)
    return PresenceByProvince(
        standpoint=standpoint,
        computed_at=timezone.now(),
        parties=_by_name(parties),
        areas=tuple(areas.values()),
        tallies=tallies,
    )


def presence_by_site(standpoint: Standpoint, province: str = "") -> PresenceBySite:
    """Return how far each signatory is at each MPP of the province with code `province`, or of all."""
    asked = {**_parameters(standpoint), "province": province}
    rows = fetch(BY_SITE[standpoint.layer, standpoint.boundaries], asked)
    areas: dict[str, Area] = {}
    parties: dict[int, Party] = {}
    places: dict[int, Place] = {}
    cells = {}
    for code, area_name, island_group, heir, abbreviation, name, kind, names, pk, *place, level, has_pks in rows:
        if code is not None and code not in areas:
            areas[code] = Area(code, area_name, island_group)
        if heir is not None and heir not in parties:
            parties[heir] = _party(heir, abbreviation, name, kind, names)
        if pk is not None and pk not in places:
            places[pk] = Place(pk, areas[code], *place)
        if pk is not None and heir is not None:
            cells[heir, pk] = Cell(level and PresenceLevel(level), has_pks)
    return PresenceBySite(
        standpoint=standpoint,
        computed_at=timezone.now(),
        parties=_by_name(parties),
        areas=tuple(areas.values()),
        places=tuple(places.values()),
        cells=cells,
    )


def _parameters(standpoint: Standpoint) -> dict[str, Any]:
    heirs = Institution.objects.heirs()
    return {**standpoint.parameters, "members": list(heirs), "heirs": list(heirs.values())}


def _party(pk: int, abbreviation: str, name: str, kind: str, names: list[str]) -> Party:
    return Party(pk, abbreviation, name, InstitutionKind(kind), tuple(each for each in names if each != abbreviation))


def _by_name(parties: Mapping[int, Party]) -> tuple[Party, ...]:
    return tuple(sorted(parties.values(), key=lambda party: party.abbreviation.casefold()))


def _tally_of(place: Place, cell: Cell) -> Tally:
    signed_absent = int(cell.has_pks and not cell.is_present)
    if not place.is_inaugurated:
        return Tally(signed_absent=signed_absent)
    return Tally(
        inaugurated=1,
        known=int(place.is_known),
        live=int(cell.level is PresenceLevel.LIVE),
        staffed=int(cell.level is PresenceLevel.STAFFED),
        signed=int(cell.level is PresenceLevel.SIGNED),
        nothing=int(cell.level is PresenceLevel.NOTHING),
        signed_absent=signed_absent,
    )


# --- Questions to the ledger -----------------------------------------------------------------------------
# As in taskforce.coverage: closed lists and fragments only; values go in as parameters.

# The agreements that hold on the day, as `Agreement.objects.active_on` has it, and who is bound by them: whoever
# signed them, or an addendum that has begun.
_AGREED = f"""
    line AS (
        SELECT * FROM unnest(%(members)s::bigint[], %(heirs)s::bigint[]) AS line (institution_id, heir_id)
    ),
    running AS (
        SELECT agreement.id, agreement.kind, agreement.site_id
        FROM commitments_agreement agreement
        WHERE (agreement.kind = '{AgreementKind.PKS}'
               OR agreement.kind = '{AgreementKind.MOU}' AND agreement.site_id IS NULL)
          AND agreement.valid_from <= %(as_at)s::date
          AND coalesce((
              SELECT addendum.valid_until FROM commitments_agreement addendum
              WHERE addendum.amends_id = agreement.id AND addendum.valid_from <= %(as_at)s::date
                AND addendum.valid_until IS NOT NULL
              ORDER BY addendum.valid_from DESC, addendum.id DESC LIMIT 1
          ), agreement.valid_until, 'infinity') >= %(as_at)s::date
    ),
    paper AS (
        SELECT running.id AS agreement_id, kind, site_id FROM running
        UNION ALL
        SELECT addendum.id, running.kind, running.site_id
        FROM running JOIN commitments_agreement addendum ON addendum.amends_id = running.id
        WHERE addendum.valid_from <= %(as_at)s::date
    ),
    bound AS (
        SELECT paper.kind, paper.site_id, line.heir_id, line.institution_id
        FROM paper
        JOIN commitments_signatory signature USING (agreement_id)
        JOIN line USING (institution_id)
        WHERE signature.signed_on <= %(as_at)s::date
    ),
    party AS (
        SELECT heir.id AS heir_id, heir.abbreviation, heir.name, heir.kind,
               array_agg(DISTINCT signer.abbreviation) AS names
        FROM bound
        JOIN commitments_institution heir ON heir.id = bound.heir_id
        JOIN commitments_institution signer ON signer.id = bound.institution_id
        WHERE bound.kind = '{AgreementKind.MOU}'
        GROUP BY heir.id
    ),
    pks AS (
        SELECT DISTINCT site_id, heir_id FROM bound WHERE kind = '{AgreementKind.PKS}'
    )"""


def _cells(layer: Layer, boundaries: Boundaries) -> str:
    """Define `area` (provinces), `place` (MPPs) and `cell` (how far each signatory is at each MPP)."""
    counters = "entry.id, entry.site_id, entry.institution_id, entry.counter_opened_on, entry.counter_closed_on"
    return f"""
    WITH {_AGREED},
    unit AS (
        SELECT regency.id, {PROVINCE_OF[boundaries]} AS province_id FROM regions_regency regency
    ),
    area AS (
        SELECT province.id, province.code, province.name, province.island_group
        FROM regions_province province LEFT JOIN unit ON unit.province_id = province.id
        GROUP BY province.id
        HAVING {PROVINCE_STANDS[boundaries]}
    ),
    milestone AS ({in_force("regions_milestone", "entry.site_id, entry.stage, entry.reached_on", layer)}
    ),
    inaugurated AS (
        SELECT DISTINCT site_id FROM milestone
        WHERE stage = '{Stage.INAUGURATED}' AND reached_on <= %(as_at)s::date
    ),
    counter AS MATERIALIZED ({in_force("commitments_presence", f"{counters}, entry.staff", layer)}
          AND entry.counter_opened_on <= %(as_at)s::date
    ),
    offered AS (
        SELECT DISTINCT presence_id FROM commitments_service
    ),
    manned AS (
        SELECT counter.site_id, line.heir_id, bool_or(offered.presence_id IS NOT NULL) AS is_live
        FROM counter
        JOIN line USING (institution_id)
        LEFT JOIN offered ON offered.presence_id = counter.id
        WHERE coalesce(counter.counter_closed_on, 'infinity') >= %(as_at)s::date
          AND counter.staff IS DISTINCT FROM 0
        GROUP BY counter.site_id, line.heir_id
    ),
    place AS (
        SELECT site.id, site.name, site.regency_id, unit.province_id,
               inaugurated.site_id IS NOT NULL AS is_inaugurated, known.site_id IS NOT NULL AS is_known
        FROM regions_site site
        JOIN unit ON unit.id = site.regency_id
        LEFT JOIN inaugurated ON inaugurated.site_id = site.id
        LEFT JOIN (SELECT DISTINCT site_id FROM counter) known ON known.site_id = site.id
        WHERE NOT site.is_branch
          AND (inaugurated.site_id IS NOT NULL OR known.site_id IS NOT NULL OR site.id IN (SELECT site_id FROM pks))
    ),
    cell AS (
        SELECT place.*, party.heir_id,
               pks.heir_id IS NOT NULL AS has_pks, manned.heir_id IS NOT NULL AS is_present,
               CASE
                   WHEN manned.is_live THEN '{PresenceLevel.LIVE}'
                   WHEN manned.heir_id IS NOT NULL THEN '{PresenceLevel.STAFFED}'
                   WHEN pks.heir_id IS NOT NULL THEN '{PresenceLevel.SIGNED}'
                   WHEN party.heir_id IS NOT NULL AND place.is_known THEN '{PresenceLevel.NOTHING}'
               END AS level
        FROM place
        LEFT JOIN party ON true
        LEFT JOIN manned ON manned.site_id = place.id AND manned.heir_id = party.heir_id
        LEFT JOIN pks ON pks.site_id = place.id AND pks.heir_id = party.heir_id
    )"""


def _by_province(layer: Layer, boundaries: Boundaries) -> str:
    counted = ",\n        ".join(
        f"count(*) FILTER (WHERE cell.is_inaugurated AND cell.level = '{level}')"
        for level in (PresenceLevel.LIVE, PresenceLevel.STAFFED, PresenceLevel.SIGNED, PresenceLevel.NOTHING)
    )
    return f"""{_cells(layer, boundaries)}
    SELECT
        area.code, area.name, area.island_group,
        party.heir_id, party.abbreviation, party.name, party.kind, party.names,
        {counted},
        count(*) FILTER (WHERE cell.is_inaugurated),
        count(*) FILTER (WHERE cell.is_inaugurated AND cell.is_known),
        count(*) FILTER (WHERE cell.has_pks AND NOT cell.is_present)
    FROM area
    LEFT JOIN party ON true
    LEFT JOIN cell ON cell.province_id = area.id AND coalesce(cell.heir_id, 0) = coalesce(party.heir_id, 0)
    GROUP BY area.id, area.code, area.name, area.island_group,
        party.heir_id, party.abbreviation, party.name, party.kind, party.names
    ORDER BY area.code
    """


def _by_site(layer: Layer, boundaries: Boundaries) -> str:
    return f"""{_cells(layer, boundaries)},
    asked AS (
        SELECT area.code AS area_code, area.name AS area_name, area.island_group, regency.code AS regency_code, cell.*
        FROM area
        LEFT JOIN cell ON cell.province_id = area.id
        LEFT JOIN regions_regency regency ON regency.id = cell.regency_id
        WHERE %(province)s = '' OR area.code = %(province)s
    )
    SELECT
        asked.area_code, asked.area_name, asked.island_group,
        party.heir_id, party.abbreviation, party.name, party.kind, party.names,
        asked.id, asked.name, asked.is_inaugurated, asked.is_known, asked.level, asked.has_pks
    FROM asked FULL JOIN party ON party.heir_id = asked.heir_id
    ORDER BY asked.regency_code, asked.name, asked.id
    """


BY_PROVINCE = {asked: _by_province(*asked) for asked in LAYERS_AND_BOUNDARIES}
BY_SITE = {asked: _by_site(*asked) for asked in LAYERS_AND_BOUNDARIES}
