"""How does an officer report from the work room?"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.choices import DatePrecision, OperatingStatus, Stage
from regions.models import Confirmation, LedgerEntry, Milestone, OperatingRecord, Regency, Site
from regions.rules import end_of_period
from regions.services.evidence import all_or_nothing, attach
from regions.services.ledger import report


def report_from_form(
    site: Site,
    *,
    statement: Stage | OperatingStatus,
    happened_on: date,
    date_precision: DatePrecision,
    note: str,
    evidence: Sequence[UploadedFile],
    keep_location: bool,
    client_id: UUID,
    by: User,
) -> LedgerEntry:
    """Report what happened at a site, with its evidence or not at all; the same sending again gives the same entry.

    Raises:
        ValidationError: as `regions.services.ledger.report` and `regions.services.evidence.attach`.
    """
    ledger: type[Milestone | OperatingRecord] = Milestone if isinstance(statement, Stage) else OperatingRecord
    # The same `client_id` from somebody else is no repetition, and the database refuses it.
    sent_before = ledger.objects.filter(client_id=client_id, reported_by=by, site=site)
    if (known := sent_before.first()) is not None:
        return known
    said = dict(zip(ledger.SAYS, (site, statement, end_of_period(happened_on, date_precision)), strict=True))
    try:
        with all_or_nothing():
            entry = report(ledger(**said, date_precision=date_precision, note=note, client_id=client_id), by=by)
            for upload in evidence:
                attach(entry, upload=upload, by=by, keep_location=keep_location)
            # What one may not see afterwards one may not have written.
            return ledger.objects.visible_to(by).get(pk=entry.pk)
    except ValidationError:
        # A sending whose answer was lost may have been under way still, and this one waited for it.
        if (known := sent_before.first()) is not None:
            return known
        raise


@transaction.atomic
def register_site(regency: Regency, *, name: str, address: str) -> Site:
    """Enter a regency's MPP, so that something can be reported on it.

    Raises:
        ValidationError: the regency has one of that name, or is no unit.
    """
    site = Site(regency=regency, name=name, address=address)
    site.clean()
    save_checked(site)
    return site


def confirm(site: Site, *, by: User) -> Confirmation:
    """Note that what is recorded of a site is still right."""
    return Confirmation.objects.create(site=site, confirmed_by=by)
