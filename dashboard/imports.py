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
    rows = []
    for row in kind.cells_of(lines_of(bytes(batch.content), batch.file_name)):
        rows.append(row)
        say(0, len(rows))
    if not rows:
        raise UnreadableFileError(_("Berkas ini hanya berisi judul kolom."))
    layer = _layer_of(batch.owner)
    public = _figures(Layer.VERIFIED) if kind.COUNTS else []
    before = _figures(layer) if kind.COUNTS else []
    findings = []
    for done, finding in enumerate(kind.findings(rows), 1):
        findings.append(finding)
        say(done, len(rows))
    after = _figures(layer) if kind.COUNTS else []
    effect = [_moved(*each) for each in zip(public, before, after, strict=True)]
    return Findings(findings, effect, is_believed=layer is Layer.VERIFIED)


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


def _figures(layer: Layer) -> list[Coverage]:
    """Return today's coverage, by every way of counting."""
    return [answer(Question(timezone.localdate(), counting=counting, layer=layer)) for counting in Counting]


def _layer_of(by: User) -> Layer:
    """Return in which layer rows are that somebody imports: an officer's are reports until they are verified."""
    return Layer.VERIFIED if turf_of(by).is_editor else Layer.REPORTED


def _moved(public: Coverage, before: Coverage, after: Coverage) -> dict[str, Any]:
    """Return what becomes of verified coverage by what moved between two answers.

    An officer learns what their own rows would add to the public figure, not what others have reported.
    """
    areas = zip(
        (public.national, *public.provinces),
        (before.national, *before.provinces),
        (after.national, *after.provinces),
        strict=True,
    )
    return {
        "counting": public.question.counting.value,
        "layer": after.question.layer.value,
        "as_at": public.question.as_at.isoformat(),
        "areas": [
            {
                "name": area.name,
                "units": area.units,
                "before": area.covered,
                "after": area.covered + now.covered - then.covered,
            }
            for area, then, now in areas
            if area is public.national or then.covered != now.covered
        ],
    }
