"""Do the pages of tokens and webhooks work in a browser, on a telephone too, and without a script?"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def product(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with deployed("programs", tmp_path_factory.mktemp("programs"), django_db_blocker) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize(("width", "has_scripts"), [(320, True), (1440, False)])
def test_a_token_and_a_webhook_are_made_and_ended(
    product: Deployment, browser: Browser, width: int, has_scripts: bool
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=has_scripts)
    page = product.sign_in(context, "officer", "/akun/token/")
    name = f"Dasbor {width}"

    page.get_by_role("link", name="Buat token").click()
    page.locator("input[type=password]").fill(product.passwords["officer"])
    page.locator("main button[type=submit]").first.click()
    page.get_by_label("Nama").fill(name)
    page.get_by_role("button", name="Buat token").click()
    secret = page.locator(".secret").first.inner_text()
    # Looking takes scripts.
    assert not has_scripts or is_whole(page)
    keep(page, f"token-made-{width}")
    page.get_by_role("link", name="Ke daftar token").click()
    row = page.locator("tr", has_text=name)
    expect(row).to_contain_text(secret[:12])
    expect(row).not_to_contain_text(secret)
    assert not has_scripts or is_whole(page)
    keep(page, f"tokens-{width}")
    row.get_by_role("button", name="Cabut").click()
    expect(page.locator("tr", has_text=name)).to_contain_text("dicabut")

    page.get_by_role("link", name="Webhook").click()
    page.get_by_role("link", name="Buat webhook").click()
    page.get_by_label("Nama").fill(name)
    page.get_by_label("alamat").fill("https://penerima.example/hook")
    keep(page, f"webhook-form-{width}")
    page.get_by_role("button", name="Buat webhook").click()
    expect(page.locator(".secret")).to_contain_text("whsec_")
    page.get_by_role("link", name="Ke webhook ini").click()
    page.get_by_role("button", name="Kirim uji coba").click()
    expect(page.get_by_text("Uji coba dikirim")).to_be_visible()
    keep(page, f"webhook-{width}")
    page.get_by_role("button", name="Matikan").click()
    expect(page.get_by_role("button", name="Nyalakan lagi")).to_be_visible()
    assert not has_scripts or is_whole(page)
