"""Is what is sent to the API entered as by a page, verified only by who may, and refused by name when it is wrong?"""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from commitments.models import Institution, InstitutionAssignment, Presence
from regions.choices import Role, Stage
from regions.models import Milestone, OperatingRecord, ReadinessAssessment, Regency, Site
from taskforce.models import ActionItem
from taskforce.services.actions import plan
from tests.api.asking import ask, examples_of, send, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def dinas(officer: User, site: Site) -> Client:
    """The officer of the site's regency."""
    return signed_in(officer, role=Role.OFFICER, regency=site.regency)


@pytest.fixture
def checker(verifier: User) -> Client:
    return signed_in(verifier, role=Role.VERIFIER)


def statement(about: Site, **more: Any) -> dict[str, Any]:
    return {"site": about.pk, "stage": "building", "reached_on": "2026-03-01"} | more


def test_an_officer_reports_a_milestone(dinas: Client, officer: User, site: Site) -> None:
    response = send(dinas, "milestones", statement(site, note="Gedung mulai dibangun"))

    entry = Milestone.objects.get(site=site)
    assert response.status_code == HTTPStatus.CREATED, response.content
    assert response["Location"] == f"/api/v1/milestones/{entry.pk}/"
    assert (entry.state, entry.stage, entry.reported_by, entry.note) == (
        "reported",
        "building",
        officer,
        "Gedung mulai dibangun",
    )
    assert response.json() == ask(dinas, f"milestones/{entry.pk}")


def test_what_is_sent_twice_is_entered_once(dinas: Client, site: Site) -> None:
    body = statement(site, client_id="7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d")

    answers = [send(dinas, "milestones", body) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert Milestone.objects.filter(site=site).count() == 1


def test_what_is_sent_under_the_name_of_another_report_is_refused(
    dinas: Client, inaugurated: Site, bpn: Institution
) -> None:
    number = {"client_id": "7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d"}
    ready = {"regency": "35.02", "assessed_on": "2026-03-01", "budget": "ready"}
    counter = {"site": inaugurated.pk, "institution": bpn.pk, "counter_opened_on": "2026-03-01"}
    serves = {"site": inaugurated.pk, "status": "operating", "since": "2026-03-01"}
    first_and_other = {
        "milestones": (statement(inaugurated), {"reached_on": "2026-03-02"}),
        "operating-records": (serves, {"status": "suspended"}),
        "readiness-assessments": (ready, {"budget": "partly"}),
        "presences": (counter, {"counter_opened_on": "2026-03-02"}),
    }

    for path, (first, other) in first_and_other.items():
        answers = [send(dinas, path, first | number | more) for more in ({}, {}, other)]

        assert [answer.status_code for answer in answers] == [201, 200, 409], path
        assert "client_id" in answers[2].json()["detail"]


def test_an_update_is_known_again_by_its_number(dinas: Client, editor: User, site: Site) -> None:
    item = plan(ActionItem(title="Benahi gedung", site=site, due_on=date(2030, 1, 1)), by=editor)
    body = {"state": "underway", "note": "Rapat", "client_id": "7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d"}
    seen = dinas.get(f"/api/v1/action-items/{item.pk}/")["ETag"]

    answers = [
        send(dinas, f"action-items/{item.pk}/updates", body | more, If_Match=seen)
        for more in ({}, {}, {"note": "Lain"})
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert item.updates.count() == 1


def test_an_officer_reports_whether_a_site_serves(dinas: Client, site: Site) -> None:
    body = {"site": site.pk, "status": "operating", "since": "2026-03-15", "date_precision": "month"}

    assert send(dinas, "operating-records", body).status_code == HTTPStatus.CREATED

    assert OperatingRecord.objects.get(site=site).since == date(2026, 3, 31)


def test_an_officer_reports_readiness(dinas: Client, ponorogo: Regency) -> None:
    body = {"regency": "35.02", "assessed_on": "2026-03-01", "budget": "ready"}

    assert send(dinas, "readiness-assessments", body).status_code == HTTPStatus.CREATED

    assert ReadinessAssessment.objects.get(regency=ponorogo).budget == "ready"


def test_an_officer_reports_a_counter_with_its_services(dinas: Client, inaugurated: Site, bpn: Institution) -> None:
    body = {"site": inaugurated.pk, "institution": bpn.pk, "counter_opened_on": "2026-03-01", "service_days": [1, 2]}
    body["services"] = [{"name": "Cek sertifikat"}, {"name": "Balik nama", "channel": "electronic"}]

    response = send(dinas, "presences", body)

    assert response.status_code == HTTPStatus.CREATED, response.content
    assert response.json()["services"] == Presence.objects.get().services.count() == 2


def test_a_counter_is_reported_within_the_limits_of_the_page(
    dinas: Client, inaugurated: Site, bpn: Institution, counter: Callable[..., Presence]
) -> None:
    police = Institution.objects.get(abbreviation="Polri")
    ended, bank = Institution.objects.exclude(pk__in=[bpn.pk, police.pk]).filter(succeeded_by=None)[:2]
    Institution.objects.filter(pk=ended.pk).update(valid_until=date(2024, 10, 20), succeeded_by=bank)
    first = counter()
    body = {"site": inaugurated.pk, "institution": bpn.pk, "counter_opened_on": "2026-04-01"}
    again = body | {"supersedes": first.pk, "note": "Pindah lantai"}

    wrong = {
        "another institution": (again | {"institution": police.pk}, "supersedes"),
        "recorded already": (body, "institution"),
        "ended": (body | {"institution": ended.pk}, "institution"),
        "too many": (body | {"institution": police.pk, "services": [{"name": str(n)} for n in range(501)]}, "services"),
    }
    for name, (said, field) in wrong.items():
        response = send(dinas, "presences", said)
        assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, field), name
    assert Presence.objects.count() == 1

    assert send(dinas, "presences", body | {"institution": police.pk}).status_code == HTTPStatus.CREATED
    response = send(dinas, "presences", again)
    assert response.status_code == HTTPStatus.CREATED, response.content


def test_who_speaks_for_an_institution_reports_its_counter_anywhere(inaugurated: Site, bpn: Institution) -> None:
    speaker = User.objects.create_user("bpn@pantau-mpp.example")
    InstitutionAssignment.objects.create(user=speaker, institution=bpn, valid_from=date(2022, 1, 1))
    police = Institution.objects.get(abbreviation="Polri")
    body = {"site": inaugurated.pk, "counter_opened_on": "2026-03-01"}

    answers = [send(signed_in(speaker), "presences", body | {"institution": each.pk}) for each in (police, bpn)]

    assert [answer.status_code for answer in answers] == [400, 201]


def test_an_officer_registers_and_changes_a_site(dinas: Client, ponorogo: Regency) -> None:
    made = send(dinas, "sites", {"regency": "35.02", "name": "MPP Kedua"}).json()

    changed = dinas.patch(f"/api/v1/sites/{made['id']}/", {"building": "Eks kantor"}, content_type="application/json")

    assert changed.status_code == HTTPStatus.OK, changed.content
    assert Site.objects.get(pk=made["id"]).building == "Eks kantor"


def test_every_example_of_what_is_sent_is_taken(
    dinas: Client,
    checker: Client,
    editor: User,
    inaugurated: Site,
    bpn: Institution,
    reported: Callable[..., Milestone],
) -> None:
    item = plan(ActionItem(title="Benahi gedung", site=inaugurated, due_on=date(2030, 1, 1)), by=editor)
    report = reported(inaugurated, Stage.BUILDING, date(2025, 3, 1))
    keys = {"sites": inaugurated.pk, "action-items": item.pk, "milestones": report.pk}
    real = {"site": inaugurated.pk, "institution": bpn.pk}
    schema = dinas.get("/api/schema/").json()

    answers = {}
    for path, method, body in examples_of(schema):
        is_decision = path.endswith(("/verify/", "/return/"))
        kind = path.split("/")[3]
        if is_decision and kind != "milestones":
            continue
        if path.endswith("/verify/"):
            assert body is None
            continue
        assert body is not None, path
        sent = {name: real.get(name, value) for name, value in body.items()}
        ask = getattr(checker if is_decision else dinas, method)
        answers[path] = ask(path.format(id=keys.get(kind)), sent, content_type="application/json")

    assert len(answers) == 8
    assert {path: answer.content for path, answer in answers.items() if answer.status_code not in (200, 201)} == {}


@pytest.mark.parametrize("path", ["milestones", "operating-records", "presences"])
def test_a_foreign_site_is_refused_as_one_that_does_not_exist(
    dinas: Client, site: Site, bpn: Institution, path: str
) -> None:
    foreign = Site.objects.exclude(regency=site.regency).first()
    body: dict[str, Any] = {"stage": "ready", "reached_on": "2026-03-01"}
    if path == "presences":
        body = {"institution": bpn.pk, "counter_opened_on": "2026-03-01"}
    if path == "operating-records":
        body = {"status": "operating", "since": "2026-03-01"}

    keys = (foreign.pk, 999_999_999)

    answers = [send(dinas, path, {**body, "site": key}) for key in keys]

    assert [answer.status_code for answer in answers] == [400, 400]
    texts = [answer.content.decode().replace(str(key), "N") for answer, key in zip(answers, keys, strict=True)]
    assert texts[0] == texts[1]


def test_a_visitor_enters_nothing(client: Client, site: Site) -> None:
    assert send(client, "milestones", statement(site)).status_code == HTTPStatus.UNAUTHORIZED
    assert not Milestone.objects.filter(site=site).exists()


def test_a_form_of_another_site_enters_nothing(officer: User, dinas: Client, site: Site) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(officer)

    assert send(browser, "milestones", statement(site)).status_code == HTTPStatus.FORBIDDEN
    assert not Milestone.objects.filter(site=site).exists()


WRONG = {
    "state": {"state": "verified"},
    "reviewed_by": {"reviewed_by": 1},
    "site": {"site": "1"},
    "stage": {"stage": "selesai"},
    "reached_on": {"reached_on": "24/09/2025"},
    "note": {"note": 5},
    "withdraws": {"withdraws": "true"},
    "supersedes": {"supersedes": 10**18},
    "client_id": {"client_id": "satu"},
}
OF_ANOTHER_KIND = [("client_id", True), ("client_id", 7), ("service_days", ["1", 2]), ("service_days", [True])]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_a_report_is_named(dinas: Client, site: Site, name: str) -> None:
    response = send(dinas, "milestones", statement(site, **WRONG[name]))

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert [error["parameter"] for error in response.json()["errors"]] == [name]
    assert not Milestone.objects.filter(site=site).exists()


@pytest.mark.parametrize(("name", "value"), [*OF_ANOTHER_KIND, ("service_days", [1, 1])])
def test_what_is_wrong_in_a_counter_is_named(
    dinas: Client, inaugurated: Site, bpn: Institution, name: str, value: Any
) -> None:
    body = {"site": inaugurated.pk, "institution": bpn.pk, "counter_opened_on": "2026-03-01", name: value}

    response = send(dinas, "presences", body)

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert [error["parameter"] for error in response.json()["errors"]] == [name]
    assert not Presence.objects.exists()


HOSTILE = {
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "nothing": b"",
    "a name twice": b'{"site": 1, "site": 2}',
    "a name twice inside": b'{"site": 1, "note": {"a": 1, "a": 2}}',
    "no UTF-8": b'{"note": "\xff"}',
    "half a pair": b'{"note": "\\ud800"}',
    "NUL": b'{"note": "\\u0000"}',
    "not a number": b'{"site": NaN}',
    "infinite": b'{"site": Infinity}',
    "beyond floats": b'{"site": 1e400}',
    "five thousand digits": b'{"site": ' + b"9" * 5000 + b"}",
    "a thousand levels": b'{"note": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "a hundred thousand levels": b"[" * 100_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused(dinas: Client, site: Site, body: bytes) -> None:
    for path in ("milestones", "presences", "sites"):
        response = dinas.post(f"/api/v1/{path}/", body, content_type="application/json")

        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json"), path
    assert not Milestone.objects.filter(site=site).exists()


def test_a_body_of_50_megabytes_is_refused(dinas: Client, client: Client) -> None:
    body = b'{"note": "' + b"a" * 50 * 1024**2 + b'"}'

    for asker in (dinas, client):
        response = asker.post("/api/v1/milestones/", body, content_type="application/json")
        assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")


def test_a_form_is_refused_before_it_has_any_effect(
    dinas: Client, checker: Client, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)

    answers = [
        dinas.post("/api/v1/milestones/", statement(site)),
        dinas.post("/api/v1/milestones/", statement(site), headers={"Idempotency-Key": "kunci-1"}),
        checker.post(f"/api/v1/milestones/{entry.pk}/verify/", {"x": "1"}),
    ]

    assert [(answer.status_code, answer["Content-Type"]) for answer in answers] == [
        (415, "application/problem+json")
    ] * 3
    assert [entry.state for entry in Milestone.objects.filter(site=site)] == ["reported"]


@pytest.mark.parametrize("head", [{}, {"Idempotency-Key": "kunci-1"}])
def test_a_body_of_three_megabytes_is_refused_with_and_without_a_key(
    dinas: Client, site: Site, head: dict[str, str]
) -> None:
    body = statement(site, note="a" * 3 * 1024**2)

    response = dinas.post("/api/v1/milestones/", body, content_type="application/json", headers=head)

    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")


def test_a_verifier_verifies(checker: Client, verifier: User, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    response = send(checker, f"milestones/{entry.pk}/verify", {})

    entry.refresh_from_db()
    assert (response.status_code, response.json()["state"]) == (200, "verified")
    assert (entry.state, entry.reviewed_by) == ("verified", verifier)


def test_a_verifier_returns_with_a_reason(checker: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)

    without = send(checker, f"milestones/{entry.pk}/return", {})
    response = send(checker, f"milestones/{entry.pk}/return", {"reason": "Lampirkan foto"})

    assert [error["parameter"] for error in without.json()["errors"]] == ["reason"]
    assert (response.json()["state"], response.json()["review_note"]) == ("returned", "Lampirkan foto")


def test_nobody_decides_twice_or_on_their_own_report(
    checker: Client, verifier: User, site: Site, reported: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    send(checker, f"milestones/{entry.pk}/verify", {})
    own = Milestone.objects.get(pk=send(checker, "milestones", statement(site)).json()["id"])

    assert send(checker, f"milestones/{entry.pk}/return", {"reason": "Salah"}).status_code == HTTPStatus.CONFLICT
    assert send(checker, f"milestones/{own.pk}/verify", {}).status_code == HTTPStatus.BAD_REQUEST

    own.refresh_from_db()
    assert own.state == "reported"


def test_only_verifiers_decide(dinas: Client, client: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site)
    stranger = User.objects.create_user("lain@pantau-mpp.example")
    foreign = signed_in(stranger, role=Role.OFFICER, regency=Regency.objects.get(code="35.10"))

    answers = [send(asker, f"milestones/{entry.pk}/verify", {}).status_code for asker in (dinas, foreign, client)]

    entry.refresh_from_db()
    assert answers == [403, 404, 401]
    assert entry.state == "reported"


def test_whoever_decides_on_what_has_changed_is_told(
    checker: Client, site: Site, reported: Callable[..., Milestone], verified: Callable[..., Milestone]
) -> None:
    entry = reported(site)
    seen = checker.get(f"/api/v1/milestones/{entry.pk}/")["ETag"]
    verified(site, "opened", date(2026, 2, 1))

    stale = send(checker, f"milestones/{entry.pk}/verify", {}, If_Match=seen)
    fresh = checker.get(f"/api/v1/milestones/{entry.pk}/")["ETag"]
    decided = send(checker, f"milestones/{entry.pk}/verify", {}, If_Match=fresh)

    assert (stale.status_code, stale["Content-Type"]) == (412, "application/problem+json")
    assert decided.status_code == HTTPStatus.OK


def test_whoever_changes_a_site_that_has_changed_is_told(dinas: Client, site: Site) -> None:
    seen = dinas.get(f"/api/v1/sites/{site.pk}/")["ETag"]
    Site.objects.filter(pk=site.pk).update(building="Lain")

    response = dinas.patch(
        f"/api/v1/sites/{site.pk}/", {"building": "Saya"}, content_type="application/json", headers={"If-Match": seen}
    )

    site.refresh_from_db()
    assert (response.status_code, site.building) == (412, "Lain")


def test_an_answer_that_is_no_list_is_not_given_as_csv(dinas: Client, editor: User, site: Site) -> None:
    item = plan(ActionItem(title="Benahi gedung", site=site, due_on=date(2030, 1, 1)), by=editor)

    response = send(dinas, f"action-items/{item.pk}/updates", {"state": "underway", "note": "Rapat"}, Accept="text/csv")

    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert not item.updates.exists()


def test_whoever_reports_on_an_item_that_has_changed_is_told(dinas: Client, editor: User, site: Site) -> None:
    item = plan(ActionItem(title="Benahi gedung", site=site, due_on=date(2030, 1, 1)), by=editor)
    path, body = f"action-items/{item.pk}", {"state": "underway", "note": "Rapat"}
    seen = dinas.get(f"/api/v1/{path}/")["ETag"]

    answers = [send(dinas, f"{path}/updates", body, If_Match=seen) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 412]
    assert answers[1]["Content-Type"] == "application/problem+json"
    assert item.updates.count() == 1
