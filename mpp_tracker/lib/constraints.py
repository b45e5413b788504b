"""How are facts that many models share said to the database, and its refusals to people?"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import BooleanField, F, Func, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def one_of(field: str, choices: Iterable[str], *, name: str) -> models.CheckConstraint:
    """Return the constraint that `field` holds one of `choices`."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": list(choices)}),
        name=name,
        violation_error_message=_("Nilai pada isian ini tidak dikenal."),
    )


def both_or_neither(first: str, second: str, *, name: str, message: "str | _StrPromise") -> models.CheckConstraint:
    """Return the constraint that two fields are set together or not at all."""
    return models.CheckConstraint(
        condition=Q(**{f"{first}__isnull": True, f"{second}__isnull": True})
        | Q(**{f"{first}__isnull": False, f"{second}__isnull": False}),
        name=name,
        violation_error_message=message,
    )


def ends_its_period(field: str, *, name: str) -> models.CheckConstraint:
    """Return the constraint that a date known to the month or year is stored as that period's last day."""

    def opens_next(unit: str) -> Func:
        return Func(
            F(field),
            template=f"extract({unit} from %(expressions)s + 1) = 1",
            output_field=BooleanField(),
        )

    return models.CheckConstraint(
        condition=Q(date_precision="day")
        | (Q(date_precision="month") & Q(opens_next("day")))
        | (Q(date_precision="year") & Q(opens_next("doy"))),
        name=name,
        violation_error_message=_("Tanggal yang hanya diketahui bulan atau tahunnya dicatat pada hari terakhirnya."),
    )


def not_before(field: str, day: date, *, name: str) -> models.CheckConstraint:
    """Return the constraint that a date is no earlier than `day`: most often a slip of the year."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": day}),
        name=name,
        violation_error_message=format_lazy(_("Tanggal paling awal {day}."), day=day.isoformat()),
    )


def between(field: str, low: int, high: int, *, name: str, message: "str | _StrPromise") -> models.CheckConstraint:
    """Return the constraint that `field`, when set, lies from `low` to `high`."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": low, f"{field}__lte": high}),
        name=name,
        violation_error_message=message,
    )


def save_checked(instance: models.Model, *, force_insert: bool = False) -> None:
    """Validate the fields one by one and save; the database judges the rest.

    Several times faster than `full_clean`, which asks the database about each constraint before it is asked again
    on saving, and right where two people save at once.

    Raises:
        ValidationError: a field is wrong, or a constraint refuses, in that constraint's own words.
    """
    relations = {field.name for field in instance._meta.fields if field.is_relation}
    instance.clean_fields(exclude=relations)
    with refusals_in_words(type(instance)):
        instance.save(force_insert=force_insert)


@contextmanager
def refusals_in_words(model: type[models.Model]) -> Iterator[None]:
    """Turn a refusal by one of the table's constraints into a ValidationError; what was done inside is undone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None)
        for constraint in model._meta.constraints:
            if constraint.name == name:
                raise ValidationError(constraint.get_violation_error_message(), code=name) from error
        detail = getattr(diagnosis, "message_detail", None) or getattr(diagnosis, "message_primary", None)
        raise ValidationError(
            _("Basis data menolak isian ini: %(detail)s"), code="refused", params={"detail": detail or error}
        ) from error
