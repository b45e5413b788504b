"""What must there be so that every address of the product leads somewhere?"""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import User
from commitments.models import Institution, Presence
from dashboard.imports import WORKS
from regions.choices import Stage
from regions.models import ApiToken, Ceremony, Milestone, Notice, ReadinessAssessment, Site, Webhook
from regions.services.evidence import attach
from regions.services.imports import receive, work_due
from regions.services.ledger import report, verify
from regions.services.tokens import make_token
from regions.services.webhooks import make_webhook
from taskforce.models import ActionItem, ActionUpdate, Alert, AnnouncedFigure, Letter
from taskforce.services.actions import plan, report_on
from taskforce.services.alerts import evaluate
from taskforce.services.letters import write_letter
from taskforce.services.papers import ask_for
from taskforce.services.releases import announce, make_due

SECRET = "catatan-yang-belum-diperiksa"


def everything_about(entry: Milestone, *, verifier: User, editor: User) -> dict[str, Any]:
    """Make one of each kind about a reported milestone; return the keys by the names that stand in the addresses."""
    site, officer, today = entry.site, entry.reported_by, timezone.localdate()
    proof = attach(entry, upload=_photo("foto.png"), by=officer)
    item = plan(ActionItem(title=SECRET, site=site, due_on=today + timedelta(days=30)), by=editor)
    update = report_on(ActionUpdate(item=item, state="underway", note=SECRET), uploads=[_photo("surat.png")], by=editor)
    said = Letter(kind="warning", regency=site.regency, number=SECRET, signed_by="A", position="B", reply_by=today)
    letter = write_letter(said, by=editor)
    opened = Milestone(site=site, stage=Stage.OPENED, reached_on=date(2026, 2, 1))
    verified = verify(report(opened, by=officer), by=verifier)
    counter = Presence(site=site, institution=Institution.objects.get(abbreviation="PLN"), note=SECRET)
    counter.counter_opened_on = date(2026, 3, 1)
    presence = report(counter, by=officer)
    evaluate(today=today + timedelta(days=100))
    # An institution has one counter at a place: this is another's, and stands.
    standing = Presence(site=site, institution=Institution.objects.get(abbreviation="ATR/BPN"))
    standing.counter_opened_on = date(2026, 3, 1)
    counted = verify(report(standing, by=officer), by=verifier)
    readiness = {"regency": site.regency, "budget": "ready", "note": SECRET}
    assessment = report(ReadinessAssessment(**readiness, assessed_on=date(2026, 2, 1)), by=officer)
    assessed = report(ReadinessAssessment(**readiness, assessed_on=date(2026, 1, 1)), by=officer)
    now = timezone.now()
    batch = receive("mpp", f"{SECRET}.csv", b"kode_wilayah,nama_mpp\n99.99,MPP Palsu\n", by=editor)
    work_due(WORKS, now=now)
    token = ApiToken(name=SECRET, expires_at=now + timedelta(days=1))
    webhook = Webhook(name=SECRET, url="https://penerima.example/", kinds=["verified"])
    return {
        "token": make_token(token, now=now, by=officer)[0].pk,
        "webhook": make_webhook(webhook, by=officer).pk,
        "site": site.pk,
        "entry": entry.pk,
        "file": proof.pk,
        "verified": verified.pk,
        "notice": Notice.objects.latest("pk").pk,
        "ceremony": Ceremony.objects.latest("pk").pk,
        "presence": presence.pk,
        "counter": counted.pk,
        "alert": Alert.objects.filter(site=site).latest("pk").pk,
        "action": item.pk,
        "action_proof": update.proofs.get().pk,
        "letter": letter.pk,
        "figure": AnnouncedFigure.objects.latest("pk").pk,
        "assessment": assessment.pk,
        "batch": batch.pk,
        "paper": ask_for({"as_at": "2026-01-01", "since": "2025-12-01"}, by=officer, today=today).pk,
        "release": today.isoformat(),
        "assessed": verify(assessed, by=verifier).pk,
    }


def release_data() -> None:
    """Have the open data of today released, as `everything_about` names it; it takes a second."""
    announce(today=timezone.localdate())
    make_due(now=timezone.now())


def fill(file: str) -> None:
    """Make one of each kind on the turf of the officer of a new installation, and write the keys to a file."""
    officer, verifier, editor = (
        User.objects.get(email=f"{role}@pantau-mpp.example") for role in ("officer", "verifier", "editor")
    )
    site = Site.objects.get(regency__code="51.05")
    entry = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1), note=SECRET), by=officer)
    Path(file).write_text(json.dumps(everything_about(entry, verifier=verifier, editor=editor), default=str))
    release_data()


def _photo(name: str) -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "png")
    return SimpleUploadedFile(name, content.getvalue())
