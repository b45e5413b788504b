"""Does the page of the signatories show who is present where, to whom it may, and say what is not known?"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from commitments.models import Agreement, Institution, Presence
from regions.choices import Role, Stage
from regions.models import Assignment, Milestone, Province, Regency, Site

pytestmark = pytest.mark.django_db

PAGES = ["/komitmen/", "/komitmen/?province=35", "/komitmen/belum-hadir/"]


def text(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\N{NO-BREAK SPACE}", " ")


def row(client: Client, url: str, name: str) -> str:
    """Return the words of the row of a signatory."""
    content = client.get(url).content.decode()
    (found,) = (part for part in content.split("<tr>") if re.search(rf'scope="row">{re.escape(name)}\s', part))
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))
    return words.replace("\N{NO-BREAK SPACE}", " ")


def names(client: Client, url: str) -> list[str]:
    """Return the signatories in the order in which they stand."""
    content = client.get(url).content.decode()
    return re.findall(r'<th class="matrix__party" scope="row">([^<]+?)\s*<', content)


def test_every_signatory_stands_with_definition_and_date(client: Client) -> None:
    page = text(client, "/komitmen/?as_at=2025-09-24")

    assert "17 penanda tangan di 286 MPP yang diresmikan, per 24 September 2025" in page
    assert "terverifikasi" in page
    assert len(names(client, "/komitmen/")) == 17


def test_what_nobody_recorded_is_shown_as_no_data(client: Client) -> None:
    page = text(client, "/komitmen/")

    assert "belum ada data 0 dari" in row(client, "/komitmen/", "Taspen")
    assert "0,0 %" not in page


def test_a_day_before_the_memorandum_says_so(client: Client) -> None:
    page = text(client, "/komitmen/?as_at=2022-06-27")

    assert "Tidak ada nota kesepahaman nasional yang berlaku" in page
    assert "0 penanda tangan di" in page


def test_a_counter_is_counted_and_leads_to_its_mpp(
    client: Client, inaugurated: Site, counter: Callable[..., Presence]
) -> None:
    counter("Cek sertifikat", staff=1)

    assert "0,3 % 1 dari" in row(client, "/komitmen/", "ATR/BPN")
    assert "Layanan berjalan" in row(client, "/komitmen/?province=35", "ATR/BPN")
    assert "Belum ada" in row(client, "/komitmen/?province=35", "PLN")
    assert f'href="{inaugurated.get_absolute_url()}?"' in client.get("/komitmen/?province=35").content.decode()
    assert "Layanan berjalan" not in row(client, "/komitmen/?province=35&as_at=2026-02-01", "ATR/BPN")


def test_a_pks_without_a_counter_stands_in_the_list_of_its_own(
    client: Client, inaugurated: Site, pks: Callable[..., Agreement], counter: Callable[..., Presence]
) -> None:
    pks()

    nothing_known = text(client, "/komitmen/belum-hadir/")
    counter(institution=Institution.objects.get(abbreviation="PLN"))
    known = text(client, "/komitmen/belum-hadir/")

    assert "PKS berlaku, gerai tidak terisi: 1 di 1 MPP" in nothing_known
    assert f"{inaugurated.name} Jawa Timur ATR/BPN belum ada data" in nothing_known
    assert "Penanda tangan belum hadir: 0 di 0 MPP" in nothing_known
    assert f"{inaugurated.name} Jawa Timur ATR/BPN ada, gerai mereka tidak terisi" in known
    assert "Penanda tangan belum hadir: 16 di 1 MPP" in known


def test_the_name_of_the_day_stays_readable(client: Client) -> None:
    new = Institution.objects.create(abbreviation="KP2MI", name="Kementerian P2MI", kind="kementerian")
    Institution.objects.filter(abbreviation="BP2MI").update(valid_until=date(2024, 10, 20), succeeded_by=new)

    assert "menandatangani sebagai BP2MI" in row(client, "/komitmen/", "KP2MI")


def test_by_share_the_most_present_come_first_and_the_table_says_so(
    client: Client, counter: Callable[..., Presence]
) -> None:
    counter(institution=Institution.objects.get(abbreviation="Taspen"))

    by_name, by_share = names(client, "/komitmen/"), names(client, "/komitmen/?sort=share")

    assert by_name == sorted(by_name, key=str.casefold)
    assert by_share == ["Taspen", *(name for name in by_name if name != "Taspen")]
    assert 'aria-sort="descending"' in client.get("/komitmen/?sort=share").content.decode()


def test_rows_and_columns_are_chosen(client: Client) -> None:
    assert names(client, "/komitmen/?kind=bumn") == ["PLN", "Taspen"]
    papua = text(client, "/komitmen/?island_group=Papua")
    heading = "Kehadiran penanda tangan nota kesepahaman: Papua"
    assert heading in papua
    columns = client.get("/komitmen/?island_group=Papua").content.decode().partition("<tbody>")[0]
    assert 'href="?island_group=Papua&amp;province' not in columns
    assert columns.count('<th scope="col"><a href="?province=') == 6
    assert "Tidak ada penanda tangan jenis ini" in text(client, "/komitmen/?kind=bumd")
    assert "Belum ada MPP yang tercatat" in text(client, "/komitmen/?province=93&as_at=2022-12-31")


def test_what_is_asked_is_carried_on(client: Client) -> None:
    content = client.get("/komitmen/?as_at=2025-09-24&kind=bumn&sort=share").content.decode()

    assert "?as_at=2025-09-24&amp;kind=bumn&amp;sort=share&amp;province=35" in content
    assert "/komitmen/belum-hadir/?as_at=2025-09-24&amp;kind=bumn#pks" in content
    assert '<input type="hidden" name="sort" value="share"' in content


@pytest.mark.parametrize("path", ["/komitmen/", "/komitmen/belum-hadir/"])
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("as_at=kemarin", "as_at"),
        ("as_at=2016-01-01", "2017-01-01"),
        ("province=99", "province: “99” tidak dikenal"),
        ("province=35&province=11", "Tulis satu kali saja"),
        ("province=35&island_group=Papua", "Jawa Timur ada di kelompok Jawa"),
        ("kind=%00", "kementerian"),
        ("sort=-share", "name, share"),
        ("island_group=Atlantis", "Sumatera"),
        ("layer=reported", "hanya untuk yang sudah masuk"),
        ("known_at=9999", "known_at"),
    ],
)
def test_a_question_that_cannot_be_answered_is_explained(client: Client, path: str, query: str, says: str) -> None:
    page = text(client, f"{path}?{query}", 400)

    assert "Pertanyaan ini tidak dapat dijawab" in page
    assert says in page


def test_a_province_to_come_is_404(client: Client) -> None:
    for path in ("/komitmen/", "/komitmen/belum-hadir/"):
        assert "Tidak ada provinsi berkode 93" in text(client, f"{path}?province=93&as_at=2022-06-30", 404)
        text(client, f"{path}?province=93&as_at=2022-06-30&boundaries=now")


@pytest.mark.parametrize("url", PAGES)
def test_a_report_that_waits_is_for_those_who_signed_in(
    client: Client, url: str, counter: Callable[..., Presence], officer: User
) -> None:
    before = text(client, url)
    counter("Cek sertifikat", staff=1, is_verified=False)

    assert figures(text(client, url)) == figures(before)
    client.force_login(officer)
    asked = f"{url}{'&' if '?' in url else '?'}layer=reported"
    assert figures(text(client, asked)) != figures(before)
    assert "terverifikasi dan dilaporkan" in text(client, asked)


def figures(page: str) -> list[str]:
    """Return the numbers of a page, without the time it was computed."""
    return re.findall(r"\d+", page.partition("Dihitung")[0])


@pytest.mark.parametrize("url", PAGES)
def test_markup_in_a_name_stays_text(
    client: Client, url: str, inaugurated: Site, counter: Callable[..., Presence], pks: Callable[..., Agreement]
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    Institution.objects.filter(abbreviation="PLN").update(abbreviation=evil, name=f"</th>{evil}")
    Site.objects.filter(pk=inaugurated.pk).update(name=f'"><svg onload=alert(1)>{evil}')
    pks(Institution.objects.get(abbreviation=evil))
    counter()

    content = client.get(url).content.decode()

    assert "&lt;img src=x onerror=alert(1)&gt;" in content
    assert "<img" not in content
    assert "<svg onload" not in content


@pytest.mark.parametrize("url", PAGES)
def test_a_page_takes_four_queries_and_at_most_eight_for_who_signed_in(
    client: Client,
    url: str,
    counter: Callable[..., Presence],
    pks: Callable[..., Agreement],
    officer: User,
    ponorogo: Regency,
    verified: Callable[..., Milestone],
    django_assert_num_queries: Any,
    django_assert_max_num_queries: Any,
) -> None:
    # 1 the version, 2 the provinces to choose from, 3 who continues whom, 4 the matrix
    with django_assert_num_queries(4):
        client.get(url)

    for number, institution in enumerate(Institution.objects.all()):
        new = Site.objects.create(regency=ponorogo, name=f"MPP {number}")
        verified(new, Stage.INAUGURATED, date(2026, 1, 1))
        counter("Satu", "Dua", site=new, institution=institution, staff=number % 2)
        pks(institution, site=new)

    with django_assert_num_queries(4):
        client.get(url)
    Assignment.objects.create(
        user=officer, role=Role.PROVINCE, province=Province.objects.get(code="35"), valid_from=date(2026, 1, 1)
    )
    client.force_login(officer)
    # 5 the session, 6 the user, 7 the turf, 8 what is unread
    with django_assert_max_num_queries(8):
        client.get(f"{url}{'&' if '?' in url else '?'}layer=reported")


def test_every_page_leads_there(client: Client) -> None:
    for url in ("/", "/provinsi/35/", "/komitmen/"):
        assert re.search(r'<a href="/komitmen/"[^>]*>Komitmen</a>', client.get(url).content.decode())
