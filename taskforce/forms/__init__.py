"""What may be asked in an address, and what is filled in about the action plan?"""

from taskforce.forms.questions import (
    AnnouncedForm,
    AreaForm,
    CoverageForm,
    MapForm,
    PledgeForm,
    PresenceForm,
    ReadinessForm,
    StandpointForm,
)

__all__ = [
    "AnnouncedForm",
    "AreaForm",
    "CoverageForm",
    "MapForm",
    "PledgeForm",
    "PresenceForm",
    "ReadinessForm",
    "StandpointForm",
]
