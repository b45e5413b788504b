"""Is the page of the open data whole on a phone and on a desk, and does it hand out what it names?"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, is_whole, keep, manage, own_database, served

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The real rollout with a release of yesterday, and one of today that differs."""
    with django_db_blocker.unblock(), own_database("open_data") as database:
        manage(database, "make_release")
        with psycopg.connect(database) as connection:
            # What is published is kept by triggers.
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("UPDATE taskforce_release SET day = day - 1")
            connection.execute("UPDATE regions_site SET building = 'Gedung Siola' WHERE id % 50 = 0")
            connection.execute("INSERT INTO regions_regencyalias (regency_id, alias) VALUES (1, 'Ejaan lain')")
        manage(database, "make_release")
        with served(database, tmp_path_factory.mktemp("open-data") / "log") as address:
            yield address


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1440])
def test_the_page_is_whole(browser: Browser, address: str, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/data/")
    for fold in page.locator("main details > summary").all():
        fold.click()
    keep(page, f"data-{width}-{scheme}")

    assert is_whole(page)
    context.close()


def test_every_link_to_a_file_gives_it(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/data/")
    links = [link.get_attribute("href") for link in page.locator("main a[download]").all()]

    assert len(links) > 40
    for link in links:
        answer = page.request.get(f"{address}{link}")
        assert answer.ok, link
        assert answer.headers["cache-control"].endswith("immutable")
    context.close()
