"""Can everybody read what was announced, and an editor weigh, plan and record a ceremony, without JavaScript too?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep, manage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WIDTHS = {"phone": {"width": 360, "height": 780}, "desk": {"width": 1440, "height": 900}}
# 26 MPPs that were registered and not inaugurated yet; one pledged. Committed to a database of these tests' own.
FILL = """
from datetime import date
from commitments.models import Pledge
from regions.models import Regency, Site
free = list(Regency.objects.filter(is_autonomous=True, sites__isnull=True).order_by("-code")[:26])
for regency in free:
    Site.objects.create(regency=regency, name=f"MPP {regency}")
Pledge.objects.create(regency=free[0], pledged_on=date(2024, 1, 1), due_on=date(2026, 12, 31))
"""


@pytest.fixture(scope="module")
def deployment(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    with deployed("figures_pages", tmp_path_factory.mktemp("figures"), django_db_blocker) as deployment:
        manage(deployment.database_url, "shell", "--command", FILL)
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.mark.parametrize("size", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_announced_is_read_everywhere(
    deployment: Deployment, browser: Browser, size: str, scheme: str
) -> None:
    context = browser.new_context(locale="id-ID", viewport=WIDTHS[size], color_scheme=scheme)
    page = context.new_page()

    page.goto(f"{deployment.address}/")
    page.get_by_role("link", name="Angka yang diumumkan", exact=True).click()
    expect(page.get_by_role("img", name="Jumlah MPP: yang diumumkan")).to_be_visible()
    keep(page, f"angka-{size}-{scheme}")
    assert is_whole(page)
    page.get_by_role("link", name="15 Desember 2025").click()
    expect(page.get_by_text("Selisih 10 = 10 terjelaskan + 0 belum terjelaskan.")).to_be_visible()
    keep(page, f"angka-figure-{size}-{scheme}")
    assert is_whole(page)
    page.get_by_role("link", name="Cakupan menurut buku besar").click()
    expect(page.locator(".headline__number")).to_have_text("295")


# Each holds a ceremony of its own in a province that has none. axe cannot run where scripts do not.
@pytest.mark.parametrize(
    ("size", "has_scripts", "province", "days_ago"),
    [
        ("phone", True, "Papua Pegunungan", 1),
        ("desk", True, "Papua Barat Daya", 2),
        ("phone", False, "Papua Selatan", 3),
    ],
)
def test_from_the_plan_to_the_public_figure(
    deployment: Deployment, browser: Browser, size: str, has_scripts: bool, province: str, days_ago: int
) -> None:
    held_on = timezone.localdate() - timedelta(days=days_ago)
    options = {"locale": "id-ID", "viewport": WIDTHS[size], "java_script_enabled": has_scripts}

    def looked_at(page: Page, name: str) -> None:
        keep(page, f"seremoni-{name}-{size}")
        assert not has_scripts or is_whole(page)

    desk = deployment.sign_in(browser.new_context(**options), "editor", "/seremoni/")
    looked_at(desk, "list")
    desk.get_by_role("link", name="Rencanakan seremoni").click()
    desk.get_by_label("Tanggal").fill(held_on.isoformat())
    desk.get_by_label("Tempat").fill("Jakarta")
    desk.get_by_role("checkbox", name="MPP").first.check()
    desk.get_by_label("Provinsi", exact=True).select_option(label=province)
    desk.get_by_role("button", name="Saring").click()
    expect(desk.get_by_text("Dipilih: 1 MPP")).to_be_visible()
    offered = desk.get_by_role("group", name="Dapat dipilih").get_by_role("checkbox")
    offered.nth(0).check()
    offered.nth(1).check()
    looked_at(desk, "filtered")

    desk.get_by_role("button", name="Lihat dampaknya").click()
    expect(desk.get_by_text("Bila 3 MPP ini hadir")).to_be_visible()
    expect(desk.get_by_text(f"Mendapat yang pertama: {province}")).to_be_visible()
    looked_at(desk, "impact")

    desk.get_by_role("button", name="Simpan rencana").click()
    expect(desk.get_by_text("Seremoni tersimpan sebagai rencana")).to_be_visible()
    present = desk.get_by_role("region", name="Siapa yang hadir?").get_by_role("combobox")
    for place, said in enumerate(["tidak hadir", "hadir", "hadir"]):
        present.nth(place).select_option(label=said)
    looked_at(desk, "attendance")
    desk.get_by_role("button", name="Catat bagi yang hadir").click()
    expect(desk.get_by_text("2 MPP dilaporkan")).to_be_visible()
    desk.get_by_role("button", name="Catat bagi yang hadir").click()
    expect(desk.get_by_text("Tidak ada yang berubah: 2 MPP")).to_be_visible()

    public = browser.new_context(**options).new_page()
    public.goto(deployment.address)
    before = int(public.locator(".headline__number").inner_text())
    verifier = deployment.sign_in(browser.new_context(**options), "verifier", "/verifikasi/")
    verifier.get_by_role("link", name="2 laporan").first.click()
    verifier.get_by_role("button", name="Verifikasi yang dipilih").click()
    expect(verifier.get_by_text("2 laporan diverifikasi.")).to_be_visible()
    # A page is kept for a second, and without scripts nobody asks again.
    public.wait_for_timeout(1000)
    public.reload()
    expect(public.locator(".headline__number")).to_have_text(str(before + 2))
