"""Can whoever steers read the alerts on any screen, and act on one without a script?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep, manage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# Ponorogo's MPP is closed, everything imported has been without news for three months, and there is a pledge overdue.
FILL = """
from datetime import date, timedelta
import time_machine
from django.utils import timezone
from accounts.models import User
from commitments.models import Pledge
from regions.models import Milestone, OperatingRecord, Regency, Site
from regions.services.ledger import report, verify
from taskforce.services.alerts import evaluate
officer, verifier = (User.objects.create_user(f"{name}@pantau-mpp.example") for name in ("dinas", "periksa"))
regency = Regency.objects.get(code="35.02")
site = Site.objects.create(regency=regency, name="MPP Kabupaten Ponorogo")
with time_machine.travel(timezone.now() - timedelta(days=91)):
    verify(report(OperatingRecord(site=site, status="suspended", since=date(2026, 3, 1)), by=officer), by=verifier)
    report(Milestone(site=site, stage="proposed", reached_on=date(2026, 1, 5)), by=officer)
Pledge.objects.create(regency=regency, pledged_on=date(2024, 1, 1), due_on=date(2024, 12, 31))
evaluate(today=timezone.localdate())
"""


@pytest.fixture(scope="module")
def deployment(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with deployed("alerts", tmp_path_factory.mktemp("alerts"), django_db_blocker) as deployment:
        manage(deployment.database_url, "shell", "--command", FILL)
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def editor(deployment: Deployment, browser: Browser) -> Any:
    """What keeps an editor signed in, for every screen."""
    context = browser.new_context(locale="id-ID")
    deployment.sign_in(context, "editor", "/pantauan/")
    return context.storage_state()


def open_page(browser: Browser, editor: Any, url: str, width: int, **context: Any) -> Page:
    screen = {"width": width, "height": 800}
    page = browser.new_context(locale="id-ID", storage_state=editor, viewport=screen, **context).new_page()
    page.goto(url)
    return page


@pytest.mark.parametrize("width", [320, 360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_it_fits(
    deployment: Deployment, browser: Browser, editor: Any, width: int, scheme: str
) -> None:
    page = open_page(browser, editor, f"{deployment.address}/pantauan/", width, color_scheme=scheme)
    keep(page, f"pantauan-{width}-{scheme}")
    assert is_whole(page)

    page.goto(f"{deployment.address}/pantauan/?provinsi=35&kegentingan=urgent")
    page.get_by_role("link", name="Tutup sementara sejak").click()
    keep(page, f"peringatan-{width}-{scheme}")
    assert is_whole(page)

    page.get_by_role("link", name="Buka halaman perihal ini").click()
    keep(page, f"peringatan-mpp-{width}-{scheme}")
    expect(page.get_by_role("region", name="Peringatan")).to_contain_text("MPP tutup sementara")
    assert is_whole(page)

    page.goto(f"{deployment.address}/provinsi/35/")
    expect(page.get_by_role("region", name="Pantauan")).to_contain_text("MPP tanpa kabar")
    assert is_whole(page)


def test_from_the_nation_to_one_alert_seen_and_planned_without_javascript(
    deployment: Deployment, browser: Browser, editor: Any
) -> None:
    page = open_page(browser, editor, deployment.address, 360, java_script_enabled=False)

    page.get_by_text("Menu dan pencarian").click()
    page.get_by_role("link", name="Pantauan", exact=True).click()
    page.get_by_role("link", name="Mendesak, Jawa Timur").click()
    page.get_by_role("link", name="Usulan disampaikan 5 Januari 2026").click()
    page.get_by_label("Catatan").fill("Menunggu kajian urgensi")
    page.get_by_role("button", name="Tandai diketahui").click()
    expect(page.get_by_text("Menunggu kajian urgensi")).to_be_visible()
    page.get_by_role("button", name="Jadikan rencana aksi").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Usulan menunggu verifikasi Kementerian: MPP Kabupaten Ponorogo"
    )
    expect(page.get_by_role("definition").filter(has_text="PANRB")).to_be_visible()
    page.get_by_role("link", name="Usulan disampaikan 5 Januari 2026").click()
    expect(page.get_by_role("button")).to_have_count(0)
