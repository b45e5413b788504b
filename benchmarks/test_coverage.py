"""What does asking for the coverage of a day cost beyond the SQL it rests on, and how does that grow?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from benchmarks.rollouts import Rollouts
from taskforce.coverage import _BY_PROVINCE, Question, coverage

pytestmark = [pytest.mark.benchmark(group="coverage of one day"), pytest.mark.timeout(1800)]


def bare_sql(day: date) -> Callable[[], list[Any]]:
    """Return what runs the statement of `coverage` and nothing else, on the driver's own cursor.

    It is a cursor of the connection that Django opened, so both sides put the parameters into the text and have
    it planned anew each time.
    """
    question = Question(day)
    statement = _BY_PROVINCE[question.layer, question.boundaries]

    def run() -> list[Any]:
        with connection.connection.cursor() as cursor:
            return cursor.execute(statement, question.parameters).fetchall()

    return run


@pytest.mark.parametrize(("size", "rounds"), [(1, 200), (100, 15)])
def test_coverage_against_its_sql(
    compare: Callable[..., None], rollouts: Rollouts, today: date, size: int, rounds: int
) -> None:
    rollouts.use(size)

    compare(
        lambda: coverage(today),
        bare_sql(today),
        rounds=rounds,
        warm_up=3,
        what=f"coverage of one day, {size}x",
        against="its bare SQL",
        aim=1.5,
        why=(
            "`taskforce.coverage.coverage` for today, in the standard definition, against the one aggregate it"
            " rests on, sent through the driver's own cursor. On top come a query for the targets and the objects"
            " of 38 provinces."
            if size == 1
            else "the same with 100x the data, where what comes on top stays as it was. The function contains the"
            " statement, so a ratio below 1 is noise of measuring."
        ),
    )


def test_coverage_grows_no_worse_than_the_data(compare: Callable[..., None], rollouts: Rollouts, today: date) -> None:
    rollouts.use(1)
    real = coverage(today).national
    rollouts.use(100)
    grown = coverage(today).national
    assert (grown.units, grown.covered) == (100 * real.units, 100 * real.covered)

    compare(
        lambda: coverage(today),
        lambda: coverage(today),
        before=lambda: rollouts.use(100),
        before_other=lambda: rollouts.use(1),
        rounds=15,
        warm_up=3,
        what="growth of coverage to 100x",
        against="1x, a hundred times",
        times=100,
        aim=1,
        why="the time at 100x the data against 100 times the time at 1x: above 1, it would grow faster than the data.",
    )
