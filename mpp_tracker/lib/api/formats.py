"""In which forms does the API take and give data? JSON both ways, and CSV of what is a list."""

import csv
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from http import HTTPStatus
from io import StringIO
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from mpp_tracker.lib.tables import harmless

DEEPEST = 32
"""So many levels a body may have; what is sent here has three."""


class Json(BaseRenderer):
    """Write JSON: days and moments in ISO 8601, exact numbers as text."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the data as UTF-8."""
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)


class Csv(BaseRenderer):
    """Write the rows of an answer as CSV, harmless to spreadsheets; where something is wrong, that as JSON."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return a line of names and one for each row."""
        context = renderer_context or {}
        if context["response"].exception:
            return Json().render(data)
        view = context["view"]
        rows = _rows(data, view)
        names = view.columns_of_csv() if hasattr(view, "columns_of_csv") else list(rows[0]) if rows else []
        text = StringIO()
        writer = csv.writer(text)
        writer.writerow(names)
        writer.writerows([harmless(_cell(row[name])) for name in names] for row in rows)
        return text.getvalue().encode("utf-8-sig")


def _rows(data: Any, view: Any) -> list[dict[str, Any]]:
    rows = data.get(getattr(view, "rows_of_csv", "results")) if isinstance(data, dict) else data
    return [data] if rows is None else rows


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return "; ".join(str(_cell(each)) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={_cell(each)}" for name, each in value.items() if each not in (None, ""))
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, int | Decimal):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Promise):
        return force_str(value)
    raise TypeError(type(value).__name__)


class TooLarge(APIException):
    """A body that nobody needs to send."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("Kiriman ini terlalu besar.")


class StrictJson(BaseParser):
    """Read JSON as RFC 8259 has it, and refuse what others would take in different ways."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the object that was sent.

        Raises:
            TooLarge: it is larger than anything that is taken here.
            ParseError: it is no JSON or no object, has a name twice, NaN, half a character, or too many levels.
        """
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            # Refuses NaN, numbers beyond floats, lone surrogates, what is not UTF-8, and 1,024 levels.
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("Isi kiriman bukan JSON yang benar: %s.") % error) from None
        if not isinstance(value, dict):
            raise ParseError(_("Isi kiriman harus satu objek JSON: {…}."))
        if _depth(value) > DEEPEST:
            raise ParseError(_("Isi kiriman terlalu dalam bersarang."))
        json.loads(body, object_pairs_hook=_without_repetition)
        return value


def _depth(value: Any) -> int:
    """Return how many levels a value has, as far as the limit; without recursion, which has limits of its own."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        level = [
            each
            for parent in level
            if isinstance(parent, dict | list)
            for each in (parent.values() if isinstance(parent, dict) else parent)
        ]
        depth += 1
    return depth


def _without_repetition(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ParseError(_("Nama “%s” ditulis dua kali.") % name[:40])
        found[name] = value
    return found


class Negotiation(DefaultContentNegotiation):
    """Answer in the form that `format` or the header `Accept` asks for."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """Keep the renderer of a format, and refuse one that there is not by name."""
        kept = [renderer for renderer in renderers if renderer.format == format]
        if not kept:
            names = ", ".join(renderer.format for renderer in renderers)
            raise ValidationError({"format": _("format: pilihannya: %s.") % names})
        return kept
