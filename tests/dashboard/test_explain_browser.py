"""Can everybody open a figure, see what makes it and what changed, and keep its link, without JavaScript too?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep, manage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SIZES = {
    "phone": {"width": 360, "height": 780},
    "tablet": {"width": 768, "height": 1024},
    "desk": {"width": 1440, "height": 900},
}
# One is taken back and two more are verified after the moment that {moment} names.
LATER = """
from datetime import date
from accounts.models import User
from regions.models import Milestone, Regency, Site
from regions.services.ledger import report, verify
officer, verifier = (User.objects.get(email=f"{role}@pantau-mpp.example") for role in ("officer", "verifier"))
wrong = Milestone.objects.in_force().filter(stage="inaugurated", site__regency__code="35.10").first()
back = Milestone(site=wrong.site, stage="inaugurated", reached_on=wrong.reached_on, supersedes=wrong, withdraws=True)
back.note = "Ternyata belum diresmikan"
verify(report(back, by=officer), by=verifier)
for regency in Regency.objects.filter(province__code="35", is_autonomous=True, sites=None)[:2]:
    site = Site.objects.create(regency=regency, name=f"MPP {regency}")
    milestone = Milestone(site=site, stage="inaugurated", reached_on=date(2025, 11, 1))
    verify(report(milestone, by=officer), by=verifier)
"""


@pytest.fixture(scope="module")
def deployment(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    with deployed("explained_pages", tmp_path_factory.mktemp("explained"), django_db_blocker) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def pinned(deployment: Deployment, browser: Browser) -> str:
    """A permalink to a figure of Jawa Timur, after which entries were verified and taken back."""
    page = browser.new_page()
    page.goto(f"{deployment.address}/penjelasan/?as_at=2025-12-15&province=35")
    address = page.locator("#tautan-tetap").get_attribute("href")
    page.close()
    manage(deployment.database_url, "shell", "--command", LATER)
    assert address
    return address


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_opens_to_what_makes_it(
    deployment: Deployment, browser: Browser, pinned: str, size: str, scheme: str
) -> None:
    page = browser.new_context(locale="id-ID", viewport=SIZES[size], color_scheme=scheme).new_page()

    page.goto(f"{deployment.address}/?as_at=2024-12-12")
    page.get_by_role("link", name="jelaskan angka ini: Indonesia").first.click()
    expect(page.get_by_role("heading", name="Dari mana angka Indonesia berasal")).to_be_visible()
    page.get_by_text("Jawa Timur: ").click()
    keep(page, f"penjelasan-{size}-{scheme}")
    assert is_whole(page)

    page.goto(pinned)
    expect(page.get_by_text("di bawah ini sebabnya")).to_be_visible()
    page.get_by_text("Dikoreksi atau dicabut: 1 unit").first.click()
    expect(page.get_by_text("Ternyata belum diresmikan").first).to_be_visible()
    keep(page, f"penjelasan-tetap-{size}-{scheme}")
    assert is_whole(page)


def test_everything_fits_320_px_and_is_open_to_print(deployment: Deployment, browser: Browser, pinned: str) -> None:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()

    page.goto(pinned)

    assert is_whole(page)
    folded = page.get_by_text("Kabupaten Pacitan").last
    expect(folded).to_be_hidden()
    page.emulate_media(media="print")
    expect(folded).to_be_visible()
    keep(page, "penjelasan-print")
    expect(page.get_by_role("button", name="Salin")).to_be_hidden()


def test_the_link_is_copied(deployment: Deployment, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{deployment.address}/penjelasan/?as_at=2024-12-12")

    page.get_by_role("button", name="Salin").click()

    expect(page.get_by_text("Tautan tersalin.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#tautan-tetap").get_attribute("href")


def test_without_scripts_the_link_is_a_link_and_the_lists_open(deployment: Deployment, browser: Browser) -> None:
    page: Page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{deployment.address}/penjelasan/?as_at=2024-12-12")

    expect(page.get_by_role("button", name="Salin")).to_be_hidden()
    page.get_by_text("Aceh: ").click()
    expect(page.get_by_text("Kabupaten Aceh Singkil").last).to_be_visible()
    page.locator("#tautan-tetap").click()

    expect(page.get_by_text("Menurut yang diketahui sekarang angkanya tetap sama.")).to_be_visible()
