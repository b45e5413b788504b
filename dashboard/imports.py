"""Which kinds of rows can be imported and exported, and what does a file of one kind do?

A further kind is one small class, entered here.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.resources import InstitutionKind, PledgeKind, PresenceKind
from mpp_tracker.lib.sheets import UnreadableFileError, lines_of
from regions.models import ImportBatch, Person, turf_of
from regions.models.imports import Made
from regions.resources.base import Kind
from regions.resources.entries import MilestoneKind, OperatingKind, ReadinessKind
from regions.resources.sites import SiteKind
from regions.services.imports import Findings, Say, Works
from taskforce.choices import Counting, Layer
from taskforce.coverage import Coverage, Question, answer
from taskforce.resources import ActionItemKind, TargetKind

KINDS: tuple[type[Kind], ...] = (
    SiteKind,
    MilestoneKind,
    OperatingKind,
    PresenceKind,
    ReadinessKind,
    PledgeKind,
    InstitutionKind,
    TargetKind,
    ActionItemKind,
)

BY_NAME = {kind.NAME: kind for kind in KINDS}


def kinds_for(user: Person) -> tuple[type[Kind], ...]:
    """Return the kinds that `user` may import."""
    return tuple(kind for kind in KINDS if kind.is_open_to(user))


def read(batch: ImportBatch, say: Say) -> Findings:
    """Do what a file says, row by row, and see what becomes of coverage, in the transaction around it.

    Raises:
        UnreadableFileError: the file is none, none of its kind, or its sender may not import such.
    """
    kind = _kind(batch, batch.owner)
    rows = list(kind.cells_of(lines_of(bytes(batch.content), batch.file_name)))
    if not rows:
        raise UnreadableFileError(_("Berkas ini hanya berisi judul kolom."))
    before = _figures(batch.owner) if kind.COUNTS else []
    findings = []
    for done, finding in enumerate(kind.findings(rows), 1):
        findings.append(finding)
        say(done, len(rows))
    after = _figures(batch.owner) if kind.COUNTS else []
    return Findings(findings, [_moved(then, now) for then, now in zip(before, after, strict=True)])


def take_back(batch: ImportBatch, made: Iterable[Made], say: Say) -> None:
    """Undo what a file did, in the transaction around it.

    Raises:
        ValidationError: something was changed since.
    """
    kind = _kind(batch, batch.reversed_by or batch.owner)
    reason = _("Impor %(name)s dibatalkan.") % {"name": batch.file_name}
    for done, each in enumerate(made, 1):
        kind.take_back(each, reason=reason)
        say(done, batch.row_count)


WORKS = Works(read, take_back)


def _kind(batch: ImportBatch, by: User) -> Kind:
    kind = BY_NAME.get(batch.kind)
    if kind is None or not kind.is_open_to(by):
        raise UnreadableFileError(_("Anda tidak dapat mengimpor berkas jenis ini."))
    return kind(by, batch.agreed, batch.file_name)


def _figures(by: User) -> list[Coverage]:
    """Return today's coverage, by every way of counting; an officer's rows count once they are verified."""
    layer = Layer.VERIFIED if turf_of(by).is_editor else Layer.REPORTED
    return [answer(Question(timezone.localdate(), counting=counting, layer=layer)) for counting in Counting]


def _moved(before: Coverage, after: Coverage) -> dict[str, Any]:
    areas = [(before.national, after.national)]
    areas += [
        pair for pair in zip(before.provinces, after.provinces, strict=True) if pair[0].covered != pair[1].covered
    ]
    return {
        "counting": before.question.counting.value,
        "layer": before.question.layer.value,
        "as_at": before.question.as_at.isoformat(),
        "areas": [
            {"name": then.name, "units": then.units, "before": then.covered, "after": now.covered}
            for then, now in areas
        ],
    }
