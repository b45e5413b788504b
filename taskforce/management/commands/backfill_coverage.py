"""Compute the figures of a range of past days."""

import calendar
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from regions.rules import ROLLOUT_BEGAN_ON
from taskforce.services import figures


class Command(BaseCommand):
    help = "Compute the figures of a range of past days, a month at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first_day", type=_day, default=ROLLOUT_BEGAN_ON)
        parser.add_argument("--to", dest="last_day", type=_day, help="default: today")

    def handle(self, *args: Any, first_day: date, last_day: date | None, **options: Any) -> None:
        today = timezone.localdate()
        last_day = last_day or today
        if not ROLLOUT_BEGAN_ON <= first_day <= last_day <= today:
            raise CommandError(f"The days must be in order, from {ROLLOUT_BEGAN_ON} to today ({today}).")
        months = list(_months(first_day, last_day))
        changed = 0
        for first, last in tqdm(months, unit=" months", file=sys.stderr, disable=None):
            changed += figures.backfill(first, last).changed_count
        self.stdout.write(f"{changed} rows changed.")


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ArgumentTypeError(f"write a day as YYYY-MM-DD, from {ROLLOUT_BEGAN_ON} to today, not {text!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day of the calendar") from None


def _months(first_day: date, last_day: date) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each month, or part of one, in the range."""
    while first_day <= last_day:
        end = first_day.replace(day=calendar.monthrange(first_day.year, first_day.month)[1])
        yield first_day, min(end, last_day)
        first_day = end + timedelta(days=1)
