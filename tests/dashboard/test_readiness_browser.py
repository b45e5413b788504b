"""Can everybody read the page of readiness, and an officer assess their regency on a phone?"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep, manage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

NATION, PROVINCE = "/kesiapan/", "/kesiapan/?province=35"
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1440, "height": 900}
# Assessments in several provinces, a baseline between them, committed to a database of these tests' own.
FILL = """
from datetime import date
from accounts.models import User
from regions.choices import ReadinessAspect, ReadinessLevel
from regions.models import ReadinessAssessment, ReadinessBaseline, Regency
from regions.services.ledger import report, verify
from regions.services.readiness import freeze
officer, verifier = (User.objects.create_user(f"{name}@pantau-mpp.example") for name in ("dinas", "periksa"))
words = ["", *ReadinessLevel.values]
def assess(day, shift):
    units = Regency.objects.filter(is_autonomous=True, province__code__in=["35", "51", "73"])
    for number, regency in enumerate(units):
        if (number + shift) % 4:
            levels = [words[(number * 3 + place + shift * number) % 4] for place in range(8)]
            said = dict(zip(ReadinessAspect.values, levels))
            verify(report(ReadinessAssessment(regency=regency, assessed_on=day, **said), by=officer), by=verifier)
assess(date(2026, 1, 10), 0)
freeze(ReadinessBaseline(as_at=date(2026, 1, 31), note="Kondisi awal 2026"), by=verifier)
assess(date(2026, 6, 10), 1)
"""


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Deployment]:
    """The real rollout with an account per role and assessments of some units, served."""
    with deployed("readiness_pages", tmp_path_factory.mktemp("web"), django_db_blocker) as deployment:
        with django_db_blocker.unblock():
            manage(deployment.database_url, "shell", "--command", FILL)
        yield deployment
    connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture
def sign_in(site: Deployment, browser: Browser) -> Callable[..., Page]:
    """A function that opens a page as a role sees it."""

    def open_page(role: str, path: str, **context: Any) -> Page:
        return site.sign_in(browser.new_context(locale="id-ID", **context), role, path)

    return open_page


@pytest.mark.parametrize("path", [NATION, PROVINCE])
@pytest.mark.parametrize("width", [320, 360, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_it_fits(site: Deployment, browser: Browser, path: str, width: int, scheme: str) -> None:
    context = browser.new_context(locale="id-ID", viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(site.address + path)

    keep(page, f"kesiapan-{'province' if 'province' in path else 'nation'}-{width}-{scheme}")
    assert is_whole(page)


def test_from_the_nation_to_a_province_without_a_script(site: Deployment, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", viewport=DESK, java_script_enabled=False).new_page()
    page.goto(site.address)

    page.get_by_role("main").get_by_role("link", name="Kesiapan", exact=True).click()
    page.get_by_role("link", name="Jawa Timur", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Jawa Timur")
    expect(page.get_by_role("row").filter(has_text="Kabupaten Pacitan")).to_be_visible()


def test_the_columns_are_on_the_paper(site: Deployment, browser: Browser) -> None:
    # A landscape A4 without its margins, in CSS pixels.
    page = browser.new_context(locale="id-ID", viewport={"width": 1062, "height": 800}).new_page()
    page.goto(site.address + PROVINCE)
    page.emulate_media(media="print")

    keep(page, "kesiapan-print")
    assert page.evaluate("document.querySelector('.matrix').getBoundingClientRect().right") <= 1062


def test_an_officer_assesses_on_a_phone_and_a_verifier_makes_it_count(
    site: Deployment, browser: Browser, sign_in: Callable[..., Page]
) -> None:
    officer = sign_in("officer", "/kerja/", viewport=PHONE)
    keep(officer, "kesiapan-room-360")
    assert is_whole(officer)
    officer.get_by_role("link", name="Nilai kesiapan Kabupaten Klungkung").click()
    officer.get_by_role("group", name="Anggaran").get_by_label("Siap").check()
    officer.get_by_role("group", name="Gedung").get_by_label("Sebagian").check()
    keep(officer, "kesiapan-form-360")
    assert is_whole(officer)
    officer.get_by_role("button", name="Kirim laporan").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("Laporan K-")
    keep(officer, "kesiapan-receipt-360")
    assert is_whole(officer)

    verifier = sign_in("verifier", "/verifikasi/", viewport=DESK)
    keep(verifier, "kesiapan-queue-1440")
    verifier.get_by_role("link", name="Kabupaten Klungkung").click()
    keep(verifier, "kesiapan-review-1440")
    assert is_whole(verifier)
    verifier.get_by_role("button", name="Verifikasi", exact=True).click()
    expect(verifier.get_by_text("selesai diperiksa")).to_be_visible()

    public = browser.new_context(locale="id-ID", viewport=DESK).new_page()
    public.goto(f"{site.address}/kesiapan/?province=51")
    row = public.get_by_role("row").filter(has_text="Kabupaten Klungkung")
    expect(row.get_by_role("cell").nth(3)).to_contain_text("Siap")
    assert is_whole(public)


def test_an_editor_reads_in_the_admin_what_is_wrong_with_a_file(sign_in: Callable[..., Page], tmp_path: Any) -> None:
    editor = sign_in("editor", "/admin/regions/readinessassessment/", viewport=DESK)
    file = tmp_path / "kesiapan.csv"
    file.write_text("kode_wilayah,tanggal\n35.02,2026-01-01\n")

    editor.get_by_role("link", name="Muat berkas CSV").click()
    editor.get_by_label("Berkas CSV").set_input_files(file)
    editor.get_by_role("button", name="Muat").click()

    expect(editor.get_by_text("kolomnya harus")).to_be_visible()
    keep(editor, "kesiapan-import-1440")
