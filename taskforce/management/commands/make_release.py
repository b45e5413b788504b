"""Make a release of the open data."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from taskforce.choices import ReleaseState
from taskforce.models import Release
from taskforce.services import releases


class Command(BaseCommand):
    help = "Make today's release of the open data, or with --day one that waits or was given up; never the same twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=_day, help="default: today")

    def handle(self, *args: Any, day: date | None, **options: Any) -> None:
        today = timezone.localdate()
        if day is None or day == today:
            release = releases.announce(today=today)
            if release is None:
                raise CommandError("There is nothing verified to release yet.")
        else:
            release = self._asked_for(day, today)
        if release.state == ReleaseState.DONE:
            self.stdout.write(f"Release {release} is published already: {release.checksum}")
            return
        releases.try_again(release)
        releases.make_due(now=timezone.now())
        release.refresh_from_db()
        if release.state != ReleaseState.DONE:
            raise CommandError(
                f"Release {release} is not published: another process is at it, or it failed; see the log."
            )
        self.stdout.write(f"Release {release}: {release.files.count()} files, {release.checksum}")

    @staticmethod
    def _asked_for(day: date, today: date) -> Release:
        if day > today:
            raise CommandError(f"{day} is still to come; today is {today}.")
        release = Release.objects.filter(day=day).first()
        if release is None:
            raise CommandError(
                f"No release was begun on {day}, and what was public on it cannot be told afterwards; "
                "the release after it holds what changed."
            )
        return release


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ArgumentTypeError(f"write a day as YYYY-MM-DD, not {text!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no day of the calendar") from None
