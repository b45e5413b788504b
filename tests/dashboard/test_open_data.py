"""Can everybody read what the open data hold, and download each file under an address that never changes its bytes?"""

import gzip
import json
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from regions.choices import Stage
from regions.models import Milestone, Site
from taskforce.models import Release
from taskforce.opendata.tables import TABLES
from tests.dashboard.test_pages import text
from tests.taskforce.test_releases import TODAY, YESTERDAY, publish

pytestmark = pytest.mark.django_db
URL = "/data/"
DATED = "/data/2026-11-22/milestones.csv"


@pytest.fixture
def release(db: None) -> Release:
    return publish()


def test_without_a_release_the_page_says_so(client: Client) -> None:
    page = text(client, URL)

    assert "belum ada data" in page
    assert "Rilis pertama dibuat setelah ada data terverifikasi" in page


def test_the_page_lists_every_table_with_its_files_columns_and_licences(client: Client, release: Release) -> None:
    content = client.get(URL).content.decode()

    for file in release.files.all():
        assert f'href="/data/2026-11-22/{file.name}"' in content
    described = json.loads(client.get("/data/2026-11-22/datapackage.json").content)
    tables = [each for each in described["resources"] if each["name"] in {table.name for table in TABLES}]
    fields = [field for each in tables for field in each["schema"]["fields"]]
    assert len(tables) == len(TABLES)
    assert all(f"<code>{field['name']}</code>" in content and field["title"] in content for field in fields)
    assert "Open Database License 1.0" in content
    assert "Lisensi himpunan ini sendiri belum ditetapkan" in content
    assert release.checksum in content


def test_the_page_has_the_former_codes_with_their_laws(client: Client, release: Release) -> None:
    page = text(client, URL)

    assert "26 kabupaten/kota pindah provinsi" in page
    assert "Kabupaten Merauke 91.01 93.01 Papua Papua Selatan 2022-07-25 UU 14/2022" in page


def test_the_page_says_what_changed_since_the_day_before(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    publish(YESTERDAY)
    verified(site, Stage.INAUGURATED, date(2026, 11, 20))
    Site.objects.filter(pk=site.pk).update(building="Gedung <b>Baru</b>")
    publish()

    page = text(client, URL)

    assert "Dibandingkan dengan rilis 21 November 2026." in page
    assert "Capaian tahap 1 0 0" in page
    assert "stage: inaugurated" in page
    assert "building: \N{EN DASH} → Gedung &lt;b&gt;Baru&lt;/b&gt;" in page
    assert "Ini rilis pertama" in text(client, "/data/2026-11-21/")


def test_a_file_comes_with_all_that_a_program_asks_for(client: Client, release: Release) -> None:
    response = client.get(DATED)

    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response["Content-Disposition"] == 'attachment; filename="pantau-mpp_2026-11-22_milestones.csv"'
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["X-Checksum-SHA256"] == sha256(response.content).hexdigest()
    assert response["ETag"] == f'"{response["X-Checksum-SHA256"]}"'
    assert "Accept-Encoding" in response["Vary"]
    assert not response.cookies


def test_a_file_is_sent_compressed_to_whoever_takes_it_so(client: Client, release: Release) -> None:
    plain = client.get(DATED)
    packed = client.get(DATED, headers={"Accept-Encoding": "gzip, br"})

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert packed["X-Checksum-SHA256"] == plain["X-Checksum-SHA256"]
    assert len(packed.content) * 3 < len(plain.content)


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("path", [DATED, "/data/terbaru/milestones.csv"])
def test_whoever_has_a_file_is_told_so(client: Client, release: Release, path: str, encoding: str) -> None:
    etag = client.get(path, headers={"Accept-Encoding": encoding})["ETag"]

    again = client.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == etag


def test_the_latest_address_goes_on_and_the_dated_one_stays(
    client: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    publish(YESTERDAY)
    before = client.get("/data/2026-11-21/milestones.json").content
    verified(site)
    publish()

    latest = client.get("/data/terbaru/milestones.json")

    assert latest["Content-Location"] == "../2026-11-22/milestones.json"
    assert latest["Cache-Control"] == "public, no-cache"
    assert latest.content == client.get("/data/2026-11-22/milestones.json").content != before
    assert client.get("/data/2026-11-21/milestones.json").content == before
    assert client.get("/en/data/2026-11-21/milestones.json").content == before


def test_only_files_may_be_read_by_other_sites(client: Client, release: Release) -> None:
    for path in (URL, "/data/2026-11-22/", "/data/2026-11-22/none.csv", "/"):
        assert "Access-Control-Allow-Origin" not in client.get(path).headers


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/data/2026-11-25/", "Belum ada rilis 25 November 2026; yang terbaru 22 November 2026."),
        ("/data/2999-01-01/coverage.csv", "Belum ada rilis 1 Januari 2999"),
        ("/data/2017-01-01/", "Tidak ada rilis 1 Januari 2017; yang pertama 20 November 2026."),
        ("/data/2026-11-21/", "Tidak ada rilis 21 November 2026; yang terakhir sebelumnya 20 November 2026."),
        ("/data/2026-11-31/", "Tulis hari rilis sebagai tahun-bulan-tanggal, misalnya 2026-11-22."),
        ("/data/kemarin/coverage.csv", "Tulis hari rilis"),
        ("/data/20261122/", "Tulis hari rilis"),
        ("/data/2026-11-22/rahasia.csv", "Rilis ini tidak memuat berkas itu. Yang ada: SHA256SUMS.txt, agreements.csv"),
        ("/data/2026-11-22/coverage.xlsx", "Rilis ini tidak memuat berkas itu"),
        ("/data/terbaru/%00", "Rilis ini tidak memuat berkas itu"),
        ("/data/%00/coverage.csv", "Tulis hari rilis"),
        ("/data/terbaru/../settings.py", "Alamatnya salah tulis"),
    ],
)
def test_what_there_is_not_is_answered_by_what_there_is(client: Client, path: str, said: str) -> None:
    publish(TODAY - timedelta(days=2))
    publish()

    response = client.get(path)

    assert response.status_code == 404
    assert said in " ".join(response.content.decode().split())


def test_before_the_first_release_every_address_says_so(client: Client) -> None:
    for path in ("/data/2026-11-22/", DATED, "/data/terbaru/milestones.csv"):
        response = client.get(path)
        assert response.status_code == 404
        assert "Belum ada rilis data." in response.content.decode()


def test_one_that_is_not_published_yet_cannot_be_read(client: Client, release: Release) -> None:
    Release.objects.create(day=TODAY + timedelta(days=1), known_at=release.known_at)

    assert client.get("/data/2026-11-23/").status_code == 404
    assert client.get("/data/terbaru/datapackage.json").json()["version"] == "2026-11-22"
    assert "/data/2026-11-23/" not in client.get(URL).content.decode()


def test_files_are_only_read(client: Client, release: Release) -> None:
    assert client.post(DATED).status_code == 405
    assert client.head(DATED)["X-Checksum-SHA256"]


def test_pages_and_files_take_as_many_queries_however_many_releases(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for back in (3, 2, 1):
        publish(TODAY - timedelta(days=back))

    # The version of the database, the releases, the files of one, and three of those read.
    with django_assert_max_num_queries(4):
        client.get(URL)
    # The release, the names of its files, and the file.
    with django_assert_max_num_queries(3):
        client.get("/data/terbaru/coverage.json")


def test_the_english_page_says_the_same_in_english(client: Client, release: Release) -> None:
    page = text(client, "/en/data/")

    assert "Open data, release of 22 November 2026" in page
    assert "The stages each MPP reached" in page
    assert "The licence of this collection itself has not been decided." in page
