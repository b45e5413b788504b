"""Which pledges might regencies have made? A made-up set, for there are none in the data."""

import random
from datetime import date, timedelta

from commitments.models import Pledge, PledgeRevision
from regions.models import Milestone, Regency

REASONS = ["Anggaran dialihkan", "Gedung belum selesai", "Pergantian pimpinan"]


def make(count: int, *, seed: int = 7) -> None:
    """Write pledges of `count` units, most of them for about the year they were inaugurated, some promised again."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    units = list(Regency.objects.filter(is_autonomous=True).order_by("code"))
    inaugurated = Milestone.objects.in_force().filter(stage="inaugurated")
    years = dict(inaugurated.values_list("site__regency", "reached_on__year"))
    for regency in rng.sample(units, count):
        year = max(2018, years.get(regency.pk, rng.choice([2022, 2024, 2027])) - rng.choice([0, 0, 0, 0, 1, 2]))
        pledge = Pledge.objects.create(
            regency=regency, pledged_on=date(min(year, 2025), 1, 10), due_on=date(year, 12, 31)
        )
        for later in range(rng.choice([0, 0, 1, 2])):
            PledgeRevision.objects.create(
                pledge=pledge,
                revised_on=min(date(year + later, 11, 1), date(2026, 9, 1)) + timedelta(days=later),
                due_on=date(year + later + 1, 12, 31),
                reason=rng.choice(REASONS),
            )
