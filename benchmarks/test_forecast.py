"""Is the forecast there before its reader goes away?"""

from collections.abc import Callable
from datetime import date

import pytest

from benchmarks.rollouts import Rollouts
from taskforce import simulation
from taskforce.coverage import Standpoint
from taskforce.forecast import draw, forecast
from taskforce.nextbest import next_best

pytestmark = [pytest.mark.benchmark(group="forecast"), pytest.mark.timeout(600)]


def test_the_forecast_within_five_seconds(clock: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)
    assert len(forecast(Standpoint(today)).provinces) == 38
    assert simulation.DRAWS == 10_000

    clock(
        lambda: forecast(Standpoint(today)),
        before=draw.cache_clear,
        allowed_seconds=5,
        rounds=5,
        what="forecast, 10,000 draws",
        why=(
            "the report of /perkiraan/ for the nation and 38 provinces, its four trials on past days included, with"
            " nothing drawn before. While the facts stay the same a process keeps what it drew."
        ),
    )


def test_the_next_best_within_a_second(clock: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)
    assert len(next_best(Standpoint(today)).candidates) > 200

    clock(
        lambda: next_best(Standpoint(today)),
        allowed_seconds=1,
        rounds=20,
        what="next best",
        why="the report of /perkiraan/berikutnya/: every unit that is not inaugurated, ranked.",
    )
