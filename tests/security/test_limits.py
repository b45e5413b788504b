"""Does the product refuse what is too large before it costs memory or disk, and say so?"""

import http.client
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from playwright.sync_api import expect

from accounts.models import User
from regions.choices import Role
from regions.models import Assignment, Milestone, Regency, Site
from tests.accounts import errands
from tests.browser import chromium, manage, own_database, served
from tests.sign_in import PASSWORD, PERSON

pytestmark = pytest.mark.django_db
MB = 1024**2
PIECE = b"x" * MB
HEAD = (
    b'--b\r\nContent-Disposition: form-data; name="evidence"; filename="foto.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
)
TAIL = b"\r\n--b--\r\n"


@dataclass
class Server:
    """The product, the folder its uploads would be kept in, and its processes."""

    address: str
    folder: Path
    processes: list[psutil.Process]

    def kept(self) -> int:
        """Return how many bytes of uploads lie on the disk."""
        return sum(path.stat().st_size for path in self.folder.glob("*.upload*"))

    def memory(self) -> int:
        return sum(process.memory_info().rss for process in self.processes)

    def send(self, path: str, megabytes: int, cookies: str = "", *, chunked: bool = False) -> "Answer":
        """Post a file of so many megabytes; return what came of it."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", "multipart/form-data; boundary=b")
        connection.putheader("Cookie", cookies)
        size = (
            ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(HEAD + TAIL) + megabytes * MB))
        )
        connection.putheader(*size)
        connection.endheaders()
        before, most_kept, most_memory = self.memory(), 0, 0
        try:
            for piece in (HEAD, *(PIECE for _ in range(megabytes)), TAIL):
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
                most_kept, most_memory = max(most_kept, self.kept()), max(most_memory, self.memory() - before)
            if chunked:
                connection.send(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            assert chunked, "Only what has no length is cut off."
        response = connection.getresponse()
        page = response.read().decode()
        connection.close()
        return Answer(response.status, response.headers["Content-Type"], page, most_kept, most_memory)


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    page: str
    most_kept: int
    most_memory: int


@pytest.fixture(scope="module")
def server(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("uploads")
    with django_db_blocker.unblock(), own_database("limits") as database:
        manage(database, *errands.CALL)
        log = tmp_path_factory.mktemp("web") / "log"
        with served(database, log, TMPDIR=str(folder)) as address:
            children = psutil.Process().children(recursive=True)
            yield Server(address, folder, [one for one in children if "gunicorn" in " ".join(one.cmdline())])


@pytest.fixture(scope="module")
def cookies(server: Server) -> str:
    """What the browser of somebody signed in sends along."""
    person = requests.Session()
    page = person.get(f"{server.address}/akun/login/", timeout=10).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = {"login": PERSON, "password": PASSWORD, "csrfmiddlewaretoken": token}
    person.post(f"{server.address}/akun/login/", data=form, timeout=10)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.cookies if cookie.path == "/")


def test_evidence_of_a_usual_size_is_taken(server: Server, cookies: str) -> None:
    answer = server.send("/kerja/mpp/1/lapor/", 30, cookies)

    # Without a token: read to its end, and then refused.
    assert answer.status == 403
    assert answer.most_kept > 10 * MB


def test_an_upload_of_200_mb(server: Server, cookies: str) -> None:
    answer = server.send("/kerja/mpp/1/lapor/", 200, cookies)

    assert answer.status == 413
    assert "Satu kiriman paling besar 100 MB" in answer.page
    assert answer.most_kept == 0
    assert answer.most_memory < 20 * MB


def test_an_upload_by_a_stranger(server: Server) -> None:
    answer = server.send("/akun/login/", 30)

    assert answer.status == 413
    assert answer.most_kept == 0


def test_an_upload_to_the_api(server: Server) -> None:
    answer = server.send("/api/v1/coverage/", 30)

    assert answer.status == 413
    assert answer.content_type == "application/problem+json"
    assert "Kiriman ini terlalu besar" in answer.page


@pytest.mark.parametrize("megabytes", [0, 200])
def test_an_upload_that_does_not_say_how_large_it_is(server: Server, cookies: str, megabytes: int) -> None:
    try:
        answer = server.send("/kerja/mpp/1/lapor/", megabytes, cookies, chunked=True)
    except ConnectionError:
        assert megabytes == 200, "An answer that was ready before the cut is read."
    else:
        assert answer.status == 413
        assert answer.most_memory < 20 * MB
    assert server.kept() == 0


@pytest.mark.browser
def test_a_browser_shows_the_refusal(server: Server, tmp_path: Path) -> None:
    photo = tmp_path / "foto.jpg"
    with photo.open("wb") as file:
        file.truncate(150 * MB)
    form = '<form method="post" enctype="multipart/form-data"><input type="file" name="evidence"><button>Kirim</button>'

    with chromium() as browser:
        page = browser.new_context(locale="id-ID").new_page()
        page.goto(f"{server.address}/akun/login/")
        page.evaluate("form => { document.body.innerHTML = form }", form)
        page.locator("input").set_input_files(photo)
        page.get_by_role("button", name="Kirim").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kiriman ini terlalu besar")
        page.context.close()


def test_a_form_cut_off_in_the_middle_is_refused_and_enters_nothing(
    client: Client, site: Site, officer: User, ponorogo: Regency
) -> None:
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=date(2026, 1, 1))
    client.force_login(officer)
    said = {"statement": "stage:building", "happened_on": "2026-03-01", "date_precision": "day", "note": "x"}
    said |= {"client_id": str(uuid.uuid4()), "evidence": SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 5000)}
    body = encode_multipart(BOUNDARY, said)
    url = f"/kerja/mpp/{site.pk}/lapor/"

    response = client.generic("POST", url, body, MULTIPART_CONTENT, **{"wsgi.input": BytesIO(body[:-4000])})

    assert response.status_code == 400
    assert "terputus di tengah jalan" in response.content.decode()
    assert not Milestone.objects.filter(site=site).exists()
