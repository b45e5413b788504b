"""Load assessments of readiness into the ledger."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from mpp_tracker.lib.csvfile import BrokenFileError
from regions.services.readiness import COLUMNS, load_readiness


class Command(BaseCommand):
    help = (
        "Load published assessments of readiness; a second load changes nothing, a broken file loads nothing."
        f" Columns: {', '.join(COLUMNS)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, required=True)
        parser.add_argument("--by", required=True, help="e-mail address of the account that imports")

    def handle(self, *args: Any, file: Path, by: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=by, is_active=True).first()
        if user is None:
            raise CommandError(f"No active account has the e-mail address {by}.")
        try:
            tally = load_readiness(file, by=user)
        except BrokenFileError as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        self.stdout.write(f"{file.name}: {tally.created} new, {tally.unchanged} unchanged")
