"""Make the accounts with which a new installation is tried."""

import csv
import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from commitments.models import Institution, InstitutionAssignment
from commitments.services.assignments import let_speak
from regions.choices import Role
from regions.models import Assignment, Province, Regency
from regions.services.assignments import grant

COLUMNS = ("role", "email", "password")
ADMINISTRATOR = "administrator"
# The turf with which each role is tried: a regency whose MPP is planned, and its province.
TURF = {
    Role.EDITOR: {},
    Role.VERIFIER: {},
    Role.OFFICER: {"regency": "51.05"},
    Role.PROVINCE: {"province": "51"},
    Role.VIEWER: {},
}
INSTITUTION = "institution"
# The institution with which its own room is tried.
ABBREVIATION = "ATR/BPN"


class Command(BaseCommand):
    help = "Make one account per role, with passwords written to a file that only its owner may read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, required=True)

    @transaction.atomic
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        known = _read(file)
        rows = []
        for role in (ADMINISTRATOR, *TURF, INSTITUTION):
            # Addresses that can belong to nobody (RFC 2606).
            email = f"{role}@pantau-mpp.example"
            password = known.get(email) or secrets.token_urlsafe(12)
            user = User.objects.filter(email=email).first()
            if user is None:
                user = User.objects.create_user(email, password, is_superuser=role == ADMINISTRATOR)
                administrator = User.objects.get(email=f"{ADMINISTRATOR}@pantau-mpp.example")
                if role == INSTITUTION:
                    _let_speak(user, by=administrator)
                elif role != ADMINISTRATOR:
                    _assign(user, Role(role), by=administrator)
            elif email not in known:
                # The file was lost; without a new password nobody could get in.
                user.set_password(password)
                user.save(update_fields=["password"])
            rows.append((role, email, password))
        _write(file, rows)
        self.stdout.write(f"{len(rows)} accounts, passwords in {file}")


def _assign(user: User, role: Role, *, by: User) -> None:
    assignment = Assignment(user=user, role=role, valid_from=timezone.localdate())
    assignment.regency = Regency.objects.filter(code=TURF[role].get("regency", "")).first()
    assignment.province = Province.objects.filter(code=TURF[role].get("province", "")).first()
    grant(assignment, by=by)


def _let_speak(user: User, *, by: User) -> None:
    institution = Institution.objects.get(abbreviation=ABBREVIATION)
    let_speak(InstitutionAssignment(user=user, institution=institution, valid_from=timezone.localdate()), by=by)


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
