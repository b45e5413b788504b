"""What does a public page show? One frozen answer per page, for every form it is given in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from regions.choices import EntryState
from regions.models import LedgerEntry, Milestone, OperatingRecord
from regions.services.ledger import verify
from taskforce.coverage import AreaCoverage, Coverage, Question, UnitStanding, answer, unit_standings


@dataclass(frozen=True)
class NationPage:
    """The nation and its provinces on a day."""

    coverage: Coverage
    provinces_at_none: tuple[AreaCoverage, ...]
    provinces_complete: tuple[AreaCoverage, ...]


@dataclass(frozen=True)
class ProvincePage:
    """One province and its units on a day."""

    coverage: Coverage
    area: AreaCoverage
    units: tuple[UnitStanding, ...]


def database_version() -> str:
    """Return what names the state of the database that a statement sees now: equal names, equal content.

    It is PostgreSQL's own snapshot, so a transaction changes it when it commits, not while it is still open, and
    no write can be forgotten. A write that a page does not show changes it too: the page is then computed once too
    often, never once too seldom.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        (version,) = cursor.fetchone()
    return str(version)


def nation_page(question: Question) -> NationPage:
    """Return what the first page shows."""
    coverage = answer(question)
    with_units = [area for area in coverage.provinces if area.units]
    return NationPage(
        coverage=coverage,
        provinces_at_none=tuple(area for area in with_units if not area.covered),
        provinces_complete=tuple(area for area in with_units if area.covered == area.units),
    )


def province_page(question: Question, code: str) -> ProvincePage:
    """Return what the page of the province with `code` shows.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    coverage = answer(question)
    area = coverage.province(code)
    if area is None:
        raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": code})
    return ProvincePage(coverage=coverage, area=area, units=unit_standings(question, code))


@dataclass(frozen=True)
class Queue:
    """The reports that wait for a verifier, by province, oldest first."""

    by_province: tuple[tuple[str, tuple[LedgerEntry, ...]], ...]


@dataclass(frozen=True)
class Review:
    """One report beside what stands, and what the figures would become."""

    entry: Milestone | OperatingRecord
    current: LedgerEntry | None
    """What is in force of the same kind at that site, latest first; None when nothing is."""
    history: tuple[LedgerEntry, ...]
    changed_since: bool
    """Whether something about the site was verified after the report was made."""
    may_decide: bool
    province: str
    province_before: int
    province_after: int
    nation_before: int
    nation_after: int


def review_queue(user: User) -> Queue:
    """Return every waiting report that `user` sees, also their own, which others review."""
    grouped: dict[str, list[LedgerEntry]] = defaultdict(list)
    for ledger in (Milestone, OperatingRecord):
        waiting = ledger.objects.visible_to(user).filter(state=EntryState.REPORTED)
        for entry in waiting.select_related("site__regency__province", "reported_by"):
            grouped[entry.site.regency.province.name].append(entry)
    return Queue(
        by_province=tuple(
            (name, tuple(sorted(entries, key=lambda entry: (entry.reported_at, entry.pk))))
            for name, entries in sorted(grouped.items())
        )
    )


def review_of(entry: Milestone | OperatingRecord, user: User, *, today: date) -> Review:
    """Return what a verifier sees of a waiting report."""
    history = _history(entry, user)
    code = entry.holder.province.code
    may_decide = type(entry).objects.reviewable_by(user).filter(pk=entry.pk).exists()
    before = answer(Question(today))
    after = _answer_if_verified(entry, user, today=today) if may_decide else before
    area_before, area_after = before.province(code), after.province(code)
    return Review(
        entry=entry,
        current=type(entry).objects.in_force().filter(site=entry.site_id).first(),
        history=tuple(history),
        changed_since=any(_was_verified_after(other, entry) for other in history),
        may_decide=may_decide,
        province=entry.holder.province.name,
        province_before=area_before.covered if area_before else 0,
        province_after=area_after.covered if area_after else 0,
        nation_before=before.national.covered,
        nation_after=after.national.covered,
    )


def _history(entry: Milestone | OperatingRecord, user: User) -> list[LedgerEntry]:
    """Return what else was said of the entry's site, latest happening first."""
    others: list[LedgerEntry] = []
    for ledger in (Milestone, OperatingRecord):
        rows = ledger.objects.visible_to(user).filter(site=entry.site_id).exclude(state=EntryState.DRAFT)
        others += [row for row in rows.select_related("site__regency") if row != entry]
    return sorted(others, key=lambda other: other.happened_on, reverse=True)


def _was_verified_after(other: LedgerEntry, entry: LedgerEntry) -> bool:
    return (
        other.state == EntryState.VERIFIED
        and other.reviewed_at is not None
        and entry.reported_at is not None
        and other.reviewed_at > entry.reported_at
    )


def _answer_if_verified(entry: LedgerEntry, user: User, *, today: date) -> Coverage:
    """Return coverage as it would be: the entry is verified in a transaction that is taken back."""
    with transaction.atomic():
        verify(entry, by=user)
        result = answer(Question(today))
        transaction.set_rollback(True)
    return result
