"""How is a release of the open data made, once a day and never twice? docs/decisions/0023-open-data.md says why so."""

import gzip
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F

from mpp_tracker.lib.moments import one_moment, settled_moment
from regions.models import Milestone
from taskforce.choices import ReleaseState
from taskforce.coverage import Question
from taskforce.models import Release, ReleaseContent, ReleaseFile
from taskforce.opendata import package, writing
from taskforce.opendata.difference import difference, files_of, lines_of
from taskforce.opendata.fields import OpenTable, Row
from taskforce.opendata.tables import TABLES

logger = logging.getLogger(__name__)

TASK = "taskforce.make_releases"
CHECKSUMS = "SHA256SUMS.txt"
"""Names every other file with its checksum, as `sha256sum --check` reads it; its own is the release's."""


@dataclass(frozen=True)
class Made:
    """The files of a release by name, before anybody can read them."""

    files: Mapping[str, bytes]
    previous: Release | None

    @property
    def checksum(self) -> str:
        """Return what names all its content."""
        return sha256(self.files[CHECKSUMS]).hexdigest()


def announce(*, today: date) -> Release | None:
    """Write down that today has a release, as what is known now; None while there is nothing verified to release.

    Whoever comes second on a day finds it written down already, and a day that went by without one is not made up for:
    what changed on it stands in the difference of the next.
    """
    if not Milestone.objects.verified().exists():
        return None
    release, _is_new = Release.objects.get_or_create(day=today, defaults={"known_at": settled_moment()})
    return release


def make_due(*, now: datetime) -> int:
    """Make the releases that nobody works on; return how many were made."""
    if given_up := Release.objects.given_up(now).update(state=ReleaseState.FAILED):
        logger.error("Gave up on %d releases of the open data.", given_up)
    began = monotonic()
    due = list(Release.objects.due(now).order_by("day"))
    return sum(make_one(release, now=now + timedelta(seconds=monotonic() - began)) for release in due)


def make_one(release: Release, *, now: datetime) -> bool:
    """Make a release unless somebody else does; return whether it was published here.

    Whoever is killed in between, or fails, leaves it to the next, who may take it on once the lease is over.
    """
    if not Release.objects.due(now).filter(pk=release.pk).update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    try:
        made = compute(release)
        return _publish(release, made, claimed_at=now)
    except Exception:
        # Whatever it is, what else waits must not wait for it.
        logger.exception("Release %s could not be made.", release)
        return False


def try_again(release: Release) -> None:
    """Let a release that was given up be made once more."""
    failed = Release.objects.filter(pk=release.pk, state=ReleaseState.FAILED)
    failed.update(state=ReleaseState.WAITING, attempts=0, claimed_at=None)


def compute(release: Release) -> Made:
    """Return the files of a release, all read at one moment."""
    with one_moment():
        previous = Release.objects.before(release.day)
        asked = Question(release.day, release.known_at)
        rows = {table.name: _in_order(table, table.rows(asked)) for table in TABLES}
        before = {} if previous is None else _told(previous)
    differences = [
        difference(table, before.get(table.name, ()), table.as_objects(rows[table.name])) for table in TABLES
    ]
    since = previous.day if previous else None
    if previous is None:
        # Nothing to compare with: that all is new would say nothing.
        differences = []
    files = {name: content for table in TABLES for name, content in writing.files_of(table, rows[table.name]).items()}
    files |= files_of(release.day, since, differences)
    counts = {name: len(each) for name, each in rows.items()} | {"difference": len(lines_of(differences))}
    described = package.descriptor(release.day, release.known_at, since, files, counts)
    files[package.NAME] = writing.as_object(described)
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return Made(files | {CHECKSUMS: sums.encode()}, previous)


def read(file: ReleaseFile) -> bytes:
    """Return what a file holds."""
    return gzip.decompress(file.content.body)


def _publish(release: Release, made: Made, *, claimed_at: datetime) -> bool:
    """Store all files and let everybody read them, in one go; whoever lost the claim meanwhile stores nothing."""
    with transaction.atomic():
        mine = Release.objects.filter(pk=release.pk, claimed_at=claimed_at, state=ReleaseState.WAITING)
        if not mine.update(state=ReleaseState.DONE, previous=made.previous, checksum=made.checksum):
            return False
        contents = {name: _content(content) for name, content in made.files.items()}
        # What another release holds already is kept once.
        ReleaseContent.objects.bulk_create(contents.values(), ignore_conflicts=True)
        ReleaseFile.objects.bulk_create(
            ReleaseFile(release=release, name=name, content_id=content.sha256) for name, content in contents.items()
        )
    return True


def _content(content: bytes) -> ReleaseContent:
    packed = gzip.compress(content, mtime=0)
    return ReleaseContent(sha256=sha256(content).hexdigest(), size=len(content), body=packed)


def _told(release: Release) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a release by table, as its JSON files have them."""
    files = release.files.select_related("content").filter(name__in=[f"{table.name}.json" for table in TABLES])
    return {file.name.removesuffix(".json"): json.loads(read(file)) for file in files}


def _in_order(table: OpenTable, rows: Sequence[Row]) -> list[Row]:
    """Return rows by their key: databases put texts in orders of their own."""
    places = [table.names.index(name) for name in table.key]
    return sorted(rows, key=lambda row: [row[place] for place in places])
