"""Does a counter travel from an institution's phone to the public page, with people looking at a real browser?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PHONE = {"width": 360, "height": 780}
PASTED = "Cek sertifikat\tLangsung\t\nRoya\tElektronik\t\nIzin lokasi usaha\tMandiri\tizin"


@pytest.fixture(scope="module")
def deployment(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with deployed("counters", tmp_path_factory.mktemp("counters"), django_db_blocker) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


def test_from_the_institutions_phone_to_the_public_page(deployment: Deployment, browser: Browser) -> None:
    phone: dict[str, Any] = {"locale": "id-ID", "viewport": PHONE}
    institution = deployment.sign_in(browser.new_context(**phone), "institution", "/kerja/instansi/")
    keep(institution, "institution-room-360")
    assert is_whole(institution)
    institution.get_by_label("Provinsi", exact=True).select_option(label="Bali")
    institution.get_by_role("button", name="Tampilkan").click()
    institution.get_by_role("link", name="Laporkan gerai di MPP Kabupaten Karangasem").click()
    institution.get_by_label("Gerai dibuka pada").fill("2026-03-02")
    institution.get_by_label("Senin").check()
    institution.get_by_label("Rabu").check()
    institution.get_by_label("Petugas").fill("2")
    institution.get_by_role("textbox", name="Layanan").fill(f"{PASTED}\nBalik nama\tKeliling")
    institution.get_by_role("button", name="Kirim laporan").click()
    expect(institution.get_by_text("Baris 4: cara “Keliling” tidak dikenal")).to_be_visible()
    expect(institution.get_by_label("Petugas")).to_have_value("2")
    keep(institution, "counter-form-refused-360")
    assert is_whole(institution)
    institution.get_by_role("textbox", name="Layanan").fill(PASTED)
    institution.get_by_role("button", name="Kirim laporan").click()
    expect(institution.get_by_role("heading", level=1)).to_contain_text("Laporan G-")
    keep(institution, "counter-receipt-360")
    assert is_whole(institution)

    verifier = deployment.sign_in(browser.new_context(**phone), "verifier", "/verifikasi/")
    keep(verifier, "counter-queue-360")
    assert is_whole(verifier)
    verifier.get_by_role("link", name="Kabupaten Karangasem").click()
    expect(verifier.get_by_text("Gerai baru: belum ada yang berlaku")).to_be_visible()
    keep(verifier, "counter-review-360")
    assert is_whole(verifier)
    verifier.get_by_role("button", name="Verifikasi", exact=True).click()
    expect(verifier.get_by_text("selesai diperiksa")).to_be_visible()

    public = browser.new_context(**phone).new_page()
    public.goto(f"{deployment.address}/provinsi/51/")
    public.get_by_role("link", name="Kabupaten Karangasem").first.click()
    public.get_by_role("link", name="MPP Kabupaten Karangasem", exact=True).click()
    expect(public.get_by_text("1 instansi dengan 3 layanan.")).to_be_visible()
    for service in ("Cek sertifikat", "Roya", "Izin lokasi usaha"):
        expect(public.get_by_text(service)).to_be_visible()
    keep(public, "counter-site-360")
    assert is_whole(public)

    institution.goto(f"{deployment.address}/kerja/instansi/?provinsi=51")
    keep(institution, "institution-room-present-360")
    assert is_whole(institution)
    institution.get_by_role("link", name="Perbarui").click()
    keep(institution, "counter-update-360")
    assert is_whole(institution)

    officer = deployment.sign_in(browser.new_context(**phone), "officer", "/kerja/")
    officer.get_by_role("link", name="Gerai dan layanan").first.click()
    keep(officer, "counter-officer-360")
    assert is_whole(officer)
