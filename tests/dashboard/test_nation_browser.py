"""Can the first page be read by everybody: on a wall and on a phone, light, dark and printed, without JavaScript?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WIDTHS = {
    "narrow": {"width": 320, "height": 640},
    "phone": {"width": 360, "height": 780},
    "tablet": {"width": 768, "height": 1024},
    "desk": {"width": 1440, "height": 900},
}


@pytest.fixture(scope="module")
def deployment(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    with deployed("nation_pages", tmp_path_factory.mktemp("nation"), django_db_blocker) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_is_whole_everywhere(deployment: Deployment, browser: Browser, size: str, scheme: str) -> None:
    page = browser.new_context(locale="id-ID", viewport=WIDTHS[size], color_scheme=scheme).new_page()

    paths = {
        "nation": "/",
        "nation-2024": "/?as_at=2024-12-31",
        "stages": "/tahap/?group=opened",
        "nation-province": "/provinsi/35/",
    }
    for name, path in paths.items():
        page.goto(f"{deployment.address}{path}")

        keep(page, f"{name}-{size}-{scheme}")
        assert is_whole(page)


def test_the_first_page_is_whole_with_the_colours_of_its_reader(deployment: Deployment, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", viewport=WIDTHS["desk"], forced_colors="active").new_page()

    page.goto(deployment.address)

    keep(page, "nation-forced")
    assert is_whole(page)
    done, underway = (
        page.locator(f".headline .stages__part--{tone}").first.evaluate("part => getComputedStyle(part).fill")
        for tone in ("done", "underway")
    )
    assert done != underway


def test_a_print_shows_the_numbers_behind_the_picture(deployment: Deployment, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", viewport=WIDTHS["desk"]).new_page()
    page.goto(deployment.address)
    table = page.get_by_role("table", name="Unit yang diresmikan pada akhir setiap tahun")
    expect(table).to_be_hidden()

    page.emulate_media(media="print")

    keep(page, "nation-print")
    expect(table).to_be_visible()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_table_is_sorted_and_filtered_by_links(deployment: Deployment, browser: Browser, has_scripts: bool) -> None:
    options = {"locale": "id-ID", "viewport": WIDTHS["phone"], "java_script_enabled": has_scripts}
    page = browser.new_context(**options).new_page()
    page.goto(f"{deployment.address}/?as_at=2024-12-12")
    table = page.locator("table", has=page.get_by_role("link", name="Tercakup"))

    page.get_by_role("link", name="Kalimantan", exact=True).click()
    page.get_by_role("link", name="Tercakup").click()

    expect(table.get_by_role("rowheader")).to_have_count(6)
    expect(table.get_by_role("columnheader", name="Tercakup")).to_have_attribute("aria-sort", "descending")
    figures = [int(text) for text in table.locator("tbody td[data-label=Tercakup]").all_inner_texts()]
    assert figures == sorted(figures, reverse=True)
    assert sum(figures) == int(table.locator("tfoot td[data-label=Tercakup]").inner_text())
    table.get_by_role("rowheader").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/provinsi/6[0-9]/\?as_at=2024-12-12$"))


def test_every_step_of_the_bar_leads_to_its_units(deployment: Deployment, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", viewport=WIDTHS["desk"]).new_page()
    page.goto(f"{deployment.address}/?as_at=2024-12-12")

    page.get_by_role("link", name="Diresmikan 262").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Diresmikan")
    expect(page.get_by_text("262 dari 509 unit")).to_be_visible()
    expect(page.get_by_role("table").get_by_role("rowheader")).to_have_count(100)
    pages = page.get_by_role("navigation", name="Halaman")
    pages.get_by_role("link", name="Berikutnya").click()
    expect(page.get_by_text("Halaman 2 dari 3")).to_be_visible()
    pages.get_by_role("link", name="Berikutnya").click()
    expect(page.get_by_role("table").get_by_role("rowheader")).to_have_count(62)
