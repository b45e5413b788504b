"""Which signatories are where, as tables of all their rows?"""

from collections.abc import Iterable
from typing import cast

from django.utils.translation import gettext as _

from dashboard.presence import CommitmentsPage, Gap, GapsPage
from dashboard.tables.columns import label, number, percent
from mpp_tracker.lib.tables import Column, Table, yes_or_no
from taskforce.coverage import Standpoint
from taskforce.presence import Cell as PresenceCell
from taskforce.presence import Tally
from taskforce.tables import definition


def commitments_tables(page: CommitmentsPage) -> tuple[Table, ...]:
    """Return the signatories with their totals, and one line for each of them in each province or at each MPP."""
    standpoint = page.matrix.standpoint
    about = ((_("Wilayah"), page.choice.scope), *definition(standpoint, page.matrix.computed_at))
    parties = Table(
        "penanda-tangan",
        _("Penanda tangan nota kesepahaman"),
        standpoint.as_at,
        (
            Column(_("Penanda tangan")),
            Column(_("Nama")),
            percent(_("Kehadiran (%)")),
            number(_("Hadir")),
            number(_("MPP yang diresmikan")),
            number(_("MPP belum ada data")),
            number(_("Layanan berjalan")),
            number(_("Gerai terisi saja")),
            number(_("PKS saja")),
        ),
        [
            (
                row.party.abbreviation,
                row.party.name,
                row.total.share_pct,
                row.total.present,
                row.total.inaugurated,
                row.total.unknown,
                row.total.live,
                row.total.staffed,
                row.total.signed,
            )
            for row in page.rows
        ],
        about,
    )
    return parties, (_by_place(page, about) if page.choice.province else _by_area(page, about))


def _by_area(page: CommitmentsPage, about: tuple[tuple[str, str], ...]) -> Table:
    columns = (
        Column(_("Penanda tangan")),
        Column(_("Kode")),
        Column(_("Provinsi")),
        number(_("Hadir")),
        number(_("MPP yang diresmikan")),
        number(_("MPP belum ada data")),
        number(_("PKS berlaku, gerai tidak terisi")),
    )
    rows = [
        (
            row.party.abbreviation,
            area.code,
            area.name,
            cell.present if cell.known else None,
            cell.inaugurated,
            cell.unknown,
            cell.signed_absent,
        )
        for row in page.rows
        for (area, _mpps), cell in zip(page.areas, cast("tuple[Tally, ...]", row.cells), strict=True)
    ]
    as_at = page.matrix.standpoint.as_at
    return Table("matriks", _("Penanda tangan menurut provinsi"), as_at, columns, rows, about)


def _by_place(page: CommitmentsPage, about: tuple[tuple[str, str], ...]) -> Table:
    columns = (
        Column(_("Penanda tangan")),
        Column(_("MPP")),
        Column(_("Provinsi")),
        Column(_("Diresmikan")),
        Column(_("Kehadiran")),
        Column(_("PKS berlaku")),
    )
    rows = [
        (
            row.party.abbreviation,
            place.name,
            place.area.name,
            yes_or_no(place.is_inaugurated),
            label(cell.level),
            yes_or_no(cell.has_pks),
        )
        for row in page.rows
        for place, cell in zip(page.places, cast("tuple[PresenceCell, ...]", row.cells), strict=True)
    ]
    as_at = page.matrix.standpoint.as_at
    return Table("matriks", _("Penanda tangan menurut MPP"), as_at, columns, rows, about)


def gaps_tables(page: GapsPage) -> tuple[Table, ...]:
    """Return who is missing where, one line for each signatory at each MPP."""
    standpoint = page.matrix.standpoint
    about = ((_("Wilayah"), page.choice.scope), *definition(standpoint, page.matrix.computed_at))
    return (
        _gaps("pks", _("PKS berlaku, gerai tidak terisi"), page.signed_absent, standpoint, about),
        _gaps("nota", _("Penanda tangan belum hadir"), page.absent, standpoint, about),
    )


def _gaps(
    name: str, title: str, gaps: Iterable[Gap], standpoint: Standpoint, about: tuple[tuple[str, str], ...]
) -> Table:
    columns = (
        Column(_("MPP")),
        Column(_("Kode provinsi")),
        Column(_("Provinsi")),
        Column(_("Belum hadir")),
        Column(_("Nama")),
        Column(_("Data gerai di MPP ini")),
    )
    rows = [
        (
            gap.place.name,
            gap.place.area.code,
            gap.place.area.name,
            party.abbreviation,
            party.name,
            _("ada") if gap.place.is_known else None,
        )
        for gap in gaps
        for party in gap.parties
    ]
    return Table(name, title, standpoint.as_at, columns, rows, about)
