"""Can sites and institutions report counters with their services, once, without losing what was typed?"""

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commitments.models import Agreement, Institution, InstitutionAssignment, Presence, Service
from commitments.services.presence import ServiceLine, report_presence
from regions.choices import EntryState, Role
from regions.models import Province, Regency, Site
from regions.services.ledger import report, send_back, verify

pytestmark = pytest.mark.django_db

ATTACK = '"><svg onload=alert(1)></script><img src=x onerror=alert(2)>'


@pytest.fixture
def desk(dinas: User, signed_in: Callable[..., Client]) -> Client:
    """The officer of Ponorogo, signed in."""
    return signed_in(dinas)


@pytest.fixture
def pks(open_site: Site) -> Agreement:
    return Agreement.objects.create(
        kind="pks", title="PKS gerai", number="12/2026", site=open_site, signed_on=date(2026, 2, 1),
        valid_from=date(2026, 2, 1),
    )  # fmt: skip


def form(institution: Institution | None = None, /, **change: Any) -> dict[str, Any]:
    plain = {
        "counter_opened_on": "2026-03-01",
        "date_precision": "day",
        "service_days": ["1", "3"],
        "staff": "2",
        "counters": "1",
        "services": "Cek sertifikat\nIzin lokasi; elektronik; izin",
        "note": "Gerai di lantai 2",
        "client_id": str(uuid.uuid4()),
    }
    return plain | ({"institution": institution.pk} if institution else {}) | change


def new_url(site: Site) -> str:
    return f"/kerja/mpp/{site.pk}/gerai/baru/"


def update_url(presence: Presence) -> str:
    return f"/kerja/gerai/{presence.pk}/perbarui/"


# --- A new counter -------------------------------------------------------------------------------------------


def test_an_officer_reports_a_counter_with_its_services(
    desk: Client, dinas: User, open_site: Site, bpn: Institution, pks: Agreement
) -> None:
    response = desk.post(new_url(open_site), form(bpn, agreement=pks.pk), follow=True)

    entry = Presence.objects.get(site=open_site)
    assert (entry.state, entry.reported_by, entry.agreement) == (EntryState.REPORTED, dinas, pks)
    assert (entry.service_days, entry.staff, entry.counters) == ([1, 3], 2, 1)
    assert list(entry.services.values_list("name", "channel", "is_licence")) == [
        ("Cek sertifikat", "direct", False),
        ("Izin lokasi", "electronic", True),
    ]
    assert f"Laporan G-{entry.pk:06d}" in response.content.decode()


def test_whoever_speaks_for_an_institution_reports_its_counter_and_no_other(
    speaker: User, signed_in: Callable[..., Client], open_site: Site, bpn: Institution
) -> None:
    client = signed_in(speaker)
    pln = Institution.objects.get(abbreviation="PLN")

    refused = client.post(new_url(open_site), form(pln))
    assert "pilihan yang valid" in str(refused.context["form"].errors["institution"])
    assert "PT PLN" not in refused.content.decode()
    client.post(new_url(open_site), form(bpn))

    assert Presence.objects.get(site=open_site).reported_by == speaker


def test_a_month_is_entered_as_its_last_day(desk: Client, open_site: Site, bpn: Institution) -> None:
    desk.post(new_url(open_site), form(bpn, date_precision="month"))

    assert Presence.objects.get(site=open_site).counter_opened_on == date(2026, 3, 31)


def test_the_same_sending_twice_is_one_report(desk: Client, open_site: Site, bpn: Institution) -> None:
    sending = form(bpn)

    first = desk.post(new_url(open_site), sending)
    second = desk.post(new_url(open_site), sending)

    # The institution is no longer offered, but who sends once more is led to the report.
    assert first.status_code == 302
    assert second["Location"] == first["Location"]
    assert Presence.objects.filter(site=open_site).count() == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"counter_opened_on": "2999-01-01"}, "masa depan"),
        ({"counter_opened_on": "2026-02-30"}, "tanggal"),
        ({"counter_opened_on": "2016-01-01"}, "2017-01-01|belum tercatat ada"),
        ({"counter_opened_on": "2025-12-31"}, "belum tercatat ada"),
        ({"counter_closed_on": "2026-02-01"}, "tidak dapat ditutup sebelum dibuka"),
        ({"service_days": ["0", "8"]}, "pilihan"),
        ({"staff": "-1"}, "lebih besar"),
        ({"staff": "9" * 5000}, "."),
        ({"counters": "1e400"}, "bilangan|angka|nomor"),
        ({"institution": "999999999"}, "pilihan"),
        ({"institution": "9" * 30}, "pilihan"),
        ({"agreement": "999999999"}, "pilihan"),
        ({"services": "Roya; keliling\nUkur; langsung; mungkin"}, "(?s)Baris 1: cara.*Baris 2: “mungkin”"),
        ({"services": "nol\0"}, "."),
        ({"client_id": "x"}, "client_id"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    desk: Client, open_site: Site, bpn: Institution, change: dict[str, Any], says: str
) -> None:
    typed = form(bpn, **change)

    response = desk.post(new_url(open_site), typed)

    assert response.status_code == 200
    assert re.search(says, str(response.context["form"].errors))
    page = response.content.decode()
    assert "Gerai di lantai 2" in page
    assert typed["services"].split("\n")[0].replace("\0", "") in page
    assert not Presence.objects.filter(site=open_site).exists()


def test_an_agreement_of_another_site_is_no_choice(desk: Client, open_site: Site, bpn: Institution) -> None:
    elsewhere = Site.objects.get(regency__code="35.10")
    foreign = Agreement.objects.create(
        kind="pks", title="PKS lain", site=elsewhere, signed_on=date(2026, 1, 1), valid_from=date(2026, 1, 1)
    )

    response = desk.post(new_url(open_site), form(bpn, agreement=foreign.pk))

    assert "agreement" in response.context["form"].errors
    assert "PKS lain" not in response.content.decode()


def test_an_institution_that_is_there_under_any_name_is_not_offered(
    desk: Client, open_site: Site, counter: Callable[..., Presence]
) -> None:
    old = Institution.objects.get(abbreviation="BP2MI")
    counter(institution=old)
    new = Institution.objects.create(abbreviation="KP2MI", name="Kementerian P2MI", kind="kementerian")
    Institution.objects.filter(pk=old.pk).update(valid_until=date(2026, 4, 1), succeeded_by=new)

    offered = set(desk.get(new_url(open_site)).context["form"].fields["institution"].queryset)

    assert not offered & {old, new}
    assert Institution.objects.get(abbreviation="PLN") in offered


def test_two_who_report_one_counter_at_once_are_told(
    speaker: User, signed_in: Callable[..., Client], desk: Client, open_site: Site, bpn: Institution
) -> None:
    desk.post(new_url(open_site), form(bpn))

    response = signed_in(speaker).post(new_url(open_site), form(bpn))

    assert "institution" in response.context["form"].errors
    assert Presence.objects.filter(site=open_site).count() == 1


def test_what_was_typed_survives_the_end_of_the_session(
    client: Client, dinas: User, open_site: Site, bpn: Institution
) -> None:
    dinas.set_password("rahasia-sekali-lho")
    dinas.save()

    away = client.post(new_url(open_site), form(bpn))
    assert away["Location"].startswith("/akun/login/?next=")
    back = client.post(away["Location"], {"login": dinas.email, "password": "rahasia-sekali-lho"}, follow=True)

    page = back.content.decode()
    assert back.redirect_chain[-1][0] == new_url(open_site)
    assert "Izin lokasi; elektronik; izin" in page
    assert f'<option value="{bpn.pk}" selected>' in page
    assert page.count("checked") == 2
    assert not Presence.objects.filter(site=open_site).exists()


# --- Said anew -----------------------------------------------------------------------------------------------


def test_an_update_is_the_whole_statement_anew(desk: Client, verifier: User, counter: Callable[..., Presence]) -> None:
    first = counter("Cek sertifikat", "Roya", staff=2)

    opened = desk.get(update_url(first))
    assert "Cek sertifikat; Langsung\nRoya; Langsung" in opened.content.decode()
    assert "institution" not in opened.context["form"].fields
    desk.post(update_url(first), form(services="Cek sertifikat", note="Roya pindah"))

    later = Presence.objects.get(supersedes=first)
    verify(later, by=verifier)
    assert later.institution == first.institution
    assert [entry.pk for entry in Presence.objects.in_force()] == [later.pk]
    assert [service.name for service in later.services.all()] == ["Cek sertifikat"]


def test_an_update_sent_again_after_it_was_verified_is_the_same_update(
    desk: Client, verifier: User, counter: Callable[..., Presence]
) -> None:
    first, sending = counter("Cek sertifikat"), form(staff="7")
    sent = desk.post(update_url(first), sending)
    verify(Presence.objects.get(supersedes=first), by=verifier)

    again = desk.post(update_url(first), sending)

    assert again["Location"] == sent["Location"]
    assert Presence.objects.filter(supersedes=first).count() == 1


def test_a_counter_is_closed_by_its_last_day(
    desk: Client, client: Client, verifier: User, counter: Callable[..., Presence]
) -> None:
    first = counter("Cek sertifikat")

    desk.post(update_url(first), form(counter_closed_on="2026-06-30", note="Gedung direnovasi"))
    verify(Presence.objects.get(supersedes=first), by=verifier)

    counters = client.get(first.site.get_absolute_url()).context["page"].counters
    assert counters.open == ()
    assert counters.closed[0].presence.counter_closed_on == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("change", "says"),
    [({"note": "", "staff": "5"}, "harus diisi"), ({"note": "Sama saja"}, "sama dengan yang sudah tercatat")],
)
def test_an_update_says_what_changed_and_why(
    desk: Client, counter: Callable[..., Presence], change: dict[str, str], says: str
) -> None:
    first = counter("Cek sertifikat", staff=2, counters=1, service_days=[1, 3])

    # The same list in another writing is the same list.
    response = desk.post(update_url(first), form(services="Cek sertifikat\t\r\n") | change)

    assert says in str(response.context["form"].errors)
    assert not Presence.objects.filter(supersedes=first).exists()


def test_a_returned_report_is_mended_without_typing_it_again(
    desk: Client, verifier: User, open_site: Site, reported_counter: Callable[..., Presence]
) -> None:
    entry = send_back(reported_counter("Cek sertifikat"), by=verifier, reason="Tanggal keliru")

    room = desk.get(f"/kerja/mpp/{open_site.pk}/gerai/").content.decode()
    assert "Tanggal keliru" in room
    link = f"{new_url(open_site)}?dari={entry.pk}"
    assert link in room
    assert "Cek sertifikat; Langsung" in desk.get(link).content.decode()
    desk.post(link, form(entry.institution, counter_opened_on="2026-03-02"))

    assert "Tanggal keliru" not in desk.get(f"/kerja/mpp/{open_site.pk}/gerai/").content.decode()


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 5000, "x", "\0", "٣"])
def test_a_report_to_mend_that_does_not_exist_is_passed_over(desk: Client, open_site: Site, key: str) -> None:
    assert desk.get(new_url(open_site), {"dari": key, "instansi": key}).status_code == 200


def test_a_foreign_report_is_not_copied(
    desk: Client, signed_in: Callable[..., Client], verifier: User, reported_counter: Callable[..., Presence]
) -> None:
    entry = send_back(reported_counter("Rahasia Ponorogo"), by=verifier, reason="Belum")
    foreign = User.objects.create_user("asing@pantau-mpp.example")
    client = signed_in(foreign, Role.OFFICER, regency=Regency.objects.get(code="35.10"))
    own = Site.objects.get(regency__code="35.10")

    assert "Rahasia" not in client.get(f"{new_url(own)}?dari={entry.pk}").content.decode()


# --- Who may -------------------------------------------------------------------------------------------------


def actors(signed_in: Callable[..., Client]) -> dict[str, Client]:
    def user(name: str) -> User:
        return User.objects.create_user(f"{name}@pantau-mpp.example")

    other = user("pln")
    pln = Institution.objects.get(abbreviation="PLN")
    InstitutionAssignment.objects.create(user=other, institution=pln, valid_from=date(2022, 1, 1))
    return {
        "foreign officer": signed_in(user("asing"), Role.OFFICER, regency=Regency.objects.get(code="35.10")),
        "other institution": signed_in(other),
        "province": signed_in(user("jatim"), Role.PROVINCE, province=Province.objects.get(code="35")),
        "visitor": Client(),
    }


@pytest.mark.parametrize(
    ("actor", "room", "site_room", "new", "update", "receipt", "review"),
    [
        ("foreign officer", 403, 404, 404, 404, 404, 403),
        # May report its own counter there, and sees nothing of others that wait.
        ("other institution", 200, 404, 200, 404, 404, 403),
        ("province", 403, 404, 404, 404, 200, 200),
        ("visitor", 302, 302, 302, 302, 302, 302),
    ],
)
def test_each_sees_and_does_what_is_theirs(
    signed_in: Callable[..., Client],
    counter: Callable[..., Presence],
    open_site: Site,
    dinas: User,
    bpn: Institution,
    actor: str,
    room: int,
    site_room: int,
    new: int,
    update: int,
    receipt: int,
    review: int,
) -> None:
    first = counter("Cek sertifikat")
    waiting = report_presence(
        Presence(site=open_site, institution=bpn, counter_opened_on=date(2026, 3, 1), supersedes=first, note="rahasia"),
        services=[ServiceLine("Layanan rahasia")],
        by=dinas,
    )
    client = actors(signed_in)[actor]

    for address, status in (
        ("/kerja/instansi/", room),
        (f"/kerja/mpp/{open_site.pk}/gerai/", site_room),
        (new_url(open_site), new),
        (update_url(first), update),
        (waiting.get_absolute_url(), receipt),
        (f"/verifikasi/gerai/{waiting.pk}/", review),
    ):
        response = client.get(address)
        assert response.status_code == status, address
        if actor != "province":
            assert "rahasia" not in response.content.decode()
    for address in (new_url(open_site), update_url(first), f"/verifikasi/gerai/{waiting.pk}/"):
        client.post(address, form(bpn, decision="verify", seen="0"))
    waiting.refresh_from_db()
    assert waiting.state == EntryState.REPORTED
    assert Presence.objects.filter(site=open_site).count() == 2


# --- The public page -----------------------------------------------------------------------------------------


def test_the_public_page_shows_only_what_was_verified_and_stands(
    client: Client, counter: Callable[..., Presence], reported_counter: Callable[..., Presence]
) -> None:
    pln, polri = (Institution.objects.get(abbreviation=name) for name in ("PLN", "Polri"))
    counter("Cek sertifikat", service_days=[1, 2])
    counter("Pasang baru", institution=pln, counter_closed_on=date(2026, 5, 1))
    reported_counter("SKCK rahasia", institution=polri)

    response = client.get(Site.objects.get(regency__code="35.02").get_absolute_url())

    page, counters = response.content.decode(), response.context["page"].counters
    assert [item.presence.institution.abbreviation for item in counters.open] == ["ATR/BPN"]
    assert [item.presence.institution.abbreviation for item in counters.closed] == ["PLN"]
    assert "Senin, Selasa" in page
    assert page.index("Cek sertifikat") < page.rindex("<details", 0, page.index("Pasang baru"))
    for hidden in ("SKCK rahasia", "Kelola gerai", "Perbarui"):
        assert hidden not in page


def test_a_counter_is_open_on_its_last_day(client: Client, open_site: Site, counter: Callable[..., Presence]) -> None:
    today = timezone.localdate()
    counter(counter_closed_on=today)
    counter(institution=Institution.objects.get(abbreviation="PLN"), counter_closed_on=today - timedelta(days=1))

    counters = client.get(open_site.get_absolute_url()).context["page"].counters

    assert [item.presence.institution.abbreviation for item in counters.open] == ["ATR/BPN"]


def test_names_of_services_are_shown_as_text(
    desk: Client, client: Client, verifier: User, open_site: Site, bpn: Institution
) -> None:
    desk.post(new_url(open_site), form(bpn, services=f"{ATTACK}\tlangsung", note=ATTACK))
    entry = Presence.objects.get(site=open_site)
    receipt = desk.get(entry.get_absolute_url()).content.decode()
    verify(entry, by=verifier)

    public = client.get(open_site.get_absolute_url()).content.decode()
    mended = desk.get(update_url(entry)).content.decode()
    refused = desk.post(new_url(open_site), form(services=f"x; {ATTACK}; {ATTACK}")).content.decode()

    assert "&lt;svg onload" in public
    for page in (receipt, public, mended, refused):
        assert "<svg onload" not in page
        assert "<img src=x" not in page


@pytest.mark.parametrize(("institutions", "services"), [(1, 1), (26, 8)])
def test_the_pages_take_as_many_queries_for_one_counter_as_for_kota_batu(
    client: Client,
    desk: Client,
    dinas: User,
    verifier: User,
    open_site: Site,
    institutions: int,
    services: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(institutions):
        unit = Institution.objects.create(abbreviation=f"Unit {number}", name=f"Unit {number}", kind="lain")
        presence = Presence(site=open_site, institution=unit, counter_opened_on=date(2026, 3, 1))
        lines = [ServiceLine(f"Layanan {line}") for line in range(services)]
        verify(report_presence(presence, services=lines, by=dinas), by=verifier)

    # 1 version, 2-3 site and its former provinces, 4-7 the ledgers with what is in force, 8 confirmations, 9 the units,
    # 10 pledges, 11 action items, 12 counters, 13 services
    with django_assert_num_queries(13):
        page = client.get(open_site.get_absolute_url())
    assert page.context["page"].counters.service_count == institutions * services
    # 1 session, 2 user, 3 turf, 4 site, 5 institutions of the officer, 6 what was said, 7 counters, 8 services,
    # 9 who is looking
    with django_assert_num_queries(9):
        desk.get(f"/kerja/mpp/{open_site.pk}/gerai/")


# --- The room of an institution ------------------------------------------------------------------------------


def test_the_room_shows_where_an_institution_is_what_waits_and_where_it_is_missing(
    speaker: User,
    signed_in: Callable[..., Client],
    verifier: User,
    open_site: Site,
    bpn: Institution,
    pks: Agreement,
    counter: Callable[..., Presence],
) -> None:
    client = signed_in(speaker)
    counter("Cek sertifikat", agreement=pks)
    elsewhere, third = Site.objects.filter(regency__code__in=["35.10", "33.14"]).order_by("regency__code")
    opened = timezone.localdate() - timedelta(days=1)
    report_presence(Presence(site=elsewhere, institution=bpn, counter_opened_on=opened), services=[], by=speaker)
    returned = report_presence(Presence(site=third, institution=bpn, counter_opened_on=opened), services=[], by=speaker)
    send_back(returned, by=verifier, reason="Belum ada petugas")

    response = client.get("/kerja/instansi/")

    (desk,) = response.context["room"].desks
    assert [(item.presence.site, item.service_count) for item in desk.present] == [(open_site, 1)]
    assert desk.present[0].standing == "active"
    assert [row.site for row in desk.waiting] == [elsewhere]
    assert [row.site for row in desk.returned] == [third]
    missing = set(desk.missing)
    assert third in missing
    assert not missing & {open_site, elsewhere}
    page = response.content.decode()
    assert "Belum ada petugas" in page
    assert f"/kerja/mpp/{third.pk}/gerai/baru/?instansi={bpn.pk}" in page
    (of_province,) = client.get("/kerja/instansi/", {"provinsi": "33"}).context["room"].desks
    assert of_province.present == ()
    assert {site.regency.code[:2] for site in of_province.missing} == {"33"}
    assert [row.site for row in of_province.waiting] == [elsewhere]


@pytest.mark.parametrize("province", ["99", "x" * 10_000, "\0"])
def test_a_province_that_does_not_exist_has_nothing(
    speaker: User, signed_in: Callable[..., Client], province: str
) -> None:
    (desk,) = signed_in(speaker).get("/kerja/instansi/", {"provinsi": province}).context["room"].desks

    assert (desk.present, desk.missing) == ((), ())


def test_a_merged_institution_is_one_desk_under_todays_name(
    speaker: User, signed_in: Callable[..., Client], bpn: Institution, counter: Callable[..., Presence]
) -> None:
    counter("Cek sertifikat")
    new = Institution.objects.create(abbreviation="Kemen-ATR", name="Kementerian ATR", kind="kementerian")
    Institution.objects.filter(pk=bpn.pk).update(valid_until=date(2026, 5, 1), succeeded_by=new)

    (desk,) = signed_in(speaker).get("/kerja/instansi/").context["room"].desks

    assert (desk.institution, desk.former_names) == (new, ("ATR/BPN",))
    assert len(desk.present) == 1
    assert desk.present[0].presence.site not in desk.missing


def test_the_way_to_the_room_is_shown_to_those_who_have_one(
    speaker: User, desk: Client, signed_in: Callable[..., Client]
) -> None:
    assert "/kerja/instansi/" in signed_in(speaker).get("/").content.decode()
    assert "/kerja/instansi/" not in desk.get("/").content.decode()


@pytest.mark.parametrize("sites", [1, 100])
def test_the_room_takes_as_many_queries_for_one_counter_as_for_many(
    speaker: User,
    signed_in: Callable[..., Client],
    bpn: Institution,
    pks: Agreement,
    sites: int,
    django_assert_num_queries: Any,
) -> None:
    opened = timezone.localdate() - timedelta(days=1)
    for site in Site.objects.filter(milestones__isnull=False).exclude(pk=pks.site_id).distinct()[: sites - 1]:
        presence = report(Presence(site=site, institution=bpn, counter_opened_on=opened), by=speaker)
        Service.objects.create(presence=presence, name="Cek sertifikat")
    report(Presence(site=pks.site, institution=bpn, counter_opened_on=opened, agreement=pks), by=speaker)
    client = signed_in(speaker)

    # 1 session, 2 user, 3-4 institutions and their names, 5 turf, 6 names, 7 institutions, 8 what was said, 9 in force,
    # 10 agreements, 11 sites inaugurated, 12 who is looking
    with django_assert_num_queries(12):
        client.get("/kerja/instansi/")
