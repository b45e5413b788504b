"""How is it reported that an institution is at a site, and what it offers there?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Self

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from commitments.choices import ServiceChannel
from commitments.models import Presence, Service, institutions_of
from mpp_tracker.lib.constraints import refusals_in_words
from regions.choices import EntryChannel
from regions.models import Site, still_permitted
from regions.services.ledger import enter_once, report


@dataclass(frozen=True)
class ServiceLine:
    """One service, as it is named in a report."""

    name: str
    channel: ServiceChannel = ServiceChannel.DIRECT
    is_licence: bool = False

    @classmethod
    def of(cls, service: Service) -> Self:
        """Return what a recorded service says."""
        return cls(service.name, ServiceChannel(service.channel), service.is_licence)


def send_presence(presence: Presence, *, services: Iterable[ServiceLine], by: User) -> Presence:
    """Report a presence from a form; the same sending again, by its `client_id`, gives the same report.

    Raises:
        PermissionDenied, ValidationError: as `report_presence`.
    """
    return enter_once(presence, partial(report_presence, presence, services=services, by=by), by=by)


@transaction.atomic
def report_presence(
    presence: Presence,
    *,
    services: Iterable[ServiceLine],
    by: User,
    channel: EntryChannel = EntryChannel.REPORT,
) -> Presence:
    """Report an institution's counter at a site with all its services; what it supersedes stays until it is verified.

    Raises:
        PermissionDenied: `by` neither reports on the site nor speaks for the institution.
        ValidationError: a field is wrong, the counter is recorded already, a service is named twice, or as
            `regions.services.ledger.report`.
    """
    on_turf = Site.objects.editable_by(by).filter(pk=presence.site_id).exists()
    if not (on_turf or presence.institution_id in institutions_of(by)):
        raise PermissionDenied
    presence.clean()
    report(presence, by=by, channel=channel)
    rows = [
        Service(presence=presence, name=line.name, channel=line.channel, is_licence=line.is_licence)
        for line in services
    ]
    with refusals_in_words(Service):
        Service.objects.bulk_create(rows)
    return still_permitted(Presence.objects.visible_to(by), presence)
