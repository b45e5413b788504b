"""The rows of what was promised: institutions, agreements and who signed them, presence at sites, pledges."""

from commitments.models.agreements import Agreement, Signatory
from commitments.models.institutions import Institution, InstitutionAssignment, institutions_of
from commitments.models.pledges import Pledge, PledgeRevision
from commitments.models.presence import Presence, Service

__all__ = [
    "Agreement",
    "Institution",
    "InstitutionAssignment",
    "Pledge",
    "PledgeRevision",
    "Presence",
    "Service",
    "Signatory",
    "institutions_of",
]
