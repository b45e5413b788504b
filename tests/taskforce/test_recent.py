"""Is what is listed as recent what is in force and happened then, for rollouts nobody has thought of?"""

import random
from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from regions.models import DigitalAdoption, Milestone, OperatingRecord, Province
from taskforce.choices import Boundaries, Layer
from taskforce.coverage import Standpoint
from taskforce.recent import recent
from tests.taskforce.naive import in_force, provinces_of, standing
from tests.taskforce.test_coverage_properties import days, imagine, slowly, undone, worlds

pytestmark = pytest.mark.django_db


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


@given(
    rng=worlds,
    as_at=days,
    layer=st.sampled_from(Layer),
    boundaries=st.sampled_from(Boundaries),
    known_for=st.none() | st.integers(0, 60),
)
@slowly
def test_recent_is_what_a_patient_clerk_lists(
    rng: random.Random,
    as_at: date,
    layer: Layer,
    boundaries: Boundaries,
    known_for: int | None,
    officer: User,
    verifier: User,
) -> None:
    with undone():
        imagine(rng, officer, verifier)
        known_at = None if known_for is None else end_of(as_at + timedelta(days=known_for))

        result = recent(Standpoint(as_at, known_at, layer, boundaries))

        entries = [
            *in_force(Milestone.objects.select_related("site"), known_at, layer),
            *in_force(OperatingRecord.objects.select_related("site"), known_at, layer),
            *standing(DigitalAdoption.objects.all(), known_at, layer),
        ]
        since = as_at - timedelta(days=30)
        provinces = provinces_of(as_at, boundaries)
        listed = sorted(
            (entry.LEDGER, entry.happened_on, getattr(entry, entry.SAYS[1]), getattr(entry, "site_id", None) or 0)
            for entry in entries
            if since < entry.happened_on <= as_at
        )
        moment = "reviewed_at" if layer == Layer.VERIFIED else "reported_at"
        learned = [
            entry
            for entry in entries
            if entry.happened_on <= since and end_of(since) < getattr(entry, moment) <= end_of(as_at)
        ]
        assert listed == sorted(
            (each.ledger, each.happened_on, str(each.said), each.site or 0) for each in result.happenings
        )
        assert len(learned) == result.learned
        assert {provinces[entry.holder.pk] for entry in entries if since < entry.happened_on <= as_at} == {
            province.pk for province in Province.objects.filter(code__in=[each.province for each in result.happenings])
        }
        assert sum(len(group) for group in result.by_kind.values()) == len(result.happenings)
