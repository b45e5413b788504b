"""Who changed a row, when, from where, and from what to what? Triggers note it, also for bulk updates and raw SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import pghistory
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.middleware import HistoryMiddleware

Model = TypeVar("Model", bound=models.Model)

INSERT, UPDATE, DELETE = "insert", "update", "delete"
_VERBS = {INSERT: gettext_lazy("dibuat"), UPDATE: gettext_lazy("diubah"), DELETE: gettext_lazy("dihapus")}


def tracked(**options: Any) -> Callable[[type[Model]], type[Model]]:
    """Keep every version of a model's rows in a table beside it that only grows."""
    track: Callable[[type[Model]], type[Model]] = pghistory.track(
        pghistory.InsertEvent(INSERT),
        pghistory.UpdateEvent(UPDATE),
        pghistory.DeleteEvent(DELETE),
        append_only=True,
        **options,
    )
    return track


class WhoAndWhere(HistoryMiddleware):
    """Tell the triggers who asks, from which page and which address."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is kept beside every change of the request."""
        return {**super().get_context(request), "address": request.META.get("REMOTE_ADDR", "")}


@dataclass(frozen=True)
class FieldChange:
    """One field that got another value; both as people read them."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One version of a row against the one before it."""

    at: datetime
    who: str
    """The account's e-mail address; empty for a command, a job or raw SQL."""
    where: str
    what: str
    fields: tuple[FieldChange, ...]


def history_of(row: models.Model) -> tuple[Change, ...]:
    """Return every change of a row, latest first."""
    versions: Any = row.events  # type: ignore[attr-defined]
    events = list(versions.order_by("pgh_id"))
    people = {str(user.pk): str(user) for user in _people(events)}
    changes = []
    for before, after in zip([None, *events], events, strict=False):
        context = after.pgh_context or {}
        changes.append(
            Change(
                at=after.pgh_created_at,
                who=people.get(str(context.get("user")), ""),
                where=" ".join(filter(None, [context.get("url", ""), context.get("address", "")])),
                what=str(_VERBS[after.pgh_label]),
                fields=tuple(_differences(type(row), before, after)) if after.pgh_label != DELETE else (),
            )
        )
    return tuple(reversed(changes))


def _people(events: list[Any]) -> models.QuerySet:
    keys = {event.pgh_context["user"] for event in events if event.pgh_context and event.pgh_context.get("user")}
    return get_user_model()._default_manager.filter(pk__in=keys)


def _differences(model: type[models.Model], before: Any, after: Any) -> list[FieldChange]:
    kept = {field.name for field in type(after)._meta.fields}
    changes = []
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name not in kept:
            continue
        old, new = (_shown(version, field) for version in (before, after))
        if old != new:
            changes.append(FieldChange(name=str(field.verbose_name), before=old, after=new))
    return changes


def _shown(version: Any, field: models.Field) -> str:
    """Return a field's value as people read it."""
    if version is None:
        return ""
    if field.choices:
        return str(getattr(version, f"get_{field.name}_display")())
    value = getattr(version, field.name)
    if isinstance(value, bool):
        return str(_("ya") if value else _("tidak"))
    return "" if value is None else str(value)
