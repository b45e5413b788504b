"""How is a file taken in, tried, saved as a whole and taken back, once, whoever is killed meanwhile?

What the rows of a kind do is given by the caller; docs/decisions/0022-import.md says why things are as they are.
"""

import json
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from time import monotonic
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from mpp_tracker.lib.language import in_indonesian
from mpp_tracker.lib.queue import nudge
from mpp_tracker.lib.sheets import MAX_BYTES, UnreadableFileError
from regions.choices import ImportState, RowOutcome
from regions.models.imports import ATTEMPTS, Finding, ImportBatch, ImportRow, Made

logger = logging.getLogger(__name__)

TASK = "dashboard.work_imports"
KEPT = timedelta(days=7)
"""So long a file waits to be confirmed before it is thrown away."""
MOST_WAITING = 10
"""So many files of one person may wait to be worked on."""
_SIGN_OF_LIFE_SECONDS = 1.0
# Any number that nothing else in the database locks on.
_LOCK = 420_2022
_ROWS_AT_ONCE = 1000

Say = Callable[[int, int], None]
"""Says how many rows of how many are done; raises where the batch is somebody else's by now."""


@dataclass(frozen=True)
class Findings:
    """What a file does, row by row, and what becomes of coverage by it."""

    rows: Sequence[Finding]
    effect: Sequence[dict[str, Any]]
    is_believed: bool
    """Whether its rows are verified by being saved, as an editor's are; an officer's are reports."""

    @property
    def digest(self) -> str:
        """Return what names all that was found; keys of new rows, which differ each time, play no part."""
        said = ([row.number, row.outcome, row.changes, [asdict(each) for each in row.problems]] for row in self.rows)
        whole = sha256(str(self.is_believed).encode())
        for row in said:
            whole.update(json.dumps(row).encode())
        return whole.hexdigest()


Read = Callable[[ImportBatch, Say], Findings]
"""Does what a file says, in the transaction around it."""
TakeBack = Callable[[ImportBatch, Iterable[Made], Say], None]
"""Undoes what a file did, last row first, in the transaction around it."""


@dataclass(frozen=True)
class Works:
    """What the kinds know how to do."""

    read: Read
    take_back: TakeBack


class LostError(Exception):
    """Somebody else works on the batch by now."""


class _ChangedError(Exception):
    """What a file would do is no longer what was looked at."""

    def __init__(self, findings: Findings) -> None:
        super().__init__()
        self.findings = findings


class _BusyError(Exception):
    """Another file is being saved."""


# --- What people ask for ----------------------------------------------------------------------------------


@transaction.atomic
def receive(kind: str, name: str, content: bytes, *, by: User) -> ImportBatch:
    """Take a file in, to be tried in the background.

    Raises:
        ValidationError: it is too large, or too many of theirs wait.
    """
    if len(content) > MAX_BYTES:
        raise ValidationError(_("Berkas paling besar %(limit)d MB."), params={"limit": MAX_BYTES // 1024**2})
    waiting = ImportBatch.objects.filter(owner=by, state__in=[state for state in ImportState if state.is_under_way])
    if waiting.count() >= MOST_WAITING:
        raise ValidationError(_("Terlalu banyak berkas Anda yang masih dikerjakan. Tunggu sebentar."), code="busy")
    name = name.replace("\0", "").rpartition("/")[2][-150:]
    batch = ImportBatch.objects.create(
        kind=kind, file_name=name, content=content, sha256=sha256(content).hexdigest(), owner=by
    )
    nudge(TASK)
    return batch


@transaction.atomic
def agree(batch: ImportBatch, agreed: Iterable[tuple[str, str, str]], *, seen: str, by: User) -> bool:
    """Have a file tried again with what its sender agreed to; return whether it still waited for that."""
    return _move(
        ImportBatch.objects.editable_by(by).filter(pk=batch.pk, state=ImportState.CHECKED, digest=seen),
        ImportState.WAITING,
        accepted=[*batch.accepted, *(list(each) for each in agreed)],
        remark="",
    )


@transaction.atomic
def confirm(batch: ImportBatch, *, seen: str, by: User) -> bool:
    """Have a file saved as it was looked at; return whether it still waited for that."""
    if not batch.can_be_saved:
        return False
    mine = ImportBatch.objects.editable_by(by).filter(pk=batch.pk, state=ImportState.CHECKED, digest=seen)
    return _move(mine, ImportState.CONFIRMED, remark="")


@transaction.atomic
def reverse(batch: ImportBatch, *, by: User) -> bool:
    """Have what a file did taken back; return whether it still stood."""
    standing = ImportBatch.objects.reversible_by(by).filter(pk=batch.pk)
    return _move(standing, ImportState.REVERSING, reversed_by=by, remark="")


def _move(batches: models.QuerySet[ImportBatch], state: ImportState, **also: Any) -> bool:
    moved = batches.update(state=state, attempts=0, claim=None, alive_at=None, done_count=0, **also)
    if moved:
        nudge(TASK)
    return bool(moved)


# --- What workers do --------------------------------------------------------------------------------------


def work_due(works: Works, *, now: datetime) -> int:
    """Work on the files that nobody works on; return how many."""
    _give_up(ImportBatch.objects.due(now).filter(attempts__gte=ATTEMPTS))
    began = monotonic()
    count = 0
    for batch in ImportBatch.objects.due(now).defer("content").order_by("sent_at"):
        count += work_one(batch, works, now=now + timedelta(seconds=monotonic() - began))
    return count


@in_indonesian
def work_one(batch: ImportBatch, works: Works, *, now: datetime) -> bool:
    """Work on a file unless somebody else does; return whether it was done here.

    Whoever is killed in between leaves it as it was, to the next, who may take it on once the lease is over.
    """
    claim = uuid.uuid4()
    due = ImportBatch.objects.due(now).filter(pk=batch.pk)
    if not due.update(claim=claim, alive_at=now, attempts=models.F("attempts") + 1, done_count=0):
        return False
    mine = ImportBatch.objects.filter(pk=batch.pk, claim=claim)
    try:
        fresh = mine.get()
        with _Progress(fresh) as say:
            _STEPS[fresh.standing](fresh, works, say, mine)
    except (LostError, ImportBatch.DoesNotExist):
        return False
    except OperationalError:
        # A lock that two waited for, or a server that went away: the next try may meet neither.
        logger.warning("Import %s was disturbed and is tried again.", batch.pk, exc_info=True)
        mine.update(claim=None, alive_at=None)
        return False
    except Exception:
        # Whatever it is, the next file must not wait for it, and who sent it must not wait in vain.
        logger.exception("Import %s could not be worked on.", batch.pk)
        _give_up(mine)
        return False
    return True


def _give_up(batches: models.QuerySet[ImportBatch]) -> None:
    """Note that files could not be worked on; what was to be taken back still stands."""
    remark = _("Impor ini tidak dapat dibatalkan karena galat sistem, dan tidak ada yang berubah.")
    standing = batches.filter(state=ImportState.REVERSING)
    standing.update(state=ImportState.APPLIED, claim=None, reversed_by=None, remark=remark)
    batches.exclude(state=ImportState.APPLIED).update(state=ImportState.FAILED, claim=None)


def _check(batch: ImportBatch, works: Works, say: Say, mine: models.QuerySet[ImportBatch]) -> None:
    """Try a file: all of it is done, looked at, and undone."""
    try:
        with transaction.atomic():
            findings = works.read(batch, say)
            transaction.set_rollback(True)
    except UnreadableFileError as error:
        mine.update(state=ImportState.REFUSED, remark=str(error), claim=None)
        return
    _show(batch, findings, say, mine)


def _show(
    batch: ImportBatch, findings: Findings, say: Say, mine: models.QuerySet[ImportBatch], remark: str = ""
) -> None:
    """Keep what a file would do, for its sender to look at."""
    with transaction.atomic():
        _keep_rows(batch, findings, say)
        _end(mine, ImportState.CHECKED, **_summary(findings), remark=remark)


def _apply(batch: ImportBatch, works: Works, say: Say, mine: models.QuerySet[ImportBatch]) -> None:
    """Save a file, all of it or nothing, if it does what its sender saw."""
    try:
        with transaction.atomic():
            _save_alone()
            findings = works.read(batch, say)
            _refuse_change(batch, findings)
            _keep_rows(batch, findings, say)
            _end(mine, ImportState.APPLIED, **_summary(findings), applied_at=timezone.now())
    except UnreadableFileError as error:
        # It was read before, so it is its sender who may not any more.
        mine.update(state=ImportState.REFUSED, remark=str(error), claim=None)
    except _BusyError:
        mine.update(claim=None, alive_at=None, attempts=models.F("attempts") - 1)
    except _ChangedError as changed:
        remark = _("Data berubah sejak Anda melihat pratinjaunya. Lihat lagi, lalu simpan.")
        _show(batch, changed.findings, say, mine, remark)


def _save_alone() -> None:
    """Refuse to save beside another: of two files at once the second comes later and meets what the first has saved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if cursor.fetchone() != (True,):
            raise _BusyError


def _refuse_change(batch: ImportBatch, findings: Findings) -> None:
    if findings.digest != batch.digest:
        raise _ChangedError(findings)


def _take_back(batch: ImportBatch, works: Works, say: Say, mine: models.QuerySet[ImportBatch]) -> None:
    """Take back what a file did, all of it or nothing."""
    rows = batch.rows.filter(made__isnull=False).order_by("-number").defer("problems", "changes")
    made = [each for row in rows if (each := row.what_was_made) is not None]
    try:
        with transaction.atomic():
            works.take_back(batch, made, say)
            _end(mine, ImportState.REVERSED, reversed_at=timezone.now())
    except (ValidationError, UnreadableFileError) as error:
        reason = _("Impor ini tidak dapat dibatalkan, dan tidak ada yang berubah: %(reason)s")
        said = error.messages if isinstance(error, ValidationError) else [str(error)]
        remark = reason % {"reason": " ".join(said)}
        mine.update(state=ImportState.APPLIED, claim=None, reversed_by=None, remark=remark)


_STEPS = {ImportState.WAITING: _check, ImportState.CONFIRMED: _apply, ImportState.REVERSING: _take_back}


def _keep_rows(batch: ImportBatch, findings: Findings, say: Say) -> None:
    batch.rows.all().delete()
    rows = iter(findings.rows)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        ImportRow.objects.bulk_create(ImportRow.of(batch, row) for row in some)
        say(len(findings.rows), len(findings.rows))


def _summary(findings: Findings) -> dict[str, Any]:
    outcomes = Counter(row.outcome for row in findings.rows)
    return {
        "outcomes": {outcome.value: outcomes[outcome] for outcome in RowOutcome},
        "row_count": len(findings.rows),
        "done_count": len(findings.rows),
        "effect": list(findings.effect),
        "digest": findings.digest,
    }


def _end(mine: models.QuerySet[ImportBatch], state: ImportState, **also: Any) -> None:
    """Note what came of a batch, in the transaction of what was done for it.

    Raises:
        LostError: somebody else works on it by now; nothing was done.
    """
    if not mine.update(state=state, claim=None, **also):
        raise LostError


class _Progress:
    """Says from beside the transaction, which nobody sees into, how far it is, and that its worker lives."""

    def __init__(self, batch: ImportBatch) -> None:
        self._batch = batch
        self._connection: Any = None
        self._said_at = monotonic()

    def __enter__(self) -> Say:
        return self._say

    def __exit__(self, *error: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def _say(self, done: int, total: int) -> None:
        if monotonic() - self._said_at < _SIGN_OF_LIFE_SECONDS:
            return
        self._said_at = monotonic()
        if self._connection is None:
            self._connection = connection.copy()
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE regions_importbatch SET alive_at = now(), done_count = %s, row_count = %s"
                " WHERE id = %s AND claim = %s",
                [done, total, self._batch.pk, self._batch.claim],
            )
            is_claimed = bool(cursor.rowcount)
        # A batch that is not committed yet is seen only from here.
        if not is_claimed and not ImportBatch.objects.filter(pk=self._batch.pk, claim=self._batch.claim).exists():
            raise LostError


def sweep(*, now: datetime) -> int:
    """Throw away the files that nobody confirmed; return how many."""
    given_up = [ImportState.CHECKED, ImportState.REFUSED, ImportState.FAILED]
    old = ImportBatch.objects.filter(sent_at__lt=now - KEPT, state__in=given_up)
    count, _by_model = old.delete()
    return count
