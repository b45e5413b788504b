"""Does the page of a paper that is being made say how far it is, and end at the file?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chromium, is_whole, keep, manage, own_database, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
# What the worker does, which nobody has started here.
MAKE = "from dashboard.tasks import make_papers; make_papers()"


@pytest.fixture(scope="module")
def database_url(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), own_database("papers_browser") as url:
        yield url


@pytest.fixture(scope="module")
def address(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(database_url, tmp_path_factory.mktemp("papers") / "log") as address:
        yield address


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with chromium() as program:
        yield program


def test_the_page_waits_with_the_reader_and_ends_at_the_file(address: str, browser: Browser, database_url: str) -> None:
    page = browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}).new_page()
    page.goto(f"{address}/bahan-rapat/pdf/?as_at=2024-12-12&province=35")
    page.wait_for_url("**/bahan-rapat/*-*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bahan rapat sedang disusun")
    expect(page.locator("[data-paper-state]")).to_have_text("Menunggu giliran.")
    keep(page, "bahan-rapat-menunggu")
    assert is_whole(page)

    with page.expect_download(timeout=60_000) as download:
        manage(database_url, "shell", "--command", MAKE)

    assert download.value.suggested_filename == "bahan-rapat-35-2024-12-12.pdf"
    expect(page.get_by_role("heading", level=1)).to_have_text("Bahan rapat siap")
    expect(page.get_by_role("link", name="Unduh PDF")).to_be_visible()
    keep(page, "bahan-rapat-siap")
    assert is_whole(page)


def test_without_scripts_the_page_comes_again_by_itself(address: str, browser: Browser, database_url: str) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{address}/bahan-rapat/pdf/?as_at=2025-06-30&province=35")
    expect(page.locator("[data-paper-state]")).to_have_text("Menunggu giliran.")

    with page.expect_download(timeout=60_000) as download:
        manage(database_url, "shell", "--command", MAKE)

    assert download.value.suggested_filename == "bahan-rapat-35-2025-06-30.pdf"
