"""The rows of the task force: targets, announced figures, known differences, and what is computed from the ledger."""

from taskforce.models.announcements import AnnouncedFigure, KnownGap
from taskforce.models.figures import CoverageRun, CoverageSnapshot
from taskforce.models.targets import Target

__all__ = ["AnnouncedFigure", "CoverageRun", "CoverageSnapshot", "KnownGap", "Target"]
