"""What would a patient clerk count? A second, slow telling of DESIGN section 4, sharing nothing with the product."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from regions.models import FormerProvince, Milestone, OperatingRecord, Province, Regency

ORDER = [
    "committed",
    "proposed",
    "approved",
    "preparing",
    "building",
    "staffing",
    "soft_launched",
    "opened",
    "ready",
    "inaugurated",
]
COUNTED = {"inaugurated": {"inaugurated"}, "opened": {"inaugurated", "opened", "soft_launched"}}


@dataclass
class Count:
    units: int = 0
    covered: int = 0
    without_site: int = 0
    newly_covered: int = 0


def count(
    as_at: date,
    known_at: datetime | None,
    basis: str,
    counting: str,
    layer: str,
    boundaries: str,
) -> tuple[dict[str, Count], dict[str, dict[str, int]]]:
    """Return per province code the counts, and the units by stage."""
    milestones = in_force(Milestone.objects.select_related("site"), known_at, layer)
    records = in_force(OperatingRecord.objects.select_related("site"), known_at, layer)
    stages: dict[int, set[str]] = defaultdict(set)
    first: dict[int, date] = {}
    for entry in milestones:
        if entry.reached_on > as_at:
            continue
        holder = entry.site.regency_id
        stages[holder].add(entry.stage)
        if counting != "operating" and entry.stage in COUNTED[counting]:
            first[holder] = min(first.get(holder, entry.reached_on), entry.reached_on)
    covered = set(first)
    if counting == "operating":
        covered, first = _operating(records, as_at)
    seen = {record.site.regency_id for record in records if record.since <= as_at}

    areas = {p.pk: p for p in Province.objects.all()}
    belonging = provinces_of(as_at, boundaries)
    counts: dict[str, Count] = {
        p.code: Count()
        for p in areas.values()
        if boundaries == "now" or p.established_on is None or p.established_on <= as_at
    }
    by_stage: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ORDER, 0))
    year_ago = date(as_at.year - 1, as_at.month, min(as_at.day, 28) if as_at.month == 2 else as_at.day)
    for regency in Regency.objects.all():
        if not _is_unit(regency, basis):
            continue
        code = areas[belonging[regency.pk]].code
        holder = regency.pk if regency.is_autonomous else regency.served_by_id
        row = counts[code]
        row.units += 1
        row.covered += holder in covered
        row.newly_covered += holder in covered and first[holder] > year_ago
        row.without_site += not stages[holder] and holder not in seen
        if stages[holder]:
            by_stage[code][max(stages[holder], key=ORDER.index)] += 1
    return counts, by_stage


def provinces_of(as_at: date, boundaries: str) -> dict[int, int]:
    """Return the province of every regency, both by their keys."""
    moved = defaultdict(list)
    for former in FormerProvince.objects.all():
        moved[former.regency_id].append((former.until, former.province_id))
    belonging = {}
    for regency in Regency.objects.all():
        later = sorted(move for move in moved[regency.pk] if move[0] > as_at)
        belonging[regency.pk] = later[0][1] if later and boundaries == "then" else regency.province_id
    return belonging


def _is_unit(regency: Regency, basis: str) -> bool:
    is_jakarta = regency.kind == "daerah_khusus"
    return {"509": regency.is_autonomous, "508": regency.is_autonomous and not is_jakarta, "514": not is_jakarta}[basis]


def believed(entry: object, known_at: datetime | None, layer: str) -> bool:
    """Return whether an entry was taken for true at a moment, in a layer."""

    def by_then(moment: datetime | None) -> bool:
        return moment is not None and (known_at is None or moment <= known_at)

    if layer == "verified":
        return entry.state == "verified" and by_then(entry.reviewed_at)
    if entry.state == "returned":
        return known_at is not None and by_then(entry.reported_at) and not by_then(entry.reviewed_at)
    return entry.state in ("reported", "verified") and by_then(entry.reported_at)


def in_force(entries: object, known_at: datetime | None, layer: str) -> list:
    return [entry for entry in standing(entries, known_at, layer) if not entry.site.is_branch]


def standing(entries: object, known_at: datetime | None, layer: str) -> list:
    """Keep what was believed and not corrected, at branches too."""
    taken = [entry for entry in entries if believed(entry, known_at, layer)]
    corrected = {entry.supersedes_id for entry in taken}
    return [entry for entry in taken if entry.pk not in corrected and not entry.withdraws]


def _operating(records: list, as_at: date) -> tuple[set[int], dict[int, date]]:
    by_site: dict[int, list] = defaultdict(list)
    for record in records:
        by_site[record.site_id].append(record)
    covered: set[int] = set()
    first: dict[int, date] = {}
    for own in by_site.values():
        own.sort(key=lambda record: (record.since, record.pk))
        holder = own[0].site.regency_id
        past = [record for record in own if record.since <= as_at]
        if past and past[-1].status in ("operating", "partly"):
            covered.add(holder)
        for position, record in enumerate(own):
            is_instantly_over = position + 1 < len(own) and own[position + 1].since == record.since
            if record.status in ("operating", "partly") and not is_instantly_over and record.since <= as_at:
                first[holder] = min(first.get(holder, record.since), record.since)
    return covered, first


def inaugurated(as_at: date, known_at: datetime | None, layer: str) -> dict[int, date]:
    """Return by key of the regency that holds an MPP the day of its first inauguration, where that was by `as_at`."""
    first: dict[int, date] = {}
    for entry in in_force(Milestone.objects.select_related("site"), known_at, layer):
        if entry.stage == "inaugurated" and entry.reached_on <= as_at:
            holder = entry.site.regency_id
            first[holder] = min(first.get(holder, entry.reached_on), entry.reached_on)
    return first
