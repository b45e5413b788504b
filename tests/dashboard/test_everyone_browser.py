"""Can everyone use every page: in both themes, on the narrowest screen, enlarged, by keyboard, without motion?"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import Deployment, chromium, deployed, manage
from tests.security.test_every_address import ADDRESSES, ADMIN_LISTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
# The first to whom an address answers looks at it.
ROLES = ("visitor", "officer", "institution", "province", "administrator")
# The narrowest screen there is, a small phone, and a desk of 1280 px at 200 %.
WIDTHS = (320, 360, 640)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # 24 px (WCAG 2.2, 2.5.8); axe leaves it out unless it is asked for.
    "rules": {"target-size": {"enabled": True}},
}
SIGN_IN_PAGES = ["/akun/login/", "/akun/password/reset/", "/tidak-ada/", "/?as_at=kemarin", "/cari/?q=a", "/cari/"]
SIGN_IN_PAGES += ["/cari/?q=kab+bolmut", "/cari/?q=kota"]


class Visit:
    """A page of every role, signed in once, and the keys that stand in the addresses."""

    def __init__(self, deployment: Deployment, browser: Browser, keys: dict[str, int]) -> None:
        self.deployment, self.browser, self.keys = deployment, browser, keys
        self.pages: dict[str, Page] = {}

    def as_role(self, role: str) -> Page:
        """Return the page of a role."""
        if role not in self.pages:
            context = self.browser.new_context(locale="id-ID", device_scale_factor=2)
            self.pages[role] = (
                context.new_page() if role == "visitor" else self.deployment.sign_in(context, role, "/satgas/")
            )
        return self.pages[role]

    def first_to_see(self, path: str) -> Page | None:
        """Return the page of the first role to which an address shows a page, None when it is no page at all."""
        answers = []
        for role in ROLES:
            page = self.as_role(role)
            answer = page.context.request.get(self.deployment.address + path, max_redirects=0)
            answers.append((answer.status, answer.headers.get("content-type", "")))
            if answer.status == 200:
                return page if answers[-1][1].startswith("text/html") else None
        assert {status for status, _type in answers} == {405}, answers
        return None


@pytest.fixture(scope="module")
def visit(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("everyone")
    with deployed("everyone_pages", folder, django_db_blocker) as deployment, chromium() as browser:
        keys = folder / "keys.json"
        manage(deployment.database_url, "shell", "--command", f"from tests.everything import fill; fill('{keys}')")
        yield Visit(deployment, browser, json.loads(keys.read_text()))


def assert_is_for_everyone(page: Page) -> None:
    """Hold a page that is open against the rules, in both themes and at every width."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options=RULES)
        assert results.violations_count == 0, f"{page.url} {scheme}\n{results.generate_report()}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 400})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width} px"


@pytest.mark.parametrize("path", [*(address for address, _statuses in ADDRESSES.values()), *SIGN_IN_PAGES])
def test_every_page_is_for_everyone(visit: Visit, path: str) -> None:
    path = path.format(**visit.keys)
    if path in SIGN_IN_PAGES:
        page: Page | None = visit.as_role("visitor")
    else:
        page = visit.first_to_see(path)
    if page is None:
        return

    page.goto(visit.deployment.address + path)

    assert_is_for_everyone(page)


@pytest.mark.parametrize("path", ["/admin/", *ADMIN_LISTS])
def test_every_page_of_the_admin_is_for_everyone(visit: Visit, path: str) -> None:
    page = visit.as_role("administrator")

    page.goto(visit.deployment.address + path)

    assert_is_for_everyone(page)
