"""How do tests send a file, have it worked on as the worker does, and look at what came of it?"""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import User
from dashboard.imports import WORKS
from regions.models import ImportBatch, ImportRow
from regions.services import imports


def workbook(*rows: Sequence[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def csv_of(*rows: Sequence[Any], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def work() -> None:
    imports.work_due(WORKS, now=timezone.now())


def sent(kind: str, content: bytes, *, by: User, name: str = "berkas.xlsx") -> ImportBatch:
    """Take a file in and have it tried."""
    batch = imports.receive(kind, name, content, by=by)
    work()
    batch.refresh_from_db()
    return batch


def saved(batch: ImportBatch, *, by: User) -> ImportBatch:
    """Confirm what was tried and have it saved."""
    assert imports.confirm(batch, seen=batch.digest, by=by), (batch.state, problems(batch))
    work()
    batch.refresh_from_db()
    return batch


def reversed_(batch: ImportBatch, *, by: User) -> ImportBatch:
    """Have what was saved taken back."""
    assert imports.reverse(batch, by=by)
    work()
    batch.refresh_from_db()
    return batch


def outcomes(batch: ImportBatch) -> list[str]:
    return [row.outcome for row in batch.rows.all()]


def problems(batch: ImportBatch) -> list[str]:
    return [
        f"{row.number} {each['column']}: {each['reason']} [{each['proposal']}]"
        for row in ImportRow.objects.filter(batch=batch)
        for each in row.problems
    ]


def upload(client: Client, kind: str, content: bytes, name: str = "berkas.xlsx") -> Any:
    return client.post("/kerja/impor/", {"kind": kind, "file": SimpleUploadedFile(name, content)})


def column(rows: Iterable[Sequence[Any]], place: int) -> list[Any]:
    return [row[place] for row in rows]
