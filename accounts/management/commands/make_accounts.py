"""Make the accounts with which a new installation is tried."""

import csv
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import User

COLUMNS = ("role", "email", "password")
# Addresses that can belong to nobody (RFC 2606).
ACCOUNTS = (("administrator", "administrator@pantau-mpp.example", {"is_staff": True, "is_superuser": True}),)


class Command(BaseCommand):
    help = "Make one account per role, with passwords written to a file that only its owner may read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, required=True)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        known = _read(file)
        rows = []
        for role, email, rights in ACCOUNTS:
            password = known.get(email) or secrets.token_urlsafe(12)
            user = User.objects.filter(email=email).first()
            if user is None:
                User.objects.create_user(email, password, **rights)
            elif email not in known:
                # The file was lost; without a new password nobody could get in.
                user.set_password(password)
                user.save(update_fields=["password"])
            rows.append((role, email, password))
        _write(file, rows)
        self.stdout.write(f"{len(rows)} accounts, passwords in {file}")


def _read(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    with file.open(newline="") as handle:
        return {row["email"]: row["password"] for row in csv.DictReader(handle)}


def _write(file: Path, rows: list[tuple[str, str, str]]) -> None:
    """Replace the file in one step, so that a crash leaves the old one or the new one."""
    fresh = file.with_suffix(".new")
    with open(fresh, "w", newline="", opener=lambda path, flags: os.open(path, flags, 0o600)) as handle:
        writer = csv.writer(handle)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    fresh.replace(file)
