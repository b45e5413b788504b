"""The rows of the task force: mandate, targets, action plan, alerts, announced and computed figures."""

from taskforce.models.actions import ActionItem, ActionProof, ActionUpdate
from taskforce.models.alerts import Alert, AlertRule
from taskforce.models.announcements import AnnouncedFigure, KnownGap
from taskforce.models.figures import CoverageRun, CoverageSnapshot
from taskforce.models.letters import Letter
from taskforce.models.mandate import Decree, Directive, Member
from taskforce.models.papers import Paper
from taskforce.models.releases import Release, ReleaseContent, ReleaseFile
from taskforce.models.targets import Target

__all__ = [
    "ActionItem",
    "ActionProof",
    "ActionUpdate",
    "Alert",
    "AlertRule",
    "AnnouncedFigure",
    "CoverageRun",
    "CoverageSnapshot",
    "Decree",
    "Directive",
    "KnownGap",
    "Letter",
    "Member",
    "Paper",
    "Release",
    "ReleaseContent",
    "ReleaseFile",
    "Target",
]
