"""Do the pages of a regency, an MPP and a province show what was so on a day, by what was known then, to whom it is?"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commitments.models import Pledge, PledgeRevision, Presence
from dashboard.charts import path_picture
from dashboard.places import Proof, proof_of
from regions.choices import Role, Stage
from regions.models import (
    Ceremony,
    DigitalAdoption,
    Milestone,
    OperatingRecord,
    Province,
    ReadinessAssessment,
    Regency,
    Site,
)
from regions.rules import distance_km
from regions.services.ledger import report, verify
from taskforce.coverage import Question, Standpoint, inaugurations, unit_standings
from taskforce.models import ActionItem, ActionUpdate
from taskforce.services.actions import plan, report_on
from taskforce.services.alerts import evaluate
from tests.dashboard.test_pages import text
from tests.dashboard.test_site import assigned

pytestmark = pytest.mark.django_db

URL = "/kabkota/35.02/"
YESTERDAY = (timezone.localdate() - timedelta(days=1)).isoformat()


def links(client: Client, url: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', client.get(url).content.decode()))


def marks(client: Client, url: str) -> list[str]:
    return [step.mark.value for step in client.get(url).context["page"].path.steps]


@pytest.fixture
def province_user(db: None) -> Client:
    """Somebody who works for Jawa Timur."""
    user = User.objects.create_user("provinsi@pantau-mpp.example")
    return assigned(user, Role.PROVINCE, province=Province.objects.get(code="35"))


@pytest.fixture
def foreign_officer(db: None) -> Client:
    """An officer of another regency."""
    user = User.objects.create_user("lain@pantau-mpp.example")
    return assigned(user, Role.OFFICER, regency=Regency.objects.get(code="35.10"))


# --- The regency ---


def test_a_regency_says_how_far_it_is_since_when_and_what_proves_it(client: Client) -> None:
    page = text(client, "/kabkota/35.10/?as_at=2024-12-12")

    assert "Kabupaten Banyuwangi Per 12 Desember 2024, terverifikasi" in page
    assert "Tahap terjauh Diresmikan 6 Oktober 2017" in page
    assert "Dihitung dalam cakupan (diresmikan) ya, sejak 6 Oktober 2017" in page
    assert "Kabupaten, unit sasaran Provinsi Jawa Timur Kode wilayah 35.10" in page
    assert "Diresmikan 6 Oktober 2017 Bukti: jatim.antaranews.com" in page


def test_what_nobody_recorded_is_unknown_and_never_nothing(client: Client) -> None:
    page = text(client, "/kabkota/35.05/")

    assert "Tahap terjauh belum ada data" in page
    assert "Status operasional belum ada data" in page
    for unknown in ("belum ada MPP yang tercatat", "tidak ada janji yang tercatat", "belum dinilai"):
        assert f"Belum ada data: {unknown}" in page
    # But for the rail of time, which every such page has.
    assert re.findall(r'<svg(?! class="time__)', client.get("/kabkota/35.05/").content.decode()) == []


def test_stages_that_were_skipped_are_told_from_those_ahead(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.COMMITTED, date(2022, 6, 30), date_precision="month")
    verified(site, Stage.BUILDING, date(2024, 2, 1), source_url="Berita acara 12/2024")

    assert marks(client, URL) == ["reached", *["unrecorded"] * 3, "reached", *["ahead"] * 5]
    page = text(client, URL)
    assert "Dari sepuluh tahap, 2 tercatat harinya. 3 tahap sebelumnya tidak tercatat" in page
    assert "Komitmen Juni 2022 Bukti: tidak disebutkan" in page
    assert "Pembangunan/renovasi 1 Februari 2024 Bukti: Berita acara 12/2024" in page
    assert marks(client, site.get_absolute_url()) == marks(client, URL)


def test_a_past_day_shows_what_was_so_then_and_marks_what_came_later(
    client: Client,
    site: Site,
    verified: Callable[..., Milestone],
    operating: Callable[..., OperatingRecord],
) -> None:
    verified(site, Stage.BUILDING, date(2024, 2, 1))
    verified(site, Stage.OPENED, date(2026, 2, 1))
    operating(site, since=date(2026, 2, 2))

    for url in (URL, site.get_absolute_url()):
        page = text(client, f"{url}?as_at=2025-01-01")
        assert "Tahap terjauh Pembangunan/renovasi 1 Februari 2024" in page
        assert "Status operasional belum ada data" in page
        assert page.count("sesudah tanggal yang ditanyakan") == 2
        assert "sesudah tanggal yang ditanyakan" not in text(client, url)


def test_what_was_not_known_then_does_not_count_and_is_marked(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    wrong = verified(site, Stage.OPENED, date(2026, 1, 5))
    verified(site, Stage.OPENED, date(2026, 2, 5), supersedes=wrong, note="Berita acara")

    for url in (URL, site.get_absolute_url()):
        page = text(client, f"{url}?known_at={YESTERDAY}")
        assert "Tahap terjauh belum ada data" in page
        assert page.count("belum diketahui waktu itu") == 2
        assert "Sudah dikoreksi" not in page
        now = text(client, url)
        assert "Tahap terjauh Dibuka daerah 5 Februari 2026" in now
        assert "Sudah dikoreksi; tidak lagi dihitung." in now


def test_several_mpps_are_one_unit_and_a_branch_is_none_of_them(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    branch = Site.objects.create(regency=site.regency, name="Mini MPP", is_branch=True)
    second = Site.objects.create(regency=site.regency, name="MPP Kedua")
    verified(branch, Stage.INAUGURATED, date(2025, 1, 1))
    verified(site, Stage.BUILDING, date(2025, 2, 1))
    verified(second, Stage.OPENED, date(2025, 3, 1))

    page = text(client, URL)

    assert "Tahap terjauh Dibuka daerah 1 Maret 2025" in page
    assert "Mini MPP Diresmikan 1 Januari 2025 Cabang (mini MPP); tidak dihitung dalam cakupan." in page
    assert "Pembangunan/renovasi 1 Februari 2025 MPP Kabupaten Ponorogo" in page
    assert "Tahap terjauh Diresmikan 1 Januari 2025" in text(client, branch.get_absolute_url())


def test_part_of_jakarta_leads_to_jakarta(client: Client) -> None:
    page = text(client, "/kabkota/31.71/")

    assert "Bukan unit sasaran tersendiri: wilayah ini bagian dari Provinsi DKI Jakarta" in page
    assert "Tahap terjauh Diresmikan 12 Oktober 2017" in page
    assert "/kabkota/31.00/" in links(client, "/kabkota/31.71/")
    assert "/kabkota/31.71/" in links(client, "/kabkota/31.00/")


@pytest.mark.parametrize("basis", ["508", "514"])
def test_jakarta_has_its_page_in_every_basis(client: Client, basis: str) -> None:
    assert "ya, sejak 12 Oktober 2017" in text(client, f"/kabkota/31.00/?basis={basis}")


def test_a_regency_that_moved_stands_where_it_was_on_the_day(client: Client) -> None:
    then = text(client, "/kabkota/93.01/?as_at=2021-01-01")
    assert "Provinsi Papua Kode wilayah 91.01 (kini 93.01)" in then
    assert "Sampai 25 Juli 2022 di Papua dengan kode 91.01; sejak itu di Papua Selatan (UU 14/2022)" in then
    assert "/provinsi/91/?as_at=2021-01-01" in links(client, "/kabkota/93.01/?as_at=2021-01-01")
    for query in ("", "?as_at=2022-07-25", "?as_at=2021-01-01&boundaries=now"):
        assert "Provinsi Papua Selatan Kode wilayah 93.01" in text(client, f"/kabkota/93.01/{query}")


@pytest.mark.parametrize("day", [date(2021, 1, 1), date(2022, 7, 24), date(2022, 7, 25), date(2022, 12, 8)])
def test_the_province_of_a_day_is_the_one_that_coverage_counts_in(day: date) -> None:
    belonging = inaugurations(Standpoint(day))

    for regency in Regency.objects.select_related("province").prefetch_related("former_provinces__province"):
        former = regency.former_on(day)
        assert (former.province if former else regency.province).code == belonging[regency.pk].province


@pytest.mark.parametrize(
    ("code", "says", "leads_to"),
    [
        ("91.01", "Sejak 25 Juli 2022 (UU 14/2022) wilayah itu berada di Papua Selatan", "/kabkota/93.01/"),
        ("11.1", "nol di belakang kodenya hilang", "/kabkota/11.10/"),
        ("35.99", "Tidak ada kabupaten/kota berkode itu", "/provinsi/35/"),
        ("99.99", "Tidak ada kabupaten/kota berkode itu", "/"),
        ("ponorogo", "dua angka, titik, dua angka, misalnya 35.02", "/"),
        ("%00", "dua angka, titik, dua angka", "/"),
        ("<script>", "dua angka, titik, dua angka", "/"),
    ],
)
def test_an_unknown_code_is_404_with_a_way_on(client: Client, code: str, says: str, leads_to: str) -> None:
    assert says in text(client, f"/kabkota/{code}/", 404)
    assert leads_to in links(client, f"/kabkota/{code}/")


def test_the_nearest_in_the_same_stage_are_named_with_their_distance(client: Client) -> None:
    around = client.get("/kabkota/35.10/?as_at=2024-12-12").context["page"].surroundings

    seats = {row.code: row for row in Regency.objects.all()}
    own = seats["35.10"]
    place = lambda row: (float(row.seat_latitude), float(row.seat_longitude))  # noqa: E731
    same = [unit for unit in unit_standings(Question(date(2024, 12, 12))) if unit.stage == "inaugurated"]
    away = sorted((distance_km(place(own), place(seats[unit.code])), unit.code) for unit in same)
    assert [each.unit.code for each in around.nearest] == [code for _km, code in away[1:6]]
    assert [each.km for each in around.nearest] == [round(km) for km, _code in away[1:6]]
    expected = {unit.code for unit in same if unit.province == "35"} - {"35.10"}
    assert {unit.code for unit in around.in_province} == expected


def test_a_seat_that_nobody_knows_is_near_to_none(client: Client) -> None:
    Regency.objects.filter(code="35.10").update(seat_latitude=None, seat_longitude=None)

    around = client.get("/kabkota/35.10/").context["page"].surroundings

    assert around.nearest == ()
    assert around.in_province


def test_pledges_presence_readiness_and_digital_stand_with_what_became_of_them(
    client: Client,
    counter: Callable[..., Presence],
    assessed: Callable[..., ReadinessAssessment],
    ponorogo: Regency,
    officer: User,
    verifier: User,
) -> None:
    counter("Balik nama")
    assessed(budget="partly")
    pledge = Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 3, 1), due_on=date(2024, 12, 31))
    PledgeRevision.objects.create(
        pledge=pledge, revised_on=date(2024, 10, 1), due_on=date(2025, 12, 31), reason="Gedung belum selesai"
    )
    adopted = DigitalAdoption(regency=ponorogo, status="connected", since=date(2026, 2, 2))
    verify(report(adopted, by=officer), by=verifier)

    page = text(client, URL)
    assert "1 dari 17 penanda tangan nota kesepahaman hadir dengan gerai. ATR/BPN Layanan berjalan" in page
    assert "Anggaran Sebagian" in page
    assert "Gedung belum ada data" in page
    assert "Terhubung, sejak 2 Februari 2026" in page
    assert "MPP Digital: Terhubung" in page
    assert "Pada 1 Oktober 2024 diubah menjadi 2025: Gedung belum selesai." in page
    assert "Diresmikan 1 Januari 2026." in page

    before = text(client, f"{URL}?as_at=2025-06-01")
    assert "Bergeser" in before
    assert "Belum diresmikan." in before
    for unknown in ("belum ada gerai yang tercatat", "belum dinilai"):
        assert unknown in before


def test_counters_of_an_mpp_are_those_of_the_day_and_the_moment(
    client: Client, counter: Callable[..., Presence]
) -> None:
    site = counter("Balik nama", counter_closed_on=date(2026, 6, 1)).site
    url = site.get_absolute_url()

    assert "1 instansi dengan 1 layanan" in text(client, f"{url}?as_at=2026-05-01")
    assert "1 gerai yang sudah ditutup" in text(client, url)
    for query in ("as_at=2026-02-01", f"known_at={YESTERDAY}"):
        assert "Belum ada gerai yang tercatat" in text(client, f"{url}?{query}")


# --- Who may know what ---


def test_reports_are_for_those_whose_turf_it_is_and_marked(
    client: Client,
    site: Site,
    reported: Callable[..., Milestone],
    province_user: Client,
    foreign_officer: Client,
) -> None:
    reported(site, Stage.READY, date(2026, 1, 6), note="masih-menunggu")

    for url in (URL, site.get_absolute_url()):
        assert "masih-menunggu" not in text(client, url)
        assert client.get(f"{url}?layer=reported").status_code == 400
        assert "Dilaporkan" in text(province_user, url)
        assert "masih-menunggu" in text(province_user, url)
        assert marks(province_user, url).count("reported") == 0
        assert marks(province_user, f"{url}?layer=reported").count("reported") == 1
        assert "dilaporkan, belum diverifikasi" in text(province_user, f"{url}?layer=reported")
        assert "masih-menunggu" not in text(foreign_officer, f"{url}?layer=reported")
        assert marks(foreign_officer, f"{url}?layer=reported").count("reported") == 0
    assert "rinciannya hanya untuk yang berwenang" in text(foreign_officer, f"{URL}?layer=reported")
    assert "rinciannya hanya untuk yang berwenang" not in text(province_user, f"{URL}?layer=reported")


def test_alerts_and_action_items_are_for_those_they_concern(
    client: Client,
    site: Site,
    operating: Callable[..., OperatingRecord],
    editor: User,
    province_user: Client,
    foreign_officer: Client,
) -> None:
    operating(site, "suspended", date(2026, 1, 1))
    today = timezone.localdate()
    plan(ActionItem(title="Buka kembali", site=site, due_on=today), by=editor)
    evaluate(today=today)

    for url in (URL, site.get_absolute_url(), "/provinsi/35/"):
        page = text(province_user, url)
        assert "Buka kembali" in page
        assert "MPP tutup sementara" in page
        for stranger in (client, foreign_officer):
            assert "Buka kembali" not in text(stranger, url)
            assert "MPP tutup sementara" not in text(stranger, url)
        before = text(province_user, f"{url}?as_at=2026-01-02")
        assert "Buka kembali" not in before
        assert "MPP tutup sementara" not in before


def test_an_action_item_stands_as_it_stood_on_the_day(site: Site, editor: User, province_user: Client) -> None:
    today = timezone.localdate()
    item = ActionItem(title="Buka kembali", site=site, decided_on=today - timedelta(days=9), due_on=today)
    plan(item, by=editor)
    report_on(ActionUpdate(item=item, state="done", note="sudah", progress_pct=100), uploads=[], by=editor)

    assert "1 rencana aksi sudah ditutup" in text(province_user, URL)
    assert "Buka kembali Belum dimulai" in text(province_user, f"{URL}?as_at={YESTERDAY}")


def test_nobody_corrects_what_they_see_as_it_was_once_known(
    site: Site, verified: Callable[..., Milestone], officer: User
) -> None:
    verified(site, Stage.OPENED, date(2026, 1, 5))
    client = assigned(officer, Role.OFFICER, regency=site.regency)
    tomorrow = (timezone.localdate()).isoformat()

    assert "Koreksi T-" in text(client, site.get_absolute_url())
    assert "Koreksi T-" not in text(client, f"{site.get_absolute_url()}?known_at={tomorrow}")


# --- Addresses ---


def test_links_carry_the_question_along(client: Client, site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, Stage.INAUGURATED, date(2024, 1, 1))
    query = "?as_at=2024-12-12&amp;counting=opened&amp;basis=514"
    asked = query.replace("&amp;", "&")

    assert f"/kabkota/35.02/{query}" in links(client, f"/provinsi/35/{asked}&sort=name")
    of_regency = links(client, URL + asked)
    assert {f"/provinsi/35/{query}", f"/mpp/{site.pk}/{query}", f"/{query}", f"/kabkota/35.10/{query}"} <= of_regency
    of_site = links(client, site.get_absolute_url() + asked)
    assert {f"/kabkota/35.02/{query}", f"/provinsi/35/{query}"} <= of_site


@pytest.mark.parametrize("query", ["as_at=kemarin", "as_at=2016-01-01", "counting=x", "basis=1", "as_at=1&as_at=2"])
def test_a_question_that_cannot_be_answered_is_explained(client: Client, site: Site, query: str) -> None:
    for url in (URL, site.get_absolute_url()):
        assert "Pertanyaan ini tidak dapat dijawab" in text(client, f"{url}?{query}", 400)


def test_a_hidden_basis_is_kept_by_the_control(client: Client) -> None:
    content = client.get(f"{URL}?basis=514").content.decode()

    assert '<input type="hidden" name="basis" value="514"' in content


@pytest.mark.parametrize(
    "url", ["/komitmen/janji/?as_at=2026-06-01", "/perkiraan/berikutnya/?province=35", "/kesiapan/?province=35"]
)
def test_tables_that_name_a_unit_lead_to_its_page(client: Client, ponorogo: Regency, url: str) -> None:
    Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 3, 1), due_on=date(2024, 12, 31))

    assert any(link.startswith("/kabkota/35.02/") for link in links(client, url))


def test_an_unchanged_page_is_not_sent_again(client: Client, site: Site) -> None:
    for url in (URL, site.get_absolute_url()):
        tag = client.get(url)["ETag"]
        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("rows", [1, 20])
def test_a_regency_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client,
    site: Site,
    verified: Callable[..., Milestone],
    ponorogo: Regency,
    officer: User,
    rows: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(rows):
        other = Site.objects.create(regency=ponorogo, name=f"MPP {number}")
        verified(other, Stage.OPENED, date(2025, 1, 1) + timedelta(days=number))
        day = date(2024, 1, 1) + timedelta(days=number)
        Pledge.objects.create(regency=ponorogo, pledged_on=day, due_on=date(2026, 12, 31))

    # 1 version, 2 regency, 3 former provinces, 4 MPPs, 5 what is in force, 6-9 four ledgers, 10 units, 11 seats,
    # 12-15 pledges with inaugurations and revisions, 16-17 presence, 18 areas served, 19 action items
    with django_assert_num_queries(19):
        client.get(URL)


@pytest.mark.parametrize(
    "address", ["/provinsi/31/", "/provinsi/35/", "/provinsi/93/", "/provinsi/35/?as_at=2017-01-01"]
)
def test_a_province_takes_as_many_queries_for_many_units_as_for_one(
    client: Client, address: str, django_assert_max_num_queries: Any
) -> None:
    # 1 version, 2 facts, 3 targets, 4 units, 5 their MPPs, 6 series, 7 pledges, 8 what is in force, 9 milestones,
    # 10 successors of institutions, 11 presence, 12-13 readiness, 14 action items, 15 former provinces, 16 seats
    with django_assert_max_num_queries(16):
        client.get(address)


# --- The MPP ---


def test_an_mpp_tells_its_ceremony_and_where_it_stands(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    Site.objects.filter(pk=site.pk).update(latitude="-7.867512", longitude="111.462300")
    held = Ceremony.objects.create(
        held_on=date(2026, 3, 1), officiant="Menteri PANRB", place="Jakarta", is_symbolic=True
    )
    other = Site.objects.create(regency=site.regency, name="MPP Kedua")
    for each in (site, other):
        verified(each, Stage.INAUGURATED, date(2026, 3, 1), ceremony=held)

    page = text(client, site.get_absolute_url())

    assert "Peresmian 1 Maret 2026, tercatat untuk 2 MPP, Jakarta, oleh Menteri PANRB (simbolis)." in page
    assert "7,8675° LS, 111,4623° BT" in page
    assert "Peresmian 1 Maret 2026" not in text(client, f"{site.get_absolute_url()}?as_at=2026-02-01")


@pytest.mark.parametrize(
    ("source", "proof"),
    [
        ("", None),
        ("https://www.ponorogo.go.id/mpp?x=1", Proof("ponorogo.go.id", "https://www.ponorogo.go.id/mpp?x=1")),
        ("Siaran pers 12/2024", Proof("Siaran pers 12/2024", "")),
        ("javascript:alert(1)", Proof("javascript:alert(1)", "")),
        ("https://[", Proof("https://[", "")),
        ("//evil.example/", Proof("//evil.example/", "")),
    ],
)
def test_only_a_web_address_is_led_to(source: str, proof: Proof | None) -> None:
    assert proof_of(source) == proof


# --- The province ---


def test_units_stand_by_stage_with_their_proof(client: Client, site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, Stage.BUILDING, date(2024, 2, 1), source_url="https://www.ponorogo.go.id/mpp")

    groups = client.get("/provinsi/35/").context["details"].groups

    assert [group.stage for group in groups] == [Stage.INAUGURATED, Stage.BUILDING, None]
    assert [unit.proof.text for unit in groups[1].units] == ["ponorogo.go.id"]
    page = text(client, "/provinsi/35/")
    assert "Kabupaten Ponorogo Pembangunan/renovasi 1 Februari 2024 ponorogo.go.id" in page


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("name", "Kabupaten Bangkalan"),
        ("since", "Kabupaten Ponorogo"),
        ("status", "Kabupaten Ponorogo"),
    ],
)
def test_units_stand_in_the_order_asked_for(
    client: Client,
    site: Site,
    verified: Callable[..., Milestone],
    operating: Callable[..., OperatingRecord],
    order: str,
    first: str,
) -> None:
    verified(site, Stage.BUILDING, date(2026, 2, 1))
    operating(site, "not_yet")

    details = client.get(f"/provinsi/35/?sort={order}").context["details"]

    (group,) = details.groups
    assert group.units[0].standing.name == first
    assert len(group.units) == 38


def test_an_order_that_does_not_exist_is_refused(client: Client) -> None:
    assert "sort" in text(client, "/provinsi/35/?sort=x", 400)


def test_a_province_names_its_late_regions(
    client: Client, site: Site, verified: Callable[..., Milestone], operating: Callable[..., OperatingRecord]
) -> None:
    verified(site, Stage.OPENED, date(2026, 1, 1))
    operating(site, "suspended", date(2026, 2, 1))
    Pledge.objects.create(regency=site.regency, pledged_on=date(2024, 3, 1), due_on=date(2024, 12, 31))

    page = text(client, "/provinsi/35/")

    missing = (
        "Target 100,0 % jatuh tempo 31 Desember 2024; 3 unit belum dihitung: Kabupaten Ponorogo , Kabupaten Blitar"
    )
    assert missing in page
    assert (
        "Kabupaten Ponorogo : berjanji pada 1 Maret 2024, paling lambat 2024, belum diresmikan; Tutup sementara" in page
    )
    assert "0 dari 1 janji yang sudah jatuh tempo ditepati (0,0 %)" in page


def test_without_anything_late_a_province_says_so(client: Client) -> None:
    assert "Tidak ada: tidak ada target atau janji yang terlewat" in text(client, "/provinsi/31/")


def test_a_province_sums_up_presence_and_readiness(
    client: Client, counter: Callable[..., Presence], assessed: Callable[..., ReadinessAssessment]
) -> None:
    assert "dari 35 MPP yang diresmikan belum ada gerai yang tercatat" in text(client, "/provinsi/35/?as_at=2025-12-01")
    counter("Balik nama")
    assessed(budget="partly")

    page = text(client, "/provinsi/35/?as_at=2026-06-01")

    assert "Gerai tercatat di 1 dari 36 MPP yang diresmikan; 1 dari 17 penanda tangan hadir" in page
    assert "1 dari 38 unit sudah dinilai" in page
    carried = {"/komitmen/?as_at=2026-06-01&amp;province=35", "/kesiapan/?as_at=2026-06-01&amp;province=35"}
    assert carried <= links(client, "/provinsi/35/?as_at=2026-06-01&sort=name")


def test_a_province_tells_which_law_took_which_regencies(client: Client) -> None:
    left = text(client, "/provinsi/91/")
    assert "25 Juli 2022, UU 14/2022: 4 kabupaten/kota berpindah dari Papua ke Papua Selatan." in left
    assert "Kabupaten Merauke (91.01 → 93.01)" in left
    assert "sesudah tanggal yang ditanyakan" not in left
    assert "4 kabupaten/kota berpindah dari Papua ke Papua Selatan" in text(client, "/provinsi/93/")
    assert text(client, "/provinsi/91/?as_at=2021-01-01").count("sesudah tanggal yang ditanyakan") == 3
    assert "Perubahan wilayah" not in text(client, "/provinsi/35/")


def test_a_province_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client, verified: Callable[..., Milestone], officer: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get("/provinsi/35/")
        return len(caught)

    def add(number: int, regency: Regency) -> None:
        site = Site.objects.create(regency=regency, name=f"MPP {number}")
        verified(site, Stage.OPENED, date(2025, 1, 1) + timedelta(days=number))
        Pledge.objects.create(regency=regency, pledged_on=date(2024, 1, 1), due_on=date(2026, 12, 31))

    units = list(Regency.objects.filter(province__code="35", is_autonomous=True))
    add(0, units[0])
    one = queries()
    for number, regency in enumerate(units[1:], start=1):
        add(number, regency)

    # 1 version, 2 facts, 3 targets, 4 units, 5 MPPs, 6-9 pledges with inaugurations and revisions, 10 what is in force,
    # 11 milestones, 12-13 presence, 14-15 readiness, 16 action items, 17 former provinces, 18 the series, 19 the seats
    assert (one, queries()) == (19, 19)


def test_a_path_is_drawn_as_far_as_it_is_known() -> None:
    picture = path_picture([("reached", "2022"), ("reached", "2023"), ("unrecorded", ""), ("ahead", ""), ("ahead", "")])

    assert [(stop.number, stop.kind, stop.label, stop.x) for stop in picture.stops[:3]] == [
        ("1", "reached", "2022", "30.0"),
        ("2", "reached", "2023", "90.0"),
        ("3", "unrecorded", "", "150.0"),
    ]
    assert [stretch.kind for stretch in picture.stretches] == ["reached", "open", "open", "ahead"]
    assert (picture.stretches[0].start, picture.stretches[0].end) == ("41.0", "79.0")
