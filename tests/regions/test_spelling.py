"""Is what somebody means found, however they spell it, and nothing else before it?"""

import time
from pathlib import Path

import pytest

from regions import nicknames
from regions.spelling import MAX_LENGTH, Named, Nearness, matches, slips_forgiven, spelling_of

REFERENCE = Path(__file__).resolve().parents[2] / "reference"


def rows(name: str) -> list[dict[str, str]]:
    lines = (REFERENCE / name).read_text().splitlines()
    header = lines[0].split(",")
    return [dict(zip(header, line.split(","), strict=False)) for line in lines[1:]]


AREAS = [
    *(
        Named(row["code"], (f"Provinsi {row['name']}", *nicknames.PROVINCES.get(row["code"], ())), (row["code"],))
        for row in rows("provinces.csv")
    ),
    *(
        Named(row["code"], (row["name"], *nicknames.REGENCIES.get(row["code"], ())), (row["code"],))
        for row in rows("regencies.csv")
    ),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kab bolmut", "71.08"),
        ("Bolaang Mongondow Utara", "71.08"),
        ("mongondow ut", "71.08"),
        ("palangkaraya", "62.71"),
        ("KOTA PALANGKA-RAYA", "62.71"),
        ("DIY", "34"),
        ("prov. aceh", "11"),
        ("dki", "31"),
        ("solo", "33.72"),
        ("Ujungpandang", "73.71"),
        ("kota bandung", "32.73"),
        ("kab. bandung", "32.04"),
        ("bandung kab", "32.04"),
        ("kodya kediri", "35.71"),
        ("lima puluh kota", "13.07"),
        ("50 kota", "13.07"),
        ("kep seribu", "31.01"),
        ("toli toli", "72.04"),
        ("bau-bau", "74.72"),
        ("jakarta selatan", "31.74"),
        ("ponorgo", "35.02"),
        ("ponoorgo", "35.02"),
        ("banyuwnagi", "35.10"),
        ("tapanuli tngah", "12.01"),
        ("Pónorogo", "35.02"),
        ("\u202eponorogo\u200b", "35.02"),
        ("ma'muju", "76.02"),
        ("35.02", "35.02"),
        ("3502", "35.02"),
        ("35,02", "35.02"),
        ("11.1", "11.10"),
        ("35", "35"),
    ],
)
def test_what_is_meant_stands_first(typed: str, meant: str) -> None:
    assert matches(typed, AREAS)[0].key == meant


@pytest.mark.parametrize(
    ("typed", "nearness"),
    [
        ("surakarta", Nearness.SAME),
        ("surak", Nearness.BEGINS),
        ("kota sura", Nearness.BEGINS),
        ("utara bolaang", Nearness.WORDS),
        ("urakarta", Nearness.WITHIN),
        ("surakrata", Nearness.SLIPPED),
    ],
)
def test_how_near_a_name_is(typed: str, nearness: Nearness) -> None:
    assert matches(typed, AREAS)[0].nearness == nearness


def test_slips_are_forgiven_only_where_nothing_fits_without() -> None:
    assert {match.nearness for match in matches("bone", AREAS)} <= {Nearness.SAME, Nearness.BEGINS, Nearness.WORDS}


def test_a_short_word_is_taken_as_it_stands() -> None:
    assert [slips_forgiven(letters) for letters in (3, 4, 8, 12, 40)] == [0, 1, 2, 3, 3]
    assert matches("xyz", AREAS) == []


def test_both_of_a_name_are_found_and_the_kind_that_was_typed_is_first() -> None:
    found = {match.key: match.is_kind_meant for match in matches("kota bandung", AREAS)}

    assert found["32.73"]
    assert not found["32.04"]


def test_a_name_that_two_go_by_finds_both() -> None:
    same = [match.key for match in matches("jogja", AREAS) if match.nearness == Nearness.SAME]

    assert same == ["34", "34.71"]


def test_an_unfinished_code_finds_all_that_begin_so() -> None:
    assert {match.key for match in matches("11.1", AREAS)} == {f"11.{number}" for number in range(10, 19)}


@pytest.mark.parametrize("typed", ["", " ", "%" * 10_000, "\0", "\ud800", "印度", "(((((", "35.02.01", "-1"])
def test_what_is_no_name_finds_nothing(typed: str) -> None:
    assert matches(typed, AREAS) == []


@pytest.mark.parametrize("typed", ["a" * 10_000, "a " * 5_000, "abcd " * 2_000, "(a+)+$" * 100, "kota " * 2_000])
def test_the_longest_question_is_answered_at_once(typed: str) -> None:
    matches("warm", AREAS)
    began = time.thread_time()

    matches(typed, AREAS)

    assert time.thread_time() - began < 0.3


def test_no_more_is_read_than_a_name_may_be_long() -> None:
    assert len(spelling_of("a" * 10_000).closed) == MAX_LENGTH


def test_every_nickname_is_of_an_area_that_exists_and_says_what_its_name_does_not() -> None:
    names = {area.key: spelling_of(area.names[0]).closed for area in AREAS}

    for code, others in {**nicknames.PROVINCES, **nicknames.REGENCIES}.items():
        assert names[code] not in {spelling_of(other).closed for other in others}
