"""Does every kind that is exported come in again, and does each write what its rows say by its own rules?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from commitments.choices import ServiceChannel
from commitments.models import Agreement, Institution, Pledge, PledgeRevision, Presence
from dashboard.import_files import as_csv, as_xlsx, template
from dashboard.imports import BY_NAME, KINDS
from regions.choices import EntryState, ImportState, OperatingStatus, Role, Stage
from regions.models import Assignment, Milestone, OperatingRecord, ReadinessAssessment, Regency, Site
from regions.resources.base import Kind
from regions.services.ledger import verify
from taskforce.coverage import Question, answer
from taskforce.models import ActionItem, Target
from taskforce.services.actions import plan
from tests.importing import outcomes, problems, reversed_, saved, sent, workbook

pytestmark = pytest.mark.django_db
SOURCE = "https://contoh.example/siaran-pers"


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=timezone.localdate())
    return officer


@pytest.fixture
def everything(
    editor: User,
    counter: Callable[..., Presence],
    operating: Callable[..., OperatingRecord],
    assessed: Callable[..., ReadinessAssessment],
    ponorogo: Regency,
    site: Site,
    bpn: Institution,
) -> None:
    """At least one row of each kind, with what is hard to write down."""
    Site.objects.filter(pk=site.pk).update(
        address="=1+1;  -2\r\nbaris kedua ", building="'-1", latitude="-7.868", longitude="111.4"
    )
    counter("Cetak  =KTP", "-Surat", "Izin usaha; baru", service_days=[1, 2, 5], staff=3, note="@catatan")
    operating(site, note="+62 811")
    operating(site, since=date(2025, 12, 31), date_precision="year", status=OperatingStatus.TRIAL)
    assessed(date(2026, 2, 28), date_precision="month", budget="ready", staff="partly")
    Pledge.objects.create(regency=ponorogo, pledged_on=date(2025, 5, 1), due_on=date(2026, 12, 31))
    today = timezone.localdate()
    plan(ActionItem(title="=Surat", site=site, due_on=today + timedelta(days=30)), by=editor)
    plan(ActionItem(title="Surat", regency=ponorogo, owner=bpn, due_on=today + timedelta(days=30)), by=editor)


# --- There and back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.NAME)
def test_what_is_exported_is_the_same_when_it_comes_in(
    everything: None, editor: User, kind: type[Kind], form: str
) -> None:
    made = kind(editor)
    with as_xlsx(made) as book:
        content = book.read() if form == "xlsx" else b"".join(as_csv(made))

    batch = sent(kind.NAME, content, by=editor, name=f"data.{form}")

    assert batch.state == ImportState.CHECKED, batch.remark
    assert batch.row_count
    assert set(outcomes(batch)) == {"same"}, (
        problems(batch)[:5],
        list(batch.rows.filter(outcome="changed").values("about", "changes")[:5]),
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.NAME)
def test_a_template_is_a_file_of_its_kind(editor: User, kind: type[Kind]) -> None:
    batch = sent(kind.NAME, template(kind(editor)), by=editor, name="templat.xlsx")

    assert batch.state == ImportState.REFUSED
    assert batch.remark == "Berkas ini hanya berisi judul kolom."


# --- Ledgers ----------------------------------------------------------------------------------------------

STAGES = ("nomor", "kode_wilayah", "nama_mpp", "tahap", "tanggal", "sumber", "catatan")


def test_an_editors_entries_are_believed_and_move_coverage(editor: User, site: Site) -> None:
    row = ("", "35.02", "", "Diresmikan", "24 September 2025", SOURCE, "")

    batch = saved(sent("tahap", workbook(STAGES, row), by=editor), by=editor)

    entry = Milestone.objects.get(site=site)
    assert (entry.stage, entry.reached_on, entry.state) == (Stage.INAUGURATED, date(2025, 9, 24), EntryState.VERIFIED)
    [inaugurated] = [each for each in batch.effect if each["counting"] == "inaugurated"]
    assert inaugurated["areas"][0]["after"] == inaugurated["areas"][0]["before"] + 1
    assert inaugurated["areas"][1]["name"] == "Jawa Timur"


def test_an_officers_entries_are_reports(dinas: User, site: Site) -> None:
    row = ("", "35.02", "", "Pembangunan/renovasi", "September 2025", "", "")

    saved(sent("tahap", workbook(STAGES, row), by=dinas), by=dinas)

    entry = Milestone.objects.get(site=site)
    assert (entry.state, entry.reported_by, entry.channel) == (EntryState.REPORTED, dinas, "report")
    assert (entry.reached_on, entry.date_precision) == (date(2025, 9, 30), "month")


def test_an_officer_learns_what_their_rows_add_and_not_what_others_report(
    dinas: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    public = answer(Question(timezone.localdate())).national.covered
    reported(Site.objects.create(regency=Regency.objects.filter(sites=None, is_autonomous=True).first(), name="MPP"))

    batch = sent("tahap", workbook(STAGES, ("", "35.02", "", "Diresmikan", "2026-01-05", "", "")), by=dinas)

    [inaugurated] = [each for each in batch.effect if each["counting"] == "inaugurated"]
    assert (inaugurated["areas"][0]["before"], inaugurated["areas"][0]["after"]) == (public, public + 1)


def test_a_changed_entry_is_a_correction_and_goes_back_as_one(
    editor: User, site: Site, verified: Callable[..., Milestone]
) -> None:
    entry = verified(site, Stage.INAUGURATED, date(2026, 3, 1))
    row = (entry.receipt, "35.02", "", "Diresmikan", "02/03/2026", SOURCE, "Tanggal keliru")

    batch = saved(sent("tahap", workbook(STAGES, row), by=editor), by=editor)
    corrected = Milestone.objects.in_force().get(site=site)
    reversed_(batch, by=editor)

    assert (corrected.supersedes, corrected.reached_on) == (entry, date(2026, 3, 2))
    [again] = Milestone.objects.in_force().filter(site=site)
    assert again.reached_on == date(2026, 3, 1)
    assert (batch.state, batch.remark) == (ImportState.REVERSED, "")


def test_what_an_entry_noted_is_still_noted_when_it_is_restored(
    editor: User, site: Site, verified: Callable[..., Milestone]
) -> None:
    entry = verified(site, note="Dihadiri bupati")
    row = (entry.receipt, "35.02", "", "", "02/03/2026", SOURCE, "Tanggal keliru")

    batch = reversed_(saved(sent("tahap", workbook(STAGES, row), by=editor), by=editor), by=editor)

    note, reason = Milestone.objects.in_force().get(site=site).note.split("\n")
    assert note == "Dihadiri bupati"
    assert batch.file_name in reason


def test_a_number_stands_in_one_row_only(editor: User, site: Site) -> None:
    rows = [(str(site.pk), "", name) for name in ("MPP Ponorogo", "MPP Reog")]

    batch = sent("mpp", workbook(("nomor", "kode_wilayah", "nama_mpp"), *rows), by=editor)

    assert problems(batch) == ["3 : baris ini mengulang baris 2 []"]


def test_a_day_and_the_year_that_ends_on_it_are_two_statements(editor: User, site: Site) -> None:
    rows = [("", "35.02", "", "Diresmikan", day, SOURCE, "") for day in ("2025-12-31", "2025")]
    saved(sent("tahap", workbook(STAGES, *rows), by=editor), by=editor)

    batch = sent("tahap", b"".join(as_csv(BY_NAME["tahap"](editor))), by=editor, name="data.csv")

    assert set(outcomes(batch)) == {"same"}, problems(batch)


def test_a_number_in_no_digits_of_ours_is_unknown(editor: User) -> None:
    told = problems(sent("mpp", workbook(("nomor", "kode_wilayah", "nama_mpp"), ("²", "", "")), by=editor))

    assert told == ["2 nomor: “²” tidak dikenal, atau bukan wilayah kerja Anda []"]


def test_new_entries_are_withdrawn_never_deleted(editor: User, site: Site) -> None:
    row = ("", "35.02", "", "Diresmikan", 45924, SOURCE, "")
    batch = saved(sent("tahap", workbook(STAGES, row), by=editor), by=editor)

    reversed_(batch, by=editor)

    assert not Milestone.objects.in_force().filter(site=site).exists()
    assert [entry.withdraws for entry in Milestone.objects.filter(site=site).order_by("pk")] == [False, True]


def test_reports_that_wait_go_and_those_verified_since_wait_to_be_withdrawn(
    dinas: User, verifier: User, site: Site
) -> None:
    rows = [("", "35.02", "", stage, "2026-01-05", "", "") for stage in ("Komitmen", "Persiapan")]
    batch = saved(sent("tahap", workbook(STAGES, *rows), by=dinas), by=dinas)
    verify(Milestone.objects.get(site=site, stage=Stage.COMMITTED), by=verifier)

    reversed_(batch, by=dinas)

    left = Milestone.objects.filter(site=site).order_by("pk")
    assert [(entry.stage, entry.state, entry.withdraws) for entry in left] == [
        (Stage.COMMITTED, EntryState.VERIFIED, False),
        (Stage.COMMITTED, EntryState.REPORTED, True),
    ]


def test_an_entry_in_the_future_or_without_a_source_is_refused(editor: User, site: Site) -> None:
    rows = (
        ("", "35.02", "", "Diresmikan", "2099-01-01", SOURCE, ""),
        ("", "35.02", "", "Diresmikan", "2026-01-01", "", ""),
        ("", "35.02", "", "Diresmikn", "09/24/2025", SOURCE, ""),
    )

    told = problems(sent("tahap", workbook(STAGES, *rows), by=editor))

    assert "Tanggal kejadian tidak boleh di masa depan." in told[0]
    assert "Entri impor memerlukan sumber." in told[1]
    assert told[2:] == [
        "4 tahap: “Diresmikn” tidak dikenal [Diresmikan]",
        "4 tanggal: “09/24/2025” menyebut bulan lebih dahulu [24/09/2025]",
    ]


def test_a_number_of_another_regencys_mpp_is_not_taken_for_a_correction(
    editor: User, site: Site, verified: Callable[..., Milestone]
) -> None:
    other = Site.objects.create(regency=Regency.objects.get(code="11.01"), name="MPP Lain")
    entry = verified(other)
    item = plan(ActionItem(title="Surat", site=other, due_on=timezone.localdate()), by=editor)
    titles = ("nomor", "kode_wilayah", "nama_mpp", "judul", "tenggat")

    told = problems(sent("tahap", workbook(STAGES, (entry.receipt, "35.02", "", "", "", SOURCE, "")), by=editor))
    row = (str(item.pk), "35.02", "", "Surat", item.due_on)
    told += problems(sent("rencana-aksi", workbook(titles, row), by=editor))

    assert told == ["2 nama_mpp: nomor ini tentang MPP Lain []", "2 nomor: nomor ini tentang MPP Lain []"]


# --- Counters ---------------------------------------------------------------------------------------------

COUNTERS = ("kode_wilayah", "nama_mpp", "instansi", "dibuka", "hari", "petugas", "layanan", "cara", "izin", "sumber")


def test_rows_of_one_counter_are_one_statement(editor: User, inaugurated: Site) -> None:
    facts = ("35.02", "", "BPN", "01/03/2026", "Senin-Jumat", 4)
    rows = [(*facts, name, "", "", SOURCE) for name in ("Cek sertipikat", "Balik nama")]

    batch = saved(sent("layanan", workbook(COUNTERS, *rows), by=editor), by=editor)

    counter = Presence.objects.in_force().get(site=inaugurated)
    assert counter.institution.abbreviation == "ATR/BPN"
    assert (counter.service_days, counter.staff) == ([1, 2, 3, 4, 5], 4)
    assert {each.name for each in counter.services.all()} == {"Cek sertipikat", "Balik nama"}
    assert outcomes(batch) == ["new", "new"]


def test_a_further_service_is_added_and_taken_back(editor: User, counter: Callable[..., Presence]) -> None:
    first = counter("Cek sertipikat")
    facts = ("35.02", "", "ATR/BPN", "2026-03-01", "", None)
    rows = [(*facts, name, "", "", SOURCE) for name in ("Cek sertipikat", "Balik nama")]
    batch = saved(sent("layanan", workbook(COUNTERS, *rows), by=editor), by=editor)
    both = Presence.objects.in_force().get(site=first.site)

    reversed_(batch, by=editor)

    assert outcomes(batch) == ["changed", "new"]
    assert (both.supersedes, both.services.count()) == (first, 2)
    again = Presence.objects.in_force().get(site=first.site)
    assert [each.name for each in again.services.all()] == ["Cek sertipikat"]


@pytest.mark.parametrize("days", ["Minggu-Kamis", "Sabtu-Senin", "Senin-Rabu-Jumat"])
def test_days_that_are_no_span_of_the_week_are_refused(editor: User, inaugurated: Site, days: str) -> None:
    row = ("35.02", "", "BPN", "2026-03-01", days, 4, "Cek sertipikat", "", "", SOURCE)

    told = problems(sent("layanan", workbook(COUNTERS, row), by=editor))

    assert told == [f"2 hari: “{days.lower()}” bukan rentang hari []"]


def test_rows_of_a_counter_that_disagree_are_named(editor: User, inaugurated: Site) -> None:
    rows = (
        ("35.02", "", "BPN", "2026-03-01", "", 4, "Cek sertipikat", "", "", SOURCE),
        ("35.02", "", "BPN", "2026-03-01", "", 5, "Cek sertipikat", "melayang", "", SOURCE),
        ("35.02", "", "BPN", "2026-03-01", "", 4, "cek SERTIPIKAT", "", "", SOURCE),
    )

    told = problems(sent("layanan", workbook(COUNTERS, *rows), by=editor))

    assert told[0] == "2 : ada kesalahan pada baris lain gerai ini []"
    assert told[1] == "3 petugas: berbeda dari baris pertama gerai ini []"
    assert told[2].startswith("3 cara: “melayang” tidak dikenal")
    assert told[3] == "4 layanan: sudah ada pada baris 2 []"


def test_what_a_row_leaves_out_of_a_service_stays_as_recorded(
    editor: User, counter: Callable[..., Presence], bpn: Institution
) -> None:
    facts = ("35.02", "", "ATR/BPN", "2026-03-01", "", None)
    rows = [(*facts, name, "Elektronik", "ya", SOURCE) for name in ("Cek sertipikat", "Balik nama")]
    counter()
    saved(sent("layanan", workbook(COUNTERS, *rows), by=editor), by=editor)
    later = ((*facts, "Cek sertipikat", "", "", SOURCE), (*facts, "Balik nama", "", "tidak", SOURCE))

    batch = saved(sent("layanan", workbook(COUNTERS, *later), by=editor), by=editor)

    services = Presence.objects.in_force().get(institution=bpn).services.order_by("name")
    assert [(each.name, each.channel, each.is_licence) for each in services] == [
        ("Balik nama", ServiceChannel.ELECTRONIC, False),
        ("Cek sertipikat", ServiceChannel.ELECTRONIC, True),
    ]
    assert outcomes(batch) == ["same", "changed"]
    assert batch.rows.get(number=3).changes == [["izin", "ya", "tidak"]]
    assert batch.rows.get(number=3).about.endswith(": Balik nama")


def test_a_row_asks_which_of_two_ways_of_a_service_it_means(editor: User, counter: Callable[..., Presence]) -> None:
    facts = ("35.02", "", "ATR/BPN", "2026-03-01", "", None)
    counter("Cek sertipikat")
    saved(
        sent("layanan", workbook(COUNTERS, (*facts, "Cek sertipikat", "Elektronik", "", SOURCE)), by=editor), by=editor
    )

    told = problems(sent("layanan", workbook(COUNTERS, (*facts, "cek sertipikat", "", "ya", SOURCE)), by=editor))

    assert told == ["2 cara: wajib diisi: layanan ini tercatat dengan 2 cara []"]


def test_a_formula_or_nothing_is_no_service(editor: User, inaugurated: Site) -> None:
    facts = ("35.02", "", "BPN", "2026-03-01", "", 4)
    rows = [(*facts, name, "", "", SOURCE) for name in ("Cek sertipikat", "=CONCAT(1,2)", "(kosong)")]

    told = problems(sent("layanan", workbook(COUNTERS, *rows), by=editor))

    assert told[1:] == [
        "3 layanan: sel berisi rumus atau galat Excel; tempel nilainya saja []",
        "4 layanan: tidak dapat dikosongkan []",
    ]


# --- Records ----------------------------------------------------------------------------------------------


def test_pledges_institutions_targets_and_items_are_kept(editor: User, ponorogo: Regency) -> None:
    files: dict[str, tuple[tuple[Any, ...], ...]] = {
        "janji": (("kode_wilayah", "berjanji", "paling_lambat"), ("35.02", "2 Mei 2025", "Desember 2026")),
        "instansi": (
            ("singkatan", "nama", "jenis"),
            ("UJI", "Badan Uji", Institution.objects.first().get_kind_display()),
        ),
        "target": (
            ("provinsi", "ukuran", "nilai", "tenggat", "ditetapkan", "oleh", "sumber", "aktif"),
            ("Jawa Timur", "Cakupan (persen)", "97,5", "31/12/2031", "1 Januari 2026", "Menteri", SOURCE, "ya"),
        ),
        "rencana-aksi": (
            ("judul", "kode_wilayah", "penanggung_jawab", "tenggat"),
            ("Kirim surat", "35.02", "BPN", timezone.localdate() + timedelta(days=9)),
        ),
    }

    for kind, rows in files.items():
        saved(sent(kind, workbook(*rows), by=editor), by=editor)

    assert Pledge.objects.get(regency=ponorogo).due_on == date(2026, 12, 31)
    assert Institution.objects.get(abbreviation="UJI").name == "Badan Uji"
    assert str(Target.objects.get(deadline=date(2031, 12, 31)).value) == "97.5"
    item = ActionItem.objects.get(title="Kirim surat")
    assert (item.owner.abbreviation, item.regency) == ("ATR/BPN", ponorogo)


def test_a_pledge_that_was_put_off_since_is_not_taken_back(editor: User, ponorogo: Regency) -> None:
    file = workbook(("kode_wilayah", "berjanji", "paling_lambat"), ("35.02", "2 Mei 2025", "Desember 2026"))
    batch = saved(sent("janji", file, by=editor), by=editor)
    pledge = Pledge.objects.get(regency=ponorogo)
    said = {"revised_on": date(2026, 1, 5), "due_on": date(2027, 12, 31), "reason": "Anggaran"}
    PledgeRevision.objects.create(pledge=pledge, **said)

    reversed_(batch, by=editor)

    assert batch.state == ImportState.APPLIED
    assert "sudah dirujuk data lain" in batch.remark
    assert pledge.revisions.exists()


def test_an_institution_named_in_an_agreement_since_keeps_its_name(
    editor: User, bpn: Institution, pks: Callable[..., Agreement]
) -> None:
    body = Institution.objects.create(abbreviation="UJI", name="Badan Uji", kind=bpn.kind)
    row = (str(body.pk), "", "Badan Uji Baru", "")
    batch = saved(sent("instansi", workbook(("nomor", "singkatan", "nama", "jenis"), row), by=editor), by=editor)
    pks(body)

    reversed_(batch, by=editor)

    body.refresh_from_db()
    assert batch.state == ImportState.APPLIED
    assert body.name == "Badan Uji Baru"


def test_institutions_do_not_succeed_each_other_in_a_circle(editor: User) -> None:
    kind = Institution.objects.first().get_kind_display()
    for name in ("Satu", "Dua"):
        Institution.objects.create(abbreviation=name, name=f"Badan {name}", kind=Institution.objects.first().kind)
    header = ("singkatan", "nama", "jenis", "diteruskan_oleh", "ada_sampai")
    rows = [
        ("Satu", "Badan Satu", kind, "Badan Dua", "2026-01-01"),
        ("Dua", "Badan Dua", kind, "Badan Satu", "2026-01-01"),
    ]

    told = problems(sent("instansi", workbook(header, *rows), by=editor))

    assert told == ["3 diteruskan_oleh: Penerus tidak boleh kembali ke instansi ini sendiri. []"]


@pytest.mark.parametrize("kind", ["janji", "instansi", "target", "rencana-aksi"])
def test_records_of_editors_are_closed_to_officers(dinas: User, kind: str) -> None:
    batch = sent(kind, workbook(("kode_wilayah",), ("35.02",)), by=dinas)

    assert batch.state == ImportState.REFUSED
    assert batch.remark == "Anda tidak dapat mengimpor berkas jenis ini."
