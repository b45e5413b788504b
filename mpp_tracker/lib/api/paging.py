"""Which part of a list does one answer hold?

By pages, with a count, in any order: `page` and `page_size`. Or along a cursor, without a count, in the order of keys:
`cursor=` begins, and each answer names the address of the next part. Along a cursor nothing is met twice and nothing is
missed, whatever is added meanwhile.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

USUAL_SIZE = 100
LARGEST = 1000
# What fits the column of a key.
_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class Pages(BasePagination):
    """Part a list by pages or along a cursor."""

    PARAMETERS = ("page", "page_size", "cursor")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Return the rows of the part that is asked for.

        Raises:
            ValidationError: a parameter is wrong.
            NotFound: there is no such page.
        """
        asked = request.query_params
        self._address = request.build_absolute_uri()
        size = min(_read(asked, "page_size", _NUMBER, USUAL_SIZE), LARGEST)
        if "cursor" in asked:
            return self._along_cursor(queryset, asked, size)
        return self._by_pages(queryset, _read(asked, "page", _NUMBER, 1), size)

    def _by_pages(self, queryset: QuerySet, number: int, size: int) -> Any:
        try:
            page = Paginator(queryset, size).page(number)
        except InvalidPage:
            raise NotFound(_("page: halaman ini tidak ada.")) from None
        self._links = {
            "count": page.paginator.count,
            "next": self._at(page=page.next_page_number()) if page.has_next() else None,
            "previous": self._at(page=page.previous_page_number()) if page.has_previous() else None,
        }
        return page.object_list

    def _along_cursor(self, queryset: QuerySet, asked: Mapping[str, str], size: int) -> QuerySet:
        for other in ("page", "ordering"):
            if other in asked:
                raise ValidationError({other: _("%s: tidak dapat dipakai bersama cursor.") % other})
        after = _read(asked, "cursor", _KEY, 0)
        rows = queryset.filter(pk__gt=after).order_by("pk")
        keys = list(rows.values_list("pk", flat=True)[: size + 1])
        following = self._at(cursor=keys[size - 1]) if len(keys) > size else None
        self._links = {"next": following}
        return queryset.filter(pk__in=keys[:size]).order_by("pk")

    def _at(self, **parameter: int) -> str:
        ((name, value),) = parameter.items()
        return replace_query_param(self._address, name, value)

    def get_paginated_response(self, data: Any) -> Response:
        """Return the rows with where the list goes on, in the body and, for CSV too, in the header `Link`."""
        links = ", ".join(
            f'<{self._links[name]}>; rel="{relation}"'
            for name, relation in (("next", "next"), ("previous", "prev"))
            if self._links.get(name)
        )
        return Response({**self._links, "results": data}, headers={"Link": links} if links else None)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a part of a list."""
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "count": {
                    "type": "integer",
                    "description": str(gettext_lazy("Jumlah seluruhnya; tidak ada di cursor.")),
                },
                "next": address,
                "previous": address,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return what may be asked of the parts of a list."""
        number = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL_SIZE}
        key = {"type": "string", "pattern": "^[0-9]{0,18}$"}
        return [
            {"name": name, "in": "query", "required": False, "description": str(about), "schema": schema}
            for name, about, schema in (
                ("page", gettext_lazy("Halaman, mulai dari 1."), number),
                ("page_size", gettext_lazy("Banyaknya baris dalam satu jawaban."), size),
                (
                    "cursor",
                    gettext_lazy("Menyusuri seluruh daftar: mulai dengan nilai kosong, lalu ikuti “next”."),
                    key,
                ),
            )
        ]


def _read(asked: Mapping[str, str], name: str, form: re.Pattern[str], default: int) -> int:
    value = asked.get(name) or str(default)
    if not form.fullmatch(value) and value != str(default):
        raise ValidationError({name: _("%s: tulis bilangan bulat.") % name})
    return int(value)
