"""Who is present where, for a patient clerk with the files on the table? It shares nothing with the product."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from commitments.models import Agreement, Institution, Presence, Service
from regions.models import Milestone, Site
from tests.taskforce.naive import in_force, provinces_of


@dataclass
class Files:
    parties: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Today's abbreviation of each signatory, with those it signed under."""
    places: dict[int, tuple[bool, bool]] = field(default_factory=dict)
    """The MPPs, with whether they are inaugurated and whether any counter is on record."""
    cells: dict[tuple[str, int], tuple[str | None, bool]] = field(default_factory=dict)
    """Level, and whether a PKS holds, by signatory and MPP."""
    provinces: dict[int, int] = field(default_factory=dict)
    """The province of each of the MPPs."""


def read(as_at: date, known_at: datetime | None, layer: str, boundaries: str) -> Files:
    files = Files()
    pks = set()
    for agreement in Agreement.objects.all():
        if not _holds(agreement, as_at):
            continue
        for signer in _signers(agreement, as_at):
            if agreement.kind == "mou" and agreement.site_id is None:
                files.parties[_heir(signer)].add(signer.abbreviation)
            if agreement.kind == "pks":
                pks.add((_heir(signer), agreement.site_id))

    begun = [
        presence
        for presence in in_force(Presence.objects.select_related("site", "institution"), known_at, layer)
        if presence.counter_opened_on <= as_at
    ]
    known = {presence.site_id for presence in begun}
    level = _staffed(begun, as_at)
    milestones = in_force(Milestone.objects.select_related("site"), known_at, layer)
    inaugurated = {entry.site_id for entry in milestones if entry.stage == "inaugurated" and entry.reached_on <= as_at}
    belonging = provinces_of(as_at, boundaries)
    for site in Site.objects.all():
        signed = {heir for heir, site_id in pks if site_id == site.pk}
        if site.is_branch or not (site.pk in inaugurated or site.pk in known or signed):
            continue
        files.places[site.pk] = (site.pk in inaugurated, site.pk in known)
        files.provinces[site.pk] = belonging[site.regency_id]
        for heir in files.parties:
            nothing = "nothing" if site.pk in known else None
            reached = level.get((heir, site.pk)) or ("signed" if heir in signed else nothing)
            files.cells[heir, site.pk] = (reached, heir in signed)
    return files


def _staffed(begun: list[Presence], as_at: date) -> dict[tuple[str, int], str]:
    level: dict[tuple[str, int], str] = {}
    for presence in begun:
        if presence.counter_closed_on is not None and presence.counter_closed_on < as_at:
            continue
        if presence.staff == 0:
            continue
        key = (_heir(presence.institution), presence.site_id)
        serves = Service.objects.filter(presence=presence).exists()
        level[key] = "live" if serves or level.get(key) == "live" else "staffed"
    return level


def _holds(agreement: Agreement, as_at: date) -> bool:
    if agreement.valid_from > as_at:
        return False
    end = agreement.valid_until
    for addendum in sorted(agreement.addenda.all(), key=lambda each: (each.valid_from, each.pk)):
        if addendum.valid_from <= as_at and addendum.valid_until is not None:
            end = addendum.valid_until
    return end is None or end >= as_at


def _signers(agreement: Agreement, as_at: date) -> list[Institution]:
    papers = [agreement, *(addendum for addendum in agreement.addenda.all() if addendum.valid_from <= as_at)]
    return [
        signature.institution
        for paper in papers
        for signature in paper.signatories.select_related("institution")
        if signature.signed_on <= as_at
    ]


def _heir(institution: Institution) -> str:
    while institution.succeeded_by is not None:
        institution = institution.succeeded_by
    return institution.abbreviation
