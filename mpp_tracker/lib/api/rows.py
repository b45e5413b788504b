"""How are the rows of a model listed and shown? Straight from the database's columns, under the names of a serializer.

A serializer says which columns there are and what they are called; the database delivers them in that shape. No model
is instantiated for it, so that a list costs little more than its SQL, and no list can ask once per row.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as Refusal
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers, set_response_etag
from django.utils.decorators import method_decorator
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import APIException, UnsupportedMediaType, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from mpp_tracker.lib.api.asked import refuse_unknown, refuse_unreadable
from mpp_tracker.lib.api.conditions import Changed, conditional
from mpp_tracker.lib.api.filters import Filters, Ordering, Search
from mpp_tracker.lib.api.formats import Json
from mpp_tracker.lib.api.paging import Pages

# By these names, because a view set's own `list` hides the type.
Rows = list[dict[str, Any]]
Names = list[str]


@dataclass(frozen=True)
class ColumnOf:
    """Where a column comes from, and what is done with its values."""

    path: str
    convert: Callable[[Any], Any] | None = None


class RowSerializer(serializers.ModelSerializer):
    """Which columns of a model the API gives, under which names; `source` leads to other tables."""

    updated_at = serializers.DateTimeField(
        read_only=True, help_text=gettext_lazy("Kapan baris ini terakhir dibuat atau diubah.")
    )

    @classmethod
    @cache
    def columns(cls) -> dict[str, ColumnOf]:
        """Return where each column comes from, by its name."""
        return {
            name: ColumnOf((field.source or name).replace(".", "__"), _conversion(field))
            for name, field in cls().fields.items()
        }


def _conversion(field: serializers.Field) -> Callable[[Any], Any] | None:
    if isinstance(field, serializers.DateTimeField):
        return partial(timezone.localtime, timezone=timezone.get_default_timezone())
    conversion: Callable[[Any], Any] | None = getattr(field, "from_column", None)
    return conversion


class WrittenSerializer(serializers.Serializer):
    """What is sent to be entered: every name is known, and a number is no text."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}
    """What somebody may send, for the page that describes the API."""

    _KINDS: ClassVar[tuple[tuple[type[serializers.Field], type | tuple[type, ...], Any], ...]] = (
        (serializers.BooleanField, bool, gettext_lazy("Tulis true atau false.")),
        (serializers.IntegerField, int, gettext_lazy("Tulis bilangan, bukan teks.")),
        (serializers.PrimaryKeyRelatedField, int, gettext_lazy("Tulis bilangan, bukan teks.")),
        (serializers.CharField, str, gettext_lazy("Tulis teks di antara tanda petik.")),
        (serializers.UUIDField, str, gettext_lazy("Tulis teks di antara tanda petik.")),
        (serializers.SlugRelatedField, str, gettext_lazy("Tulis teks di antara tanda petik.")),
        (serializers.DateField, str, gettext_lazy("Tulis tanggal YYYY-MM-DD di antara tanda petik.")),
        (serializers.ChoiceField, str, gettext_lazy("Tulis teks di antara tanda petik.")),
    )

    def to_internal_value(self, data: Any) -> Any:
        """Return what was sent.

        Raises:
            ValidationError: a name is not known, or a value is of another kind.
        """
        if isinstance(data, dict):
            wrong = {name[:40]: [_("Isian ini tidak dikenal.")] for name in data if name not in self.fields}
            for name, field in self.fields.items():
                if fault := self._fault(field, data.get(name)):
                    wrong[name] = [fault]
            if wrong:
                raise ValidationError(wrong)
        return super().to_internal_value(data)

    @classmethod
    def _fault(cls, field: Any, value: Any) -> str:
        """Return what is wrong with the kind of a value, or of one in a list; empty when nothing is."""
        if isinstance(field, serializers.ListField) and isinstance(value, list):
            return next(filter(None, (cls._fault(field.child, each) for each in value)), "")
        sort = next((sort for sort in cls._KINDS if isinstance(field, sort[0])), None)
        if sort is None or value is None:
            return ""
        _fields, kind, sentence = sort
        # A boolean where a number should stand: Python takes it for one.
        is_disguised = kind is int and isinstance(value, bool)
        return "" if isinstance(value, kind) and not is_disguised else str(sentence)


class Conflict(APIException):
    """What is to be done cannot be done to the row as it is."""

    status_code = HTTPStatus.CONFLICT


class IdUsed(Conflict):
    """Under this `client_id` the same person reported something else."""

    default_detail = gettext_lazy("client_id: sudah dipakai untuk laporan lain. Pakai yang baru.")


@method_decorator(conditional, name="dispatch")
class RowsViewSet(GenericViewSet):
    """List the rows of a model that somebody may see, and show one.

    A further model is a serializer and one class with `serializer_class`, and where wanted `filterset_class`,
    `search_fields` and `ordering_fields` (by the names of the serializer). Its queryset has `visible_to(user)`, or the
    class says in `visible` which rows that are.
    """

    filter_backends = [Filters, Search, Ordering]
    pagination_class = Pages
    ordering_fields: ClassVar[tuple[str, ...]] = ()
    lookup_value_converter = "int"
    http_method_names = ["get", "head", "post", "patch"]

    @property
    def model(self) -> type[Model]:
        """Return the model whose rows these are."""
        model: type[Model] = self.serializer_class.Meta.model  # type: ignore[union-attr]
        return model

    def visible(self) -> QuerySet:
        """Return the rows that whoever asks may see."""
        manager: Any = self.model._default_manager
        rows: QuerySet = manager.visible_to(self.request.user)
        return rows

    def get_queryset(self) -> QuerySet:
        """Return these with when each was changed last, where the model keeps that."""
        rows = self.visible()
        events = getattr(self.model, "events", None)
        if events is None or "updated_at" in rows.query.annotations:
            return rows
        last = events.rel.related_model.objects.filter(pgh_obj=OuterRef("pk")).order_by("-pgh_id")
        with_day: QuerySet = rows.annotate(updated_at=Subquery(last.values("pgh_created_at")[:1]))
        return with_day

    def list(self, request: Request) -> Response:
        """List the rows that are asked for."""
        rows = self.filter_queryset(self.get_queryset())
        part = self.paginate_queryset(rows)
        return self.get_paginated_response(self.read(part))

    def retrieve(self, request: Request, **key: Any) -> Response:
        """Show one row; what may not be seen is as if it were not there."""
        row = self.one(**key)
        is_whole = "fields" not in request.query_params and request.accepted_renderer.format == "json"
        return Response(row, headers={"ETag": self.tag(row)} if is_whole else None)

    def one(self, **key: Any) -> dict[str, Any]:
        """Return one row.

        Raises:
            Http404: it does not exist, or is not for whoever asks.
        """
        name = self.lookup_url_kwarg or self.lookup_field
        found = self.read(self.get_queryset().filter(**{self.lookup_field: key[name]}))
        if not found:
            raise Http404
        return found[0]

    def tag(self, row: dict[str, Any]) -> str:
        """Return the entity tag of a row as it is shown with all its columns."""
        return str(set_response_etag(HttpResponse(Json().render(row)))["ETag"])

    def require_match(self, row: dict[str, Any]) -> None:
        """Refuse to go on where a row is no longer as `If-Match` names it; without that header nothing is required.

        Raises:
            Changed: it is not.
        """
        header = self.request.headers.get("If-Match", "*").strip()
        if header != "*" and self.tag(row) not in parse_etags(header):
            raise Changed

    def read(self, rows: Any) -> Rows:
        """Return rows in the shape of the serializer, of that only the columns that are asked for."""
        names = self.columns_of_csv()
        columns = [self._columns[name] for name in names]
        found = [dict(zip(names, row, strict=True)) for row in rows.values_list(*(each.path for each in columns))]
        for name, convert in ((name, each.convert) for name, each in zip(names, columns, strict=True) if each.convert):
            for row in found:
                if row[name] is not None:
                    row[name] = convert(row[name])
        return found

    @property
    def _columns(self) -> dict[str, ColumnOf]:
        serializer: Any = self.get_serializer_class()
        columns: dict[str, ColumnOf] = serializer.columns()
        return columns

    def column(self, name: str) -> str:
        """Return where a column comes from."""
        return self._columns[name].path

    def columns_of_csv(self) -> Names:
        """Return the names of the columns that are asked for, in the serializer's order; of one row and of many.

        Raises:
            ValidationError: `fields` names one that there is not.
        """
        columns = list(self._columns)
        asked = self.request.query_params.get("fields", "")
        if not asked:
            return columns
        chosen = set(asked.split(","))
        if not chosen <= set(columns):
            raise ValidationError({"fields": _("fields: pilihannya: %s.") % ", ".join(columns)})
        return [name for name in columns if name in chosen]

    def parameters(self) -> Iterable[str]:
        """Return the names of what may be asked."""
        if self.action == "retrieve":
            return ("fields", "format")
        if self.action != "list":
            return ("format",)
        filterset = getattr(self, "filterset_class", None)
        filters = filterset.base_filters if filterset else ()
        search = ("search",) if getattr(self, "search_fields", None) else ()
        ordering = ("ordering",) if self.ordering_fields else ()
        return (*filters, *search, *ordering, *Pages.PARAMETERS, "fields", "format")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what cannot be answered before anything is asked of the database."""
        super().initial(request, *args, **kwargs)
        # Django has read such a form, so that REST framework would take it for an empty body.
        if request.method not in SAFE_METHODS and request._request.content_type == "multipart/form-data":
            raise UnsupportedMediaType(request.content_type)
        # Without an action the method is refused, and named.
        if self.action:
            refuse_unknown(request.query_params, self.parameters())
        refuse_unreadable(kwargs, request.query_params)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Have the answer asked for again each time, and not given to anybody else."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Accept", "Cookie"])
        return response


def refused(error: Refusal) -> APIException:
    """Return what a refusal by a service becomes: a conflict where the row's state forbids it, else what is wrong."""
    codes = {getattr(each, "code", None) for each in getattr(error, "error_list", [])}
    if codes & {"not_waiting", "changed", "closed"}:
        return Conflict(" ".join(error.messages))
    return ValidationError(serializers.as_serializer_error(error))
