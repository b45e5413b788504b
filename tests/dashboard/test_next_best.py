"""Does the list of what to inaugurate next say what that would close and what stands in its way, to each their own?"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser

from accounts.models import User
from commitments.models import Pledge
from regions.choices import OperatingStatus, Role, Stage
from regions.models import Assignment, Milestone, Regency, Site
from regions.services.ledger import report
from tests.browser import chromium, is_whole, keep, manage, own_database, served
from tests.dashboard.test_pages import text
from tests.taskforce.promises import make

pytestmark = pytest.mark.django_db
URL = "/perkiraan/berikutnya/"
DAY = "as_at=2026-06-01"
EAST = f"{URL}?{DAY}&province=35"


def test_one_sentence_counts_what_could_be_closed_and_another_explains_the_order(client: Client) -> None:
    page = text(client, f"{URL}?{DAY}")

    assert "Per 1 Juni 2026, dari 214 unit yang belum diresmikan, 18 akan menjadi yang pertama di provinsinya," in page
    assert "akan melengkapi provinsinya, dan 0 masih dapat menepati janjinya." in page
    assert "Urutan: yang menutup paling banyak kekurangan" in page


def test_a_row_says_what_it_would_close_and_what_is_missing(
    client: Client, site: Site, verified: Any, operating: Any
) -> None:
    assert "Kabupaten Ponorogo Jawa Timur" not in text(client, f"{URL}?{DAY}&province=33")
    verified(site, Stage.SOFT_LAUNCHED, date(2026, 4, 1))
    operating(site, OperatingStatus.SUSPENDED, date(2026, 5, 1))
    Pledge.objects.create(regency=site.regency, pledged_on=date(2026, 1, 1), due_on=date(2026, 12, 31))

    page = text(client, EAST)

    assert (
        "Kabupaten Ponorogo MPP Kabupaten Ponorogo Jawa Timur menyisakan 2 dari 38 unit di provinsinya menepati janji"
        in page
    )
    assert "Uji coba/soft launching 1 April 2026 Tahap sesudahnya yang belum tercatat: Dibuka daerah, Siap" in page
    assert "Tutup sementara 1 Mei 2026 Janji untuk 2026: Belum jatuh tempo" in page
    assert f'href="/mpp/{site.pk}/?{DAY}"' in client.get(EAST).content.decode()


def test_aspects_that_were_found_not_ready_stand_with_their_day(client: Client, assessed: Any) -> None:
    assert "Kesiapan dinilai" not in text(client, EAST)
    assessed(date(2026, 3, 1), budget="not_yet", staff="partly", building="ready")

    page = text(client, EAST)

    assert "Kesiapan dinilai 1 Maret 2026: Anggaran Belum , SDM Sebagian" in page
    assert "Kendala selain ini belum dicatat" not in page


def test_where_nothing_is_known_that_is_said(client: Client) -> None:
    page = text(client, EAST)

    assert "Belum diketahui apa pun tentang tahap dan operasinya Belum ada MPP yang terdaftar" in page


def test_whoever_may_know_of_waiting_reports_sees_how_many_there_are(
    client: Client, site: Site, officer: User, person: User
) -> None:
    report(Milestone(site=site, stage=Stage.READY, reached_on=date(2026, 5, 1)), by=officer)
    assert "menunggu verifikasi" not in text(client, EAST)
    today = timezone.localdate()
    foreign = Regency.objects.get(code="33.01")
    assignment = Assignment.objects.create(user=person, role=Role.OFFICER, regency=foreign, valid_from=today)
    client.force_login(person)
    assert "menunggu verifikasi" not in text(client, EAST)

    Assignment.objects.filter(pk=assignment.pk).update(regency=site.regency)

    assert "1 laporan menunggu verifikasi" in text(client, EAST)


def test_a_visitor_sees_no_report_and_cannot_ask_for_any(client: Client, site: Site, officer: User) -> None:
    report(Milestone(site=site, stage=Stage.READY, reached_on=date(2026, 5, 1)), by=officer)
    assert "1 Mei 2026" not in text(client, EAST)
    text(client, f"{EAST}&layer=reported", 400)

    client.force_login(officer)

    assert "Siap diresmikan 1 Mei 2026 Tinggal diresmikan" in text(client, f"{EAST}&layer=reported")


@pytest.mark.parametrize(
    ("query", "shown"),
    [("province=35", "3 dari 214"), ("island_group=Papua", "38 dari 214"), ("province=31", "0 dari 214")],
)
def test_the_list_is_filtered_and_the_figures_are_not(client: Client, query: str, shown: str) -> None:
    page = text(client, f"{URL}?{DAY}&{query}")

    assert f"{shown} unit sesuai saringan" in page
    assert "dari 214 unit yang belum diresmikan" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [("province=99", "province"), ("province=35&island_group=Papua", "ada di kelompok"), ("as_at=x", "as_at")],
)
def test_a_question_that_cannot_be_answered_is_explained(client: Client, query: str, says: str) -> None:
    page = text(client, f"{URL}?{query}", 400)

    assert "Pertanyaan ini tidak dapat dijawab" in page
    assert says in page


def test_a_long_list_goes_on_with_the_same_question_and_leads_on_without_its_filters(client: Client) -> None:
    first = client.get(f"{URL}?{DAY}&island_group=Sumatera").content.decode()

    assert 'href="?as_at=2026-06-01&amp;island_group=Sumatera&amp;halaman=2"' in first
    assert 'href="/provinsi/17/?as_at=2026-06-01"' in first
    assert 'href="/perkiraan/?as_at=2026-06-01"' in first


@pytest.mark.parametrize("attack", ["<img src=x onerror=alert(1)>", "</td><script>alert(1)</script>"])
def test_markup_in_a_name_stays_text(client: Client, attack: str) -> None:
    Regency.objects.filter(code="35.02").update(name=attack)

    content = client.get(EAST).content.decode()

    assert "<img src=x" not in content
    assert "<script>alert" not in content
    assert "alert(1)" in content


@pytest.mark.parametrize("count", [1, 200])
def test_the_page_takes_as_many_queries_for_one_pledge_as_for_many(
    client: Client, officer: User, count: int, django_assert_num_queries: Any
) -> None:
    make(count)

    # 1 the version, 2 provinces, 3-4 coverage and targets, 5-7 inaugurations, pledges, revisions,
    # 8-9 assessments with their units, 10 units, 11 MPPs
    with django_assert_num_queries(11):
        response = client.get(URL)
    assert len(response.content) < 200_000
    client.force_login(officer)
    # and 12 session, 13 user, 14 assignments, 15-16 reports that wait, 17 unread notices
    with django_assert_num_queries(17):
        client.get(URL)


# --- In a real browser -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real rollout with 200 made-up pledges, served."""
    with django_db_blocker.unblock(), own_database("nextbest") as database_url:
        manage(database_url, "shell", "-c", "from tests.taskforce.promises import make; make(200)")
        with served(database_url, tmp_path_factory.mktemp("nextbest") / "log") as address:
            yield address


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1440])
def test_the_list_is_whole_on_any_screen(address: str, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(locale="id-ID", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()

    page.goto(f"{address}{URL}?{DAY}")

    keep(page, f"next-best-{width}-{scheme}")
    assert page.get_by_text("menepati janji", exact=True).count() > 0
    assert is_whole(page)


@pytest.mark.browser
def test_the_list_is_filtered_without_javascript(address: str, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", java_script_enabled=False).new_page()
    page.goto(f"{address}{URL}?{DAY}")

    page.get_by_label("Provinsi", exact=True).select_option("17")
    page.get_by_role("button", name="Tampilkan").click()

    assert "province=17" in page.url
    assert page.locator("tbody tr").count() == 1
    assert page.get_by_text("melengkapi provinsi", exact=True).is_visible()
