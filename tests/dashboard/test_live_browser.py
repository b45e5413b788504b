"""Does an open page stay true by itself, quietly, and does it travel through time?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium, free_port, is_whole, keep, manage, own_database, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
DAY = "[data-time-day]"
STATUS = "[data-live-status]"
SLIDER = "[data-time-range]"
# What the review queue does when a verifier agrees.
INAUGURATE = """
from datetime import date
from accounts.models import User
from regions.models import Milestone, Regency, Site
from regions.services.ledger import report, verify
officer, verifier = (User.objects.get_or_create(email=f"{who}@live.example")[0] for who in ("officer", "verifier"))
site = Site.objects.create(regency=Regency.objects.get(code="%s"), name="MPP baru")
verify(report(Milestone(site=site, stage="inaugurated", reached_on=date(2026, 3, 1)), by=officer), by=verifier)
"""


@pytest.fixture(scope="module")
def database_url(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), own_database("live_browser") as url:
        yield url


@pytest.fixture(scope="module")
def address(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(database_url, tmp_path_factory.mktemp("live") / "log") as address:
        yield address


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with chromium() as program:
        yield program


def open_page(browser: Browser, url: str, **context: Any) -> Page:
    page = browser.new_context(locale="id-ID", **context).new_page()
    page.goto(url)
    return page


def number(page: Page) -> int:
    return int(page.locator(".headline__number").inner_text())


def test_a_verified_inauguration_comes_in_while_the_reader_reads_on(
    address: str, browser: Browser, database_url: str
) -> None:
    nation, province = (
        open_page(browser, f"{address}{path}", reduced_motion="reduce") for path in ("/", "/provinsi/35/")
    )
    link = nation.get_by_role("link", name="Jawa Barat", exact=True)
    link.focus()
    nation.get_by_label("Menurut yang diketahui sampai").evaluate("field => { field.value = '2024'; }")
    nation.evaluate("getSelection().selectAllChildren(document.querySelector('caption'))")
    selected, scrolled = nation.evaluate("[getSelection().toString(), scrollY]")
    before = [number(page) for page in (nation, province)]
    expect(nation.locator(STATUS)).to_contain_text("Data per pukul")

    manage(database_url, "shell", "--command", INAUGURATE % "35.02")

    for page, count in zip((nation, province), before, strict=True):
        expect(page.locator(".headline__number")).to_have_text(str(count + 1), timeout=5000)
        expect(page.locator(STATUS)).to_contain_text("Angka diperbarui pukul")
    expect(link).to_be_focused()
    expect(nation.get_by_label("Menurut yang diketahui sampai")).to_have_value("2024")
    assert nation.evaluate("[getSelection().toString(), scrollY]") == [selected, scrolled]


def test_the_time_of_the_data_goes_on_while_nothing_changes(address: str, browser: Browser) -> None:
    page = open_page(browser, address)
    line = page.locator("[data-live-line]")
    expect(line).to_contain_text("Data per pukul")
    first = line.inner_text()

    expect(line).not_to_have_text(first)

    # Answered 304: the page is there, and nothing of it came over the line.
    polls = page.evaluate(
        """performance.getEntriesByType("resource").filter((each) => each.initiatorType === "fetch")
            .map((each) => [each.transferSize, each.encodedBodySize])"""
    )
    assert polls
    assert all(sent < 1000 < size for sent, size in polls)
    assert page.locator("[data-live-said]").inner_text() == ""


def test_a_page_says_that_the_server_is_away_and_finds_it_again(
    browser: Browser, database_url: str, tmp_path: Path
) -> None:
    port = free_port()
    with served(database_url, tmp_path / "first", port=port) as address:
        page = open_page(browser, address)
        expect(page.locator(STATUS)).to_contain_text("Data per pukul")

    expect(page.locator(STATUS)).to_contain_text("Sambungan terputus", timeout=10_000)
    expect(page.locator(STATUS)).to_contain_text("mungkin sudah berubah")
    keep(page, "live-away")

    with served(database_url, tmp_path / "second", port=port):
        expect(page.locator(STATUS)).to_contain_text("Tersambung lagi pukul", timeout=20_000)
        expect(page.locator(STATUS)).not_to_contain_text("terputus")


def test_only_what_differs_is_touched(address: str, browser: Browser) -> None:
    page = open_page(browser, f"{address}/akun/login/")

    kept = page.evaluate(
        """async (module) => {
            const { renew } = await import(module);
            const text = (rows, more) => `<main data-live><details><summary>Lebih</summary>${more}</details>
                <ul>${rows.map((row) => `<li><a href="#${row}">${row}</a> 1</li>`).join("")}</ul></main>`;
            document.body.innerHTML = text(["a", "b", "c"], "dulu");
            const [details, b] = [document.querySelector("details"), document.querySelector("[href='#b']")];
            const added = Object.assign(document.createElement("p"), { textContent: "dari skrip" });
            added.dataset.added = "";
            details.after(added);
            details.open = true;
            b.focus();
            renew(text(["baru", "a", "b"], "kini"));
            return {
                items: [...document.querySelectorAll("li a")].map((link) => link.textContent).join(),
                isOpen: details.isConnected && details.open && details.textContent.includes("kini"),
                isFocused: document.activeElement === b,
                isAdded: added.isConnected,
            };
        }""",
        staticfiles_storage.url("js/page.js"),
    )

    assert kept == {"items": "baru,a,b", "isOpen": True, "isFocused": True, "isAdded": True}


def test_the_slider_leads_through_time_and_back(address: str, browser: Browser) -> None:
    page = open_page(browser, f"{address}/?counting=opened")
    today = page.locator(DAY).inner_text()
    slider = page.locator(SLIDER)

    # The first step ends with the month before.
    slider.focus()
    for _month in range(24):
        page.keyboard.press("PageDown")
    chosen = page.locator(DAY).inner_text()
    expect(page.locator(".headline")).to_contain_text(f"per {chosen}")

    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", chosen)
    assert chosen != today
    assert "counting=opened" in page.url
    assert "as_at=20" in page.url
    there = number(page)
    assert number(open_page(browser, page.url)) == there
    expect(page.get_by_label("Per tanggal")).to_have_value(page.url.split("as_at=")[1])

    page.go_back()
    expect(page.locator(".headline")).to_contain_text(f"per {today}")
    expect(page.locator(DAY)).to_have_text(today)
    assert "as_at" not in page.url
    page.go_forward()
    expect(page.locator(".headline__number")).to_have_text(str(there))
    page.get_by_role("link", name="Kembali ke hari ini").click()
    expect(page.locator(DAY)).to_have_text(today)


def test_arrow_keys_go_by_day_and_a_pointer_to_the_ends_of_months(address: str, browser: Browser) -> None:
    page = open_page(browser, f"{address}/?as_at=2024-12-12")
    slider = page.locator(SLIDER)

    slider.press("ArrowLeft")
    expect(page.locator(".headline")).to_contain_text("per 11 Desember 2024")
    slider.click(position={"x": 200, "y": 20})
    expect(page.locator(DAY)).not_to_have_text("11 Desember 2024")

    chosen = page.locator(DAY).inner_text()
    assert chosen.split()[0] in {"28", "29", "30", "31"}
    expect(page.locator(".headline")).to_contain_text(f"per {chosen}")


def test_the_last_day_asked_for_wins(address: str, browser: Browser) -> None:
    page = open_page(browser, f"{address}/?as_at=2024-12-12")
    held: list[Any] = []
    page.route("**/?as_at=2024-12-11", lambda route: held.append(route))
    slider = page.locator(SLIDER)

    with page.expect_request("**/?as_at=2024-12-11"):
        slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(page.locator(".headline")).to_contain_text("per 10 Desember 2024")
    held[0].abort()

    assert page.url.endswith("as_at=2024-12-10")
    expect(page.locator("[data-time-said]")).to_be_empty()


def test_a_day_that_a_page_does_not_have_is_said(address: str, browser: Browser) -> None:
    # Papua Barat Daya was made in 2022.
    page = open_page(browser, f"{address}/provinsi/96/?as_at=2024-12-12")

    page.locator(SLIDER).press("Home")

    expect(page.locator("[data-time-said]")).to_have_text("Halaman ini belum ada pada tanggal itu.")
    assert page.url.endswith("as_at=2024-12-12")


def test_it_plays_from_the_start_and_stops_when_told(address: str, browser: Browser) -> None:
    page = open_page(browser, address)
    button = page.get_by_role("button", name="Putar")

    button.click()
    expect(page.locator(".headline")).to_contain_text("2017")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()

    expect(button).to_have_attribute("aria-pressed", "false")
    stopped_at = page.locator(DAY).inner_text()
    expect(page.locator(".headline")).to_contain_text(stopped_at)


def test_nothing_plays_for_who_wants_no_motion(address: str, browser: Browser) -> None:
    page = open_page(browser, address, reduced_motion="reduce")

    expect(page.locator("[data-time-play]")).to_be_hidden()
    expect(page.locator(SLIDER)).to_be_visible()


def test_without_scripts_there_is_no_slider_and_no_empty_line(address: str, browser: Browser) -> None:
    page = open_page(browser, address, java_script_enabled=False)

    expect(page.locator(SLIDER)).to_be_hidden()
    expect(page.locator(STATUS)).to_be_hidden()
    expect(page.get_by_label("Per tanggal")).to_have_value(timezone.localdate().isoformat())


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_control_is_for_everyone(address: str, browser: Browser, width: int, scheme: str) -> None:
    size = {"width": width, "height": 800}
    page = open_page(browser, f"{address}/?as_at=2024-12-12", viewport=size, color_scheme=scheme)
    expect(page.locator(STATUS)).to_contain_text("Data per pukul")
    keep(page, f"live-{width}-{scheme}")

    assert is_whole(page)


def test_an_explanation_stays_true_with_what_was_opened(address: str, browser: Browser, database_url: str) -> None:
    page = open_page(browser, f"{address}/penjelasan/?province=35")
    page.locator("#unit-35 > summary").click()
    before = number(page)
    expect(page.locator(STATUS)).to_contain_text("Data per pukul")

    manage(database_url, "shell", "--command", INAUGURATE % "35.05")

    expect(page.locator(".headline__number")).to_have_text(str(before + 1), timeout=10_000)
    expect(page.locator("#unit-35")).to_contain_text(f"{before + 1} dari")
    expect(page.locator("#unit-35")).to_have_attribute("open", "")
    expect(page.locator("#tetap").locator("..").get_by_role("button", name="Salin")).to_be_visible()


def test_whoever_stands_on_a_mark_of_the_map_stays_there(address: str, browser: Browser, database_url: str) -> None:
    page = open_page(browser, f"{address}/")
    page.locator(".map__area").last.focus()
    page.keyboard.press("ArrowDown")
    mark, reading = page.locator("[data-marks] a:focus"), page.locator("[data-reading]")
    unit = mark.get_attribute("href")
    before = number(page)
    expect(page.locator(STATUS)).to_contain_text("Data per pukul")

    manage(database_url, "shell", "--command", INAUGURATE % "35.77")

    expect(page.locator(".headline__number")).to_have_text(str(before + 1), timeout=10_000)
    assert mark.get_attribute("href") == unit
    expect(reading).to_have_text(mark.locator("title").text_content() or "")
    assert page.locator("[data-marks]").get_attribute("aria-hidden") is None
