"""How does a paper for a meeting look? A tagged PDF in Indonesian, whatever language the reader has chosen."""

import json
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dashboard.charts import stacked_bar
from dashboard.papers import Changes, MeetingPaper, PaperQuestion, meeting_paper
from mpp_tracker.lib.language import in_indonesian, written_pct
from mpp_tracker.lib.moments import one_moment
from regions.models import Person
from regions.rules import written_day
from taskforce.choices import Counting, CoverageClass, LateReason, Layer, PaperState
from taskforce.coverage import AreaCoverage, UnitStanding
from taskforce.forms.papers import PaperForm
from taskforce.models import Paper
from taskforce.rules import coverage_class
from taskforce.services.papers import Say
from taskforce.tables import moment, sources

LAYOUT = Path(settings.BASE_DIR) / "templates" / "dashboard" / "paper.typ"
UNKNOWN = "belum ada data"
DASH = "\N{EN DASH}"
_MARKS = {LateReason.PLEDGE: "¹", LateReason.HALT: "²", LateReason.ACTION: "³"}
"""What stands behind the name of a unit that is late in more than the target."""
_LISTED = 60
"""So many changes are named; of more, their number is said."""


def as_pdf(paper: MeetingPaper, *, is_public: bool) -> bytes:
    """Return a paper as PDF; what people typed goes in as text, never as layout.

    Args:
        paper: what it says.
        is_public: whether anybody may read all of it; else it says for whom it was made.
    """
    said = _said(paper, is_public=is_public)
    pdf: bytes = typst.compile(LAYOUT.read_bytes(), sys_inputs={"paper": json.dumps(said)})
    return pdf


@in_indonesian
def _said(paper: MeetingPaper, *, is_public: bool) -> dict[str, Any]:
    question, area = paper.coverage.question, paper.area
    day, groups = written_day(question.as_at), area.units_by_group
    return {
        "area": paper.area_name,
        "is_nation": not paper.asked.province and not paper.asked.island_group,
        "is_province": paper.is_province,
        "day": day,
        "definition": _definition(paper),
        "footer": _footer(paper, is_public=is_public),
        "is_reported": question.layer == Layer.REPORTED,
        "headline": _headline(paper, str(question.counting.label), day),
        "facts": _facts(paper),
        "bar": _drawing("bar", segments=stacked_bar({group.value: count for group, count in groups.items()})),
        "layers": [[_swatch(f"lapis-{group}"), str(group.label), count] for group, count in groups.items()],
        "units": area.units,
        "stages": [[str(stage.label), count] for stage, count in reversed([*area.units_by_stage.items()])],
        "no_stage": area.units_without_stage,
        "map": _drawing("map", picture=paper.picture) if paper.picture else "",
        "map_alt": _map_alt(paper),
        "legend": _legend(paper),
        "provinces": [_province_row(province) for province in paper.provinces],
        "total": [_("Jumlah"), *_province_row(area)[1:]],
        "rows": [_unit_row(unit) for unit in paper.units] if paper.is_province else [],
        "since": written_day(paper.changes.since),
        "changes": _changes(paper.changes, area, paper.provinces),
        "late_count": len(paper.late),
        "late_for_target": sum(late.misses_target for late in paper.late),
        "late": _late(paper),
        "actions": [
            [
                row.item.title,
                str(row.item.place or ""),
                row.item.owner_name,
                written_day(row.item.due_on),
                row.days_late,
                f"{row.state.label}, {row.progress_pct} %",
            ]
            for row in paper.actions
        ],
        "announced": _announced(paper),
        "sources": _sources(paper),
    }


def _definition(paper: MeetingPaper) -> list[tuple[str, str]]:
    question = paper.coverage.question
    known_at = moment(question.known_at) if question.known_at else _("saat dihitung")
    return [
        (_("Wilayah"), paper.area_name),
        (_("Keadaan per"), written_day(question.as_at)),
        (_("Yang dihitung"), _("kabupaten/kota yang MPP-nya %(counting)s") % {"counting": question.counting.label}),
        (_("Dasar perhitungan"), str(question.basis.label)),
        (_("Lapisan"), str(question.layer.label)),
        (_("Batas provinsi"), str(question.boundaries.label)),
        (_("Diketahui sampai"), known_at),
        (_("Dihitung"), moment(paper.coverage.computed_at)),
    ]


def _footer(paper: MeetingPaper, *, is_public: bool) -> str:
    question = paper.coverage.question
    known_at = moment(question.known_at) if question.known_at else _("saat dihitung")
    line = _(
        "Pantau MPP. Keadaan per %(day)s; dihitung: %(counting)s; dasar: %(basis)s; lapisan: %(layer)s; batas provinsi:"
        " %(boundaries)s; diketahui sampai: %(known_at)s. Dihitung %(computed_at)s."
    ) % {
        "day": written_day(question.as_at),
        "counting": question.counting.label,
        "basis": question.basis.label,
        "layer": question.layer.label,
        "boundaries": question.boundaries.label,
        "known_at": known_at,
        "computed_at": moment(paper.coverage.computed_at),
    }
    return line if is_public else f"{line} {_('Memuat hal yang tidak untuk umum.')}"


def _headline(paper: MeetingPaper, counting: str, day: str) -> str:
    area = paper.area
    if not area.units:
        return _("Per %(day)s %(area)s tidak memiliki unit sasaran menurut dasar perhitungan ini.") % {
            "day": day,
            "area": paper.area_name,
        }
    return _("Per %(day)s, MPP di %(covered)d dari %(units)d kabupaten/kota %(area)s telah %(counting)s (%(pct)s).") % {
        "day": day,
        "covered": area.covered,
        "units": area.units,
        "area": paper.area_name,
        "counting": counting,
        "pct": _pct(area.coverage_pct),
    }


def _facts(paper: MeetingPaper) -> list[str]:
    area = paper.area
    facts = []
    if area.target:
        inherited = _(" (mengikuti target nasional)") if area.target.is_inherited else ""
        facts.append(
            _("Target %(pct)s paling lambat %(day)s%(inherited)s; kurang %(gap)d unit%(late)s.")
            % {
                "pct": _pct(area.target_pct),
                "day": written_day(area.target.deadline),
                "inherited": inherited,
                "gap": area.gap_units,
                "late": _(", tenggat sudah lewat") if area.is_overdue else "",
            }
        )
    else:
        facts.append(_("Belum ada target yang berlaku pada tanggal ini."))
    pace = _("Laju 12 bulan terakhir %(pace)s unit per bulan") % {"pace": number_format(area.pace_per_month, 1)}
    if area.pace_needed_per_month is not None:
        needed = number_format(area.pace_needed_per_month, 1)
        pace += _("; diperlukan %(pace)s unit per bulan") % {"pace": needed}
    facts.append(f"{pace}.")
    facts.append(_("%(count)d unit belum ada data tahapnya.") % {"count": area.units_unknown})
    if not paper.is_province:
        with_units = [province for province in paper.provinces if province.units]
        none = [province.name for province in with_units if not province.covered]
        full = [province.name for province in with_units if province.covered == province.units]
        facts.append(_listing(_("%(count)d provinsi belum memiliki"), none))
        facts.append(_listing(_("%(count)d provinsi sudah lengkap"), full))
    return facts


def _listing(sentence: str, names: list[str]) -> str:
    said = sentence % {"count": len(names)}
    return f"{said}: {', '.join(names)}." if names else f"{said}."


def _drawing(name: str, **shown: object) -> str:
    """Return a picture as SVG that stands alone."""
    return render_to_string(f"dashboard/paper_{name}.svg", shown)


def _swatch(pattern: str = "", mark: str = "") -> str:
    return _drawing("swatch", pattern=pattern, mark=mark)


def _legend(paper: MeetingPaper) -> list[tuple[str, str]]:
    """Return what the signs on the map mean, those that there are."""
    if paper.is_province:
        return [
            (_swatch(mark=f"tanda-{group}"), f"{group.label}: {count}")
            for group, count in paper.area.units_by_group.items()
            if count
        ]
    counts = Counter(coverage_class(area.covered, area.units) for area in paper.provinces)
    return [
        (_swatch(f"kelas-{kind}"), _("%(label)s: %(count)d provinsi") % {"label": kind.label, "count": counts[kind]})
        for kind in CoverageClass
        if counts[kind]
    ]


def _map_alt(paper: MeetingPaper) -> str:
    if paper.is_province:
        return _("Peta %(area)s dengan ibu kota tiap kabupaten/kota menurut tahapnya; rinciannya ada dalam tabel.") % {
            "area": paper.area.name
        }
    return _("Peta cakupan menurut provinsi; angkanya ada dalam tabel.")


def _province_row(area: AreaCoverage) -> list[str]:
    return [
        area.name,
        str(area.units),
        str(area.covered),
        _pct(area.coverage_pct),
        DASH if area.target is None else _pct(area.target_pct),
        DASH if area.gap_units is None else str(area.gap_units),
        str(area.units_unknown),
    ]


def _unit_row(unit: UnitStanding) -> list[str]:
    status = DASH
    if unit.status:
        status = f"{unit.status.label}, {written_day(unit.status_since, unit.status_precision)}"
    return [
        unit.name,
        str(unit.stage.label) if unit.stage else UNKNOWN,
        written_day(unit.reached_on, unit.reached_precision) or DASH,
        status,
        written_day(unit.covered_on) if unit.is_covered else DASH,
    ]


def _changes(changes: Changes, area: AreaCoverage, provinces: Iterable[AreaCoverage]) -> dict[str, Any]:
    names = {province.code: province.name for province in provinces}

    def said(unit: UnitStanding) -> list[str]:
        return [unit.name, names[unit.province], written_day(unit.covered_on)]

    moved = [
        [unit.name, names[unit.province], f"{before.label if before else UNKNOWN} → {unit.stage and unit.stage.label}"]
        for unit, before in changes.moved
    ]
    return {
        "sentence": _("Dari %(before)d menjadi %(now)d unit: bertambah %(newly)d, berkurang %(lost)d.")
        % {
            "before": changes.covered_before,
            "now": area.covered,
            "newly": len(changes.newly),
            "lost": len(changes.lost),
        },
        "newly": [said(unit) for unit in changes.newly[:_LISTED]],
        "newly_more": max(len(changes.newly) - _LISTED, 0),
        "lost": [[unit.name, names[unit.province]] for unit in changes.lost[:_LISTED]],
        "lost_more": max(len(changes.lost) - _LISTED, 0),
        "moved": moved[:_LISTED],
        "moved_more": max(len(moved) - _LISTED, 0),
    }


def _late(paper: MeetingPaper) -> list[list[str]]:
    if paper.is_province:
        return [[late.unit.name, " ".join(sentence for _reason, sentence in late.reasons)] for late in paper.late]
    return [
        [area.name, str(len(lates)), ", ".join(_marked(late.unit.name, late.reasons) for late in lates)]
        for area, lates in paper.late_by_province
    ]


def _marked(name: str, reasons: Iterable[tuple[LateReason, str]]) -> str:
    kinds = {reason for reason, _sentence in reasons}
    return name.replace("Kabupaten ", "Kab. ") + "".join(mark for reason, mark in _MARKS.items() if reason in kinds)


def _announced(paper: MeetingPaper) -> str:
    found = paper.announced
    if found is None:
        return ""
    return _(
        "Pada %(day)s diumumkan %(value)d MPP; untuk hari dan definisi yang sama buku besar mencatat %(ledger)d."
        " Selisihnya %(difference)d: %(explained)d terjelaskan, %(unexplained)d belum. Keduanya disajikan apa adanya."
        " Sumber: %(source)s"
    ) % {
        "day": written_day(found.figure.announced_on),
        "value": found.figure.value,
        "ledger": found.ledger,
        "difference": found.difference,
        "explained": found.explained,
        "unexplained": found.unexplained,
        "source": found.figure.source,
    }


def _sources(paper: MeetingPaper) -> list[str]:
    said = [sources(), _("Batas provinsi pada peta: Natural Earth (domain publik). Ibu kota: GeoNames (CC BY 4.0).")]
    if goal := paper.area.target:
        said.append(_("Target: ditetapkan %(who)s; %(source)s") % {"who": goal.set_by, "source": goal.source})
    if paper.coverage.question.counting != Counting.INAUGURATED:
        said.append(_("Keterlambatan dihitung terhadap peresmian, sesuai target, apa pun yang dihitung di atas."))
    return said


def _pct(value: Decimal | None) -> str:
    return UNKNOWN if value is None else written_pct(value)


def document_of(paper: Paper, say: Say) -> bytes:
    """Return what was asked for as PDF, all its figures from one moment; `say` is told how far it is."""
    reader: Person = paper.asked_by or AnonymousUser()
    today = timezone.localdate(paper.asked_at)
    form = PaperForm(paper.asked, today=today, may_see_reported=paper.asked_by is not None)
    if not form.is_valid():
        raise ValidationError(form.errors.as_text())
    asked = PaperQuestion(
        form.question, form.changes_since, form.cleaned_data["province"], form.cleaned_data["island_group"]
    )
    say(PaperState.COUNTING)
    with one_moment():
        report = in_indonesian(meeting_paper)(asked, reader, today=today)
    say(PaperState.TYPESETTING)
    return as_pdf(report, is_public=not paper.reader)
