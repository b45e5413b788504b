"""How does an officer report from the work room?"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from mpp_tracker.lib.queue import nudge
from regions.choices import OperatingStatus, Stage
from regions.models import (
    Confirmation,
    LedgerEntry,
    Milestone,
    OperatingRecord,
    Site,
    SiteEntry,
    still_permitted,
    turf_of,
)
from regions.rules import ROLLOUT_BEGAN_ON, end_of_period
from regions.services.evidence import all_or_nothing, attach
from regions.services.ledger import ALERTS_TASK, enter_once, mark_dirty, report


def report_from_form(
    site: Site,
    *,
    statement: Stage | OperatingStatus,
    happened_on: date,
    date_precision: str,
    note: str,
    evidence: Sequence[UploadedFile],
    keep_location: bool,
    client_id: UUID,
    by: User,
    corrects: SiteEntry | None = None,
    withdraws: bool = False,
) -> LedgerEntry:
    """Report what happened at a site, with its evidence or not at all; the same sending again gives the same entry.

    A report that corrects an entry replaces it once it is verified, or with `withdraws` only takes it back.

    Raises:
        ValidationError: as `regions.services.ledger.report` and `regions.services.evidence.attach`.
    """
    ledger: type[Milestone | OperatingRecord] = Milestone if isinstance(statement, Stage) else OperatingRecord
    said = dict(zip(ledger.SAYS, (site, statement, end_of_period(happened_on, date_precision)), strict=True))
    if corrects is not None and withdraws:
        # What is taken back is said once more, as it stands.
        said, date_precision = {field: getattr(corrects, field) for field in ledger.SAYS}, corrects.date_precision
    entry = ledger(**said, date_precision=date_precision, note=note, client_id=client_id)
    entry.supersedes, entry.withdraws = corrects, withdraws

    def write() -> Milestone | OperatingRecord:
        with all_or_nothing():
            report(entry, by=by)
            for upload in evidence:
                attach(entry, upload=upload, by=by, keep_location=keep_location)
            return still_permitted(ledger.objects.visible_to(by), entry)

    return enter_once(entry, write, by=by)


@transaction.atomic
def save_site(site: Site, *, by: User) -> Site:
    """Enter or change what is known of an MPP apart from its ledger; where it belongs and if it counts, editors say.

    Raises:
        ValidationError: the regency has another of that name, or is no unit, or it is the editors' to say.
    """
    before = Site.objects.select_related("regency").filter(pk=site.pk).first()
    if not turf_of(by).is_editor:
        _refuse_what_editors_say(site, before)
    site.clean()
    save_checked(site)
    if before is not None and (site.regency_id, site.is_branch) != (before.regency_id, before.is_branch):
        # Its history now counts elsewhere, or no longer.
        mark_dirty(before.regency, site.regency, since=ROLLOUT_BEGAN_ON)
    return still_permitted(Site.objects.editable_by(by), site)


def _refuse_what_editors_say(site: Site, before: Site | None) -> None:
    if before is None and site.is_branch:
        raise ValidationError(_("Cabang (mini MPP) hanya dapat dicatat oleh Kementerian."), code="editors_only")
    reserved = ("regency_id", "is_branch", "organiser")
    if before is not None and any(getattr(site, name) != getattr(before, name) for name in reserved):
        raise ValidationError(
            _("Wilayah, penyelenggara, dan status cabang MPP yang sudah tercatat hanya dapat diubah oleh Kementerian."),
            code="editors_only",
        )


@transaction.atomic
def confirm(site: Site, *, by: User) -> Confirmation:
    """Note that what is recorded of a site is still right."""
    nudge(ALERTS_TASK)
    return Confirmation.objects.create(site=site, confirmed_by=by)
