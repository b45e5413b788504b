"""Does a report made without a line, or on a bad one, arrive once and once only, and is its sender told where it is?"""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import psycopg
import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, Route, expect

from mpp_tracker.local.environment import ROOT
from mpp_tracker.local.processes import wait_until
from tests.browser import Deployment, chromium, deployed, is_whole, keep

PHONE = {"width": 360, "height": 780}
ROOM = "/kerja/"
COLLEAGUE = "colleague"
MAKE_COLLEAGUE = """
from django.utils import timezone
from accounts.models import User
from regions.models import Assignment, Regency
user = User.objects.create_user("colleague@pantau-mpp.example", "rahasia-sekali-lho")
regency = Regency.objects.get(code="51.05")
Assignment.objects.create(user=user, role="officer", regency=regency, valid_from=timezone.localdate())
"""

browser_test = pytest.mark.browser
pytestmark = pytest.mark.django_db
days = (date(2026, 1, 1) + timedelta(days=number) for number in count())


@pytest.fixture(scope="module")
def deployment(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Like the journeys', with a second officer of the same regency."""
    with deployed("offline", tmp_path_factory.mktemp("offline"), django_db_blocker) as deployment:
        make = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_COLLEAGUE]
        subprocess.run(make, cwd=ROOT, env=os.environ | {"DATABASE_URL": deployment.database_url}, check=True)
        deployment.passwords[COLLEAGUE] = "rahasia-sekali-lho"
        yield deployment


@pytest.fixture(scope="module")
def browser(deployment: Deployment) -> Iterator[Browser]:
    with chromium() as program:
        yield program


@pytest.fixture
def device(browser: Browser) -> Iterator[BrowserContext]:
    """A device on which nothing is kept yet, and on whose console no rule is broken."""
    context = browser.new_context(locale="id-ID", viewport=PHONE)
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
    yield context
    context.close()
    # The browser's own note of a line that is down and of a refusal, which the tests are about.
    assert [line for line in said if not line.startswith("Failed to load resource")] == []


@pytest.fixture(scope="module")
def form_path(deployment: Deployment) -> str:
    with psycopg.connect(deployment.database_url) as database:
        statement = (
            "SELECT s.id FROM regions_site s JOIN regions_regency r ON r.id = s.regency_id WHERE r.code = '51.05'"
        )
        [(pk,)] = database.execute(statement).fetchall()
    return f"/kerja/mpp/{pk}/lapor/"


@pytest.fixture
def day() -> date:
    """A day on which nothing was reported."""
    return next(days)


@pytest.fixture
def entered(deployment: Deployment, day: date) -> Callable[[], list[tuple[int, str, int]]]:
    """A function that returns key, note and number of files of each report on that day."""

    def rows() -> list[tuple[int, str, int]]:
        statement = """
            SELECT m.id, m.note, count(e.id) FROM regions_milestone m
            LEFT JOIN regions_evidence e ON e.milestone_id = m.id WHERE m.reached_on = %s GROUP BY m.id
        """
        with psycopg.connect(deployment.database_url) as database:
            return database.execute(statement, [day]).fetchall()

    return rows


def photo(side: int = 60) -> dict[str, Any]:
    """A photo that does not compress to nothing."""
    content = BytesIO()
    Image.effect_noise((side, side), 90).convert("RGB").save(content, "jpeg", quality=95)
    return {"name": "gerai.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def fill(page: Page, day: date, note: str = "", *, file: dict[str, Any] | None = None) -> None:
    page.get_by_label("Apa yang terjadi?").select_option(label="Persiapan")
    page.get_by_label("Tanggal", exact=True).fill(day.isoformat())
    page.get_by_label("Keterangan").fill(note)
    if file:
        page.get_by_label("Bukti").set_input_files(file)


def send(page: Page) -> None:
    page.get_by_role("button", name="Kirim laporan").click()


def waiting(page: Page) -> Any:
    """The list of reports on this device."""
    return page.get_by_role("region", name="Laporan di gawai ini").locator("li")


def queue_without_line(page: Page, day: date, note: str = "", **more: Any) -> None:
    # Cutting the line while the browser still fetches the worker is another story.
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.context.set_offline(True)
    fill(page, day, note, **more)
    send(page)
    expect(waiting(page)).to_have_count(1)


def wait_for(page: Page, expression: str) -> None:
    """Wait until an expression is true; Playwright's own waiting compiles text in the page, which the CSP forbids."""
    assert wait_until(lambda: page.evaluate(expression), seconds=20), expression


def wait_for_copy(page: Page) -> None:
    wait_for(page, "caches.match(location.pathname).then(Boolean)")


def held_up(deployment: Deployment) -> int:
    """Return how many of the server's requests wait for a lock."""
    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(deployment.database_url) as database:
        return database.execute(statement).fetchall()[0][0]


def end_sessions(deployment: Deployment) -> None:
    with psycopg.connect(deployment.database_url) as database:
        database.execute("DELETE FROM django_session")


@browser_test
def test_with_a_line_a_report_goes_at_once_and_gets_its_number(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Diketik di kantor", file=photo())

    send(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Laporan T-")
    [(key, note, files)] = entered()
    assert f"T-{key:06d}" in page.get_by_role("heading", level=1).inner_text()
    assert (note, files) == ("Diketik di kantor", 1)
    page.goto(deployment.address + ROOM)
    expect(waiting(page)).to_have_count(0)


@browser_test
def test_without_a_line_a_report_waits_on_the_device_and_goes_when_the_line_is_back(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)

    queue_without_line(page, day, "Diketik di lapangan", file=photo())

    expect(page.locator("[data-report-status]")).to_contain_text("dikirim begitu tersambung lagi")
    expect(waiting(page)).to_contain_text("Persiapan")
    expect(waiting(page)).to_contain_text("Menunggu dikirim")
    expect(waiting(page)).to_contain_text("1 berkas, ")
    expect(page.get_by_label("Keterangan")).to_have_value("")
    assert entered() == []
    assert is_whole(page)
    keep(page, "queued-360")
    page.set_viewport_size({"width": 1440, "height": 900})
    keep(page, "queued-1440")

    device.set_offline(False)

    expect(waiting(page)).to_contain_text("Terkirim")
    [(key, note, files)] = entered()
    assert (note, files) == ("Diketik di lapangan", 1)
    expect(waiting(page).get_by_role("link", name=f"T-{key:06d}")).to_be_visible()


@browser_test
def test_the_work_room_lists_what_waits_and_sends_it_on_demand(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    # The line that the device believes in, and that carries nothing.
    device.route("**/kerja/sesi/", lambda route: route.abort())
    fill(page, day, "Menunggu di ruang kerja", file=photo())
    send(page)
    expect(waiting(page)).to_have_count(1)
    page.goto(deployment.address + ROOM)
    expect(waiting(page)).to_contain_text("Menunggu dikirim")
    expect(page.locator("[data-waiting-status]")).to_contain_text("Belum ada jaringan")
    assert is_whole(page)
    keep(page, "room-waiting-360")
    page.set_viewport_size({"width": 1440, "height": 900})
    keep(page, "room-waiting-1440")

    device.unroute("**/kerja/sesi/")
    waiting(page).get_by_role("button", name="Kirim sekarang").click()

    expect(waiting(page)).to_contain_text("Terkirim")
    assert len(entered()) == 1


@browser_test
def test_a_waiting_report_is_deleted_only_after_a_question(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    queue_without_line(page, day)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if len(asked) > 1:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    waiting(page).get_by_role("button", name="Hapus").click()
    expect(waiting(page)).to_have_count(1)
    waiting(page).get_by_role("button", name="Hapus").click()
    expect(waiting(page)).to_have_count(0)

    assert "belum terkirim" in asked[0]
    device.set_offline(False)
    page.reload()
    assert entered() == []


@browser_test
def test_the_pages_open_without_a_line_as_copies_that_say_so(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", ROOM)
    wait_for_copy(page)
    page.goto(deployment.address + form_path)
    wait_for_copy(page)
    queue_without_line(page, day, "Sebelum dimuat ulang")

    page.reload()

    expect(page.locator("[data-copy-notice]")).to_contain_text("Salinan di gawai ini, per ")
    expect(waiting(page)).to_contain_text("Menunggu dikirim")
    # The copy carries the id of a report that is waiting already.
    fill(page, day, "Dari salinan")
    page.get_by_label("Apa yang terjadi?").select_option(label="Usulan disampaikan")
    send(page)
    expect(waiting(page)).to_have_count(2)
    page.goto(deployment.address + ROOM)
    expect(page.locator("[data-copy-notice]")).to_contain_text("Salinan di gawai ini, per ")
    expect(waiting(page)).to_have_count(2)
    expect(page.get_by_role("button", name="Masih benar").first).to_be_disabled()
    assert is_whole(page)
    keep(page, "room-copy-360")

    device.set_offline(False)

    expect(waiting(page).get_by_text("Terkirim", exact=True)).to_have_count(2)
    assert sorted(note for _key, note, _files in entered()) == ["Dari salinan", "Sebelum dimuat ulang"]
    page.reload()
    expect(page.locator("[data-copy-notice]")).to_be_hidden()


@browser_test
def test_two_tabs_that_get_the_line_at_once_send_one_report(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    posts: list[str] = []
    device.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    first = deployment.sign_in(device, "officer", form_path)
    second = device.new_page()
    second.goto(deployment.address + ROOM)
    queue_without_line(first, day, "Dari dua tab", file=photo(600))
    expect(waiting(second)).to_have_count(1)
    posts.clear()

    device.set_offline(False)

    for tab in (first, second):
        expect(waiting(tab)).to_contain_text("Terkirim")
    assert len(entered()) == 1
    assert len(posts) == 1


@browser_test
def test_a_report_whose_answer_was_lost_gets_the_same_receipt(
    deployment: Deployment, browser: Browser, form_path: str, day: date, entered: Any
) -> None:
    # Playwright sees no requests of a page that a service worker stands before.
    device = browser.new_context(locale="id-ID", service_workers="block")
    page = deployment.sign_in(device, "officer", form_path)

    def lose_answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.fallback()

    page.route(f"**{form_path}", lose_answer)
    fill(page, day, "Jawaban hilang", file=photo())
    send(page)
    expect(waiting(page)).to_contain_text("Menunggu dikirim")
    [(key, _note, _files)] = entered()

    page.unroute(f"**{form_path}")
    waiting(page).get_by_role("button", name="Kirim sekarang").click()

    expect(waiting(page).get_by_role("link", name=f"T-{key:06d}")).to_be_visible()
    assert entered() == [(key, "Jawaban hilang", 1)]
    device.close()


@browser_test
def test_when_the_session_has_ended_the_report_waits_for_the_next_sign_in(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Sesi berakhir", file=photo())
    end_sessions(deployment)

    send(page)

    expect(page.locator("[data-report-status]")).to_contain_text("Sesi Anda berakhir")
    assert entered() == []
    waiting(page).get_by_role("link", name="Masuk lagi untuk mengirim").click()
    page.get_by_label("Email").fill("officer@pantau-mpp.example")
    page.get_by_label("Sandi", exact=True).fill(deployment.passwords["officer"])
    page.get_by_role("button", name="Masuk").click()
    expect(waiting(page)).to_contain_text("Terkirim")
    assert [(note, files) for _key, note, files in entered()] == [("Sesi berakhir", 1)]


@browser_test
def test_whoever_signs_in_next_on_the_device_neither_sees_nor_sends_it(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    wait_for_copy(page)
    queue_without_line(page, day, "Milik petugas pertama")
    page.get_by_label("Keterangan").fill("Draf petugas pertama")
    # The line is back, but before the first one's page notices, somebody else signs in.
    device.route("**/kerja/sesi/", lambda route: route.abort())
    device.set_offline(False)
    device.clear_cookies()
    page.close()
    other = deployment.sign_in(device, COLLEAGUE, form_path)
    device.unroute("**/kerja/sesi/")

    other.reload()
    expect(other.get_by_label("Keterangan")).to_have_value("")
    wait_for_copy(other)

    expect(waiting(other)).to_have_count(0)
    assert "petugas pertama" not in other.content()
    assert entered() == []
    assert len(other.evaluate("caches.keys()")) == 1
    other.context.clear_cookies()
    other.close()
    back = deployment.sign_in(device, "officer", ROOM)
    expect(waiting(back)).to_contain_text("Terkirim")
    assert len(entered()) == 1


@browser_test
def test_an_open_page_does_not_send_under_the_name_of_whoever_signed_in_elsewhere(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Halaman lama")
    # A copy still under way would set a cookie of its own against that of the sign-in below.
    wait_for_copy(page)
    device.clear_cookies()
    deployment.sign_in(device, COLLEAGUE, ROOM)

    send(page)

    expect(page.locator("[data-report-status]")).to_contain_text("Sesi Anda berakhir")
    assert entered() == []


@browser_test
def test_signing_out_leaves_no_copies_on_the_device(
    deployment: Deployment, device: BrowserContext, form_path: str
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    wait_for_copy(page)

    page.get_by_role("link", name="Keluar").click()
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url(f"{deployment.address}/")
    wait_for(page, "caches.keys().then((names) => names.length === 0)")

    device.set_offline(True)
    with pytest.raises(Error, match="ERR_FAILED"):
        page.goto(deployment.address + form_path)
    device.set_offline(False)


AGE_THE_COPY = """async () => {
    const [name] = await caches.keys();
    const cache = await caches.open(name);
    const copy = await cache.match(location.pathname);
    const headers = new Headers(copy.headers);
    headers.set("Date", new Date(Date.now() - 25 * 3600 * 1000).toUTCString());
    await cache.put(location.pathname, new Response(await copy.text(), { headers }));
}"""


@browser_test
def test_a_copy_is_shown_for_a_day(deployment: Deployment, device: BrowserContext, form_path: str) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    wait_for_copy(page)
    device.set_offline(True)
    page.reload()
    expect(page.locator("[data-copy-notice]")).to_contain_text("Salinan di gawai ini, per ")

    page.evaluate(AGE_THE_COPY)

    with pytest.raises(Error, match="ERR_FAILED"):
        page.reload()


@browser_test
def test_a_refused_report_stays_with_the_servers_sentence_until_it_is_mended(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Yang pertama")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Laporan T-")
    page.goto(deployment.address + form_path)
    queue_without_line(page, day, "Yang kedua", file=photo())

    device.set_offline(False)

    expect(waiting(page)).to_contain_text("Ditolak server")
    expect(waiting(page)).to_contain_text("sudah tercatat")
    assert is_whole(page)
    keep(page, "refused-360")
    page.reload()
    expect(waiting(page)).to_contain_text("sudah tercatat")
    waiting(page).get_by_role("link", name="Perbaiki").click()
    expect(page.get_by_label("Keterangan")).to_have_value("Yang kedua")
    assert page.get_by_label("Bukti").evaluate("field => field.files[0].name") == "gerai.jpg"
    page.get_by_label("Apa yang terjadi?").select_option(label="Usulan disetujui")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Laporan T-")
    assert sorted((note, files) for _key, note, files in entered()) == [("Yang kedua", 1), ("Yang pertama", 0)]
    page.goto(deployment.address + form_path)
    expect(waiting(page)).to_have_count(0)


@browser_test
def test_a_report_on_a_site_that_is_no_longer_ones_own_stays_until_it_is_deleted(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, COLLEAGUE, form_path)
    queue_without_line(page, day, "Pindah tugas")
    with psycopg.connect(deployment.database_url) as database:
        [(assignment,)] = database.execute(
            "UPDATE regions_assignment SET regency_id = (SELECT id FROM regions_regency WHERE code = '51.06')"
            " WHERE user_id = (SELECT id FROM accounts_user WHERE email LIKE 'colleague@%') RETURNING id"
        ).fetchall()

    device.set_offline(False)

    expect(waiting(page)).to_contain_text("Ditolak server")
    expect(waiting(page).locator("[data-part=sentence]")).not_to_be_empty()
    expect(waiting(page).get_by_role("link", name="Perbaiki")).to_be_hidden()
    assert entered() == []
    page.on("dialog", lambda dialog: dialog.accept())
    waiting(page).get_by_role("button", name="Hapus").click()
    expect(waiting(page)).to_have_count(0)
    with psycopg.connect(deployment.database_url) as database:
        home = "UPDATE regions_assignment SET regency_id = (SELECT id FROM regions_regency WHERE code = '51.05')"
        database.execute(f"{home} WHERE id = %s", [assignment])


@browser_test
def test_while_the_server_has_no_database_reports_wait(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Server sibuk")
    server, name = deployment.database_url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        send(page)
        expect(page.locator("[data-report-status]")).to_contain_text("Server sedang sibuk")
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    waiting(page).get_by_role("button", name="Kirim sekarang").click()

    expect(waiting(page)).to_contain_text("Terkirim")
    expect(page.locator("[data-report-status]")).to_be_empty()
    assert len(entered()) == 1


SEND_THRICE = """async ([path, day, id]) => {
    const { token } = await (await fetch("/kerja/sesi/")).json();
    const body = new FormData();
    const typed = { statement: "stage:preparing", happened_on: day, date_precision: "day", client_id: id };
    Object.entries(typed).forEach(([name, value]) => body.append(name, value));
    const options = { method: "POST", headers: { "X-CSRFToken": token }, body };
    window.receipts = Promise.all([1, 2, 3].map(() => fetch(path, options).then((answer) => answer.url)));
}"""


@browser_test
def test_one_report_arriving_several_times_at_once_gets_one_receipt(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)

    with psycopg.connect(deployment.database_url) as holding:
        holding.execute("SELECT FROM regions_site WHERE id = %s FOR UPDATE", [form_path.split("/")[3]])
        page.evaluate(SEND_THRICE, [form_path, day.isoformat(), str(uuid.uuid4())])
        assert wait_until(lambda: held_up(deployment) == 3, seconds=20)

    receipts = page.evaluate("receipts")
    [(key, _note, _files)] = entered()
    assert set(receipts) == {f"{deployment.address}/kerja/laporan/tahap/{key}/"}


@browser_test
def test_what_the_server_finds_wrong_is_shown_with_what_was_typed_and_chosen(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Berkas salah", file={"name": "bukti.pdf", "mimeType": "application/pdf", "buffer": b"bukan PDF"})

    send(page)

    expect(page.locator(".field__error").first).to_contain_text("Jenis berkas ini tidak diterima")
    expect(page.get_by_label("Keterangan")).to_have_value("Berkas salah")
    assert page.get_by_label("Bukti").evaluate("field => field.files[0].name") == "bukti.pdf"
    expect(waiting(page)).to_have_count(0)
    assert entered() == []
    page.get_by_label("Bukti").set_input_files(photo())
    device.set_offline(True)
    send(page)
    expect(waiting(page)).to_contain_text("Menunggu dikirim")
    expect(page.get_by_label("Keterangan")).to_have_value("")
    device.set_offline(False)
    expect(waiting(page)).to_contain_text("Terkirim")
    expect(waiting(page)).to_have_count(1)
    assert [(note, files) for _key, note, files in entered()] == [("Berkas salah", 1)]


@browser_test
def test_a_wrong_report_left_behind_can_be_mended_with_its_files(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Ditinggal", file={"name": "bukti.pdf", "mimeType": "application/pdf", "buffer": b"bukan PDF"})
    send(page)
    expect(page.locator(".field__error").first).to_contain_text("Jenis berkas ini tidak diterima")

    page.goto(deployment.address + ROOM)
    expect(waiting(page)).to_contain_text("Jenis berkas ini tidak diterima")
    waiting(page).get_by_role("link", name="Perbaiki").click()

    expect(page.get_by_label("Keterangan")).to_have_value("Ditinggal")
    assert page.get_by_label("Bukti").evaluate("field => field.files[0].name") == "bukti.pdf"


@browser_test
def test_what_a_proxy_finds_too_large_can_be_mended(
    deployment: Deployment, browser: Browser, form_path: str, day: date, entered: Any
) -> None:
    device = browser.new_context(locale="id-ID", service_workers="block")
    page = deployment.sign_in(device, "officer", form_path)

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.fallback()

    # The proxy that production puts in front is not part of this installation.
    page.route(f"**{form_path}", refuse)
    fill(page, day, "Terlalu besar", file=photo())
    send(page)

    expect(waiting(page)).to_contain_text("terlalu besar bagi server")
    waiting(page).get_by_role("link", name="Perbaiki").click()
    expect(page.get_by_label("Keterangan")).to_have_value("Terlalu besar")
    device.close()


@browser_test
def test_an_open_page_tries_again_every_half_minute(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    device.clock.install()
    page = deployment.sign_in(device, "officer", form_path)
    device.route("**/kerja/sesi/", lambda route: route.abort())
    fill(page, day, "Dicoba lagi")
    send(page)
    expect(waiting(page)).to_contain_text("Menunggu dikirim")
    device.unroute("**/kerja/sesi/")

    device.clock.run_for(31_000)

    expect(waiting(page)).to_contain_text("Terkirim")
    assert len(entered()) == 1


@browser_test
def test_what_was_typed_is_there_again_after_the_tab_was_closed(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    fill(page, day, "Belum selesai")
    page.close()

    again = device.new_page()
    again.goto(deployment.address + form_path)

    expect(again.get_by_label("Keterangan")).to_have_value("Belum selesai")
    expect(again.get_by_label("Tanggal", exact=True)).to_have_value(day.isoformat())
    expect(again.locator("[data-report-status]")).to_contain_text("dipulihkan")
    assert is_whole(again)
    again.get_by_role("button", name="Mulai dari kosong").click()
    again.reload()
    expect(again.get_by_label("Keterangan")).to_have_value("")


@browser_test
def test_a_slow_line_shows_how_far_the_sending_is(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    line = device.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": 1e6, "uploadThroughput": 150_000}
    line.send("Network.emulateNetworkConditions", slow)
    fill(page, day, "Jalur lambat", file=photo(900))
    page.evaluate("""() => {
        window.seen = [];
        const bar = document.querySelector("[data-sending] progress");
        new MutationObserver(() => window.seen.push(bar.value)).observe(bar, { attributes: true });
    }""")

    send(page)
    wait_for(page, "seen.some((value) => value > 20 && value < 90)")
    seen = page.evaluate("seen")
    expect(page.locator("[data-sending-text]")).to_contain_text("Mengirim ")
    keep(page, "progress-360")
    assert is_whole(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Laporan T-", timeout=30_000)
    assert seen == sorted(seen)
    assert len(entered()) == 1


@browser_test
def test_a_tab_that_dies_while_sending_loses_nothing(
    deployment: Deployment, device: BrowserContext, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(device, "officer", form_path)
    line = device.new_cdp_session(page)
    line.send("Network.enable")
    crawling = {"offline": False, "latency": 20, "downloadThroughput": 1e6, "uploadThroughput": 20_000}
    line.send("Network.emulateNetworkConditions", crawling)
    fill(page, day, "Tab mati", file=photo(900))
    send(page)
    wait_for(page, "document.querySelector('[data-sending] progress').value > 0")

    page.close()

    again = device.new_page()
    again.goto(deployment.address + ROOM)
    expect(waiting(again)).to_contain_text("Terkirim")
    assert [(note, files) for _key, note, files in entered()] == [("Tab mati", 1)]


@browser_test
def test_without_javascript_the_form_does_all_it_did(
    deployment: Deployment, browser: Browser, form_path: str, day: date, entered: Any
) -> None:
    page = deployment.sign_in(browser.new_context(locale="id-ID", java_script_enabled=False), "officer", form_path)
    fill(page, day, "Tanpa JavaScript", file=photo())

    send(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Laporan T-")
    assert [(note, files) for _key, note, files in entered()] == [("Tanpa JavaScript", 1)]


@browser_test
def test_the_form_with_all_it_needs_weighs_less_than_60_kb(
    deployment: Deployment, device: BrowserContext, form_path: str
) -> None:
    page = deployment.sign_in(device, "officer", ROOM)
    line = device.new_cdp_session(page)
    line.send("Network.enable")
    # The sign-in page brought some of it.
    line.send("Network.clearBrowserCache")
    line.send("Network.setBypassServiceWorker", {"bypass": True})
    weights: list[float] = []
    line.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))

    page.goto(deployment.address + form_path)
    page.wait_for_load_state("networkidle")

    # The page, style sheet, icon, four modules and who is signed in.
    assert len(weights) >= 7
    assert sum(weights) < 60_000


def test_the_worker_may_be_fetched_by_anyone_and_is_checked_each_time(client: Client) -> None:
    response = client.get("/kerja/worker.js")

    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]


def test_the_session_says_who_is_signed_in_and_is_kept_nowhere(client: Client, officer: Any) -> None:
    assert client.get("/kerja/sesi/").json()["user"] is None

    client.force_login(officer)

    response = client.get("/kerja/sesi/")
    assert response.json()["user"] == officer.pk
    assert "no-store" in response["Cache-Control"]
