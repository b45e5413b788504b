"""Are all rules held against the whole rollout fast enough, and do they stay so as it grows?"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from benchmarks.rollouts import Rollouts
from taskforce.models import Alert
from taskforce.services.alerts import evaluate

pytestmark = [pytest.mark.benchmark(group="alerts"), pytest.mark.timeout(1800)]

ALLOWED_SECONDS = 2
# So long after the import everything imported is without news: each MPP an alert.
LATER = timedelta(days=91)


def empty() -> None:
    Alert.objects.all().delete()


def at(rollouts: Rollouts, size: int, today: date, *, is_empty: bool) -> Callable[[], None]:
    """Return what makes the rollout of a size ready: without alerts, or with all there are."""

    def prepare() -> None:
        rollouts.use(size)
        if is_empty:
            empty()
        else:
            evaluate(today=today)

    return prepare


def test_the_first_evaluation(clock: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    clock(
        lambda: evaluate(today=today + LATER),
        before=at(rollouts, 1, today + LATER, is_empty=True),
        rounds=5,
        allowed_seconds=ALLOWED_SECONDS,
        what="all rules over 509 units, every alert new",
        why=(
            "`alerts.evaluate` with no alert there, 91 days after the import, when every MPP is without news: more"
            " than 350 alerts raised, each with its version."
        ),
    )
    assert Alert.objects.open().count() > 350


def test_the_nightly_evaluation(clock: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    clock(
        lambda: evaluate(today=today + LATER),
        before=at(rollouts, 1, today + LATER, is_empty=False),
        rounds=10,
        allowed_seconds=ALLOWED_SECONDS,
        what="all rules over 509 units, nothing new",
        why="the same as it runs every ten minutes: every rule evaluated, nothing to write.",
    )


@pytest.mark.parametrize("is_empty", [True, False], ids=["every alert new", "nothing new"])
def test_growth(compare: Callable[..., None], rollouts: Rollouts, today: date, *, is_empty: bool) -> None:
    compare(
        lambda: evaluate(today=today + LATER),
        lambda: evaluate(today=today + LATER),
        before=at(rollouts, 100, today + LATER, is_empty=is_empty),
        before_other=at(rollouts, 1, today + LATER, is_empty=is_empty),
        rounds=2,
        what=f"growth of all rules to 100x, {'every alert new' if is_empty else 'nothing new'}",
        against="1x, a hundred times",
        times=100,
        aim=1,
        why="the time at 100x the data against 100 times the time at 1x: above 1, it would grow faster than the data.",
    )
