"""Does an MPP's page tell everybody what happened there, and who did what only to those who may know?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from regions.choices import Role, Stage
from regions.models import Assignment, Milestone, Province, Site
from regions.services.ledger import send_back

pytestmark = pytest.mark.django_db


def page(client: Client, site: Site) -> str:
    return client.get(site.get_absolute_url()).content.decode()


def assigned(user: User, role: str, **turf: Any) -> Client:
    Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)
    client = Client()
    client.force_login(user)
    return client


def test_a_visitor_reads_what_was_verified_but_nobodys_name(
    client: Client, site: Site, verified: Callable[..., Milestone], officer: User, verifier: User
) -> None:
    verified(site, Stage.BUILDING, date(2026, 1, 5), note="SPK nomor 12", source_url="https://contoh.example/berita")

    text = page(client, site)

    for told in ("Pembangunan/renovasi", "5 Januari 2026", "SPK nomor 12", "https://contoh.example/berita"):
        assert told in text
    for hidden in (officer.email, verifier.email, "Perubahan keterangan", "Lapor perubahan", "Koreksi"):
        assert hidden not in text


def test_a_visitor_sees_nothing_of_reports_that_wait_or_were_returned(
    client: Client, site: Site, reported: Callable[..., Milestone], verifier: User
) -> None:
    reported(site, Stage.BUILDING, date(2026, 1, 5), note="masih-menunggu")
    send_back(reported(site, Stage.READY, date(2026, 1, 6), note="pernah-dikirim"), by=verifier, reason="alasan-balik")

    text = page(client, site)

    assert "Belum ada laporan" in text
    for hidden in ("masih-menunggu", "pernah-dikirim", "alasan-balik"):
        assert hidden not in text


def test_the_province_reads_who_reported_and_how_the_record_changed(
    site: Site, reported: Callable[..., Milestone], officer: User
) -> None:
    reported(site, Stage.BUILDING, date(2026, 1, 5))
    Site.objects.filter(pk=site.pk).update(address="Jalan Baru 1")
    province_user = User.objects.create_user("provinsi@pantau-mpp.example")
    client = assigned(province_user, Role.PROVINCE, province=Province.objects.get(code="35"))

    text = page(client, site)

    assert f"Dilaporkan {officer.email}" in text
    assert "Perubahan keterangan" in text
    assert "<ins>Jalan Baru 1</ins>" in text


def test_the_province_of_another_region_reads_as_a_visitor_does(
    site: Site, reported: Callable[..., Milestone], officer: User
) -> None:
    reported(site, Stage.BUILDING, date(2026, 1, 5))
    client = assigned(
        User.objects.create_user("lain@pantau-mpp.example"), Role.PROVINCE, province=Province.objects.get(code="33")
    )

    text = page(client, site)

    assert officer.email not in text
    assert "Perubahan keterangan" not in text


def test_a_correction_stands_beside_what_it_replaced(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    wrong = verified(site, Stage.OPENED, date(2026, 1, 5))
    verified(site, Stage.OPENED, date(2026, 2, 5), supersedes=wrong, note="Berita acara bertanggal 5 Februari")

    text = page(client, site)

    assert f"Mengoreksi {wrong.receipt}" in text
    assert "Sudah dikoreksi; tidak lagi dihitung." in text


def test_words_of_others_are_shown_as_text(client: Client, site: Site, verified: Callable[..., Milestone]) -> None:
    attack = '"><svg onload=alert(1)></script><img src=x onerror=alert(2)>'
    Site.objects.filter(pk=site.pk).update(name=attack, address=attack)
    verified(site, Stage.OPENED, date(2026, 1, 5), note=attack, source_url=f"https://contoh.example/{attack}")

    text = page(client, site)

    assert "<svg onload" not in text
    assert "<img src=x" not in text


def test_a_source_that_is_no_web_address_is_no_link(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    verified(site, Stage.OPENED, date(2026, 1, 5), source_url="javascript:alert(1)")

    assert 'href="javascript' not in page(client, site)


def test_a_site_nobody_knows_is_not_found(client: Client) -> None:
    for key in ("0", "999999999999999999"):
        assert client.get(f"/mpp/{key}/").status_code == 404


@pytest.mark.parametrize("entries", [1, 40])
def test_the_page_takes_as_many_queries_for_one_entry_as_for_many(
    client: Client, site: Site, verified: Callable[..., Milestone], entries: int, django_assert_num_queries: Any
) -> None:
    for number in range(entries):
        verified(site, Stage.BUILDING, date(2026, 1, 1) + timedelta(days=number))

    # 1 version, 2 site, 3 former provinces, 4 what is in force, 5-7 three ledgers, 8 units, 9 seats, 10 pledges,
    # 11 action items; without a counter there is none to ask about
    with django_assert_num_queries(11):
        client.get(site.get_absolute_url())
