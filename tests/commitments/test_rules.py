"""Are the rules about agreements and pledges what the field says?"""

from datetime import date

import pytest

from commitments.choices import AgreementStanding, PledgeStanding
from commitments.rules import agreement_standing, is_pressing, pledge_standing, warning_due

BEGAN, ENDS = date(2024, 1, 1), date(2024, 12, 31)


@pytest.mark.parametrize(
    ("as_at", "standing"),
    [
        (date(2023, 12, 31), AgreementStanding.FUTURE),
        (date(2024, 1, 1), AgreementStanding.ACTIVE),
        (date(2024, 10, 1), AgreementStanding.ACTIVE),
        (date(2024, 10, 2), AgreementStanding.ENDING),
        (date(2024, 12, 31), AgreementStanding.ENDING),
        (date(2025, 1, 1), AgreementStanding.EXPIRED),
    ],
)
def test_an_agreement_stands_by_its_dates(as_at: date, standing: str) -> None:
    assert agreement_standing(BEGAN, ENDS, as_at) == standing


def test_an_agreement_without_an_end_holds_on() -> None:
    assert agreement_standing(BEGAN, None, date(2099, 1, 1)) == AgreementStanding.ACTIVE


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2024, 10, 1), None),
        (date(2024, 10, 2), 90),
        (date(2024, 11, 30), 90),
        (date(2024, 12, 1), 30),
        (date(2024, 12, 24), 7),
        (date(2024, 12, 31), 7),
        (date(2025, 1, 1), None),
    ],
)
def test_the_nearest_warning_that_was_reached_is_due(today: date, due: int | None) -> None:
    assert warning_due(ENDS, today) == due


FIRST, AGAIN = date(2022, 12, 31), date(2023, 12, 31)


@pytest.mark.parametrize(
    ("due", "inaugurated_on", "as_at", "standing"),
    [
        (FIRST, None, date(2022, 12, 31), PledgeStanding.NOT_YET_DUE),
        (FIRST, None, date(2023, 1, 1), PledgeStanding.LATE),
        (FIRST, date(2022, 12, 31), date(2023, 1, 1), PledgeStanding.KEPT),
        (FIRST, date(2023, 1, 1), date(2023, 1, 1), PledgeStanding.LATE),
        (FIRST, date(2023, 1, 1), date(2022, 6, 1), PledgeStanding.NOT_YET_DUE),
        (AGAIN, None, date(2023, 6, 1), PledgeStanding.SLIPPED),
        (AGAIN, date(2023, 5, 1), date(2023, 6, 1), PledgeStanding.SLIPPED),
        (AGAIN, date(2022, 5, 1), date(2023, 6, 1), PledgeStanding.KEPT),
        (AGAIN, None, date(2024, 1, 1), PledgeStanding.LATE),
        (AGAIN, date(2024, 1, 2), date(2024, 6, 1), PledgeStanding.LATE),
    ],
)
def test_a_pledge_is_kept_slipped_late_or_not_yet_due(
    due: date, inaugurated_on: date | None, as_at: date, standing: str
) -> None:
    assert pledge_standing(FIRST, due, inaugurated_on, as_at) == standing


@pytest.mark.parametrize(
    ("today", "inaugurated_on", "answer"),
    [
        (date(2022, 10, 1), None, False),
        (date(2022, 10, 2), None, True),
        (date(2023, 6, 1), None, True),
        (date(2023, 6, 1), date(2023, 5, 1), False),
    ],
)
def test_a_pledge_presses_from_90_days_before_until_it_is_done(
    today: date, inaugurated_on: date | None, answer: bool
) -> None:
    assert is_pressing(FIRST, inaugurated_on, today) is answer
