"""Is a target refused that asks for more units than its area has?"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from regions.models import Province, Regency
from taskforce.choices import TargetMetric
from taskforce.models import Target

pytestmark = pytest.mark.django_db
COUNTS = [TargetMetric.CUMULATIVE_UNITS, TargetMetric.COMMITTED_UNITS]
SENTENCE = "Target melebihi jumlah unit sasaran di wilayahnya"


def target(code: str, metric: str, value: int) -> Target:
    return Target(
        province=Province.objects.get(code=code) if code else None,
        metric=metric,
        value=value,
        deadline=date(2031, 12, 31),
        set_on=date(2026, 1, 1),
        set_by="Gubernur",
        source="Surat",
    )


@pytest.mark.parametrize("metric", COUNTS)
@pytest.mark.parametrize(("code", "units"), [("35", 38), ("31", 1), ("", 509)])
def test_a_target_asks_for_no_more_units_than_there_are(code: str, units: int, metric: str) -> None:
    too_many = target(code, metric, units + 1)
    with pytest.raises(ValidationError, match=SENTENCE):
        too_many.full_clean()
    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        too_many.save()

    all_of_them = target(code, metric, units)
    all_of_them.full_clean()
    all_of_them.save()

    with pytest.raises(IntegrityError, match=SENTENCE), transaction.atomic():
        Target.objects.filter(pk=all_of_them.pk).update(value=units + 1)


def test_a_share_is_not_compared_with_the_number_of_units() -> None:
    goal = target("31", TargetMetric.COVERAGE_PCT, 100)

    goal.full_clean()
    goal.save()

    assert goal.share_of(Regency.objects.filter(province__code="31", is_autonomous=True).count()) == 1
