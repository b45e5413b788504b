"""Can accounts be made, named and signed in with by e-mail address alone?"""

import csv
import stat
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import User

pytestmark = pytest.mark.django_db


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as handle:
        return list(csv.DictReader(handle))


def test_sign_in_takes_the_address_in_any_case() -> None:
    user = User.objects.create_user("Dinas@Ponorogo.example", "rahasia-sekali")

    assert user.email == "dinas@ponorogo.example"
    assert authenticate(username="DINAS@ponorogo.example", password="rahasia-sekali") == user


def test_an_address_belongs_to_one_account_in_any_case() -> None:
    User.objects.create_user("dinas@ponorogo.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="DINAS@ponorogo.example").save()
    with pytest.raises(ValidationError, match="sudah dipakai"):
        User(email="DINAS@ponorogo.example", password="x").full_clean()


def test_an_account_needs_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_the_accounts_of_a_new_installation_can_sign_in_and_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"

    call_command("make_accounts", file=file, verbosity=0)
    first = rows(file)
    call_command("make_accounts", file=file, verbosity=0)

    assert rows(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for row in first:
        assert authenticate(username=row["email"], password=row["password"])


def test_a_lost_file_means_new_passwords(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    call_command("make_accounts", file=file, verbosity=0)
    lost = rows(file)[0]
    file.unlink()

    call_command("make_accounts", file=file, verbosity=0)

    assert authenticate(username=lost["email"], password=lost["password"]) is None
    assert authenticate(username=lost["email"], password=rows(file)[0]["password"])


def test_a_password_that_was_changed_since_is_not_changed_back(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    call_command("make_accounts", file=file, verbosity=0)
    user = User.objects.get(email=rows(file)[0]["email"])
    user.set_password("diganti-sendiri")
    user.save()

    call_command("make_accounts", file=file, verbosity=0)

    assert authenticate(username=user.email, password="diganti-sendiri")
