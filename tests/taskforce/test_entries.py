"""Is what the pages of places take for standing what the ledgers themselves say stands?"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from commitments.models import Presence
from regions.choices import Stage
from regions.models import Milestone, OperatingRecord, ReadinessAssessment, Regency, Site
from regions.services.ledger import send_back
from taskforce.choices import Layer
from taskforce.coverage import Standpoint
from taskforce.entries import standing_entries

pytestmark = pytest.mark.django_db


def test_by_what_is_known_now_the_same_stands_as_in_each_ledger(
    inaugurated: Site,
    counter: Callable[..., Presence],
    verified: Callable[..., Milestone],
    operating: Callable[..., OperatingRecord],
    assessed: Callable[..., ReadinessAssessment],
) -> None:
    wrong = verified(inaugurated, Stage.OPENED, date(2026, 1, 5))
    verified(inaugurated, Stage.OPENED, date(2026, 2, 5), supersedes=wrong, note="Berita acara")
    taken_back = operating(inaugurated)
    operating(inaugurated, supersedes=taken_back, withdraws=True, note="Salah MPP")
    counter("Balik nama")
    assessed()
    sites, regencies = Site.objects.all(), Regency.objects.all()

    standing = standing_entries(Standpoint(timezone.localdate()), sites=sites, regencies=regencies)

    for ledger in (Milestone, OperatingRecord, Presence, ReadinessAssessment):
        keys = set(ledger.objects.in_force().values_list("pk", flat=True))
        assert {key for name, key in standing if name == ledger.LEDGER} == keys


def test_a_branch_is_asked_about_like_any_site_and_nothing_else_is(
    site: Site, verified: Callable[..., Milestone]
) -> None:
    branch = Site.objects.create(regency=site.regency, name="Mini MPP", is_branch=True)
    own = verified(branch)
    verified(site)

    assert standing_entries(Standpoint(date(2017, 1, 1)), sites=[branch]) == {("tahap", own.pk)}


def test_reports_stand_only_in_their_layer_and_until_they_are_returned(
    site: Site, reported: Callable[..., Milestone], verifier: object
) -> None:
    waiting, returned = reported(site, Stage.READY), reported(site, Stage.OPENED)
    before = timezone.now()
    send_back(returned, by=verifier, reason="Tanggal keliru")
    today = timezone.localdate()

    def keys(**more: object) -> set[int]:
        return {key for _ledger, key in standing_entries(Standpoint(today, **more), sites=[site])}

    assert keys() == set()
    assert keys(layer=Layer.REPORTED) == {waiting.pk}
    assert keys(layer=Layer.REPORTED, known_at=before) == {waiting.pk, returned.pk}
    assert keys(layer=Layer.REPORTED, known_at=before - timedelta(days=1)) == set()
