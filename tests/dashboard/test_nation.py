"""Does the first page say how far the nation is, how it came to that, what changed, and lead to what it is made of?"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html import unescape
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dashboard.charts import Aim, Frame, Plot, round_values, trend_picture
from dashboard.nation import UNITS_PER_PAGE, nation_page
from regions.choices import OperatingStatus, Stage
from regions.models import DigitalAdoption, Milestone, OperatingRecord, Site
from regions.services.ledger import report, verify
from taskforce.choices import AreaOrder, Basis, Counting, StageGroup
from taskforce.coverage import Question, coverage, unit_standings
from taskforce.forecast import forecast
from tests.dashboard.test_pages import text

pytestmark = pytest.mark.django_db
CEREMONY_DAY = date(2024, 12, 12)


def rows(client: Client, query: str) -> list[list[str]]:
    """Return the table by province as text: names first, the total last."""
    content = client.get(f"/?{query}").content.decode()
    table = content[content.index('class="table table--sorted"') :]
    body = table[table.index("<tbody>") : table.index("</table>")]
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def news(client: Client, query: str) -> str:
    """Return the part of the page that says what happened of late; the map beside it names every unit."""
    [part] = re.findall(r'<section class="recent".*?</section>', client.get(f"/?{query}").content.decode(), re.S)
    return part


# --- The sentence ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            "as_at=2022-12-05",
            "95 dari 509 kabupaten/kota ( 18,7 % ) sudah memiliki MPP yang diresmikan, per 5 Desember",
        ),
        ("as_at=2024-12-12", "262 dari 509 kabupaten/kota ( 51,5 % )"),
        ("as_at=2025-12-15", "295 dari 509 kabupaten/kota ( 58,0 % )"),
        ("as_at=2025-12-15&basis=508", "294 dari 508 kabupaten/kota ( 57,9 % )"),
        ("as_at=2024-12-12&counting=opened", "sudah memiliki MPP yang diresmikan, dibuka, atau uji coba, per 12"),
        ("as_at=2024-12-12&counting=operating", "sudah memiliki MPP yang beroperasi, per 12 Desember 2024."),
    ],
)
def test_one_sentence_gives_the_figure_with_its_definition(client: Client, query: str, says: str) -> None:
    assert says in text(client, f"/?{query}")


def test_what_the_figure_rests_on_stands_below_it(client: Client, officer: User) -> None:
    client.force_login(officer)

    page = text(client, "/?as_at=2024-12-12&layer=reported&known_at=2026-01-01&basis=508")

    assert "Dasar perhitungan: 508 kabupaten/kota, tanpa Jakarta · terverifikasi dan dilaporkan" in page
    assert "menurut yang diketahui sampai 1 Januari 2026 23.59" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("as_at=2026-11-22", "Target 100,0 % per 31 Desember 2025 terlewat, kurang 214 unit"),
        ("as_at=2024-12-12", "Target 100,0 % per 31 Desember 2024, kurang 247 unit"),
        ("as_at=2018-01-01", "Belum ada target yang berlaku pada tanggal ini"),
    ],
)
def test_the_target_stands_beside_it(client: Client, query: str, says: str) -> None:
    assert says in text(client, f"/?{query}")


# --- How far the units are ---------------------------------------------------------------------------------------


def test_the_bar_parts_all_units_and_leads_to_them(client: Client) -> None:
    national = coverage(CEREMONY_DAY).national
    content = client.get("/?as_at=2024-12-12&counting=opened&sort=-gap").content.decode()
    page = text(client, "/?as_at=2024-12-12")

    assert sum(national.units_by_group.values()) == national.units
    for group, count in national.units_by_group.items():
        assert f"{group.label} {count}" in page
        assert f'href="/tahap/?as_at=2024-12-12&amp;group={group}"' in content


def test_each_list_of_a_step_holds_its_units(client: Client) -> None:
    counts = coverage(CEREMONY_DAY).national.units_by_group

    for group in StageGroup:
        pages = range(1, ceil(counts[group] / UNITS_PER_PAGE) + 1)
        addresses = [f"/tahap/?as_at=2024-12-12&group={group}&halaman={page}" for page in pages]
        contents = [client.get(address).content.decode() for address in addresses]
        assert sum(content.count('<th scope="row">') for content in contents) == counts[group]


def test_an_mpp_seen_at_work_without_a_stage_is_open(
    client: Client, site: Site, operating: Callable[..., OperatingRecord]
) -> None:
    assert "Kabupaten Ponorogo" in text(client, "/tahap/?group=unknown&province=35")

    operating(site)

    assert "Kabupaten Ponorogo" not in text(client, "/tahap/?group=unknown&province=35")
    page = text(client, "/tahap/?group=opened&province=35&as_at=2026-03-01")
    assert "Kabupaten Ponorogo Jawa Timur Dibuka/uji coba \N{EN DASH} Beroperasi 1 Maret 2026" in page
    assert "Kabupaten Ponorogo" not in text(client, "/tahap/?group=opened&province=35&as_at=2026-02-28")


@pytest.mark.parametrize(
    ("status", "group"),
    [
        (OperatingStatus.TRIAL, StageGroup.OPENED),
        (OperatingStatus.SUSPENDED, StageGroup.OPENED),
        (OperatingStatus.STOPPED, StageGroup.OPENED),
        (OperatingStatus.NOT_YET, StageGroup.UNKNOWN),
    ],
)
def test_whatever_only_an_opened_mpp_can_be_shows_that_it_opened(
    site: Site, operating: Callable[..., OperatingRecord], status: OperatingStatus, group: StageGroup
) -> None:
    before, serving = (coverage(date(2026, 3, 2), counting=each).province("35") for each in ("opened", "operating"))
    operating(site, status)
    # A later word on another MPP that says nothing of how far the unit is.
    operating(Site.objects.create(regency=site.regency, name="MPP kedua"), OperatingStatus.NOT_YET, date(2026, 3, 2))

    after = coverage(date(2026, 3, 2), counting="opened").province("35")
    [unit] = [unit for unit in unit_standings(Question(date(2026, 3, 2)), "35") if unit.code == site.regency.code]

    assert unit.stage_group == group
    groups, groups_before = after.units_by_group, before.units_by_group
    moved = {each: groups[each] - groups_before[each] for each in StageGroup if groups[each] != groups_before[each]}
    assert moved == ({} if group == StageGroup.UNKNOWN else {StageGroup.UNKNOWN: -1, group: 1})
    assert after.covered == before.covered
    assert coverage(date(2026, 3, 2), counting="operating").province("35").covered == serving.covered


def test_a_list_of_units_says_when_none_fits(client: Client) -> None:
    assert "Tidak ada unit yang sesuai." in text(client, "/tahap/?group=inaugurated&as_at=2017-01-01")


@pytest.mark.parametrize(
    "query", ["group=x", "province=99", "island_group=Atlantis", "basis=1", "group=opened&group=unknown"]
)
def test_a_list_of_units_that_cannot_be_given_is_explained(client: Client, query: str) -> None:
    assert "Pertanyaan ini tidak dapat dijawab" in text(client, f"/tahap/?{query}", 400)


@pytest.mark.parametrize("query", ["", "group=unknown&province=35"])
def test_a_list_of_units_takes_as_many_queries_for_many(
    client: Client, query: str, django_assert_num_queries: Any
) -> None:
    # 1 version, 2 provinces to choose from, 3 facts, 4 targets, 5 units, 6 their MPPs
    with django_assert_num_queries(6):
        client.get(f"/tahap/?{query}")


# --- The trend ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counting", Counting)
@pytest.mark.parametrize("basis", Basis)
def test_the_trend_tells_what_coverage_tells_of_every_year(counting: Counting, basis: Basis) -> None:
    question = Question(CEREMONY_DAY, basis=basis, counting=counting)

    ends = nation_page(question, today=CEREMONY_DAY + timedelta(days=1)).trend.ends

    assert [end.on.year for end in ends] == list(range(2017, 2025))
    assert ends[-1].on == CEREMONY_DAY
    for end in ends:
        then = coverage(end.on, basis=basis, counting=counting).national
        assert (end.units, end.covered) == (then.units, then.covered)
    assert sum(end.added for end in ends) == ends[-1].covered


def test_every_target_stands_in_the_trend_with_what_became_of_it(client: Client) -> None:
    page = text(client, "/?as_at=2025-06-30")

    assert "Target 200 unit paling lambat 31 Desember 2023 ( Menteri PANRB ) · terlewat" in page
    assert "Target 509 unit paling lambat 31 Desember 2024 ( Presiden dan Wakil Presiden ) · terlewat" in page
    assert "Target 509 unit paling lambat 31 Desember 2025 ( Menteri PANRB ) " in page
    assert "2025 ( Menteri PANRB ) · terlewat" not in page


def test_the_trend_says_its_message_and_holds_its_numbers(client: Client) -> None:
    page = text(client, "/?as_at=2025-12-31")

    assert "295 dari 509 unit diresmikan per 31 Desember 2025. Paling banyak bertambah pada 2024: 97 unit;" in page
    assert "31 Desember 2024 262 509 51,5 % 97" in page


def test_what_may_come_is_what_the_page_of_the_forecast_says(client: Client) -> None:
    today = timezone.localdate()
    expected = forecast(Question(today)).fan[60]

    page = text(client, "/")

    low, middle, high = expected.covered
    assert f"{low} sampai {high} unit (P10\N{EN DASH}P90), nilai tengah {middle}." in page


@pytest.mark.parametrize("query", ["as_at=2024-12-12", "basis=508", "counting=opened", "known_at=2026-11-01"])
def test_nothing_is_forecast_of_another_day_or_definition(client: Client, query: str) -> None:
    page = text(client, f"/?{query}")

    assert "nilai tengah" not in page
    assert "data belum cukup" not in page


def test_where_the_data_do_not_suffice_nothing_is_forecast(client: Client) -> None:
    with time_machine.travel(datetime(2019, 6, 1, 12, tzinfo=ZoneInfo("Asia/Jakarta")), tick=False):
        page = text(client, "/")

    assert "Perkiraan: data belum cukup." in page
    assert "nilai tengah" not in page


def test_a_province_shows_its_own_trend_in_the_boundaries_asked_for(client: Client) -> None:
    timur = text(client, "/provinsi/35/?as_at=2024-12-12")
    assert "32 dari 38 unit diresmikan per 12 Desember 2024. Paling banyak bertambah pada" in timur
    assert "Target 38 unit paling lambat 31 Desember 2024 ( Pj Gubernur Jawa Timur )" in timur

    selatan = text(client, "/provinsi/93/?as_at=2024-12-12")
    assert "0 dari 4 unit diresmikan per 12 Desember 2024. Belum pernah bertambah." in selatan
    assert "31 Desember 2021 0 0 belum ada data 0" in selatan
    assert "31 Desember 2021 0 4 0,0 % 0" in text(client, "/provinsi/93/?as_at=2024-12-12&boundaries=now")


def test_without_units_there_is_no_picture(client: Client) -> None:
    content = client.get("/provinsi/31/?basis=508").content.decode()

    assert 'class="trend__picture"' not in content


# --- The table by province ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", AreaOrder)
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_table_is_sorted_by_every_column(client: Client, order: AreaOrder, sign: str) -> None:
    table = nation_page(Question(CEREMONY_DAY, basis=Basis.UNITS_508), today=CEREMONY_DAY, sort=f"{sign}{order}").table
    areas = [row.area for row in table.rows]
    values: list[Any] = [
        {
            AreaOrder.NAME: area.name,
            AreaOrder.UNITS: area.units,
            AreaOrder.COVERED: area.covered,
            AreaOrder.SHARE: area.coverage_pct,
            AreaOrder.GAP: area.gap_units,
            AreaOrder.TARGET: area.target_pct,
            AreaOrder.PACE: area.newly_covered,
        }[order]
        for area in areas
    ]

    known = [value for value in values if value is not None]

    assert known == sorted(known, reverse=bool(sign))
    assert values[len(known) :] == [None] * (len(values) - len(known))
    assert len(areas) == 38
    direction = "descending" if sign else "ascending"
    content = client.get(f"/?as_at=2024-12-12&sort={sign}{order}").content.decode()
    assert re.findall(r'aria-sort="(\w+)"', content) == [direction]
    other = f"{order}" if sign else f"-{order}"
    assert f'href="?as_at=2024-12-12&amp;sort={other}#per-provinsi"' in content


def test_the_table_of_some_islands_comes_to_their_total(client: Client) -> None:
    listed = rows(client, "as_at=2024-12-12&island_group=Kalimantan&sort=-covered")

    *provinces, total = listed
    assert [row[0] for row in provinces] == [
        "Kalimantan Barat",
        "Kalimantan Tengah",
        "Kalimantan Selatan",
        "Kalimantan Timur",
        "Kalimantan Utara",
    ]
    assert total[0] == "Kalimantan"
    for column in (1, 2, 4):
        assert int(total[column]) == sum(int(row[column]) for row in provinces)


def test_the_table_keeps_the_question_and_the_question_keeps_the_table(client: Client) -> None:
    content = client.get("/?as_at=2024-12-12&counting=opened&island_group=Papua&sort=-gap").content.decode()

    assert 'href="/provinsi/94/?as_at=2024-12-12&amp;counting=opened"' in content
    assert 'href="?as_at=2024-12-12&amp;counting=opened&amp;island_group=Jawa&amp;sort=-gap#per-provinsi"' in content
    assert '<input type="hidden" name="island_group" value="Papua"' in content
    assert '<input type="hidden" name="sort" value="-gap"' in content


@pytest.mark.parametrize("query", ["island_group=Atlantis", "sort=officers__password", "sort=--gap", "sort=gap&sort=x"])
def test_a_table_that_cannot_be_given_is_explained(client: Client, query: str) -> None:
    assert "Pertanyaan ini tidak dapat dijawab" in text(client, f"/?{query}", 400)


# --- None and complete -------------------------------------------------------------------------------------------


def test_the_provinces_at_none_are_named(client: Client) -> None:
    page = text(client, "/?as_at=2024-12-12")

    assert (
        "5 provinsi belum memiliki Maluku 11 unit Papua Selatan 4 unit Papua Tengah 8 unit"
        " Papua Pegunungan 8 unit Papua Barat Daya 6 unit" in page
    )


def test_before_they_were_parted_there_were_34_provinces_and_12_at_none(client: Client) -> None:
    page = text(client, "/?as_at=2022-06-30")

    assert "12 provinsi belum memiliki" in page
    assert len(rows(client, "as_at=2022-06-30")) == 34 + 1


# --- What changed ------------------------------------------------------------------------------------------------


def test_the_figure_stands_beside_that_of_thirty_days_before(client: Client) -> None:
    before, after = (coverage(day).national.covered for day in (date(2024, 11, 12), CEREMONY_DAY))

    page = text(client, "/?as_at=2024-12-12")

    said = (
        f"Dari 12 November 2024 sampai 12 Desember 2024: {before} → {after} unit tercakup (bertambah {after - before})"
    )
    assert said in page


def test_what_happened_of_late_is_listed_with_its_place_and_proof(
    client: Client, site: Site, verified: Callable[..., Milestone], operating: Callable[..., OperatingRecord]
) -> None:
    verified(site, Stage.INAUGURATED, date(2026, 3, 1), source_url="https://ponorogo.go.id/mpp")
    operating(site, OperatingStatus.PARTLY, date(2026, 3, 2))

    page = text(client, "/?as_at=2026-03-30")
    content = client.get("/?as_at=2026-03-30").content.decode()

    assert "Diresmikan 1 1 Maret 2026 MPP Kabupaten Ponorogo Jawa Timur · bukti: ponorogo.go.id/mpp" in page.replace(
        "https://", ""
    )
    assert "Beroperasi sebagian 1 2 Maret 2026 MPP Kabupaten Ponorogo Jawa Timur · bukti" in page
    assert 'href="https://ponorogo.go.id/mpp"' in content
    assert f'href="/mpp/{site.pk}/' in content
    assert "Ponorogo" in news(client, "as_at=2026-03-30")
    for other_day in ("2026-02-28", "2026-04-01"):
        assert "Ponorogo" not in news(client, f"as_at={other_day}")


def test_what_was_only_reported_is_no_news(client: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    reported(site, Stage.INAUGURATED, date(2026, 3, 1))

    assert "Ponorogo" not in news(client, "as_at=2026-03-30")


def test_mpp_digital_is_told_apart(client: Client, site: Site, officer: User, verifier: User) -> None:
    adoption = DigitalAdoption(regency=site.regency, status="pilot", since=date(2026, 3, 1))
    verify(report(adoption, by=officer), by=verifier)

    assert "MPP Digital: Percontohan 1 1 Maret 2026 Kabupaten Ponorogo Jawa Timur" in text(client, "/?as_at=2026-03-30")


def test_older_facts_that_became_known_are_a_sentence_and_no_list(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    today = timezone.localdate()
    since = today - timedelta(days=30)
    before = nation_page(Question(today), today=today).recent

    verified(site, Stage.INAUGURATED, since - timedelta(days=1))

    after = nation_page(Question(today), today=today).recent
    assert (after.happenings, after.learned) == (before.happenings, before.learned + 1)
    content = client.get("/").content.decode()
    assert f"{after.learned} peristiwa yang lebih lama baru tercatat dalam 30 hari ini." in content
    assert f'href="/penjelasan/?as_at={since}&amp;sejak={since}&amp;sejak_diketahui={since}#berubah"' in content


def test_what_older_facts_changed_in_the_figure_is_explained(client: Client) -> None:
    since = timezone.localdate() - timedelta(days=30)
    content = client.get("/?island_group=Jawa&counting=opened&tampilan=sel").content.decode()
    [address] = re.findall(r'href="(/penjelasan/[^"]*sejak_diketahui=[^"]*)"', content)

    page = text(client, unescape(address).partition("#")[0])

    # The rollout was entered today, so nothing of it was known by then.
    covered = coverage(since, counting="opened").national.covered
    assert "counting=opened" in address
    assert f"23.59.59 WIB: 0. Menurut yang diketahui kemudian: {covered}." in page


def test_what_older_facts_changed_by_a_past_day_is_pinned_to_it() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    page = nation_page(Question(yesterday, counting=Counting.OPENED), today=timezone.localdate())

    assert f"known_at={yesterday}T23:59:59.999999%2B07:00" in page.learned_address


def test_on_a_past_day_nothing_had_become_known_yet(client: Client) -> None:
    assert "baru tercatat dalam 30 hari ini" not in text(client, "/?as_at=2024-12-12")


def test_a_source_is_no_script(client: Client, site: Site, verified: Callable[..., Milestone]) -> None:
    verified(site, source_url="javascript:alert(1) <img src=x onerror=alert(1)>")

    content = client.get("/?as_at=2026-03-30").content.decode()

    assert 'href="javascript:' not in content
    assert "<img src=x" not in content


# --- All of it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "tampilan=sel", "as_at=2017-01-01", "as_at=2024-12-31&sort=-gap&island_group=Jawa"]
)
def test_the_first_page_takes_nine_queries_at_most(
    client: Client, query: str, django_assert_max_num_queries: Any
) -> None:
    # 1 version, 2 facts, 3 targets, 4 series, 5 what became known, 6 what happened, 7 units, 8 their seats, and today
    # 9 stages to forecast from
    with django_assert_max_num_queries(9):
        client.get(f"/?{query}")


def test_the_first_page_leads_to_the_others(client: Client) -> None:
    content = client.get("/").content.decode()

    for address in ("/komitmen/janji/", "/angka/", "/perkiraan/", "/kesiapan/", "/komitmen/", "/satgas/"):
        assert f'<a class="card__link" href="{address}">' in content


# --- Pictures ----------------------------------------------------------------------------------------------------

FRAME = Frame(width=100, height=100, left=0, right=100, top=0, bottom=100)


def test_a_plot_puts_days_and_counts_at_their_places() -> None:
    plot = Plot(FRAME, date(2020, 1, 1), date(2020, 4, 10), 50)

    assert plot.steps([(date(2020, 2, 20), 10), (date(2020, 3, 1), 25)], until=date(2020, 3, 31)) == (
        "M0.0,100.0H50.0V80.0H60.0V50.0H90.0"
    )
    assert plot.line([(date(2020, 1, 1), 0), (date(2020, 4, 10), 50)]) == "M0.0,100.0 L100.0,0.0"


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (1, 1), (9, 2), (38, 10), (305, 100), (509, 100), (600, 200)])
def test_a_scale_has_few_round_numbers(highest: int, step: int) -> None:
    assert list(round_values(highest)) == list(range(0, highest + 1, step))
    assert len(round_values(highest)) <= 6


def test_a_trend_reaches_to_what_is_wanted_and_what_may_come() -> None:
    steps = [(date(2020, 1, 1), 0), (date(2021, 1, 1), 10)]
    aims = [Aim("1", date(2022, 12, 31), 20)]
    now = date(2021, 6, 1)

    without = trend_picture(steps, [], (), first=date(2020, 1, 1), now=now, full=20)
    wanted = trend_picture(steps, aims, (), first=date(2020, 1, 1), now=now, full=20)
    fan = [(now, (10, 10, 10)), (date(2025, 12, 31), (12, 15, 20))]
    foreseen = trend_picture(steps, aims, fan, first=date(2020, 1, 1), now=now, full=20)

    right = f"{without.frame.right:.1f}"
    assert without.now == right
    assert wanted.aims[0].x == right
    assert (wanted.band, wanted.middle) == ("", "")
    assert foreseen.band.startswith(f"M{foreseen.now},{foreseen.now_y} L{right},{foreseen.frame.top:.1f}")


def test_of_nothing_there_is_no_trend() -> None:
    with pytest.raises(ValueError, match="nothing"):
        trend_picture([], [], (), first=date(2020, 1, 1), now=date(2021, 1, 1), full=0)
