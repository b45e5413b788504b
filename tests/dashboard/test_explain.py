"""Does the page that explains a figure say what makes it, to everybody what they may know, and keep it by its link?"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dashboard.charts import fall_picture
from regions.choices import Role, Stage
from regions.models import Assignment, Milestone, Province, Regency, Site
from regions.services.ledger import report, verify
from taskforce.coverage import coverage
from taskforce.models import CoverageSnapshot
from taskforce.services import figures
from tests.dashboard.test_pages import text

pytestmark = pytest.mark.django_db
URL = "/penjelasan/"
MANY = 20


def permalink(client: Client, query: str, path: str = URL) -> str:
    """Return the path and query of the permalink that a page shows."""
    content = client.get(f"{path}?{query}").content.decode()
    found = re.search(r'id="tautan-tetap"[^>]* href="(?:https?://[^/]+)?(/[^"]+)"', content)
    assert found
    return found[1].replace("&amp;", "&")


def province_user(code: str) -> User:
    user = User.objects.create_user(f"province{code}@pantau-mpp.example")
    turf = {"role": Role.PROVINCE, "province": Province.objects.get(code=code)}
    Assignment.objects.create(user=user, valid_from=timezone.localdate(), **turf)
    return user


# --- What it says ----------------------------------------------------------------------------------------


def test_a_figure_stands_with_its_formula_and_both_lists(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2024-12-12")

    assert "262 dari 509 unit 51,5 %" in page
    assert "unit yang diresmikan ÷ unit sasaran = 262 ÷ 509 = 51,5 %" in page
    assert "Pembilang: 262 unit yang dihitung" in page
    assert "Penyebut: 509 unit sasaran" in page
    assert "Jawa Timur: 32 dari 38 tercakup" in page


def test_a_covered_unit_names_its_day_its_proof_and_its_number(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2018-03-01&province=51")

    assert "Februari 2018 dihitung sejak 28 Februari 2018" in page
    assert re.search(r"T-\d{6}", page)
    assert "sumber:" in page
    assert "diverifikasi" in page
    assert "dilaporkan" not in page


def test_the_covered_units_come_in_parts_that_hold_all_of_them(client: Client) -> None:
    names = []
    for number in range(1, 7):
        page = client.get(f"{URL}?as_at=2024-12-12&halaman={number}").context["page"]
        names += [row.unit.code for row in page.counted]

    assert len(set(names)) == len(names) == 262


def test_a_group_of_islands_is_the_sum_of_its_provinces(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2024-12-12&island_group=Jawa")

    areas = [area for area in coverage(date(2024, 12, 12)).provinces if area.island_group == "Jawa"]
    assert f"{sum(area.covered for area in areas)} dari {sum(area.units for area in areas)} unit" in page


def test_every_covered_number_of_the_first_page_leads_to_its_explanation(client: Client) -> None:
    content = client.get("/?as_at=2024-12-12&counting=opened").content.decode()

    area = coverage(date(2024, 12, 12), counting="opened").province("35")
    address = "/penjelasan/?as_at=2024-12-12&amp;counting=opened&amp;province=35"
    assert f'href="{address}" aria-label="{area.covered}, jelaskan angka ini: Jawa Timur">{area.covered}</a>' in content
    assert content.count('class="explained"') >= 40
    assert f"{area.covered} dari {area.units} unit" in text(client, address.replace("&amp;", "&"))


def test_a_province_leads_to_its_explanation(client: Client) -> None:
    content = client.get("/provinsi/35/?as_at=2024-12-12").content.decode()

    assert 'href="/penjelasan/?as_at=2024-12-12&amp;province=35"' in content


def test_a_province_without_units_says_so(client: Client) -> None:
    page = text(client, f"{URL}?province=31&basis=508")

    assert "tidak ada unit sasaran" in page
    assert "Bukan unit menurut dasar ini: 7 wilayah" in page


def test_what_is_left_out_stands_with_its_reason(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2025-12-15")

    assert "Bukan unit menurut dasar ini: 6 wilayah" in page
    assert "Terlihat dibuka atau beroperasi, tanpa tanggal" in page
    assert "belum teridentifikasi: 3 unit" in page
    assert "Kota Banda Aceh" in page


def test_the_run_that_computed_the_stored_figure_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "ROLLOUT_BEGAN_ON", date(2026, 5, 31))
    url = f"{URL}?as_at=2026-06-01"
    assert "Belum ada yang tersimpan" in text(client, url)

    figures.rebuild(today=date(2026, 6, 1))
    page = text(client, url)
    assert "sama Tersimpan 295 dari 509." in page
    assert re.search(r"Bangun ulang harian\s*, .* detik, \d+ baris berubah", page)

    CoverageSnapshot.objects.filter(as_at=date(2026, 6, 1), province=None).update(covered=1)
    page = text(client, url)
    assert "berbeda Tersimpan 1 dari 509." in page
    assert "saat halaman ini dibuat: 295 dari 509" in page


# --- Who learns what -------------------------------------------------------------------------------------


def test_of_what_waits_a_visitor_learns_nothing(client: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site, note="rahasia")

    page = text(client, f"{URL}?province=35")

    assert "Belum diverifikasi" not in page
    assert entry.receipt not in page


@pytest.mark.parametrize(("code", "sees"), [("35", True), ("33", False)])
def test_of_what_waits_a_province_learns_its_own(
    client: Client, site: Site, reported: Callable[..., Milestone], code: str, sees: bool
) -> None:
    entry = reported(site)
    client.force_login(province_user(code))

    page = text(client, f"{URL}?province=35")

    assert ("Belum diverifikasi: 1 entri" in page) is sees
    assert (entry.receipt in page) is sees
    assert ("dilaporkan officer@" in page) is sees


def test_the_reported_layer_is_for_those_who_signed_in(
    client: Client, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    assert "hanya untuk yang sudah masuk" in text(client, f"{URL}?layer=reported", 400)

    client.force_login(province_user("33"))
    page = text(client, f"{URL}?layer=reported&province=35")

    assert "Kabupaten Ponorogo" in page
    assert entry.receipt not in page
    assert "hanya dapat dibuka oleh yang sudah masuk" in page


def test_who_reported_and_verified_is_told_on_ones_own_turf_only(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site)
    assert "officer@" not in text(client, f"{URL}?province=35")

    client.force_login(province_user("35"))

    assert "dilaporkan officer@pantau-mpp.example" in text(client, f"{URL}?province=35")


# --- What changed ----------------------------------------------------------------------------------------


def test_the_waterfall_sums_up_in_words_picture_and_table(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2024-12-12&sejak=2023-12-31")
    content = client.get(f"{URL}?as_at=2024-12-12&sejak=2023-12-31").content.decode()

    before = coverage(date(2023, 12, 31)).national.covered
    assert f"Dari {before} per 31 Desember 2023 menjadi 262 per 12 Desember 2024." in page
    assert f"Tercapai sejak itu: {262 - before} unit" in page
    assert f"+{262 - before}" in page
    assert content.count('class="flow__picture fall"') == 1


def test_unless_asked_otherwise_the_last_twelve_months_are_told(client: Client) -> None:
    assert "Apa yang berubah sejak 12 Desember 2023" in text(client, f"{URL}?as_at=2024-12-12")
    assert "Apa yang berubah sejak 1 Januari 2017" in text(client, f"{URL}?as_at=2017-03-01")


def test_where_nothing_changed_there_is_no_picture(client: Client) -> None:
    url = f"{URL}?as_at=2024-12-12&sejak=2024-12-12"

    assert "Tidak ada unit yang masuk atau keluar dari hitungan" in text(client, url)
    # But for the rail of time, which every such page has.
    assert re.findall(r'<svg(?! class="time__)', client.get(url).content.decode()) == []


def test_units_that_a_law_moved_are_told_with_both_provinces(
    client: Client, verified: Callable[..., Milestone]
) -> None:
    merauke = Regency.objects.get(code="93.01")
    verified(Site.objects.create(regency=merauke, name="MPP Merauke Baru"), reached_on=date(2022, 1, 1))

    page = text(client, f"{URL}?as_at=2024-12-12&sejak=2022-06-30&province=93")

    assert "Masuk dari provinsi lain: 1 unit" in page
    assert "dari Papua ke Papua Selatan" in page


def test_the_picture_begins_each_step_where_the_last_one_ended() -> None:
    picture = fall_picture(("dulu", 100), [("naik", 30), ("turun", -10)], "kini")

    assert [(row.kind, row.number) for row in picture.rows] == [
        ("total", "100"),
        ("gain", "+30"),
        ("loss", "\N{MINUS SIGN}10"),
        ("total", "120"),
    ]
    assert [(float(row.x), float(row.width)) for row in picture.rows[1:3]] == [(201.5, 60.5), (241.8, 20.2)]
    assert len(picture.links) == 3


def test_a_picture_of_nothing_divides_by_nothing() -> None:
    assert fall_picture(("dulu", 0), [], "kini").rows[0].width == "0.0"


# --- The permalink ---------------------------------------------------------------------------------------


def test_a_permalink_keeps_the_figure_and_says_what_it_would_be_now(
    client: Client,
    site: Site,
    verified: Callable[..., Milestone],
    officer: User,
    verifier: User,
) -> None:
    query = "as_at=2026-06-01&province=35"
    wrong = verified(site)
    before = coverage(date(2026, 6, 1)).province("35").covered
    address = permalink(client, query)
    assert "Menurut yang diketahui sekarang angkanya tetap sama." in text(client, address)

    taken_back = {"site": site, "stage": Stage.INAUGURATED, "reached_on": date(2026, 5, 1), "note": "Ternyata belum"}
    verify(report(Milestone(**taken_back, supersedes=wrong, withdraws=True), by=officer), by=verifier)
    for regency in Regency.objects.filter(province__code="35", is_autonomous=True, sites=None)[:2]:
        verified(Site.objects.create(regency=regency, name="MPP"))

    page = text(client, address)
    assert f"{before} dari 38 unit" in page
    assert f"angkanya {before + 1}; di bawah ini sebabnya" in page
    assert "Terjadi sebelumnya, baru diketahui: 2 unit" in page
    assert "Dikoreksi atau dicabut: 1 unit" in page
    assert "Alasan: Ternyata belum" in page
    assert permalink(client, address.removeprefix(f"{URL}?")) == address


@pytest.mark.parametrize("path", ["/", "/provinsi/35/"])
def test_pages_of_coverage_offer_the_same_permalink(client: Client, path: str) -> None:
    query = "as_at=2024-12-12&counting=opened"
    area = "&province=35" if path != "/" else ""

    def but_for_the_moment(address: str) -> str:
        return re.sub(r"known_at=[^&]+", "", address)

    assert but_for_the_moment(permalink(client, query, path)) == but_for_the_moment(permalink(client, query + area))


def test_a_permalink_says_everything_that_the_figure_depends_on(client: Client) -> None:
    address = permalink(client, "as_at=2024-12-12&counting=opened&island_group=Jawa")

    said = dict(part.split("=") for part in address.partition("?")[2].split("&"))
    assert said | {"known_at": ""} == {
        "as_at": "2024-12-12",
        "known_at": "",
        "counting": "opened",
        "basis": "509",
        "boundaries": "then",
        "layer": "verified",
        "island_group": "Jawa",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?%2B07:00", said["known_at"])


def test_a_permalink_of_today_until_its_end_is_pinned_to_the_moment(client: Client) -> None:
    asked = timezone.now()

    address = permalink(client, urlencode({"known_at": timezone.localdate(asked).isoformat()}))

    (pinned,) = parse_qs(urlsplit(address).query)["known_at"]
    assert asked <= datetime.fromisoformat(pinned) <= timezone.now()


def test_the_page_says_what_a_permalink_cannot_keep(client: Client) -> None:
    page = text(client, URL)

    assert "Yang dipatok adalah entri buku besar" in page
    assert "Target, serta data wilayah dan MPP itu sendiri" in page


# --- What cannot be answered -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("province=99", "province"),
        ("province=35&island_group=Papua", "ada di kelompok"),
        ("island_group=Atlantis", "island_group"),
        ("sejak=kemarin", "sejak"),
        ("sejak=2016-01-01", "Tulis YYYY-MM-DD, dari 2017-01-01"),
        ("as_at=2024-01-01&sejak=2024-06-01", "tidak boleh sesudah"),
        ("known_at=2025-01-01&sejak_diketahui=2025-06-01", "diketahui sesudah"),
        ("sejak_diketahui=2999-01-01", "belum tiba"),
        ("sejak=2024-01-01&sejak=2024-02-01", "satu kali"),
        ("known_at=2024-01-01T00:00:00%2B99:99", "known_at"),
    ],
)
def test_a_question_that_cannot_be_answered_is_explained(client: Client, query: str, says: str) -> None:
    page = text(client, f"{URL}?{query}", 400)

    assert "Pertanyaan ini tidak dapat dijawab" in page
    assert says in page


def test_a_province_that_did_not_exist_is_404(client: Client) -> None:
    assert "93" in text(client, f"{URL}?province=93&as_at=2022-06-30", 404)
    assert "Papua Selatan" in text(client, f"{URL}?province=93&as_at=2022-06-30&boundaries=now")


def test_markup_in_a_correction_stays_text_and_a_source_is_no_script(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    wrong = verified(site, source_url="javascript:alert(1)")
    verified(site, reached_on=date(2026, 5, 1), supersedes=wrong, withdraws=True, note="<img src=x onerror=alert(1)>")

    content = client.get(f"{URL}?province=35&as_at=2026-06-01").content.decode()

    assert "&lt;img src=x" in content
    assert "<img src=x" not in content
    assert 'href="javascript:' not in content


def test_nothing_inline_needs_an_exception_from_the_policy(client: Client) -> None:
    content = client.get(URL).content.decode()

    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", content)


# --- What it costs ---------------------------------------------------------------------------------------

# 1 version, 2 provinces for the form, 3 units, 4 known gaps, 5 deciding entries, 6 entries left out, 7 areas outside,
# 8 undated units, 9 stored figures, 10 units a year before, 11 which of those left out the reader may know,
# 12 entries, 13 their corrections, 14 names of provinces
QUERIES = 14


@pytest.mark.parametrize("count", [1, MANY])
def test_a_visitor_costs_as_many_queries_for_one_entry_as_for_many(
    client: Client,
    count: int,
    verified: Callable[..., Milestone],
    reported: Callable[..., Milestone],
    django_assert_num_queries: Any,
) -> None:
    for regency in Regency.objects.filter(province__code="35", is_autonomous=True, sites=None)[:count]:
        for number in range(2):
            wrong = verified(Site.objects.create(regency=regency, name=f"MPP {number}"))
            verified(wrong.site, reached_on=date(2026, 5, 1), supersedes=wrong, note="Salah")
            reported(wrong.site, Stage.INAUGURATED, date(2026, 4, 1))

    with django_assert_num_queries(QUERIES):
        client.get(URL)


def test_a_pinned_figure_with_two_clocks_costs_one_more(
    client: Client, site: Site, verified: Callable[..., Milestone], django_assert_num_queries: Any
) -> None:
    early = verified(site)
    pinned = timezone.now()
    verified(early.site, reached_on=date(2026, 5, 1), supersedes=early, withdraws=True, note="Salah")
    query = {"known_at": pinned.isoformat(), "sejak_diketahui": early.reported_at.isoformat()}

    # Without 9 and 11, for nothing of the kind is stored, or left out; and more: the units as known at the pin a year
    # before, and now
    with django_assert_num_queries(QUERIES - 2 + 2):
        client.get(f"{URL}?{urlencode(query)}")
