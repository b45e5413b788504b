"""Load what the product starts from: areas, institutions, agreements, mandate, targets, figures, rules of alerts."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from commitments.reference import load_agreements, load_institutions
from mpp_tracker.lib.csvfile import BrokenFileError
from regions import reference as areas
from regions.rules import ROLLOUT_BEGAN_ON
from regions.services.ledger import mark_all_dirty
from taskforce import reference

LOADERS = (
    ("provinces.csv", areas.load_provinces),
    ("regencies.csv", areas.load_regencies),
    ("former_provinces.csv", areas.load_former_provinces),
    ("regency_aliases.csv", areas.load_aliases),
    ("institutions.csv", load_institutions),
    ("agreement_signatories.csv", load_agreements),
    ("taskforce_members.csv", reference.load_members),
    ("directives.csv", reference.load_directives),
    ("targets.csv", reference.load_targets),
    ("announced_figures.csv", reference.load_announced_figures),
    ("alert_rules.csv", reference.load_alert_rules),
    ("known_gaps.csv", reference.load_known_gaps),
)
# A change of these changes which figures a unit is counted in.
AREAS = ("provinces.csv", "regencies.csv", "former_provinces.csv")


class Command(BaseCommand):
    help = (
        "Load provinces, regencies, former provinces, spellings, institutions, agreements, the task force's members "
        "and directives, targets, announced figures, known differences and rules of alerts. Rows edited since are "
        "kept, unless --overwrite; all files are loaded or none."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--directory", type=Path, default=settings.BASE_DIR / "reference")
        parser.add_argument("--overwrite", action="store_true", help="let the files win over the database")

    @transaction.atomic
    def handle(self, *args: Any, directory: Path, overwrite: bool, **options: Any) -> None:
        is_area_changed = False
        for name, load in LOADERS:
            try:
                tally = load(directory / name, overwrite=overwrite)
            except BrokenFileError as error:
                raise CommandError(f"Nothing was loaded.\n{error}") from error
            is_area_changed |= name in AREAS and bool(tally.created or tally.changed)
            self.stdout.write(
                f"{name}: {tally.created} new, {tally.changed} changed, {tally.unchanged} unchanged"
                + (f", {tally.differing} edited since and kept" if tally.differing else "")
            )
        if is_area_changed:
            mark_all_dirty(since=ROLLOUT_BEGAN_ON)
