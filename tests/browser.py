"""How do tests look at the product as people do: through gunicorn and a real Chromium?"""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection, connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mpp_tracker.local.environment import ROOT
from mpp_tracker.local.processes import wait_until

# Without the background flags it would look for its maker's hosts at every start.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """Copy the tests' database to one that may be written to; yield its address."""
    server = database_server()
    connections.close_all()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE {name} TEMPLATE "{connection.settings_dict["NAME"]}"')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def manage(database_url: str, *arguments: str) -> None:
    """Run a command of the product's on a database."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_url}, check=True)


@contextmanager
def served(database_url: str, log: Path, *, port: int | None = None, **settings: str) -> Iterator[str]:
    """Serve a database's content with gunicorn, as production does; yield the address."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "mpp_tracker.wsgi", "-b", f"127.0.0.1:{port}"]
    command += ["--threads", "4", "--no-control-socket"]
    environment = os.environ | {"DATABASE_URL": database_url, "SITE_URL": address} | settings
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            assert wait_until(lambda: answers(f"{address}/healthz"), seconds=30), log.read_text()
            yield address
        finally:
            process.terminate()
            process.wait(20)


def answers(url: str) -> bool:
    """Return whether somebody answers 200 there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def missing(what: str) -> NoReturn:
    """Skip the test for want of something, unless browser tests are required."""
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(f"REQUIRE_BROWSER is set, but: {what}")
    pytest.skip(what)


def chromium_on_path() -> str:
    """Return the Chromium on the path; skip where there is none, unless one is required."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return program or missing("There is no Chromium on the path.")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium on the path; skip where there is none, unless one is required."""
    program = chromium_on_path()
    # Playwright keeps an event loop in this thread; Django would refuse to talk to the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
        # Beside an event loop Django keeps another connection, which nobody else would close.
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass(frozen=True)
class Deployment:
    """The real rollout with an account per role, served from a database that may be written to."""

    address: str
    database_url: str
    passwords: dict[str, str]

    def sign_in(self, context: BrowserContext, role: str, path: str) -> Page:
        """Open a page as a role sees it."""
        page = context.new_page()
        page.goto(f"{self.address}/akun/login/?next={path}")
        page.get_by_label("Email").fill(f"{role}@pantau-mpp.example")
        page.get_by_label("Sandi", exact=True).fill(self.passwords[role])
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url(f"{self.address}{path}")
        return page


@contextmanager
def deployed(name: str, folder: Path, django_db_blocker: Any) -> Iterator[Deployment]:
    """Serve the real rollout from a database of its own, called `name`."""
    server = database_server()
    accounts = folder / "accounts.csv"
    with django_db_blocker.unblock():
        connections.close_all()
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE {name} TEMPLATE "{connection.settings_dict["NAME"]}"')
        try:
            make = [sys.executable, "manage.py", "make_accounts", "--file", str(accounts)]
            subprocess.run(make, cwd=ROOT, env=os.environ | {"DATABASE_URL": f"{server}/{name}"}, check=True)
            rows = [line.split(",") for line in accounts.read_text().splitlines()[1:]]
            passwords = {role: password for role, _email, password in rows}
            with served(f"{server}/{name}", folder / "log") as address:
                yield Deployment(address, f"{server}/{name}", passwords)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def keep(page: Page, name: str) -> None:
    """Keep a picture for whoever wants to look, where one was asked for."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def is_whole(page: Page) -> bool:
    """Return whether a page fits its screen and axe finds nothing."""
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, results.generate_report()
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def database_server() -> str:
    """Return the address of the tests' PostgreSQL, without a database."""
    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@{quote(settings['HOST'], safe='')}"
