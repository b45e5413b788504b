"""How do provinces and verifiers deal with reports that wait, one by one or a whole ceremony at once?"""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.choices import Verdict
from regions.models import LEDGERS, Ceremony, CeremonySite, LedgerEntry, LedgerQuerySet, Milestone, Opinion, SiteEntry
from regions.models.about import SUBJECTS
from regions.services.ledger import Entry, verify
from regions.services.notices import tell_question


def what_stands(entry: LedgerEntry) -> str:
    """Return what names the verified entries that a decision on `entry` rests on: they only grow, so it changes.

    A stage or a status rests on all that is known of its site, anything else on what was said of the same matter.
    """
    grounds: list[LedgerQuerySet]
    if isinstance(entry, SiteEntry):
        grounds = [ledger.objects.filter(site=entry.site_id) for ledger in LEDGERS.values()]
    else:
        same = {field: getattr(entry, field) for field in entry.SAYS[:-1]}
        grounds = [type(entry)._default_manager.filter(**same)]
    return "-".join(str(entries.verified().count()) for entries in grounds)


@transaction.atomic
def verify_as_seen(entry: Entry, *, seen: str, by: User) -> Entry:
    """Believe a report that was looked at when what stood was as `seen` says (`what_stands`).

    Raises:
        ValidationError: something about the same matter was verified since, or as `verify`.
    """
    # Two verifiers of one site wait for each other, so that the second is told.
    type(entry).subject_model()._default_manager.select_for_update().get(pk=entry.subject_id)
    if what_stands(entry) != seen:
        raise ValidationError(
            _("Data MPP ini berubah sejak Anda membuka halaman ini. Periksa lagi, lalu putuskan."), code="changed"
        )
    return verify(entry, by=by)


@transaction.atomic
def verify_ceremony(ceremony: Ceremony, *, entries: Collection[int], by: User) -> int:
    """Believe the reports that a ceremony took place at their sites: all of them or none; return how many.

    Args:
        ceremony: what took place.
        entries: keys of milestones that wait for it.
        by: the verifier.

    Raises:
        ValidationError: none was chosen, or one of them cannot be verified; it is named.
    """
    waiting = Milestone.objects.waiting_for(ceremony).filter(pk__in=entries)
    rows = list(waiting.select_for_update(of=("self",)).select_related("site").order_by("pk"))
    if not rows:
        raise ValidationError(_("Pilih sedikitnya satu laporan."), code="none_chosen")
    if len(rows) != len(set(entries)):
        raise ValidationError(
            _("Sebagian laporan sudah diperiksa orang lain. Tidak ada yang diverifikasi; periksa lagi daftarnya."),
            code="changed",
        )
    for row in rows:
        # Before it is verified: afterwards nothing can change it.
        Milestone.objects.filter(pk=row.pk).update(ceremony=ceremony)
        try:
            verify(row, by=by)
        except ValidationError as error:
            raise ValidationError(
                [f"{row.receipt}, {row.site}: {sentence}" for sentence in error.messages], code="refused"
            ) from error
        CeremonySite.objects.update_or_create(ceremony=ceremony, site=row.site, defaults={"is_present": True})
    return len(rows)


@transaction.atomic
def give_opinion(entry: LedgerEntry, *, verdict: Verdict, note: str, by: User) -> Opinion:
    """Endorse or question a report that waits; a second word by the same person replaces the first.

    Raises:
        ValidationError: it waits no longer, lies outside the provinces of `by`, is none that provinces are asked
            about, or a question has no words.
    """
    if type(entry) not in SUBJECTS.values():
        raise ValidationError(_("Pendapat provinsi tidak diperlukan untuk laporan ini."), code="not_asked")
    row = type(entry)._default_manager.opinable_by(by).select_for_update(of=("self",)).filter(pk=entry.pk).first()
    if row is None:
        raise ValidationError(_("Laporan ini sudah diperiksa, atau bukan dari provinsi Anda."), code="not_opinable")
    opinion = Opinion.objects.for_entry(row).filter(given_by=by).first() or Opinion(given_by=by)
    opinion.entry = row
    opinion.verdict, opinion.note, opinion.given_at = verdict, note.strip(), timezone.now()
    save_checked(opinion)
    if verdict == Verdict.QUESTIONED:
        tell_question(opinion)
    return opinion
