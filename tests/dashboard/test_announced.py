"""Do the pages of announced figures show the difference and what explains it, to everybody?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dashboard.charts import Mark, gap_picture
from regions.choices import Role
from regions.models import Assignment, Site
from taskforce.models import AnnouncedFigure
from tests.dashboard.test_pages import text

pytestmark = pytest.mark.django_db
URL = "/angka/"


def page_of(value: int, day: str = "2025-12-15", metric: str = "mpp_total") -> str:
    return f"{URL}{AnnouncedFigure.objects.get(value=value, announced_on=day, metric=metric).pk}/"


def test_the_first_sentence_and_the_table_hold_305_against_295(client: Client) -> None:
    page = text(client, URL)

    assert "Pada 15 Desember 2025 diumumkan 305 MPP; buku besar mencatat 295" in page
    assert "Selisihnya 10: 10 terjelaskan, 0 belum" in page
    assert "305 295 10 10 0 terjelaskan" in page
    assert "11 12 -1 -1 0 terjelaskan" in page


def test_what_nobody_recorded_is_unknown_and_not_nought(client: Client) -> None:
    page = text(client, f"{URL}?metric=mpp_digital_units")

    unknown = "\N{EN DASH}"
    assert f"199 {unknown} {unknown} {unknown} {unknown} belum ada data" in page
    assert "2 dari 38 angka" in page
    assert "jumlah MPP, 305" not in page


def test_contradictions_are_marked_on_both(client: Client) -> None:
    page = text(client, URL)

    assert "dengan 289 (10 Oktober 2025)" in page
    assert "dengan 296 (24 September 2025)" in page


def test_every_undated_site_is_listed_with_its_page(client: Client) -> None:
    content = client.get(URL).content.decode()

    for code in ("11.71", "33.05", "33.20", "73.01", "13.77", "13.75", "63.04"):
        site = Site.objects.main().filter(regency__code=code).first()
        assert f'href="/mpp/{site.pk}/' in content
        assert f'href="/kabkota/{code}/' in content
        assert f"/kerja/mpp/{site.pk}/lapor/" not in content
    assert content.count("belum teridentifikasi") == 0
    assert "MPP ke-140" in content


def test_who_may_report_finds_the_form_there(client: Client, officer: User) -> None:
    site = Site.objects.main().get(regency__code="33.05")
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=site.regency, valid_from=timezone.localdate())
    client.force_login(officer)

    content = client.get(URL).content.decode()

    assert f"/kerja/mpp/{site.pk}/lapor/" in content
    assert content.count("/lapor/") == 1


def test_a_figure_leads_to_its_cases_and_to_coverage_on_that_day(client: Client) -> None:
    page = text(client, page_of(11, "2022-06-30", "provinces_without_mpp"))
    content = client.get(page_of(230, "2024-10-08")).content.decode()

    assert "Selisih -1 = -1 terjelaskan + 0 belum terjelaskan" in page
    assert "Aceh Kota Banda Aceh" in page
    assert "as_at=2024-10-08&amp;counting=opened&amp;basis=509" in content
    assert "tidak diketahui" in content


def test_what_is_unidentified_is_called_so(client: Client) -> None:
    page = text(client, page_of(305))

    assert page.count("belum teridentifikasi") == 3
    assert "Tidak dipakai untuk menjelaskan selisih" in page


def test_a_figure_not_announced_yet_is_not_found(client: Client) -> None:
    address = page_of(305)

    assert client.get(f"{address}?as_at=2025-12-14").status_code == 404
    assert client.get(f"{address}?as_at=2025-12-15").status_code == 200
    assert client.get(f"{URL}999999999999999999/").status_code == 404


def test_before_the_first_announcement_nothing_is_known(client: Client) -> None:
    page = text(client, f"{URL}?as_at=2017-06-01")

    assert "belum ada jumlah MPP yang diumumkan" in page
    assert 'role="img"' not in client.get(f"{URL}?as_at=2017-06-01").content.decode()


def test_the_day_asked_about_travels_along(client: Client) -> None:
    content = client.get(f"{URL}?as_at=2024-12-12&metric=mpp_total").content.decode()

    assert "?as_at=2024-12-12" in content
    assert "metric=mpp_total#" not in content


@pytest.mark.parametrize("query", ["metric=x", "as_at=kemarin", "layer=reported", "metric=mpp_total&metric=mpp_total"])
def test_a_question_that_cannot_be_answered_is_explained(client: Client, query: str) -> None:
    assert "Pertanyaan ini tidak dapat dijawab" in text(client, f"{URL}?{query}", 400)


@pytest.mark.parametrize("count", [0, 100])
def test_a_page_takes_as_many_queries_for_many_figures(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        AnnouncedFigure.objects.create(
            metric="mpp_total", value=number, announced_on=date(2021, 1, 1), source="x", counting="opened", basis="509"
        )

    # 1 version, 2 figures, 3 known gaps, 4 counts, 5 undated units, 6 MPP Digital, 7 pledges, 8 the line, 9 sites
    with django_assert_num_queries(9):
        client.get(URL)


def test_markup_in_a_note_stays_text_and_a_source_is_no_script(client: Client) -> None:
    figure = AnnouncedFigure.objects.get(value=305)
    AnnouncedFigure.objects.filter(pk=figure.pk).update(
        note="<img src=x onerror=alert(1)>", source="javascript:alert(1)"
    )

    content = client.get(f"{URL}{figure.pk}/").content.decode()

    assert "<img src=x" not in content
    assert 'href="javascript:' not in content


def test_a_picture_of_one_day_divides_by_nothing() -> None:
    day = date(2017, 1, 1)

    picture = gap_picture([], [Mark(day, 0, 0, "done")], first=day, last=day)

    assert picture.line == "M34.0,214.0H34.0"
    assert (picture.marks[0].x, picture.marks[0].y) == ("34.0", "214.0")
