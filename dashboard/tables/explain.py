"""What makes a figure and what does not, as tables of all their rows?"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from dashboard.explain import Changes, ExplainPage, ToldEntry
from dashboard.tables.columns import number, standing_cells, standing_columns
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day, yes_or_no
from regions.rules import written_day
from taskforce.tables import definition, moment


def explain_tables(page: ExplainPage) -> tuple[Table, ...]:
    """Return numerator, denominator, what is left out, and the steps from other standpoints; `page` lists it all."""
    found = page.explanation
    as_at = found.question.as_at
    about = ((_("Wilayah"), page.area_name), *definition(found.question, found.computed_at))
    unit = (Column(_("Kode")), Column(_("Kabupaten/kota")), Column(_("Provinsi")))
    return (
        Table(
            "pembilang",
            _("Unit yang dihitung"),
            as_at,
            (*unit, *_entry_columns()),
            [(row.unit.code, row.unit.name, row.province, *_entry(row.told)) for row in page.counted],
            about,
        ),
        Table(
            "penyebut",
            _("Unit sasaran"),
            as_at,
            (*unit, *standing_columns(), Column(_("Dihitung"))),
            [
                (unit.code, unit.name, province.name, *standing_cells(unit), yes_or_no(unit.is_covered))
                for province in page.provinces
                for unit in province.units
            ],
            about,
        ),
        Table(
            "tidak-dihitung",
            _("Yang tidak dihitung, dan sebabnya"),
            as_at,
            (Column(_("Sebab")), *unit, *_entry_columns()),
            list(_left_out(page)),
            about,
        ),
        *_changes("berubah", page.since, about),
        *(_changes("kini", page.by_now, about) if page.by_now else ()),
    )


def _entry_columns() -> tuple[Column, ...]:
    return Column(_("MPP")), Column(_("Entri")), Column(_("Tanggal")), Column(_("Nomor")), Column(_("Sumber"))


def _entry(told: ToldEntry | None) -> tuple[Cell, ...]:
    """Return what an entry says; nothing where it is not the reader's to know."""
    if told is None:
        return (None,) * len(_entry_columns())
    entry = told.entry
    day = iso_day(entry.happened_on, entry.date_precision)
    return entry.site.name, str(entry.said), day, entry.receipt, entry.source_url or None


def _left_out(page: ExplainPage) -> Iterator[tuple[Cell, ...]]:
    nothing = _entry(None)
    for group in page.omitted:
        for told in group.told:
            regency = told.entry.site.regency
            yield str(group.reason.label), regency.code, regency.name, regency.province.name, *_entry(told)
    for regency in page.outside:
        yield _("Bukan unit menurut dasar ini"), regency.code, regency.name, None, *nothing
    for unit, gap in page.undated:
        source = gap.source if gap else None
        yield (
            _("Terlihat dibuka atau beroperasi, tanpa tanggal yang dapat dihitung"),
            unit.code,
            unit.name,
            unit.province_name,
            *nothing[:-1],
            source,
        )
    for gap in page.explanation.unidentified:
        yield _("Dihitung pejabat, belum teridentifikasi"), None, gap.label, None, *nothing[:-1], gap.source


def _changes(name: str, changes: Changes, about: tuple[tuple[str, str], ...]) -> tuple[Table, ...]:
    """Return the steps of a comparison with the figures they lead from and to, and the same unit by unit."""
    comparison = changes.comparison
    as_at = comparison.end.as_at
    start = written_day(comparison.start.as_at)
    known_at = comparison.start.known_at
    about = (*about, (_("Dibandingkan dengan"), f"{start}, {moment(known_at)}" if known_at else start))
    steps: list[tuple[Cell, ...]] = [(_("Angka semula"), comparison.covered_at_start)]
    steps += [(str(row.step.reason.label), row.step.delta) for row in changes.steps]
    units = (Column(_("Sebab")), Column(_("Kode")), Column(_("Kabupaten/kota")), Column(_("Provinsi")))
    return (
        Table(
            name,
            _("Sebab angka berubah"),
            as_at,
            (Column(_("Sebab")), number(_("Unit"))),
            [*steps, (_("Angka akhir"), comparison.covered_at_end)],
            about,
        ),
        Table(
            f"{name}-unit",
            _("Sebab angka berubah, unit demi unit"),
            as_at,
            (*units, Column(_("Provinsi semula")), *_entry_columns()),
            [
                (
                    str(row.step.reason.label),
                    each.unit.code,
                    each.unit.name,
                    each.province,
                    each.province_before or None,
                    *_entry(each.told),
                )
                for row in changes.steps
                for each in row.rows
            ],
            about,
        ),
    )
