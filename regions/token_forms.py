"""What does a person fill in who lets a program speak or listen for them?"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from regions.choices import EventKind
from regions.models import ApiToken, Province, Regency, Webhook, turf_of
from regions.services.webhooks import check_address


class NarrowedForm(forms.ModelForm):
    """A name, and for which place of the person's turf."""

    area = forms.ChoiceField(label=gettext_lazy("Untuk wilayah"), required=False)

    def __init__(self, data: Any = None, *, by: User, **options: Any) -> None:
        super().__init__(data, **options)
        self._by = by
        self.fields["area"].choices = self._areas()  # type: ignore[attr-defined]

    def _areas(self) -> list[Any]:
        turf = turf_of(self._by)
        provinces = Province.objects.all() if turf.sees_nation else Province.objects.filter(pk__in=turf.read_provinces)
        regencies = Regency.objects.filter(turf.reaches("")).values_list("code", "name")
        groups = [
            (_("Provinsi"), [(row.code, f"{row.code} {row.name}") for row in provinces]),
            (_("Kabupaten/kota"), [(code, f"{code} {name}") for code, name in regencies]),
        ]
        return [("", _("Semua yang boleh saya baca")), *((name, rows) for name, rows in groups if rows)]

    def clean_area(self) -> Province | Regency | None:
        """Return the place that was chosen, and let the row be about it."""
        code = self.cleaned_data["area"]
        area = (Regency if "." in code else Province).objects.get(code=code) if code else None
        self.instance.regency = area if isinstance(area, Regency) else None
        self.instance.province = area if isinstance(area, Province) else None
        return area


class TokenForm(NarrowedForm):
    """A token to be made."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("Berlaku selama"),
        coerce=int,
        initial=90,
        choices=[
            (7, gettext_lazy("7 hari")),
            (30, gettext_lazy("30 hari")),
            (90, gettext_lazy("90 hari")),
            (365, gettext_lazy("1 tahun")),
        ],
    )

    field_order = ("name", "reads_only", "area", "days")

    class Meta:
        model = ApiToken
        fields = ("name", "reads_only")

    def token(self, *, now: datetime) -> ApiToken:
        """Return the token as it was filled in, unsaved; it ends so many days after `now`."""
        token: ApiToken = self.instance
        token.expires_at = now + timedelta(days=self.cleaned_data["days"])
        return token


class WebhookForm(NarrowedForm):
    """A webhook to be made."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kejadian"), choices=EventKind, widget=forms.CheckboxSelectMultiple, initial=EventKind.values
    )

    field_order = ("name", "url", "kinds", "area")

    class Meta:
        model = Webhook
        fields = ("name", "url", "kinds")

    def clean_url(self) -> str:
        """Return an address that may be reached."""
        url: str = self.cleaned_data["url"]
        check_address(url)
        return url
