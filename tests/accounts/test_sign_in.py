"""Does the one door let the right people in, slowly enough for the wrong ones?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/akun/login/"


@pytest.fixture(autouse=True)
def unthrottled() -> Iterator[None]:
    """Every test starts with nobody throttled."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("dinas@ponorogo.example", "rahasia-sekali-lho")


def sign_in(client: Client, password: str, email: str = "dinas@ponorogo.example", **extra: Any) -> Any:
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def totp_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_an_address_and_its_password_let_in(client: Client, person: User) -> None:
    response = sign_in(client, "rahasia-sekali-lho")

    assert response.status_code == 302
    assert is_signed_in(client)


def test_a_refusal_does_not_tell_whether_the_account_exists(client: Client, person: User) -> None:
    wrong_password = sign_in(client, "salah").content.decode()
    nobody = sign_in(client, "salah", "tidak-ada@ponorogo.example").content.decode()

    def errors(page: str) -> list[str]:
        return re.findall(r'class="field__error"[^>]*>([^<]+)<', page)

    assert errors(wrong_password)
    assert errors(wrong_password) == errors(nobody)


def test_a_deactivated_account_is_not_let_in(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    sign_in(client, "rahasia-sekali-lho")

    assert not is_signed_in(client)


def test_guessing_from_one_address_is_throttled(client: Client, person: User) -> None:
    statuses = [sign_in(client, f"salah-{attempt}").status_code for attempt in range(15)]

    assert statuses[0] == 200
    assert 429 in statuses or not is_signed_in(client)
    sign_in(client, "rahasia-sekali-lho")
    assert not is_signed_in(client)


def test_nobody_makes_themselves_an_account(client: Client) -> None:
    client.post("/akun/signup/", {"email": "siapa@saja.example", "password1": "rahasia-sekali-lho"})

    assert not User.objects.filter(email="siapa@saja.example").exists()


def test_the_admin_has_no_door_of_its_own(client: Client, editor: User) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", r"\\evil.example"]
)
def test_signing_in_leads_nowhere_else(client: Client, person: User, target: str) -> None:
    response = client.post(f"{LOGIN}?next={target}", {"login": person.email, "password": "rahasia-sekali-lho"})

    assert response["Location"] == "/"


def test_a_forgotten_password_is_replaced_by_mail(client: Client, person: User) -> None:
    client.post("/akun/password/reset/", {"email": person.email})

    link = re.search(r"http://\S+(/akun/password/reset/key/\S+)", mail.outbox[0].body)
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "kata-sandi-baru-9", "password2": "kata-sandi-baru-9"})

    assert mail.outbox[0].to == [person.email]
    person.refresh_from_db()
    assert person.check_password("kata-sandi-baru-9")


def test_a_reset_link_cannot_be_bent_to_another_host(client: Client, person: User) -> None:
    response = client.post("/akun/password/reset/", {"email": person.email}, headers={"host": "evil.example"})

    assert response.status_code == 400
    assert mail.outbox == []


def test_asking_for_a_reset_does_not_tell_whether_the_account_exists(client: Client, person: User) -> None:
    for email in (person.email, "tidak-ada@ponorogo.example"):
        assert client.post("/akun/password/reset/", {"email": email})["Location"] == "/akun/password/reset/done/"


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
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(editor, secret)

    response = sign_in(client, "rahasia-sekali", editor.email)
    assert response["Location"] == "/akun/2fa/authenticate/"
    assert not is_signed_in(client)

    client.post("/akun/2fa/authenticate/", {"code": totp_code(secret)})
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
