"""What does the page show that explains a figure of coverage? And at which address is the figure found again?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.charts import FallPicture, fall_picture, signed
from regions.choices import DatePrecision, IslandGroup
from regions.models import LEDGERS, Milestone, Person, Province, Regency, Site, SiteEntry, turf_of
from regions.rules import written_day
from taskforce.choices import Layer, LeftOut
from taskforce.coverage import Question, UndatedUnit, UnitStanding
from taskforce.explain import (
    Area,
    ChangedUnit,
    Comparison,
    EntryKey,
    Explanation,
    OmittedEntry,
    Reading,
    Step,
    compare,
    explanation,
)
from taskforce.models import KnownGap

COUNTED_PER_PAGE = 50
OMITTED_SHOWN = 100
"""So many entries that are left out for one reason are listed; how many there are is always said."""


@dataclass(frozen=True)
class ToldEntry:
    """An entry of the ledger, as the reader may know it."""

    entry: SiteEntry
    sees_people: bool
    """Whether the reader learns who reported and verified it."""

    @property
    def counts_from(self) -> date | None:
        """Return the day from which a date counts that is only known to its month or year; None for one known."""
        return None if self.entry.date_precision == DatePrecision.DAY else self.entry.happened_on

    @property
    def correction(self) -> SiteEntry | None:
        """Return the verified entry that corrects or withdraws it, None when there is none."""
        corrections: Sequence[SiteEntry] = self.entry.verified_corrections  # type: ignore[union-attr]
        return corrections[0] if corrections else None


@dataclass(frozen=True)
class UnitRow:
    """A unit, and the entry because of which it is listed."""

    unit: UnitStanding
    province: str
    """Its province's name."""
    province_before: str
    """The name of the province it was in before; empty where nothing is compared."""
    told: ToldEntry | None
    """None where the entry is not the reader's to know."""


@dataclass(frozen=True)
class ProvinceUnits:
    """The units of one province, covered or not."""

    name: str
    units: tuple[UnitStanding, ...]

    @property
    def covered_count(self) -> int:
        """Return how many of them are covered."""
        return sum(unit.is_covered for unit in self.units)


@dataclass(frozen=True)
class OmittedGroup:
    """The entries that are left out for one reason, of those the reader may know."""

    reason: LeftOut
    count: int
    told: tuple[ToldEntry, ...]
    """The first of them."""

    @property
    def untold_count(self) -> int:
        """Return how many are not listed."""
        return self.count - len(self.told)


@dataclass(frozen=True)
class StepRows:
    """One step of a comparison, unit by unit."""

    step: Step
    number: str
    """By how much it moves the figure, with its sign."""
    rows: tuple[UnitRow, ...]


@dataclass(frozen=True)
class Changes:
    """A comparison as picture and lists."""

    comparison: Comparison
    steps: tuple[StepRows, ...]
    picture: FallPicture | None
    """None where nothing changed."""


@dataclass(frozen=True)
class ExplainPage:
    """One figure, with all that makes it, all that does not, and what changed."""

    explanation: Explanation
    area_name: str
    sheet: Page
    """The part of the covered units that is listed."""
    counted: tuple[UnitRow, ...]
    provinces: tuple[ProvinceUnits, ...]
    omitted: tuple[OmittedGroup, ...]
    undated: tuple[tuple[UndatedUnit, KnownGap | None], ...]
    outside: tuple[Regency, ...]
    since: Changes
    """What changed since the standpoint asked about."""
    by_now: Changes | None
    """What is known now and was not then; None where the figure is as known now."""
    permanent_address: str
    needs_sign_in: bool
    """Whether its address is only answered to those who have signed in."""


def explain_page(
    question: Question, area: Area, start: Question, user: Person, *, number: str = "", is_whole: bool = False
) -> ExplainPage:
    """Return what the page shows that explains the figure of `question` in `area`.

    Args:
        question: which figure.
        area: of what.
        start: the standpoint with which it is compared.
        user: who looks.
        number: which part of the covered units to list; what is no number is the first.
        is_whole: list all units and all entries, as a file does.

    Raises:
        Http404: there was no such province on that day in these boundaries.
    """
    reading = Reading()
    found = explanation(question, area, reading)
    if found is None:
        raise Http404(_("Tidak ada provinsi berkode %(code)s pada tanggal itu.") % {"code": area.province})
    per_page = max(1, len(found.covered)) if is_whole else COUNTED_PER_PAGE
    sheet = Paginator(found.covered, per_page).get_page(number)
    since = compare(start, question, area, reading)
    by_now = compare(question, replace(question, known_at=None), area, reading) if question.known_at else None
    omitted = _omitted_known_to(user, found.omitted)
    listed = {reason: keys[: None if is_whole else OMITTED_SHOWN] for reason, keys in omitted.items()}
    told = _told(
        [
            *(found.deciding[unit.code] for unit in sheet if unit.code in found.deciding),
            *chain.from_iterable(listed.values()),
            *(
                change.key
                for changes in (since, by_now)
                if changes
                for step in changes.steps
                for change in step.changes
            ),
        ],
        user,
    )
    names = dict(Province.objects.values_list("code", "name"))
    return ExplainPage(
        explanation=found,
        area_name=_area_name(area, names),
        sheet=sheet,
        counted=tuple(
            UnitRow(unit, names[unit.province], "", told.get(found.deciding.get(unit.code))) for unit in sheet
        ),
        provinces=_by_province(found.standings, names),
        omitted=tuple(
            OmittedGroup(reason, len(omitted[reason]), tuple(told[key] for key in listed[reason]))
            for reason in LeftOut
            if reason in omitted
        ),
        undated=tuple((unit, found.known_gaps.get(unit.regency)) for unit in found.undated),
        outside=found.outside,
        since=_changes(since, names, told),
        by_now=_changes(by_now, names, told) if by_now else None,
        permanent_address=settings.SITE_URL
        + permanent_address(question, found.computed_at, province=area.province, island_group=area.island_group),
        needs_sign_in=question.layer == Layer.REPORTED,
    )


def address_of(question: Question, *, province: str = "", island_group: str = "") -> str:
    """Return where a figure is explained; what is left to its default is not said, except the day."""
    said = {"as_at": question.as_at.isoformat()}
    for each in fields(Question):
        value = getattr(question, each.name)
        if each.name not in ("as_at", "supposing") and value != each.default:
            said[each.name] = _moment(value) if each.name == "known_at" else value.value
    return _address(said | {"province": province, "island_group": island_group})


def permanent_address(question: Question, computed_at: datetime, *, province: str = "", island_group: str = "") -> str:
    """Return where the same figure is found later: everything is said, also up to which moment it was known."""
    known_at = min(question.known_at or computed_at, computed_at)
    return _address(
        {
            "as_at": question.as_at.isoformat(),
            "known_at": _moment(known_at),
            "counting": question.counting.value,
            "basis": question.basis.value,
            "boundaries": question.boundaries.value,
            "layer": question.layer.value,
            "province": province,
            "island_group": island_group,
        }
    )


def _address(said: Mapping[str, str]) -> str:
    return (
        f"{reverse('dashboard:explain')}?{urlencode({name: value for name, value in said.items() if value}, safe=':')}"
    )


def _moment(moment: datetime) -> str:
    """Return a moment to the microsecond: the next entry may be verified within the same second."""
    return timezone.localtime(moment).isoformat()


def _area_name(area: Area, names: Mapping[str, str]) -> str:
    if area.province:
        return names[area.province]
    return str(IslandGroup(area.island_group).label) if area.island_group else _("Indonesia")


def _omitted_known_to(user: Person, entries: Iterable[OmittedEntry]) -> dict[LeftOut, list[EntryKey]]:
    """Return the left-out entries that the reader may know, by the reason for it.

    How many wait is as little the public's as what they say: its pages do not move with reports.
    """
    entries = list(entries)
    known: set[EntryKey] = set()
    for name, pks in _by_ledger(each.key for each in entries).items():
        rows = LEDGERS[name].objects.visible_to(user).filter(pk__in=pks)
        known.update(EntryKey(name, pk) for pk in rows.values_list("pk", flat=True))
    omitted: dict[LeftOut, list[EntryKey]] = defaultdict(list)
    for each in entries:
        if each.key in known:
            omitted[each.reason].append(each.key)
    return omitted


def _by_ledger(keys: Iterable[EntryKey]) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        wanted[key.ledger].add(key.pk)
    return wanted


def _told(keys: Iterable[EntryKey | None], user: Person) -> dict[EntryKey | None, ToldEntry]:
    """Return the entries with these keys that the reader may know."""
    found: list[SiteEntry] = []
    for name, pks in _by_ledger(key for key in keys if key).items():
        ledger = LEDGERS[name]
        related = ["site__regency__province", "reported_by", "reviewed_by"]
        related += ["ceremony"] if ledger is Milestone else []
        corrections: Prefetch[Any] = Prefetch(
            "corrections", queryset=ledger.objects.verified(), to_attr="verified_corrections"
        )
        rows = ledger.objects.visible_to(user).filter(pk__in=pks)
        found += rows.select_related(*related).prefetch_related(corrections)
    sites = {entry.site_id for entry in found}
    with_people = set(Site.objects.filter(turf_of(user).reaches("regency"), pk__in=sites).values_list("pk", flat=True))
    return {EntryKey(entry.LEDGER, entry.pk): ToldEntry(entry, entry.site_id in with_people) for entry in found}


def _by_province(units: Iterable[UnitStanding], names: Mapping[str, str]) -> tuple[ProvinceUnits, ...]:
    grouped: dict[str, list[UnitStanding]] = defaultdict(list)
    for unit in units:
        grouped[unit.province].append(unit)
    return tuple(ProvinceUnits(names[code], tuple(grouped[code])) for code in sorted(grouped))


def _changes(comparison: Comparison, names: Mapping[str, str], told: Mapping[EntryKey | None, ToldEntry]) -> Changes:
    def row(change: ChangedUnit) -> UnitRow:
        before = names.get(change.province_before, "")
        return UnitRow(change.unit, names[change.unit.province], before, told.get(change.key))

    return Changes(
        comparison=comparison,
        steps=tuple(
            StepRows(step, signed(step.delta), tuple(row(change) for change in step.changes))
            for step in comparison.steps
        ),
        picture=_picture(comparison) if comparison.steps else None,
    )


def _picture(comparison: Comparison) -> FallPicture:
    start, end = comparison.start, comparison.end
    return fall_picture(
        (_seen_from(start, beside=end), comparison.covered_at_start),
        [(str(step.reason.label), step.delta) for step in comparison.steps],
        _seen_from(end, beside=start),
    )


def _seen_from(question: Question, *, beside: Question) -> str:
    """Return in a few words how a standpoint differs from the one beside it."""
    day = _("Per %(day)s") % {"day": written_day(question.as_at)}
    if question.known_at == beside.known_at:
        return day
    known = _("diketahui sekarang")
    if question.known_at is not None:
        known = _("diketahui %(moment)s") % {"moment": f"{timezone.localtime(question.known_at):%d-%m-%Y %H.%M}"}
    return known.capitalize() if question.as_at == beside.as_at else f"{day}, {known}"
