"""Which rows do the open data hold? Only what every visitor may see, and of the ledger only what was verified by then.

No column names a person, and none holds what somebody noted beside a report.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from commitments.models import Agreement, Institution, Pledge, PledgeRevision, Signatory
from regions.models import FormerProvince, Province, Regency, RegencyAlias, Site
from taskforce.choices import Basis, Counting, Layer, SitePosition
from taskforce.coverage import AreaCoverage, Question, answer, every_series, fetch, stands, unit_standings
from taskforce.models import AnnouncedFigure, Target
from taskforce.opendata.fields import Row

NATION = "ID"
"""Stands for the whole country where otherwise the code of a province stands."""
_VISITOR = AnonymousUser()


def provinces(_asked: Question) -> Sequence[Row]:
    """Return the provinces of today."""
    rows = Province.objects.visible_to(_VISITOR).order_by("code")
    return _told(rows, "code", "name", "island_group", "established_on", "legal_basis", "split_from__code")


def regencies(asked: Question) -> Sequence[Row]:
    """Return the second-level areas, the units among them with how far they are."""
    standings = {unit.code: unit for unit in unit_standings(asked)}
    areas = _told(
        Regency.objects.visible_to(_VISITOR).order_by("code"),
        *("code", "name", "kind", "province__code", "province__name", "is_autonomous", "served_by__code"),
        *("seat_latitude", "seat_longitude"),
    )
    rows: list[Row] = []
    for area in areas:
        unit = standings.get(str(area[0]))
        said: Row = (None,) * 9
        if unit is not None:
            said = (
                unit.stage_group.value,
                *(unit.stage and unit.stage.value, unit.reached_on, _word(unit.reached_precision)),
                *(unit.is_covered, unit.covered_on if unit.is_covered else None),
                *(_word(unit.status), unit.status_since, _word(unit.status_precision)),
            )
        rows.append((*area, *said))
    return rows


def former_codes(_asked: Question) -> Sequence[Row]:
    """Return where the areas stood, and under which code, before a law moved them."""
    rows = FormerProvince.objects.order_by("regency__code", "until")
    names = ("regency__code", "regency__name", "regency__province__code", "regency__province__name")
    return _told(rows, *names, "former_code", "province__code", "province__name", "until", "legal_basis")


def aliases(_asked: Question) -> Sequence[Row]:
    """Return other spellings of areas."""
    return _told(RegencyAlias.objects.order_by("alias"), "alias", "regency__code")


def sites(_asked: Question) -> Sequence[Row]:
    """Return the MPPs."""
    about = ("pk", "regency__code", "name", "organiser", "address", "building", "is_branch", "latitude", "longitude")
    seat = ("regency__seat_latitude", "regency__seat_longitude")
    rows = _told(Site.objects.visible_to(_VISITOR).order_by("pk"), *about, *seat)
    return [_placed(row[:-4], row[-4:-2], row[-2:]) for row in rows]


def milestones(asked: Question) -> Sequence[Row]:
    """Return the stages that were reached, as in force."""
    return _entries("regions_milestone", "entry.stage, entry.reached_on, entry.date_precision", asked)


def operating_records(asked: Question) -> Sequence[Row]:
    """Return what was said of the MPPs' doors, as in force."""
    return _entries("regions_operatingrecord", "entry.status, entry.since, entry.date_precision", asked)


def presences(asked: Question) -> Sequence[Row]:
    """Return the institutions' counters, as in force."""
    columns = """
        (SELECT abbreviation FROM commitments_institution WHERE id = entry.institution_id),
        entry.counter_opened_on, entry.date_precision, entry.counter_closed_on,
        nullif(array_to_string(entry.service_days, ' '), ''), entry.counters"""
    return _entries("commitments_presence", columns, asked)


def services(asked: Question) -> Sequence[Row]:
    """Return the services of those counters."""
    statement = f"""
        SELECT service.presence_id, service.name, service.channel, service.is_licence
        FROM commitments_service service JOIN commitments_presence entry ON entry.id = service.presence_id
        WHERE {stands("commitments_presence", Layer.VERIFIED)}
        ORDER BY service.presence_id, service.name COLLATE "C", service.channel"""
    return fetch(statement, asked.parameters)


def institutions(_asked: Question) -> Sequence[Row]:
    """Return the institutions, under all their names."""
    rows = Institution.objects.visible_to(_VISITOR).order_by("abbreviation")
    return _told(rows, "abbreviation", "name", "kind", "valid_from", "valid_until", "succeeded_by__abbreviation")


def agreements(_asked: Question) -> Sequence[Row]:
    """Return what was signed."""
    columns = ("pk", "kind", "number", "title", "signed_on", "valid_from", "valid_until", "site", "amends")
    return _told(Agreement.objects.visible_to(_VISITOR).order_by("pk"), *columns, "source_url")


def signatories(_asked: Question) -> Sequence[Row]:
    """Return the parties of what was signed; never the person who signed."""
    rows = Signatory.objects.order_by("agreement", "institution__abbreviation")
    return _told(rows, "agreement", "institution__abbreviation", "signed_on")


def pledges(_asked: Question) -> Sequence[Row]:
    """Return what the regencies promised."""
    rows = Pledge.objects.visible_to(_VISITOR).order_by("regency__code", "pledged_on")
    return _told(rows, "regency__code", "pledged_on", "due_on", "date_precision", "source_url")


def pledge_revisions(_asked: Question) -> Sequence[Row]:
    """Return what they promised instead."""
    rows = PledgeRevision.objects.order_by("pledge__regency__code", "pledge__pledged_on", "revised_on")
    promised = ("pledge__regency__code", "pledge__pledged_on")
    return _told(rows, *promised, "revised_on", "due_on", "date_precision", "reason")


def targets(_asked: Question) -> Sequence[Row]:
    """Return the targets that hold."""
    rows = Target.objects.filter(is_active=True).order_by("pk")
    return _told(rows, "pk", "province__code", "metric", "value", "deadline", "set_on", "set_by", "source")


def announced_figures(_asked: Question) -> Sequence[Row]:
    """Return what officials announced."""
    columns = ("pk", "announced_on", "metric", "value", "as_at", "counting", "basis", "source", "note")
    return _told(AnnouncedFigure.objects.order_by("pk"), *columns)


def coverage(asked: Question) -> Sequence[Row]:
    """Return the coverage of the nation and each province on the day asked about, in every definition."""
    return [
        _figures(question, area)
        for question in _definitions(asked)
        for told in [answer(question)]
        for area in (told.national, *told.provinces)
    ]


def coverage_series(asked: Question) -> Sequence[Row]:
    """Return the days on which coverage changed, of the nation and each province in every definition."""
    return [
        (basis.value, counting.value, code or NATION, point.since, point.units, point.covered)
        for basis, counting, code, point in every_series(asked)
    ]


def _figures(question: Question, area: AreaCoverage) -> Row:
    return (
        *(question.as_at, question.basis.value, question.counting.value, area.code or NATION, area.name),
        *(area.units, area.covered, area.coverage_pct),
        *(area.target_pct, area.target_units, area.gap_units, area.units_unknown),
    )


def _definitions(asked: Question) -> list[Question]:
    return [replace(asked, basis=basis, counting=counting) for basis in Basis for counting in Counting]


def _placed(about: Row, own: Row, seat: Row) -> Row:
    """Return an MPP with where it stands: where that is not known, in the seat of its regency."""
    if own[0] is not None:
        return (*about, *own, SitePosition.SITE.value)
    return (*about, *seat, None if seat[0] is None else SitePosition.SEAT.value)


def _entries(table: str, columns: str, asked: Question) -> Sequence[Row]:
    """Return what is in force of a ledger of sites: key, site, code of the area, `columns`, source, day of review."""
    statement = f"""
        SELECT entry.id, entry.site_id, regency.code, {columns}, nullif(entry.source_url, ''),
               (entry.reviewed_at AT TIME ZONE %(zone)s)::date
        FROM {table} entry
        JOIN regions_site site ON site.id = entry.site_id
        JOIN regions_regency regency ON regency.id = site.regency_id
        WHERE {stands(table, Layer.VERIFIED)}
        ORDER BY entry.id"""
    return fetch(statement, {**asked.parameters, "zone": settings.TIME_ZONE})


def _told(rows: Any, *columns: str) -> list[Row]:
    """Return columns of rows; what was left blank is not known."""
    return [tuple(None if value == "" else value for value in row) for row in rows.values_list(*columns)]


def _word(choice: Any) -> str | None:
    return choice.value if choice else None
