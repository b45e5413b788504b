"""How are a day and a moment written in an address?"""

import re
from datetime import MAXYEAR, UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class IsoDayField(forms.Field):
    """A day written YYYY-MM-DD."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def to_python(self, value: Any) -> date | None:
        """Return the day, None when nothing was given."""
        if not value or isinstance(value, date):
            return value or None
        text = str(value).strip()
        if not ISO_DAY.fullmatch(text):
            raise ValidationError(_("“%(value)s” bukan tanggal."), code="invalid", params={"value": text[:40]})
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValidationError(
                _("“%(value)s” tidak ada dalam kalender."), code="invalid", params={"value": text}
            ) from None


class IsoMomentField(forms.Field):
    """A moment in ISO 8601, or a day, which stands for its end; without an offset in the ministry's time.

    Args:
        first_year: the first that is within range.
        of_day: for which moment of it a day stands.
    """

    widget = forms.TextInput(attrs={"placeholder": "2024-12-12"})

    def __init__(self, *, first_year: int, of_day: time = time.max, **options: Any) -> None:
        self.first_year, self.of_day = first_year, of_day
        super().__init__(**options)

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment, None when nothing was given."""
        if not value or isinstance(value, datetime):
            return value or None
        # A plus sign that was not escaped in the address arrives as a blank.
        text = re.sub(r" (?=\d\d:?\d\d$)", "+", str(value).strip())
        if ISO_DAY.fullmatch(text):
            day = IsoDayField().to_python(text)
            return timezone.make_aware(datetime.combine(day, self.of_day)) if day else None
        try:
            moment = parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            raise ValidationError(_("“%(value)s” bukan waktu."), code="invalid", params={"value": text[:40]})
        if not self.first_year <= moment.year <= MAXYEAR - 1:
            # At its ends the calendar itself gives out.
            raise ValidationError(_("%(year)s di luar rentang."), code="out_of_range", params={"year": moment.year})
        # In UTC, because Python knows offsets that PostgreSQL does not.
        return (moment if timezone.is_aware(moment) else timezone.make_aware(moment)).astimezone(UTC)
