"""Does anything that was only reported show on a public page, in its files, its explanation or a visitor's paper?"""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commitments.models import Institution, Presence
from dashboard.pages import VOLATILE
from dashboard.papers import PaperQuestion, meeting_paper
from regions.choices import OperatingStatus, Stage
from regions.models import Milestone, OperatingRecord, ReadinessAssessment, Site
from regions.services.ledger import report
from taskforce.coverage import Question
from taskforce.models import ActionItem
from taskforce.services.actions import plan
from tests.everything import SECRET
from tests.public_pages import PUBLIC_PAGES

pytestmark = pytest.mark.django_db
ABOUT_THE_SITE = ["/provinsi/35/", "/kabkota/35.02/", "/mpp/{site}/", "/penjelasan/?province=35", "/cari/?q=ponorogo"]
ABOUT_THE_SITE += [
    "/kesiapan/?province=35",
    "/perkiraan/berikutnya/?province=35",
    "/en/kabkota/35.02/",
    "/en/mpp/{site}/",
]
MACHINES = ["/api/v1/coverage/", "/api/v1/coverage/?province=35"]
# What tells the moment: in a page, and for programs.
MOMENT = re.compile(rb'"computed_at":"[^"]*"')
OFFERED = re.compile(r'href="[^"?]*(\?[^"]*unduh=[\w-]+\.csv[^"]*)"')


@pytest.fixture
def existing() -> Site:
    """An MPP that counts by what was verified, of which the public pages show much."""
    return Site.objects.get(pk=1)


def report_everything(site: Site, existing: Site, *, by: User, editor: User) -> None:
    """Report one of each kind, and plan something that is not public; nobody verifies any of it."""
    today = timezone.localdate()
    report(Milestone(site=site, stage=Stage.INAUGURATED, reached_on=date(2026, 1, 1), note=SECRET), by=by)
    stopped = {"status": OperatingStatus.STOPPED, "since": date(2026, 2, 1), "note": SECRET}
    for each in (site, existing):
        report(OperatingRecord(site=each, **stopped), by=by)
        counter = Presence(site=each, institution=Institution.objects.get(abbreviation="PLN"), note=SECRET)
        counter.counter_opened_on = date(2026, 3, 1)
        report(counter, by=by)
        said = {"regency": each.regency, "budget": "ready", "note": SECRET}
        report(ReadinessAssessment(**said, assessed_on=date(2026, 2, 1)), by=by)
        plan(ActionItem(title=SECRET, site=each, due_on=today + timedelta(days=30)), by=editor)


def seen(client: Client, address: str) -> dict[str, bytes]:
    """Return a page and the files that it offers, without what tells the moment."""
    page = client.get(address)
    assert page.status_code == 200
    files = {query.replace("&amp;", "&") for query in OFFERED.findall(page.content.decode())}
    path = address.partition("?")[0]
    bodies = {query: client.get(path + query) for query in sorted(files)}
    assert {answer["Content-Type"] for answer in bodies.values()} <= {"text/csv; charset=utf-8"}
    return {
        "page": MOMENT.sub(b"", VOLATILE.sub(b"", page.content)),
        **{query: answer.content for query, answer in bodies.items()},
    }


@pytest.mark.parametrize("address", [*PUBLIC_PAGES, *ABOUT_THE_SITE, *MACHINES])
def test_a_visitor_sees_the_same_before_and_after_a_report(
    address: str, client: Client, site: Site, existing: Site, officer: User, editor: User
) -> None:
    address = address.format(site=site.pk)
    before = seen(client, address)

    report_everything(site, existing, by=officer, editor=editor)
    after = seen(client, address)

    assert after == before


@pytest.mark.parametrize("address", [*PUBLIC_PAGES, *ABOUT_THE_SITE])
def test_a_visitor_who_asks_for_the_reported_layer_is_refused(address: str, client: Client, site: Site) -> None:
    address = address.format(site=site.pk)
    join = "&" if "?" in address else "?"

    answers = [
        client.get(f"{address}{join}layer=reported{more}") for more in ("", "&unduh=unit.csv", "&layer=verified")
    ]

    # These know no layers: what is found and what is given away is verified.
    refusals = {200} if address.startswith(("/cari/", "/data/")) else {400}
    assert {answer.status_code for answer in answers} == refusals


@pytest.mark.parametrize("address", ABOUT_THE_SITE)
def test_who_is_signed_in_reads_figures_of_reports_elsewhere_not_what_they_say(
    address: str, client: Client, site: Site, existing: Site, officer: User, editor: User
) -> None:
    report_everything(site, existing, by=officer, editor=editor)
    client.force_login(User.objects.create_user("stranger@pantau-mpp.example"))
    address = address.format(site=site.pk)
    join = "&" if "?" in address else "?"

    shown = seen(client, f"{address}{join}layer=reported")

    assert [name for name, content in shown.items() if SECRET.encode() in content] == []


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_strangers_paper_says_the_same_before_and_after_a_report(
    is_signed_in: bool, site: Site, existing: Site, officer: User, editor: User
) -> None:
    today = timezone.localdate()
    reader = User.objects.create_user("stranger@pantau-mpp.example") if is_signed_in else AnonymousUser()
    asked = PaperQuestion(Question(today), today - timedelta(days=30), province="35")
    before = meeting_paper(asked, reader, today=today)

    report_everything(site, existing, by=officer, editor=editor)
    after = meeting_paper(asked, reader, today=today)

    same_moment = replace(after.coverage, computed_at=before.coverage.computed_at)
    assert replace(after, coverage=same_moment) == before
    # The editor's, who plans, does not.
    assert meeting_paper(asked, editor, today=today).actions != after.actions
