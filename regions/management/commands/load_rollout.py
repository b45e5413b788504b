"""Load the published rollout into the ledger."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import User
from mpp_tracker.lib.csvfile import BrokenFileError
from regions.services.rollout import load_rollout


class Command(BaseCommand):
    help = "Load the published rollout; a second load changes nothing, a broken file loads nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "reference" / "mpp_events.csv")
        parser.add_argument("--by", required=True, help="e-mail address of the account that imports")

    def handle(self, *args: Any, file: Path, by: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=by, is_active=True).first()
        if user is None:
            raise CommandError(f"No active account has the e-mail address {by}.")
        try:
            tally = load_rollout(
                file,
                by=user,
                progress=lambda events: tqdm(events, unit=" events", file=sys.stderr, disable=None),
            )
        except BrokenFileError as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from error
        self.stdout.write(f"{file.name}: {tally.created} new, {tally.unchanged} unchanged")
