"""What does an officer fill in?"""

import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from regions.choices import DatePrecision, OperatingStatus, Stage
from regions.rules import ROLLOUT_BEGAN_ON

_LEDGERS = {"stage": Stage, "status": OperatingStatus}
STATEMENTS = [
    (_("Tahap pembangunan MPP"), [(f"stage:{value}", label) for value, label in Stage.choices]),
    (_("Status operasional"), [(f"status:{value}", label) for value, label in OperatingStatus.choices]),
]


class ManyFilesInput(forms.ClearableFileInput):
    """A field that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several uploaded files, each checked on its own."""

    widget = ManyFilesInput(attrs={"multiple": True, "accept": "image/*,.heic,.pdf,application/pdf"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files, an empty list when none was chosen."""
        return [super(ManyFilesField, self).clean(upload, initial) for upload in data or []]


class ReportForm(forms.Form):
    """One short form for a milestone or an operating status."""

    statement = forms.ChoiceField(label=_("Apa yang terjadi?"), choices=[("", _("Pilih…")), *STATEMENTS])
    happened_on = forms.DateField(
        label=_("Tanggal"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    date_precision = forms.ChoiceField(
        label=_("Seberapa pasti tanggalnya?"), choices=DatePrecision, initial=DatePrecision.DAY
    )
    note = forms.CharField(
        label=_("Keterangan"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Misalnya siapa yang meresmikan, atau nomor surat."),
    )
    evidence = ManyFilesField(
        label=_("Bukti"),
        required=False,
        help_text=_("Foto atau PDF, masing-masing paling besar 10 MB."),
    )
    keep_location = forms.BooleanField(label=_("Simpan lokasi foto"), required=False)
    # Made with the form, so that a report that is sent twice is entered once.
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial={"client_id": uuid.uuid4(), **(initial or {})})
        self.fields["happened_on"].widget.attrs |= {
            "min": ROLLOUT_BEGAN_ON.isoformat(),
            "max": timezone.localdate().isoformat(),
        }

    def clean_statement(self) -> Stage | OperatingStatus:
        """Return the stage or the status that was chosen."""
        ledger, _colon, value = self.cleaned_data["statement"].partition(":")
        return _LEDGERS[ledger](value)


class SiteForm(forms.Form):
    """The MPP of a regency that has none yet."""

    name = forms.CharField(label=_("Nama MPP"), max_length=150)
    address = forms.CharField(
        label=_("Alamat"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReviewForm(forms.Form):
    """A verifier's decision."""

    VERIFY, RETURN = "verify", "return"

    decision = forms.ChoiceField(choices=[(VERIFY, _("Verifikasi")), (RETURN, _("Kembalikan"))])
    reason = forms.CharField(
        label=_("Alasan pengembalian"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """Require a reason for a return."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == self.RETURN and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Sebutkan alasan pengembalian."))
        return cleaned
