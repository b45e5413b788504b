"""What may a list of the API be asked for, and how is anything else refused?"""

from collections.abc import Callable
from datetime import time
from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter, SearchFilter
from rest_framework.request import Request

from mpp_tracker.lib.iso import IsoDayField, IsoMomentField

LONGEST_SEARCH = 100
LONGEST_ORDER = 200
_UNKNOWN = gettext_lazy("tidak ada yang berkode atau bernomor itu.")


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(django_filters.Filter):
    """A day written YYYY-MM-DD."""

    field_class = IsoDayField


@extend_schema_field(OpenApiTypes.STR)
class MomentFilter(django_filters.Filter):
    """A moment in ISO 8601, or a day, which stands for its beginning."""

    field_class = IsoMomentField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"first_year": 2017, "of_day": time.min, **options})


@extend_schema_field(OpenApiTypes.BOOL)
class YesNoFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`, and nothing else."""

    def __init__(self, *args: Any, **options: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(*args, choices=choices, coerce=lambda value: value == "true", **options)


def code_filter(model: type[Model], field_name: str) -> django_filters.ModelChoiceFilter:
    """Return a filter by the code of an area, which is public; an unknown code is refused."""
    return extend_schema_field(OpenApiTypes.STR)(
        django_filters.ModelChoiceFilter(
            field_name=field_name,
            to_field_name="code",
            queryset=model._default_manager.all(),
            error_messages={"invalid_choice": _UNKNOWN},
        )
    )


def key_filter(rows: Callable[[Request], QuerySet], field_name: str) -> django_filters.ModelChoiceFilter:
    """Return a filter by the key of a row the asker may see; a foreign key is refused as one that does not exist."""
    return extend_schema_field(OpenApiTypes.INT)(
        django_filters.ModelChoiceFilter(
            field_name=field_name, queryset=rows, error_messages={"invalid_choice": _UNKNOWN}
        )
    )


def since_and_until(field_name: str) -> tuple[DayFilter, DayFilter]:
    """Return a filter for on or after a day, and one for on or before it."""
    return DayFilter(field_name, "gte"), DayFilter(field_name, "lte")


class Filters(DjangoFilterBackend):
    """Refuse by name what is wrong in a filter."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """Keep the rows that are asked for.

        Raises:
            ValidationError: a filter has a value that it does not take.
        """
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise ValidationError(
                {name: [f"{name}: {message}" for message in messages] for name, messages in filterset.errors.items()}
            )
        found: QuerySet = filterset.qs
        return found


class Search(SearchFilter):
    """Look for words, each of which must be found."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """Keep the rows that hold the words.

        Raises:
            ValidationError: nobody types so much.
        """
        if len(request.query_params.get(self.search_param, "")) > LONGEST_SEARCH:
            raise ValidationError({"search": _("search: paling panjang %d huruf.") % LONGEST_SEARCH})
        return super().filter_queryset(request, queryset, view)


class Ordering(OrderingFilter):
    """Order by columns that a list names for it, and by the key where these are equal."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """Return the rows in the order that is asked for.

        Raises:
            ValidationError: a list is not ordered by that.
        """
        asked = request.query_params.get(self.ordering_param, "")
        if not asked:
            # The usual order of a model need not tell any two rows apart, and pages must not share one.
            usual = queryset.query.order_by or queryset.model._meta.ordering or ()
            return queryset.order_by(*usual, "pk")
        names = asked[:LONGEST_ORDER].split(",")
        known = dict(self.get_valid_fields(queryset, view))
        if not set(known) >= {name.removeprefix("-") for name in names} or len(asked) > LONGEST_ORDER:
            raise ValidationError({"ordering": _("ordering: pilihannya: %s.") % ", ".join(known)})
        columns = [name.replace(name.removeprefix("-"), view.column(name.removeprefix("-")), 1) for name in names]
        return queryset.order_by(*columns, "pk")
