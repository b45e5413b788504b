"""What is filled in about an institution's counter?"""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from commitments.choices import Weekday
from commitments.models import Agreement, Institution, Presence
from commitments.pasted import MAX_SERVICES, read_services, written
from commitments.services.presence import ServiceLine
from regions.choices import DatePrecision
from regions.forms import DayField, SentOnceForm
from regions.models import Site
from regions.rules import ROLLOUT_BEGAN_ON, end_of_period


class ServicesField(forms.CharField):
    """Many services, one a line, as they are pasted."""

    widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})

    def __init__(self, **options: Any) -> None:
        # The number of a line is what its sender counts, also when the first is empty.
        super().__init__(required=False, strip=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return the text that names the services; what was typed stays as it is."""
        return value if value is None or isinstance(value, str) else written(value)

    def clean(self, value: Any) -> Any:
        """Return the services, or say everything that is wrong with the lines."""
        return read_services(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether other services are named, in whatever order and writing."""
        try:
            return set(read_services(data or "")) != set(initial or ())
        except ValidationError:
            return True


class PresenceForm(SentOnceForm):
    """All that is known of one institution's counter at one MPP, the first time or anew."""

    institution = forms.ModelChoiceField(
        label=_("Instansi"), queryset=Institution.objects.none(), empty_label=_("Pilih…")
    )
    counter_opened_on = DayField(label=_("Gerai dibuka pada"))
    date_precision = forms.ChoiceField(
        label=_("Seberapa pasti tanggalnya?"), choices=DatePrecision, initial=DatePrecision.DAY
    )
    counter_closed_on = DayField(
        label=_("Gerai ditutup pada"), required=False, help_text=_("Hari terakhir gerai buka. Kosong: masih dibuka.")
    )
    service_days = forms.TypedMultipleChoiceField(
        label=_("Hari layanan"),
        choices=Weekday,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    staff = forms.IntegerField(
        label=_("Petugas"), required=False, min_value=0, max_value=1000, help_text=_("Kosong: belum diketahui.")
    )
    counters = forms.IntegerField(
        label=_("Loket"), required=False, min_value=0, max_value=1000, help_text=_("Kosong: belum diketahui.")
    )
    agreement = forms.ModelChoiceField(
        label=_("Berdasarkan PKS"),
        queryset=Agreement.objects.none(),
        required=False,
        empty_label=_("Belum ada atau belum tercatat"),
    )
    services = ServicesField(
        label=_("Layanan"),
        help_text=format_lazy(
            _(
                "Satu layanan sebaris: nama; cara; izin. Cara: langsung, bergerak, mandiri atau elektronik (kosong:"
                " langsung). Tulis izin atau ya bila layanan itu perizinan. Tiga kolom dari Excel dapat langsung"
                " ditempel. Paling banyak {most} baris."
            ),
            most=MAX_SERVICES,
        ),
    )
    note = forms.CharField(
        label=_("Keterangan"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        site: Site,
        institutions: QuerySet[Institution] | None = None,
        supersedes: Presence | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        """Make the form for a new counter of one of `institutions`, or for one to be said anew."""
        self._site, self._supersedes = site, supersedes
        super().__init__(data, initial={**(said_of(supersedes) if supersedes else {}), **(initial or {})})
        first, today = ROLLOUT_BEGAN_ON.isoformat(), timezone.localdate().isoformat()
        self.fields["counter_opened_on"].widget.attrs |= {"min": first, "max": today}
        self.fields["counter_closed_on"].widget.attrs |= {"min": first}
        agreements = Q(site=site)
        if supersedes is None:
            cast("forms.ModelChoiceField", self.fields["institution"]).queryset = institutions
        else:
            del self.fields["institution"]
            agreements |= Q(pk=supersedes.agreement_id)
            self.fields["note"].label, self.fields["note"].required = _("Alasan pembaruan"), True
            self.fields["note"].help_text = _("Misalnya layanan bertambah, atau gerai pindah.")
        cast("forms.ModelChoiceField", self.fields["agreement"]).queryset = Agreement.objects.filter(agreements)

    def clean(self) -> dict[str, Any]:
        """Take any day of a month or year for its last, and refuse an update that changes nothing."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "counter_opened_on" in cleaned and "date_precision" in cleaned:
            cleaned["counter_opened_on"] = end_of_period(cleaned["counter_opened_on"], cleaned["date_precision"])
        if self._supersedes and not (self.errors or set(self.changed_data) - {"note", "client_id"}):
            raise ValidationError(_("Isian ini sama dengan yang sudah tercatat."), code="unchanged")
        return cleaned

    def statement(self) -> tuple[Presence, tuple[ServiceLine, ...]]:
        """Return what is stated, unsaved, with its services."""
        said = dict(self.cleaned_data)
        services = said.pop("services")
        if self._supersedes:
            said["institution"] = self._supersedes.institution
        return Presence(site=self._site, supersedes=self._supersedes, **said), services


def said_of(presence: Presence) -> dict[str, Any]:
    """Return what a presence says, as its form holds it."""
    copied = ("counter_opened_on", "date_precision", "counter_closed_on", "service_days", "staff", "counters")
    return {
        **{field: getattr(presence, field) for field in copied},
        "institution": presence.institution_id,
        "agreement": presence.agreement_id,
        "services": [ServiceLine.of(service) for service in presence.services.all()],
    }
