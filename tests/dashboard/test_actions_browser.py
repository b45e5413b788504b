"""Can the action plan be read on any screen, and reported on and closed without a script?"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser import Deployment, chromium, deployed, is_whole, keep, manage

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

# One item of each owner: an institution's, overdue and of high priority; a region's, with a letter to it.
FILL = """
from datetime import date, timedelta
from django.utils import timezone
from accounts.models import User
from commitments.models import Institution, InstitutionAssignment
from regions.models import Regency
from taskforce.models import ActionItem, ActionUpdate, Directive, Letter
from taskforce.services.actions import plan, report_on
from taskforce.services.letters import write_letter
today = timezone.localdate()
editor = User.objects.get(email="editor@pantau-mpp.example")
owner = InstitutionAssignment.objects.get(user__email="institution@pantau-mpp.example").institution
directive = Directive.objects.get(number=2)
late = ActionItem(title="Sambungkan OSS dengan MPP Digital", owner=owner, directive=directive, priority="high")
late.decided_on, late.due_on = date(2026, 1, 5), date(2026, 6, 30)
plan(late, by=editor)
report_on(ActionUpdate(item=late, state="underway", progress_pct=40, note="Rapat pertama selesai."), by=editor)
regency = Regency.objects.get(code="35.02")
region = ActionItem(title="Susun kajian urgensi", regency=regency, due_on=today + timedelta(days=30))
plan(region, by=editor)
letter = Letter(kind="warning", regency=regency, number="B/1", signed_by="Nama", position="Deputi", reply_by=today)
write_letter(letter, by=editor)
"""


@pytest.fixture(scope="module")
def deployment(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    with deployed("actions", tmp_path_factory.mktemp("actions"), django_db_blocker) as deployment:
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
    deployment.sign_in(context, "editor", "/satgas/")
    return context.storage_state()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (360, "dark"), (1440, "light"), (1440, "dark")])
def test_axe_finds_nothing_and_it_fits(
    deployment: Deployment, browser: Browser, editor: Any, width: int, scheme: Any
) -> None:
    screen = {"width": width, "height": 800}
    context = browser.new_context(locale="id-ID", storage_state=editor, viewport=screen, color_scheme=scheme)
    page = context.new_page()
    paths = {
        "satgas": "/satgas/",
        "rencana": "/satgas/rencana/",
        "papan": "/satgas/rencana/?tampilan=papan",
        "rencana-baru": "/satgas/rencana/baru/",
        "surat": "/satgas/surat/",
        "surat-baru": "/satgas/surat/baru/35.02/",
    }

    for name, path in paths.items():
        page.goto(f"{deployment.address}{path}")
        keep(page, f"{name}-{width}-{scheme}")
        assert is_whole(page), path

    page.goto(f"{deployment.address}/satgas/rencana/")
    page.get_by_role("link", name="Sambungkan OSS").click()
    keep(page, f"rencana-satu-{width}-{scheme}")
    assert is_whole(page)
    page.goto(f"{deployment.address}/satgas/surat/")
    page.get_by_role("link", name="Surat teguran B/1").click()
    keep(page, f"surat-satu-{width}-{scheme}")
    assert is_whole(page)


def test_from_the_owner_to_the_second_person_without_javascript(
    deployment: Deployment, browser: Browser, editor: Any
) -> None:
    photo = BytesIO()
    Image.new("RGB", (40, 30)).save(photo, "png")
    phone = {"width": 360, "height": 740}
    owner = deployment.sign_in(browser.new_context(locale="id-ID", viewport=phone), "institution", "/kerja/instansi/")
    owner.get_by_role("link", name="Rencana aksi yang menjadi tugas instansi").click()
    owner.get_by_role("link", name="Sambungkan OSS").click()

    owner.get_by_label("Keadaan sekarang").select_option("claimed")
    owner.get_by_label("Keterangan").fill("Sudah tersambung.")
    owner.get_by_role("button", name="Kirim").click()
    expect(owner.get_by_role("alert")).to_contain_text("diajukan selesai dengan bukti")
    bukti = {"name": "bukti.png", "mimeType": "image/png", "buffer": photo.getvalue()}
    owner.get_by_label("Berkas bukti").set_input_files(bukti)
    owner.get_by_role("button", name="Kirim").click()
    expect(owner.get_by_text("Perkembangan tercatat.")).to_be_visible()
    keep(owner, "rencana-diajukan-360")

    second = browser.new_context(locale="id-ID", storage_state=editor, java_script_enabled=False).new_page()
    second.goto(owner.url)
    expect(second.get_by_role("link", name="bukti.png")).to_be_visible()
    second.get_by_label("Keadaan sekarang").select_option("done")
    second.get_by_label("Keterangan").fill("Diperiksa, sesuai.")
    second.get_by_role("button", name="Kirim").click()

    expect(second.get_by_role("region", name="Perkembangan")).to_contain_text("Selesai")
    expect(second.get_by_label("Keadaan sekarang")).to_have_count(0)
