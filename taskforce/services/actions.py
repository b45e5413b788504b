"""How is an action item planned, reported on and closed?"""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.constraints import save_checked
from regions.models import require_editor, still_permitted, turf_of
from regions.services.evidence import MAX_PER_ENTRY, all_or_nothing, clean, keep
from taskforce.choices import ActionState, Priority
from taskforce.models import ActionItem, ActionProof, ActionUpdate
from taskforce.rules import CLOSED_STATES, names_a_document, next_states


@transaction.atomic
def plan(item: ActionItem, *, by: User) -> ActionItem:
    """Enter an action item into the plan; the same sending twice, by its `client_id`, is entered once.

    Raises:
        PermissionDenied: `by` does not steer the task force.
        ValidationError: a field is wrong, or a constraint refuses.
    """
    require_editor(by)
    item.created_by = by
    try:
        save_checked(item, force_insert=True)
    except ValidationError:
        sent_before = ActionItem.objects.filter(client_id=item.client_id, created_by=by, title=item.title)
        if item.client_id is not None and (known := sent_before.first()) is not None:
            return known
        raise
    return still_permitted(ActionItem.objects.visible_to(by), item)


@transaction.atomic
def change(item: ActionItem, *, by: User) -> ActionItem:
    """Keep what is planned differently.

    Raises:
        PermissionDenied: `by` does not steer the task force.
        ValidationError: the item is closed, its high priority would be lowered, a field is wrong, or a constraint
            refuses.
    """
    require_editor(by)
    before = ActionItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    if before.updates.filter(state__in=sorted(CLOSED_STATES)).exists():
        raise ValidationError(_("Rencana aksi ini sudah ditutup."), code="closed")
    if before.priority == Priority.HIGH and item.priority != Priority.HIGH:
        raise ValidationError(
            _("Prioritas tinggi tidak dapat diturunkan; batalkan, lalu rencanakan lagi."), code="lowered"
        )
    save_checked(item)
    return still_permitted(ActionItem.objects.visible_to(by), item)


def open_to(item: ActionItem, user: User) -> tuple[ActionState, ...]:
    """Return which states `user` may report next of `item`, none where it is not theirs or closed."""
    if not ActionItem.objects.editable_by(user).filter(pk=item.pk).exists():
        return ()
    last = item.updates.order_by("pk").last()
    claim = last if last is not None and last.state == ActionState.CLAIMED else None
    return next_states(
        ActionState(last.state) if last is not None else ActionState.NOT_STARTED,
        Priority(item.priority),
        steers=turf_of(user).is_editor,
        claimed_it=claim is not None and claim.by_id == user.pk,
        claim_is_proven=claim is not None and (names_a_document(claim.source_url) or claim.proofs.exists()),
    )


def report_on(update: ActionUpdate, *, uploads: Sequence[UploadedFile] = (), by: User) -> ActionUpdate:
    """Add an update to its item, with the files that prove it, all or nothing; the same sending twice is entered once.

    Runs in a transaction of its own, because files are stored.

    Args:
        update: unsaved, with item, state, progress, note and where it was sent from a form its `client_id`.
        uploads: files as they came.
        by: who reports.

    Raises:
        PermissionDenied: the item is not theirs.
        ValidationError: the item is closed, the state is not open to them, proof is missing or refused.
    """
    sent_before = ActionUpdate.objects.filter(client_id=update.client_id, item=update.item_id, by=by)
    if update.client_id is not None and (known := sent_before.first()) is not None:
        return known
    if len(uploads) > MAX_PER_ENTRY:
        raise ValidationError(
            _("Satu laporan memuat paling banyak %(limit)d bukti."), code="too_many", params={"limit": MAX_PER_ENTRY}
        )
    cleaned = [(upload.name or "", clean(upload)) for upload in uploads]
    with all_or_nothing():
        item = ActionItem.objects.select_for_update(of=("self",)).get(pk=update.item_id)
        if update.client_id is not None and (known := sent_before.first()) is not None:
            return known
        _refuse(item, update, has_proof=bool(cleaned) or names_a_document(update.source_url), by=by)
        if update.state in (ActionState.DONE, ActionState.CLAIMED):
            update.progress_pct = 100
        update.by = by
        save_checked(update, force_insert=True)
        for name, content in cleaned:
            keep(ActionProof(update=update), content, name=name, by=by)
    return update


def _refuse(item: ActionItem, update: ActionUpdate, *, has_proof: bool, by: User) -> None:
    if not ActionItem.objects.editable_by(by).filter(pk=item.pk).exists():
        raise PermissionDenied
    allowed = open_to(item, by)
    if not allowed:
        raise ValidationError(_("Rencana aksi ini sudah ditutup."), code="closed")
    if update.state not in allowed:
        if update.state == ActionState.DONE:
            raise ValidationError(
                _("Prioritas tinggi ditutup oleh orang kedua, sesudah diajukan selesai dengan bukti."),
                code="second_person",
            )
        raise ValidationError(_("Keadaan itu tidak dapat dilaporkan sekarang."), code="not_open")
    if update.state == ActionState.CLAIMED and item.priority == Priority.HIGH and not has_proof:
        raise ValidationError(
            _("Prioritas tinggi diajukan selesai dengan bukti: berkas, atau alamat dokumennya."), code="no_proof"
        )
