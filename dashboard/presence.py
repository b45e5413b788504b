"""What do the pages of the signatories show? One frozen answer per page, for every form it is given in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import Http404
from django.utils.translation import gettext as _

from commitments.choices import PresenceLevel
from regions.models import Province
from taskforce.choices import PresenceOrder
from taskforce.coverage import Standpoint
from taskforce.presence import (
    Area,
    Cell,
    Party,
    Place,
    PresenceByProvince,
    PresenceBySite,
    Tally,
    presence_by_province,
    presence_by_site,
)


@dataclass(frozen=True)
class Choice:
    """Which signatories and provinces are shown, in which order."""

    province: Province | None = None
    island_group: str = ""
    kind: str = ""
    order: PresenceOrder = PresenceOrder.NAME

    @property
    def scope(self) -> str:
        """Return what the MPPs that are counted lie in."""
        return self.province.name if self.province else self.island_group or _("Indonesia")

    def holds_area(self, area: Area) -> bool:
        """Return whether a province is shown."""
        return self.island_group in ("", area.island_group)

    def parties(self, parties: Iterable[Party]) -> tuple[Party, ...]:
        """Return those that are shown."""
        return tuple(party for party in parties if self.kind in ("", party.kind))


@dataclass(frozen=True)
class PartyRow:
    """A signatory with its figures: one of all that is shown, one a column."""

    party: Party
    total: Tally
    cells: tuple[Tally, ...] | tuple[Cell, ...]


@dataclass(frozen=True)
class CommitmentsPage:
    """The signatories by provinces, or by the MPPs of the one chosen."""

    matrix: PresenceByProvince | PresenceBySite
    choice: Choice
    rows: tuple[PartyRow, ...]
    areas: tuple[tuple[Area, Tally], ...]
    """The provinces that are columns, with the MPPs there; empty when MPPs are."""
    places: tuple[Place, ...]
    """The MPPs that are columns; empty when provinces are."""
    mpps: Tally
    """How many MPPs are counted."""
    levels: tuple[PresenceLevel, ...] = tuple(PresenceLevel)
    """What a cell can say, for the legend."""

    @property
    def is_by_name(self) -> bool:
        """Return whether the signatories stand by their names."""
        return self.choice.order is PresenceOrder.NAME

    @property
    def signed_absent(self) -> int:
        """Return in how many cases a PKS holds while no counter is staffed."""
        return sum(row.total.signed_absent for row in self.rows)

    @property
    def absent(self) -> int:
        """Return in how many cases a signatory has no staffed counter at an inaugurated MPP that is known."""
        return sum(row.total.absent for row in self.rows)


@dataclass(frozen=True)
class Gap:
    """An MPP, and who is missing there."""

    place: Place
    parties: tuple[Party, ...]


@dataclass(frozen=True)
class GapsPage:
    """Where signatories are missing, MPP by MPP."""

    matrix: PresenceBySite
    choice: Choice
    signed_absent: tuple[Gap, ...]
    """Where a PKS holds and no counter is staffed."""
    absent: tuple[Gap, ...]
    """Inaugurated MPPs of which counters are known, with a PKS or without, while none is staffed."""
    unknown_count: int
    """Inaugurated MPPs of which nothing is known: they are in the first list or in none."""

    @property
    def signed_absent_count(self) -> int:
        """Return in how many cases a PKS holds while no counter is staffed."""
        return sum(len(gap.parties) for gap in self.signed_absent)

    @property
    def absent_count(self) -> int:
        """Return in how many cases a signatory is missing at an inaugurated MPP."""
        return sum(len(gap.parties) for gap in self.absent)


def commitments_page(standpoint: Standpoint, choice: Choice) -> CommitmentsPage:
    """Return what the page of the signatories shows.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    if choice.province:
        return _province_page(_of_province(standpoint, choice.province), choice)
    matrix = presence_by_province(standpoint)
    areas = [area for area in matrix.areas if choice.holds_area(area)]
    rows = []
    for party in choice.parties(matrix.parties):
        cells = tuple(matrix.tallies[party.pk, area.code] for area in areas)
        rows.append(PartyRow(party, sum(cells, Tally()), cells))
    columns = tuple((area, matrix.mpps_in(area)) for area in areas)
    mpps = sum((tally for _area, tally in columns), Tally())
    return CommitmentsPage(matrix, choice, _in_order(rows, choice.order), areas=columns, places=(), mpps=mpps)


def gaps_page(standpoint: Standpoint, choice: Choice) -> GapsPage:
    """Return where signatories are missing.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    matrix = _of_province(standpoint, choice.province) if choice.province else presence_by_site(standpoint)
    places = [place for place in matrix.places if choice.holds_area(place.area)]
    parties = choice.parties(matrix.parties)

    def missing(place: Place, is_missing: Callable[[Cell], bool]) -> Gap:
        return Gap(place, tuple(party for party in parties if is_missing(matrix.cells[party.pk, place.pk])))

    signed = (missing(place, lambda cell: cell.has_pks and not cell.is_present) for place in places)
    known = (place for place in places if place.is_inaugurated and place.is_known)
    absent = (missing(place, lambda cell: not cell.is_present) for place in known)
    return GapsPage(
        matrix,
        choice,
        signed_absent=tuple(gap for gap in signed if gap.parties),
        absent=tuple(gap for gap in absent if gap.parties),
        unknown_count=sum(place.is_inaugurated and not place.is_known for place in places),
    )


def _of_province(standpoint: Standpoint, province: Province) -> PresenceBySite:
    matrix = presence_by_site(standpoint, province.code)
    if not matrix.areas:
        raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": province.code})
    return matrix


def _province_page(matrix: PresenceBySite, choice: Choice) -> CommitmentsPage:
    rows = [
        PartyRow(party, matrix.tally(party), tuple(matrix.cells[party.pk, place.pk] for place in matrix.places))
        for party in choice.parties(matrix.parties)
    ]
    counted = [place for place in matrix.places if place.is_inaugurated]
    mpps = Tally(inaugurated=len(counted), known=sum(place.is_known for place in counted))
    return CommitmentsPage(matrix, choice, _in_order(rows, choice.order), areas=(), places=matrix.places, mpps=mpps)


def _in_order(rows: list[PartyRow], order: PresenceOrder) -> tuple[PartyRow, ...]:
    """Return the rows, which come by name, in the order asked for; unknown shares come last."""
    if order is PresenceOrder.NAME:
        return tuple(rows)
    return tuple(sorted(rows, key=lambda row: -1 if row.total.share_pct is None else row.total.share_pct, reverse=True))
