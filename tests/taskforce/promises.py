"""Which pledges might regencies have made? A made-up set, for there are none in the data."""

import random
from datetime import date, timedelta

from commitments.models import Pledge, PledgeRevision
from regions.models import Regency

REASONS = ["Anggaran dialihkan", "Gedung belum selesai", "Pergantian pimpinan"]


def make(count: int, *, seed: int = 7) -> None:
    """Write `count` pledges of as many units for 2020, 2022, 2023, 2024 or 2027, some of them promised again."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    units = list(Regency.objects.filter(is_autonomous=True).order_by("code"))
    for regency in rng.sample(units, count):
        year = rng.choice([2020, 2022, 2023, 2024, 2027])
        pledged_on = date(min(year, 2026), 3, 10)
        pledge = Pledge.objects.create(regency=regency, pledged_on=pledged_on, due_on=date(year, 12, 31))
        for later in range(rng.choice([0, 0, 1, 2])):
            revised_on = min(pledged_on + timedelta(days=250 * (later + 1)), date(2026, 10, 1 + later))
            PledgeRevision.objects.create(
                pledge=pledge,
                revised_on=revised_on,
                due_on=date(max(revised_on.year, year) + 1 + later, 12, 31),
                reason=rng.choice(REASONS),
            )
