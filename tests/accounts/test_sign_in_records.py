"""Is it kept who came to the door, by which way, from which address, and how that went?"""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Method, Outcome, SecondFactor
from accounts.models import SignInRecord, User
from regions.choices import Role
from regions.models import Assignment
from tests.sign_in import SECRET, sign_in, totp_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unthrottled")]


def outcomes() -> list[str]:
    return list(SignInRecord.objects.order_by("pk").values_list("outcome", flat=True))


def test_coming_and_going_are_kept(client: Client, person: User) -> None:
    sign_in(client, REMOTE_ADDR="203.0.113.7", headers={"user-agent": "Peramban/1.0"})
    client.post("/akun/logout/")

    came, went = SignInRecord.objects.order_by("pk")
    assert (came.outcome, came.method, came.user, came.email) == ("signed_in", Method.PASSWORD, person, person.email)
    assert (came.address, came.user_agent, came.second_factor) == ("203.0.113.7", "Peramban/1.0", "")
    assert (went.outcome, went.user) == ("signed_out", person)


def test_leaving_by_the_admin_is_kept_too(client: Client, editor: User) -> None:
    client.force_login(editor)

    response = client.post("/admin/logout/")

    assert response.status_code == 302
    assert outcomes() == [Outcome.SIGNED_OUT]


def test_a_wrong_password_is_kept_without_the_password(client: Client, person: User) -> None:
    sign_in(client, "kata-sandi-yang-keliru", "Siapa@Saja.example")

    record = SignInRecord.objects.get()
    assert (record.outcome, record.email, record.user) == (Outcome.WRONG_PASSWORD, "siapa@saja.example", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_signinrecord::text FROM accounts_signinrecord")
        assert "keliru" not in cursor.fetchone()[0]


def test_a_wrong_code_and_a_right_one_are_kept(client: Client, person: User) -> None:
    TOTP.activate(person, SECRET)

    sign_in(client)
    client.post("/akun/2fa/authenticate/", {"code": "000000"})
    client.post("/akun/2fa/authenticate/", {"code": totp_code()})

    wrong, right = SignInRecord.objects.order_by("pk")
    assert (wrong.outcome, wrong.user, wrong.method) == (Outcome.WRONG_CODE, person, Method.PASSWORD)
    assert (right.outcome, right.method, right.second_factor) == ("signed_in", Method.PASSWORD, SecondFactor.TOTP)


def test_a_deactivated_account_at_the_door_is_kept(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    sign_in(client)

    assert outcomes() == [Outcome.REFUSED]


def test_a_flood_is_kept_as_one_throttling_a_minute(client: Client, person: User) -> None:
    for attempt in range(30):
        sign_in(client, f"salah-{attempt}")

    assert outcomes().count(Outcome.THROTTLED) == 1
    assert outcomes().count(Outcome.WRONG_PASSWORD) == 5


@pytest.mark.parametrize(("proxies", "kept"), [(0, "192.0.2.1"), (1, "203.0.113.7")])
def test_the_address_kept_is_the_one_the_throttle_counts(
    client: Client, person: User, settings: Any, proxies: int, kept: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies

    sign_in(client, REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": "6.6.6.6, 203.0.113.7"})

    assert SignInRecord.objects.get().address == kept


def test_what_is_too_long_is_cut(client: Client, person: User) -> None:
    sign_in(client, headers={"user-agent": "x" * 5000})

    assert SignInRecord.objects.get().user_agent == "x" * 200


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE accounts_signinrecord SET email = 'lain'",
        "DELETE FROM accounts_signinrecord",
        "TRUNCATE accounts_signinrecord",
    ],
)
def test_what_is_kept_cannot_be_changed(client: Client, person: User, attack: str) -> None:
    sign_in(client)
    with connection.cursor() as cursor:
        # Else the row's own foreign key, still to be checked, refuses first.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="tidak dapat diubah"), transaction.atomic():
        connection.cursor().execute(attack)


def test_administrators_read_it_and_nobody_edits_it(client: Client, editor: User, person: User) -> None:
    sign_in(client, "salah", "siapa@saja.example")
    cache.clear()
    record = SignInRecord.objects.get()
    client.force_login(editor)

    page = client.get(reverse("admin:accounts_signinrecord_changelist"), {"q": "siapa@", "outcome": "wrong_password"})
    change = reverse("admin:accounts_signinrecord_change", args=[record.pk])

    assert "siapa@saja.example" in page.content.decode()
    assert client.post(change, {"email": "lain"}).status_code == 403
    assert client.post(reverse("admin:accounts_signinrecord_add")).status_code == 403
    assert client.post(reverse("admin:accounts_signinrecord_delete", args=[record.pk])).status_code == 403


def test_editors_who_are_no_administrators_do_not_read_it(client: Client, person: User) -> None:
    Assignment.objects.create(user=person, role=Role.EDITOR, valid_from=timezone.localdate())
    client.force_login(person)

    assert client.get("/admin/").status_code == 200
    assert client.get(reverse("admin:accounts_signinrecord_changelist")).status_code == 403
