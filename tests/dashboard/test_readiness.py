"""Does the page of readiness say what is known, against which baseline, and refuse what cannot be asked?"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from dashboard.charts import Segment, stacked_bar
from regions.choices import Role
from regions.models import Assignment, ReadinessAssessment, ReadinessBaseline, Regency
from regions.services.ledger import report, verify

pytestmark = pytest.mark.django_db


def words(content: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", content)).replace("\N{NO-BREAK SPACE}", " ")


def row(client: Client, url: str, name: str) -> str:
    """Return the words of the last row that begins with a name."""
    content = client.get(url).content.decode()
    return [words(part) for part in content.split("<tr>") if words(part).strip().startswith(name)][-1]


def test_without_a_word_from_anybody_everything_is_unknown(client: Client) -> None:
    page = words(client.get("/kesiapan/").content.decode())

    assert "kesiapan 0 dari 509 unit sudah dinilai; 509 unit belum ada data" in page
    assert "Belum ada baseline" in page
    assert "asumsi" in page
    assert "509" in row(client, "/kesiapan/", "Anggaran")
    assert row(client, "/kesiapan/", "Jawa Timur").count("belum ada data") == 8


def test_now_stands_beside_the_baseline_for_nation_province_and_unit(
    client: Client, assessed: Callable[..., ReadinessAssessment], frozen: Callable[..., ReadinessBaseline]
) -> None:
    assessed(date(2026, 1, 1), budget="partly", staff="ready")
    frozen(date(2026, 1, 31))
    assessed(date(2026, 3, 1), budget="ready", network="not_yet")

    nation = "/kesiapan/?as_at=2026-06-01"
    assert re.search(
        r"Anggaran 1 semula 0 0 semula 1 0 semula 0 508 semula 508 ▲ Naik: 1", row(client, nation, "Anggaran")
    )
    assert "\N{MINUS SIGN} Tidak diketahui lagi: 1" in row(client, nation, "SDM")
    assert "+ Baru diketahui: 1" in row(client, nation, "Jaringan")
    assert "tetap" in row(client, nation, "Gedung")
    province = row(client, nation, "Jawa Timur")
    assert "1 dari 38 unit dinilai" in province
    assert "1 siap 37 belum ada data ▲ Naik: 1" in province

    unit = row(client, f"{nation}&province=35", "Kabupaten Ponorogo")
    assert "dinilai 1 Maret 2026" in unit
    assert "Siap ▲ semula sebagian" in unit
    assert "belum ada data \N{MINUS SIGN} semula siap" in unit
    assert "Belum + baru diketahui" in unit
    assert "belum dinilai" in row(client, f"{nation}&province=35", "Kabupaten Pacitan")


def test_the_last_stand_by_the_day_is_compared_with_unless_another_is_chosen(
    client: Client, frozen: Callable[..., ReadinessBaseline]
) -> None:
    first, second = frozen(date(2025, 1, 1), "Awal 2025"), frozen(date(2026, 1, 1), "Awal 2026")

    def baseline(**asked: Any) -> ReadinessBaseline | None:
        return client.get("/kesiapan/", asked).context["page"].report.baseline

    assert baseline() == second
    assert baseline(as_at="2025-06-01") == first
    assert baseline(baseline=first.pk) == first
    assert baseline(as_at="2024-06-01") is None
    asked = client.get("/kesiapan/", {"as_at": "2025-06-01", "baseline": second.pk})
    assert asked.status_code == 400
    assert "sesudah tanggal yang ditanyakan" in asked.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"province": "99"},
        {"baseline": "7"},
        {"baseline": "x\0"},
        {"as_at": "2999-01-01"},
        {"as_at": "2016-12-31"},
        {"layer": "reported"},
        {"known_at": "kemarin"},
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(client: Client, asked: dict[str, str]) -> None:
    response = client.get("/kesiapan/", asked)

    assert response.status_code == 400
    (name,) = asked
    assert name in response.content.decode()


def test_a_province_that_was_not_there_yet_is_no_page(client: Client) -> None:
    assert client.get("/kesiapan/?province=93&as_at=2022-01-01").status_code == 404
    assert client.get("/kesiapan/?province=93&as_at=2022-01-01&boundaries=now").status_code == 200


def test_reports_are_for_whoever_is_signed_in_and_labelled(
    client: Client, officer: User, assessed: Callable[..., ReadinessAssessment]
) -> None:
    assessed(is_verified=False)
    assert client.get("/kesiapan/").context["page"].area.assessed == 0
    Assignment.objects.create(user=officer, role=Role.VIEWER, valid_from=date(2026, 1, 1))
    client.force_login(officer)

    response = client.get("/kesiapan/?layer=reported")

    assert response.context["page"].area.assessed == 1
    assert "terverifikasi dan dilaporkan" in response.content.decode()


@pytest.mark.parametrize("path", ["/kesiapan/", "/kesiapan/?province=35"])
def test_a_page_takes_as_many_queries_for_all_units_as_for_none(
    client: Client, officer: User, verifier: User, frozen: Callable[..., ReadinessBaseline], path: str
) -> None:
    frozen(date(2026, 1, 31))

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(path)
        return len(caught)

    empty = queries()
    for regency in Regency.objects.filter(province__code="35", is_autonomous=True):
        said = ReadinessAssessment(regency=regency, assessed_on=date(2026, 1, 1), budget="ready")
        verify(report(said, by=officer), by=verifier)

    # The page's version; provinces and baselines to choose from; now, at the baseline, and the units.
    assert (empty, queries()) == (6, 6)


def test_a_bar_is_as_long_as_its_parts_and_leaves_out_what_is_none() -> None:
    assert stacked_bar({"done": 1, "underway": 0, "unknown": 3}) == (
        Segment("done", "0.00", "25.00"),
        Segment("unknown", "25.00", "75.00"),
    )
    assert stacked_bar({"done": 0}) == ()
