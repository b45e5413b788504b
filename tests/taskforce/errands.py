"""What does a test have the product do in a process of its own, with commits that are real?

`manage.py shell` calls these.
"""

import itertools
import json
import sys
import time
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from dashboard.imports import WORKS
from regions.choices import Stage
from regions.models import DirtyProvince, Milestone, Regency, Site
from regions.services import imports, ledger, notices
from regions.services.ledger import report, verify
from taskforce.choices import Basis, Counting
from taskforce.coverage import coverage
from taskforce.models import Release
from taskforce.services.figures import backfill, recompute_dirty_provinces
from taskforce.services.papers import ask_for
from taskforce.services.releases import compute, read

OFFICER = "officer@pantau-mpp.example"
VERIFIER = "verifier@pantau-mpp.example"


def prepare() -> None:
    """Make a database with the areas, an empty ledger, and figures of the last days only."""
    today = timezone.localdate()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_reference", verbosity=0)
    DirtyProvince.objects.all().delete()
    backfill(today - timedelta(days=6), today)
    for email in (OFFICER, VERIFIER):
        User.objects.create_user(email)


def save() -> None:
    """Have the inauguration of a new MPP reported and verified; say how long that took and what is true now."""
    today = timezone.localdate()
    since = today - timedelta(days=3)
    regency = Regency.objects.filter(is_autonomous=True, sites=None).order_by("code").first()
    site = Site.objects.create(regency=regency, name="MPP")
    officer, verifier = (User.objects.get(email=email) for email in (OFFICER, VERIFIER))

    began = time.monotonic()
    milestone = report(Milestone(site=site, stage=Stage.INAUGURATED, reached_on=since), by=officer)
    verify(milestone, by=verifier)
    seconds = time.monotonic() - began

    answer = {"seconds": seconds, "since": since.isoformat(), "figures": figures(since, today)}
    sys.stdout.write(json.dumps(answer))


def send_back_twice() -> None:
    """Have two reports on new MPPs made and sent back, each of which is told by mail."""
    officer, verifier = (User.objects.get(email=email) for email in (OFFICER, VERIFIER))
    for regency in Regency.objects.filter(is_autonomous=True, sites=None).order_by("code")[:2]:
        site = Site.objects.create(regency=regency, name="MPP")
        milestone = report(Milestone(site=site, stage=Stage.READY, reached_on=timezone.localdate()), by=officer)
        ledger.send_back(milestone, by=verifier, reason="Foto belum ada")


def send_notices() -> None:
    """Mail what is due."""
    notices.send_due(now=timezone.now())


def ask_for_paper() -> None:
    """Ask for a paper as a visitor does."""
    today = timezone.localdate()
    ask_for({"as_at": today.isoformat(), "since": "2026-01-01"}, by=AnonymousUser(), today=today)


def compute_release_again() -> None:
    """Hold the only release against what computing it once more gives."""
    release = Release.objects.get()
    again = compute(release)
    stored = {file.name: read(file) for file in release.files.select_related("content")}
    if (dict(again.files), again.checksum) != (stored, release.checksum):
        raise AssertionError(f"Release {release} is not what it should be.")


def confirm_import() -> None:
    """Send two files that say the same, look at both, and have both saved."""
    editor = User.objects.create_superuser("impor@pantau-mpp.example")
    file = b"kode_wilayah,nama_mpp\n35.02,MPP Diimpor\n"
    batches = [imports.receive("mpp", "mpp.csv", file, by=editor) for _file in range(2)]
    imports.work_due(WORKS, now=timezone.now())
    for batch in batches:
        batch.refresh_from_db()
        if not imports.confirm(batch, seen=batch.digest, by=editor):
            raise RuntimeError(batch.remark)


def drain() -> None:
    """Compute what is waiting."""
    recompute_dirty_provinces(today=timezone.localdate())


def figures(first_day: date, last_day: date) -> list[tuple[str, str, str, str, int, int]]:
    """Return day, definition, area, units and covered units for every figure that is stored of these days."""
    days = [first_day + timedelta(days=offset) for offset in range((last_day - first_day).days + 1)]
    answers = [
        coverage(day, basis=basis, counting=counting)
        for day, basis, counting in itertools.product(days, Basis.values, Counting.values)
    ]
    return [
        (
            answer.question.as_at.isoformat(),
            answer.question.basis.value,
            answer.question.counting.value,
            area.code,
            area.units,
            area.covered,
        )
        for answer in answers
        for area in (answer.national, *answer.provinces)
    ]
