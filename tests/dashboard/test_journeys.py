"""Does a report travel from an officer's phone to the public page, with people looking at real browsers?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def deployment(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with deployed("journey", tmp_path_factory.mktemp("journey"), django_db_blocker) as deployment:
        yield deployment


@pytest.fixture
def address(deployment: Deployment) -> str:
    return deployment.address


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture
def sign_in(deployment: Deployment, browser: Browser) -> Any:
    """A function that opens a page as a role sees it, on a screen of their own."""

    def open_as(role: str, path: str, **context: Any) -> Page:
        return deployment.sign_in(browser.new_context(locale="id-ID", **context), role, path)

    return open_as


def test_from_the_officers_phone_to_the_public_page(address: str, browser: Browser, sign_in: Any) -> None:
    public = browser.new_context(locale="id-ID").new_page()
    public.goto(address)
    expect(public.locator(".headline__number")).to_have_text("295")

    officer = sign_in("officer", "/kerja/", viewport=PHONE)
    keep(officer, "room-360")
    assert is_whole(officer)
    officer.get_by_role("link", name="Lapor perubahan").first.click()
    officer.get_by_label("Apa yang terjadi?").select_option(label="Diresmikan")
    officer.get_by_label("Tanggal", exact=True).fill("2026-06-10")
    officer.get_by_label("Keterangan").fill("Diresmikan Menteri PANRB")
    keep(officer, "report-360")
    assert is_whole(officer)
    officer.get_by_role("button", name="Kirim laporan").click()
    expect(officer.get_by_role("heading", level=1)).to_contain_text("Laporan T-")
    keep(officer, "receipt-360")
    assert is_whole(officer)
    expect(public.locator(".headline__number")).to_have_text("295")

    verifier = sign_in("verifier", "/verifikasi/")
    keep(verifier, "queue-1280")
    assert is_whole(verifier)
    verifier.get_by_role("link", name="Kabupaten Klungkung").click()
    expect(verifier.get_by_text("295 → 296")).to_be_visible()
    keep(verifier, "review-1280")
    assert is_whole(verifier)
    verifier.get_by_role("button", name="Verifikasi", exact=True).click()
    expect(verifier.get_by_text("selesai diperiksa")).to_be_visible()

    # Without a reload; how soon, test_live_browser.py says, with nobody else at work.
    expect(public.locator(".headline__number")).to_have_text("296", timeout=15_000)
    expect(public.locator("[data-live-status]")).to_contain_text("Angka diperbarui")


def test_a_returned_report_comes_back_to_the_officer_with_its_reason(sign_in: Any) -> None:
    officer = sign_in("officer", "/kerja/", viewport=PHONE, java_script_enabled=False)
    officer.get_by_role("link", name="Lapor perubahan").first.click()
    officer.get_by_label("Apa yang terjadi?").select_option(label="Beroperasi")
    officer.get_by_label("Tanggal", exact=True).fill("2026-06-11")
    officer.get_by_role("button", name="Kirim laporan").click()
    verifier = sign_in("verifier", "/verifikasi/")
    verifier.get_by_role("link", name="Kabupaten Klungkung").click()
    verifier.get_by_label("Alasan pengembalian").fill("Lampirkan foto gerai")
    verifier.get_by_role("button", name="Kembalikan").click()

    officer.goto(officer.url.split("/kerja/")[0] + "/kerja/")

    expect(officer.get_by_text("Lampirkan foto gerai")).to_be_visible()
    keep(officer, "room-returned-360")
    officer.get_by_role("button", name="Masih benar").first.click()
    expect(officer.get_by_text("tercatat masih sesuai")).to_be_visible()


def test_a_province_questions_a_report_and_the_officer_corrects_it(sign_in: Any) -> None:
    officer = sign_in("officer", "/kerja/", viewport=PHONE)
    officer.get_by_role("link", name="Lapor perubahan").first.click()
    officer.get_by_label("Apa yang terjadi?").select_option(label="Uji coba/soft launching")
    officer.get_by_label("Tanggal", exact=True).fill("2026-04-05")
    officer.get_by_role("button", name="Kirim laporan").click()

    province = sign_in("province", "/verifikasi/", viewport=PHONE)
    keep(province, "queue-province-360")
    assert is_whole(province)
    province.get_by_role("link", name="Kabupaten Klungkung").click()
    province.get_by_label("Catatan provinsi").fill("Bukankah bulan Mei?")
    keep(province, "review-province-360")
    assert is_whole(province)
    province.get_by_role("button", name="Pertanyakan").click()
    expect(province.get_by_text("Pendapat Anda")).to_be_visible()

    officer.get_by_role("link", name="Pemberitahuan").click()
    expect(officer.get_by_text("Bukankah bulan Mei?")).to_be_visible()
    keep(officer, "notices-360")
    assert is_whole(officer)

    verifier = sign_in("verifier", "/verifikasi/", viewport=DESK)
    keep(verifier, "queue-1440")
    verifier.get_by_role("link", name="Kabupaten Klungkung").click()
    expect(verifier.get_by_text("Bukankah bulan Mei?")).to_be_visible()
    keep(verifier, "review-1440")
    assert is_whole(verifier)
    verifier.get_by_role("button", name="Verifikasi", exact=True).click()

    officer.get_by_role("button", name="Buka Laporan").first.click()
    officer.get_by_role("link", name="MPP Kabupaten Klungkung").click()
    keep(officer, "site-officer-360")
    assert is_whole(officer)
    officer.get_by_role("link", name="Koreksi T-").first.click()
    officer.get_by_label("Tanggal", exact=True).fill("2026-05-05")
    officer.get_by_label("Alasan koreksi").fill("Berita acara bertanggal 5 Mei")
    keep(officer, "correction-360")
    assert is_whole(officer)
    officer.get_by_role("button", name="Kirim laporan").click()
    expect(officer.get_by_text("Mengoreksi")).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("officer", "/kerja/"),
        ("officer", "/pemberitahuan/"),
        ("verifier", "/verifikasi/"),
        ("province", "/verifikasi/"),
        ("viewer", "/provinsi/51/"),
        ("editor", "/admin/"),
        ("editor", "/admin/regions/milestone/"),
    ],
)
def test_pages_fit_phone_and_desk(sign_in: Any, role: str, path: str, size: str) -> None:
    page = sign_in(role, path, viewport=PHONE if size == "phone" else DESK)

    keep(page, f"{role}{path.replace('/', '-')}{size}")
    if "admin" not in path:
        assert is_whole(page)


def test_a_visitor_finds_an_mpp_from_its_province(address: str, browser: Browser) -> None:
    page = browser.new_context(locale="id-ID", viewport=PHONE).new_page()
    page.goto(f"{address}/provinsi/51/")

    page.get_by_role("link", name="Kota Denpasar", exact=True).click()
    page.get_by_role("link", name="MPP Graha Sewaka Dharma").first.click()

    expect(page.get_by_role("heading", name="Linimasa")).to_be_visible()
    keep(page, "site-visitor-360")
    assert is_whole(page)


def test_an_open_page_says_when_the_server_is_away_and_when_it_is_back(address: str, browser: Browser) -> None:
    context = browser.new_context(locale="id-ID")
    page = context.new_page()
    page.goto(address)

    context.set_offline(True)
    expect(page.locator("[data-live-status]")).to_contain_text("Sambungan terputus", timeout=8000)
    context.set_offline(False)

    expect(page.locator("[data-live-status]")).to_contain_text("Tersambung lagi", timeout=8000)
