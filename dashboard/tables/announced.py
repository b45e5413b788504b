"""What was announced beside what the ledger gives, as tables of all their rows?"""

from django.utils.translation import gettext as _

from dashboard.announced import AnnouncedPage
from dashboard.tables.columns import number
from mpp_tracker.lib.tables import Column, Table, iso_day, yes_or_no
from taskforce.tables import definition


def announced_tables(page: AnnouncedPage) -> tuple[Table, ...]:
    """Return the announced figures beside the ledger's, and the units without a day."""
    report = page.report
    about = definition(report.standpoint, report.computed_at)
    as_at = report.standpoint.as_at
    figures = (
        Column(_("Diumumkan")),
        Column(_("Ukuran")),
        Column(_("Yang dihitung")),
        Column(_("Dasar perhitungan")),
        Column(_("Keadaan per")),
        number(_("Angka")),
        number(_("Buku besar")),
        number(_("Selisih")),
        number(_("Terjelaskan")),
        number(_("Belum terjelaskan")),
        Column(_("Bertentangan dengan angka lain")),
        Column(_("Sumber")),
    )
    undated = (
        Column(_("Kode")),
        Column(_("Kabupaten/kota")),
        Column(_("Provinsi")),
        Column(_("Terlihat sejak, paling lambat")),
        Column(_("Dihitung dalam angka yang diumumkan")),
    )
    return (
        Table(
            "angka",
            _("Angka yang diumumkan"),
            as_at,
            figures,
            [
                (
                    iso_day(each.figure.announced_on),
                    str(each.figure.get_metric_display()),
                    str(each.figure.get_counting_display()),
                    str(each.figure.get_basis_display()),
                    iso_day(each.figure.stands_for),
                    each.figure.value,
                    each.ledger,
                    each.difference,
                    None if each.difference is None else each.explained,
                    each.unexplained,
                    yes_or_no(bool(each.contradicts)),
                    each.figure.source,
                )
                for each in page.comparisons
            ],
            about,
        ),
        Table(
            "tanpa-tanggal",
            _("Tanpa tanggal peresmian"),
            as_at,
            undated,
            [
                (
                    row.unit.code,
                    row.unit.name,
                    row.unit.province_name,
                    iso_day(row.unit.seen_on),
                    _("ya, menurut sumber") if row.gap else None,
                )
                for row in page.undated
            ],
            about,
        ),
    )
