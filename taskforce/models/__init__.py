"""The rows of the task force: targets, announced figures, and the figures computed from the ledger."""

from taskforce.models.announcements import AnnouncedFigure
from taskforce.models.figures import CoverageRun, CoverageSnapshot
from taskforce.models.targets import Target

__all__ = ["AnnouncedFigure", "CoverageRun", "CoverageSnapshot", "Target"]
