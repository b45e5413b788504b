"""Does the one door keep out whoever should stay out, and nobody else?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.choices import Outcome
from accounts.models import SignInRecord, User
from tests.sign_in import LOGIN, PASSWORD, PERSON, is_signed_in, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unthrottled")]
RESET = "/akun/password/reset/"


def strangers(count: int) -> Iterator[str]:
    """Addresses of so many machines of an attacker."""
    return (f"198.51.{number // 250}.{number % 250 + 1}" for number in range(count))


def attack(count: int) -> None:
    """Guess the person's password from so many addresses."""
    for number, address in enumerate(strangers(count)):
        sign_in(Client(), f"salah-{number}", REMOTE_ADDR=address)


def known_device() -> Client:
    """A browser in which the person has signed in, and out."""
    client = Client()
    sign_in(client)
    client.post("/akun/logout/")
    assert not is_signed_in(client)
    return client


def passwords_tried() -> int:
    return SignInRecord.objects.filter(outcome=Outcome.WRONG_PASSWORD).count()


def test_a_thousand_guesses_from_one_address(person: User) -> None:
    attacker = Client(REMOTE_ADDR="198.51.100.1")

    statuses = [sign_in(attacker, f"salah-{number}").status_code for number in range(1000)]

    assert statuses[-1] == 429
    assert passwords_tried() == 5
    sign_in(attacker)
    assert not is_signed_in(attacker)
    assert SignInRecord.objects.count() <= 10


def test_one_password_for_many_accounts_from_one_address(person: User) -> None:
    for number in range(15):
        sign_in(Client(), "rahasia", f"dinas{number}@ponorogo.example")

    assert passwords_tried() == 10


def test_guesses_from_many_addresses(person: User) -> None:
    attack(30)

    assert passwords_tried() == 5
    fortunate = Client(REMOTE_ADDR="203.0.113.9")
    sign_in(fortunate)
    assert not is_signed_in(fortunate)


def test_guesses_after_filling_the_cache_that_counts_them(person: User) -> None:
    attack(10)
    for number in range(400):
        cache.set(f"z{number}", number)

    attack(10)

    assert passwords_tried() == 5


def test_strangers_do_not_lock_a_person_out_of_a_known_device(person: User) -> None:
    device = known_device()

    attack(15)

    sign_in(device)
    assert is_signed_in(device)


def test_an_attacker_in_the_same_office_does_not_lock_a_person_out(person: User) -> None:
    device = known_device()
    for number in range(15):
        sign_in(Client(), f"salah-{number}")

    sign_in(device)

    assert is_signed_in(device)


def test_strangers_do_not_lock_a_person_out_for_good(person: User) -> None:
    attack(15)
    device = Client(REMOTE_ADDR="203.0.113.9")

    device.post(RESET, {"email": PERSON})
    link = re.search(r"http://\S+(/akun/password/reset/key/\S+)", mail.outbox[0].body)
    form = device.get(link[1], follow=True)
    device.post(form.redirect_chain[-1][0], {"password1": "kata-sandi-baru-9", "password2": "kata-sandi-baru-9"})

    assert is_signed_in(device)
    device.post("/akun/logout/")
    attack(15)
    sign_in(device, "kata-sandi-baru-9")
    assert is_signed_in(device)


def test_a_stolen_device_cookie_gives_a_handful_of_guesses(person: User) -> None:
    thief = known_device()

    for number, address in enumerate(strangers(15)):
        sign_in(thief, f"salah-{number}", REMOTE_ADDR=address)

    assert passwords_tried() == 10


def test_a_device_cookie_is_good_for_its_own_account_only(person: User) -> None:
    insider = Client()
    User.objects.create_user("orang-dalam@ponorogo.example", PASSWORD)
    sign_in(insider, PASSWORD, "orang-dalam@ponorogo.example")
    [own] = [name for name in insider.cookies if name.startswith("device_")]
    [other] = [name for name in known_device().cookies if name.startswith("device_")]
    insider.post("/akun/logout/")
    insider.cookies[other] = insider.cookies[own].value
    attack(15)

    sign_in(insider)

    assert own != other
    assert not is_signed_in(insider)


def test_a_device_cookie_is_shown_to_the_door_alone(person: User, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True

    response = sign_in(Client())

    [cookie] = [cookie for name, cookie in response.cookies.items() if name.startswith("device_")]
    assert (cookie["path"], cookie["httponly"], cookie["secure"], cookie["samesite"]) == (LOGIN, True, True, "Lax")


def test_made_up_forwarding_addresses_do_not_loosen_the_throttle(person: User) -> None:
    for number, address in enumerate(strangers(15)):
        sign_in(Client(), "rahasia", f"dinas{number}@ponorogo.example", headers={"x-forwarded-for": address})

    assert passwords_tried() == 10


def test_a_refusal_does_not_tell_whether_the_account_exists(client: Client, person: User) -> None:
    wrong_password = sign_in(client, "salah").content.decode()
    nobody = sign_in(client, "salah", "tidak-ada@ponorogo.example").content.decode()

    def errors(page: str) -> list[str]:
        return re.findall(r'class="field__error"[^>]*>([^<]+)<', page)

    assert errors(wrong_password)
    assert errors(wrong_password) == errors(nobody)


def test_a_deactivated_account_is_not_let_in(client: Client, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)

    sign_in(client)

    assert not is_signed_in(client)


def test_nobody_makes_themselves_an_account(client: Client) -> None:
    client.post("/akun/signup/", {"email": "siapa@saja.example", "password1": PASSWORD})

    assert not User.objects.filter(email="siapa@saja.example").exists()


def test_nobody_takes_another_address_for_their_account(client: Client, person: User) -> None:
    client.force_login(person)

    answers = [
        client.post("/akun/email/", {action: "", "email": "menteri@menpan.example"})
        for action in ("action_add", "action_primary")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    person.refresh_from_db()
    assert person.email == PERSON


def test_the_admin_has_no_door_of_its_own(client: Client, editor: User) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", r"\\evil.example"]
)
def test_signing_in_leads_nowhere_else(client: Client, person: User, target: str) -> None:
    response = client.post(f"{LOGIN}?next={target}", {"login": person.email, "password": PASSWORD})

    assert response["Location"] == "/"


def test_a_reset_link_cannot_be_bent_to_another_host(client: Client, person: User) -> None:
    response = client.post(RESET, {"email": PERSON}, headers={"host": "evil.example"})

    assert response.status_code == 400
    assert mail.outbox == []


def test_a_forwarded_host_does_not_get_into_a_reset_link(client: Client, person: User) -> None:
    client.post(RESET, {"email": PERSON}, headers={"x-forwarded-host": "evil.example"})

    assert "evil.example" not in mail.outbox[0].body


def test_asking_for_a_reset_does_not_tell_whether_the_account_exists(client: Client, person: User) -> None:
    for email in (PERSON, "tidak-ada@ponorogo.example"):
        assert client.post(RESET, {"email": email})["Location"] == "/akun/password/reset/done/"
