"""Does what somebody typed, sent or asked for ever become more than text, or more than a 4xx?"""

import re
import uuid
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from regions.choices import Role
from regions.models import Assignment, Ceremony, Milestone, Site
from regions.services.ledger import report
from tests.security.test_every_address import ADDRESSES

pytestmark = pytest.mark.django_db
MARKUP = ['<img src=x onerror="alert(1)">', "</script><script>alert(1)</script>", '"><svg onload=alert(1)>']
ATTACKS = ("<img src=x", "<script>alert", "<svg onload")
HOSTILE = {
    "not a number": "NaN",
    "infinite": "Infinity",
    "beyond floats": "1e400",
    "five thousand digits": "9" * 5000,
    "negative": "-1",
    "beyond bigint": "9" * 20,
    "a NUL": "%00",
    "half a letter": "%ff%fe",
    "half a pair": "%ed%a0%80",
    "ten thousand letters": "a" * 8000,
    "ten thousand percents": "%25" * 2500,
    "markup": "%3Cscript%3E",
    "SQL": "'%20OR%201=1--",
}
STANDPOINT = ("as_at", "known_at", "boundaries", "layer")
COVERAGE = (*STANDPOINT, "counting", "basis")
AREA = (*STANDPOINT, "province", "island_group")
# What each public address reads of itself; what it does not read is sent too, all at once.
QUESTIONS = {
    "/": (*COVERAGE, "tampilan", "island_group", "sort", "unduh"),
    "/peta/": (*COVERAGE, "tampilan"),
    "/tahap/": (*AREA, "basis", "group"),
    "/provinsi/35/": (*COVERAGE, "sort", "unduh"),
    "/kabkota/35.10/": COVERAGE,
    "/mpp/1/": COVERAGE,
    "/penjelasan/": (*COVERAGE, *AREA, "sejak", "sejak_diketahui", "halaman"),
    "/bahan-rapat/": (*COVERAGE, *AREA, "since"),
    "/cari/": ("q",),
    "/angka/": (*STANDPOINT, "metric", "unduh"),
    "/angka/1/": STANDPOINT,
    "/kesiapan/": (*STANDPOINT, "province", "baseline", "unduh"),
    "/komitmen/": (*AREA, "kind", "sort", "unduh"),
    "/komitmen/belum-hadir/": (*AREA, "kind", "sort", "unduh"),
    "/komitmen/janji/": (*STANDPOINT, "province", "year", "standing", "halaman", "unduh"),
    "/perkiraan/": (*STANDPOINT, "unduh"),
    "/perkiraan/berikutnya/": (*AREA, "halaman", "unduh"),
    "/satgas/rencana/": ("halaman", "unduh"),
    "/api/v1/coverage/": (*COVERAGE, "province", "limit", "page"),
    "/api/v1/coverage/units/": (*COVERAGE, "province", "stage"),
    "/api/v1/coverage/series/": (*COVERAGE, "province"),
    "/api/v1/coverage/explain/": (*COVERAGE, *AREA, "compare_as_at", "compare_known_at"),
    "/api/v1/regencies/": ("province", "kind", "search", "ordering", "fields", "format", "page", "page_size", "cursor"),
    "/api/v1/milestones/": ("site", "regency", "stage", "reached_after", "updated_after", "is_in_force"),
    "/api/v1/services/": ("presence", "site", "institution", "channel", "is_licence"),
}
PARAMETERS = tuple(dict.fromkeys(name for names in QUESTIONS.values() for name in names))


@pytest.fixture
def dinas(officer: User, site: Site) -> User:
    """The officer of the site's regency."""
    today = timezone.localdate()
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=site.regency, valid_from=today)
    return officer


def report_form(**more: str) -> dict[str, str]:
    plain = {"statement": "stage:ready", "happened_on": "2026-01-01", "date_precision": "day", "note": ""}
    return plain | {"client_id": str(uuid.uuid4())} | more


@pytest.mark.parametrize("markup", MARKUP)
def test_stored_markup_stays_text_wherever_it_is_shown(
    client: Client, dinas: User, editor: User, site: Site, markup: str
) -> None:
    Site.objects.filter(pk=site.pk).update(name=markup, address=markup)
    User.objects.filter(pk=dinas.pk).update(name=markup)
    site.refresh_from_db()
    entry = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1), note=markup), by=dinas)
    Site.objects.filter(pk=site.pk).update(address="lain")
    shown_to = {
        dinas: ["/kerja/", f"/kerja/mpp/{site.pk}/lapor/", f"/kerja/laporan/tahap/{entry.pk}/"],
        editor: [
            "/verifikasi/",
            f"/verifikasi/tahap/{entry.pk}/",
            "/provinsi/35/?layer=reported",
            "/kabkota/35.02/?layer=reported",
            f"/mpp/{site.pk}/?layer=reported",
            "/admin/",
            *(f"/admin/regions/{page}" for page in ("site/", "milestone/", f"site/{site.pk}/change/")),
            f"/admin/regions/site/{site.pk}/history/",
            f"/admin/regions/milestone/{entry.pk}/change/",
            f"/admin/accounts/user/{dinas.pk}/change/",
            "/admin/accounts/user/",
        ],
    }

    seen = 0
    for user, addresses in shown_to.items():
        client.force_login(user)
        for address in addresses:
            response = client.get(address, follow=True)
            page = response.content.decode()
            assert response.status_code == 200, address
            assert not any(attack in page for attack in ATTACKS), address
            seen += escape(markup) in page

    assert seen >= 8


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", QUESTIONS)
def test_a_hostile_question_is_answered_or_refused(client: Client, path: str, value: str) -> None:
    read = QUESTIONS[path]
    unread = "&".join(f"{name}={value}" for name in ("", *PARAMETERS) if name not in read)

    for asked in (*(f"{name}={value}" for name in read), unread[:60_000]):
        response = client.get(f"{path}?{asked}")
        assert response.status_code in {200, 302, 400, 404}, asked[:60]


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_question_makes_no_paper(client: Client, value: str, settings: Any) -> None:
    settings.PAPER_WAIT_SECONDS = 0

    for place, parameter in enumerate(PARAMETERS):
        browser = Client(REMOTE_ADDR=f"198.51.100.{place}")
        response = browser.get(f"/bahan-rapat/pdf/?{parameter}={value}")
        assert response.status_code in {302, 400}, parameter


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_address_is_refused(client: Client, editor: User, value: str) -> None:
    client.force_login(editor)

    for route in ADDRESSES.values():
        pieces = route[0].rstrip("/").split("/")
        if len(pieces) > 2:
            response = client.get("/".join([*pieces[:-1], value, ""]))
            assert response.status_code in {302, 400, 403, 404, 405}, route[0]
    for page in ("change", "history", "delete"):
        response = client.get(f"/admin/regions/site/{value}/{page}/")
        assert response.status_code in {302, 400, 403, 404}, page


@pytest.mark.parametrize(
    "model",
    [
        model
        for model in admin.site._registry
        if model._meta.app_label in {"regions", "commitments", "taskforce", "accounts"}
    ],
)
def test_a_list_is_not_ordered_or_filtered_by_somebodys_password(client: Client, editor: User, model: Any) -> None:
    client.force_login(editor)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    people = [field.name for field in model._meta.fields if field.related_model is User] or [""]

    for person in people:
        lookup = f"{person}__password__startswith".strip("_")
        response = client.get(address, {lookup: "argon2"})
        assert response.status_code in {302, 400}, lookup
        assert response.status_code == 400 or "e=1" in response["Location"]
    for query in ("o=99", "o=-99.x", "p=-1", "p=99999999999999999999", "all=x", "_to_field=password", "q=%00"):
        assert client.get(f"{address}?{query}").status_code in {200, 302, 400}, query


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b'{"a":1,"a":2}', b"\xff\xfe", b"[" * 100_000])
def test_a_hostile_body_is_refused(client: Client, body: bytes) -> None:
    response = client.post("/api/v1/coverage/", body, content_type="application/json")

    assert response.status_code in {400, 403, 405}
    assert response["Content-Type"] == "application/problem+json"


def test_fields_that_were_not_asked_for_are_never_applied(
    client: Client, dinas: User, verifier: User, site: Site
) -> None:
    client.force_login(dinas)
    more = {"state": "verified", "channel": "import", "reviewed_by": verifier.pk, "reported_by": verifier.pk}
    more |= {"reviewed_at": "2026-01-01", "site": Site.objects.exclude(pk=site.pk).first().pk, "supersedes": "1"}

    client.post(f"/kerja/mpp/{site.pk}/lapor/", report_form(**more))

    entry = Milestone.objects.get(site=site)
    assert (entry.state, entry.channel, entry.reported_by, entry.reviewed_by) == ("reported", "report", dinas, None)
    assert entry.supersedes is None


def test_a_child_of_somebody_elses_site_is_as_if_that_site_did_not_exist(
    client: Client, dinas: User, site: Site
) -> None:
    client.force_login(dinas)
    foreign = Site.objects.exclude(pk=site.pk).order_by("pk").first()
    reports = Milestone.objects.count()

    answers = [client.post(f"/kerja/mpp/{pk}/lapor/", report_form()) for pk in (foreign.pk, 999_999_999)]

    assert [answer.status_code for answer in answers] == [404, 404]
    # The page names its own address, as it was asked for.
    pages = [re.sub(rb"/(\d+)/lapor/", b"/N/lapor/", answer.content) for answer in answers]
    assert pages[0] == pages[1]
    assert Milestone.objects.count() == reports


POSTS = ["/akun/login/", "/akun/logout/", "/akun/password/reset/", "/admin/logout/", "/kerja/mpp/{site}/lapor/"]
POSTS += ["/kerja/mpp/{site}/masih-benar/", "/kerja/kabkota/35.02/mpp-baru/", "/admin/regions/site/add/"]
POSTS += ["/satgas/rencana/baru/", "/satgas/rencana/1/", "/satgas/rencana/1/ubah/", "/satgas/surat/baru/35.02/"]
POSTS += ["/satgas/surat/1/terkirim/", "/satgas/surat/1/batal/", "/pantauan/1/diketahui/", "/pantauan/1/rencana-aksi/"]
POSTS += ["/kerja/impor/", "/kerja/impor/00000000-0000-0000-0000-000000000000/simpan/"]
POSTS += ["/seremoni/baru/", "/seremoni/{ceremony}/", "/seremoni/{ceremony}/hadir/", "/seremoni/{ceremony}/catat/"]


@pytest.mark.parametrize("path", POSTS)
def test_a_form_sent_from_another_site(editor: User, site: Site, path: str) -> None:
    held = Ceremony.objects.latest("pk")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    token = browser.get("/akun/password/change/").cookies["csrftoken"].value

    for headers, form in (
        ({}, {}),
        ({}, {"csrfmiddlewaretoken": "x" * 64}),
        ({"origin": "https://evil.example"}, {"csrfmiddlewaretoken": token}),
        ({"origin": "null"}, {"csrfmiddlewaretoken": token}),
    ):
        response = browser.post(path.format(site=site.pk, ceremony=held.pk), form, headers=headers)
        assert response.status_code == 403
        assert "terlalu lama terbuka" in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/akun/login/", "/api/v1/coverage/", "/admin/"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80@evil.example", "evil.example:80", "a b"])
def test_a_host_that_is_not_ours_is_refused(client: Client, path: str, host: str) -> None:
    assert client.get(path, headers={"host": host}).status_code == 400


def test_a_deactivated_officer_is_out_on_the_next_request(client: Client, dinas: User, site: Site) -> None:
    client.force_login(dinas)
    assert client.get("/kerja/").status_code == 200

    User.objects.filter(pk=dinas.pk).update(is_active=False)

    assert client.get("/kerja/").status_code == 302
    assert client.post(f"/kerja/mpp/{site.pk}/lapor/", report_form()).status_code == 302
    assert not Milestone.objects.filter(site=site).exists()


def test_an_officer_removed_from_a_region_is_out_on_the_next_request(client: Client, dinas: User, site: Site) -> None:
    client.force_login(dinas)
    assert client.get(f"/kerja/mpp/{site.pk}/lapor/").status_code == 200

    Assignment.objects.filter(user=dinas).delete()

    assert client.get(f"/kerja/mpp/{site.pk}/lapor/").status_code == 404
    assert client.post(f"/kerja/mpp/{site.pk}/lapor/", report_form()).status_code == 404
    assert not Milestone.objects.filter(site=site).exists()
