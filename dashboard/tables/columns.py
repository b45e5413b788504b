"""How are the columns of the tables made that pages show, and the cells that several of them share?"""

from functools import partial

from django.utils.translation import gettext as _

from mpp_tracker.lib.tables import Cell, Column, Kind, iso_day
from taskforce.coverage import UnitStanding

number = partial(Column, kind=Kind.NUMBER)
percent = partial(Column, kind=Kind.PERCENT)


def label(value: object) -> str | None:
    """Return the word of a choice for a cell; None for none."""
    said = getattr(value, "label", None)
    return said and str(said)


def standing_columns() -> tuple[Column, ...]:
    """Return the columns that say how far a unit is."""
    return Column(_("Tahap sekarang")), Column(_("Sejak")), Column(_("Status operasional")), Column(_("Status sejak"))


def standing_cells(unit: UnitStanding) -> tuple[Cell, ...]:
    """Return how far a unit is, for those columns."""
    return (
        label(unit.stage),
        iso_day(unit.reached_on, unit.reached_precision),
        label(unit.status),
        iso_day(unit.status_since, unit.status_precision),
    )
