"""Does a token open what its person may, in its place, as long as both last, and nothing else?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from accounts.models import User
from commitments.models import InstitutionAssignment, institutions_of
from mpp_tracker.lib.history import history_of
from regions.authentication import TokenAuthentication
from regions.choices import Role
from regions.models import ApiToken, Assignment, Milestone, Notice, Province, Regency, Site, narrow, turf_of
from regions.services.assignments import grantable_by
from regions.services.ledger import report, send_back
from regions.services.tokens import MOST_USABLE, make_token, revoke, token_of
from tests.regions.small_api import REPORTS
from tests.sign_in import PASSWORD, SECRET, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.regions.small_api")]
LIST, NEW = "/akun/token/", "/akun/token/baru/"


@pytest.fixture(autouse=True)
def unhurried(db: None) -> Any:
    """Nobody has asked too often."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def held() -> Callable[..., User]:
    """A function that gives somebody a role of a place until further notice."""

    def give(user: User, role: Role, *codes: str) -> User:
        for code in codes or ("",):
            turf = {"regency": Regency.objects.get(code=code)} if "." in code else {}
            if code and not turf:
                turf = {"province": Province.objects.get(code=code)}
            Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)
        return user

    return give


def made(by: User, *, code: str = "", days: int = 30, **more: Any) -> tuple[ApiToken, str]:
    """Make a token for all of a person's rights, or for the place of a code."""
    now = timezone.now()
    token = ApiToken(name="Dasbor", expires_at=now + timedelta(days=days), **{"reads_only": False} | more)
    token.regency = Regency.objects.filter(code=code).first()
    token.province = Province.objects.filter(code=code).first()
    return make_token(token, now=now, by=User.objects.get(pk=by.pk))


def bearer(secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def reports(secret: str) -> Any:
    return Client().get(REPORTS, **bearer(secret))


def report_by(secret: str, site: int, **more: Any) -> Any:
    said = {"site": site, "stage": "ready", "reached_on": "2026-01-01"} | more
    return Client().post(REPORTS, said, content_type="application/json", **bearer(secret))


@pytest.fixture
def jember() -> Site:
    """A site of another regency of the same province as Ponorogo's."""
    return Site.objects.create(regency=Regency.objects.get(code="35.09"), name="MPP Kabupaten Jember kedua")


@pytest.fixture
def dinas(officer: User, held: Callable[..., User]) -> User:
    """An officer of two regencies."""
    return held(officer, Role.OFFICER, "35.02", "35.09")


# --- What is kept ----------------------------------------------------------------------------------------


def test_only_the_hash_and_the_beginning_are_kept(dinas: User) -> None:
    token, secret = made(dinas)

    assert secret.startswith("mpp_")
    assert secret.startswith(token.prefix)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret[len(token.prefix) :] not in str(row)
    assert not {"digest", "last_used_at"} & {field.name for field in token.events.model._meta.fields}


def test_a_token_is_read_nowhere_again(client: Client, person: User, held: Callable[..., User]) -> None:
    held(person, Role.OFFICER, "35.02")
    sign_in(client)
    assert client.get(NEW)["Location"].startswith("/akun/reauthenticate/")
    client.post("/akun/reauthenticate/", {"password": PASSWORD})

    page = client.post(NEW, {"name": "Dasbor", "area": "35.02", "days": "30", "reads_only": "on"})
    secret = page.context["secret"]

    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert token_of(secret, now=timezone.now()) == ApiToken.objects.get()
    listed = client.get(LIST).content.decode()
    assert "Dasbor" in listed
    assert secret not in listed
    assert ApiToken.objects.get().regency == Regency.objects.get(code="35.02")
    assert history_of(ApiToken.objects.get())[0].who == str(person)


def test_the_page_offers_no_place_beyond_the_turf(client: Client, person: User, held: Callable[..., User]) -> None:
    held(person, Role.OFFICER, "35.02")
    sign_in(client)
    client.post("/akun/reauthenticate/", {"password": PASSWORD})

    assert "Jember" not in client.get(NEW).content.decode()
    for area in ("35.09", "35", "99.99", "x"):
        page = client.post(NEW, {"name": "Dasbor", "area": area, "days": "30"})
        assert page.context["form"].errors["area"]
    assert not ApiToken.objects.exists()


def test_no_service_makes_a_token_beyond_the_turf(dinas: User) -> None:
    for code in ("35.10", "35", "11"):
        with pytest.raises(PermissionDenied):
            made(dinas, code=code)


def test_a_person_has_no_more_tokens_than_they_can_look_after(dinas: User) -> None:
    for _number in range(MOST_USABLE):
        token, _secret = made(dinas)

    with pytest.raises(ValidationError, match="Paling banyak"):
        made(dinas)
    revoke(token, now=timezone.now(), by=dinas)
    assert made(dinas)


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "secret"},
        {"expires_at": timezone.now() - timedelta(days=999)},
        {"revoked_at": timezone.now()},
        {"name": ""},
    ],
)
def test_the_database_refuses_what_is_no_token(dinas: User, wrong: dict[str, Any]) -> None:
    token, _secret = made(dinas)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**wrong)


# --- Who comes in ----------------------------------------------------------------------------------------


def test_a_token_speaks_for_its_person(dinas: User, site: Site) -> None:
    _token, secret = made(dinas)

    answer = report_by(secret, site.pk)

    assert answer.status_code == 201
    entry = Milestone.objects.get(site=site)
    assert entry.reported_by == dinas
    assert history_of(entry)[0].who == str(dinas)
    assert reports(secret).json() == {"reports": [entry.receipt]}


def ended(token: ApiToken, **fields: Any) -> None:
    ApiToken.objects.filter(pk=token.pk).update(**fields)


@pytest.mark.parametrize(
    "end",
    [
        lambda token: ended(token, created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now()),
        lambda token: revoke(token, now=timezone.now(), by=token.user),
        lambda token: User.objects.filter(pk=token.user_id).update(is_active=False),
    ],
    ids=["expired", "revoked", "account deactivated"],
)
def test_a_token_that_has_ended_opens_nothing(dinas: User, end: Callable[[ApiToken], Any]) -> None:
    token, secret = made(dinas)
    assert reports(secret).status_code == 200

    end(token)

    assert_refused(reports(secret))


def assert_refused(answer: Any) -> None:
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    assert set(answer.json()) == {"type", "title", "status", "detail", "errors"}


@pytest.mark.parametrize(
    "said",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "bearer mpp_" + "0" * 48,
        "Bearer mpp_" + "f" * 100_000,
        "Bearer mpp_ключ",
        "Bearer \x00",
        "Bearer \udcff",
        "Bearer mpp_" + "0" * 40 + " " + "0" * 8,
        "Bearer mpp_" + "\N{ARABIC-INDIC DIGIT ZERO}" * 48,
    ],
    ids=["bare", "blank", "short", "unknown", "huge", "cyrillic", "nul", "surrogate", "two words", "other digits"],
)
def test_what_is_no_token_is_refused_in_the_one_shape(said: str) -> None:
    # As a server hands it on: the bytes of the header, each one a character.
    header = said.encode("utf-8", "surrogateescape").decode("latin-1")

    assert_refused(Client().get(REPORTS, HTTP_AUTHORIZATION=header))


def test_one_wrong_digit_is_another_token(dinas: User) -> None:
    _token, secret = made(dinas)
    for place in (4, 20, 43, 51):
        wrong = "0" if secret[place] != "0" else "1"
        assert_refused(reports(secret[:place] + wrong + secret[place + 1 :]))


def test_whoever_brings_nothing_is_told_how_to_come() -> None:
    assert_refused(Client().get(REPORTS))


def test_a_wrong_token_is_not_made_good_by_a_session(client: Client, dinas: User) -> None:
    client.force_login(dinas)

    assert client.get(REPORTS).status_code == 200
    assert_refused(client.get(REPORTS, **bearer("mpp_" + "0" * 48)))


def test_a_session_still_has_to_show_where_its_form_came_from(dinas: User, site: Site) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(dinas)
    said = {"site": site.pk, "stage": "ready", "reached_on": "2026-01-01"}

    assert browser.post(REPORTS, said, content_type="application/json").status_code == 403
    assert not Milestone.objects.filter(site=site).exists()


def test_pages_take_no_token(dinas: User) -> None:
    _token, secret = made(dinas)

    assert Client().get("/kerja/", **bearer(secret)).status_code == 302
    assert Client().get("/admin/", **bearer(secret)).status_code == 302


def test_a_token_that_reads_changes_nothing(dinas: User, site: Site) -> None:
    _token, secret = made(dinas, reads_only=True)

    assert reports(secret).status_code == 200
    answer = report_by(secret, site.pk)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert not Milestone.objects.filter(site=site).exists()


@pytest.mark.parametrize("code", ["", "35.02"])
def test_who_needs_a_second_factor_needs_it_for_tokens(settings: Any, held: Any, person: User, code: str) -> None:
    _token, secret = made(held(person, Role.EDITOR), code=code)
    settings.REQUIRE_SECOND_FACTOR = True

    refused = reports(secret)
    TOTP.activate(person, SECRET)

    assert refused.status_code == 403
    assert "dua langkah" in refused.json()["detail"]
    assert reports(secret).status_code == 200


def test_tokens_are_not_made_without_the_second_factor(settings: Any, held: Any, client: Client, person: User) -> None:
    held(person, Role.EDITOR)
    client.force_login(person)
    settings.REQUIRE_SECOND_FACTOR = True

    for path in (LIST, NEW, f"/en{LIST}"):
        assert client.get(path)["Location"].endswith("/akun/2fa/totp/activate/")


def test_the_schema_of_the_api_says_how_to_bring_one() -> None:
    known = OpenApiAuthenticationExtension.get_match(TokenAuthentication())

    assert known.name == "token"
    assert known.get_security_definition(None) == {"type": "http", "scheme": "bearer", "bearerFormat": "mpp_…"}


# --- Where it reaches ------------------------------------------------------------------------------------


def test_a_token_of_one_regency_does_not_know_of_another(dinas: User, site: Site, jember: Site) -> None:
    _token, secret = made(dinas, code="35.02")
    here = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1)), by=dinas)
    report(Milestone(site=jember, stage="ready", reached_on=date(2026, 1, 1)), by=dinas)

    foreign, nowhere = report_by(secret, jember.pk, stage="opened"), report_by(secret, 987654321, stage="opened")

    assert reports(secret).json() == {"reports": [here.receipt]}
    assert (foreign.status_code, foreign.content) == (nowhere.status_code, nowhere.content)
    assert foreign.status_code == 404
    assert Milestone.objects.filter(site=jember).count() == 1


def test_an_assignment_that_ends_ends_the_tokens_rights(dinas: User, site: Site, importer: User) -> None:
    report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1)), by=importer)
    _token, secret = made(dinas, code="35.02")
    assert len(reports(secret).json()["reports"]) == 1

    Assignment.objects.filter(user=dinas).delete()

    assert reports(secret).json() == {"reports": []}
    assert report_by(secret, site.pk, stage="opened").status_code == 404


HOLDINGS: dict[str, tuple[Role, tuple[str, ...]]] = {
    "officer": (Role.OFFICER, ("35.02", "35.09", "33.01")),
    "province": (Role.PROVINCE, ("35",)),
    "viewer": (Role.VIEWER, ()),
    "editor": (Role.EDITOR, ()),
    "verifier": (Role.VERIFIER, ()),
}
# What is left in Ponorogo, and in Jawa Timur: of which regencies all reports are read, and of which may be reported.
LEFT = {
    ("officer", "35.02"): ({"35.02"}, {"35.02"}),
    ("officer", "35"): ({"35.02", "35.09"}, {"35.02", "35.09"}),
    ("officer", "11"): (set(), set()),
    ("province", "35.02"): ({"35.02"}, set()),
    ("province", "35"): ({"all"}, set()),
    ("province", "33"): (set(), set()),
    ("viewer", "35.02"): ({"35.02"}, set()),
    ("viewer", "35"): ({"all"}, set()),
    ("editor", "35.02"): ({"35.02"}, {"35.02"}),
    ("editor", "35"): ({"all"}, {"all"}),
    ("verifier", "35.02"): ({"35.02"}, {"35.02"}),
    ("verifier", "35"): ({"all"}, {"all"}),
}


@pytest.mark.parametrize(("holding", "code"), LEFT)
def test_what_a_place_leaves_of_a_turf(held: Callable[..., User], officer: User, holding: str, code: str) -> None:
    role, codes = HOLDINGS[holding]
    user = held(officer, role, *codes)
    areas: Any = Regency if "." in code else Province
    narrow(user, to=areas.objects.get(code=code).place)

    turf = turf_of(user)

    province = set(Regency.objects.filter(province__code=code).values_list("code", flat=True))
    reads, reports_on = ({*province} if keys == {"all"} else keys for keys in LEFT[holding, code])
    assert set(Regency.objects.filter(turf.reaches("")).values_list("code", flat=True)) == reads
    assert set(Site.objects.editable_by(user).values_list("regency__code", flat=True).distinct()) <= reports_on
    assert {row.code for row in Regency.objects.filter(pk__in=turf.regencies)} == reports_on
    assert not turf.is_editor
    assert not turf.is_verifier
    assert not turf.sees_nation
    assert turf.sees_queue is (holding == "province" and code == "35")
    assert grantable_by(user) == frozenset()
    assert not Province.objects.editable_by(user).exists()
    assert not Milestone.objects.reviewable_by(user).exists()


def test_an_administrators_token_for_one_place_is_no_administrators(editor: User, site: Site) -> None:
    token, _secret = made(editor, code="35.02")

    holder = token.holder()

    assert grantable_by(holder) == frozenset()
    assert not turf_of(holder).is_editor
    assert list(Site.objects.editable_by(holder)) == [site]


def test_what_is_of_no_place_is_closed_to_a_token_for_one(dinas: User, bpn: Any, site: Site, verifier: User) -> None:
    InstitutionAssignment.objects.create(user=dinas, institution=bpn, valid_from=timezone.localdate())
    entry = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1)), by=dinas)
    send_back(entry, by=verifier, reason="Salah")
    everywhere, here = made(dinas)[0], made(dinas, code="35.02")[0]

    assert bpn.pk in institutions_of(everywhere.holder())
    assert Notice.objects.visible_to(everywhere.holder()).exists()
    assert ApiToken.objects.visible_to(everywhere.holder()).count() == 2
    assert institutions_of(here.holder()) == frozenset()
    assert not Notice.objects.visible_to(here.holder()).exists()
    assert not ApiToken.objects.visible_to(here.holder()).exists()


# --- Its use, and its end --------------------------------------------------------------------------------


def test_its_last_use_is_noted_once_a_minute(dinas: User, django_assert_num_queries: Any) -> None:
    token, secret = made(dinas)
    noon = timezone.now()

    # The token with its person; then the note.
    with django_assert_num_queries(2):
        token_of(secret, now=noon)
    with django_assert_num_queries(1):
        token_of(secret, now=noon + timedelta(seconds=59))
    assert ApiToken.objects.get(pk=token.pk).last_used_at == noon
    token_of(secret, now=noon + timedelta(seconds=60))
    assert ApiToken.objects.get(pk=token.pk).last_used_at == noon + timedelta(seconds=60)
    assert len(history_of(token)) == 1


def test_one_revokes_ones_own_and_nobody_elses(client: Client, dinas: User, person: User) -> None:
    mine, foreign = made(dinas)[0], made(person)[0]
    client.force_login(dinas)

    answers = [client.post(reverse("regions:token-revoke", args=[pk])) for pk in (mine.pk, foreign.pk, 987654321)]

    assert [answer.status_code for answer in answers] == [302, 404, 404]
    assert ApiToken.objects.get(pk=mine.pk).revoked_by == dinas
    assert ApiToken.objects.get(pk=foreign.pk).revoked_at is None
    assert "Dasbor" in client.get(LIST).content.decode()
    assert str(foreign.prefix) not in client.get(LIST).content.decode()


def test_editors_see_all_tokens_and_end_them(client: Client, editor: User, dinas: User) -> None:
    token, secret = made(dinas)
    client.force_login(editor)
    changelist = reverse("admin:regions_apitoken_changelist")

    page = client.get(changelist).content.decode()
    client.post(changelist, {"action": "revoke", "_selected_action": [str(token.pk)]})

    assert token.prefix in page
    assert token.digest not in page
    assert token.digest not in client.get(reverse("admin:regions_apitoken_change", args=[token.pk])).content.decode()
    assert_refused(reports(secret))
    assert ApiToken.objects.get(pk=token.pk).revoked_by == editor


# --- How often -------------------------------------------------------------------------------------------


def assert_told_to_wait(answer: Any) -> None:
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 429


def test_an_account_is_slowed_down_whatever_its_tokens(settings: Any, dinas: User, person: User) -> None:
    settings.API_RATES = {"account": "2/min", "visitor": "1/min"}
    first, second, other = made(dinas)[1], made(dinas, code="35.02")[1], made(person)[1]

    assert [reports(secret).status_code for secret in (first, second)] == [200, 200]
    assert_told_to_wait(reports(second))
    assert reports(other).status_code == 200


def test_visitors_are_slowed_down_by_address(settings: Any, client: Client) -> None:
    settings.API_RATES = {"account": "9/min", "visitor": "1/min"}
    url = "/api/v1/coverage/?province=35"

    answers = [client.get(url, REMOTE_ADDR=address) for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2")]

    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert_told_to_wait(answers[1])
    # A household's whole network of IPv6 is one address.
    assert client.get(url, REMOTE_ADDR="2001:db8::1").status_code == 200
    assert_told_to_wait(client.get(url, REMOTE_ADDR="2001:db8::2"))


def test_guessing_is_slowed_down_and_whoever_knows_is_not(dinas: User) -> None:
    _token, secret = made(dinas)

    answers = [reports("mpp_" + f"{number:048x}").status_code for number in range(32)]

    assert answers == [401] * 30 + [429] * 2
    assert_told_to_wait(reports("mpp_" + "0" * 48))
    assert reports(secret).status_code == 200


@pytest.mark.parametrize("path", ["", "units/", "series/", "explain/"])
def test_a_token_of_one_place_reads_no_reported_layer_of_the_nation(dinas: User, path: str) -> None:
    address = f"/api/v1/coverage/{path}"

    answers = {
        (code, layer): Client().get(address, {"layer": layer}, **bearer(made(dinas, code=code)[1]))
        for code in ("", "35.02")
        for layer in ("verified", "reported")
    }

    statuses = {asked: answer.status_code for asked, answer in answers.items()}
    assert statuses == dict.fromkeys(answers, 200) | {("35.02", "reported"): 403}
    assert "satu wilayah" in answers["35.02", "reported"].json()["detail"]


@pytest.mark.parametrize("code", ["", "35.02"])
def test_an_editors_token_of_one_place_may_no_more_than_the_editor(
    held: Callable[..., User], person: User, ponorogo: Regency, code: str
) -> None:
    secret = made(held(person, Role.EDITOR), code=code)[1]
    said = {
        "sites": {"name": "MPP Ponorogo"},
        "readiness-assessments": {"assessed_on": "2026-03-01", "budget": "ready"},
    }

    for path, fields in said.items():
        body = fields | {"regency": ponorogo.code}
        answer = Client().post(f"/api/v1/{path}/", body, content_type="application/json", **bearer(secret))
        assert answer.status_code == 201, answer.content
