"""What may be asked in an address, and what is filled in about the action plan?"""

from taskforce.forms.questions import (
    AnnouncedForm,
    AreaForm,
    CoverageForm,
    ExplainForm,
    MapForm,
    NationForm,
    PlaceForm,
    PledgeForm,
    PresenceForm,
    ReadinessForm,
    StageForm,
    StandpointForm,
    UnitsForm,
)

__all__ = [
    "AnnouncedForm",
    "AreaForm",
    "CoverageForm",
    "ExplainForm",
    "MapForm",
    "NationForm",
    "PlaceForm",
    "PledgeForm",
    "PresenceForm",
    "ReadinessForm",
    "StageForm",
    "StandpointForm",
    "UnitsForm",
]
