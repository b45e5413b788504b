"""What may be asked about coverage, and how is it written in an address?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commitments.choices import InstitutionKind, PledgeStanding
from mpp_tracker.lib.iso import IsoDayField, IsoMomentField
from regions.choices import IslandGroup
from regions.models import Province, ReadinessBaseline
from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.choices import (
    AnnouncedMetric,
    AreaOrder,
    Basis,
    Boundaries,
    Counting,
    Layer,
    MapView,
    PresenceOrder,
    StageGroup,
    UnitOrder,
)
from taskforce.coverage import Question, Standpoint
from taskforce.explain import Area
from taskforce.rules import year_before


class StandpointForm(forms.Form):
    """Read from an address for which day, with whose word and in which provinces something is asked.

    What is not given takes its default. Every refusal names the parameter and says what it takes.
    """

    as_at = IsoDayField(label=_("Per tanggal"), required=False)
    boundaries = forms.ChoiceField(label=_("Batas provinsi"), choices=Boundaries, required=False)
    known_at = IsoMomentField(
        label=_("Menurut yang diketahui sampai"), required=False, first_year=ROLLOUT_BEGAN_ON.year
    )
    layer = forms.ChoiceField(label=_("Lapisan"), choices=Layer, required=False)

    def __init__(self, data: Any = None, *, today: date, may_see_reported: bool = False) -> None:
        self.today = today
        # The control shows the day that is answered for, also when the address names none.
        super().__init__({"as_at": today.isoformat(), **{k: v for k, v in (data or {}).items() if v}})
        self._repeated = [name for name in self.fields if hasattr(data, "getlist") and len(data.getlist(name)) > 1]
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("“%(value)s” tidak dikenal.")
        self.fields["as_at"].widget.attrs |= {"min": ROLLOUT_BEGAN_ON.isoformat(), "max": today.isoformat()}
        if not may_see_reported:
            layer = cast("forms.ChoiceField", self.fields["layer"])
            layer.choices = [(Layer.VERIFIED.value, Layer.VERIFIED.label)]
            layer.widget = forms.HiddenInput()
            layer.error_messages["invalid_choice"] = _("“%(value)s” hanya untuk yang sudah masuk.")

    def clean(self) -> dict[str, Any]:
        """Refuse a parameter that is given twice: which of the two was meant?"""
        for name in self._repeated:
            self.add_error(name, _("Tulis satu kali saja."))
        return self.cleaned_data

    def clean_as_at(self) -> date | None:
        """Refuse a day outside the rollout."""
        return self._within_rollout(self.cleaned_data["as_at"])

    def clean_known_at(self) -> datetime | None:
        """Refuse a moment after today: nobody knows yet."""
        return self._known_by_now(self.cleaned_data["known_at"])

    def _within_rollout(self, day: date | None) -> date | None:
        if day and not ROLLOUT_BEGAN_ON <= day <= self.today:
            raise ValidationError(_("%(day)s di luar rentang."), code="out_of_range", params={"day": day.isoformat()})
        return day

    def _known_by_now(self, moment: datetime | None) -> datetime | None:
        if moment and timezone.localdate(moment) > self.today:
            raise ValidationError(_("Waktu itu belum tiba."), code="out_of_range")
        return moment

    @property
    def given(self) -> dict[str, Any]:
        """Return what was asked for, without what is left to its default; only a valid form has it."""
        return {"as_at": self.today, **{name: value for name, value in self.cleaned_data.items() if value}}

    @property
    def standpoint(self) -> Standpoint:
        """Return from where the ledger is looked at; only a valid form has one."""
        return Standpoint(**{name: value for name, value in self.given.items() if name in StandpointForm.base_fields})

    def refusals(self) -> dict[str, list[str]]:
        """Return, for each wrong parameter, sentences that name it and say what it takes."""
        return {
            name: [f"{name}: {message} {self._takes(name)}" for message in messages]
            for name, messages in self.errors.items()
        }

    def _takes(self, name: str) -> str:
        span = {"first": ROLLOUT_BEGAN_ON.isoformat(), "last": self.today.isoformat()}
        if isinstance(self.fields[name], IsoDayField):
            return str(_("Tulis YYYY-MM-DD, dari %(first)s sampai %(last)s.") % span)
        if isinstance(self.fields[name], IsoMomentField):
            return str(_("Tulis YYYY-MM-DD atau YYYY-MM-DDThh:mm:ss+07:00, dari %(first)s sampai %(last)s.") % span)
        choices = ", ".join(value for value, _label in self.fields[name].choices if value)  # type: ignore[attr-defined]
        return str(_("Pilihannya: %(choices)s.") % {"choices": choices})


class CoverageForm(StandpointForm):
    """Read a question about coverage from an address."""

    counting = forms.ChoiceField(label=_("Yang dihitung"), choices=Counting, required=False)
    basis = forms.ChoiceField(label=_("Dasar perhitungan"), choices=Basis, required=False)

    field_order: Iterable[str] = ("as_at", "counting", "basis", "boundaries", "known_at", "layer")

    @property
    def question(self) -> Question:
        """Return the question asked; only a valid form has one."""
        return Question(**{name: value for name, value in self.given.items() if name in CoverageForm.base_fields})


class UnitsForm(CoverageForm):
    """Read a question about coverage, and in which order the units of a province are to stand."""

    sort = forms.ChoiceField(choices=UnitOrder, required=False, widget=forms.HiddenInput)

    @property
    def order(self) -> UnitOrder:
        """Return in which order; only a valid form knows."""
        return UnitOrder(self.cleaned_data["sort"] or UnitOrder.STAGE)


class PlaceForm(CoverageForm):
    """Read a question about one regency or MPP; the basis stands in no figure there and is only carried along."""

    basis = forms.ChoiceField(choices=Basis, required=False, widget=forms.HiddenInput)


class MapForm(CoverageForm):
    """Read a question about coverage, and in which way its map is laid out."""

    tampilan = forms.ChoiceField(choices=MapView, required=False, widget=forms.HiddenInput)

    @property
    def view(self) -> MapView:
        """Return how the units are laid out; only a valid form knows."""
        return MapView(self.given.get("tampilan", MapView.MAP))


class NationForm(MapForm):
    """Read a question about coverage, and which provinces to list in which order."""

    island_group = forms.ChoiceField(choices=IslandGroup, required=False, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        choices=[(f"{sign}{order}", order.label) for order in AreaOrder for sign in ("", "-")],
        required=False,
        widget=forms.HiddenInput,
    )


class ProvinceForm(StandpointForm):
    """Read of which province something is asked, or of all."""

    province = forms.ChoiceField(label=_("Provinsi"), required=False)

    def __init__(self, data: Any = None, *, today: date, may_see_reported: bool = False) -> None:
        super().__init__(data, today=today, may_see_reported=may_see_reported)
        self._provinces = {province.code: province for province in Province.objects.all()}
        names = [(code, province.name) for code, province in self._provinces.items()]
        cast("forms.ChoiceField", self.fields["province"]).choices = [("", _("Semua")), *names]

    @property
    def chosen_province(self) -> Province | None:
        """Return the only province asked about, None for all; only a valid form knows."""
        return self._provinces.get(self.cleaned_data["province"])


class AreaForm(ProvinceForm):
    """Read of which provinces something is asked: one, a group of islands, or all."""

    island_group = forms.ChoiceField(
        label=_("Kelompok pulau"), choices=[("", _("Semua")), *IslandGroup.choices], required=False
    )

    field_order: Iterable[str] = ("as_at", "island_group", "province", "boundaries", "known_at", "layer")

    def clean(self) -> dict[str, Any]:
        """Refuse a province that lies in another group of islands than the one asked about."""
        super().clean()
        province = self._provinces.get(self.cleaned_data.get("province", ""))
        group = self.cleaned_data.get("island_group")
        if province and group and province.island_group != group:
            there = {"province": province.name, "group": province.island_group}
            self.add_error("province", _("%(province)s ada di kelompok %(group)s.") % there)
        return self.cleaned_data


class ExplainForm(AreaForm, CoverageForm):
    """Read of which figure an explanation is asked, and from which earlier standpoint a comparison starts."""

    sejak = IsoDayField(label=_("Bandingkan dengan keadaan per"), required=False)
    sejak_diketahui = IsoMomentField(
        label=_("Pembanding: menurut yang diketahui sampai"),
        required=False,
        first_year=ROLLOUT_BEGAN_ON.year,
        help_text=_("Kosong: pengetahuan yang sama dengan angka yang dijelaskan."),
    )

    field_order = (
        *("as_at", "counting", "basis", "island_group", "province", "boundaries", "known_at", "layer"),
        *("sejak", "sejak_diketahui"),
    )

    def clean_sejak(self) -> date | None:
        """Refuse a day outside the rollout."""
        return self._within_rollout(self.cleaned_data["sejak"])

    def clean_sejak_diketahui(self) -> datetime | None:
        """Refuse a moment after today."""
        return self._known_by_now(self.cleaned_data["sejak_diketahui"])

    def clean(self) -> dict[str, Any]:
        """Refuse to compare with something later."""
        super().clean()
        since, as_at = self.cleaned_data.get("sejak"), self.cleaned_data.get("as_at")
        if since and as_at and since > as_at:
            self.add_error("sejak", _("Pembanding tidak boleh sesudah tanggal yang dijelaskan."))
        known_since, known_at = self.cleaned_data.get("sejak_diketahui"), self.cleaned_data.get("known_at")
        if known_since and known_at and known_since > known_at:
            self.add_error("sejak_diketahui", _("Pembanding tidak boleh diketahui sesudah angka yang dijelaskan."))
        return self.cleaned_data

    @property
    def area(self) -> Area:
        """Return what the figure is about; only a valid form knows."""
        province, group = self.cleaned_data["province"], self.cleaned_data["island_group"]
        if province:
            return Area(province=province, provinces=frozenset({province}))
        if group:
            codes = (code for code, each in self._provinces.items() if each.island_group == group)
            return Area(island_group=group, provinces=frozenset(codes))
        return Area()

    @property
    def start(self) -> Question:
        """Return what the figure is compared with: unless chosen, a year before as known now."""
        question = self.question
        return replace(
            question,
            as_at=self.cleaned_data["sejak"] or max(year_before(question.as_at), ROLLOUT_BEGAN_ON),
            known_at=self.cleaned_data["sejak_diketahui"] or question.known_at,
        )


class PresenceForm(AreaForm):
    """Read a question about the presence of signatories from an address: which rows and columns, in which order."""

    kind = forms.ChoiceField(
        label=_("Jenis instansi"), choices=[("", _("Semua")), *InstitutionKind.choices], required=False
    )
    sort = forms.ChoiceField(choices=PresenceOrder, required=False, widget=forms.HiddenInput)

    field_order = ("as_at", "island_group", "province", "kind", "boundaries", "known_at", "layer", "sort")

    @property
    def order(self) -> PresenceOrder:
        """Return in which order the signatories are to stand; only a valid form knows."""
        return PresenceOrder(self.given.get("sort", PresenceOrder.NAME))


class StageForm(AreaForm):
    """Read which units are asked for: those how far, and where."""

    group = forms.ChoiceField(label=_("Tahap"), choices=[("", _("Semua")), *StageGroup.choices], required=False)
    basis = forms.ChoiceField(label=_("Dasar perhitungan"), choices=Basis, required=False)

    field_order = ("as_at", "group", "island_group", "province", "basis", "boundaries", "known_at", "layer")

    @property
    def question(self) -> Question:
        """Return the question asked; only a valid form has one."""
        return Question(**{name: value for name, value in self.given.items() if name in CoverageForm.base_fields})


class PledgeForm(StandpointForm):
    """Read a question about pledges, and which of them to list."""

    year = forms.ChoiceField(label=_("Semula dijanjikan untuk"), required=False)
    province = forms.ChoiceField(label=_("Provinsi"), required=False)
    standing = forms.ChoiceField(
        label=_("Keadaan janji"), choices=[("", _("Semua keadaan")), *PledgeStanding.choices], required=False
    )

    def __init__(
        self, data: Any = None, *, years: Iterable[int], provinces: Iterable[tuple[str, str]], **question: Any
    ) -> None:
        super().__init__(data, **question)
        for name, choices in (
            ("year", [("", _("Semua tahun")), *((str(year), str(year)) for year in years)]),
            ("province", [("", _("Semua provinsi")), *provinces]),
        ):
            cast("forms.ChoiceField", self.fields[name]).choices = choices


class AnnouncedForm(StandpointForm):
    """Read from an address which announced figures are asked for, and how the ledger beside them is looked at."""

    metric = forms.ChoiceField(
        label=_("Ukuran"), choices=[("", _("Semua ukuran")), *AnnouncedMetric.choices], required=False
    )

    field_order = ("as_at", "metric", "boundaries", "known_at", "layer")


class ReadinessForm(ProvinceForm):
    """Read a question about readiness: of which province, against which baseline."""

    baseline = forms.ChoiceField(label=_("Dibandingkan dengan baseline"), required=False)

    field_order = ("as_at", "province", "baseline", "boundaries", "known_at", "layer")

    def __init__(self, data: Any = None, *, today: date, may_see_reported: bool = False) -> None:
        super().__init__(data, today=today, may_see_reported=may_see_reported)
        self._baselines = {str(baseline.pk): baseline for baseline in ReadinessBaseline.objects.all()}
        names = [(key, str(baseline)) for key, baseline in self._baselines.items()]
        latest = _("Terakhir sebelum tanggal itu") if names else _("Belum ada baseline")
        cast("forms.ChoiceField", self.fields["baseline"]).choices = [("", latest), *names]

    @property
    def chosen_baseline(self) -> ReadinessBaseline | None:
        """Return what the day is compared with: unless chosen the last stand by then; only a valid form knows."""
        by_then = (each for each in self._baselines.values() if each.as_at <= self.standpoint.as_at)
        return self._baselines.get(self.cleaned_data["baseline"]) or next(by_then, None)

    def clean(self) -> dict[str, Any]:
        """Refuse a baseline of a later day than the one asked about."""
        super().clean()
        baseline, as_at = self._baselines.get(self.cleaned_data.get("baseline", "")), self.cleaned_data.get("as_at")
        if baseline and as_at and baseline.as_at > as_at:
            self.add_error("baseline", _("Baseline itu dari sesudah tanggal yang ditanyakan."))
        return self.cleaned_data
