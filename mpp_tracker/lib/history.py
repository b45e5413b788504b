"""Who changed a row, when, from where, and from what to what? Triggers note it, also for bulk updates and raw SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import pghistory
import pgtrigger
from allauth.account.adapter import get_adapter
from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.http import HttpRequest, QueryDict
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


def only_added(sentence: str) -> pgtrigger.Trigger:
    """Return the trigger of a table whose rows are themselves a record: nothing is changed or taken away.

    Args:
        sentence: what whoever tries is told.
    """
    return pgtrigger.Trigger(
        name="append_only",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'restrict_violation';",
    )


class WhoAndWhere(HistoryMiddleware):
    """Tell the triggers who asks, from which page and which address."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is kept beside every change of the request; the address is the one that throttles count."""
        return {**super().get_context(request), "address": get_adapter(request).get_client_ip(request)}


@dataclass(frozen=True)
class FieldChange:
    """One field that got another value; both as people read them."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One version of a row against the one before it."""

    version: int
    at: datetime
    who: str
    """The account's e-mail address; empty for a command, a job or raw SQL."""
    where: str
    what: str
    fields: tuple[FieldChange, ...]


def recorded(*records: type[models.Model]) -> int:
    """Return how much was ever recorded: it grows with every change of a record once that is committed.

    Versions are only ever added, so equal numbers are equal data. A cache by this number knows no table too few; a
    page's own tag, which is PostgreSQL's snapshot, also changes with sessions and throttles.

    Args:
        records: models without versions that are only added to themselves, to be counted too.
    """
    versions = [model for model in apps.get_models() if issubclass(model, pghistory.models.Event)]
    tables = [connection.ops.quote_name(model._meta.db_table) for model in (*versions, *records)]
    with connection.cursor() as cursor:
        # Names of our own tables, and one statement, so that all are counted at one moment.
        cursor.execute("SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in tables))  # noqa: S608
        (count,) = cursor.fetchone()
    return int(count)


def history_of(row: models.Model, *, after: int = 0) -> tuple[Change, ...]:
    """Return every change of a row, latest first; only those after version `after`."""
    versions: Any = row.events  # type: ignore[attr-defined]
    events = list(versions.order_by("pgh_id"))
    people = {str(user.pk): str(user) for user in _people(events)}
    model, names = type(row), _names(type(row), events)
    pairs = zip([None, *events], events, strict=False)
    changes = [_change(model, before, event, people, names) for before, event in pairs]
    return tuple(change for change in reversed(changes) if change.version > after)


def _change(model: type[models.Model], before: Any, event: Any, people: dict[str, str], names: "_Names") -> Change:
    context = event.pgh_context or {}
    return Change(
        version=event.pgh_id,
        at=event.pgh_created_at,
        who=people.get(str(context.get("user")), ""),
        where=" ".join(filter(None, [context.get("url", ""), context.get("address", "")])),
        what=str(_VERBS[event.pgh_label]),
        fields=() if event.pgh_label == DELETE else tuple(_differences(model, before, event, names)),
    )


def version_of(row: models.Model) -> int:
    """Return the number of a row's latest version, 0 for a row without one."""
    versions: Any = row.events  # type: ignore[attr-defined]
    return int(versions.aggregate(latest=models.Max("pgh_id"))["latest"] or 0)


class VersionedForm(forms.ModelForm):
    """A form that notices when somebody else has changed the record since it was opened.

    Whoever saves second is shown what the first did beside what they typed; saving once more is then a decision.
    It is validated and saved in one transaction.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["seen_version"].initial = version_of(self.instance)

    def _get_validation_exclusions(self) -> set[str]:
        # Django would pass over every constraint that compares something with the row's own key.
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded - {self.instance._meta.pk.name}

    def clean(self) -> dict[str, Any]:
        """Refuse to overwrite a version that the form has not shown."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.instance.pk:
            # Two who save at once wait for each other, so that the second is told.
            rows = type(self.instance)._base_manager.select_for_update(of=("self",))
            rows.filter(pk=self.instance.pk).first()
            current, seen = version_of(self.instance), cleaned.get("seen_version") or 0
            if current != seen and set(self.changed_data) - {"seen_version"}:
                self._show(current)
                raise forms.ValidationError(self._conflict(seen), code="conflict")
        return cleaned

    def _show(self, version: int) -> None:
        fresh = cast("QueryDict", self.data).copy()
        fresh[self.add_prefix("seen_version")] = str(version)
        self.data = fresh

    def _conflict(self, seen: int) -> list[str]:
        sentences = [_("Data ini diubah orang lain sejak Anda membukanya. Simpan lagi bila isian Anda yang benar.")]
        for change in history_of(self.instance, after=seen):
            for field in change.fields:
                said = {"who": change.who or _("sistem"), "field": field.name, "value": field.after}
                sentences.append(_("%(who)s mengubah %(field)s menjadi “%(value)s”.") % said)
        return sentences


def _people(events: list[Any]) -> models.QuerySet:
    keys = {event.pgh_context["user"] for event in events if event.pgh_context and event.pgh_context.get("user")}
    return get_user_model()._default_manager.filter(pk__in=keys)


_Names = dict[str, dict[Any, str]]
"""What the rows are called to which the versions of a record refer, by field and key."""


def _names(model: type[models.Model], events: list[Any]) -> _Names:
    """Return the names of all rows that `events` refer to, in one query a field."""
    names: _Names = {}
    relations = [field for field in _kept(model, events[-1]) if field.is_relation] if events else []
    for field in relations:
        if keys := {getattr(event, field.attname) for event in events} - {None}:
            rows = cast("Any", field.related_model)._base_manager.in_bulk(keys)
            names[field.name] = {key: str(row) for key, row in rows.items()}
    return names


def _kept(model: type[models.Model], event: Any) -> list[Any]:
    """Return the fields of a record that stand in its versions, without its own key."""
    kept = {field.name for field in type(event)._meta.fields}
    return [field for field in model._meta.concrete_fields if not field.primary_key and field.name in kept]


def _differences(model: type[models.Model], before: Any, after: Any, names: _Names) -> list[FieldChange]:
    changes = []
    for field in _kept(model, after):
        old, new = (_shown(version, field, names) for version in (before, after))
        if old != new:
            changes.append(FieldChange(name=str(field.verbose_name), before=old, after=new))
    return changes


def _shown(version: Any, field: Any, names: _Names) -> str:
    """Return a field's value as people read it; versions outlive the rows that they name."""
    value = None if version is None else getattr(version, field.attname)
    if value is None:
        return ""
    if field.is_relation:
        return names[field.name].get(value) or _("sudah dihapus, nomor %(key)s") % {"key": value}
    if field.choices:
        return str(getattr(version, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return str(_("ya") if value else _("tidak"))
    return str(value)
