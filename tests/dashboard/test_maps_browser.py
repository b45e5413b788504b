"""Can everybody use the map and the unit chart: with a finger, by keyboard, on a wall, in the dark, on paper?"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium, database_server, is_whole, keep, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGES = {
    "nation": "/",
    "cells": "/?tampilan=sel",
    "wall": "/peta/",
    "wall-cells": "/peta/?tampilan=sel",
    "province": "/provinsi/35/",
    "papua-then": "/provinsi/91/?as_at=2022-06-30",
}
WIDTHS = [320, 360, 768, 1440, 1920]
HEIGHT = 1080


@pytest.fixture(scope="module")
def address(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real rollout, served."""
    database = f"{database_server()}/{connection.settings_dict['NAME']}"
    with served(database, tmp_path_factory.mktemp("maps") / "log") as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


def opened(browser: Browser, url: str, width: int = 1440, **options: Any) -> Page:
    page = browser.new_context(locale="id-ID", viewport={"width": width, "height": HEIGHT}, **options).new_page()
    page.goto(url)
    return page


def focused(page: Page) -> str:
    """Return the title of the link that has the focus, else its text."""
    return str(
        page.evaluate("(document.activeElement.querySelector('title') ?? document.activeElement).textContent.trim()")
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("scheme", "size"), [("light", 1440), ("dark", 360)])
def test_axe_finds_nothing_and_every_width_is_enough(
    address: str, browser: Browser, name: str, scheme: str, size: int
) -> None:
    page = opened(browser, address + PAGES[name], color_scheme=scheme)

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        keep(page, f"map-{name}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": size, "height": HEIGHT})
    assert is_whole(page)


@pytest.mark.parametrize("name", ["nation", "cells", "province"])
@pytest.mark.parametrize("options", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_other_ways_of_seeing_keep_the_page_whole(
    address: str, browser: Browser, name: str, options: dict[str, str]
) -> None:
    page = opened(browser, address + PAGES[name], **options)

    keep(page, f"map-{name}-{'-'.join(options.values())}")
    assert is_whole(page)


def test_patterns_tell_classes_apart_where_colours_are_taken_away(address: str, browser: Browser) -> None:
    page = opened(browser, address)

    fills = set(page.locator(".map__area path").evaluate_all("all => all.map(e => e.attributes.fill.value)"))
    patterns = {fill: page.locator(fill.removeprefix("url(").removesuffix(")")).inner_html() for fill in fills}

    assert len(fills) == 4
    without_colour = {
        shape.replace(fill.removeprefix("url(#kelas-").removesuffix(")"), "") for fill, shape in patterns.items()
    }
    # What is complete and what has none are plain, darkest and lightest; the two between are lines and dots.
    assert len(without_colour) == 3


def test_a_tab_goes_from_province_to_province_and_past_the_units(address: str, browser: Browser) -> None:
    page = opened(browser, address)

    page.locator(".map__area").first.focus()
    names = [focused(page)]
    while page.evaluate("!!document.activeElement.closest('.map__picture')"):
        page.keyboard.press("Tab")
        names.append(focused(page))

    assert len(names) == 38 + 1
    assert names[0].startswith("Aceh: ")
    assert names[-2].startswith("Papua Barat Daya: ")


def test_arrow_keys_walk_from_a_province_along_the_units(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/?as_at=2024-12-12")
    marks = page.locator("[data-marks]")

    page.locator(".map__area").get_by_text("Papua Selatan").locator("..").focus()
    expect(page.locator("[data-reading]")).to_contain_text("Papua Selatan: 0 dari 4 unit")
    expect(marks).to_have_attribute("aria-hidden", "true")
    page.keyboard.press("ArrowLeft")
    first = focused(page)
    expect(page.locator("[data-reading]")).to_have_text(first)
    assert marks.get_attribute("aria-hidden") is None
    page.keyboard.press("ArrowLeft")
    second = focused(page)
    page.keyboard.press("Shift+Tab")

    assert first != second
    assert first.startswith(("Kabupaten ", "Kota "))
    assert second.startswith(("Kabupaten ", "Kota "))
    assert focused(page).startswith("Papua Barat Daya: ")
    expect(marks).to_have_attribute("aria-hidden", "true")


def test_enter_follows_a_unit_and_keeps_the_question(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/?as_at=2024-12-12")

    page.locator(".map__area").last.focus()
    page.keyboard.press("ArrowDown")
    href = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")

    page.wait_for_url(f"{address}{href}")
    assert urlsplit(page.url).query == "as_at=2024-12-12"


def test_what_has_the_focus_is_seen(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/provinsi/35/")
    unit = page.locator(".map__marks a").nth(3)

    page.locator(".map__marks a").nth(2).focus()
    page.keyboard.press("Tab")

    expect(unit).to_be_focused()
    assert unit.evaluate("e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]") == [
        "solid",
        "3px",
    ]


def test_a_pointer_reads_a_unit_and_a_click_leads_on(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/provinsi/35/")

    page.locator(".map__marks a", has_text="Banyuwangi").hover()

    expect(page.locator("[data-reading]")).to_have_text("Kabupaten Banyuwangi: Diresmikan 6 Oktober 2017")


def test_the_country_lies_as_one_expects(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/?tampilan=sel")

    def place(name: str) -> tuple[float, float]:
        box = page.get_by_role("list", name="Unit menurut provinsi").get_by_role("link", name=name, exact=True)
        found = box.bounding_box()
        assert found is not None
        return found["x"], found["y"]

    west_to_east = ["Aceh", "Sumatera Selatan", "Kalimantan Tengah", "Sulawesi Selatan", "Maluku", "Papua"]
    assert [place(name)[0] for name in west_to_east] == sorted(place(name)[0] for name in west_to_east)
    north_to_south = ["Aceh", "Riau", "Jambi", "Lampung", "Jawa Tengah"]
    assert [place(name)[1] for name in north_to_south] == sorted(place(name)[1] for name in north_to_south)


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
@pytest.mark.parametrize("query", ["as_at=2025-12-15", "as_at=2022-06-30", "as_at=2025-12-15&basis=514"])
def test_no_block_lies_on_another(address: str, browser: Browser, width: int, query: str) -> None:
    page = opened(browser, f"{address}/?tampilan=sel&{query}", width)

    boxes = page.locator(".tile > *").evaluate_all(
        "all => all.map(e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"
    )

    overlaps = [
        (one, other)
        for one, other in combinations(boxes, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1 and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]
    assert overlaps == []


def test_without_scripts_one_changes_the_view_and_drills_down(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/?as_at=2024-12-12", java_script_enabled=False)

    page.get_by_role("link", name="Sel per unit").click()
    expect(page.get_by_role("list", name="Unit menurut provinsi")).to_be_visible()
    page.get_by_label("Per tanggal").fill("2022-06-30")
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.get_by_role("list", name="Unit menurut provinsi").get_by_role("listitem")).to_have_count(34)
    page.get_by_role("navigation", name="Tampilan").get_by_role("link", name="Peta", exact=True).click()
    page.locator(".map__area", has_text="Papua:").click()

    assert urlsplit(page.url).path == "/provinsi/91/"
    assert "as_at=2022-06-30" in page.url
    assert "tampilan" not in page.url
    expect(page.locator(".map__marks a")).to_have_count(29)


def test_the_wall_shows_the_figure_and_the_map_on_one_screen(address: str, browser: Browser) -> None:
    page = opened(browser, f"{address}/peta/", 1920)

    for part in (".headline", ".map__picture", ".map__legend", ".wall__table tfoot"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= HEIGHT
        assert box["x"] + box["width"] <= 1920 - 16


def test_paper_keeps_the_colours_and_leaves_the_controls_out(address: str, browser: Browser) -> None:
    page = opened(browser, address)

    page.emulate_media(media="print")

    expect(page.locator(".switch")).to_be_hidden()
    expect(page.locator(".map__picture")).to_be_visible()
    assert page.locator(".map").evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"
