"""How are the columns of the tables made that pages show?"""

from functools import partial

from mpp_tracker.lib.tables import Column, Kind

number = partial(Column, kind=Kind.NUMBER)
percent = partial(Column, kind=Kind.PERCENT)


def label(value: object) -> str | None:
    """Return the word of a choice for a cell; None for none."""
    said = getattr(value, "label", None)
    return said and str(said)
