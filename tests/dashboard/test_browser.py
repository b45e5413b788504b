"""Do the public pages work in a real browser, for everyone?"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Browser, Page

from tests.browser import chromium, database_server, served
from tests.public_pages import PUBLIC_PAGES

# The database is set up only for tests that say they use it.
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGES = ["/", "/provinsi/35/", "/?as_at=kemarin", "/provinsi/99/"]
WIDTHS = [320, 360, 768, 1440]


@pytest.fixture(scope="module")
def address(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real rollout, served."""
    with served(
        f"{database_server()}/{connection.settings_dict['NAME']}", tmp_path_factory.mktemp("web") / "log"
    ) as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


def open_page(browser: Browser, url: str, **context: Any) -> Page:
    page = browser.new_context(locale="id-ID", **context).new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(address: str, browser: Browser, path: str, scheme: str) -> None:
    page = open_page(browser, address + path, color_scheme=scheme)

    results = Axe().run(page, options={"resultTypes": ["violations"]})

    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_screen(address: str, browser: Browser, path: str, width: int) -> None:
    page = open_page(browser, address + path, viewport={"width": width, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_control_works_without_javascript(address: str, browser: Browser) -> None:
    page = open_page(browser, address, java_script_enabled=False)

    page.get_by_label("Per tanggal").fill("2024-12-12")
    page.get_by_label("Yang dihitung").select_option("opened")
    page.get_by_role("button", name="Tampilkan").click()

    assert "as_at=2024-12-12" in page.url
    assert "counting=opened" in page.url
    assert page.locator(".headline__number").inner_text() == "268"
    assert page.get_by_label("Per tanggal").input_value() == "2024-12-12"


def test_a_province_is_one_click_away_and_keeps_the_question(address: str, browser: Browser) -> None:
    page = open_page(browser, f"{address}/?as_at=2024-12-12")

    page.get_by_role("link", name="Jawa Timur", exact=True).click()

    assert urlsplit(page.url).path == "/provinsi/35/"
    assert "per 12 Desember 2024" in page.locator(".headline").inner_text()


def test_the_first_thing_a_keyboard_reaches_leads_to_the_content(address: str, browser: Browser) -> None:
    page = open_page(browser, address)

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#isi"


@pytest.mark.parametrize("path", [*PUBLIC_PAGES, "/satgas/", "/satgas/rencana/", "/akun/login/"])
def test_a_page_is_light_asks_nobody_else_and_breaks_no_rule(address: str, browser: Browser, path: str) -> None:
    page = browser.new_context().new_page()
    said: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: fetched.append(request.url))
    weights: list[int] = []
    # What comes out of the browser's own memory is reported as less than nothing.
    page.on("requestfinished", lambda request: weights.append(max(request.sizes()["responseBodySize"], 0)))

    page.goto(address + path)
    page.wait_for_load_state("networkidle")

    assert said == []
    assert {urlsplit(url).netloc for url in fetched} == {urlsplit(address).netloc}
    assert sum(weights) < 150_000
