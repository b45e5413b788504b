"""Does the page of the pledges show what became of them, to everybody, empty and full?"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from accounts.models import User
from commitments.models import Pledge, PledgeRevision
from dashboard.charts import Flow, flow_picture
from dashboard.reports import PLEDGES_PER_PAGE
from mpp_tracker.lib.history import version_of
from regions.choices import Role
from regions.models import Assignment, Milestone, Regency, Site
from regions.services.ledger import report
from tests.browser import chromium, is_whole, keep, manage, own_database, served
from tests.dashboard.test_pages import text
from tests.taskforce.promises import make

pytestmark = pytest.mark.django_db
URL = "/komitmen/janji/"


@pytest.fixture
def pledge(ponorogo: Regency) -> Pledge:
    """Ponorogo's promise for 2024, moved to 2025."""
    pledge = Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 3, 1), due_on=date(2024, 12, 31))
    PledgeRevision.objects.create(
        pledge=pledge, revised_on=date(2024, 10, 1), due_on=date(2025, 12, 31), reason="Gedung belum selesai"
    )
    return pledge


def test_without_a_pledge_the_page_says_that_nothing_is_known(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2026-06-01")

    assert "Belum ada data: per 1 Juni 2026 belum ada janji kabupaten/kota yang tercatat." in page
    assert "Untuk 2022: 57 diumumkan, 0 tercatat" in page
    assert "Untuk 2020: 48 diumumkan, 0 tercatat" in page
    assert page.count("belum ada data") >= 4
    assert "0 %" not in page
    assert "flow__picture" not in client.get(URL).content.decode()


def test_one_sentence_says_how_many_were_kept(client: Client, pledge: Pledge, site: Site) -> None:
    assert "tercatat 1 janji diresmikannya MPP, dan belum ada yang jatuh tempo" in text(
        client, f"{URL}?as_at=2024-06-01"
    )
    page = text(client, f"{URL}?as_at=2026-06-01")

    assert "Per 1 Juni 2026, 0 dari 1 janji yang sudah jatuh tempo ditepati ( 0,0 % )" in page
    assert "Kabupaten Ponorogo MPP Kabupaten Ponorogo Jawa Timur Terlambat 2024 berjanji 1 Maret 2024 2025" in page
    assert "1 Oktober 2024, menjadi 2025: Gedung belum selesai" in page
    assert "2024 Menjadi" not in page


def test_the_numbers_behind_the_picture_stand_in_a_table_and_a_sentence(client: Client, pledge: Pledge) -> None:
    page = text(client, f"{URL}?as_at=2025-06-01")

    assert "Dari 1 janji, 0 diresmikan paling lambat pada tahun yang semula dijanjikan dan 0 pada" in page
    assert "1 belum diresmikan; 1 dari yang belum itu sudah dijanjikan ulang" in page
    assert "Semula untuk Menjadi Diresmikan Belum 2024 2025 0 1" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("year=2024", True),
        ("year=2023", False),
        ("province=35", True),
        ("province=33", False),
        ("standing=late", True),
        ("standing=kept", False),
        ("year=2024&province=35&standing=late", True),
    ],
)
def test_the_list_is_filtered_and_the_figures_are_not(client: Client, pledge: Pledge, query: str, shown: bool) -> None:
    page = text(client, f"{URL}?as_at=2026-06-01&{query}")

    assert ("Kabupaten Ponorogo" in page) is shown
    assert ("Tidak ada janji yang sesuai dengan saringan" in page) is not shown
    assert "0 dari 1 janji yang sudah jatuh tempo" in page


def test_a_pledge_leads_to_its_mpp_and_its_province_with_the_question(
    client: Client, pledge: Pledge, site: Site
) -> None:
    content = client.get(f"{URL}?as_at=2026-06-01&year=2024").content.decode()

    assert f'href="/mpp/{site.pk}/?as_at=2026-06-01"' in content
    assert 'href="/kabkota/35.02/?as_at=2026-06-01"' in content
    assert 'href="/provinsi/35/?as_at=2026-06-01"' in content


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("as_at=kemarin", "as_at"),
        ("known_at=x", "known_at"),
        ("layer=reported", "hanya untuk yang sudah masuk"),
        ("standing=broken", "kept, slipped, late, not_yet_due"),
        ("year=1999", "2017"),
        ("province=99", "province"),
        ("year=2022&year=2023", "Tulis satu kali saja"),
    ],
)
def test_a_question_that_cannot_be_answered_is_explained(client: Client, query: str, says: str) -> None:
    page = text(client, f"{URL}?{query}", 400)

    assert "Pertanyaan ini tidak dapat dijawab" in page
    assert says in page


def test_a_visitor_sees_what_was_verified_and_who_signed_in_may_see_reports(
    client: Client, pledge: Pledge, site: Site, officer: User
) -> None:
    report(Milestone(site=site, stage="inaugurated", reached_on=date(2025, 2, 3)), by=officer)
    assert "3 Februari 2025" not in text(client, URL)

    client.force_login(officer)

    assert "3 Februari 2025" not in text(client, URL)
    assert "3 Februari 2025" in text(client, f"{URL}?layer=reported")


@pytest.mark.parametrize("attack", ["<img src=x onerror=alert(1)>", "</svg><script>alert(1)</script>"])
def test_markup_in_a_reason_stays_text(client: Client, pledge: Pledge, editor: User, attack: str) -> None:
    pledge.revisions.update(reason=attack)
    Pledge.objects.update(source_url=f"javascript:{attack}")
    client.force_login(editor)

    for address in (URL, reverse("admin:commitments_pledge_change", args=[pledge.pk])):
        content = client.get(address).content.decode()
        assert "<img src=x" not in content
        assert "<script>alert" not in content
        assert 'href="javascript:' not in content
        assert "alert(1)" in content


@pytest.mark.parametrize("count", [1, 200])
def test_the_page_takes_as_many_queries_for_one_pledge_as_for_many(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    make(count)

    # 1 the version, 2 provinces, 3 the last year promised, 4 inaugurations, 5 pledges, 6 revisions, 7 announced
    # figures, 8 MPPs
    with django_assert_num_queries(8):
        response = client.get(URL)
    assert len(response.content) < 250_000


def test_a_long_list_goes_on_on_another_sheet_with_the_same_question(client: Client) -> None:
    make(PLEDGES_PER_PAGE + 5)

    first = client.get(f"{URL}?as_at=2026-06-01").content.decode()
    second = client.get(f"{URL}?as_at=2026-06-01&halaman=2").content.decode()

    assert 'href="?as_at=2026-06-01&amp;halaman=2"' in first
    assert (first.count('data-label="Keadaan"'), second.count('data-label="Keadaan"')) == (PLEDGES_PER_PAGE, 5)


# --- The picture -----------------------------------------------------------------------------------------------


def test_a_band_is_as_thick_as_its_count_and_what_stayed_is_level() -> None:
    picture = flow_picture([Flow("2022", "2022", "done", 30), Flow("2022", "2024", "open", 10)])

    assert [(node.name, node.total) for node in picture.left] == [("2022", 40)]
    heights = [float(node.height) for node in picture.right]
    assert heights[0] == 3 * heights[1]
    assert sum(heights) == pytest.approx(float(picture.left[0].height))
    assert float(picture.right[0].y) + heights[0] < float(picture.right[1].y)
    assert [band.kind for band in picture.bands] == ["done", "open"]
    level = flow_picture([Flow("2022", "2022", "done", 30)])
    assert level.left == level.right


def test_nothing_flows_without_a_count() -> None:
    with pytest.raises(ValueError, match="Nothing"):
        flow_picture([])


# --- The work room -----------------------------------------------------------------------------------------------


@pytest.fixture
def desk(client: Client, officer: User, ponorogo: Regency) -> Client:
    """The work room of Ponorogo's officer."""
    today = timezone.localdate()
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=today)
    client.force_login(officer)
    return client


def test_a_pledge_that_is_due_is_among_what_an_officer_does_first(desk: Client, ponorogo: Regency, site: Site) -> None:
    today = timezone.localdate()
    due = {"pledged_on": today, "date_precision": "day"}
    foreign = Regency.objects.get(code="35.10")
    Pledge.objects.create(regency=foreign, due_on=today, **due)
    pledge = Pledge.objects.create(regency=ponorogo, due_on=today + timedelta(days=91), **due)
    assert "berjanji diresmikan" not in text(desk, "/kerja/")

    Pledge.objects.filter(pk=pledge.pk).update(due_on=today + timedelta(days=90))

    page = text(desk, "/kerja/")
    assert "Kerjakan dahulu" in page
    assert "Kabupaten Ponorogo berjanji diresmikan paling lambat" in page
    assert "Banyuwangi" not in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_room_takes_as_many_queries_for_one_pledge_as_for_many(
    desk: Client, ponorogo: Regency, site: Site, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        made_on = date(2024, 1, 1) + timedelta(days=number)
        pledge = Pledge.objects.create(regency=ponorogo, pledged_on=made_on, due_on=date(2024, 12, 31))
        PledgeRevision.objects.create(
            pledge=pledge, revised_on=date(2024, 10, 1), due_on=date(2025, 12, 31), reason="Gedung"
        )

    # 16 as without pledges, then inaugurations, pledges, revisions
    with django_assert_num_queries(19):
        desk.get("/kerja/")


# --- The admin -----------------------------------------------------------------------------------------------


def test_an_editor_enters_a_pledge_and_a_revision_by_year(client: Client, editor: User, ponorogo: Regency) -> None:
    client.force_login(editor)
    form = {"regency": ponorogo.pk, "pledged_on": "2024-03-01", "due_on": "2024-01-01", "date_precision": "year"}
    rows = {"revisions-TOTAL_FORMS": 1, "revisions-INITIAL_FORMS": 0}
    rows |= {"revisions-0-revised_on": "2024-10-01", "revisions-0-due_on": "2025-05-05"}
    rows |= {"revisions-0-date_precision": "month", "revisions-0-reason": "Gedung belum selesai"}

    response = client.post(reverse("admin:commitments_pledge_add"), form | rows)

    assert response.status_code == 302
    pledge = Pledge.objects.get(regency=ponorogo)
    assert pledge.due_on == date(2024, 12, 31)
    assert pledge.revisions.get().due_on == date(2025, 5, 31)


@pytest.mark.parametrize("count", [1, 90])
def test_the_admins_list_takes_as_many_queries_for_one_pledge_as_for_many(
    client: Client, editor: User, count: int, django_assert_num_queries: Any
) -> None:
    make(count)
    client.force_login(editor)

    # 1 session, 2 user, 3 provinces to filter by, 4-5 counts, 6-7 span of the dates, 8 rows
    with django_assert_num_queries(8):
        client.get(reverse("admin:commitments_pledge_changelist"))


def test_who_saves_a_pledge_second_is_told(client: Client, editor: User, pledge: Pledge) -> None:
    client.force_login(editor)
    seen = version_of(pledge)
    Pledge.objects.filter(pk=pledge.pk).update(due_on=date(2026, 12, 31))
    form = {"regency": pledge.regency_id, "pledged_on": "2024-03-01", "due_on": "2024-12-31", "date_precision": "year"}
    form |= {"seen_version": seen, "revisions-TOTAL_FORMS": 0, "revisions-INITIAL_FORMS": 0}

    response = client.post(reverse("admin:commitments_pledge_change", args=[pledge.pk]), form)

    assert "diubah orang lain" in response.content.decode()
    pledge.refresh_from_db()
    assert pledge.due_on == date(2026, 12, 31)


# --- In a real browser ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def full(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page with 120 made-up pledges, served."""
    with django_db_blocker.unblock(), own_database("promised") as database_url:
        manage(database_url, "shell", "-c", "from tests.taskforce.promises import make; make(120)")
        with served(database_url, tmp_path_factory.mktemp("promised") / "log") as address:
            yield address


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1440])
def test_the_page_is_whole_on_any_screen(full: str, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(locale="id-ID", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()

    page.goto(f"{full}{URL}?as_at=2026-10-31")

    keep(page, f"pledges-{width}-{scheme}")
    assert page.locator(".flow__band").count() > 5
    assert is_whole(page)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_the_empty_page_is_whole_too(full: str, browser: Browser, width: int) -> None:
    page = browser.new_context(locale="id-ID", viewport={"width": width, "height": 900}).new_page()

    page.goto(f"{full}{URL}?as_at=2017-06-01")

    keep(page, f"pledges-empty-{width}")
    assert page.locator(".flow__band").count() == 0
    assert is_whole(page)


@pytest.mark.browser
def test_the_picture_can_be_read_in_forced_colours_and_on_paper(full: str, browser: Browser) -> None:
    context = browser.new_context(locale="id-ID", forced_colors="active", viewport={"width": 800, "height": 900})
    page = context.new_page()
    page.goto(f"{full}{URL}?as_at=2026-10-31")
    keep(page, "pledges-forced")
    fills = {
        page.locator(f".flow__band--{kind}").first.evaluate("band => getComputedStyle(band).fill")
        for kind in ("done", "open")
    }
    assert len(fills) == 2

    page.emulate_media(media="print", forced_colors="none")

    keep(page, "pledges-print")
    assert page.locator(".flow__picture").is_visible()
    assert not page.locator(".question").is_visible()


@pytest.mark.browser
def test_the_list_is_filtered_without_javascript(full: str, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", java_script_enabled=False).new_page()
    page.goto(f"{full}{URL}?as_at=2026-10-31")

    page.get_by_label("Keadaan janji").select_option("kept")
    page.get_by_role("button", name="Tampilkan").click()

    assert "standing=kept" in page.url
    rows = page.locator('td[data-label="Keadaan"]')
    assert rows.count() > 0
    assert set(rows.all_inner_texts()) == {"Ditepati"}
