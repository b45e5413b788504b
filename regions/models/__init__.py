"""The rows of the rollout: areas, sites, the ledger of what happened, and what waits to be recomputed."""

from regions.models.areas import FormerProvince, Province, Regency, RegencyAlias
from regions.models.assignments import Assignment
from regions.models.ceremonies import Ceremony, CeremonySite
from regions.models.changes import DirtyProvince
from regions.models.confirmations import Confirmation
from regions.models.evidence import Evidence, EvidenceKind
from regions.models.imports import ImportBatch, ImportRow
from regions.models.jurisdiction import Person, Turf, require_editor, still_permitted, turf_of
from regions.models.ledger import (
    LEDGERS,
    DigitalAdoption,
    LedgerEntry,
    LedgerQuerySet,
    Milestone,
    OperatingRecord,
    SiteEntry,
)
from regions.models.notices import Notice
from regions.models.opinions import Opinion
from regions.models.readiness import ReadinessAssessment, ReadinessBaseline
from regions.models.sites import Site

__all__ = [
    "LEDGERS",
    "Assignment",
    "Ceremony",
    "CeremonySite",
    "Confirmation",
    "DigitalAdoption",
    "DirtyProvince",
    "Evidence",
    "EvidenceKind",
    "FormerProvince",
    "ImportBatch",
    "ImportRow",
    "LedgerEntry",
    "LedgerQuerySet",
    "Milestone",
    "Notice",
    "OperatingRecord",
    "Opinion",
    "Person",
    "Province",
    "ReadinessAssessment",
    "ReadinessBaseline",
    "Regency",
    "RegencyAlias",
    "Site",
    "SiteEntry",
    "Turf",
    "require_editor",
    "still_permitted",
    "turf_of",
]
