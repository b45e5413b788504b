"""What is asked of the action plan, and what is filled in about it?"""

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from commitments.models import Institution
from mpp_tracker.lib.history import VersionedForm
from regions.forms import DayField, ManyFilesField, SentOnceForm
from regions.models import Province, Regency, Site
from taskforce.choices import REGIONAL, ActionState, ActionView, Priority
from taskforce.models import ActionItem, ActionUpdate, Directive

# What fits the column.
KEY = re.compile(r"[0-9]{1,18}", re.ASCII)


class DirectiveSelect(forms.Select):
    """A choice of directives, whose texts are Indonesian in a page of whichever language."""

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        """Return a choice, marked as Indonesian; choosing none is said in the page's language."""
        option = super().create_option(name, value, *rest, **more)
        if value:
            option["attrs"]["lang"] = "id"
        return option


class ActionFilterForm(forms.Form):
    """Which items are listed, and how."""

    lihat = forms.ChoiceField(label=_("Yang ditampilkan"), choices=ActionView, required=False)
    instansi = forms.ChoiceField(label=_("Penanggung jawab"), required=False)
    provinsi = forms.ChoiceField(label=_("Provinsi"), required=False)
    prioritas = forms.ChoiceField(label=_("Prioritas"), choices=[("", _("Semua")), *Priority.choices], required=False)
    arahan = forms.ModelChoiceField(
        label=_("Arahan"),
        queryset=Directive.objects.all(),
        required=False,
        empty_label=_("Semua"),
        widget=DirectiveSelect,
    )
    tampilan = forms.ChoiceField(
        label=_("Tampilan"), choices=[("", _("Daftar")), ("papan", _("Papan"))], required=False
    )

    def __init__(self, data: Any = None, *, owners: Iterable[Institution], has_own: bool) -> None:
        super().__init__(data)
        owned = [(str(owner.pk), str(owner)) for owner in owners]
        regional = (REGIONAL, _("Pemerintah daerah"))
        cast("forms.ChoiceField", self.fields["instansi"]).choices = [("", _("Semua")), *owned, regional]
        provinces = Province.objects.values_list("code", "name")
        cast("forms.ChoiceField", self.fields["provinsi"]).choices = [("", _("Semua")), *provinces]
        shown = [choice for choice in ActionView.choices if has_own or choice[0] != ActionView.MINE]
        cast("forms.ChoiceField", self.fields["lihat"]).choices = shown


class ActionItemForm(VersionedForm):
    """An action item as it is planned or changed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    decided_on = DayField(label=_("Ditetapkan pada"))
    due_on = DayField(label=_("Tenggat"))
    # By code, because 514 names in a list are found by nobody on a phone.
    regency_code = forms.CharField(
        label=_("Kabupaten/kota"),
        required=False,
        max_length=150,
        help_text=_("Kode atau nama, misalnya 35.02 atau Kabupaten Ponorogo. Kosong: tidak tentang satu daerah."),
        widget=forms.TextInput(attrs={"list": "kabkota", "autocomplete": "off"}),
    )

    class Meta:
        model = ActionItem
        fields = (
            "title",
            "description",
            "owner",
            "priority",
            "decided_on",
            "due_on",
            "directive",
            "target",
            "province",
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "description": forms.Textarea(attrs={"rows": 3}),
            "directive": DirectiveSelect(),
        }

    field_order = (
        "title",
        "description",
        "owner",
        "province",
        "regency_code",
        "due_on",
        "priority",
        "directive",
        "target",
        "decided_on",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["client_id"]
        else:
            self.fields["client_id"].initial = uuid.uuid4()
        owners = Institution.objects.filter(succeeded_by=None)
        if self.instance.owner_id:
            owners |= Institution.objects.filter(pk=self.instance.owner_id)
        cast("forms.ModelChoiceField", self.fields["owner"]).queryset = owners
        if self.instance.regency is not None:
            self.fields["regency_code"].initial = self.instance.regency.code
        if self.instance.site_id:
            # It stays about its site: what is about another place is another item.
            del self.fields["regency_code"], self.fields["province"]

    def clean_regency_code(self) -> str:
        """Find the regency that was meant by its code or name."""
        text = " ".join(self.cleaned_data["regency_code"].split())
        if not text:
            self.instance.regency = None
            return ""
        code = text.split(" ")[0]
        units = Regency.objects.filter(is_autonomous=True)
        found = units.filter(code=code).first() or units.filter(name__iexact=text).first()
        if found is None:
            raise ValidationError(
                _("“%(text)s” bukan kode atau nama kabupaten/kota."), code="unknown", params={"text": text}
            )
        self.instance.regency = found
        return found.code


class ActionUpdateForm(SentOnceForm):
    """How an item stands from now on."""

    state = forms.ChoiceField(label=_("Keadaan sekarang"), choices=ActionState)
    progress_pct = forms.IntegerField(
        label=_("Kemajuan (persen)"), min_value=0, max_value=100, required=False, help_text=_("0 sampai 100.")
    )
    note = forms.CharField(
        label=_("Keterangan"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Wajib bila terkendala, selesai, atau dibatalkan."),
    )
    source_url = forms.CharField(
        label=_("Bukti tertulis"),
        required=False,
        max_length=500,
        help_text=_("Alamat dokumen, atau nomor dan tanggal surat."),
    )
    proofs = ManyFilesField(
        label=_("Berkas bukti"), required=False, help_text=_("Foto atau PDF, masing-masing paling besar 10 MB.")
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, states: Iterable[ActionState], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, files, initial=initial)
        # Offered is what they may report now; whoever sends another is told why not, by the service.
        offered = [(state.value, state.label) for state in states]
        cast("forms.Select", self.fields["state"].widget).choices = offered

    def clean(self) -> dict[str, Any]:
        """Require an explanation where the state needs one, and keep the progress that was known where none is told."""
        cleaned: dict[str, Any] = super().clean() or {}
        needs_note = {ActionState.BLOCKED, ActionState.DONE, ActionState.CANCELLED}
        if cleaned.get("state") in needs_note and not cleaned.get("note"):
            self.add_error("note", _("Jelaskan hasilnya, kendalanya, atau alasan pembatalannya."))
        if cleaned.get("progress_pct") is None:
            cleaned["progress_pct"] = self.initial.get("progress_pct") or 0
        return cleaned

    def update_of(self, item: ActionItem) -> ActionUpdate:
        """Return what is reported, unsaved."""
        said = ("state", "progress_pct", "note", "source_url", "client_id")
        return ActionUpdate(item=item, **{name: self.cleaned_data[name] for name in said})


def about_from(address: Mapping[str, str]) -> dict[str, Any]:
    """Return what a new item is about, as a link to its form says: a site or a directive."""
    asked = {"site": (Site, address.get("mpp", "")), "directive": (Directive, address.get("arahan", ""))}
    found: dict[str, Any] = {}
    for name, (model, key) in asked.items():
        rows: Any = model._default_manager
        if KEY.fullmatch(key):
            found[name] = rows.filter(pk=int(key)).first()
    return found
