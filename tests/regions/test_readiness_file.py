"""Do published assessments enter the ledger with their source, all of a file or nothing, and once?"""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from mpp_tracker.lib.csvfile import BrokenFileError
from regions.choices import EntryChannel, EntryState, Role
from regions.forms import ReadinessFileForm
from regions.models import Assignment, ReadinessAssessment, Regency
from regions.services.ledger import report, verify
from regions.services.readiness import COLUMNS, load_readiness

pytestmark = pytest.mark.django_db

IMPORT = "/admin/regions/readinessassessment/import/"
PLAIN = {
    "kode_wilayah": "35.02",
    "nama_wilayah": "Kabupaten Ponorogo",
    "tanggal": "2026-03-01",
    "anggaran": "siap",
    "sumber": "https://contoh.example/survei",
}


def write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(PLAIN | row for row in rows)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kesiapan.csv"


def test_a_row_enters_verified_with_its_source_and_what_is_empty_stays_unknown(file: Path, importer: User) -> None:
    write(file, {"gedung": "Sebagian", "jaringan": "belum", "catatan": "Survei 2026"})

    load_readiness(file, by=importer)

    entry = ReadinessAssessment.objects.get()
    assert (entry.regency.code, entry.assessed_on) == ("35.02", date(2026, 3, 1))
    assert (entry.state, entry.channel, entry.source_url) == (EntryState.VERIFIED, EntryChannel.IMPORT, PLAIN["sumber"])
    assert (entry.budget, entry.building, entry.network) == ("ready", "partly", "not_yet")
    assert (entry.commitment, entry.proposal, entry.staff, entry.regulation, entry.institutions) == ("",) * 5


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2025", date(2025, 12, 31), "year"),
        ("2025-02", date(2025, 2, 28), "month"),
        ("2025-02-03", date(2025, 2, 3), "day"),
    ],
)
def test_a_date_is_as_exact_as_it_is_written(file: Path, importer: User, text: str, day: date, precision: str) -> None:
    load_readiness(write(file, {"tanggal": text}), by=importer)

    entry = ReadinessAssessment.objects.get()
    assert (entry.assessed_on, entry.date_precision) == (day, precision)


def test_a_second_load_changes_nothing_also_after_a_correction(
    file: Path, importer: User, officer: User, verifier: User
) -> None:
    write(file, {}, {"kode_wilayah": "35.10", "nama_wilayah": "Kabupaten Banyuwangi"})
    first = load_readiness(file, by=importer)
    wrong = ReadinessAssessment.objects.get(regency__code="35.02")
    right = ReadinessAssessment(regency=wrong.regency, assessed_on=wrong.assessed_on, budget="partly")
    right.supersedes, right.note = wrong, "Belum disahkan"
    verify(report(right, by=officer), by=verifier)

    second = load_readiness(file, by=importer)

    assert (first.created, first.unchanged) == (2, 0)
    assert (second.created, second.unchanged) == (0, 2)
    assert ReadinessAssessment.objects.count() == 3


def test_everything_wrong_is_said_at_once_by_row_and_nothing_is_loaded(file: Path, importer: User) -> None:
    write(
        file,
        {},
        {"kode_wilayah": "99.99", "anggaran": "hampir", "sumber": ""},
        {"kode_wilayah": "35.10"},
        {"tanggal": "01/03/2026"},
        {"tanggal": "2026-02-30"},
        {"tanggal": "2999-01-01"},
        {"tanggal": "2016"},
        {"tanggal": "2026-04-01", "anggaran": ""},
        {"kode_wilayah": "31.71", "nama_wilayah": "Kota Administrasi Jakarta Pusat"},
        {"anggaran": "belum"},
        {"tanggal": "2026-05-01", "sumber": "x" * 501},
    )

    with pytest.raises(BrokenFileError) as error:
        load_readiness(file, by=importer)

    said = [(problem.row, problem.column) for problem in error.value.problems]
    assert said == [
        (3, "kode_wilayah"),
        (3, "anggaran"),
        (3, "sumber"),
        (4, "nama_wilayah"),
        (5, "tanggal"),
        (6, "tanggal"),
        (7, ""),
        (8, ""),
        (9, ""),
        (10, ""),
        (11, ""),
        (12, ""),
    ]
    sentences = "\n".join(str(problem) for problem in error.value.problems)
    for words in (
        "kesiapan.csv, baris 3, kolom anggaran: “hampir” tidak dikenal; pilihannya: belum, sebagian, siap",
        "“Kabupaten Ponorogo” bukan nama 35.10",
        "bukan tanggal YYYY-MM-DD, YYYY-MM atau YYYY",
        "tidak boleh di masa depan",
        "Tanggal paling awal 2017-01-01",
        "Isi sedikitnya satu aspek",
        "bukan unit sasaran",
        "sudah tercatat",
        "500 karakter",
    ):
        assert words in sentences
    assert not ReadinessAssessment.objects.exists()


def test_codes_are_text(file: Path, importer: User) -> None:
    write(file, {"kode_wilayah": "35.2"})

    with pytest.raises(BrokenFileError, match=r"“35\.2” tidak dikenal"):
        load_readiness(file, by=importer)


def test_the_command_loads_and_says_what_it_did(file: Path, importer: User, capsys: Any) -> None:
    write(file, {})

    call_command("load_readiness", file=file, by=importer.email)
    assert "1 new, 0 unchanged" in capsys.readouterr().out

    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_readiness", file=write(file, {"anggaran": "?"}), by=importer.email)
    with pytest.raises(CommandError, match="No active account"):
        call_command("load_readiness", file=file, by="nobody@pantau-mpp.example")


def upload(client: Client, content: bytes) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile("survei.csv", content)})


def test_an_editor_loads_a_file_in_the_admin(client: Client, officer: User, file: Path) -> None:
    Assignment.objects.create(user=officer, role=Role.EDITOR, valid_from=date(2026, 1, 1))
    client.force_login(officer)

    response = upload(client, write(file, {}).read_bytes())

    assert response["Location"] == "/admin/regions/readinessassessment/"
    assert ReadinessAssessment.objects.get().reviewed_by == officer
    assert IMPORT in client.get("/admin/regions/readinessassessment/").content.decode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "kosong"),
        (b"kode\n35.02\n", "survei.csv, baris 1: kolomnya harus"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * (ReadinessFileForm.MAX_BYTES + 1), "paling besar"),
        (",".join(COLUMNS).encode() + b"\n" + b'"35.02\n', "bukan CSV yang sah"),
        (",".join(COLUMNS).encode() + b"\n<script>,,,,,,,,,,,,\n", "&lt;script&gt;"),
    ],
)
def test_a_file_that_is_none_is_refused_in_the_admin(client: Client, editor: User, content: bytes, says: str) -> None:
    client.force_login(editor)

    response = upload(client, content)

    assert response.status_code == 200
    assert says in response.content.decode()
    assert "<script>," not in response.content.decode()
    assert not ReadinessAssessment.objects.exists()


def test_only_editors_load_files(client: Client, officer: User, ponorogo: Regency, file: Path) -> None:
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=date(2026, 1, 1))
    client.force_login(officer)

    assert client.get(IMPORT).status_code in {302, 403}
    assert upload(client, write(file, {}).read_bytes()).status_code in {302, 403}
    assert not ReadinessAssessment.objects.exists()


def test_an_officers_word_and_a_file_on_one_day_do_not_both_count(
    file: Path, importer: User, assessed: Callable[..., ReadinessAssessment]
) -> None:
    assessed(date(2026, 3, 1), budget="partly")

    with pytest.raises(BrokenFileError, match="sudah tercatat"):
        load_readiness(write(file, {}), by=importer)
