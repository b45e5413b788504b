"""Wait until the worker has computed what is waiting."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from mpp_tracker.lib.queue import nudge
from regions.models import DirtyProvince
from regions.services.ledger import RECOMPUTE_TASK
from taskforce.models import CoverageRun


class Command(BaseCommand):
    help = "Wait until Celery has recomputed every province whose figures are stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, default=300, help="give up after this long")

    def handle(self, *args: Any, seconds: float, **options: Any) -> None:
        deadline = time.monotonic() + seconds
        all_waiting = self._waiting()
        if all_waiting:
            nudge(RECOMPUTE_TASK)
        with tqdm(total=all_waiting, unit=" provinces", file=sys.stderr, disable=None) as bar:
            while waiting := self._waiting():
                bar.n = all_waiting - waiting
                bar.refresh()
                if time.monotonic() > deadline:
                    raise CommandError(f"{waiting} provinces are still waiting. Is the Celery worker running?")
                time.sleep(0.2)
            bar.n = all_waiting
            bar.refresh()
        run = CoverageRun.objects.filter(error="").first()
        self.stdout.write(
            f"Figures are up to date{f' (computed {run.finished_at:%Y-%m-%d %H:%M:%S} UTC)' if run else ''}."
        )

    @staticmethod
    def _waiting() -> int:
        return DirtyProvince.objects.values("province").distinct().count()
