"""What is there to be found of provinces, regencies, MPPs, institutions and pages, and what was meant?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commitments.models import Institution, Signatory
from commitments.nicknames import INSTITUTIONS
from dashboard.menu import PAGES, addresses
from regions.choices import Stage
from regions.models import FormerProvince, Milestone, Person, Province, Regency, Site
from regions.nicknames import PROVINCES, REGENCIES
from regions.rules import furthest
from regions.spelling import Match, Named, Nearness, matches
from taskforce.coverage import Question, unit_standings

MOST = 20
"""So many of a kind are shown; who wants others types more."""

SUGGESTED = 5

KINDS: dict[type, Promise] = {
    Province: _("Provinsi"),
    Regency: _("Kabupaten/kota"),
    Site: _("MPP"),
    Institution: _("Instansi"),
    str: _("Halaman"),
}
"""What can be found, in the order in which it is shown; a page goes by its label."""


@dataclass(frozen=True)
class Hit:
    """Something that was found: where it leads, and what tells it from its like."""

    name: str
    kind: Promise
    address: str
    about: str = ""
    """Its code and province, or what its abbreviation stands for."""
    known_as: str = ""
    """The other name or former code by which it was found."""
    has_stage: bool = False
    """Whether it is something of which a stage is known or unknown."""
    stage: Stage | None = None


@dataclass(frozen=True)
class Group:
    """What was found of one kind."""

    kind: Promise
    hits: tuple[Hit, ...]
    left_out: int


@dataclass(frozen=True)
class SearchPage:
    """What was found for what was typed."""

    typed: str
    groups: tuple[Group, ...]
    obvious: Hit | None
    """The one thing that has exactly this name or code."""
    is_guess: bool
    """Whether nothing fits letter by letter, and slips were forgiven."""

    @property
    def count(self) -> int:
        """Return how much was found."""
        return sum(len(group.hits) + group.left_out for group in self.groups)


def search(typed: str, user: Person, *, today: date) -> SearchPage:
    """Return what `user` may see of what is called something like `typed`."""
    named = _everything(user)
    found = matches(typed, named.values())
    by_kind: dict[type, list[Match]] = defaultdict(list)
    for match in found:
        by_kind[type(match.key)].append(match)
    shown = [match for kind in KINDS for match in by_kind[kind][:MOST]]
    hits = dict(zip((match.key for match in shown), _hits(shown, named, today=today), strict=True))
    obvious = _obvious(found)
    return SearchPage(
        typed=typed,
        groups=tuple(
            Group(
                kind=label,
                hits=tuple(hits[match.key] for match in by_kind[kind][:MOST]),
                left_out=max(len(by_kind[kind]) - MOST, 0),
            )
            for kind, label in KINDS.items()
            if by_kind[kind]
        ),
        obvious=hits[obvious.key] if obvious else None,
        is_guess=bool(found) and found[0].nearness == Nearness.SLIPPED,
    )


def nearest(path: str, *, today: date) -> tuple[Hit, ...]:
    """Return what may have been meant by an address that leads nowhere: what its last part is a name of."""
    last = path.rstrip("/").rsplit("/", 1)[-1]
    named = _everything(AnonymousUser())
    return tuple(_hits(matches(last, named.values())[:SUGGESTED], named, today=today))


def _everything(user: Person) -> dict[Any, Named]:
    """Return all that can be found, under what it is, with the names and codes by which it can be."""
    former: dict[int, list[str]] = defaultdict(list)
    for key, code in FormerProvince.objects.values_list("regency", "former_code"):
        former[key].append(code)
    # Put together here: joined, every site would bring its regency and province along once more.
    provinces = {row.pk: row for row in Province.objects.visible_to(user)}
    areas = Regency.objects.visible_to(user).only("code", "name", "province", "served_by")
    regencies = {row.pk: row for row in areas.prefetch_related("aliases")}
    sites = list(Site.objects.visible_to(user).only("name", "building", "regency"))
    for regency in regencies.values():
        regency.province = provinces[regency.province_id]
        regency.served_by = regencies[regency.served_by_id] if regency.served_by_id else None
    for site in sites:
        site.regency = regencies[site.regency_id]
    everything = [
        *(
            # By its kind too, which its own name does not hold.
            Named(row, (f"Provinsi {row.name}", *PROVINCES.get(row.code, ())), (row.code,))
            for row in provinces.values()
        ),
        *(Named(row, (row.name, *_other_names(row)), (row.code, *former[row.pk])) for row in regencies.values()),
        *(Named(row, (row.name, row.building) if row.building else (row.name,)) for row in sites),
        *(
            Named(row, (row.abbreviation, row.name, *INSTITUTIONS.get(row.abbreviation, ())))
            for row in Institution.objects.visible_to(user)
        ),
        *(Named(str(label), (str(label),)) for _address, label in PAGES),
    ]
    return {named.key: named for named in everything}


def _other_names(regency: Regency) -> tuple[str, ...]:
    return (*REGENCIES.get(regency.code, ()), *(alias.alias for alias in regency.aliases.all()))


def _obvious(found: list[Match]) -> Match | None:
    """Return the one match that has the very name or code; an MPP that is called like its regency stands behind it."""
    same = [match for match in found if match.nearness == Nearness.SAME and match.is_kind_meant]
    regencies = {match.key for match in same if isinstance(match.key, Regency)}
    leading = [match for match in same if not (isinstance(match.key, Site) and match.key.regency in regencies)]
    return leading[0] if len(leading) == 1 else None


def _hits(found: Iterable[Match], named: dict[Any, Named], *, today: date) -> list[Hit]:
    """Return what is shown of each match, in the same order."""
    rows = list(found)
    keys = [match.key for match in rows]
    regencies = [key for key in keys if isinstance(key, Regency)]
    sites = [key for key in keys if isinstance(key, Site)]
    is_of_institutions = any(isinstance(key, Institution) for key in keys)
    seen = _Seen(
        stages={unit.code: unit.stage for unit in unit_standings(Question(as_at=today))} if regencies else {},
        site_stages=_site_stages(sites),
        signatories=set(Signatory.objects.values_list("institution", flat=True)) if is_of_institutions else set(),
    )
    return [_hit(match, named[match.key], seen) for match in rows]


@dataclass(frozen=True)
class _Seen:
    """What was fetched for all hits together."""

    stages: dict[str, Stage | None]
    """Of the unit with each code."""
    site_stages: dict[int, Stage | None]
    signatories: set[int]


def _site_stages(sites: list[Site]) -> dict[int, Stage | None]:
    reached: dict[int, list[str]] = defaultdict(list)
    for site, stage in Milestone.objects.in_force().filter(site__in=sites).values_list("site", "stage"):
        reached[site].append(stage)
    return {site.pk: furthest(reached[site.pk]) for site in sites}


def _hit(match: Match, named: Named, seen: _Seen) -> Hit:
    row, kind = match.key, KINDS[type(match.key)]
    known_as = "" if match.by in {named.names[0], *named.codes[:1]} else match.by
    if isinstance(row, Province):
        address = reverse("dashboard:province", args=[row.code])
        return Hit(row.name, kind, address, about=row.code, known_as=known_as)
    if isinstance(row, Regency):
        return Hit(
            row.name,
            kind,
            reverse("dashboard:regency", args=[row.code]),
            about=f"{row.code} · {row.province.name}",
            known_as=known_as,
            has_stage=True,
            stage=seen.stages.get(row.served_by.code if row.served_by else row.code),
        )
    if isinstance(row, Site):
        about = f"{row.regency.name}, {row.regency.province.name}"
        address, stage = row.get_absolute_url(), seen.site_stages[row.pk]
        return Hit(row.name, kind, address, about=about, known_as=known_as, has_stage=True, stage=stage)
    if isinstance(row, Institution):
        page = "dashboard:commitments" if row.pk in seen.signatories else "taskforce:mandate"
        known_as = "" if match.by == row.name else known_as
        return Hit(row.abbreviation, kind, reverse(page), about=row.name, known_as=known_as)
    return Hit(str(row), kind, {str(label): address for label, address in addresses(PAGES).items()}[str(row)])
