"""Do the releases of the open data hold what is verified and public, once a day, described, and for ever the same?"""

import csv
import gzip
import json
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from frictionless import Package

from accounts.models import User
from commitments.models import Agreement, Pledge, PledgeRevision, Presence, Service
from regions.choices import OperatingStatus, Stage
from regions.models import Milestone, OperatingRecord, Regency, Site
from regions.services.ledger import report, send_back, verify
from taskforce.choices import Basis, Counting, ReleaseState
from taskforce.coverage import Question, coverage, series
from taskforce.models import Release, ReleaseContent
from taskforce.models.releases import ATTEMPTS, LEASE
from taskforce.opendata.tables import TABLES
from taskforce.services.releases import CHECKSUMS, announce, compute, make_due, make_one, read

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)
Files = dict[str, bytes]


def publish(day: date = TODAY) -> Release:
    """Have a day's release made as the worker does."""
    assert announce(today=day)
    assert make_due(now=timezone.now()) == 1
    return Release.objects.get(day=day)


def files(release: Release) -> Files:
    return {file.name: read(file) for file in release.files.select_related("content")}


def table(release: Release, name: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(files(release)[f"{name}.json"])
    return told


def difference(release: Release) -> dict[str, dict[str, Any]]:
    told = json.loads(files(release)["difference.json"])
    return {each["table"]: each for each in told["tables"]}


def written(value: object) -> str:
    """Return a value of the JSON as the CSV has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value).lstrip("'")


@pytest.fixture
def everything(
    site: Site, counter: Callable[..., Presence], pks: Callable[..., Agreement], operating: Callable[..., Any]
) -> Site:
    """A site about which every ledger says something, with a pledge and a PKS."""
    counter("Sertipikat", "=1+1")
    pks()
    operating(site, OperatingStatus.PARTLY)
    pledge = Pledge.objects.create(regency=site.regency, pledged_on="2026-01-02", due_on="2026-12-31")
    PledgeRevision.objects.create(pledge=pledge, revised_on="2026-06-01", due_on="2027-12-31", reason="Gedung, lahan")
    return site


def test_frictionless_finds_nothing_wrong(tmp_path: Path, everything: Site) -> None:
    publish(YESTERDAY)
    everything.regency.aliases.create(alias="Kab Ponorogo")
    for name, content in files(publish()).items():
        (tmp_path / name).write_bytes(content)

    checked = Package(str(tmp_path / "datapackage.json")).validate()

    assert checked.valid, checked.flatten(["name", "rowNumber", "fieldName", "message"])
    rows = {task.name: task.stats.get("rows") for task in checked.tasks}
    assert all(rows[each.name] for each in TABLES)
    assert rows["difference"]


def test_frictionless_would_find_it(tmp_path: Path) -> None:
    for name, content in files(publish()).items():
        (tmp_path / name).write_bytes(content)
    milestones = tmp_path / "milestones.csv"
    milestones.write_text(milestones.read_text().replace(",inaugurated,", ",opening,", 1))

    checked = Package(str(tmp_path / "datapackage.json")).validate()

    assert not checked.valid


@pytest.mark.parametrize(
    ("day", "covered"), [(date(2022, 12, 5), 95), (date(2024, 12, 12), 262), (date(2025, 12, 15), 295)]
)
def test_coverage_can_be_recounted_from_the_released_milestones_alone(day: date, covered: int) -> None:
    release = publish()
    branches = {site["id"] for site in table(release, "sites") if site["is_branch"]}

    counted = {
        row["regency_code"]
        for row in table(release, "milestones")
        if row["stage"] == "inaugurated" and row["reached_on"] <= day.isoformat() and row["site_id"] not in branches
    }

    assert len(counted) == covered
    assert coverage(day).national.covered == covered


def test_released_coverage_is_that_of_the_coverage_function_in_every_definition() -> None:
    released = {
        (row["basis"], row["counting"], row["area_code"]): (row["units"], row["covered"], row["coverage_pct"])
        for row in table(publish(), "coverage")
    }

    for basis in Basis:
        for counting in Counting:
            told = coverage(TODAY, basis=basis, counting=counting)
            for area in (told.national, *told.provinces):
                pct = None if area.coverage_pct is None else float(area.coverage_pct)
                assert released.pop((basis.value, counting.value, area.code or "ID")) == (area.units, area.covered, pct)
    assert released == {}


def test_the_series_ends_with_what_the_coverage_of_the_day_says(everything: Site) -> None:
    release = publish()
    last = {
        (row["basis"], row["counting"], row["area_code"]): (row["units"], row["covered"])
        for row in table(release, "coverage-series")
    }
    told = {
        (row["basis"], row["counting"], row["area_code"]): (row["units"], row["covered"])
        for row in table(release, "coverage")
    }

    assert last == {key: told[key] for key in last}
    # All but those of which the ledger never had anything to say.
    assert len(last) > 9 * 34


@pytest.mark.parametrize(("basis", "counting", "code"), [("509", "inaugurated", ""), ("514", "operating", "35")])
def test_the_released_series_is_that_of_the_coverage_function(basis: str, counting: str, code: str) -> None:
    question = Question(TODAY, basis=Basis(basis), counting=Counting(counting))

    released = [
        (row["since"], row["units"], row["covered"])
        for row in table(publish(), "coverage-series")
        if (row["basis"], row["counting"], row["area_code"]) == (basis, counting, code or "ID")
    ]

    assert released == [(point.since.isoformat(), point.units, point.covered) for point in series(question, code)]


def test_only_what_is_verified_and_in_force_is_released(
    site: Site,
    reported: Callable[..., Milestone],
    verified: Callable[..., Milestone],
    officer: User,
    verifier: User,
) -> None:
    reported(site, Stage.READY, date(2026, 2, 1), source_url="https://rahasia.example/dilaporkan")
    returned = reported(site, Stage.STAFFING, date(2026, 2, 2), source_url="https://rahasia.example/dikembalikan")
    send_back(returned, by=verifier, reason="Foto belum ada")
    wrong = verified(site, Stage.OPENED, date(2026, 2, 3))
    right = report(
        Milestone(site=site, stage=Stage.OPENED, reached_on=date(2026, 2, 4), supersedes=wrong, note="Salah hari"),
        by=officer,
    )
    verify(right, by=verifier)
    OperatingRecord.objects.create(site=site, status=OperatingStatus.TRIAL, since="2026-02-05", reported_by=officer)

    release = publish()

    rows = [row for row in table(release, "milestones") if row["site_id"] == site.pk]
    assert [(row["stage"], row["reached_on"]) for row in rows] == [("opened", "2026-02-04")]
    assert [row for row in table(release, "operating-records") if row["site_id"] == site.pk] == []
    assert not any(b"rahasia.example" in content for content in files(release).values())


def test_no_file_names_a_person_or_repeats_a_note(
    site: Site, reported: Callable[..., Milestone], verifier: User, officer: User, pks: Callable[..., Agreement]
) -> None:
    User.objects.filter(pk__in=[officer.pk, verifier.pk]).update(name="Nama Pribadi")
    entry = reported(site, note="Catatan internal")
    entry.review_note = "Catatan pemeriksa"
    verify(entry, by=verifier)
    pks().signatories.update(signed_by="Penanda Pribadi", position="Jabatan Pribadi", obligations="Kewajiban dalam")

    content = b"\n".join(files(publish()).values())

    for said in ("Pribadi", "Catatan internal", "Catatan pemeriksa", "Kewajiban dalam", officer.email, verifier.email):
        assert said.encode() not in content


def test_what_is_verified_after_the_moment_of_a_release_waits_for_the_next(
    site: Site, verified: Callable[..., Milestone]
) -> None:
    waiting = announce(today=TODAY)
    verified(site)

    assert waiting
    assert make_due(now=timezone.now()) == 1

    assert [row for row in table(waiting, "milestones") if row["site_id"] == site.pk] == []
    assert [row for row in table(publish(TODAY + timedelta(days=1)), "milestones") if row["site_id"] == site.pk]


def test_a_release_can_be_computed_again_to_the_byte(everything: Site) -> None:
    publish(YESTERDAY)
    release = publish()

    again = compute(release)

    assert dict(again.files) == files(release)
    assert again.checksum == release.checksum


def test_checksums_are_those_of_the_files() -> None:
    release = publish()
    content = files(release)

    lines = [line.split("  ") for line in content[CHECKSUMS].decode().splitlines()]

    assert {name: checksum for checksum, name in lines} == {
        name: sha256(body).hexdigest() for name, body in content.items() if name != CHECKSUMS
    }
    assert release.checksum == sha256(content[CHECKSUMS]).hexdigest()
    described = json.loads(content["datapackage.json"])
    for resource in described["resources"]:
        assert resource["hash"] == f"sha256:{sha256(content[resource['path']]).hexdigest()}"
        assert resource["bytes"] == len(content[resource["path"]])


def test_csv_and_json_say_the_same_and_points_lie_where_the_rows_say(everything: Site) -> None:
    content = files(publish())

    for each in TABLES:
        lines = list(csv.DictReader(StringIO(content[f"{each.name}.csv"].decode())))
        rows = json.loads(content[f"{each.name}.json"])
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            for name, value in row.items():
                cell = line[name].lstrip("'") if isinstance(value, str) else line[name]
                cell = f"{float(cell):g}" if isinstance(value, float) else cell
                assert cell == written(value), (each.name, name)
    points = json.loads(content["regencies.geojson"])["features"]
    seats = {row["code"]: [row["longitude"], row["latitude"]] for row in json.loads(content["regencies.json"])}
    assert {point["properties"]["code"]: point["geometry"]["coordinates"] for point in points} == seats


def test_a_formula_is_text_in_csv_and_as_it_was_in_json(counter: Callable[..., Presence]) -> None:
    presence = counter("=1+1")

    release = publish()

    assert b"'=1+1" in files(release)["services.csv"]
    assert [row["name"] for row in table(release, "services") if row["presence_id"] == presence.pk] == ["=1+1"]
    assert Service.objects.get(presence=presence).name == "=1+1"


def test_a_site_without_a_place_stands_at_the_seat_of_its_regency_and_says_so(site: Site) -> None:
    placed = Site.objects.create(regency=site.regency, name="Kedua", latitude="-7.5", longitude="111.5")

    rows = {row["id"]: row for row in table(publish(), "sites")}

    assert (rows[placed.pk]["latitude"], rows[placed.pk]["position"]) == (-7.5, "site")
    assert rows[site.pk]["latitude"] == float(site.regency.seat_latitude or 0)
    assert rows[site.pk]["position"] == "seat"


def test_every_move_of_2022_stands_with_its_law() -> None:
    release = publish()
    rows = table(release, "former-codes")

    assert len(rows) == 26
    assert {row["legal_basis"] for row in rows} == {"UU 14/2022", "UU 15/2022", "UU 16/2022", "UU 29/2022"}
    made = [row for row in table(release, "provinces") if row["established_on"]]
    assert {row["code"] for row in made} == {row["province_code"] for row in rows}


# --- The difference --------------------------------------------------------------------------------------


def test_the_first_release_is_compared_with_nothing() -> None:
    release = publish()

    assert json.loads(files(release)["difference.json"]) == {"from": None, "to": "2026-11-22", "tables": []}
    assert release.previous is None


def test_a_day_on_which_nothing_happened_differs_in_nothing_and_takes_next_to_no_room(everything: Site) -> None:
    publish(YESTERDAY)
    before = ReleaseContent.objects.count()

    release = publish()

    told = difference(release)
    assert all(not (each["added"] or each["changed"] or each["removed"]) for each in told.values())
    fresh = ReleaseContent.objects.count() - before
    # The coverage, which says of which day it is; what describes the release; and the empty difference.
    assert fresh <= len({"coverage.csv", "coverage.json", "difference.json", "difference.csv", "package", CHECKSUMS})


def test_what_was_added_changed_and_removed_is_told_row_by_row(site: Site, verified: Callable[..., Milestone]) -> None:
    spelling = site.regency.aliases.create(alias="Ponorogo Kab.")
    publish(YESTERDAY)
    Site.objects.filter(pk=site.pk).update(building="Gedung Baru")
    spelling.delete()
    entry = verified(site, Stage.INAUGURATED, date(2026, 11, 20))

    release = publish()

    told = difference(release)
    assert [row["id"] for row in told["milestones"]["added"]] == [entry.pk]
    assert told["sites"]["changed"] == [
        {"key": {"id": site.pk}, "columns": {"building": {"before": None, "after": "Gedung Baru"}}}
    ]
    assert told["regency-aliases"]["removed"] == [{"alias": "Ponorogo Kab.", "regency_code": "35.02"}]
    nation = {"basis": "509", "counting": "inaugurated", "area_code": "ID"}
    (covered,) = [each["columns"]["covered"] for each in told["coverage"]["changed"] if each["key"] == nation]
    assert covered["after"] == covered["before"] + 1
    lines = list(csv.reader(StringIO(files(release)["difference.csv"].decode())))
    assert ["sites", "changed", str(site.pk), "building", "", "Gedung Baru"] in lines
    assert ["regency-aliases", "removed", "Ponorogo Kab."] in [line[:3] for line in lines]


def test_the_difference_leads_from_one_release_to_the_next(site: Site, verified: Callable[..., Milestone]) -> None:
    earlier = publish(YESTERDAY)
    verified(site)
    Regency.objects.filter(code="35.10").update(population=1)
    later = publish()
    told = difference(later)

    for each in TABLES:
        rows = {tuple(row[name] for name in each.key): row for row in table(earlier, each.name)}
        for row in told[each.name]["removed"]:
            del rows[tuple(row[name] for name in each.key)]
        for change in told[each.name]["changed"]:
            rows[tuple(change["key"].values())] |= {name: value["after"] for name, value in change["columns"].items()}
        for row in told[each.name]["added"]:
            rows[tuple(row[name] for name in each.key)] = row
        stamps = {field.name: TODAY.isoformat() for field in each.fields if field.is_stamp}
        now = {tuple(row[name] for name in each.key): row for row in table(later, each.name)}
        assert {key: row | stamps for key, row in rows.items()} == now, each.name


# --- Once a day, whatever happens ------------------------------------------------------------------------


def test_a_day_has_one_release_however_often_it_is_asked_for() -> None:
    release = publish()

    assert announce(today=TODAY) == release
    assert make_due(now=timezone.now()) == 0
    assert Release.objects.count() == 1


def test_whoever_lost_the_claim_publishes_nothing() -> None:
    release = announce(today=TODAY)
    assert release
    now = timezone.now()
    Release.objects.filter(pk=release.pk).update(claimed_at=now - timedelta(seconds=1), attempts=1)

    assert not make_one(release, now=now)
    assert make_one(release, now=now + LEASE)
    assert not make_one(release, now=now + 2 * LEASE)

    assert Release.objects.get().attempts == 2


def test_nothing_is_made_before_an_earlier_release_is() -> None:
    earlier, later = announce(today=YESTERDAY), announce(today=TODAY)
    assert earlier
    assert later
    now = timezone.now()
    Release.objects.filter(pk=earlier.pk).update(claimed_at=now, attempts=1)

    assert make_due(now=now) == 0
    assert make_due(now=now + 2 * LEASE) == 1
    assert make_due(now=now + 2 * LEASE) == 1

    assert Release.objects.get(day=TODAY).previous == earlier


def test_one_that_fails_is_tried_again_and_given_up_at_last(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    release = announce(today=TODAY)
    with monkeypatch.context() as patch:
        patch.setattr("taskforce.opendata.package.NAME", None)  # what makes it fail is beside the point
        for attempt in range(ATTEMPTS + 1):
            assert make_due(now=timezone.now() + 2 * LEASE * attempt) == 0
    release = Release.objects.get()
    assert (release.state, release.attempts) == (ReleaseState.FAILED, ATTEMPTS)
    assert "Gave up on 1 releases" in caplog.text

    call_command("make_release", "--day", "2026-11-22")

    assert Release.objects.get().state == ReleaseState.DONE


def test_without_anything_verified_there_is_no_release() -> None:
    with connection.cursor() as cursor:
        # Verified entries cannot be taken away; what the test left of them is nobody's.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM regions_milestone")

    assert announce(today=TODAY) is None
    assert not Release.objects.exists()


@pytest.mark.parametrize("name", ["release", "releasefile", "releasecontent"])
@pytest.mark.parametrize("attack", ["DELETE FROM taskforce_{}", "UPDATE taskforce_{0} SET {1} = {1}"])
def test_what_is_published_stays_as_it_is(name: str, attack: str) -> None:
    publish()
    column = {"release": "day", "releasefile": "name", "releasecontent": "body"}[name]

    with pytest.raises(DatabaseError, match="sudah terbit"), transaction.atomic():
        connection.cursor().execute(attack.format(name, column))


@pytest.mark.parametrize(
    ("day", "why"),
    [("2026-11-32", "calendar"), ("22-11-2026", "YYYY-MM-DD"), ("2999-01-01", "to come"), ("2020-01-01", "No release")],
)
def test_the_command_refuses_a_day_that_cannot_be_had(day: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("make_release", "--day", day)


def test_the_command_makes_todays_release_once(capsys: Any) -> None:
    call_command("make_release")
    call_command("make_release")

    said = capsys.readouterr().out
    assert f"Release {timezone.localdate()}" in said
    assert "published already" in said
    assert Release.objects.count() == 1


def test_a_release_takes_as_many_queries_however_many_rows(
    everything: Site, ponorogo: Regency, django_assert_max_num_queries: Any
) -> None:
    release = announce(today=TODAY)
    assert release
    # Nine definitions of coverage with their targets, and one or two a table.
    with django_assert_max_num_queries(9 * 2 + 2 * len(TABLES)):
        compute(release)


def test_contents_are_kept_compressed_without_a_time_of_their_own() -> None:
    release = publish()

    for file in release.files.select_related("content"):
        body = bytes(file.content.body)
        assert body == gzip.compress(gzip.decompress(body), mtime=0)
        assert len(gzip.decompress(body)) == file.content.size
