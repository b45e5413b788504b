"""Does the page of the forecast say what may come, how far off such forecasts were, and where nothing can be said?"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format, number_format
from playwright.sync_api import Browser

from accounts.models import User
from dashboard.charts import fan_picture
from dashboard.templatetags.figures import pct
from regions.choices import Stage
from regions.models import Milestone, Regency, Site
from regions.services.ledger import report
from taskforce.coverage import Standpoint
from taskforce.forecast import ForecastReport, draw, forecast
from tests.browser import chromium, is_whole, keep, own_database, served
from tests.dashboard.test_pages import text

pytestmark = pytest.mark.django_db
URL = "/perkiraan/"
DAY = "as_at=2026-11-22"
MONTH_END = "as_at=2026-10-31"


@pytest.fixture
def page(client: Client, person: User) -> str:
    """The page of a fixed day, for which only who signed in may ask."""
    client.force_login(person)
    return text(client, f"{URL}?{DAY}")


@pytest.fixture
def computed(db: None) -> ForecastReport:
    """What the page shows; another release of NumPy may draw other numbers."""
    return forecast(Standpoint(date(2026, 11, 22)))


def month(day: date | None) -> str:
    assert day
    return date_format(day, "F Y")


def test_one_sentence_says_how_fast_it_goes_and_when_it_may_be_done(page: str, computed: ForecastReport) -> None:
    assert "Per 22 November 2026, 295 dari 509 unit telah diresmikan, 9 di antaranya dalam 12 bulan terakhir" in page
    assert "(0,8 unit per bulan); tenggat target 100,0 %, 31 Desember 2025, sudah lewat dengan 214 unit" in page
    assert computed.national.finish
    assert f"Menurut simulasi 100 % tercapai {month(computed.national.finish.p10)} (P10: satu dari" in page
    assert "sesudah November 2041 (P50: separuhnya), dan sesudah November 2041 (P90" in page
    assert "Peresmian terakhir yang tercatat: 15 Desember 2025." in page


def test_before_a_deadline_the_pace_that_it_takes_stands_beside(client: Client) -> None:
    assert "untuk target 100,0 % pada 31 Desember 2024 diperlukan" in text(client, f"{URL}?as_at=2024-01-31")


def test_the_error_stands_beside_the_forecast(page: str, computed: ForecastReport) -> None:
    *_others, last = computed.trials
    share = pct(computed.mean_error_pct).replace("\N{NO-BREAK SPACE}", " ")
    assert f"setahun ke depan rata-rata {number_format(computed.mean_error, 1)} unit ({share})" in page
    assert "dalam 3 dari 4 uji kenyataan jatuh di antara P10 dan P90" in page
    assert f"{computed.provinces_inside} dari 141 kenyataan jatuh di antara P10 dan P90" in page
    assert computed.worst
    assert f"Paling jauh meleset: {computed.worst.error} unit" in page
    p10, p50, p90 = last.covered
    assert f"31 Desember 2024 31 Desember 2025 {p10} {p50} {p90} 295 {last.error} (" in page
    assert page.index("rata-rata") < page.index("Per provinsi")


def test_a_province_has_its_spread_or_what_stands_in_its_place(page: str) -> None:
    assert "Banten 8 dari 8 0,0 0,0 sudah 100 %" in page
    assert "Papua Selatan 0 dari 4 0,0 tenggat lewat data belum cukup" in page
    assert "Jawa Tengah 33 dari 35" in page


def test_the_numbers_behind_the_picture_stand_in_a_table(page: str, computed: ForecastReport, client: Client) -> None:
    assert "November 2025 286 November 2026 295 295 295 November 2027" in page
    p10, p50, p90 = computed.fan[-1].covered
    assert f"November 2041 {p10} {p50} {p90}" in page
    assert client.get(URL).content.decode().count('class="fan__band"') == 1


def test_early_on_nothing_is_drawn(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2019-05-31")

    assert "Kapan 100 % tercapai: data belum cukup ." in page
    assert "belum dapat diuji" in page
    assert "P10: satu dari sepuluh putaran)" not in page
    assert (
        page.count("data belum cukup") == 37
    )  # the sentence, picture, trials, the nation, and 34 provinces less Jakarta
    assert '<svg class="flow__picture"' not in client.get(f"{URL}?as_at=2019-05-31").content.decode()


def test_what_is_assumed_is_called_that(page: str) -> None:
    assert "Asumsi Bulan-bulan mendatang serupa dengan 24 bulan terakhir." in page
    assert "tanggal kejadian, bukan tanggal diketahuinya" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("as_at=kemarin", "as_at"),
        ("as_at=2016-01-01", "2017-01-01"),
        ("layer=reported", "hanya untuk yang sudah masuk"),
    ],
)
def test_a_question_that_cannot_be_answered_is_explained(client: Client, query: str, says: str) -> None:
    page = text(client, f"{URL}?{query}", 400)

    assert "Pertanyaan ini tidak dapat dijawab" in page
    assert says in page


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("as_at=2022-06-29", "as_at=2022-05-31"),
        ("as_at=2022-06-29&boundaries=now", "as_at=2022-05-31&boundaries=now"),
        ("as_at=2017-01-20", "as_at=2017-01-01"),
        ("as_at=2022-06-30&known_at=2026-11-01", "as_at=2022-06-30"),
    ],
)
def test_a_visitor_asks_for_today_and_the_ends_of_months_and_is_led_there(
    client: Client, person: User, asked: str, answered: str
) -> None:
    response = client.get(f"{URL}?{asked}")
    assert (response.status_code, response["Location"]) == (302, f"{URL}?{answered}")
    assert "untuk hari ini dan akhir setiap bulan" in text(client, response["Location"])

    client.force_login(person)

    assert "untuk hari ini dan akhir setiap bulan" not in text(client, f"{URL}?{asked}")


def test_visitors_who_ask_for_every_day_of_a_month_make_one_draw(client: Client) -> None:
    text(client, f"{URL}?as_at=2025-08-31")
    drawn = draw.cache_info().misses

    for day in range(1, 31):
        client.get(f"{URL}?as_at=2025-09-{day:02}&known_at=2026-11-{day % 20 + 1:02}", follow=True)

    # 31 August was drawn before; 30 September is the only other one, its trials are the same.
    assert draw.cache_info().misses == drawn + 1


def test_a_visitor_may_ask_for_today_by_its_date(client: Client) -> None:
    assert client.get(f"{URL}?as_at={timezone.localdate()}").status_code == 200


def test_the_question_is_carried_on(client: Client) -> None:
    content = client.get(f"{URL}?as_at=2022-06-30&boundaries=now").content.decode()

    assert 'href="/provinsi/35/?as_at=2022-06-30&amp;boundaries=now"' in content
    assert "Papua Selatan" in content
    assert "Papua Selatan" not in client.get(f"{URL}?as_at=2022-05-31").content.decode()


def test_a_visitor_sees_what_was_verified_and_who_signed_in_may_see_reports(
    client: Client, site: Site, officer: User
) -> None:
    report(Milestone(site=site, stage=Stage.INAUGURATED, reached_on=date(2026, 10, 3)), by=officer)
    assert "3 Oktober 2026" not in text(client, f"{URL}?{MONTH_END}")

    client.force_login(officer)

    assert "3 Oktober 2026" not in text(client, f"{URL}?{DAY}")
    assert "3 Oktober 2026" in text(client, f"{URL}?{DAY}&layer=reported")


@pytest.mark.parametrize("count", [0, 100])
def test_the_page_takes_as_many_queries_for_few_inaugurations_as_for_many(
    client: Client, verified: Any, count: int, django_assert_num_queries: Any
) -> None:
    for regency in Regency.objects.filter(is_autonomous=True, sites=None).order_by("code")[:count]:
        verified(Site.objects.create(regency=regency, name="MPP"), Stage.INAUGURATED, date(2026, 9, 1))

    # 1 the version, 2 coverage, 3 targets, 4 the ledger by the day asked about, 5-8 by the days it is tried on
    with django_assert_num_queries(8):
        response = client.get(f"{URL}?{MONTH_END}")
    assert len(response.content) < 200_000


def test_the_first_page_leads_to_it(client: Client) -> None:
    assert f'href="{URL}"' in client.get("/").content.decode()


# --- The picture -----------------------------------------------------------------------------------------------


def test_the_fan_opens_where_the_past_ends() -> None:
    past = [(date(2020, 1, 1), 0), (date(2021, 1, 1), 50)]
    fan = [(date(2021, 1, 1), (50, 50, 50)), (date(2022, 1, 1), (50, 75, 100))]

    picture = fan_picture(past, fan, full=100)

    assert picture.past == "M32.0,196.0 L169.2,108.0"
    assert picture.middle == "M169.2,108.0 L306.0,64.0"
    assert picture.band == "M169.2,108.0 L306.0,20.0 L306.0,108.0 L169.2,108.0 Z"
    assert picture.now == "169.2"
    assert [(tick.label, tick.at) for tick in picture.counts] == [("0", "196.0"), ("50", "108.0"), ("100", "20.0")]
    assert [tick.label for tick in picture.years] == ["2021"]


@pytest.mark.parametrize(("past", "fan", "full"), [([], [], 0), ([(date(2020, 1, 1), 1)], [], 9)])
def test_without_a_fan_there_is_no_picture(past: Any, fan: Any, full: int) -> None:
    with pytest.raises(ValueError, match="nothing"):
        fan_picture(past, fan, full=full)


# --- In a real browser -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real rollout, served."""
    with (
        django_db_blocker.unblock(),
        own_database("foreseen") as database_url,
        served(database_url, tmp_path_factory.mktemp("foreseen") / "log") as address,
    ):
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1440])
def test_the_page_is_whole_on_any_screen(address: str, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(locale="id-ID", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()

    page.goto(f"{address}{URL}?{MONTH_END}")

    keep(page, f"forecast-{width}-{scheme}")
    assert page.locator(".fan__band").is_visible()
    assert is_whole(page)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_the_page_without_a_forecast_is_whole_too(address: str, browser: Browser, width: int) -> None:
    page = browser.new_context(locale="id-ID", viewport={"width": width, "height": 900}).new_page()

    page.goto(f"{address}{URL}?as_at=2019-05-31")

    keep(page, f"forecast-empty-{width}")
    assert page.locator(".fan__band").count() == 0
    assert is_whole(page)


@pytest.mark.browser
def test_the_picture_can_be_read_in_forced_colours_and_on_paper(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="id-ID", forced_colors="active", viewport={"width": 800, "height": 900})
    page = context.new_page()
    page.goto(f"{address}{URL}?{MONTH_END}")
    keep(page, "forecast-forced")
    colours = {
        page.locator(f".fan__{line}").evaluate("line => getComputedStyle(line).stroke") for line in ("band", "past")
    }
    assert len(colours) == 2

    page.emulate_media(media="print", forced_colors="none")

    keep(page, "forecast-print")
    assert page.locator(".flow__picture").is_visible()
    assert not page.locator(".question").is_visible()
