"""The rows of the task force: targets, and the figures computed from the ledger."""

from taskforce.models.figures import CoverageRun, CoverageSnapshot
from taskforce.models.targets import Target

__all__ = ["CoverageRun", "CoverageSnapshot", "Target"]
