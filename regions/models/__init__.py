"""The rows of the rollout: areas, sites, the ledger of what happened, and what waits to be recomputed."""

from regions.models.answers import KeptAnswer
from regions.models.areas import FormerProvince, Province, Regency, RegencyAlias
from regions.models.assignments import Assignment
from regions.models.ceremonies import Ceremony, CeremonySite
from regions.models.changes import DirtyProvince
from regions.models.confirmations import Confirmation
from regions.models.evidence import Evidence, EvidenceKind
from regions.models.imports import ImportBatch, ImportRow
from regions.models.jurisdiction import (
    Person,
    Place,
    Turf,
    is_narrowed,
    narrow,
    require_editor,
    still_permitted,
    turf_of,
)
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
from regions.models.tokens import ApiToken
from regions.models.webhooks import Happening, Webhook, WebhookDelivery

__all__ = [
    "LEDGERS",
    "ApiToken",
    "Assignment",
    "Ceremony",
    "CeremonySite",
    "Confirmation",
    "DigitalAdoption",
    "DirtyProvince",
    "Evidence",
    "EvidenceKind",
    "FormerProvince",
    "Happening",
    "ImportBatch",
    "ImportRow",
    "KeptAnswer",
    "LedgerEntry",
    "LedgerQuerySet",
    "Milestone",
    "Notice",
    "OperatingRecord",
    "Opinion",
    "Person",
    "Place",
    "Province",
    "ReadinessAssessment",
    "ReadinessBaseline",
    "Regency",
    "RegencyAlias",
    "Site",
    "SiteEntry",
    "Turf",
    "Webhook",
    "WebhookDelivery",
    "is_narrowed",
    "narrow",
    "require_editor",
    "still_permitted",
    "turf_of",
]
