"""Does the published rollout enter the ledger as it was published, once, by the same services as a report?"""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import User
from regions.choices import EntryChannel, EntryState
from regions.models import Ceremony, CeremonySite, DirtyProvince, Milestone, OperatingRecord, Regency, Site
from regions.services.ledger import report, verify
from regions.services.rollout import COLUMNS, load_rollout

pytestmark = pytest.mark.django_db

EVENTS = settings.BASE_DIR / "reference" / "mpp_events.csv"
SOURCE = "https://contoh.example/berita"


def write(path: Path, *rows: dict[str, str]) -> Path:
    plain = {"regency_code": "35.02", "regency_name": "Kabupaten Ponorogo", "event_date": "2026-03-01"}
    plain |= {"date_precision": "day", "event_kind": "inaugurated", "source_url": SOURCE}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**plain, **row} for row in rows)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.csv"


def test_every_event_is_in_the_ledger_verified_with_its_source(importer: User) -> None:
    assert Milestone.objects.count() == 293 + 3 + 32 + 7 + 1 + 21 + 2
    assert OperatingRecord.objects.count() == 43 + 9 + 4
    for ledger in (Milestone, OperatingRecord):
        entries = ledger.objects.values_list("state", "channel", "reported_by", "reviewed_by").order_by().distinct()
        assert list(entries) == [(EntryState.VERIFIED, EntryChannel.IMPORT, importer.pk, importer.pk)]
        assert not ledger.objects.filter(source_url="").exists()


def test_a_second_load_changes_nothing(importer: User) -> None:
    before = [model.objects.count() for model in (Site, Ceremony, CeremonySite, Milestone, OperatingRecord)]

    tally = load_rollout(EVENTS, by=importer)

    assert (tally.created, tally.unchanged) == (0, 420)
    assert [m.objects.count() for m in (Site, Ceremony, CeremonySite, Milestone, OperatingRecord)] == before
    assert not DirtyProvince.objects.exists()


def test_what_was_renamed_or_corrected_since_stays_so(importer: User, officer: User, verifier: User) -> None:
    wrong = Milestone.objects.get(site__regency__code="35.10", stage="inaugurated")
    Site.objects.filter(pk=wrong.site_id).update(name="MPP Banyuwangi Baru")
    right = Milestone(site=wrong.site, stage=wrong.stage, reached_on=date(2017, 10, 7), supersedes=wrong, note="Arsip")
    verify(report(right, by=officer), by=verifier)

    tally = load_rollout(EVENTS, by=importer)

    assert tally.created == 0
    assert Milestone.objects.in_force().filter(site=wrong.site, stage="inaugurated").get() == right
    assert wrong.site.regency.sites.count() == 1


def test_planned_and_postponed_are_places_in_a_ceremony_never_milestones() -> None:
    klungkung = Regency.objects.get(code="51.05")
    assert not Milestone.objects.filter(site__regency=klungkung).exists()
    assert CeremonySite.objects.get(site__regency=klungkung).is_present is None

    june = Ceremony.objects.get(held_on=date(2024, 6, 24))
    assert set(june.ceremony_sites.filter(is_present=False).values_list("site__regency__code", flat=True)) == {
        "13.10",
        "32.76",
    }


@pytest.mark.parametrize(
    ("held_on", "size"), [(date(2022, 12, 5), 26), (date(2024, 6, 24), 15), (date(2024, 12, 12), 42)]
)
def test_a_batch_is_one_ceremony(held_on: date, size: int) -> None:
    ceremony = Ceremony.objects.get(held_on=held_on)

    assert ceremony.announced_size == size
    assert ceremony.milestones.count() == size
    assert ceremony.ceremony_sites.filter(is_present=True).count() == size


def test_names_make_sites_and_events_without_one_join_the_first() -> None:
    luwu = Site.objects.filter(regency__code="73.17").order_by("pk")

    assert [site.name for site in luwu] == ["MPP Simpurusiang", "MPP Walmas"]
    assert [site.milestones.count() for site in luwu] == [2, 1]
    assert Site.objects.get(regency__code="35.78").name == "MPP Siola"
    assert Site.objects.get(regency__code="35.10").name == "MPP Kabupaten Banyuwangi"


def test_two_inaugurations_of_one_site_are_both_kept() -> None:
    pekanbaru = Milestone.objects.filter(site__regency__code="14.71", stage="inaugurated")

    assert pekanbaru.in_force().count() == 2


@pytest.mark.parametrize(
    ("row", "where", "reason"),
    [
        ({"regency_code": "99.99"}, "kolom regency_code", "99.99"),
        ({"event_date": "2026-02-30"}, "kolom event_date", "2026-02-30"),
        ({"event_date": "2026-02"}, "kolom event_date", "day"),
        ({"event_date": ""}, "kolom event_date", "kosong"),
        ({"date_precision": "hour"}, "kolom date_precision", "day, month, year"),
        ({"event_kind": "celebrated"}, "kolom event_kind", "inaugurated"),
        ({"source_url": ""}, "kolom source_url", "kosong"),
        ({"ceremony_size": "banyak"}, "kolom ceremony_size", "banyak"),
        ({"event_date": "2999-01-01"}, "baris 3", "masa depan"),
        ({"event_date": "0217-03-01"}, "baris 3", "2017-01-01"),
        ({"regency_code": "35.10"}, "kolom regency_name", "Kabupaten Banyuwangi"),
        ({"note": "a\0b"}, "kolom note", "karakter"),
    ],
)
def test_a_broken_row_stops_the_load_and_is_named(
    file: Path, importer: User, row: dict[str, str], where: str, reason: str
) -> None:
    write(file, {}, row)

    with pytest.raises(CommandError) as refusal:
        call_command("load_rollout", file=file, by=importer.email)

    assert "Nothing was loaded" in str(refusal.value)
    assert "events.csv, baris 3" in str(refusal.value)
    assert where in str(refusal.value)
    assert reason in str(refusal.value)
    assert not Site.objects.filter(regency__code="35.02").exists()


def test_nobody_imports_namelessly(file: Path) -> None:
    with pytest.raises(CommandError, match="No active account"):
        call_command("load_rollout", file=write(file, {}), by="nobody@pantau-mpp.example")


def test_a_load_marks_what_it_touches(file: Path, importer: User) -> None:
    load_rollout(write(file, {}), by=importer)

    assert list(DirtyProvince.objects.values_list("province__code", "since")) == [("35", date(2026, 3, 1))]


def test_many_events_take_a_handful_of_queries_each(
    file: Path, importer: User, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    months = [{"event_date": f"2025-{month:02}-01", "event_kind": "operating"} for month in range(1, 13)]

    # 3 to read what is there, 6 for the site, then per event: 1 repetition, 3 insert, 3 review, 2 mark, savepoints
    with django_assert_max_num_queries(9 + 12 * 22):
        load_rollout(write(file, *months), by=importer)


def test_another_spelling_of_the_name_is_known(file: Path, importer: User) -> None:
    row = {"regency_code": "62.71", "regency_name": "kota palangkaraya", "event_date": "2026-02-01"}

    assert load_rollout(write(file, row | {"event_kind": "operating"}), by=importer).created == 1


@pytest.mark.parametrize("place", ["", "nothing-there.csv"])
def test_what_is_no_file_is_said_in_a_sentence(tmp_path: Path, importer: User, place: str) -> None:
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_rollout", file=tmp_path / place, by=importer.email)
