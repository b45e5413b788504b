"""Can an officer report from the work room, on their own turf, once, without losing what was typed?"""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from mpp_tracker.lib.history import version_of
from regions.choices import EntryState, Role
from regions.models import Assignment, Confirmation, DirtyProvince, Milestone, OperatingRecord, Regency, Site
from regions.models.evidence import evidence_storage
from regions.reports import work_room
from regions.services.ledger import report, send_back, verify
from taskforce.coverage import Question, unit_standings

pytestmark = pytest.mark.django_db


def assign(user: User, role: str, **turf: Any) -> None:
    Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    assign(officer, Role.OFFICER, regency=ponorogo)
    return officer


@pytest.fixture
def desk(client: Client, dinas: User) -> Client:
    client.force_login(dinas)
    return client


def form(**change: str) -> dict[str, str]:
    plain = {
        "statement": "stage:building",
        "happened_on": "2026-03-01",
        "date_precision": "day",
        "note": "SPK nomor 12",
        "client_id": str(uuid.uuid4()),
    }
    return plain | change


def report_url(site: Site) -> str:
    return reverse("regions:report", args=[site.pk])


def test_a_report_is_entered_and_confirmed_with_a_number(desk: Client, dinas: User, site: Site) -> None:
    response = desk.post(report_url(site), form(), follow=True)

    entry = Milestone.objects.get(site=site)
    assert (entry.state, entry.stage, entry.reported_by) == (EntryState.REPORTED, "building", dinas)
    assert f"Laporan T-{entry.pk:06d}" in response.content.decode()


def test_an_operating_status_takes_the_same_form(desk: Client, site: Site) -> None:
    desk.post(report_url(site), form(statement="status:trial"))

    assert OperatingRecord.objects.get(site=site).status == "trial"


def test_a_month_is_entered_as_its_last_day(desk: Client, site: Site) -> None:
    desk.post(report_url(site), form(date_precision="month", happened_on="2026-02-10"))

    assert Milestone.objects.get(site=site).reached_on == date(2026, 2, 28)


def test_the_same_sending_twice_is_one_report(desk: Client, site: Site) -> None:
    sending = form()

    first = desk.post(report_url(site), sending)
    second = desk.post(report_url(site), sending)

    assert first["Location"] == second["Location"]
    assert Milestone.objects.filter(site=site).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"happened_on": "2999-01-01"}, "masa depan"),
        ({"happened_on": "2026-02-30"}, "tanggal"),
        ({"happened_on": "01/03/2026"}, "tanggal"),
        ({"happened_on": "2006-03-01"}, "2017-01-01"),
        ({"statement": "stage:finished"}, "pilihan"),
        ({"statement": ""}, "harus diisi"),
        ({"client_id": "x"}, "client_id"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    desk: Client, site: Site, change: dict[str, str], says: str
) -> None:
    response = desk.post(report_url(site), form(**change))

    assert response.status_code == 200
    assert says in str(response.context["form"].errors)
    assert "SPK nomor 12" in response.content.decode()
    assert not Milestone.objects.filter(site=site).exists()


def test_saying_the_same_again_is_refused_in_words(desk: Client, site: Site) -> None:
    desk.post(report_url(site), form())

    response = desk.post(report_url(site), form())

    assert "sudah tercatat" in response.content.decode()


def test_what_was_typed_survives_the_end_of_the_session(client: Client, dinas: User, site: Site, settings: Any) -> None:
    dinas.set_password("rahasia-sekali-lho")
    dinas.save()

    away = client.post(report_url(site), form(note="Diketik lama sekali"))
    assert away["Location"].startswith("/akun/login/?next=")
    back = client.post(away["Location"], {"login": dinas.email, "password": "rahasia-sekali-lho"}, follow=True)

    page = back.content.decode()
    assert back.redirect_chain[-1][0] == report_url(site)
    assert "Diketik lama sekali" in page
    assert '<option value="stage:building" selected>' in page
    assert not Milestone.objects.filter(site=site).exists()


def test_one_tap_confirms_that_nothing_changed(desk: Client, dinas: User, site: Site) -> None:
    response = desk.post(reverse("regions:still-right", args=[site.pk]), follow=True)

    assert "tercatat masih sesuai" in response.content.decode()
    assert Confirmation.objects.get(site=site).confirmed_by == dinas


def test_a_foreign_site_is_as_if_it_did_not_exist(desk: Client) -> None:
    foreign = Site.objects.get(regency__code="35.10")

    for method, url in (
        ("get", report_url(foreign)),
        ("post", report_url(foreign)),
        ("post", reverse("regions:still-right", args=[foreign.pk])),
        ("get", reverse("regions:site-new", args=["35.10"])),
        ("post", reverse("regions:site-new", args=["35.10"])),
    ):
        foreign_answer = getattr(desk, method)(url, form())
        missing_answer = getattr(desk, method)(
            url.replace(str(foreign.pk), "99999999").replace("35.10", "99.99"), form()
        )
        assert foreign_answer.status_code == missing_answer.status_code == 404
        assert "Banyuwangi" not in foreign_answer.content.decode()


def test_a_foreign_report_is_as_if_it_did_not_exist(
    desk: Client, verifier: User, reported: Callable[..., Milestone]
) -> None:
    other = User.objects.create_user("lain@pantau-mpp.example")
    foreign = Milestone.objects.create(
        site=Site.objects.get(regency__code="35.10"),
        stage="ready",
        reached_on=date(2026, 1, 1),
        state=EntryState.REPORTED,
        reported_by=other,
        reported_at=timezone.now(),
    )

    assert desk.get(reverse("regions:receipt", args=["tahap", foreign.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_the_room_is_for_officers(client: Client, officer: User, role: str) -> None:
    assign(officer, role)
    client.force_login(officer)

    assert client.get("/kerja/").status_code == 403


def test_a_visitor_is_asked_to_sign_in(client: Client, site: Site) -> None:
    for url in ("/kerja/", report_url(site)):
        assert client.get(url)["Location"].startswith("/akun/login/?next=")


def test_a_regency_without_an_mpp_is_offered_to_register_one(desk: Client, ponorogo: Regency) -> None:
    assert "Daftarkan MPP" in desk.get("/kerja/").content.decode()

    response = desk.post(reverse("regions:site-new", args=["35.02"]), {"name": "MPP Ponorogo Hebat", "address": ""})

    assert response["Location"] == report_url(Site.objects.get(regency=ponorogo))


def test_returned_reports_come_first_until_they_are_answered(
    desk: Client, dinas: User, site: Site, verifier: User
) -> None:
    desk.post(report_url(site), form())
    send_back(Milestone.objects.get(site=site), by=verifier, reason="Foto belum ada")

    page = desk.get("/kerja/").content.decode()
    assert "Laporan dikembalikan" in page
    assert "Foto belum ada" in page

    desk.post(report_url(site), form(happened_on="2026-03-02"))
    assert "Laporan dikembalikan" not in desk.get("/kerja/").content.decode()


def test_a_site_without_news_for_long_is_asked_about(dinas: User, site: Site, verifier: User) -> None:
    today = timezone.localdate()
    Confirmation.objects.create(site=site, confirmed_by=dinas)

    assert not work_room(dinas, today=today).stale
    assert work_room(dinas, today=today + timedelta(days=91)).stale


def test_the_card_shows_what_is_in_force_not_what_is_only_reported(
    desk: Client, dinas: User, site: Site, verifier: User
) -> None:
    desk.post(report_url(site), form(statement="stage:committed"))
    verify(Milestone.objects.get(site=site), by=verifier)
    desk.post(report_url(site), form(statement="stage:inaugurated"))

    (card,) = work_room(dinas, today=timezone.localdate()).sites
    assert card.stage == "committed"
    assert len(card.entries) == 2


@pytest.mark.parametrize("reports", [1, 500])
def test_the_room_takes_as_many_queries_for_one_report_as_for_many(
    desk: Client, dinas: User, site: Site, reports: int, django_assert_num_queries: Any
) -> None:
    for number in range(reports):
        Milestone.objects.create(
            site=site,
            stage="building",
            reached_on=date(2026, 1, 1) + timedelta(days=number),
            state=EntryState.REPORTED,
            reported_by=dinas,
            reported_at=timezone.now(),
        )

    # 1 session, 2 user, 3 turf, 4 regencies, 5 sites, 6-9 two ledgers with what is in force, 10 confirmations,
    # 11-12 readiness with what is in force, 13 whether there are pledges, 14-15 action items of whoever they
    # speak for, 16 who is looking
    with django_assert_num_queries(16):
        desk.get("/kerja/")


def test_the_form_is_light(desk: Client, site: Site) -> None:
    response = desk.get(report_url(site), headers={"accept-encoding": "gzip"})

    assert len(response.content) < 20_000


def photo(name: str = "IMG_0001.HEIC.jpg") -> SimpleUploadedFile:
    picture = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(picture, "jpeg")
    return SimpleUploadedFile(name, picture.getvalue(), content_type="text/html")


def test_evidence_comes_with_the_report_and_is_offered_for_download(desk: Client, site: Site) -> None:
    response = desk.post(report_url(site), form() | {"evidence": [photo(), photo("kedua.jpg")]}, follow=True)

    files = Milestone.objects.get(site=site).evidence.all()
    assert [file.kind for file in files] == ["jpeg", "jpeg"]
    assert f"/bukti/{files[0].pk}/" in response.content.decode()
    download = desk.get(f"/bukti/{files[0].pk}/")
    assert b"".join(download).startswith(b"\xff\xd8\xff")


def test_a_file_that_is_no_evidence_stops_the_report_and_keeps_what_was_typed(desk: Client, site: Site) -> None:
    page = SimpleUploadedFile("foto.jpg", b"<html><script>alert(1)</script></html>", content_type="image/jpeg")

    response = desk.post(report_url(site), form() | {"evidence": [photo(), page]})

    assert "Jenis berkas ini tidak diterima" in response.content.decode()
    assert "SPK nomor 12" in response.content.decode()
    assert not Milestone.objects.filter(site=site).exists()


# --- Corrections ---------------------------------------------------------------------------------------------


@pytest.fixture
def counted(site: Site, dinas: User, verifier: User) -> Milestone:
    """An inauguration that counts, with a wrong date."""
    entry = report(Milestone(site=site, stage="inaugurated", reached_on=date(2026, 3, 1)), by=dinas)
    return verify(entry, by=verifier)


def correction_url(entry: Milestone) -> str:
    return reverse("regions:correction", args=["tahap", entry.pk])


def test_a_correction_keeps_the_old_entry_and_recomputes_from_the_earlier_day(
    desk: Client, verifier: User, counted: Milestone
) -> None:
    before = timezone.now()
    typed = form(statement="stage:inaugurated", happened_on="2026-02-01", note="Berita acara bertanggal 1 Februari")

    desk.post(correction_url(counted), typed)
    correction = Milestone.objects.get(supersedes=counted)
    assert covered_on("35.02", date(2026, 2, 10)) is False
    DirtyProvince.objects.all().delete()
    verify(correction, by=verifier)

    assert Milestone.objects.filter(pk=counted.pk, reached_on=date(2026, 3, 1)).exists()
    assert covered_on("35.02", date(2026, 2, 10)) is True
    assert covered_on("35.02", date(2026, 2, 10), known_at=before) is False
    assert covered_on("35.02", date(2026, 3, 1), known_at=before) is True
    assert DirtyProvince.objects.get().since == date(2026, 2, 1)


def covered_on(code: str, day: date, **question: Any) -> bool:
    standings = unit_standings(Question(day, **question), code[:2])
    return next(unit.is_covered for unit in standings if unit.code == code)


def test_an_entry_can_be_taken_back_without_another_in_its_place(
    desk: Client, verifier: User, counted: Milestone
) -> None:
    desk.post(correction_url(counted), form(statement="stage:opened", note="Ternyata batal", withdraws="on"))

    verify(Milestone.objects.get(supersedes=counted), by=verifier)

    assert Milestone.objects.get(supersedes=counted).stage == "inaugurated"
    assert covered_on("35.02", date(2026, 3, 1)) is False


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"note": ""}, "harus diisi"),
        ({"note": "Sama saja"}, "sama dengan yang sudah tercatat"),
        ({"note": "Sama", "happened_on": "2026-02-01"}, "sudah tercatat pada tanggal itu"),
        ({"note": "Salah buku", "statement": "status:operating"}, "pilihan"),
    ],
)
def test_a_correction_says_what_and_why(
    desk: Client, counted: Milestone, verifier: User, change: dict[str, str], says: str
) -> None:
    other = Milestone(site=counted.site, stage="inaugurated", reached_on=date(2026, 2, 1))
    verify(report(other, by=counted.reported_by), by=verifier)

    response = desk.post(correction_url(counted), form(statement="stage:inaugurated") | change)

    assert says in str(response.context["form"].errors)
    assert not Milestone.objects.filter(supersedes=counted).exists()


def test_a_correction_sent_again_gives_the_same_receipt_even_once_it_is_verified(
    desk: Client, verifier: User, counted: Milestone
) -> None:
    sending = form(statement="stage:inaugurated", happened_on="2026-02-01", note="Berita acara")

    first = desk.post(correction_url(counted), sending)
    verify(Milestone.objects.get(supersedes=counted), by=verifier)
    second = desk.post(correction_url(counted), sending)

    assert first["Location"] == second["Location"]
    another = desk.post(correction_url(counted), sending | {"client_id": str(uuid.uuid4())})
    assert "sudah dikoreksi" in another.content.decode()


def test_a_second_correction_waits_for_the_first(desk: Client, counted: Milestone) -> None:
    desk.post(correction_url(counted), form(statement="stage:inaugurated", happened_on="2026-02-01", note="Satu"))

    again = form(statement="stage:inaugurated", happened_on="2026-02-02", note="Dua")
    response = desk.post(correction_url(counted), again)

    assert "masih menunggu pemeriksaan" in response.content.decode()


def test_an_mpp_in_an_area_that_is_no_unit_is_refused_in_words(desk: Client, dinas: User) -> None:
    area = Regency.objects.get(code="31.01")
    Assignment.objects.create(user=dinas, role=Role.OFFICER, regency=area, valid_from=timezone.localdate())
    theirs = Site.objects.create(regency=area, name="MPP Lama")

    assert desk.get(reverse("regions:site-new", args=["31.01"])).status_code == 404
    typed = {"name": "MPP Baru", "seen_version": version_of(theirs)}
    response = desk.post(reverse("regions:site-change", args=[theirs.pk]), typed)

    assert "unit sasaran" in response.content.decode()


def test_only_what_counts_on_ones_own_turf_is_corrected(desk: Client, counted: Milestone, site: Site) -> None:
    waiting = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1)), by=counted.reported_by)
    foreign = Milestone.objects.in_force().exclude(site=site).first()

    for entry in (waiting, foreign):
        assert desk.get(correction_url(entry)).status_code == 404
        assert desk.post(correction_url(entry), form(note="Coba")).status_code == 404


# --- What is known of a site, and files sent by mistake ------------------------------------------------------


def test_an_officer_keeps_the_address_of_the_own_site(desk: Client, site: Site) -> None:
    url = reverse("regions:site-change", args=[site.pk])
    typed = {"name": site.name, "address": "Jalan Alun-Alun 1", "seen_version": version_of(site)}

    assert desk.post(url, typed)["Location"] == site.get_absolute_url()

    site.refresh_from_db()
    assert site.address == "Jalan Alun-Alun 1"


def test_whoever_saves_a_site_second_sees_what_the_first_changed(desk: Client, site: Site) -> None:
    url = reverse("regions:site-change", args=[site.pk])
    opened = version_of(site)
    Site.objects.filter(pk=site.pk).update(address="Jalan Pertama 1")

    second = desk.post(url, {"name": site.name, "address": "Jalan Kedua 2", "seen_version": opened})

    page = second.content.decode()
    assert "Jalan Pertama 1" in page
    assert "Jalan Kedua 2" in page
    site.refresh_from_db()
    assert site.address == "Jalan Pertama 1"


def test_saving_locks_the_row_before_it_compares_versions(desk: Client, site: Site) -> None:
    url = reverse("regions:site-change", args=[site.pk])

    with CaptureQueriesContext(connection) as queries:
        desk.post(url, {"name": "MPP Baru", "seen_version": version_of(site)})

    said = [query["sql"] for query in queries]
    locked = next(at for at, sql in enumerate(said) if "FOR UPDATE" in sql)
    assert any("regions_siteevent" in sql for sql in said[locked:])


def test_a_name_that_the_regency_has_already_is_refused_in_words(desk: Client, site: Site) -> None:
    Site.objects.create(regency=site.regency, name="MPP Kedua")

    response = desk.post(
        reverse("regions:site-change", args=[site.pk]), {"name": "MPP Kedua", "seen_version": version_of(site)}
    )

    assert "sudah memiliki MPP dengan nama itu" in response.content.decode()


def test_a_file_sent_by_mistake_is_taken_back_before_the_review(
    desk: Client, site: Site, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    desk.post(report_url(site), form() | {"evidence": [photo()]})
    entry = Milestone.objects.get(site=site)
    file = entry.evidence.get()
    assert "Tarik IMG_0001" in desk.get(entry.get_absolute_url()).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("regions:evidence-take-back", args=[file.pk]))

    assert not entry.evidence.exists()
    assert not evidence_storage().exists(str(file.file))


def test_a_file_that_was_reviewed_stays(desk: Client, site: Site, verifier: User) -> None:
    desk.post(report_url(site), form() | {"evidence": [photo()]})
    entry = verify(Milestone.objects.get(site=site), by=verifier)
    file = entry.evidence.get()

    response = desk.post(reverse("regions:evidence-take-back", args=[file.pk]), follow=True)

    assert "tidak dapat diubah" in response.content.decode()
    assert evidence_storage().exists(str(file.file))
