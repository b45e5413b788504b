"""Can everyone use every page: in both themes, on the narrowest screen, enlarged, by keyboard, without motion?"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page

from tests.browser import Deployment, chromium, deployed, keep, manage
from tests.security.test_every_address import ADDRESSES

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
# The first to whom an address answers looks at it.
ROLES = ("visitor", "officer", "institution", "province", "editor", "administrator")
# The narrowest screen there is, a small phone, and a desk of 1280 px at 200 %.
WIDTHS = (320, 360, 640)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # 24 px (WCAG 2.2, 2.5.8); axe leaves it out unless it is asked for.
    "rules": {"target-size": {"enabled": True}},
    # What it writes about all that is well takes longer than the looking.
    "resultTypes": ["violations"],
}
# The themes differ in nothing but their colours.
RULES_IN = {"light": RULES, "dark": RULES | {"runOnly": ["color-contrast", "link-in-text-block"], "rules": {}}}
SIGN_IN_PAGES = ["/akun/login/", "/akun/password/reset/", "/tidak-ada/", "/?as_at=kemarin", "/cari/?q=a", "/cari/"]
SIGN_IN_PAGES += ["/cari/?q=kab+bolmut", "/cari/?q=kota"]
# Whether it can be seen where the keyboard is.
FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
MAIN_PAGES = ["/", "/provinsi/51/", "/komitmen/", "/cari/?q=ponorogo"]
# What would move: everything with a transition or an animation, and smooth scrolling.
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  return style.transitionDuration.split(", ").some((time) => time !== "0s") || style.animationName !== "none"
    || style.scrollBehavior === "smooth";
}).map((element) => element.outerHTML.slice(0, 100))"""
# How each kind of mark or part of a bar looks, by family: two kinds that look alike cannot be told apart.
LOOKS = """() => {
  const looks = {};
  const note = (family, kind, element, properties) => {
    const style = getComputedStyle(element);
    (looks[family] ??= {})[kind] = properties.map((name) => style[name]).join(" ");
  };
  for (const mark of document.querySelectorAll(".badge .badge__mark"))
    note("mark", mark.parentElement.className, mark,
      ["borderRadius", "borderStyle", "backgroundImage", "backgroundColor"]);
  for (const part of document.querySelectorAll(".bar__track, .bar__fill"))
    note("bar", part.getAttribute("class"), part, ["fill", "strokeDasharray"]);
  for (const part of document.querySelectorAll(".headline .stages > *"))
    note("stages", part.getAttribute("class") ?? "", part, ["fill", "stroke", "strokeDasharray"]);
  for (const band of document.querySelectorAll(".fan__band, .fan__past, .fan__middle"))
    note("fan", band.getAttribute("class"), band, ["fill", "stroke", "strokeDasharray"]);
  for (const mark of document.querySelectorAll(".gap__mark"))
    note("gap", mark.getAttribute("class"), mark, ["fill"]);
  return looks;
}"""


class Visit:
    """A page of every role, signed in once, and the keys that stand in the addresses."""

    def __init__(self, deployment: Deployment, browser: Browser, keys: dict[str, int]) -> None:
        self.deployment, self.browser, self.keys = deployment, browser, keys
        self.pages: dict[str, Page] = {}

    def as_role(self, role: str) -> Page:
        """Return the page of a role."""
        if role not in self.pages:
            # Without motion: a colour on its way from one theme to the other is nobody's colour.
            still = {"locale": "id-ID", "reduced_motion": "reduce"}
            context = self.browser.new_context(**still, device_scale_factor=2)
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
            if answer.status == 302 and "/akun/login/" not in answer.headers["location"]:
                # It leads on, to a page that is walked itself, or asks for the password again first.
                return None
            if answer.status == 200:
                return page if answers[-1][1].startswith("text/html") else None
        if all("json" in kind for _status, kind in answers):
            # It is for programs, also where it says what is not there.
            return None
        # What only takes what is sent to it; the door may come first.
        statuses = {status for status, _type in answers}
        assert 405 in statuses, answers
        assert statuses <= {302, 403, 404, 405}, answers
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
    for scheme, rules in RULES_IN.items():
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options=rules)
        assert results.violations_count == 0, f"{page.url} {scheme}\n{results.generate_report()}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 400})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width} px"


@pytest.mark.parametrize("path", [*(address for address, _statuses in ADDRESSES.values()), *SIGN_IN_PAGES])
def test_every_page_is_for_everyone(visit: Visit, path: str) -> None:
    # The officer here works elsewhere than the one of the table.
    path = path.format(**visit.keys).replace("/kerja/kabkota/35.02/", "/kerja/kabkota/51.05/")
    if path in SIGN_IN_PAGES:
        page: Page | None = visit.as_role("visitor")
    else:
        page = visit.first_to_see(path)
    if page is None:
        return

    page.goto(visit.deployment.address + path)

    assert_is_for_everyone(page)


# One of each shape: a list with its filters, choices that are searched for, a moment, rows to fill in, many to choose.
ADMIN_PAGES = [
    "/admin/",
    "/admin/regions/milestone/?o=-1",
    "/admin/regions/milestone/{verified}/history/",
    "/admin/commitments/presence/add/",
    "/admin/socialaccount/socialtoken/add/",
    "/admin/auth/group/add/",
]
ADMIN_RECORDS = ["commitments/agreement", "taskforce/directive", "taskforce/knowngap", "regions/ceremony"]


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_pages_of_the_admin_are_for_everyone(visit: Visit, path: str) -> None:
    page = visit.as_role("administrator")

    page.goto(visit.deployment.address + path.format(**visit.keys))

    assert_is_for_everyone(page)


@pytest.mark.parametrize("kind", ADMIN_RECORDS)
def test_records_in_the_admin_are_for_everyone(visit: Visit, kind: str) -> None:
    page = visit.as_role("administrator")

    page.goto(f"{visit.deployment.address}/admin/{kind}/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url("**/change/")

    assert_is_for_everyone(page)


def tab_to(page: Page, target: Locator) -> None:
    """Walk by Tab to something; where one is can be seen at every step."""
    for _step in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUS), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} is not within reach of the keyboard")


def test_the_keyboard_alone_leads_through_the_main_pages(visit: Visit) -> None:
    page = visit.browser.new_context(locale="id-ID").new_page()
    page.goto(visit.deployment.address)

    tab_to(page, page.get_by_role("link", name="Langsung ke isi"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Per tanggal"))
    page.reload()
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("kab bolmut")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cari/?q=kab+bolmut")
    keep(page, "cari-desk")
    tab_to(page, page.get_by_role("main").get_by_role("link", name="Kabupaten Bolaang Mongondow Utara").first)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/cari/" not in url)
    tab_to(page, page.get_by_role("navigation", name="Utama").get_by_role("link", name="Janji"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/komitmen/janji/")
    assert page.get_by_role("navigation", name="Utama").locator("[aria-current=page]").inner_text() == "Janji"
    page.goto(f"{visit.deployment.address}/provinsi/51/")
    tab_to(page, page.get_by_role("table").get_by_role("link").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kabkota/*/")


def test_the_folded_menu_of_a_phone_opens_without_script(visit: Visit) -> None:
    phone = {"width": 320, "height": 640}
    page = visit.browser.new_context(viewport=phone, java_script_enabled=False, locale="id-ID").new_page()
    page.goto(visit.deployment.address)
    folded = page.locator(".menu--folded").get_by_role("link", name="Kesiapan", exact=True)
    assert not folded.is_visible()
    keep(page, "menu-folded")

    page.get_by_text("Menu dan pencarian").focus()
    page.keyboard.press("Enter")

    keep(page, "menu-open")
    folded.click()
    assert page.url.endswith("/kesiapan/")
    page.get_by_text("Menu dan pencarian").click()
    page.get_by_role("searchbox").fill("ponorgo")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="Kabupaten Ponorogo").wait_for()
    keep(page, "cari-phone")


@pytest.mark.parametrize("path", MAIN_PAGES)
def test_nothing_moves_for_those_who_asked_for_rest(visit: Visit, path: str) -> None:
    page = visit.as_role("visitor")
    page.emulate_media(reduced_motion="reduce")

    page.goto(visit.deployment.address + path)

    assert page.evaluate(MOVING) == []
    assert page.evaluate("document.getAnimations().length") == 0
    page.emulate_media(reduced_motion="no-preference")


@pytest.mark.parametrize("path", ["/", "/provinsi/51/", "/kesiapan/", "/angka/", "/perkiraan/"])
def test_marks_and_bars_are_told_apart_in_forced_colours(visit: Visit, path: str) -> None:
    page = visit.as_role("visitor")
    page.emulate_media(forced_colors="active")

    page.goto(visit.deployment.address + path)

    looks = page.evaluate(LOOKS)
    assert looks, "nothing to tell apart"
    for family, by_kind in looks.items():
        assert len(set(by_kind.values())) == len(by_kind), (family, by_kind)
    page.emulate_media(forced_colors="none")
