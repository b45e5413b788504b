"""How does a statement enter the ledger, and how does it come to be believed?"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import refusals_in_words, save_checked
from mpp_tracker.lib.queue import nudge
from regions.choices import EntryChannel, EntryState, EventKind, NoticeKind
from regions.models import DirtyProvince, FormerProvince, LedgerEntry, Province, Regency
from regions.rules import start_of_period
from regions.services.notices import tell_decisions
from regions.services.webhooks import announce

RECOMPUTE_TASK = "taskforce.recompute_dirty_provinces"
"""By name, because imports run from `taskforce` to here; a test holds that the task exists."""

ALERTS_TASK = "taskforce.evaluate_alerts"
"""Likewise; the schedule asks too, every few minutes, so only what people wait for nudges it."""

Entry = TypeVar("Entry", bound=LedgerEntry)


@transaction.atomic
def report(entry: Entry, *, by: User, channel: EntryChannel = EntryChannel.REPORT) -> Entry:
    """Enter a statement into the ledger as reported by `by`.

    Args:
        entry: an unsaved entry with what happened; who, when and state are set here.
        by: who reports it; for an import the account that imports.
        channel: how it came in.

    Raises:
        ValidationError: a field is wrong, the day lies ahead, the corrected entry belongs elsewhere, or the
            same is already in force.
    """
    # Two who say the same at once wait for each other, so that the second is told.
    subject = type(entry).subject_model()
    subject._default_manager.select_for_update().filter(pk=entry.subject_id).first()
    check(entry)
    entry.reported_by, entry.reported_at = by, timezone.now()
    entry.state, entry.channel = EntryState.REPORTED, channel
    save_checked(entry, force_insert=True)
    return entry


def enter_once(entry: Entry, write: Callable[[], Entry], *, by: User) -> Entry:
    """Have `write` enter a statement, unless `by` sent the same before: then return what came of that.

    Args:
        entry: the unsaved statement, with the `client_id` of its sending.
        write: enters it.
        by: who reports; the same id from somebody else is no repetition, and the database refuses it.

    Raises:
        ValidationError: as `write`.
    """
    about = {entry.SAYS[0]: entry.subject_id}
    sent_before = type(entry)._default_manager.filter(client_id=entry.client_id, reported_by=by, **about)
    if (known := sent_before.first()) is not None:
        return cast("Entry", known)
    try:
        return write()
    except ValidationError:
        # A sending whose answer was lost may have been under way still, and this one waited for it.
        if (known := sent_before.first()) is not None:
            return cast("Entry", known)
        raise


def check(entry: LedgerEntry) -> None:
    """Refuse a statement that the ledger cannot take, whoever makes it.

    Raises:
        ValidationError: the day lies ahead, the corrected entry belongs elsewhere, or the same is in force.
    """
    _refuse_future(entry, today=timezone.localdate())
    _refuse_foreign_correction(entry)
    _refuse_repetition(entry)


@transaction.atomic
def verify(entry: Entry, *, by: User, note: str = "") -> Entry:
    """Believe a reported entry: from now on it counts, and nothing can change it.

    The figures from the day it concerns on are marked for recomputation in the same transaction.

    Raises:
        ValidationError: it is not waiting for review, `by` reported it, or what it corrects has been corrected.
    """
    row = _under_review(entry, by=by)
    _review(row, EntryState.VERIFIED, by=by, note=note)
    _follow_up([row])
    return row


@transaction.atomic
def verify_all(entries: Sequence[Entry], *, by: User, **also: object) -> list[Entry]:
    """Believe reported entries of one ledger, all of them or none, in as many queries for many as for one.

    Args:
        entries: reports that correct nothing.
        by: who believes them.
        also: what else is written into their rows with the review, after which nothing can change them.

    Raises:
        ValidationError: one is not waiting for review or was reported by `by`; it is named.
    """
    ledger = type(entries[0])
    keys = [entry.pk for entry in entries]
    rows = ledger._default_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    reviewed = list(rows.select_related(ledger.HOLDER, "reported_by"))
    for row in reviewed:
        try:
            _refuse_review(row, by=by)
        except ValidationError as error:
            said = [f"{row.receipt}, {row.subject}: {sentence}" for sentence in error.messages]
            raise ValidationError(said, code="refused") from error
        row.state, row.reviewed_by, row.reviewed_at = EntryState.VERIFIED, by, timezone.now()
    with refusals_in_words(ledger):
        ledger._default_manager.filter(pk__in=keys).update(
            state=EntryState.VERIFIED, reviewed_by=by, reviewed_at=timezone.now(), **also
        )
    _follow_up(reviewed)
    return cast("list[Entry]", reviewed)


@transaction.atomic
def send_back(entry: Entry, *, by: User, reason: str) -> Entry:
    """Return a reported entry to whoever reported it, saying why.

    Raises:
        ValidationError: it is not waiting for review, `by` reported it, or there is no reason.
    """
    if not reason.strip():
        raise ValidationError(_("Sebutkan alasan pengembalian."), code="no_reason")
    entry = _under_review(entry, by=by)
    _review(entry, EntryState.RETURNED, by=by, note=reason.strip())
    tell_decisions([entry], kind=NoticeKind.RETURNED)
    announce([entry], kind=EventKind.RETURNED)
    return entry


@transaction.atomic
def mark_dirty(*regencies: Regency, since: date) -> None:
    """Note that figures from `since` on are stale in every province the regencies were ever part of."""
    former = FormerProvince.objects.filter(regency__in=regencies)
    provinces = {regency.province_id for regency in regencies} | set(former.values_list("province", flat=True))
    DirtyProvince.objects.bulk_create(
        DirtyProvince(province_id=province, since=since) for province in sorted(provinces)
    )
    nudge(RECOMPUTE_TASK)


@transaction.atomic
def mark_all_dirty(*, since: date) -> None:
    """Note that figures from `since` on are stale everywhere, as after a change of the areas themselves."""
    DirtyProvince.objects.bulk_create(
        DirtyProvince(province=province, since=since) for province in Province.objects.all()
    )
    nudge(RECOMPUTE_TASK)


def _under_review(entry: Entry, *, by: User) -> Entry:
    """Return the row behind `entry`, locked, when `by` may decide on it."""
    row = cast("Entry", type(entry)._default_manager.select_for_update(of=("self",)).get(pk=entry.pk))
    _refuse_review(row, by=by)
    return row


def _refuse_review(row: LedgerEntry, *, by: User) -> None:
    if row.state != EntryState.REPORTED:
        raise ValidationError(
            _("Entri ini tidak menunggu pemeriksaan (status: %(state)s)."),
            code="not_waiting",
            params={"state": row.get_state_display()},
        )
    if row.channel != EntryChannel.IMPORT and row.reported_by_id == by.pk:
        raise ValidationError(_("Laporan sendiri tidak dapat diverifikasi sendiri."), code="own_report")


def _follow_up(verified: Sequence[LedgerEntry]) -> None:
    """Mark the figures stale that entries just verified change, and tell whoever reported them."""
    counting = [entry for entry in verified if entry.COUNTS]
    if counting:
        touched = [one for entry in counting for one in (entry, entry.supersedes) if one is not None]
        since = min(one.happened_on for one in touched)
        mark_dirty(*(entry.holder for entry in counting), since=since)
    reports = [entry for entry in verified if entry.channel == EntryChannel.REPORT]
    tell_decisions(reports, kind=NoticeKind.VERIFIED)
    announce(verified, kind=EventKind.VERIFIED)


def _review(entry: LedgerEntry, state: EntryState, *, by: User, note: str) -> None:
    entry.state, entry.review_note = state, note
    entry.reviewed_by, entry.reviewed_at = by, timezone.now()
    with refusals_in_words(type(entry)):
        entry.save(update_fields=["state", "review_note", "reviewed_by", "reviewed_at"])


def _refuse_future(entry: LedgerEntry, *, today: date) -> None:
    if start_of_period(entry.happened_on, entry.date_precision) > today:
        raise ValidationError(_("Tanggal kejadian tidak boleh di masa depan."), code="future")


def _refuse_foreign_correction(entry: LedgerEntry) -> None:
    corrected = entry.supersedes
    if corrected is None:
        return
    if corrected.state != EntryState.VERIFIED:
        raise ValidationError(_("Hanya entri terverifikasi yang dapat dikoreksi."), code="not_verified")
    if corrected.subject_id != entry.subject_id:
        raise ValidationError(_("Koreksi harus tentang MPP atau wilayah yang sama."), code="foreign_correction")
    corrections: Any = type(entry)._default_manager
    for other in corrections.filter(supersedes=corrected).exclude(pk=entry.pk):
        if other.state == EntryState.VERIFIED:
            raise ValidationError(
                _("Entri itu sudah dikoreksi; koreksilah entri penggantinya."), code="corrected_already"
            )
        if other.state == EntryState.REPORTED:
            raise ValidationError(
                _("Koreksi %(number)s atas entri itu masih menunggu pemeriksaan."),
                code="correction_waits",
                params={"number": other.receipt},
            )


def _refuse_repetition(entry: LedgerEntry) -> None:
    if entry.withdraws:
        return
    corrected = entry.supersedes.pk if entry.supersedes else None
    if entry.said_before().exclude(pk=corrected).exists():
        raise ValidationError(entry.REPEATED, code="repeated")
