"""How do provinces and verifiers deal with reports that wait, one by one or a whole ceremony at once?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.choices import Verdict
from regions.models import (
    LEDGERS,
    Ceremony,
    CeremonySite,
    LedgerEntry,
    LedgerQuerySet,
    Milestone,
    Opinion,
    Site,
    SiteEntry,
    still_permitted,
)
from regions.models.about import SUBJECTS
from regions.services.ledger import Entry, verify, verify_all
from regions.services.notices import tell_question


def looks(entries: Sequence[LedgerEntry]) -> dict[int, str]:
    """Return for each of several reports of one ledger, by its key, what names all that a verifier looks at.

    Equal names, equal sights. A stage or a status is judged by all that was verified about its site, which only grows
    in number, by the site's own record and by the report's evidence; anything else by what was verified of the same.
    """
    if all(isinstance(entry, SiteEntry) for entry in entries):
        return _looks_at_sites(cast("Sequence[SiteEntry]", entries))
    return {entry.pk: str(_same_matter(entry).verified().count()) for entry in entries}


def _looks_at_sites(entries: Sequence[SiteEntry]) -> dict[int, str]:
    sites = {entry.site_id for entry in entries}
    counts = [
        dict(ledger.objects.verified().filter(site__in=sites).order_by().values_list("site").annotate(Count("pk")))
        for ledger in LEDGERS.values()
    ]
    records = dict(Site.objects.filter(pk__in=sites).order_by().values_list("pk").annotate(Max("events__pgh_id")))
    proofs = {}
    if entries:
        rows = type(entries[0]).objects.filter(pk__in=[entry.pk for entry in entries]).order_by()
        proofs = {pk: proof for pk, *proof in rows.values_list("pk").annotate(Count("evidence"), Max("evidence"))}
    return {
        entry.pk: "-".join(
            str(part or 0)
            for part in (*(count.get(entry.site_id) for count in counts), records[entry.site_id], *proofs[entry.pk])
        )
        for entry in entries
    }


def _same_matter(entry: LedgerEntry) -> LedgerQuerySet:
    same = {field: getattr(entry, field) for field in entry.SAYS[:-1]}
    return type(entry)._default_manager.filter(**same)


@transaction.atomic
def verify_as_seen(entry: Entry, *, seen: str, by: User) -> Entry:
    """Believe a report that was looked at when it looked as `seen` says.

    Raises:
        ValidationError: what it is judged by has changed since, or as `verify`.
    """
    # Two verifiers of one site wait for each other, so that the second sees what the first did.
    type(entry).subject_model()._default_manager.select_for_update().get(pk=entry.subject_id)
    if looks([entry])[entry.pk] != seen:
        raise ValidationError(
            _("Data ini berubah sejak Anda membuka halaman ini. Periksa lagi, lalu putuskan."), code="changed"
        )
    return verify(entry, by=by)


@transaction.atomic
def verify_ceremony(ceremony: Ceremony, *, seen: Mapping[int, str], by: User) -> int:
    """Believe the reports that a ceremony took place at their sites: all of them or none; return how many.

    Args:
        ceremony: what took place.
        seen: how each of the chosen reports looked, by its key.
        by: the verifier.

    Raises:
        ValidationError: none was chosen, one waits no longer or looks otherwise now, or cannot be verified.
    """
    if not seen:
        raise ValidationError(_("Pilih sedikitnya satu laporan."), code="none_chosen")
    chosen = Milestone.objects.waiting_for(ceremony).filter(pk__in=seen).select_related("site")
    lock_sites(chosen.values_list("site", flat=True))
    rows = list(chosen)
    now = looks(rows)
    if now != dict(seen):
        changed = [f"{row.receipt}, {row.site}" for row in rows if now[row.pk] != seen[row.pk]]
        raise ValidationError(
            [_("Sebagian laporan berubah atau sudah diperiksa orang lain. Tidak ada yang diverifikasi."), *changed],
            code="changed",
        )
    verify_all(rows, by=by, ceremony=ceremony)
    sites = [row.site_id for row in rows]
    ceremony.ceremony_sites.filter(site__in=sites).update(is_present=True)
    CeremonySite.objects.bulk_create(
        (CeremonySite(ceremony=ceremony, site_id=site, is_present=True) for site in sites), ignore_conflicts=True
    )
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
    return still_permitted(Opinion.objects.visible_to(by), opinion)


def lock_sites(keys: Iterable[int]) -> None:
    """Make whoever writes about one site wait for the other, in one order: the second sees what the first did."""
    list(Site.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
