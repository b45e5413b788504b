"""Do the files hold the numbers of the pages, all rows of them, for whoever may see the page and nobody else?"""

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from commitments.models import Presence
from dashboard.nation import UNITS_PER_PAGE
from regions.choices import Role
from regions.models import Assignment, Ceremony, Milestone, Province, ReadinessAssessment, Regency, Site
from regions.services.ceremonies import plan_ceremony
from taskforce.models import ActionItem, Letter
from taskforce.services.actions import plan
from taskforce.services.alerts import evaluate
from taskforce.services.letters import write_letter
from tests.screen import Tables, on_screen
from tests.taskforce import promises

pytestmark = pytest.mark.django_db
DASH = "\N{EN DASH}"
UNKNOWN = (DASH, "belum ada data", "?", "belum ada yang jatuh tempo", "tenggat lewat", "belum ada target", "")
NUMBER = re.compile(r"[-+\N{MINUS SIGN}]?\d+(?:[.,]\d+)?")


def address(url: str, wanted: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}unduh={wanted}"


def csv_of(client: Client, url: str, name: str) -> list[dict[str, str]]:
    response = client.get(address(url, f"{name}.csv"))
    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"), newline="")))


def xlsx_of(client: Client, url: str, name: str) -> list[dict[str, Any]]:
    response = client.get(address(url, f"{name}.xlsx"))
    assert response.status_code == 200
    [header, *rows] = load_workbook(BytesIO(response.content))[name].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def number(text: object) -> Decimal | None:
    """The number that a cell begins with, however it is written."""
    said = str("" if text is None else text)
    found = NUMBER.match(said)
    assert found or said.startswith(UNKNOWN) or not said, said
    return (
        Decimal(found[0].replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        if found and not said.startswith((DASH, "?"))
        else None
    )


# Page, table, how its first column is called on screen, and which column there is which in the file.
MAP = {1: "Tercakup", 2: "Cakupan (%)", 3: "Diresmikan", 4: "Dibuka/uji coba", 7: "Belum ada data"}
TREND = {1: "Tercakup", 2: "Dari unit", 3: "Cakupan (%)", 4: "Bertambah"}
NATION = {1: "Unit", 2: "Tercakup", 3: "Cakupan (%)", 4: "Kurang", 5: "Target (%)"}
SAME: list[tuple[str, str, str, dict[int, str]]] = [
    ("/", "provinsi", "Provinsi | Unit", NATION),
    ("/?as_at=2024-12-12&counting=opened", "provinsi", "Provinsi | Unit", NATION),
    ("/?as_at=2022-06-30&basis=514&boundaries=now", "provinsi", "Provinsi | Unit", NATION),
    ("/?as_at=2018-01-01&basis=508", "provinsi", "Provinsi | Unit", NATION),
    ("/", "perjalanan", "Per tanggal", TREND),
    ("/provinsi/35/?as_at=2024-12-12", "perjalanan", "Per tanggal", TREND),
    ("/peta/", "peta", "Provinsi", MAP),
    ("/peta/?as_at=2021-06-30&counting=opened", "peta", "Provinsi", MAP),
    ("/penjelasan/?sejak=2022-01-01", "berubah", "Sebab", {1: "Unit"}),
    ("/penjelasan/?province=35&known_at=2026-11-01", "kini", "Sebab", {1: "Unit"}),
    ("/satgas/", "target", "Tenggat", {2: "Target"}),
    ("/angka/", "angka", "Diumumkan", {2: "Angka", 3: "Buku besar", 4: "Selisih", 5: "Terjelaskan"}),
    ("/angka/?as_at=2024-12-31&metric=mpp_total", "angka", "Diumumkan", {2: "Angka", 3: "Buku besar"}),
    ("/perkiraan/?as_at=2025-12-31", "proyeksi", "Per tanggal", {1: "Diresmikan", 2: "P10", 3: "P50", 4: "P90"}),
    (
        "/perkiraan/?as_at=2025-12-31",
        "uji",
        "Dibuat pada",
        {2: "P10", 3: "P50", 5: "Kenyataan", 6: "Selisih"},
    ),
    ("/perkiraan/", "provinsi", "Provinsi", {1: "Tercakup", 2: "Laju 12 bulan (unit per bulan)"}),
    ("/komitmen/", "penanda-tangan", "Penanda tangan", {1: "Kehadiran (%)", 2: "Layanan berjalan", 4: "PKS saja"}),
    ("/komitmen/?province=35", "penanda-tangan", "Penanda tangan", {1: "Kehadiran (%)", 3: "Gerai terisi saja"}),
    ("/kesiapan/", "aspek", "Aspek", {2: "Siap", 3: "Sebagian", 4: "Belum", 5: "Belum ada data"}),
]


@pytest.fixture
def lived_in(counter: Callable[..., Presence], assessed: Callable[..., ReadinessAssessment]) -> None:
    """A counter with a service and an assessment, so that there is something to show."""
    counter("Paspor")
    assessed()


@pytest.mark.usefixtures("lived_in")
@pytest.mark.parametrize(("url", "name", "first", "columns"), SAME)
def test_the_numbers_of_a_file_are_those_on_the_screen(
    client: Client, url: str, name: str, first: str, columns: dict[int, str]
) -> None:
    screen = on_screen(client, url, first)
    files = {"csv": csv_of(client, url, name), "xlsx": xlsx_of(client, url, name)}

    assert any(number(row[place]) for row in screen for place in columns)
    for kind, rows in files.items():
        # The total stands on the page and in the workbook.
        assert len(screen) - len(rows) in ({0, 1} if kind == "csv" else {0})
        for shown, filed in zip(screen, rows, strict=False):
            for place, title in columns.items():
                assert number(shown[place]) == number(filed[title]), (kind, shown[0], title)


@pytest.mark.parametrize("question", ["", "?as_at=2024-12-12", "?as_at=2022-06-30&counting=opened"])
def test_the_units_of_a_province_are_those_on_the_screen(client: Client, question: str) -> None:
    url = f"/provinsi/35/{question}"

    screen, rows = on_screen(client, url, "Kabupaten/kota"), csv_of(client, url, "unit")

    # On the screen they stand under their stages, in the file by code.
    by_name = {row[0]: row for row in screen if row[1]}
    listed = [by_name[row["Kabupaten/kota"]] for row in rows]
    assert len(by_name) == len(rows)
    assert [row[1].replace("belum ada data", "") for row in listed] == [row["Tahap sekarang"] for row in rows]
    assert [row[5] != DASH for row in listed] == [row["Tercakup"] == "ya" for row in rows]
    assert [row["Kode"] for row in xlsx_of(client, url, "unit")] == [row["Kode"] for row in rows]


@pytest.mark.usefixtures("lived_in")
def test_the_matrix_says_in_lines_what_the_page_says_in_cells(client: Client) -> None:
    for url, says in (
        ("/komitmen/", lambda row: f"{row['Hadir']}/ dari {row['MPP yang diresmikan']}" if row["Hadir"] else "?"),
        ("/komitmen/?province=35", lambda row: row["Kehadiran"] or "?"),
    ):
        tables = Tables(client.get(url).content.decode()).tables
        [_header, *screen] = next(table for table in tables if table[0][0].startswith("Penanda tangan"))
        cells = [cell.split(" PKS")[0] for row in screen for cell in row[5:]]

        lines = csv_of(client, url, "matriks")

        assert len(lines) == len(cells)
        known = [(cell, says(line)) for cell, line in zip(cells, lines, strict=True) if cell[0] not in {"?", DASH}]
        assert known
        assert all(cell.startswith(said) for cell, said in known)


@pytest.mark.usefixtures("lived_in")
def test_who_is_missing_stands_once_a_line(client: Client) -> None:
    [*_others, screen] = Tables(client.get("/komitmen/belum-hadir/").content.decode()).tables

    rows = csv_of(client, "/komitmen/belum-hadir/", "nota")

    assert len(rows) > 1
    assert [row["Belum hadir"] for row in rows] == screen[1][2].split(", ")


def test_readiness_of_a_province_stands_unit_by_unit(client: Client, lived_in: None) -> None:
    rows = xlsx_of(client, "/kesiapan/?province=35", "rincian")

    assert len(rows) == 38 * 8
    assert [row["Aspek"] for row in rows if row["Tingkat"]] == ["Anggaran"]


def test_a_file_holds_the_rows_of_all_pages_of_a_list(client: Client, editor: User, ponorogo: Regency) -> None:
    client.force_login(editor)
    for count in range(52):
        plan(ActionItem(title=f"Hal {count}", regency=ponorogo, due_on=date(2030, 1, 1)), by=editor)
    evaluate(today=timezone.localdate())

    for url, name in (
        ("/perkiraan/berikutnya/", "daftar"),
        ("/satgas/rencana/", "rencana-aksi"),
        ("/pantauan/", "peringatan"),
    ):
        response = client.get(url)
        shown = response.context
        sheet = shown["list"].page if "list" in shown else shown["page"].sheet
        assert sheet.paginator.num_pages > 1, url
        assert len(csv_of(client, f"{url}?halaman=2", name)) == sheet.paginator.count


def test_pledges_are_filed_as_they_are_counted_and_listed(client: Client, editor: User) -> None:
    promises.make(60)
    url = "/komitmen/janji/?as_at=2026-01-01"

    for name, first, columns in (
        ("pergeseran", "Semula untuk", {2: "Diresmikan", 3: "Belum"}),
        ("per-tahun", "Tahun semula", {1: "Janji", -1: "Tingkat ditepati (%)"}),
        ("per-provinsi", "Provinsi", {1: "Janji", -1: "Tingkat ditepati (%)"}),
    ):
        screen, rows = on_screen(client, url, first), xlsx_of(client, url, name)
        assert len(screen) == len(rows) > 2
        for shown, filed in zip(screen, rows, strict=True):
            assert [number(shown[place]) for place in columns] == [number(filed[title]) for title in columns.values()]
    listed = on_screen(client, url, "Kabupaten/kota")
    rows = csv_of(client, url, "daftar")
    assert len(rows) == 60
    assert [row["Keadaan"] for row in rows[:50]] == [row[1] for row in listed]
    chosen = csv_of(client, f"{url}&standing=kept", "daftar")
    assert {row["Keadaan"] for row in chosen} == {"Ditepati"}
    assert len(chosen) < 60


@pytest.mark.parametrize("question", ["", "&province=35", "&island_group=Maluku&counting=opened"])
def test_an_explained_figure_is_filed_whole(client: Client, question: str) -> None:
    url = f"/penjelasan/?as_at=2024-12-12&sejak=2024-01-01{question}"
    found = client.get(url).context["page"].explanation

    numerator, denominator = csv_of(client, f"{url}&halaman=2", "pembilang"), xlsx_of(client, url, "penyebut")
    left_out, changed = csv_of(client, url, "tidak-dihitung"), csv_of(client, url, "berubah-unit")
    [*steps, end] = xlsx_of(client, url, "berubah")

    assert [row["Kode"] for row in numerator] == [unit.code for unit in found.covered]
    assert all(row["Sumber"] for row in numerator if row["Entri"])
    assert [row["Kode"] for row in denominator if row["Dihitung"] == "ya"] == [unit.code for unit in found.covered]
    assert len(denominator) == len(found.standings)
    others = len(found.outside) + len(found.undated) + len(found.unidentified)
    assert len(left_out) == len(found.omitted) + others
    assert sum(row["Unit"] for row in steps) == end["Unit"] == len(numerator)
    assert len(changed) == sum(abs(row["Unit"]) for row in steps[1:])


@pytest.mark.parametrize("question", ["", "?group=opened", "?island_group=Maluku&as_at=2024-12-12", "?province=35"])
def test_units_by_stage_are_filed_as_they_are_listed(client: Client, question: str) -> None:
    screen, rows = (
        on_screen(client, f"/tahap/{question}", "Kabupaten/kota"),
        csv_of(client, f"/tahap/{question}", "unit"),
    )

    assert rows
    # The file holds what the page shows on several.
    shown = min(len(rows), UNITS_PER_PAGE)
    assert [row[1:3] for row in screen] == [[row["Provinsi"], row["Kelompok"]] for row in rows[:shown]]


def test_what_happened_of_late_is_filed_as_it_is_told(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, source_url="https://example.go.id/berita")

    rows = csv_of(client, "/?as_at=2026-03-15", "terbaru")

    assert [(row["Tanggal"], row["Peristiwa"], row["MPP atau kabupaten/kota"]) for row in rows] == [
        ("2026-03-01", "Diresmikan", "MPP Kabupaten Ponorogo")
    ]
    assert rows[0]["Sumber"] == "https://example.go.id/berita"


def test_an_mpp_and_its_regency_are_filed_for_whom_they_are_shown(
    client: Client, editor: User, site: Site, counter: Callable[..., Presence]
) -> None:
    counter("Sertifikat", "Pengecekan", note="Ditelepon pak camat")
    pages = {f"/mpp/{site.pk}/": "gerai", "/kabkota/35.02/": "kehadiran"}

    for url, name in pages.items():
        public, listed = csv_of(client, url, "linimasa"), csv_of(client, url, name)
        assert [row["Peristiwa"] for row in public] == ["Diresmikan"]
        assert "Pertanahan" in listed[0]["Nama"]
        assert "Dilaporkan oleh" not in public[0]
    assert [row["Layanan"] for row in csv_of(client, f"/mpp/{site.pk}/", "gerai")] == ["Pengecekan", "Sertifikat"]

    client.force_login(editor)

    for url in pages:
        [row] = csv_of(client, url, "linimasa")
        assert row["Dilaporkan oleh"] == "officer@pantau-mpp.example"


def test_the_task_forces_tables_are_filed(client: Client, editor: User, ponorogo: Regency) -> None:
    page = client.get("/satgas/").context["page"]

    directives, members = csv_of(client, "/satgas/", "arahan"), csv_of(client, "/satgas/", "anggota")

    assert [row["Isi"] for row in directives] == [row.directive.text for row in page.directives] != []
    assert len(members) == sum(decree.members.count() for decree in page.decrees) > 0


def test_letters_and_ceremonies_are_filed_for_those_who_see_the_page(
    client: Client, editor: User, officer: User, site: Site, ponorogo: Regency
) -> None:
    plan_ceremony(Ceremony(held_on=date(2030, 1, 1), place="Jakarta"), [site], by=editor)
    write_letter(
        Letter(
            regency=ponorogo,
            kind="reminder",
            number="B/1",
            signed_by="A",
            position="Deputi",
            reply_by=timezone.localdate(),
        ),
        by=editor,
    )
    addresses = ["/satgas/surat/?unduh=surat.csv", "/seremoni/?unduh=akan-datang.csv"]
    assert [client.get(each).status_code for each in addresses] == [302, 302]
    client.force_login(officer)
    assert [client.get(each).status_code for each in addresses] == [403, 403]

    client.force_login(editor)

    [letter] = csv_of(client, "/satgas/surat/", "surat")
    [ceremony] = xlsx_of(client, "/seremoni/", "akan-datang")
    assert (letter["Nomor"], letter["Kabupaten/kota"]) == ("B/1", "Kabupaten Ponorogo")
    assert (ceremony["Tanggal"], ceremony["Tempat"], ceremony["Dalam daftar"]) == ("2030-01-01", "Jakarta", 1)
    held = client.get("/seremoni/").context["list"].held
    rows = xlsx_of(client, "/seremoni/", "berlangsung")
    assert [row["Dicatat"] for row in rows] == [each.recorded_count for each in held] != []


def test_a_file_of_an_english_page_has_english_titles_and_the_same_numbers(client: Client) -> None:
    question = "?as_at=2024-12-12&counting=opened"
    for kind in (csv_of, xlsx_of):
        ours, theirs = kind(client, f"/{question}", "provinsi"), kind(client, f"/en/{question}", "provinsi")

        assert list(theirs[0])[1:6] == ["Province", "Island group", "Units", "Covered", "Coverage (%)"]
        numbers = [list(list(row.values())[3:8]) for row in ours]
        assert [list(list(row.values())[3:8]) for row in theirs] == numbers
    text = client.get(f"/en/{question}&unduh=provinsi.csv").content.decode()
    assert re.search(r",\d+\.\d,", text)
    response = client.get(f"/en/{question}&unduh=provinsi.xlsx")
    assert 'filename="pantau-mpp_provinsi_2024-12-12_counting-opened.xlsx"' in response["Content-Disposition"]
    book = load_workbook(BytesIO(response.content))
    assert isinstance(book["provinsi"]["F2"].value, float)
    assert "/en/?as_at" in str(list(book.worksheets[1].iter_rows(values_only=True)))


def test_the_sheet_beside_the_table_says_what_the_figures_are(client: Client) -> None:
    url = "/?as_at=2024-12-12&counting=opened&known_at=2026-11-01"

    response = client.get(address(url, "provinsi.xlsx"))

    facts = dict(load_workbook(BytesIO(response.content))["Keterangan"].iter_rows(values_only=True))
    assert facts["Per tanggal"] == "12 Desember 2024"
    assert facts["Yang dihitung"] == "diresmikan, dibuka, atau uji coba"
    assert facts["Batas provinsi"] == "pada tanggal itu"
    assert facts["Lapisan"] == "terverifikasi"
    assert "1 November 2026" in facts["Menurut yang diketahui sampai"]
    assert "WIB" in facts["Dihitung"]
    assert "Buku besar" in facts["Sumber"]
    assert facts["Alamat"].endswith("/?as_at=2024-12-12&counting=opened&known_at=2026-11-01")


def test_the_name_of_a_file_says_what_was_asked(client: Client) -> None:
    response = client.get("/?unduh=provinsi.csv&as_at=2024-12-12&counting=opened&halaman=3&q=%22%0d%0aX:y")

    expected = 'attachment; filename="pantau-mpp_provinsi_2024-12-12_counting-opened_q-xy.csv"'
    assert response["Content-Disposition"] == expected


def test_a_page_offers_its_tables_with_its_parameters(client: Client) -> None:
    page = client.get("/?as_at=2024-12-12").content.decode()

    assert 'href="?as_at=2024-12-12&amp;unduh=provinsi.xlsx"' in page
    assert 'href="?as_at=2024-12-12&amp;unduh=provinsi.csv"' in page


def test_every_file_that_a_page_offers_is_there(client: Client, editor: User, lived_in: None) -> None:
    client.force_login(editor)
    evaluate(today=timezone.localdate())
    pages = ["/", "/provinsi/35/", "/komitmen/", "/komitmen/?province=35", "/komitmen/belum-hadir/", "/angka/"]
    pages += ["/komitmen/janji/", "/kesiapan/", "/kesiapan/?province=35", "/perkiraan/", "/perkiraan/berikutnya/"]
    pages += ["/satgas/rencana/", "/pantauan/", "/verifikasi/", "/tahap/", "/peta/", "/satgas/", "/satgas/surat/"]
    pages += ["/penjelasan/", "/penjelasan/?known_at=2026-11-01", "/seremoni/", "/kabkota/35.02/", "/en/", "/en/peta/"]
    pages += [f"/mpp/{pk}/" for pk in Site.objects.filter(regency__code="35.02").values_list("pk", flat=True)]

    offered = 0
    for page in pages:
        for wanted in re.findall(r"unduh=([a-z-]+\.(?:csv|xlsx))", client.get(page).content.decode()):
            assert client.get(address(page, wanted)).status_code == 200, (page, wanted)
            offered += 1

    assert offered >= 80


@pytest.mark.parametrize("wanted", ["provinsi.pdf", "provinsi", "unit.csv", ".csv", "../x.csv", "provinsi.csv.xlsx"])
def test_a_file_that_there_is_not_is_explained(client: Client, wanted: str) -> None:
    response = client.get("/", {"unduh": wanted})

    assert response.status_code == 404
    assert "tidak mempunyai tabel itu" in response.content.decode()


def test_a_wrong_question_is_explained_and_no_file(client: Client) -> None:
    response = client.get("/?unduh=provinsi.csv&as_at=kemarin")

    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_files_of_work_lists_are_for_those_who_may_see_the_page(
    client: Client, officer: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    reported(site, "ready")
    addresses = ["/verifikasi/?unduh=laporan.csv", "/pantauan/?unduh=peringatan.csv"]
    assert [client.get(each).status_code for each in addresses] == [302, 302]

    other = User.objects.create_user("lain@pantau-mpp.example")
    Assignment.objects.create(
        user=other, role=Role.PROVINCE, province=Province.objects.get(code="33"), valid_from=timezone.localdate()
    )
    client.force_login(other)

    assert "Ponorogo" not in client.get(addresses[0]).content.decode()
    client.force_login(officer)
    assert client.get(addresses[0]).status_code == 403


def test_an_unchanged_file_is_not_sent_again(client: Client) -> None:
    first = client.get("/?unduh=provinsi.xlsx")

    again = client.get("/?unduh=provinsi.xlsx", headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_file_takes_no_more_queries_than_its_page(client: Client, django_assert_max_num_queries: Any) -> None:
    for url, wanted in (("/", "provinsi.xlsx"), ("/provinsi/35/", "unit.csv"), ("/penjelasan/", "pembilang.csv")):
        with CaptureQueriesContext(connection) as page:
            client.get(url)
        with django_assert_max_num_queries(len(page)):
            client.get(address(url, wanted))


def test_what_somebody_typed_is_no_formula_in_a_file(client: Client, editor: User, ponorogo: Regency) -> None:
    client.force_login(editor)
    plan(ActionItem(title="==1", regency=ponorogo, due_on=date(2030, 1, 1)), by=editor)

    [row] = csv_of(client, "/satgas/rencana/", "rencana-aksi")
    [cells] = xlsx_of(client, "/satgas/rencana/", "rencana-aksi")

    assert (row["Rencana aksi"], cells["Rencana aksi"]) == ("'==1", "==1")
