"""What became of pledges, as tables of all their rows?"""

from django.utils.translation import gettext as _

from commitments.choices import PledgeStanding
from dashboard.reports import PledgesPage
from dashboard.tables.columns import number, percent
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day
from taskforce.pledges import PledgeTally
from taskforce.tables import definition


def pledges_tables(page: PledgesPage) -> tuple[Table, ...]:
    """Return how pledges slipped, the tallies by year and province, and the pledges that are listed."""
    report = page.report
    about = definition(report.standpoint, report.computed_at)
    as_at = report.standpoint.as_at
    slips = (number(_("Semula untuk")), number(_("Menjadi")), number(_("Diresmikan")), number(_("Belum")))
    counts = (
        number(_("Janji")),
        *(number(str(standing.label)) for standing in PledgeStanding),
        percent(_("Tingkat ditepati (%)")),
        number(_("Ditepati dari yang jatuh tempo")),
        number(_("Jatuh tempo")),
    )
    listed = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Keadaan")),
        Column(_("Berjanji pada")),
        Column(_("Semula dijanjikan")),
        Column(_("Kini dijanjikan")),
        Column(_("Alasan pergeseran terakhir")),
        Column(_("Diresmikan")),
        Column(_("Sumber")),
    )
    return (
        Table(
            "pergeseran",
            _("Janji yang bergeser dari tahun ke tahun"),
            as_at,
            slips,
            [(slip.first_year, slip.year, slip.inaugurated, slip.open) for slip in report.slips],
            about,
        ),
        Table(
            "per-tahun",
            _("Ditepati menurut tahun"),
            as_at,
            (Column(_("Tahun semula dijanjikan")), *counts),
            [(tally.name, *_tally(tally)) for tally in report.by_year],
            about,
            total=(report.national.name, *_tally(report.national)),
        ),
        Table(
            "per-provinsi",
            _("Ditepati menurut provinsi"),
            as_at,
            (Column(_("Kode")), Column(_("Provinsi")), *counts),
            [(tally.key, tally.name, *_tally(tally)) for tally in report.by_province],
            about,
            total=("", report.national.name, *_tally(report.national)),
        ),
        Table(
            "daftar",
            _("Daftar janji"),
            as_at,
            listed,
            [
                (
                    outcome.pledge.regency.code,
                    outcome.pledge.regency.name,
                    outcome.unit.province_name,
                    str(outcome.standing.label),
                    iso_day(outcome.pledge.pledged_on),
                    iso_day(outcome.pledge.due_on, outcome.pledge.date_precision),
                    iso_day(outcome.in_force.due_on, outcome.in_force.date_precision),
                    outcome.revisions[-1].reason if outcome.revisions else None,
                    iso_day(outcome.unit.inaugurated_on, outcome.unit.precision),
                    outcome.pledge.source_url,
                )
                for outcome in page.sheet.paginator.object_list
            ],
            about,
        ),
    )


def _tally(tally: PledgeTally) -> tuple[Cell, ...]:
    counts = (tally.by_standing[standing] for standing in PledgeStanding)
    return (tally.total, *counts, tally.kept_pct, tally.kept, tally.due)
