"""Do provinces have their say, and are reports verified only as seen, one by one or a whole ceremony at once?"""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from regions.choices import CeremonyKind, EntryState, NoticeKind, Role, Stage, Verdict
from regions.models import Assignment, Ceremony, Milestone, Notice, OperatingRecord, Opinion, Province, Regency, Site
from regions.services.evidence import attach, detach
from regions.services.ledger import report, send_back, verify
from regions.services.review import give_opinion, looks, verify_as_seen, verify_ceremony
from taskforce.coverage import coverage

pytestmark = pytest.mark.django_db

THE_DAY = date(2026, 9, 24)


def assigned(user: User, role: str, **turf: Any) -> User:
    Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)
    return user


@pytest.fixture
def province_user(db: None) -> User:
    """Somebody who works for Jawa Timur."""
    user = User.objects.create_user("jatim@pantau-mpp.example")
    return assigned(user, Role.PROVINCE, province=Province.objects.get(code="35"))


@pytest.fixture
def desk(client: Client, verifier: User) -> Client:
    """A verifier, signed in."""
    client.force_login(assigned(verifier, Role.VERIFIER))
    return client


@pytest.fixture
def sites(db: None) -> list[Site]:
    """MPPs of three regencies that have none."""
    without = Regency.objects.filter(is_autonomous=True, sites__isnull=True).order_by("code")[:3]
    return [Site.objects.create(regency=regency, name=f"MPP {regency}") for regency in without]


@pytest.fixture
def ceremony(sites: list[Site]) -> Ceremony:
    """One inauguration planned for three sites."""
    held = Ceremony.objects.create(kind=CeremonyKind.INAUGURATION, held_on=THE_DAY, place="Jakarta")
    held.sites.set(sites)
    return held


@pytest.fixture
def inaugurated(sites: list[Site], ceremony: Ceremony, reported: Callable[..., Milestone]) -> list[Milestone]:
    """The reports of all three sites, made without naming the ceremony."""
    return [reported(site, Stage.INAUGURATED, THE_DAY) for site in sites]


def ticks(entries: list[Milestone]) -> list[str]:
    """Return what a browser posts for ticked reports, as the page would have them now."""
    return [f"{key}:{look}" for key, look in looks(entries).items()]


def states(entries: list[Milestone]) -> list[str]:
    return list(Milestone.objects.filter(pk__in=[entry.pk for entry in entries]).values_list("state", flat=True))


# --- What a province says ------------------------------------------------------------------------------------


def test_a_province_endorses_and_the_verifier_reads_it(
    client: Client, desk: Client, province_user: User, verifier: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    url = reverse("dashboard:review", args=["tahap", entry.pk])
    province_desk = Client()
    province_desk.force_login(province_user)

    page = province_desk.get(url).content.decode()
    assert "Dukung" in page
    assert 'value="verify"' not in page
    province_desk.post(url, {"decision": "endorsed", "reason": ""})

    assert "Mendukung" in desk.get(url).content.decode()
    assert "Mendukung" in desk.get("/verifikasi/").content.decode()


def test_a_question_reaches_whoever_reported(
    client: Client, province_user: User, officer: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    client.force_login(province_user)
    url = reverse("dashboard:review", args=["tahap", entry.pk])

    without = client.post(url, {"decision": "questioned", "reason": ""}).content.decode()
    assert "Sebutkan apa yang dipertanyakan" in without
    client.post(url, {"decision": "questioned", "reason": "Gedung belum selesai"})

    notice = Notice.objects.get(recipient=officer, kind=NoticeKind.QUESTIONED)
    assert notice.text == "Gedung belum selesai"


def test_a_second_word_replaces_the_first(province_user: User, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    give_opinion(entry, verdict=Verdict.QUESTIONED, note="Benarkah?", by=province_user)
    give_opinion(entry, verdict=Verdict.ENDORSED, note="", by=province_user)

    assert Opinion.objects.get().verdict == Verdict.ENDORSED


def test_a_province_does_not_decide(
    client: Client, province_user: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    client.force_login(province_user)

    client.post(reverse("dashboard:review", args=["tahap", entry.pk]), {"decision": "verify", "seen": "x"})

    assert states([entry]) == [EntryState.REPORTED]


@pytest.mark.parametrize("case", ["another province", "own report", "already decided"])
def test_an_opinion_has_its_place(
    case: str, province_user: User, verifier: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    by = province_user
    if case == "another province":
        by = assigned(User.objects.create_user("x@y.example"), Role.PROVINCE, province=Province.objects.get(code="33"))
    elif case == "own report":
        entry = report(Milestone(site=site, stage=Stage.READY, reached_on=THE_DAY), by=province_user)
    else:
        verify(entry, by=verifier)

    with pytest.raises(ValidationError, match="provinsi Anda"):
        give_opinion(entry, verdict=Verdict.ENDORSED, note="", by=by)


def test_the_database_refuses_a_question_without_words(
    province_user: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)

    for wrong in ({"verdict": Verdict.QUESTIONED, "milestone": entry}, {"verdict": Verdict.ENDORSED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Opinion.objects.create(given_by=province_user, **wrong)


def test_a_province_sees_the_queue_of_its_own(
    client: Client, province_user: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    reported(site)
    reported(Site.objects.filter(regency__province__code="33").first(), Stage.READY, THE_DAY)
    client.force_login(province_user)

    queue = client.get("/verifikasi/").context["queue"]

    assert [code for code, _name, _count in queue.provinces] == ["35"]
    assert queue.waiting_count == 1


@pytest.mark.parametrize("reports", [1, 500])
def test_a_provinces_queue_takes_as_many_queries_for_one_report_as_for_many(
    client: Client, province_user: User, officer: User, site: Site, reports: int, django_assert_num_queries: Any
) -> None:
    for number in range(reports):
        OperatingRecord.objects.create(
            site=site,
            status="trial",
            since=date(2025, 1, 1 + number % 28),
            state=EntryState.REPORTED,
            reported_by=officer,
            reported_at=timezone.now(),
        )
    client.force_login(province_user)

    # 1 session, 2 user, 3 turf, 4-7 counts, 8-11 the four ledgers, 12 opinions, 13 institutions of the user,
    # 14 who is looking
    with django_assert_num_queries(14):
        page = client.get("/verifikasi/").content.decode()

    assert ("Pilih provinsi untuk melihat yang lain" in page) is (reports > 200)


# --- Verified as seen ----------------------------------------------------------------------------------------


def test_nobody_verifies_what_they_have_not_seen(
    desk: Client, verifier: User, site: Site, reported: Callable[..., Milestone], verified: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    seen = desk.get(reverse("dashboard:review", args=["tahap", entry.pk])).context["review"].seen
    verified(site, Stage.OPENED, date(2026, 1, 1))

    response = desk.post(reverse("dashboard:review", args=["tahap", entry.pk]), {"decision": "verify", "seen": seen})

    assert "berubah sejak Anda membuka" in response.content.decode()
    assert states([entry]) == [EntryState.REPORTED]
    verify_as_seen(entry, seen=response.context["review"].seen, by=verifier)
    assert states([entry]) == [EntryState.VERIFIED]


def test_evidence_taken_back_in_between_is_told(
    desk: Client, officer: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "png")
    proof = attach(entry, upload=SimpleUploadedFile("foto.png", picture.getvalue()), by=officer)
    url = reverse("dashboard:review", args=["tahap", entry.pk])
    seen = desk.get(url).context["review"].seen
    detach(proof, by=officer)

    response = desk.post(url, {"decision": "verify", "seen": seen})

    assert "berubah sejak Anda membuka" in response.content.decode()
    assert states([entry]) == [EntryState.REPORTED]


def test_a_change_of_the_sites_own_record_is_told(desk: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    url = reverse("dashboard:review", args=["tahap", reported(site).pk])
    seen = desk.get(url).context["review"].seen
    Site.objects.filter(pk=site.pk).update(is_branch=True)

    response = desk.post(url, {"decision": "verify", "seen": seen})

    assert "berubah sejak Anda membuka" in response.content.decode()


def test_a_verified_report_does_not_warn_of_itself(
    desk: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    page = desk.get(reverse("dashboard:review", args=["tahap", verified(site).pk])).content.decode()

    assert "berubah setelah laporan dibuat" not in page


def test_without_what_was_seen_nothing_is_decided_and_that_is_said(
    desk: Client, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)

    page = desk.post(reverse("dashboard:review", args=["tahap", entry.pk]), {"decision": "verify"}).content.decode()

    assert "field__error" in page
    assert states([entry]) == [EntryState.REPORTED]


def test_people_and_opinions_of_another_province_are_not_shown_even_once_verified(
    site: Site, province_user: User, reported: Callable[..., Milestone], officer: User, verifier: User
) -> None:
    entry = reported(site)
    give_opinion(entry, verdict=Verdict.QUESTIONED, note="rahasia-provinsi", by=province_user)
    verify(entry, by=verifier)
    stranger = Client()
    stranger.force_login(
        assigned(User.objects.create_user("x@y.example"), Role.PROVINCE, province=Province.objects.get(code="33"))
    )

    for url in (reverse("dashboard:review", args=["tahap", entry.pk]), entry.get_absolute_url()):
        assert stranger.get(url).status_code == 404
    page = stranger.get(site.get_absolute_url()).content.decode()
    for hidden in (officer.email, verifier.email, "rahasia-provinsi"):
        assert hidden not in page


@pytest.mark.parametrize("province", ["%00", "99", "35' OR 1=1", "x" * 5000])
def test_a_province_nobody_knows_shows_nothing(
    desk: Client, site: Site, reported: Callable[..., Milestone], province: str
) -> None:
    reported(site)

    assert desk.get(f"/verifikasi/?provinsi={province}").context["queue"].by_province == ()


# --- A ceremony at once --------------------------------------------------------------------------------------


def test_the_queue_offers_a_ceremony_and_one_action_verifies_it(
    desk: Client, ceremony: Ceremony, inaugurated: list[Milestone], sites: list[Site]
) -> None:
    before = coverage(THE_DAY).national.covered
    url = reverse("dashboard:ceremony", args=[ceremony.pk])
    assert url in desk.get("/verifikasi/").content.decode()
    review = desk.get(url).context["review"]
    assert (review.becoming[0].before, review.becoming[0].after) == (before, before + 3)

    response = desk.post(url, {"entries": ticks(inaugurated)})

    assert response["Location"] == "/verifikasi/"
    assert states(inaugurated) == [EntryState.VERIFIED] * 3
    assert set(Milestone.objects.filter(ceremony=ceremony)) == set(inaugurated)
    assert set(ceremony.ceremony_sites.values_list("is_present", flat=True)) == {True}
    assert coverage(THE_DAY).national.covered == before + 3


def test_only_those_chosen_are_verified(desk: Client, ceremony: Ceremony, inaugurated: list[Milestone]) -> None:
    desk.post(reverse("dashboard:ceremony", args=[ceremony.pk]), {"entries": ticks(inaugurated)[:1]})

    assert sorted(states(inaugurated)) == ["reported", "reported", "verified"]
    assert ceremony.ceremony_sites.filter(is_present=True).count() == 1


def test_one_that_was_decided_meanwhile_stops_all(
    desk: Client, verifier: User, ceremony: Ceremony, inaugurated: list[Milestone]
) -> None:
    seen = looks(inaugurated)
    chosen = {"entries": ticks(inaugurated)[:2]}
    send_back(inaugurated[1], by=verifier, reason="Belum")

    with pytest.raises(ValidationError, match="Tidak ada yang diverifikasi"):
        verify_ceremony(ceremony, seen=seen, by=verifier)
    page = desk.post(reverse("dashboard:ceremony", args=[ceremony.pk]), chosen).content.decode()

    assert sorted(states(inaugurated)) == ["reported", "reported", "returned"]
    assert "sudah diperiksa orang lain" in page
    # What was left out stays left out.
    assert re.findall(r'value="(\d+):[^"]*"( checked)?', page) == [
        (str(inaugurated[0].pk), " checked"),
        (str(inaugurated[2].pk), ""),
    ]


def test_one_that_fails_halfway_stops_all_and_is_named(
    verifier: User, ceremony: Ceremony, inaugurated: list[Milestone]
) -> None:
    last = inaugurated[-1]
    Milestone.objects.filter(pk=last.pk).update(reported_by=verifier)

    with pytest.raises(ValidationError, match=f"{last.receipt}.*Laporan sendiri"):
        verify_ceremony(ceremony, seen=looks(inaugurated), by=verifier)

    assert states(inaugurated) == [EntryState.REPORTED] * 3
    assert not Milestone.objects.filter(ceremony=ceremony).exists()


def test_nobody_verifies_a_ceremony_they_have_not_seen(
    desk: Client, ceremony: Ceremony, inaugurated: list[Milestone], verified: Callable[..., Milestone]
) -> None:
    chosen = {"entries": ticks(inaugurated)}
    verified(inaugurated[0].site, Stage.OPENED, date(2026, 9, 1))

    page = desk.post(reverse("dashboard:ceremony", args=[ceremony.pk]), chosen).content.decode()

    assert "Daftar ini berubah" in page
    assert "berubah setelah laporan dibuat" in page
    assert states(inaugurated) == [EntryState.REPORTED] * 3


def test_a_withdrawal_or_correction_is_no_attendance(
    desk: Client,
    ceremony: Ceremony,
    sites: list[Site],
    reported: Callable[..., Milestone],
    verified: Callable[..., Milestone],
) -> None:
    stood = verified(sites[0], Stage.INAUGURATED, THE_DAY)
    reported(sites[0], Stage.INAUGURATED, THE_DAY, supersedes=stood, withdraws=True, note="Batal")
    wrong = verified(sites[1], Stage.OPENED, THE_DAY)
    reported(sites[1], Stage.INAUGURATED, THE_DAY, supersedes=wrong, note="Salah")
    reported(sites[2], Stage.OPENED, THE_DAY, ceremony=ceremony)

    review = desk.get(reverse("dashboard:ceremony", args=[ceremony.pk])).context["review"]

    assert review.waiting == ()


@pytest.mark.parametrize("count", [1, 3])
def test_a_ceremony_takes_as_many_queries_for_one_report_as_for_many(
    desk: Client,
    ceremony: Ceremony,
    sites: list[Site],
    reported: Callable[..., Milestone],
    count: int,
    django_assert_max_num_queries: Any,
) -> None:
    entries = [reported(site, Stage.INAUGURATED, THE_DAY) for site in sites[:count]]
    url = reverse("dashboard:ceremony", args=[ceremony.pk])

    with django_assert_max_num_queries(60):
        chosen = {"entries": ticks(entries)}
        desk.get(url)
    with django_assert_max_num_queries(36):
        desk.post(url, chosen)

    assert states(entries) == [EntryState.VERIFIED] * count


def test_ones_own_reports_are_left_to_another(
    desk: Client, verifier: User, ceremony: Ceremony, sites: list[Site]
) -> None:
    own = report(Milestone(site=sites[0], stage=Stage.INAUGURATED, reached_on=THE_DAY), by=verifier)

    review = desk.get(reverse("dashboard:ceremony", args=[ceremony.pk])).context["review"]
    assert (review.waiting, review.own) == ((), (own,))
    assert desk.get("/verifikasi/").context["queue"].ceremonies == ()
    with pytest.raises(ValidationError, match="Laporan sendiri"):
        verify_ceremony(ceremony, seen=looks([own]), by=verifier)


def test_a_report_of_another_stage_or_day_is_not_part_of_it(
    desk: Client, ceremony: Ceremony, sites: list[Site], reported: Callable[..., Milestone]
) -> None:
    reported(sites[0], Stage.READY, THE_DAY)
    reported(sites[1], Stage.INAUGURATED, date(2026, 9, 23))

    review = desk.get(reverse("dashboard:ceremony", args=[ceremony.pk])).context["review"]

    assert review.waiting == ()
    assert [planned.site for planned in review.silent] == sites


def test_choosing_none_is_said(desk: Client, ceremony: Ceremony, inaugurated: list[Milestone]) -> None:
    response = desk.post(reverse("dashboard:ceremony", args=[ceremony.pk]), {})

    assert "Pilih sedikitnya satu laporan" in response.content.decode()
