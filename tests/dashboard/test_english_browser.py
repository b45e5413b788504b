"""Can the product be used in English from the first page to a report made without a line?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from mpp_tracker.local.processes import wait_until
from tests.browser import Deployment, chromium, deployed, is_whole, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SIZES = {"phone": {"width": 360, "height": 780}, "tablet": {"width": 768, "height": 1024}}
SIZES["desk"] = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def deployment(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    with deployed("english", tmp_path_factory.mktemp("english"), django_db_blocker) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_switch_leads_there_and_back(deployment: Deployment, browser: Browser, size: str, scheme: str) -> None:
    context = browser.new_context(locale="id-ID", viewport=SIZES[size], color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{deployment.address}/?as_at=2024-12-12")

    page.get_by_role("link", name="English").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_text("12 December 2024").first).to_be_visible()
    expect(page.locator(".headline").get_by_text("51.5%").first).to_be_visible()
    assert is_whole(page)
    keep(page, f"english-{size}-{scheme}")
    page.get_by_role("link", name="Bahasa Indonesia").click()
    page.wait_for_url(f"{deployment.address}/?as_at=2024-12-12")
    expect(page.locator(".headline").get_by_text("51,5").first).to_be_visible()
    context.close()


def test_an_officer_reports_in_english_also_without_a_line(deployment: Deployment, browser: Browser) -> None:
    context = browser.new_context(locale="id-ID", viewport=SIZES["phone"])
    page = context.new_page()
    page.goto(f"{deployment.address}/en/kerja/")
    page.get_by_label("Email").fill("officer@pantau-mpp.example")
    page.get_by_label("Password", exact=True).fill(deployment.passwords["officer"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{deployment.address}/en/kerja/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.get_by_role("link", name="Report a change").first.click()
    page.wait_for_url("**/en/kerja/mpp/*/lapor/")
    assert wait_until(lambda: page.evaluate("caches.match(location.pathname).then(Boolean)"), seconds=20)

    context.set_offline(True)
    page.reload()
    expect(page.locator("[data-copy-notice]")).to_contain_text("Copy on this device, as of ")
    page.get_by_label("What happened?").select_option(label="Preparation")
    page.get_by_label("Date", exact=True).fill("2026-01-05")
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("[data-waiting-list]")).to_contain_text("Preparation, 5 January 2026")
    keep(page, "english-waiting-phone")
    context.set_offline(False)

    expect(page.locator("[data-waiting-list]").get_by_text("Sent", exact=True)).to_be_visible()
    page.locator("[data-waiting-list]").get_by_role("link", name="T-").click()
    page.wait_for_url("**/en/kerja/laporan/tahap/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Report T-")
    assert is_whole(page)
    context.close()
