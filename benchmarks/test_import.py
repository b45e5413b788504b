"""What does an import cost beyond PostgreSQL's own COPY of the same rows, and does its memory stay flat?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from tempfile import TemporaryFile
from time import perf_counter

import psutil
import pytest
from django.db import connection
from django.utils import timezone
from xlsxwriter import Workbook

from accounts.models import User
from benchmarks.rollouts import INHABITED, Rollouts
from commitments.models import Institution, Presence, Service
from commitments.resources import PresenceKind
from dashboard.import_files import as_csv, as_xlsx
from dashboard.imports import WORKS
from regions.models import ImportBatch, Site
from regions.services import imports
from regions.services.ledger import report

pytestmark = [pytest.mark.benchmark(group="import"), pytest.mark.timeout(3600)]

COUNTERS, SERVICES_EACH = 2_500, 20
OPENED_ON = date(2026, 6, 1)
FLAT_MB = 300
# A rollout of its own: what is imported is believed, so it stays.
SIZE = 2
_EDITOR = "impor@pantau-mpp.example"


@contextmanager
def peak_mb() -> Iterator[list[int]]:
    """Watch how much memory the process takes; the list holds the most, once it is over."""
    process, is_over, seen = psutil.Process(), threading.Event(), [0]

    def watch() -> None:
        while not is_over.wait(0.02):
            seen[0] = max(seen[0], process.memory_info().rss // 1024**2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()


def counters() -> list[tuple[Site, Institution]]:
    """Return places for so many counters, at MPPs that were open by then."""
    sites = Site.objects.filter(milestones__stage="inaugurated", pk__lt=100_000).select_related("regency").distinct()
    pairs = [(site, institution) for institution in Institution.objects.all() for site in sites]
    assert len(pairs) >= 2 * COUNTERS
    return pairs


def workbook() -> bytes:
    """Return a file of so many services, one a row."""
    with TemporaryFile() as file:
        with Workbook(file, {"constant_memory": True}) as book:
            sheet = book.add_worksheet()
            header = ("kode_wilayah", "nama_mpp", "instansi", "dibuka", "petugas", "layanan", "cara", "sumber")
            sheet.write_row(0, 0, header)
            row = 0
            for site, institution in counters()[:COUNTERS]:
                for service in range(SERVICES_EACH):
                    row += 1
                    facts = (site.regency.code, site.name, institution.abbreviation, "1 Juni 2026", 4)
                    sheet.write_row(row, 0, (*facts, f"Layanan nomor {service}", "Langsung", "Surat edaran"))
        file.seek(0)
        return file.read()


def test_an_import_against_copy(compare: Callable[..., None], rollouts: Rollouts) -> None:
    rollouts.use(SIZE)
    editor = User.objects.create_superuser(_EDITOR)
    batch = imports.receive(PresenceKind.NAME, "layanan.xlsx", workbook(), by=editor)
    with peak_mb() as while_tried:
        began = perf_counter()
        imports.work_due(WORKS, now=timezone.now())
        tried_seconds = perf_counter() - began
    batch = ImportBatch.objects.defer("content").get(pk=batch.pk)
    assert batch.count("new") == COUNTERS * SERVICES_EACH, (batch.state, batch.remark, batch.outcomes)
    assert imports.confirm(batch, seen=batch.digest, by=editor)
    seen = [while_tried]

    def save() -> None:
        with peak_mb() as while_saved:
            imports.work_due(WORKS, now=timezone.now())
        seen.append(while_saved)

    def reported() -> None:
        """Have counters that services can be copied to: those of a verified one are final."""
        for site, institution in counters()[COUNTERS : 2 * COUNTERS]:
            report(Presence(site=site, institution=institution, counter_opened_on=OPENED_ON), by=editor)

    def copied() -> None:
        keys = Presence.objects.filter(state="reported", counter_opened_on=OPENED_ON).values_list("pk", flat=True)
        rows = [(key, f"Layanan nomor {number}") for key in keys for number in range(SERVICES_EACH)]
        with connection.cursor() as cursor:
            into = "COPY commitments_service (presence_id, name, channel, is_licence) FROM STDIN"
            with cursor.copy(into) as copy:
                for key, name in rows:
                    copy.write_row((key, name, "direct", False))

    compare(
        save,
        copied,
        before_other=reported,
        rounds=1,
        what=f"saving {COUNTERS * SERVICES_EACH:,} services of {COUNTERS:,} counters from a workbook",
        against="PostgreSQL's COPY of the services alone",
        aim=40,
        why=(
            "reading the workbook, checking every cell, reporting and verifying every counter by its services,"
            " coverage before and after, and a row of record for each; COPY writes the same services, under the"
            f" same triggers. Trying the file before took {tried_seconds:.0f} s; the process had"
            f" {max(each[0] for each in seen)} MB at most while it tried."
        ),
    )
    batch.refresh_from_db(fields=["state"])
    assert batch.state == "applied"
    assert max(each[0] for each in seen) < FLAT_MB, seen


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_long_export_is_flat(clock: Callable[..., None], rollouts: Rollouts, form: str) -> None:
    rollouts.use(INHABITED)
    editor = User.objects.filter(email=_EDITOR).first() or User.objects.create_superuser(_EDITOR)
    assert Service.objects.count() == 60_000
    before = psutil.Process().memory_info().rss // 1024**2

    def export() -> None:
        kind = PresenceKind(editor)
        if form == "csv":
            for _part in as_csv(kind):
                pass
        else:
            as_xlsx(kind).close()

    with peak_mb() as seen:
        clock(
            export,
            rounds=1,
            allowed_seconds=60,
            what=f"all services as {form}",
            why="60,000 services of 10,000 counters written row by row, as the page of imports sends them.",
        )
    assert seen[0] - before < 60, (before, seen)
