"""What does an officer fill in, and whoever decides on reports or holds a ceremony?"""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mpp_tracker.lib.history import VersionedForm
from regions.choices import DatePrecision, OperatingStatus, ReadinessAspect, ReadinessLevel, Stage, Verdict
from regions.models import (
    Ceremony,
    CeremonySite,
    Milestone,
    OperatingRecord,
    Province,
    ReadinessAssessment,
    Regency,
    Site,
    SiteEntry,
)
from regions.rules import ROLLOUT_BEGAN_ON, end_of_period
from regions.services.ceremonies import list_version, reports_of
from regions.services.readiness import ReadinessTally, load_readiness

_LEDGERS = {"stage": Stage, "status": OperatingStatus}
_PREFIXES: dict[type[SiteEntry], str] = {Milestone: "stage", OperatingRecord: "status"}
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


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **options)


class SentOnceForm(forms.Form):
    """A form that is made with an id, so that what is sent twice is entered once."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial={"client_id": uuid.uuid4(), **(initial or {})})


class ReportForm(SentOnceForm):
    """One short form for a milestone or an operating status."""

    statement = forms.ChoiceField(label=_("Apa yang terjadi?"), choices=[("", _("Pilih…")), *STATEMENTS])
    happened_on = DayField(label=_("Tanggal"))
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

    def __init__(self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, initial=initial)
        self.fields["happened_on"].widget.attrs |= {
            "min": ROLLOUT_BEGAN_ON.isoformat(),
            "max": timezone.localdate().isoformat(),
        }

    def clean_statement(self) -> Stage | OperatingStatus:
        """Return the stage or the status that was chosen."""
        ledger, _colon, value = self.cleaned_data["statement"].partition(":")
        return _LEDGERS[ledger](value)


class CorrectionForm(ReportForm):
    """What is said instead of an entry that was verified, or that it is taken back."""

    withdraws = forms.BooleanField(
        label=_("Cabut saja, tanpa menggantinya"),
        required=False,
        help_text=_("Centang bila hal itu ternyata tidak terjadi."),
    )
    field_order = ["statement", "happened_on", "date_precision", "withdraws", "note"]

    def __init__(self, data: Any = None, files: Any = None, *, corrects: SiteEntry, **options: Any) -> None:
        said_now = {
            "statement": f"{_PREFIXES[type(corrects)]}:{getattr(corrects, corrects.SAYS[1])}",
            "happened_on": corrects.happened_on,
            "date_precision": corrects.date_precision,
        }
        super().__init__(data, files, initial={**said_now, **(options.pop("initial", None) or {})})
        # A stage is corrected by a stage, a status by a status.
        statement = cast("forms.ChoiceField", self.fields["statement"])
        statement.label = _("Apa yang sebenarnya terjadi?")
        statement.choices = [
            group for group in STATEMENTS if group[1][0][0].startswith(f"{_PREFIXES[type(corrects)]}:")
        ]
        self._said_now = (getattr(corrects, corrects.SAYS[1]), corrects.happened_on, corrects.date_precision)
        self.fields["note"].label = _("Alasan koreksi")
        self.fields["note"].required = True
        self.fields["note"].help_text = _("Misalnya tanggal pada berita acara berbeda.")

    def clean(self) -> dict[str, Any]:
        """Refuse a correction that changes nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or cleaned["withdraws"]:
            return cleaned
        said = (cleaned["statement"], end_of_period(cleaned["happened_on"], cleaned["date_precision"]))
        if (*said, cleaned["date_precision"]) == self._said_now:
            raise forms.ValidationError(_("Koreksi ini sama dengan yang sudah tercatat."), code="unchanged")
        return cleaned


def _level(aspect: ReadinessAspect) -> forms.ChoiceField:
    levels = [*ReadinessLevel.choices, ("", _("Belum ada data"))]
    return forms.ChoiceField(label=aspect.label, choices=levels, required=False, widget=forms.RadioSelect)


class AssessmentForm(SentOnceForm):
    """How ready a regency is in every aspect, offered as it was said last; or a correction of that."""

    assessed_on = DayField(label=_("Dinilai pada"))
    commitment = _level(ReadinessAspect.COMMITMENT)
    proposal = _level(ReadinessAspect.PROPOSAL)
    building = _level(ReadinessAspect.BUILDING)
    budget = _level(ReadinessAspect.BUDGET)
    staff = _level(ReadinessAspect.STAFF)
    regulation = _level(ReadinessAspect.REGULATION)
    institutions = _level(ReadinessAspect.INSTITUTIONS)
    network = _level(ReadinessAspect.NETWORK)
    withdraws = forms.BooleanField(
        label=_("Cabut saja, tanpa menggantinya"),
        required=False,
        help_text=_("Centang bila penilaian itu tidak pernah dibuat."),
    )
    note = forms.CharField(
        label=_("Keterangan"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Misalnya dokumen atau rapat yang mendasari penilaian ini."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        regency: Regency,
        said: ReadinessAssessment | None = None,
        corrects: ReadinessAssessment | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        """Make the form for a new assessment, offered as `said` has it, or for a correction of `corrects`."""
        self._regency, self._corrects = regency, corrects
        today, offered = timezone.localdate(), corrects or said
        levels = {aspect: getattr(offered, aspect) for aspect in ReadinessAspect.values} if offered else {}
        day = corrects.assessed_on if corrects else today
        super().__init__(data, initial={"assessed_on": day, **levels, **(initial or {})})
        self.fields["assessed_on"].widget.attrs |= {"min": ROLLOUT_BEGAN_ON.isoformat(), "max": today.isoformat()}
        if corrects is None:
            del self.fields["withdraws"]
        else:
            self.fields["note"].label, self.fields["note"].required = _("Alasan koreksi"), True

    def clean(self) -> dict[str, Any]:
        """Refuse a correction that changes nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self._corrects and not (self.errors or set(self.changed_data) - {"note", "client_id"}):
            raise forms.ValidationError(_("Koreksi ini sama dengan yang sudah tercatat."), code="unchanged")
        return cleaned

    def statement(self) -> ReadinessAssessment:
        """Return what is stated, unsaved."""
        said = dict(self.cleaned_data)
        if self._corrects is not None:
            is_same_day = said["assessed_on"] == self._corrects.assessed_on
            said["date_precision"] = self._corrects.date_precision if is_same_day else DatePrecision.DAY
            if said["withdraws"]:
                # What is taken back is said once more, as it stands.
                said |= {field: getattr(self._corrects, field) for field in ("assessed_on", *ReadinessAspect.values)}
                said["date_precision"] = self._corrects.date_precision
        return ReadinessAssessment(regency=self._regency, supersedes=self._corrects, **said)


class ReadinessFileForm(forms.Form):
    """A file of published assessments."""

    MAX_BYTES = 256 * 1024

    file = forms.FileField(label=_("Berkas CSV"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))

    def clean_file(self) -> UploadedFile:
        """Refuse what is far larger than an assessment of every unit."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > self.MAX_BYTES:
            most = filesizeformat(self.MAX_BYTES)
            raise forms.ValidationError(_("Berkas paling besar %(most)s."), code="too_large", params={"most": most})
        return file

    def load(self, *, by: User) -> ReadinessTally:
        """Load the file, all of it or nothing.

        Raises:
            BrokenFileError: as `load_readiness`.
        """
        file: UploadedFile = self.cleaned_data["file"]
        with TemporaryDirectory() as folder:
            path = Path(folder) / Path(file.name or "kesiapan.csv").name
            path.write_bytes(file.read())
            return load_readiness(path, by=by)


class SiteForm(VersionedForm):
    """What is known of an MPP apart from its ledger."""

    class Meta:
        model = Site
        fields = ("name", "address", "building", "latitude", "longitude")
        widgets: ClassVar[dict[str, forms.Widget]] = {"address": forms.Textarea(attrs={"rows": 2})}


def _reason(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class DecisionForm(forms.Form):
    """A word on a report, one kind of which needs a reason."""

    NEEDS_REASON: ClassVar[str]
    WITHOUT_REASON: ClassVar[Any]

    def clean(self) -> dict[str, Any]:
        """Require a reason where the decision needs one."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == self.NEEDS_REASON and not cleaned.get("reason"):
            self.add_error("reason", self.WITHOUT_REASON)
        return cleaned


class ReviewForm(DecisionForm):
    """A verifier's decision."""

    VERIFY, RETURN = "verify", "return"
    NEEDS_REASON = RETURN
    WITHOUT_REASON = _("Sebutkan alasan pengembalian.")

    decision = forms.ChoiceField(choices=[(VERIFY, _("Verifikasi")), (RETURN, _("Kembalikan"))])
    reason = _reason(_("Alasan pengembalian"))
    # What stood when the page was opened: nobody verifies what they have not seen.
    seen = forms.CharField(widget=forms.HiddenInput, max_length=50)


class OpinionForm(DecisionForm):
    """What a province thinks of a report."""

    NEEDS_REASON = Verdict.QUESTIONED
    WITHOUT_REASON = _("Sebutkan apa yang dipertanyakan.")

    decision = forms.ChoiceField(choices=[(Verdict.ENDORSED, _("Dukung")), (Verdict.QUESTIONED, _("Pertanyakan"))])
    reason = _reason(_("Catatan provinsi"))


class CeremonyForm(forms.Form):
    """Which reports of a ceremony a verifier believes."""

    # Each with how it looked when the page was made: nobody verifies what they have not seen.
    entries = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Pilih sedikitnya satu laporan."),
            "invalid_choice": _("Daftar ini berubah: sebagian berubah atau sudah diperiksa orang lain. Pilih lagi."),
        },
    )

    def __init__(self, data: Any = None, *, looks: Mapping[int, str]) -> None:
        offered = [f"{key}:{look}" for key, look in looks.items()]
        super().__init__(data, initial={"entries": offered})
        cast("forms.MultipleChoiceField", self.fields["entries"]).choices = [(value, value) for value in offered]

    @property
    def ticked(self) -> set[int]:
        """Return the keys of the reports that are chosen: all of them at first."""
        return {int(value.split(":")[0]) for value in self["entries"].value() or () if value.split(":")[0].isdecimal()}

    @property
    def seen(self) -> dict[int, str]:
        """Return how each chosen report looked, by its key."""
        pairs = (value.split(":") for value in self.cleaned_data["entries"])
        return {int(key): look for key, look in pairs}


class SiteFilterForm(forms.Form):
    """Which sites are offered to choose from."""

    province = forms.ModelChoiceField(
        Province.objects.order_by("code"),
        label=_("Provinsi"),
        to_field_name="code",
        required=False,
        empty_label=_("Semua provinsi"),
    )
    search = forms.CharField(
        label=_("Cari nama"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )


class ChosenSitesField(forms.ModelMultipleChoiceField):
    """Sites that were ticked, each once, in the order of their names."""

    def clean(self, value: Any) -> Any:
        """Refuse a site that stands there twice: which of the two was meant?"""
        values = list(value or ())
        if len(set(values)) != len(values):
            raise forms.ValidationError(_("Satu MPP tertulis lebih dari satu kali."), code="twice")
        return super().clean(value)


class CeremonyPlanForm(VersionedForm):
    """When, where and for which sites a ceremony is to be held."""

    held_on = DayField(label=_("Tanggal"))
    chosen = ChosenSitesField(
        Site.objects.select_related("regency"), error_messages={"required": _("Pilih sedikitnya satu MPP.")}
    )
    seen_list = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Ceremony
        fields = ("kind", "held_on", "place", "officiant", "is_symbolic")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].widget.attrs["min"] = ROLLOUT_BEGAN_ON.isoformat()
        if self.instance.pk:
            self.fields["seen_list"].initial = list_version(self.instance)

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite a list of sites that the form has not shown."""
        cleaned = super().clean()
        chosen = cleaned.get("chosen")
        if self.instance.pk and chosen is not None:
            current, planned = list_version(self.instance), set(self.instance.sites.all())
            if current != (cleaned.get("seen_list") or 0) and planned != set(chosen):
                fresh = cast("Any", self.data).copy()
                fresh[self.add_prefix("seen_list")] = str(current)
                self.data = fresh
                names = ", ".join(sorted(str(site) for site in planned))
                conflict = _("Daftar MPP diubah orang lain; kini: %(names)s. Simpan lagi bila pilihan Anda yang benar.")
                self.add_error("chosen", forms.ValidationError(conflict, code="conflict", params={"names": names}))
        return cleaned


class AttendanceForm(forms.Form):
    """Which of the planned sites took part."""

    ATTENDED: ClassVar = {"yes": True, "no": False, "": None}

    seen_list = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, ceremony: Ceremony, rows: Sequence[CeremonySite]) -> None:
        super().__init__(data, initial={"seen_list": list_version(ceremony)})
        said = {value: key for key, value in self.ATTENDED.items()}
        told = set(reports_of(ceremony).values_list("site", flat=True))
        for row in rows:
            self.fields[f"site_{row.site_id}"] = forms.ChoiceField(
                label=str(row.site),
                choices=[("", _("belum diketahui")), ("yes", _("hadir")), ("no", _("tidak hadir"))],
                required=False,
                initial=said[row.is_present],
                help_text=_("Sudah dilaporkan.") if row.site_id in told else "",
            )

    @property
    def present(self) -> dict[int, bool | None]:
        """Return by key of each site whether it took part; only a valid form knows."""
        return {
            int(name.removeprefix("site_")): self.ATTENDED[value]
            for name, value in self.cleaned_data.items()
            if name.startswith("site_")
        }
