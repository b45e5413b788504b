"""Can everybody read the matrix of signatories: on a phone, by keyboard, with a screen reader, on paper?"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page

from mpp_tracker.local.processes import wait_until
from tests.browser import chromium, is_whole, keep, manage, own_database, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

NATION, PROVINCE, GAPS = "/komitmen/", "/komitmen/?province=35", "/komitmen/belum-hadir/"
# Counters at some MPPs of Jawa Timur and a PKS at each, committed to a database of these tests' own.
FILL = """
from datetime import date
from accounts.models import User
from commitments.models import Agreement, Institution, Presence, Service, Signatory
from regions.models import Site
from regions.services.ledger import report, verify
officer, verifier = (User.objects.create_user(f"{name}@pantau-mpp.example") for name in ("dinas", "periksa"))
signers = list(Agreement.objects.get().institutions.order_by("abbreviation"))
day = date(2026, 3, 1)
for number, site in enumerate(Site.objects.main().filter(regency__code__startswith="35")):
    for place, institution in enumerate(signers):
        if (number + place) % 3 == 0:
            title = f"PKS {institution}"
            pks = Agreement.objects.create(kind="pks", title=title, site=site, signed_on=day, valid_from=day)
            Signatory.objects.create(agreement=pks, institution=institution, signed_on=day)
        if number % 4 and (number * place) % 4 == 1:
            said = {"site": site, "institution": institution, "counter_opened_on": day, "staff": 1}
            presence = report(Presence(**said), by=officer)
            if place % 2:
                Service.objects.create(presence=presence, name="Konsultasi")
            verify(presence, by=verifier)
"""


@pytest.fixture(scope="module")
def address(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """The real rollout with counters at some MPPs, served."""
    with django_db_blocker.unblock(), own_database("commitments_pages") as database_url:
        manage(database_url, "shell", "--command", FILL)
        with served(database_url, tmp_path_factory.mktemp("web") / "log") as where:
            yield where
    connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


def open_page(browser: Browser, url: str, width: int, **context: Any) -> Page:
    page = browser.new_context(locale="id-ID", viewport={"width": width, "height": 800}, **context).new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("path", [NATION, PROVINCE, GAPS])
@pytest.mark.parametrize("width", [320, 360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_it_fits(address: str, browser: Browser, path: str, width: int, scheme: str) -> None:
    page = open_page(browser, address + path, width, color_scheme=scheme)

    keep(page, f"komitmen-{[NATION, PROVINCE, GAPS].index(path)}-{width}-{scheme}")
    assert is_whole(page)


@pytest.mark.parametrize("path", [NATION, PROVINCE])
def test_the_table_scrolls_by_keyboard_under_names_that_stay(address: str, browser: Browser, path: str) -> None:
    page = open_page(browser, address + path, 360)
    region = page.get_by_role("region", name="Penanda tangan menurut")
    name = region.get_by_role("rowheader", name="Taspen")
    before = name.bounding_box()

    region.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert wait_until(lambda: region.evaluate("region => region.scrollLeft") > 100, seconds=10)

    after = name.bounding_box()
    assert before
    assert after
    assert abs(before["x"] - after["x"]) < 2
    assert after["width"] < 360 * 0.5
    keep(page, f"komitmen-scrolled-{'province' if 'province' in path else 'nation'}")


def test_a_cell_is_announced_with_its_row_and_column(address: str, browser: Browser) -> None:
    page = open_page(browser, address + NATION, 1440)

    table = page.get_by_role("table")
    assert "Hadir berarti gerainya terisi" in table.locator("caption").inner_text()
    assert table.get_by_role("columnheader").count() == 5 + 38
    assert table.get_by_role("rowheader").count() == 17
    column = table.locator("thead th").all_inner_texts()
    at = next(position for position, heading in enumerate(column) if heading.startswith("Jawa Timur"))
    said = table.get_by_role("row").filter(has_text="Taspen").locator("th, td").nth(at).text_content()
    assert " dari " in (said or "")


def test_from_the_nation_to_a_province_to_an_mpp(address: str, browser: Browser) -> None:
    page = open_page(browser, address + NATION, 1440, java_script_enabled=False)

    page.get_by_role("link", name="Jawa Timur", exact=True).click()
    assert "province=35" in page.url
    page.get_by_role("table").get_by_role("columnheader").nth(5).get_by_role("link").click()

    assert "/mpp/" in page.url


def test_sorted_by_share_without_javascript(address: str, browser: Browser) -> None:
    page = open_page(browser, address + PROVINCE, 1440, java_script_enabled=False)

    page.get_by_role("link", name="Kehadiran", exact=True).click()

    shares = page.locator(".matrix__share").all_inner_texts()
    numbers = [float(share.split("%")[0].strip().replace(",", ".")) for share in shares]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1]


@pytest.mark.parametrize("path", [NATION, PROVINCE])
def test_all_columns_are_on_the_paper(address: str, browser: Browser, path: str, tmp_path: Any) -> None:
    # A landscape A4 without its margins, in CSS pixels.
    page = open_page(browser, address + path, 1062)
    page.emulate_media(media="print")

    keep(page, f"komitmen-print-{'province' if 'province' in path else 'nation'}")
    assert page.evaluate("document.querySelector('.matrix').getBoundingClientRect().right") <= 1062
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
