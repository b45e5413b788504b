"""Can everybody read the pages of a regency, an MPP and a province, on a phone, at a desk and on paper?"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep, manage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

REGENCY, PROVINCE, FORMER = "/kabkota/35.02/", "/provinsi/35/", "/kabkota/91.01/"
PAST = f"{REGENCY}?as_at=2024-01-01"
# A regency of which something of everything is known, committed to a database of these tests' own.
FILL = """
from datetime import date
from django.utils import timezone
from accounts.models import User
from commitments.models import Institution, Pledge, PledgeRevision, Presence, Service
from regions.models import DigitalAdoption, Milestone, OperatingRecord, ReadinessAssessment, Regency, Site
from regions.services.ledger import report, verify
from taskforce.models import ActionItem
from taskforce.services.actions import plan
from taskforce.services.alerts import evaluate
officer, verifier, planner = (User.objects.create_user(f"{name}@pantau-mpp.example") for name in ("a", "b", "c"))
planner.is_superuser = True
planner.save()
ponorogo = Regency.objects.get(code="35.02")
at = {"latitude": "-7.867500", "longitude": "111.462300"}
site = Site.objects.create(regency=ponorogo, name="MPP Kabupaten Ponorogo", **at)
branch = Site.objects.create(regency=ponorogo, name="Mini MPP Sumoroto", is_branch=True)
def say(entry):
    return verify(report(entry, by=officer), by=verifier)
for stage, day, proof in (
    ("committed", date(2022, 6, 30), "https://ponorogo.go.id/surat"),
    ("approved", date(2023, 2, 1), "Surat Menteri B/12/2023"),
    ("soft_launched", date(2025, 3, 3), "https://www.jatimprov.go.id/berita/uji-coba"),
    ("opened", date(2026, 3, 3), ""),
):
    say(Milestone(site=site, stage=stage, reached_on=day, source_url=proof))
wrong = say(Milestone(site=site, stage="building", reached_on=date(2023, 9, 5)))
say(Milestone(site=site, stage="building", reached_on=date(2023, 8, 5), supersedes=wrong, note="Berita acara"))
report(Milestone(site=site, stage="inaugurated", reached_on=date(2026, 5, 3)), by=officer)
say(Milestone(site=branch, stage="opened", reached_on=date(2026, 3, 9)))
say(OperatingRecord(site=site, status="suspended", since=date(2026, 4, 3)))
say(DigitalAdoption(regency=ponorogo, status="connected", since=date(2026, 2, 2)))
say(ReadinessAssessment(regency=ponorogo, assessed_on=date(2026, 1, 10), building="ready", budget="partly"))
for institution in Institution.objects.filter(abbreviation__in=["ATR/BPN", "Polri", "PLN"]):
    opened = date(2026, 3, 10)
    presence = report(Presence(site=site, institution=institution, counter_opened_on=opened), by=officer)
    Service.objects.create(presence=presence, name="Cek sertifikat")
    verify(presence, by=verifier)
pledge = Pledge.objects.create(regency=ponorogo, pledged_on=date(2024, 3, 1), due_on=date(2024, 12, 31))
PledgeRevision.objects.create(
    pledge=pledge, revised_on=date(2024, 10, 1), due_on=date(2025, 12, 31), reason="Gedung belum selesai"
)
due = timezone.localdate()
plan(ActionItem(title="Selesaikan berita acara serah terima gedung", site=site, due_on=due), by=planner)
evaluate(today=due)
"""


@pytest.fixture(scope="module")
def web(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    """The real rollout with an account per role and a regency of which much is known, served."""
    with deployed("place_pages", tmp_path_factory.mktemp("web"), django_db_blocker) as deployment:
        with django_db_blocker.unblock():
            manage(deployment.database_url, "shell", "--command", FILL)
        yield deployment
    connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


def opened(web: Deployment, browser: Browser, path: str, width: int, **context: Any) -> Page:
    page = browser.new_context(locale="id-ID", viewport={"width": width, "height": 800}, **context).new_page()
    page.goto(web.address + path)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1440])
def test_axe_finds_nothing_and_every_page_fits(web: Deployment, browser: Browser, width: int, scheme: str) -> None:
    page = opened(web, browser, REGENCY, width, color_scheme=scheme)
    mpp = page.get_by_role("link", name="MPP Kabupaten Ponorogo", exact=True).first.get_attribute("href")

    for name, path in {"regency": REGENCY, "site": mpp, "province": PROVINCE, "past": PAST, "former": FORMER}.items():
        page.goto(web.address + str(path))
        keep(page, f"places-{name}-{width}-{scheme}")
        assert is_whole(page), name


def test_from_a_province_to_an_mpp_and_its_neighbour_on_a_past_day_without_a_script(
    web: Deployment, browser: Browser
) -> None:
    page = opened(web, browser, f"{PROVINCE}?as_at=2025-06-01", 1440, java_script_enabled=False)

    page.get_by_role("link", name="nama", exact=True).click()
    page.get_by_role("table").get_by_role("link", name="Kabupaten Ponorogo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kabupaten Ponorogo")
    page.get_by_role("link", name="MPP Kabupaten Ponorogo", exact=True).click()

    expect(page.locator(".headline")).to_contain_text("Per 1 Juni 2025")
    expect(page.locator(".states")).to_contain_text("Uji coba/soft launching 3 Maret 2025")
    expect(page.locator(".timeline")).to_contain_text("sesudah tanggal yang ditanyakan")
    page.locator("section", has_text="Terdekat").last.get_by_role("link").first.click()
    expect(page.locator(".headline")).to_contain_text("Per 1 Juni 2025")


def test_another_day_is_asked_for_on_the_page_itself(web: Deployment, browser: Browser) -> None:
    page = opened(web, browser, REGENCY, 360)

    page.get_by_label("Per tanggal").fill("2023-03-01")
    page.get_by_role("button", name="Tampilkan").click()

    expect(page.locator(".states").first).to_contain_text("Usulan disetujui 1 Februari 2023")


def test_whoever_works_for_the_nation_sees_what_is_to_be_done(web: Deployment, browser: Browser) -> None:
    page = web.sign_in(browser.new_context(locale="id-ID"), "editor", REGENCY)

    expect(page.get_by_role("heading", name="Peringatan")).to_be_visible()
    expect(page.get_by_role("link", name="Selesaikan berita acara serah terima gedung")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("Dilaporkan")
    keep(page, "places-regency-editor")
    assert is_whole(page)


def test_the_regency_fits_on_paper(web: Deployment, browser: Browser) -> None:
    # A portrait A4 without its margins, in CSS pixels.
    page = opened(web, browser, REGENCY, 718)
    page.emulate_media(media="print")

    keep(page, "places-regency-print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".question")).to_be_hidden()
    expect(page.locator(".path__list")).to_be_visible()
