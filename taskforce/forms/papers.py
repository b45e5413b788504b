"""Of what is a paper for a meeting asked, and how is that written in an address?"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mpp_tracker.lib.iso import IsoDayField
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import Boundaries
from taskforce.coverage import Question
from taskforce.forms.questions import AreaForm, CoverageForm

USUAL_PERIOD = timedelta(days=30)
"""So far back a paper looks for what changed, unless told of the last meeting."""


class PaperForm(AreaForm, CoverageForm):
    """Read from an address for which area, day and definition a paper is made, and since when it tells changes."""

    since = IsoDayField(
        label=_("Perubahan sejak"),
        required=False,
        help_text=_("Misalnya tanggal rapat terakhir; kosong: 30 hari sebelumnya."),
    )

    field_order: Iterable[str] = (
        *("province", "island_group", "as_at", "since", "counting", "basis"),
        *("boundaries", "known_at", "layer"),
    )

    def __init__(self, data: Any = None, *, today: date, may_see_reported: bool = False) -> None:
        super().__init__(data, today=today, may_see_reported=may_see_reported)
        self.fields["since"].widget.attrs |= {"min": ROLLOUT_BEGAN_ON.isoformat(), "max": today.isoformat()}

    def clean(self) -> dict[str, Any]:
        """Refuse changes since a day that is not before the day asked about."""
        super().clean()
        since, as_at = self.cleaned_data.get("since"), self.cleaned_data.get("as_at") or self.today
        if since and not ROLLOUT_BEGAN_ON <= since < as_at:
            refusal = _("Pilih tanggal sebelum %(day)s.") % {"day": as_at.isoformat()}
            self.add_error("since", ValidationError(refusal, code="out_of_range"))
        province = self._provinces.get(self.cleaned_data.get("province", ""))
        is_then = self.cleaned_data.get("boundaries") != Boundaries.NOW
        if province and is_then and province.established_on and province.established_on > as_at:
            self.add_error("province", _("%(province)s belum dibentuk.") % {"province": province.name})
        return self.cleaned_data

    @property
    def question(self) -> Question:
        """Return the question about coverage; only a valid form has one."""
        return Question(**{name: value for name, value in self.given.items() if name in CoverageForm.base_fields})

    @property
    def changes_since(self) -> date:
        """Return the day since when changes are told; only a valid form knows."""
        return self.cleaned_data["since"] or max(self.question.as_at - USUAL_PERIOD, ROLLOUT_BEGAN_ON)

    @property
    def asked(self) -> dict[str, str]:
        """Return what was asked in the words of an address, what was left to its default as well."""
        question = self.question
        return {
            "province": self.cleaned_data["province"],
            "island_group": self.cleaned_data["island_group"],
            "as_at": question.as_at.isoformat(),
            # What is left to its default stays so: on the first day of the rollout nothing lies before it.
            "since": self.cleaned_data["since"].isoformat() if self.cleaned_data["since"] else "",
            "known_at": question.known_at.isoformat() if question.known_at else "",
            **{name: getattr(question, name).value for name in ("counting", "basis", "boundaries", "layer")},
        }

    def _takes(self, name: str) -> str:
        return super()._takes("as_at" if name == "since" else name)
