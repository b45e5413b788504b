"""Is what stands in a cell read as Indonesians mean it, and proposed where that is not certain?"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.choices import DatePrecision, Stage
from regions.resources.cells import CellError, Choice, Day, Number, YesNo, day_in

DAY, MONTH, YEAR = DatePrecision.DAY, DatePrecision.MONTH, DatePrecision.YEAR


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("24 September 2025", (date(2025, 9, 24), DAY)),
        ("Rabu, 24 Sep 2025", (date(2025, 9, 24), DAY)),
        ("24/09/2025", (date(2025, 9, 24), DAY)),
        ("24-9-2025", (date(2025, 9, 24), DAY)),
        ("2025-09-24", (date(2025, 9, 24), DAY)),
        ("2025-09-24 00:00:00", (date(2025, 9, 24), DAY)),
        (45924, (date(2025, 9, 24), DAY)),
        ("45924", (date(2025, 9, 24), DAY)),
        (datetime(2025, 9, 24, 8, 30), (date(2025, 9, 24), DAY)),  # noqa: DTZ001
        ("September 2025", (date(2025, 9, 1), MONTH)),
        ("Nopember 2024", (date(2024, 11, 1), MONTH)),
        ("09/2025", (date(2025, 9, 1), MONTH)),
        (2025, (date(2025, 1, 1), YEAR)),
    ],
)
def test_days_are_read_however_they_are_written(typed: Any, meant: tuple[date, DatePrecision]) -> None:
    assert day_in(typed) == meant


@pytest.mark.parametrize(
    ("typed", "proposal"),
    [
        ("09/24/2025", "24/09/2025"),
        ("24 Septembr 2025", "24 September 2025"),
        ("31/02/2025", ""),
        ("24/09/25", ""),
        ("kemarin", ""),
        (True, ""),
        (10**9, ""),
        ("0000-00-00", ""),
        ("00/13/2025", ""),
        ("2025-13-00", ""),
    ],
)
def test_what_is_no_day_is_refused_and_proposed_where_it_is_clear(typed: Any, proposal: str) -> None:
    with pytest.raises(CellError) as refused:
        day_in(typed)

    assert refused.value.proposal == proposal


def test_a_month_stands_for_its_last_day_only_where_that_is_allowed() -> None:
    assert Day(partial=True).clean("Februari 2024") == (date(2024, 2, 29), MONTH)
    with pytest.raises(CellError, match="bukan tanggal lengkap"):
        Day().clean("Februari 2024")


@pytest.mark.parametrize(
    ("typed", "places", "meant"),
    [
        ("1.234,5", 1, "1234.5"),
        ("1,234.5", 1, "1234.5"),
        ("12,5", 1, "12.5"),
        ("12.5", 1, "12.5"),
        (12.5, 1, "12.5"),
        ("1.234", 0, "1234"),
        (3.0, 0, "3"),
        (0.1 + 0.2, 1, "0.3"),
        ("\N{MINUS SIGN}5", 0, "-5"),
    ],
)
def test_numbers_are_read_as_indonesians_write_them(typed: Any, places: int, meant: str) -> None:
    assert Decimal(Number(places=places).clean(typed)) == Decimal(meant)


def test_a_point_in_degrees_parts_no_thousands() -> None:
    assert Number(places=6, groups=False).clean("-7.868") == Decimal("-7.868")


@pytest.mark.parametrize("typed", ["abc", "NaN", "Infinity", "1e400", "9" * 5000, True, date(2025, 1, 1), "1.23.4", ""])
def test_what_is_no_number_is_refused(typed: Any) -> None:
    with pytest.raises(CellError):
        Number(places=1).clean(typed)


@pytest.mark.parametrize(("typed", "proposal"), [(12.5, "12"), ("12,5", "12")])
def test_no_decimal_place_is_dropped_silently(typed: Any, proposal: str) -> None:
    with pytest.raises(CellError) as refused:
        Number().clean(typed)

    assert refused.value.proposal == proposal


def test_choices_are_read_in_both_languages_and_proposed_when_misspelt() -> None:
    cell = Choice(Stage)

    assert {cell.clean(word) for word in ("Diresmikan", "DIRESMIKAN", "inaugurated", " Diresmikan ")} == {"inaugurated"}
    with pytest.raises(CellError) as refused:
        cell.clean("Diresmikn")
    assert refused.value.proposal == "Diresmikan"
    with pytest.raises(CellError, match="tidak dikenal"):
        YesNo().clean("mungkin")


@given(day=st.dates(date(2017, 1, 1), date(2099, 12, 31)))
def test_a_day_that_was_written_is_read_as_itself(day: date) -> None:
    assert Day().clean(Day().render(day)) == day


@given(number=st.decimals(-90, 90, places=6))
def test_degrees_that_were_written_are_read_as_themselves(number: Decimal) -> None:
    cell = Number(places=6, groups=False)

    assert cell.clean(str(cell.render(number))) == number
