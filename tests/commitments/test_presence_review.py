"""Do reports of counters stand in the queue beside the others, and are they decided on as seen, by others?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commitments.models import Agreement, Institution, InstitutionAssignment, Presence
from commitments.services.presence import ServiceLine, report_presence
from regions.choices import EntryState, NoticeKind, Role
from regions.models import Milestone, Notice, Opinion, Province, Site
from regions.services.ledger import report, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(verifier: User, signed_in: Callable[..., Client]) -> Client:
    """A verifier, signed in."""
    return signed_in(verifier, Role.VERIFIER)


@pytest.fixture
def province(signed_in: Callable[..., Client]) -> Client:
    user = User.objects.create_user("jatim@pantau-mpp.example")
    return signed_in(user, Role.PROVINCE, province=Province.objects.get(code="35"))


def review_url(entry: Presence) -> str:
    return f"/verifikasi/gerai/{entry.pk}/"


def test_counters_stand_in_the_queue_beside_stages(
    desk: Client, reported_counter: Callable[..., Presence], reported: Callable[..., Milestone], open_site: Site
) -> None:
    stage = reported(open_site, "ready", date(2026, 1, 1))
    counter = reported_counter("Cek sertifikat")

    response = desk.get("/verifikasi/")

    ((_province, entries),) = response.context["queue"].by_province
    assert list(entries) == [stage, counter]
    assert review_url(counter) in response.content.decode()
    assert "Gerai ATR/BPN" in response.content.decode()


def test_a_report_stands_beside_what_it_changes(
    desk: Client, dinas: User, open_site: Site, bpn: Institution, counter: Callable[..., Presence]
) -> None:
    pks = Agreement.objects.create(
        kind="pks", title="PKS", number="7", site=open_site, signed_on=date(2026, 1, 1), valid_from=date(2026, 1, 1)
    )
    first = counter("Cek sertifikat", "Roya", "Ukur", staff=2)
    anew = Presence(site=open_site, institution=bpn, counter_opened_on=first.counter_opened_on, staff=3)
    anew.supersedes, anew.note, anew.agreement = first, "Layanan bertambah", pks
    lines = [ServiceLine("Cek sertifikat"), ServiceLine("Ukur", is_licence=True), ServiceLine("Balik nama")]
    entry = report_presence(anew, services=lines, by=dinas)

    response = desk.get(review_url(entry))

    change = response.context["review"].change
    assert change.current == first
    assert {field.label: (field.before, field.after) for field in change.fields if field.differs} == {
        "Petugas": ("2", "3"),
        "Berdasarkan": ("belum tercatat", "Perjanjian kerja sama 7 (2026)"),
    }
    assert [service.name for service in change.added] == ["Balik nama"]
    assert [service.name for service in change.removed] == ["Roya"]
    assert [new.name for _old, new in change.changed] == ["Ukur"]
    assert change.kept_count == 1
    page = response.content.decode()
    for told in (
        "Layanan bertambah",
        '<ins><span lang="id">Balik nama</span></ins>',
        '<del><span lang="id">Roya</span></del>',
        bpn.name,
    ):
        assert told in page
    assert "Cakupan akan menjadi" not in page


def test_a_new_counter_replaces_nothing_even_where_one_closed_before(
    desk: Client, counter: Callable[..., Presence], reported_counter: Callable[..., Presence]
) -> None:
    counter("Cek sertifikat", counter_closed_on=date(2026, 4, 1))
    again = reported_counter("Roya", counter_opened_on=date(2026, 5, 1))

    change = desk.get(review_url(again)).context["review"].change

    assert change.current is None
    assert change.removed == ()


def test_verifying_reaches_the_public_page_and_whoever_reported(
    desk: Client, client: Client, dinas: User, reported_counter: Callable[..., Presence]
) -> None:
    entry = reported_counter("Cek sertifikat")
    seen = desk.get(review_url(entry)).context["review"].seen

    response = desk.post(review_url(entry), {"decision": "verify", "seen": seen})

    assert response["Location"] == "/verifikasi/"
    assert "Cek sertifikat" in client.get(entry.site.get_absolute_url()).content.decode()
    notice = Notice.objects.get(recipient=dinas, kind=NoticeKind.VERIFIED, path=entry.get_absolute_url())
    assert "Gerai ATR/BPN" in notice.subject


def test_a_return_needs_a_reason_and_keeps_it(desk: Client, reported_counter: Callable[..., Presence]) -> None:
    entry = reported_counter()

    without = desk.post(review_url(entry), {"decision": "return", "reason": " ", "seen": "0"})
    assert "Sebutkan alasan" in without.content.decode()
    desk.post(review_url(entry), {"decision": "return", "reason": "PKS belum ada", "seen": "0"})

    entry.refresh_from_db()
    assert (entry.state, entry.review_note) == (EntryState.RETURNED, "PKS belum ada")


def test_nobody_decides_on_their_own(desk: Client, verifier: User, open_site: Site, bpn: Institution) -> None:
    own = Presence(site=open_site, institution=bpn, counter_opened_on=date(2026, 3, 1))
    entry = report_presence(own, services=[], by=verifier)

    assert "orang lain yang memeriksanya" in desk.get(review_url(entry)).content.decode()
    response = desk.post(review_url(entry), {"decision": "verify", "seen": "0"})

    assert "Laporan sendiri" in response.content.decode()
    entry.refresh_from_db()
    assert entry.state == EntryState.REPORTED


def test_nobody_verifies_what_they_have_not_seen(
    desk: Client,
    verifier: User,
    dinas: User,
    counter: Callable[..., Presence],
) -> None:
    first = counter("Cek sertifikat")
    said = {"site": first.site, "institution": first.institution, "counter_opened_on": first.counter_opened_on}
    entry = report_presence(Presence(**said, supersedes=first, note="a"), services=[], by=dinas)
    # Another update of the same counter, which came in at the same moment.
    waiting = {"state": EntryState.REPORTED, "reported_by": dinas, "reported_at": timezone.now()}
    other = Presence.objects.create(**said, supersedes=first, note="b", **waiting)
    opened = desk.get(review_url(entry))
    assert "berubah setelah laporan" not in opened.content.decode()
    verify(other, by=verifier)

    seen = opened.context["review"].seen
    response = desk.post(review_url(entry), {"decision": "verify", "seen": seen})

    page = response.content.decode()
    assert "berubah sejak Anda membuka" in page
    assert "berubah setelah laporan" in page
    assert response.context["review"].change.current == other
    entry.refresh_from_db()
    assert entry.state == EntryState.REPORTED


def test_another_institutions_counter_disturbs_no_review(
    desk: Client, verifier: User, reported_counter: Callable[..., Presence]
) -> None:
    entry = reported_counter("Cek sertifikat")
    other = reported_counter(institution=Institution.objects.get(abbreviation="PLN"))
    opened = desk.get(review_url(entry)).context["review"]
    verify(other, by=verifier)

    assert "berubah setelah laporan" not in desk.get(review_url(entry)).content.decode()
    desk.post(review_url(entry), {"decision": "verify", "seen": opened.seen})

    entry.refresh_from_db()
    assert entry.state == EntryState.VERIFIED


def test_a_province_reads_and_is_not_asked(province: Client, reported_counter: Callable[..., Presence]) -> None:
    entry = reported_counter("Cek sertifikat")

    assert review_url(entry) in province.get("/verifikasi/").content.decode()
    page = province.get(review_url(entry)).content.decode()
    assert "menunggu verifikator" in page
    assert 'name="decision"' not in page
    response = province.post(review_url(entry), {"decision": "questioned", "reason": "Benarkah?"})

    assert "Pendapat provinsi tidak diperlukan" in response.content.decode()
    assert not Opinion.objects.exists()


def test_a_province_sees_the_counters_of_its_own(
    province: Client, bpn: Institution, reported_counter: Callable[..., Presence]
) -> None:
    entry = reported_counter()
    speaker = User.objects.create_user("bpn2@pantau-mpp.example")
    InstitutionAssignment.objects.create(user=speaker, institution=bpn, valid_from=date(2022, 1, 1))
    elsewhere = Site.objects.get(regency__code="33.14")
    foreign = Presence(site=elsewhere, institution=bpn, counter_opened_on=date(2026, 6, 1))
    foreign = report_presence(foreign, services=[], by=speaker)

    queue = province.get("/verifikasi/").context["queue"]

    assert [found for _name, entries in queue.by_province for found in entries] == [entry]
    assert province.get(review_url(foreign)).status_code == 404


def test_words_of_others_are_shown_as_text(
    desk: Client, dinas: User, counter: Callable[..., Presence], open_site: Site, bpn: Institution
) -> None:
    attack = '"><svg onload=alert(1)></script><img src=x onerror=alert(2)>'
    first = counter(attack)
    anew = Presence(site=open_site, institution=bpn, counter_opened_on=date(2026, 3, 1), supersedes=first, note=attack)
    entry = report_presence(anew, services=[ServiceLine(f"{attack} baru")], by=dinas)

    page = desk.get(review_url(entry)).content.decode()

    assert "&lt;svg onload" in page
    assert "<svg onload" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("reports", [1, 200])
def test_the_queue_takes_as_many_queries_for_one_counter_as_for_many(
    desk: Client, dinas: User, open_site: Site, bpn: Institution, reports: int, django_assert_num_queries: Any
) -> None:
    for number in range(reports):
        unit = Institution.objects.create(abbreviation=f"Unit {number}", name=f"Unit {number}", kind="lain")
        report(Presence(site=open_site, institution=unit, counter_opened_on=date(2026, 3, 1)), by=dinas)

    # 1 session, 2 user, 3 turf, 4-7 counts, 8-11 the four ledgers, 12 ceremonies that wait,
    # 13 institutions of the verifier, 14 who is looking
    with django_assert_num_queries(14):
        desk.get("/verifikasi/")
