"""How ready is which regency, for a patient clerk with the files on the table? It shares nothing with the product."""

from datetime import date, datetime

from regions.models import Province, ReadinessAssessment, Regency
from tests.taskforce.naive import believed, provinces_of

ASPECTS = ["commitment", "proposal", "building", "budget", "staff", "regulation", "institutions", "network"]
RANK = {"not_yet": 1, "partly": 2, "ready": 3}


def levels(as_at: date, known_at: datetime | None, layer: str) -> dict[str, dict[str, str]]:
    """Return the known levels by aspect, by code of each regency of which anything is known."""
    counted = [entry for entry in ReadinessAssessment.objects.all() if believed(entry, known_at, layer)]
    corrected = {entry.supersedes_id for entry in counted}
    last: dict[str, tuple[date, int]] = {}
    known: dict[str, dict[str, str]] = {}
    for entry in counted:
        if entry.pk in corrected or entry.withdraws or entry.assessed_on > as_at:
            continue
        code = entry.regency.code
        if code not in last or last[code] < (entry.assessed_on, entry.pk):
            last[code] = (entry.assessed_on, entry.pk)
            known[code] = {aspect: getattr(entry, aspect) for aspect in ASPECTS if getattr(entry, aspect)}
    return known


def units_by_province(as_at: date, boundaries: str) -> dict[str, list[str]]:
    """Return the codes of the units of each province, by its code."""
    belonging, codes = provinces_of(as_at, boundaries), dict(Province.objects.values_list("pk", "code"))
    units: dict[str, list[str]] = {}
    for regency in Regency.objects.filter(is_autonomous=True).order_by("code"):
        units.setdefault(codes[belonging[regency.pk]], []).append(regency.code)
    return units


def movement(before: str | None, now: str | None) -> str:
    """Return what became of a level."""
    if not before and not now:
        return "unknown"
    if not before:
        return "found"
    if not now:
        return "lost"
    if RANK[now] == RANK[before]:
        return "same"
    return "up" if RANK[now] > RANK[before] else "down"
