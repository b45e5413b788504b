"""Does a file do exactly what was looked at, all of it or nothing, once, and only on its sender's turf?"""

import math
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from dashboard.import_files import _as_sent, to_mend
from dashboard.imports import BY_NAME, WORKS
from regions.choices import ImportState, Role
from regions.models import Assignment, DirtyProvince, ImportBatch, Milestone, ReadinessAssessment, Regency, Site
from regions.rules import ROLLOUT_BEGAN_ON
from regions.services import imports
from tests.importing import outcomes, problems, reversed_, saved, sent, upload, work, workbook

pytestmark = pytest.mark.django_db
SITES = ("kode_wilayah", "nama_wilayah", "nama_mpp", "alamat", "lintang", "bujur")


@pytest.fixture(autouse=True)
def unhurried(settings: Any, unthrottled: None) -> None:
    """No request waits, and nobody has sent too much."""
    settings.PAPER_WAIT_SECONDS = 0


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=timezone.localdate())
    return officer


# --- From file to rows ------------------------------------------------------------------------------------


def test_a_file_is_tried_looked_at_and_saved(client: Client, editor: User, ponorogo: Regency) -> None:
    client.force_login(editor)
    file = workbook(SITES, ("35.02", "Kabupaten Ponorogo", "MPP Ponorogo", "Jl. Alun-alun 1", -7.868, 111.462))

    sent_to = upload(client, "mpp", file)["Location"]
    work()
    looked_at = client.get(sent_to)
    untouched = Site.objects.filter(regency=ponorogo).count()
    client.post(f"{sent_to}simpan/", {"seen": looked_at.context["batch"].digest})
    work()

    assert untouched == 0
    assert "MPP Ponorogo" in looked_at.content.decode()
    site = Site.objects.get(regency=ponorogo)
    assert (site.name, site.address, str(site.latitude)) == ("MPP Ponorogo", "Jl. Alun-alun 1", "-7.868000")
    assert client.get(sent_to).context["state"] == ImportState.APPLIED


def test_every_row_is_new_changed_same_or_wrong(editor: User, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(address="Lama")
    other = Site.objects.exclude(pk=site.pk).select_related("regency").first()
    file = workbook(
        SITES,
        ("35.02", "", "MPP Kedua", "", None, None),
        ("35.02", "", "MPP Kabupaten Ponorogo", "Baru", None, None),
        (other.regency.code, "", other.name, "", None, None),
        ("99.99", "", "", "", "utara", 500),
    )

    batch = sent("mpp", file, by=editor)

    assert outcomes(batch) == ["new", "changed", "same", "wrong"]
    assert batch.rows.get(number=3).changes == [["alamat", "Lama", "Baru"]]
    told = problems(batch)
    assert [line.split(":")[0] for line in told] == ["5 kode_wilayah", "5 nama_mpp", "5 lintang"]
    assert not batch.can_be_saved
    assert imports.confirm(batch, seen=batch.digest, by=editor) is False


def test_an_empty_cell_leaves_what_is_recorded_and_a_word_takes_it_away(editor: User, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(address="Lama", building="Gedung A")
    header = (*SITES, "gedung")
    file = workbook(header, ("35.02", "", "MPP Kabupaten Ponorogo", "", None, None, "(kosong)"))

    saved(sent("mpp", file, by=editor), by=editor)

    site.refresh_from_db()
    assert (site.address, site.building) == ("Lama", "")


# --- What people mean -------------------------------------------------------------------------------------


@pytest.mark.parametrize("damaged", [11.1, "11.1", 1110, "1110", "11,10", timedelta(hours=11, minutes=10)])
def test_a_code_that_excel_damaged_is_proposed_never_taken(editor: User, damaged: Any) -> None:
    before = Site.objects.count()
    batch = sent("mpp", workbook(SITES, (damaged, "", "MPP Uji", "", None, None)), by=editor)
    [problem] = batch.rows.get().problems

    imports.agree(batch, [(problem["column"], problem["typed"], problem["proposal"])], seen=batch.digest, by=editor)
    work()
    batch.refresh_from_db()

    assert problem["proposal"] == "11.10"
    assert outcomes(batch) == ["new"]
    assert Site.objects.count() == before
    saved(batch, by=editor)
    assert Site.objects.get(name="MPP Uji").regency.code == "11.10"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Kab. Ponorogo", "35.02"), ("PONOROGO", "35.02"), ("Kota Bandung", "32.73"), ("Pangkalpinang", "19.71")],
)
def test_a_name_is_read_as_officials_write_it(editor: User, typed: str, meant: str) -> None:
    batch = sent("mpp", workbook(SITES, ("", typed, "MPP Uji", "", None, None)), by=editor)

    saved(batch, by=editor)

    assert Site.objects.get(name="MPP Uji").regency.code == meant


def test_a_misspelt_name_is_proposed_and_an_ambiguous_one_asks_for_the_code(editor: User) -> None:
    rows = (("", "Kab. Ponorgo", "MPP Uji", "", None, None), ("", "Bandung", "MPP Uji", "", None, None))

    told = problems(sent("mpp", workbook(SITES, *rows), by=editor))

    assert told[0] == "2 nama_wilayah: “Kab. Ponorgo” tidak dikenal [Kabupaten Ponorogo]"
    assert "dapat berarti Kota Bandung, Kabupaten Bandung" in told[1]


@pytest.mark.parametrize(("code", "called"), [("35.02", "Kabupaten Ponorogo"), ("32.04", "Kabupaten Bandung")])
def test_code_and_name_of_two_regencies_are_refused(editor: User, code: str, called: str) -> None:
    batch = sent("mpp", workbook(SITES, (code, "Kota Bandung", "MPP Uji", "", None, None)), by=editor)

    assert code in problems(batch)[0]
    assert called in problems(batch)[0]


# --- Bad input --------------------------------------------------------------------------------------------


def test_unknown_and_repeated_columns_are_refused_with_a_suggestion(editor: User) -> None:
    batch = sent("mpp", workbook(("kode_wilayah", "nama_mp", "alamat", "alamat")), by=editor)

    assert batch.state == ImportState.REFUSED
    assert "Kolom “nama_mp” tidak dikenal. Mungkin maksudnya “nama_mpp”." in batch.remark
    assert "Kolom “alamat” ada dua kali." in batch.remark


def test_a_row_that_repeats_another_is_refused(editor: User) -> None:
    row = ("35.02", "", "MPP Uji", "", None, None)

    batch = sent("mpp", workbook(SITES, row, row), by=editor)

    assert outcomes(batch) == ["new", "wrong"]
    assert problems(batch) == ["3 : baris ini mengulang baris 2 []"]


def test_a_formula_is_refused_and_stays_text_in_the_file_to_mend(editor: User) -> None:
    attack = '=HYPERLINK("https://evil.example","x")'
    batch = sent("mpp", workbook(SITES, ("35.02", "", "MPP Uji", attack, None, None)), by=editor)

    book = load_workbook(BytesIO(to_mend(batch, BY_NAME["mpp"](editor))))

    assert "alamat: sel berisi rumus" in problems(batch)[0]
    cells = [cell for row in book["Data"].iter_rows() for cell in row]
    assert attack in [cell.value for cell in cells if cell.data_type == "s"]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_a_file_to_mend_is_whole_and_names_what_is_wrong_beside_each_row(editor: User) -> None:
    good, wrong = ("35.02", "", "MPP Uji", "", None, None), ("35.02", "", "MPP Dua", "", "1e400", None)
    batch = sent("mpp", workbook(SITES, good, wrong), by=editor)

    sheet = load_workbook(BytesIO(to_mend(batch, BY_NAME["mpp"](editor))))["Data"]

    header, *rows = sheet.iter_rows(values_only=True)
    assert [dict(zip(header, row, strict=True))["nama_mpp"] for row in rows] == ["MPP Uji", "MPP Dua"]
    assert [bool(row[-1]) for row in rows] == [False, True]
    assert sheet.auto_filter.ref


def test_a_number_that_is_none_goes_into_the_file_to_mend_as_text() -> None:
    assert [_as_sent(value) for value in (math.inf, 10**20, 7.5)] == ["inf", str(10**20), 7.5]


def test_a_proposal_of_a_page_that_has_moved_on_is_not_taken(editor: User, client: Client) -> None:
    rows = [(code, "", f"MPP {code}", "", None, None) for code in ("11.1", "35.2")]
    batch = sent("mpp", workbook(SITES, *rows), by=editor)
    client.force_login(editor)
    seen = batch.digest
    client.post(f"/kerja/impor/{batch.pk}/setuju/", {"usulan": "0", "seen": seen})
    work()

    client.post(f"/kerja/impor/{batch.pk}/setuju/", {"usulan": "0", "seen": seen})

    batch.refresh_from_db()
    assert len(batch.accepted) == 1
    assert outcomes(batch) == ["new", "wrong"]


def test_what_would_be_reports_is_not_saved_as_facts(dinas: User) -> None:
    batch = sent(
        "kesiapan", workbook(("kode_wilayah", "tanggal", "anggaran"), ("35.02", "2026-03-01", "Siap")), by=dinas
    )
    Assignment.objects.create(user=dinas, role=Role.EDITOR, valid_from=timezone.localdate())

    imports.confirm(batch, seen=batch.digest, by=dinas)
    work()

    batch.refresh_from_db()
    assert batch.state == "checked"
    assert not ReadinessAssessment.objects.exists()


def test_files_are_asked_for_at_a_human_pace(editor: User, client: Client) -> None:
    client.force_login(editor)

    answers = [client.get("/kerja/impor/target/templat/") for _time in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1]["Retry-After"]


# --- Rights -----------------------------------------------------------------------------------------------


def test_an_officer_imports_within_their_turf_only(dinas: User, ponorogo: Regency) -> None:
    foreign = Site.objects.exclude(regency=ponorogo).select_related("regency").first()
    file = workbook(
        ("nomor", *SITES),
        ("", "35.02", "", "MPP Uji", "", None, None),
        ("", foreign.regency.code, "", "MPP Uji", "", None, None),
        (str(foreign.pk), "", "", "MPP Dicuri", "", None, None),
        ("999999999", "", "", "MPP Dicuri", "", None, None),
    )

    batch = sent("mpp", file, by=dinas)

    assert outcomes(batch) == ["new", "wrong", "wrong", "wrong"]
    stolen, invented = problems(batch)[-2:]
    assert (
        stolen.replace(str(foreign.pk), "N").partition(":")[2] == invented.replace("999999999", "N").partition(":")[2]
    )
    assert foreign.name not in str(list(batch.rows.values()))


def test_an_officer_does_not_say_where_an_mpp_belongs_or_whether_it_counts(
    dinas: User, ponorogo: Regency, site: Site
) -> None:
    other = Regency.objects.filter(is_autonomous=True).exclude(pk=ponorogo.pk).first()
    Assignment.objects.create(user=dinas, role=Role.OFFICER, regency=other, valid_from=timezone.localdate())
    number = str(site.pk)
    file = workbook(
        ("nomor", "kode_wilayah", "nama_mpp", "cabang", "penyelenggara", "alamat"),
        (number, "35.02", "", "ya", "", ""),
        ("", "35.02", "Mini MPP", "ya", "", ""),
    )
    moved = workbook(("nomor", "kode_wilayah", "nama_mpp"), (number, other.code, ""))
    organised = workbook(("nomor", "kode_wilayah", "nama_mpp", "penyelenggara"), (number, "", "", "Dinas Lain"))

    told = [problems(sent("mpp", each, by=dinas)) for each in (file, moved, organised)]

    assert [len(each) for each in told] == [2, 1, 1]
    assert "Cabang (mini MPP) hanya dapat dicatat oleh Kementerian." in told[0][1]
    for each in (told[0][0], told[1][0], told[2][0]):
        assert "hanya dapat diubah oleh Kementerian" in each


def test_an_mpp_that_counts_elsewhere_makes_figures_stale_and_so_does_its_way_back(editor: User, site: Site) -> None:
    other = Regency.objects.get(code="11.01")
    file = workbook(("nomor", "kode_wilayah", "nama_mpp"), (str(site.pk), other.code, ""))

    batch = saved(sent("mpp", file, by=editor), by=editor)
    stale = DirtyProvince.objects.filter(since=ROLLOUT_BEGAN_ON).values_list("province__code", flat=True)
    after = sorted(stale)
    DirtyProvince.objects.all().delete()
    reversed_(batch, by=editor)

    assert after == ["11", "35"]
    assert sorted(stale.all()) == ["11", "35"]


def test_nobody_else_sees_or_confirms_a_pending_file(client: Client, dinas: User, editor: User) -> None:
    batch = sent("mpp", workbook(SITES, ("35.02", "", "MPP Uji", "", None, None)), by=dinas)
    client.force_login(editor)

    answers = [client.get(f"/kerja/impor/{batch.pk}/")]
    answers += [client.post(f"/kerja/impor/{batch.pk}/{do}/") for do in ("simpan", "setuju", "batal")]

    assert [answer.status_code for answer in answers] == [404] * 4
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED


def test_who_lost_the_turf_meanwhile_saves_nothing(dinas: User) -> None:
    batch = sent("mpp", workbook(SITES, ("35.02", "", "MPP Uji", "", None, None)), by=dinas)
    Assignment.objects.filter(user=dinas).delete()

    imports.confirm(batch, seen=batch.digest, by=dinas)
    work()

    batch.refresh_from_db()
    assert batch.state == ImportState.REFUSED
    assert not Site.objects.filter(name="MPP Uji").exists()


# --- Once, and as it was looked at ------------------------------------------------------------------------


def test_data_that_changed_since_the_preview_is_shown_again(editor: User, site: Site) -> None:
    file = workbook(SITES, ("35.02", "", "MPP Kabupaten Ponorogo", "Dari berkas", None, None))
    batch = sent("mpp", file, by=editor)
    Site.objects.filter(pk=site.pk).update(address="Dari orang lain")

    saved(batch, by=editor)

    site.refresh_from_db()
    assert site.address == "Dari orang lain"
    assert batch.state == ImportState.CHECKED
    assert "Data berubah" in batch.remark
    assert batch.rows.get().changes == [["alamat", "Dari orang lain", "Dari berkas"]]


def test_the_same_file_twice_is_saved_once(editor: User) -> None:
    file = workbook(SITES, ("35.02", "", "MPP Uji", "", None, None))
    first, second = sent("mpp", file, by=editor), sent("mpp", file, by=editor)

    saved(first, by=editor)
    saved(second, by=editor)

    assert (first.state, second.state) == (ImportState.APPLIED, ImportState.CHECKED)
    assert outcomes(second) == ["same"]
    assert Site.objects.filter(name="MPP Uji").count() == 1


def test_confirming_twice_saves_once(editor: User) -> None:
    batch = sent("mpp", workbook(SITES, ("35.02", "", "MPP Uji", "", None, None)), by=editor)

    answers = [imports.confirm(batch, seen=batch.digest, by=editor) for _time in range(2)]
    work()
    work()

    assert answers == [True, False]
    assert Site.objects.filter(name="MPP Uji").count() == 1


def test_a_file_that_kills_its_workers_is_given_up(editor: User) -> None:
    batch = imports.receive("mpp", "berkas.xlsx", b"x", by=editor)
    ImportBatch.objects.filter(pk=batch.pk).update(attempts=3, alive_at=timezone.now() - imports.KEPT)

    assert imports.work_due(WORKS, now=timezone.now()) == 0

    batch.refresh_from_db()
    assert batch.state == ImportState.FAILED


# --- Taking back ------------------------------------------------------------------------------------------


def test_a_saved_file_is_taken_back(editor: User, site: Site) -> None:
    Site.objects.filter(pk=site.pk).update(address="Lama")
    file = workbook(
        SITES,
        ("35.02", "", "MPP Kabupaten Ponorogo", "Baru", None, None),
        ("35.02", "", "MPP Uji", "", None, None),
    )
    batch = saved(sent("mpp", file, by=editor), by=editor)

    reversed_(batch, by=editor)

    site.refresh_from_db()
    assert batch.state == ImportState.REVERSED
    assert site.address == "Lama"
    assert not Site.objects.filter(name="MPP Uji").exists()


def test_what_was_changed_or_used_since_is_not_taken_back(editor: User, reported: Any) -> None:
    file = workbook(SITES, ("35.02", "", "MPP Uji", "", None, None), ("35.03", "", "MPP Lain", "", None, None))
    batch = saved(sent("mpp", file, by=editor), by=editor)
    reported(Site.objects.get(name="MPP Uji"))

    reversed_(batch, by=editor)

    assert batch.state == ImportState.APPLIED
    assert "MPP Uji sudah dirujuk data lain" in batch.remark
    assert Site.objects.filter(name__in=["MPP Uji", "MPP Lain"]).count() == 2
    assert Milestone.objects.filter(site__name="MPP Uji").exists()
