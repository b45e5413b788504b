"""What waits to be done, as tables of all their rows?"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard.alerts import AlertsPage
from dashboard.ceremonies import CeremonyList
from dashboard.reports import Queue
from dashboard.tables.columns import number
from mpp_tracker.lib.tables import Cell, Column, Table, iso_day, yes_or_no
from regions.models import LedgerEntry, Opinion
from taskforce.tables import on_a_day


def alert_tables(page: AlertsPage, *, today: date) -> tuple[Table, ...]:
    """Return the alerts by province and severity, those that are listed, and the rules."""
    about = on_a_day(today)
    severities = [number(str(severity.label)) for severity in page.severities]
    areas: list[tuple[Cell, ...]] = [
        (area.code, area.name, *area.by_severity.values(), area.total) for area in page.areas
    ]
    total: tuple[Cell, ...] = ("", page.all_areas.name, *page.all_areas.by_severity.values(), page.all_areas.total)
    listed = (
        Column(_("Perihal")),
        Column(_("Provinsi")),
        Column(_("Peringatan")),
        Column(_("Aturan")),
        Column(_("Kegentingan")),
        Column(_("Muncul")),
        Column(_("Selesai")),
        Column(_("Diketahui")),
        number(_("Rencana aksi")),
    )
    rules = (
        Column(_("Aturan")),
        Column(_("Aktif")),
        number(_("Ambang")),
        Column(_("Satuan")),
        Column(_("Kegentingan")),
        Column(_("Sumber ambang")),
        number(_("Peringatan")),
    )
    by_area = (Column(_("Kode")), Column(_("Provinsi")), *severities, number(_("Jumlah")))
    return (
        Table("provinsi", _("Peringatan menurut provinsi"), today, by_area, areas, about, total=total),
        Table(
            "peringatan",
            _("Daftar peringatan"),
            today,
            listed,
            [
                (
                    str(alert.about),
                    str(alert.province or ""),
                    str(alert.sentence),
                    str(alert.kind.label),
                    str(alert.severity.label),
                    iso_day(alert.raised_on),
                    iso_day(alert.cleared_on),
                    yes_or_no(alert.acknowledged_at is not None),
                    len(alert.items.all()),
                )
                for alert in page.sheet.paginator.object_list
            ],
            about,
        ),
        Table(
            "aturan",
            _("Aturan peringatan"),
            today,
            rules,
            [
                (
                    str(row.rule),
                    yes_or_no(row.rule.is_active),
                    row.rule.threshold,
                    str(row.rule.unit),
                    str(row.rule.get_severity_display()),
                    row.rule.source,
                    row.count,
                )
                for row in page.rules
            ],
            about,
        ),
    )


def queue_tables(queue: Queue, *, today: date) -> tuple[Table, ...]:
    """Return the reports that wait; `queue` holds them all."""
    columns = (
        Column(_("Provinsi")),
        Column(_("Kabupaten/kota")),
        Column(_("Yang dilaporkan")),
        Column(_("Koreksi")),
        Column(_("Tanggal")),
        Column(_("Menunggu sejak")),
        Column(_("Pendapat provinsi")),
    )
    rows = [
        (
            province,
            str(entry.holder),
            str(entry.said),
            yes_or_no(bool(getattr(entry, "supersedes_id", None))),
            iso_day(entry.happened_on, entry.date_precision),
            iso_day(timezone.localdate(entry.reported_at)),
            ", ".join(str(opinion.get_verdict_display()) for opinion in _opinions(entry)),
        )
        for province, entries in queue.by_province
        for entry in entries
    ]
    return (Table("laporan", _("Laporan menunggu verifikasi"), today, columns, rows, on_a_day(today)),)


def _opinions(entry: LedgerEntry) -> Iterable[Opinion]:
    """Return what a province thinks of a report; only of those about a site it is asked."""
    return entry.opinion.all() if hasattr(entry, "opinion") else ()


def ceremony_tables(shown: CeremonyList, *, today: date) -> tuple[Table, ...]:
    """Return the ceremonies to come and those held."""
    columns = (
        Column(_("Tanggal")),
        Column(_("Jenis")),
        Column(_("Tempat")),
        number(_("Dalam daftar")),
        number(_("Hadir")),
        number(_("Dicatat")),
    )

    def rows(ceremonies: Iterable[Any]) -> list[tuple[Cell, ...]]:
        return [
            (
                iso_day(ceremony.held_on, ceremony.date_precision),
                str(ceremony.get_kind_display()),
                ceremony.place or None,
                ceremony.planned_count,
                ceremony.present_count,
                ceremony.recorded_count,
            )
            for ceremony in ceremonies
        ]

    about = on_a_day(today)
    return (
        Table("akan-datang", _("Akan datang"), today, columns, rows(shown.coming), about),
        Table("berlangsung", _("Sudah berlangsung"), today, columns, rows(shown.held), about),
    )
