"""What does a report change about an institution's counter?"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from commitments.models import Presence, Service
from commitments.reports import day_names
from regions.rules import written_day


@dataclass(frozen=True)
class FieldPair:
    """One field of a counter as it stands and as it is reported."""

    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Return whether the report changes it."""
        return self.before != self.after


@dataclass(frozen=True)
class PresenceChange:
    """What a report changes about a counter."""

    current: Presence | None
    """The counter as it stands; None for a new one."""
    fields: tuple[FieldPair, ...]
    added: tuple[Service, ...]
    removed: tuple[Service, ...]
    changed: tuple[tuple[Service, Service], ...]
    """Services of the same name and channel of which something else differs: as they are, as they would be."""
    kept_count: int


def change_by(presence: Presence) -> PresenceChange:
    """Return what the report `presence` changes about the counter that it states anew."""
    current = _current(presence)
    before = {_name(service): service for service in current.services.all()} if current else {}
    after = {_name(service): service for service in presence.services.all()}
    both = [(before[name], after[name]) for name in before if name in after]
    changed = tuple((old, new) for old, new in both if old.is_licence != new.is_licence)
    return PresenceChange(
        current=current,
        fields=tuple(
            FieldPair(label, "" if current is None else old, new)
            for (label, old), (_label, new) in zip(_facts(current or presence), _facts(presence), strict=True)
        ),
        added=tuple(service for name, service in after.items() if name not in before),
        removed=tuple(service for name, service in before.items() if name not in after),
        changed=changed,
        kept_count=len(both) - len(changed),
    )


def _current(presence: Presence) -> Presence | None:
    """Return what is in force of the counter: what the report supersedes, or what has replaced that meanwhile."""
    if presence.supersedes_id is None:
        return None
    related = Presence.objects.select_related("institution", "agreement").prefetch_related("services")
    of_counter = related.filter(site=presence.site_id, institution=presence.institution_id).exclude(pk=presence.pk)
    standing = list(of_counter.in_force().order_by("-counter_opened_on", "-pk"))
    expected = [row for row in standing if row.pk == presence.supersedes_id]
    return next(iter(expected or standing), None) or related.get(pk=presence.supersedes_id)


def _name(service: Service) -> tuple[str, str]:
    return service.name.lower(), service.channel


def _facts(presence: Presence) -> Sequence[tuple[str, str]]:
    """Return what is known of a counter, as people read it."""
    opened = written_day(presence.counter_opened_on, presence.date_precision)
    closed = written_day(presence.counter_closed_on) if presence.counter_closed_on else _("masih dibuka")
    unknown = _("belum diketahui")
    return [
        (_("Instansi"), presence.institution.name),
        (_("Gerai dibuka"), opened),
        (_("Gerai ditutup"), closed),
        (_("Hari layanan"), ", ".join(day_names(presence)) or unknown),
        (_("Petugas"), unknown if presence.staff is None else str(presence.staff)),
        (_("Loket"), unknown if presence.counters is None else str(presence.counters)),
        (_("Berdasarkan"), str(presence.agreement or _("belum tercatat"))),
    ]
