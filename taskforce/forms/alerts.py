"""What is asked of the alerts, and what is said of one?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from taskforce.choices import AlertKind, Severity

NATIONAL = "nasional"
"""Stands in the filter for alerts that are about no province."""

SEEN, UNSEEN = "ya", "belum"
CLEARED = "selesai"
_ALL = ("", _("Semua"))


@dataclass(frozen=True)
class AlertChoice:
    """Which alerts are asked for; empty is all, and of the states the open ones."""

    kind: str = ""
    severity: str = ""
    province: str = ""
    seen: str = ""
    state: str = ""


class AlertFilterForm(forms.Form):
    """Which alerts are listed."""

    aturan = forms.ChoiceField(label=_("Aturan"), choices=[_ALL, *AlertKind.choices], required=False)
    kegentingan = forms.ChoiceField(label=_("Kegentingan"), choices=[_ALL, *Severity.choices], required=False)
    provinsi = forms.ChoiceField(label=_("Provinsi"), required=False)
    diketahui = forms.ChoiceField(
        label=_("Diketahui"),
        choices=[_ALL, (SEEN, _("Sudah diketahui")), (UNSEEN, _("Belum diketahui"))],
        required=False,
    )
    keadaan = forms.ChoiceField(
        label=_("Keadaan"), choices=[("", _("Masih ada sebabnya")), (CLEARED, _("Sudah selesai"))], required=False
    )

    def __init__(self, data: Any = None, *, provinces: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        choices = [_ALL, (NATIONAL, _("Nasional")), *provinces]
        cast("forms.ChoiceField", self.fields["provinsi"]).choices = choices
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("“%(value)s” tidak dikenal.")

    @property
    def choice(self) -> AlertChoice:
        """Return what was chosen; what names nothing known is left out, and the form says so beside it."""
        self.is_valid()
        names = ("aturan", "kegentingan", "provinsi", "diketahui", "keadaan")
        return AlertChoice(*(self.cleaned_data.get(name, "") for name in names))


class AcknowledgeForm(forms.Form):
    """What somebody says who has seen an alert."""

    note = forms.CharField(
        label=_("Catatan"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Misalnya apa yang sudah ditempuh. Boleh kosong."),
    )
