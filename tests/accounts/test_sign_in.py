"""Does the one door let the right people in, slowly enough for the wrong ones?"""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.sign_in import LOGIN, PASSWORD, SECRET, is_signed_in, sign_in, totp_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unthrottled")]


def test_an_address_and_its_password_let_in(client: Client, person: User) -> None:
    response = sign_in(client, PASSWORD)

    assert response.status_code == 302
    assert is_signed_in(client)


def test_a_forgotten_password_is_replaced_by_mail(client: Client, person: User) -> None:
    client.post("/akun/password/reset/", {"email": person.email})

    link = re.search(r"http://\S+(/akun/password/reset/key/\S+)", mail.outbox[0].body)
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "kata-sandi-baru-9", "password2": "kata-sandi-baru-9"})

    assert mail.outbox[0].to == [person.email]
    person.refresh_from_db()
    assert person.check_password("kata-sandi-baru-9")


def test_passwords_are_kept_as_argon2(person: User) -> None:
    assert person.password.startswith("argon2$")


def test_staff_without_a_second_factor_are_sent_to_set_one_up(client: Client, editor: User, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(editor)

    assert client.get("/admin/")["Location"] == "/akun/2fa/totp/activate/"
    assert client.get("/")["Location"] == "/akun/2fa/totp/activate/"


def test_others_are_not(client: Client, person: User, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    client.force_login(person)

    assert client.get("/").status_code == 200


def test_staff_with_a_second_factor_need_both(client: Client, editor: User, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    TOTP.activate(editor, SECRET)

    response = sign_in(client, "rahasia-sekali", editor.email)
    assert response["Location"] == "/akun/2fa/authenticate/"
    assert not is_signed_in(client)

    client.post("/akun/2fa/authenticate/", {"code": totp_code()})
    assert is_signed_in(client)
    assert client.get("/admin/").status_code == 200
    assert Authenticator.objects.filter(user=editor).exists()


@pytest.mark.parametrize("url", [LOGIN, "/akun/password/reset/", "/akun/logout/", "/akun/2fa/"])
def test_its_pages_speak_indonesian(client: Client, person: User, url: str) -> None:
    if url not in (LOGIN, "/akun/password/reset/"):
        client.force_login(person)

    page = client.get(url, follow=True).content.decode()

    assert '<html lang="id">' in page
    for english in ("Sign In", "Sign Out", "Password Reset", "Two-Factor"):
        assert english not in page


def test_staff_with_a_password_can_set_up_a_second_factor(client: Client, person: User) -> None:
    sign_in(client)

    confirm = client.get("/akun/2fa/totp/activate/", follow=True)
    page = client.post(
        confirm.request["PATH_INFO"] + "?next=/akun/2fa/totp/activate/", {"password": PASSWORD}, follow=True
    )

    assert page.request["PATH_INFO"] == "/akun/2fa/totp/activate/"
