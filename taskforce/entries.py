"""Which entries about some MPPs and regencies stand, by what was known when and whose word is taken?"""

from collections.abc import Iterable

from commitments.models import Presence
from regions.models import DigitalAdoption, LedgerEntry, Milestone, OperatingRecord, ReadinessAssessment, Regency, Site
from taskforce.choices import Layer
from taskforce.coverage import Standpoint, fetch, stands


def standing_entries(
    standpoint: Standpoint, *, sites: Iterable[Site], regencies: Iterable[Regency] = ()
) -> frozenset[tuple[str, int]]:
    """Return the ledger and key of each entry about `sites` and `regencies` that was believed and not corrected.

    The day of `standpoint` plays no part: what is dated after it is told too. Branches are asked about like any site.
    """
    keys = {"site": [site.pk for site in sites], "regency": [regency.pk for regency in regencies]}
    rows = fetch(_STANDING[standpoint.layer], {**standpoint.parameters, **keys})
    return frozenset((ledger, key) for ledger, key in rows)


def _of(ledger: type[LedgerEntry], layer: Layer) -> str:
    subject, table = ledger.SAYS[0], ledger._meta.db_table
    return f"""
    SELECT '{ledger.LEDGER}', entry.id FROM {table} entry
    WHERE entry.{subject}_id = ANY(%({subject})s::bigint[]) AND {stands(table, layer)}"""


_LEDGERS: tuple[type[LedgerEntry], ...] = (
    Milestone,
    OperatingRecord,
    Presence,
    DigitalAdoption,
    ReadinessAssessment,
)
_STANDING = {layer: " UNION ALL ".join(_of(ledger, layer) for ledger in _LEDGERS) for layer in Layer}
