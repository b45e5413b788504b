"""What is filled in about a letter to a late region?"""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regions.forms import DayField
from taskforce.choices import LetterKind
from taskforce.models import Letter
from taskforce.models.letters import DATED_WITHIN, REPLY_WITHIN

REPLY_DAYS = 14
"""So many days for an answer are proposed. An assumption; whoever writes decides."""


class LetterForm(forms.ModelForm):
    """Under which number, of which day and by whom a letter is written."""

    dated_on = DayField(
        label=_("Tanggal surat"), help_text=_("Paling lama 30 hari yang lalu. Surat memuat catatan per tanggal ini.")
    )
    reply_by = DayField(label=_("Jawaban paling lambat"), help_text=_("Paling lama 366 hari sesudah tanggal surat."))

    class Meta:
        model = Letter
        fields = ("kind", "number", "dated_on", "reply_by", "position", "signed_by")
        widgets: ClassVar[dict[str, forms.Widget]] = {"number": forms.TextInput(attrs={"autocomplete": "off"})}
        help_texts: ClassVar[dict[str, Any]] = {"number": _("Nomor dari buku agenda surat keluar.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        first = (today - DATED_WITHIN).isoformat()
        self.fields["dated_on"].widget.attrs |= {"min": first, "max": today.isoformat()}
        self.fields["reply_by"].widget.attrs |= {"min": first, "max": (today + REPLY_WITHIN).isoformat()}
        # What a new letter leaves open stands in its place as None.
        self.initial.update(kind=LetterKind.REMINDER, reply_by=today + timedelta(days=REPLY_DAYS))


class SentForm(forms.Form):
    """When and how a letter was sent."""

    sent_on = DayField(label=_("Dikirim pada"))
    how = forms.CharField(
        label=_("Cara pengiriman"), required=False, max_length=150, help_text=_("Misalnya surel, pos, atau aplikasi.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"sent_on": timezone.localdate()})


class CancelForm(forms.Form):
    """Why a letter is not sent after all."""

    because = forms.CharField(label=_("Alasan pembatalan"), max_length=300)
