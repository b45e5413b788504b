"""Does any address, asked by anyone, show rows beyond their turf? A new address must be entered here first."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from commitments.models import Institution, InstitutionAssignment
from dashboard.paper_pdf import document_of
from regions.choices import Role
from regions.models import (
    Assignment,
    Evidence,
    ImportBatch,
    Milestone,
    Notice,
    Province,
    ReadinessAssessment,
    Regency,
    Site,
)
from regions.services.ledger import report
from taskforce.models import ActionItem, ActionUpdate, Alert
from taskforce.services.papers import make_due
from tests.everything import SECRET, everything_about, release_data
from tests.reading import indonesian_in, language_of

pytestmark = pytest.mark.django_db

# What each stranger to the report gets: foreign officer, province user of another province, viewer, visitor.
ACTORS = ("foreign officer", "other province", "viewer", "visitor")
SIGN_IN = 302
PUBLIC = (200, 200, 200, 200)
# Address with its arguments filled in, and the four answers to GET. {site} and {entry} lie beyond every turf here.
ADDRESSES: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    "": ("/", PUBLIC),
    "bahan-rapat/": ("/bahan-rapat/", PUBLIC),
    "bahan-rapat/pdf/": ("/bahan-rapat/pdf/?province=35", (302, 302, 302, 302)),
    "bahan-rapat/<uuid:pk>/": ("/bahan-rapat/{paper}/", (404, 404, 404, 404)),
    "bahan-rapat/<uuid:pk>/pdf/": ("/bahan-rapat/{paper}/pdf/", (404, 404, 404, 404)),
    "provinsi/<str:code>/": ("/provinsi/35/", PUBLIC),
    "kabkota/<str:code>/": ("/kabkota/35.02/", PUBLIC),
    "tahap/": ("/tahap/?province=35", PUBLIC),
    "peta/": ("/peta/", PUBLIC),
    "komitmen/janji/": ("/komitmen/janji/", PUBLIC),
    "seremoni/": ("/seremoni/", (403, 403, 403, SIGN_IN)),
    "seremoni/baru/": ("/seremoni/baru/", (403, 403, 403, SIGN_IN)),
    "^seremoni/(?P<pk>[0-9]{1,18})/$": ("/seremoni/{ceremony}/", (403, 403, 403, SIGN_IN)),
    "^seremoni/(?P<pk>[0-9]{1,18})/hadir/$": ("/seremoni/{ceremony}/hadir/", (405, 405, 405, 405)),
    "^seremoni/(?P<pk>[0-9]{1,18})/catat/$": ("/seremoni/{ceremony}/catat/", (405, 405, 405, 405)),
    "angka/": ("/angka/", PUBLIC),
    "^angka/(?P<pk>[0-9]{1,18})/$": ("/angka/{figure}/", PUBLIC),
    "penjelasan/": ("/penjelasan/?province=35", PUBLIC),
    "perkiraan/": ("/perkiraan/", PUBLIC),
    "perkiraan/berikutnya/": ("/perkiraan/berikutnya/", PUBLIC),
    "komitmen/": ("/komitmen/", PUBLIC),
    "komitmen/belum-hadir/": ("/komitmen/belum-hadir/", PUBLIC),
    "cari/": ("/cari/?q=ponorogo", PUBLIC),
    "robots.txt": ("/robots.txt", PUBLIC),
    "data/": ("/data/", PUBLIC),
    "data/<str:day>/": ("/data/{release}/", PUBLIC),
    "data/<str:day>/<str:name>": ("/data/{release}/milestones.csv", PUBLIC),
    "kesiapan/": ("/kesiapan/?province=35", PUBLIC),
    "api/v1/coverage/": ("/api/v1/coverage/", PUBLIC),
    "api/v1/provinces/": ("/api/v1/provinces/", PUBLIC),
    "api/v1/regencies/": ("/api/v1/regencies/", PUBLIC),
    "api/v1/regency-aliases/": ("/api/v1/regency-aliases/", PUBLIC),
    "api/v1/former-codes/": ("/api/v1/former-codes/", PUBLIC),
    "api/v1/sites/": ("/api/v1/sites/", PUBLIC),
    "api/v1/milestones/": ("/api/v1/milestones/", PUBLIC),
    "api/v1/operating-records/": ("/api/v1/operating-records/", PUBLIC),
    "api/v1/digital-adoptions/": ("/api/v1/digital-adoptions/", PUBLIC),
    "api/v1/readiness-assessments/": ("/api/v1/readiness-assessments/", PUBLIC),
    "api/v1/ceremonies/": ("/api/v1/ceremonies/", PUBLIC),
    "api/v1/institutions/": ("/api/v1/institutions/", PUBLIC),
    "api/v1/agreements/": ("/api/v1/agreements/", PUBLIC),
    "api/v1/signatories/": ("/api/v1/signatories/", PUBLIC),
    "api/v1/presences/": ("/api/v1/presences/", PUBLIC),
    "api/v1/services/": ("/api/v1/services/", PUBLIC),
    "api/v1/pledges/": ("/api/v1/pledges/", PUBLIC),
    "api/v1/decrees/": ("/api/v1/decrees/", PUBLIC),
    "api/v1/members/": ("/api/v1/members/", PUBLIC),
    "api/v1/directives/": ("/api/v1/directives/", PUBLIC),
    "api/v1/targets/": ("/api/v1/targets/", PUBLIC),
    "api/v1/announced-figures/": ("/api/v1/announced-figures/", PUBLIC),
    "api/v1/action-items/": ("/api/v1/action-items/", PUBLIC),
    "api/v1/alerts/": ("/api/v1/alerts/", PUBLIC),
    "api/v1/letters/": ("/api/v1/letters/", PUBLIC),
    "api/v1/provinces/<str:code>/": ("/api/v1/provinces/35/", PUBLIC),
    "api/v1/regencies/<str:code>/": ("/api/v1/regencies/35.02/", PUBLIC),
    "api/v1/regency-aliases/<int:pk>/": ("/api/v1/regency-aliases/999999999/", (404, 404, 404, 404)),
    "api/v1/former-codes/<int:pk>/": ("/api/v1/former-codes/999999999/", (404, 404, 404, 404)),
    "api/v1/sites/<int:pk>/": ("/api/v1/sites/{site}/", PUBLIC),
    "api/v1/milestones/<int:pk>/": ("/api/v1/milestones/{entry}/", (404, 404, 200, 404)),
    "api/v1/operating-records/<int:pk>/": ("/api/v1/operating-records/999999999/", (404, 404, 404, 404)),
    "api/v1/digital-adoptions/<int:pk>/": ("/api/v1/digital-adoptions/999999999/", (404, 404, 404, 404)),
    "api/v1/readiness-assessments/<int:pk>/": ("/api/v1/readiness-assessments/{assessment}/", (404, 404, 200, 404)),
    "api/v1/ceremonies/<int:pk>/": ("/api/v1/ceremonies/{ceremony}/", (404, 404, 404, 404)),
    "api/v1/institutions/<int:pk>/": ("/api/v1/institutions/999999999/", (404, 404, 404, 404)),
    "api/v1/agreements/<int:pk>/": ("/api/v1/agreements/999999999/", (404, 404, 404, 404)),
    "api/v1/signatories/<int:pk>/": ("/api/v1/signatories/999999999/", (404, 404, 404, 404)),
    "api/v1/presences/<int:pk>/": ("/api/v1/presences/{presence}/", (404, 404, 200, 404)),
    "api/v1/services/<int:pk>/": ("/api/v1/services/999999999/", (404, 404, 404, 404)),
    "api/v1/pledges/<int:pk>/": ("/api/v1/pledges/999999999/", (404, 404, 404, 404)),
    "api/v1/decrees/<int:pk>/": ("/api/v1/decrees/999999999/", (404, 404, 404, 404)),
    "api/v1/members/<int:pk>/": ("/api/v1/members/999999999/", (404, 404, 404, 404)),
    "api/v1/directives/<int:pk>/": ("/api/v1/directives/999999999/", (404, 404, 404, 404)),
    "api/v1/targets/<int:pk>/": ("/api/v1/targets/999999999/", (404, 404, 404, 404)),
    "api/v1/announced-figures/<int:pk>/": ("/api/v1/announced-figures/{figure}/", PUBLIC),
    "api/v1/action-items/<int:pk>/": ("/api/v1/action-items/{action}/", (404, 404, 200, 404)),
    "api/v1/alerts/<int:pk>/": ("/api/v1/alerts/{alert}/", (404, 404, 200, 404)),
    "api/v1/letters/<int:pk>/": ("/api/v1/letters/{letter}/", (404, 404, 200, 404)),
    "api/v1/milestones/<int:pk>/verify/": ("/api/v1/milestones/{entry}/verify/", (405, 405, 405, 405)),
    "api/v1/milestones/<int:pk>/return/": ("/api/v1/milestones/{entry}/return/", (405, 405, 405, 405)),
    "api/v1/operating-records/<int:pk>/verify/": ("/api/v1/operating-records/{entry}/verify/", (405, 405, 405, 405)),
    "api/v1/operating-records/<int:pk>/return/": ("/api/v1/operating-records/{entry}/return/", (405, 405, 405, 405)),
    "api/v1/digital-adoptions/<int:pk>/verify/": ("/api/v1/digital-adoptions/{entry}/verify/", (405, 405, 405, 405)),
    "api/v1/digital-adoptions/<int:pk>/return/": ("/api/v1/digital-adoptions/{entry}/return/", (405, 405, 405, 405)),
    "api/v1/readiness-assessments/<int:pk>/verify/": (
        "/api/v1/readiness-assessments/{assessment}/verify/",
        (405, 405, 405, 405),
    ),
    "api/v1/readiness-assessments/<int:pk>/return/": (
        "/api/v1/readiness-assessments/{assessment}/return/",
        (405, 405, 405, 405),
    ),
    "api/v1/presences/<int:pk>/verify/": ("/api/v1/presences/{presence}/verify/", (405, 405, 405, 405)),
    "api/v1/presences/<int:pk>/return/": ("/api/v1/presences/{presence}/return/", (405, 405, 405, 405)),
    "api/v1/action-items/<int:pk>/updates/": ("/api/v1/action-items/{action}/updates/", (405, 405, 405, 405)),
    "api/v1/coverage/units/": ("/api/v1/coverage/units/?province=35", PUBLIC),
    "api/v1/coverage/series/": ("/api/v1/coverage/series/?province=35", PUBLIC),
    "api/v1/coverage/explain/": ("/api/v1/coverage/explain/?province=35", PUBLIC),
    "api/schema/": ("/api/schema/", PUBLIC),
    "api/docs/": ("/api/docs/", PUBLIC),
    "healthz": ("/healthz", PUBLIC),
    "readyz": ("/readyz", PUBLIC),
    "kerja/": ("/kerja/", (200, 403, 403, SIGN_IN)),
    "kerja/impor/": ("/kerja/impor/", (200, 403, 403, SIGN_IN)),
    "kerja/impor/<uuid:pk>/": ("/kerja/impor/{batch}/", (404, 404, 404, SIGN_IN)),
    "kerja/impor/<uuid:pk>/setuju/": ("/kerja/impor/{batch}/setuju/", (405, 405, 405, 405)),
    "kerja/impor/<uuid:pk>/simpan/": ("/kerja/impor/{batch}/simpan/", (405, 405, 405, 405)),
    "kerja/impor/<uuid:pk>/batal/": ("/kerja/impor/{batch}/batal/", (405, 405, 405, 405)),
    "kerja/impor/<uuid:pk>/perbaiki/": ("/kerja/impor/{batch}/perbaiki/", (404, 404, 404, SIGN_IN)),
    "^kerja/impor/(?P<name>[a-z-]{1,30})/(?P<what>templat|data[.]xlsx|data[.]csv)/$": (
        "/kerja/impor/tahap/data.csv/",
        (200, 404, 404, SIGN_IN),
    ),
    "kerja/mpp/<int:pk>/lapor/": ("/kerja/mpp/{site}/lapor/", (404, 404, 404, SIGN_IN)),
    "kerja/mpp/<int:pk>/masih-benar/": ("/kerja/mpp/{site}/masih-benar/", (405, 405, 405, 405)),
    "^kerja/kabkota/(?P<code>[0-9]{2}[.][0-9]{2})/mpp-baru/$": (
        "/kerja/kabkota/35.02/mpp-baru/",
        (404, 404, 404, SIGN_IN),
    ),
    "^kerja/kabkota/(?P<code>[0-9]{2}[.][0-9]{2})/kesiapan/$": (
        "/kerja/kabkota/35.02/kesiapan/",
        (404, 404, 404, SIGN_IN),
    ),
    "^kerja/laporan/kesiapan/(?P<pk>[0-9]{1,18})/$": (
        "/kerja/laporan/kesiapan/{assessment}/",
        (404, 404, 200, SIGN_IN),
    ),
    "^kerja/laporan/kesiapan/(?P<pk>[0-9]{1,18})/koreksi/$": (
        "/kerja/laporan/kesiapan/{assessed}/koreksi/",
        (404, 404, 404, SIGN_IN),
    ),
    "^kerja/laporan/(?P<ledger>tahap|operasional)/(?P<pk>[0-9]{1,18})/$": (
        "/kerja/laporan/tahap/{entry}/",
        (404, 404, 200, SIGN_IN),
    ),
    "^kerja/laporan/(?P<ledger>tahap|operasional)/(?P<pk>[0-9]{1,18})/koreksi/$": (
        "/kerja/laporan/tahap/{verified}/koreksi/",
        (404, 404, 404, SIGN_IN),
    ),
    "kerja/mpp/<int:pk>/ubah/": ("/kerja/mpp/{site}/ubah/", (404, 404, 404, SIGN_IN)),
    "^mpp/(?P<pk>[0-9]{1,18})/$": ("/mpp/{site}/", PUBLIC),
    "pemberitahuan/": ("/pemberitahuan/", (200, 200, 200, SIGN_IN)),
    "pemberitahuan/dibaca/": ("/pemberitahuan/dibaca/", (405, 405, 405, 405)),
    "pemberitahuan/<int:pk>/": ("/pemberitahuan/{notice}/", (405, 405, 405, 405)),
    "kerja/sesi/": ("/kerja/sesi/", PUBLIC),
    "kerja/worker.js": ("/kerja/worker.js", PUBLIC),
    "kerja/laporan/gerai/<int:pk>/": ("/kerja/laporan/gerai/{presence}/", (404, 404, 200, SIGN_IN)),
    "kerja/instansi/": ("/kerja/instansi/", (403, 403, 403, SIGN_IN)),
    "kerja/mpp/<int:pk>/gerai/": ("/kerja/mpp/{site}/gerai/", (404, 404, 404, SIGN_IN)),
    "kerja/mpp/<int:pk>/gerai/baru/": ("/kerja/mpp/{site}/gerai/baru/", (404, 404, 404, SIGN_IN)),
    "kerja/gerai/<int:pk>/perbarui/": ("/kerja/gerai/{counter}/perbarui/", (404, 404, 404, SIGN_IN)),
    "satgas/": ("/satgas/", PUBLIC),
    "satgas/rencana/": ("/satgas/rencana/", PUBLIC),
    "satgas/rencana/baru/": ("/satgas/rencana/baru/", (403, 403, 403, SIGN_IN)),
    "satgas/rencana/<int:pk>/": ("/satgas/rencana/{action}/", (404, 404, 200, 404)),
    "satgas/rencana/<int:pk>/ubah/": ("/satgas/rencana/{action}/ubah/", (403, 403, 403, SIGN_IN)),
    "satgas/surat/": ("/satgas/surat/", (200, 200, 200, SIGN_IN)),
    "^satgas/surat/baru/(?P<code>[0-9]{2}[.][0-9]{2})/$": ("/satgas/surat/baru/35.02/", (403, 403, 403, SIGN_IN)),
    "satgas/surat/<int:pk>/": ("/satgas/surat/{letter}/", (404, 404, 200, SIGN_IN)),
    "satgas/surat/<int:pk>/pdf/": ("/satgas/surat/{letter}/pdf/", (404, 404, 200, SIGN_IN)),
    "satgas/surat/<int:pk>/terkirim/": ("/satgas/surat/{letter}/terkirim/", (405, 405, 405, 405)),
    "satgas/surat/<int:pk>/batal/": ("/satgas/surat/{letter}/batal/", (405, 405, 405, 405)),
    "satgas/bukti/<int:pk>/": ("/satgas/bukti/{action_proof}/", (404, 404, 200, SIGN_IN)),
    "pantauan/": ("/pantauan/", (200, 200, 200, SIGN_IN)),
    "^pantauan/(?P<pk>[0-9]{1,18})/$": ("/pantauan/{alert}/", (404, 404, 200, SIGN_IN)),
    "^pantauan/(?P<pk>[0-9]{1,18})/diketahui/$": ("/pantauan/{alert}/diketahui/", (405, 405, 405, 405)),
    "^pantauan/(?P<pk>[0-9]{1,18})/rencana-aksi/$": ("/pantauan/{alert}/rencana-aksi/", (405, 405, 405, 405)),
    "akun/token/": ("/akun/token/", (200, 200, 200, SIGN_IN)),
    "akun/token/baru/": ("/akun/token/baru/", (200, 200, 200, SIGN_IN)),
    "akun/token/<int:pk>/cabut/": ("/akun/token/{token}/cabut/", (405, 405, 405, 405)),
    "akun/webhook/": ("/akun/webhook/", (200, 200, 200, SIGN_IN)),
    "akun/webhook/baru/": ("/akun/webhook/baru/", (200, 200, 200, SIGN_IN)),
    "akun/webhook/<int:pk>/": ("/akun/webhook/{webhook}/", (404, 404, 404, SIGN_IN)),
    "akun/webhook/<int:pk>/sakelar/": ("/akun/webhook/{webhook}/sakelar/", (405, 405, 405, 405)),
    "akun/webhook/<int:pk>/uji/": ("/akun/webhook/{webhook}/uji/", (405, 405, 405, 405)),
    "akun/webhook/<int:pk>/rahasia/": ("/akun/webhook/{webhook}/rahasia/", (405, 405, 405, 405)),
    "bukti/<int:pk>/": ("/bukti/{file}/", (404, 404, 200, 404)),
    "bukti/<int:pk>/tarik/": ("/bukti/{file}/tarik/", (405, 405, 405, 405)),
    "verifikasi/": ("/verifikasi/", (403, 200, 403, SIGN_IN)),
    "verifikasi/seremoni/<int:pk>/": ("/verifikasi/seremoni/{ceremony}/", (403, 403, 403, SIGN_IN)),
    "^verifikasi/(?P<ledger>tahap|operasional|gerai|kesiapan)/(?P<pk>[0-9]{1,18})/$": (
        "/verifikasi/tahap/{entry}/",
        (403, 404, 403, SIGN_IN),
    ),
}
# Sign-in pages show nothing of the rollout; the admin is walked below, page by page.
ELSEWHERE = ("akun/", "admin/")


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route, pattern


ALL_ROUTES = dict(routes(get_resolver().url_patterns))


@pytest.fixture
def entry(site: Site, officer: User) -> Milestone:
    """A report that waits, on a turf of nobody's here."""
    return report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1), note=SECRET), by=officer)


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    turfs = {
        "foreign officer": {"role": Role.OFFICER, "regency": Regency.objects.get(code="35.10")},
        "other province": {"role": Role.PROVINCE, "province": Province.objects.get(code="33")},
        "viewer": {"role": Role.VIEWER},
    }
    made = {"visitor": Client()}
    for number, (name, turf) in enumerate(turfs.items()):
        user = User.objects.create_user(f"stranger{number}@pantau-mpp.example")
        Assignment.objects.create(user=user, valid_from=timezone.localdate(), **turf)
        made[name] = Client()
        made[name].force_login(user)
    return made


@pytest.fixture
def keys(entry: Milestone, verifier: User, editor: User) -> dict[str, Any]:
    """What stands for itself in the addresses, by name; the notice is the officer's."""
    return everything_about(entry, verifier=verifier, editor=editor)


def test_every_address_is_in_the_table() -> None:
    unknown = {route for route in ALL_ROUTES if not route.startswith(ELSEWHERE)} - set(ADDRESSES)

    assert unknown == set()
    assert set(ADDRESSES) <= set(ALL_ROUTES)


@pytest.mark.parametrize("route", ADDRESSES)
def test_strangers_get_what_is_theirs(route: str, keys: dict[str, Any], clients: dict[str, Client]) -> None:
    address, statuses = ADDRESSES[route]
    if "{release}" in address:
        release_data()

    for actor, status in zip(ACTORS, statuses, strict=True):
        response = clients[actor].get(address.format(**keys))
        assert response.status_code == status, actor
        body = b"".join(response)
        if actor != "viewer":
            assert SECRET.encode() not in body


@pytest.mark.parametrize(
    "route", [route for route in ADDRESSES if "<" in route or "kerja" in route or "seremoni" in route]
)
def test_strangers_change_nothing(
    route: str, entry: Milestone, keys: dict[str, Any], clients: dict[str, Client]
) -> None:
    address, _statuses = ADDRESSES[route]
    form = {"statement": "stage:inaugurated", "happened_on": "2026-02-01", "date_precision": "day"}
    form |= {"assessed_on": "2026-02-02", "budget": "ready"}
    form |= {"client_id": "7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d", "decision": "verify", "name": "MPP Palsu"}

    for actor in ACTORS:
        response = clients[actor].post(address.format(**keys), form)
        # An officer's own form says itself what it lacks.
        # The API says of a form that it takes JSON only, or who may come with it.
        assert response.status_code in {302, 401, 403, 404, 405, 415, 200 if route == "kerja/impor/" else 302}, actor

    entry.refresh_from_db()
    assert entry.state == "reported"
    assert Milestone.objects.filter(site=entry.site).count() == 2
    assert ReadinessAssessment.objects.count() == 2
    assert Evidence.objects.filter(pk=keys["file"]).exists()
    assert ActionUpdate.objects.filter(item=keys["action"]).count() == 1
    assert Notice.objects.get(pk=keys["notice"]).read_at is None
    assert [site.name for site in entry.site.regency.sites.all()] == [entry.site.name]
    assert not Alert.objects.filter(acknowledged_at__isnull=False).exists()
    assert ActionItem.objects.count() == 1
    assert [batch.state for batch in ImportBatch.objects.all()] == ["checked"]


ADMIN_LISTS = sorted(
    f"/{route}" for route, pattern in ALL_ROUTES.items() if (pattern.name or "").endswith(("_changelist", "_add"))
)


@pytest.mark.parametrize("address", ["/admin/", "/admin/autocomplete/", "/admin/jsi18n/", *ADMIN_LISTS])
def test_the_admin_is_closed_to_strangers(address: str, entry: Milestone, clients: dict[str, Client]) -> None:
    for actor in ACTORS:
        response = clients[actor].get(address)
        assert response.status_code in {302, 403}, actor
        assert SECRET not in response.content.decode()


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_the_admins_pages_of_a_record_are_closed_to_strangers(
    page: str, entry: Milestone, clients: dict[str, Client]
) -> None:
    for actor in ACTORS:
        for model, key in (("milestone", entry.pk), ("site", entry.site_id)):
            response = clients[actor].get(f"/admin/regions/{model}/{key}/{page}/")
            assert response.status_code in {302, 403}, actor
            assert "Ponorogo" not in response.content.decode()


def test_counters_of_the_public_do_not_move_with_reports(entry: Milestone, clients: dict[str, Client]) -> None:
    for actor in ACTORS:
        body = clients[actor].get("/api/v1/coverage/", {"province": "35"}).json()
        assert body["layer"] == "verified"
        assert body["provinces"][0]["units_by_stage"]["ready"] == 0


PAGES = [
    route
    for route, (_address, statuses) in ADDRESSES.items()
    if not route.startswith(("api/", "healthz", "readyz", "robots")) and statuses not in {(405,) * 4, (SIGN_IN,) * 4}
]


@pytest.fixture
def insiders(editor: User, officer: User, site: Site) -> list[Client]:
    """Those to whom, together, every page is open, the least of them first."""
    reporter = User.objects.create_user("petugas@pantau-mpp.example")
    speaker = User.objects.create_user("pln@pantau-mpp.example")
    today = timezone.localdate()
    Assignment.objects.create(user=reporter, role=Role.OFFICER, regency=site.regency, valid_from=today)
    institution = Institution.objects.get(abbreviation="PLN")
    InstitutionAssignment.objects.create(user=speaker, institution=institution, valid_from=today)
    made = [Client(), Client(), Client(), Client(), Client()]
    for client, user in zip(made[1:], (officer, reporter, speaker, editor), strict=True):
        client.force_login(user)
    return made


@pytest.mark.parametrize("route", PAGES)
def test_every_page_is_there_in_english(route: str, keys: dict[str, Any], insiders: list[Client]) -> None:
    address, _statuses = ADDRESSES[route]
    if "{paper}" in address:
        make_due(document_of, now=timezone.now())
    if "{release}" in address:
        release_data()

    answers = [client.get(f"/en{address.format(**keys)}") for client in insiders]

    pages = [answer for answer in answers if answer.status_code == 200]
    assert pages
    names = {*Regency.objects.values_list("name", flat=True), *Province.objects.values_list("name", flat=True)}
    names |= {*Institution.objects.values_list("name", flat=True), "surat.png"}
    for page in pages:
        html = b"".join(page).decode(errors="replace")
        if page["Content-Type"].startswith("text/html"):
            assert language_of(html) == "en"
            assert indonesian_in(html, names) == []


def test_the_admin_is_there_in_english(insiders: list[Client]) -> None:
    for address in ("/admin/", *ADMIN_LISTS):
        response = insiders[-1].get(f"/en{address}")
        assert response.status_code in {200, 403}, address
        html = response.content.decode()
        assert language_of(html) == "en", address
        # What was recorded stands in lists and choices as it was entered.
        if not address.endswith("/add/"):
            html = html.partition('<div class="results">')[0].partition('id="changelist-filter"')[0]
        assert indonesian_in(re.sub(r"<select.*?</select>", "", html, flags=re.DOTALL)) == [], address
