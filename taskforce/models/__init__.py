"""The rows of the task force: targets, announced figures, the figures computed from the ledger, and alerts."""

from taskforce.models.alerts import Alert, AlertRule
from taskforce.models.announcements import AnnouncedFigure
from taskforce.models.figures import CoverageRun, CoverageSnapshot
from taskforce.models.targets import Target

__all__ = ["Alert", "AlertRule", "AnnouncedFigure", "CoverageRun", "CoverageSnapshot", "Target"]
