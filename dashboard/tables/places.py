"""What do the pages of a province, a regency and an MPP show, as tables of all their rows?"""

from django.utils.translation import gettext as _

from dashboard.reports import ProvincePage
from dashboard.tables.columns import label
from mpp_tracker.lib.tables import Column, Table, iso_day, yes_or_no
from taskforce.tables import definition


def province_tables(page: ProvincePage) -> tuple[Table, ...]:
    """Return the units of a province with their stages."""
    columns = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Tahap sekarang")),
        Column(_("Sejak")),
        Column(_("Status operasional")),
        Column(_("Status sejak")),
        Column(_("Tercakup")),
        Column(_("Dihitung sejak")),
        Column(_("MPP yang terdaftar")),
    )
    rows = [
        (
            row.standing.code,
            row.standing.name,
            page.area.name,
            label(row.standing.stage),
            iso_day(row.standing.reached_on, row.standing.reached_precision),
            label(row.standing.status),
            iso_day(row.standing.status_since, row.standing.status_precision),
            yes_or_no(row.standing.is_covered),
            iso_day(row.standing.covered_on) if row.standing.is_covered else None,
            ", ".join(site.name for site in row.sites),
        )
        for row in page.units
    ]
    question = page.coverage.question
    about = ((_("Provinsi"), page.area.name), *definition(question, page.coverage.computed_at))
    return (Table("unit", _("Kabupaten dan kota"), question.as_at, columns, rows, about),)
