"""Is a ceremony planned with fit sites only, and recorded for those present: all of them or none, once?"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import User
from regions.choices import CeremonyKind, EntryState, Role, Stage
from regions.models import Assignment, Ceremony, CeremonySite, Milestone, Regency, Site
from regions.services.ceremonies import candidates, list_version, note_attendance, plan_ceremony, record_ceremony
from regions.services.ledger import report, send_back, verify
from regions.services.review import looks, verify_ceremony
from taskforce.coverage import coverage

pytestmark = pytest.mark.django_db
THE_DAY = date(2026, 9, 24)


def holding(user: User, role: str) -> User:
    Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate())
    return user


@pytest.fixture
def planner(db: None) -> User:
    """An editor of the Ministry."""
    return holding(User.objects.create_user("planner@pantau-mpp.example"), Role.EDITOR)


@pytest.fixture
def sites(db: None) -> list[Site]:
    """MPPs of four regencies that have none."""
    without = Regency.objects.filter(is_autonomous=True, sites__isnull=True).order_by("code")[:4]
    return [Site.objects.create(regency=regency, name=f"MPP {regency}") for regency in without]


@pytest.fixture
def planned(planner: User, sites: list[Site]) -> Ceremony:
    return plan_ceremony(Ceremony(held_on=THE_DAY, place="Jakarta"), sites, by=planner)


def attend(ceremony: Ceremony, present: dict[Site, bool | None], by: User) -> None:
    note_attendance(ceremony, {site.pk: said for site, said in present.items()}, seen=list_version(ceremony), by=by)


def told(ceremony: Ceremony) -> dict[str, str]:
    return dict(Milestone.objects.filter(ceremony=ceremony).values_list("site__name", "state"))


# --- Planning ------------------------------------------------------------------------------------------------


def test_what_is_planned_is_in_no_ledger(planned: Ceremony, sites: list[Site]) -> None:
    assert set(planned.sites.all()) == set(sites)
    assert set(planned.ceremony_sites.values_list("is_present", flat=True)) == {None}
    assert not Milestone.objects.filter(site__in=sites).exists()


def test_planning_again_takes_off_and_adds_and_keeps_who_was_there(
    planned: Ceremony, planner: User, sites: list[Site]
) -> None:
    CeremonySite.objects.filter(site=sites[1]).update(is_present=True)

    plan_ceremony(planned, sites[1:3], by=planner)

    assert dict(planned.ceremony_sites.values_list("site", "is_present")) == {sites[1].pk: True, sites[2].pk: None}


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("none", "sedikitnya satu MPP"),
        ("twice", "lebih dari satu kali"),
        ("branch", "cabang"),
        ("inaugurated", "sudah tercatat “Diresmikan”"),
        ("before the rollout", "Tanggal paling awal 2017-01-01"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_a_sentence(
    case: str, says: str, planner: User, sites: list[Site], verified: Callable[..., Milestone]
) -> None:
    chosen, day = list(sites), THE_DAY
    if case == "none":
        chosen = []
    elif case == "twice":
        chosen.append(sites[0])
    elif case == "branch":
        sites[0].is_branch = True
        sites[0].save()
    elif case == "inaugurated":
        verified(Site.objects.create(regency=sites[0].regency, name="MPP kedua"))
    else:
        day = date(2016, 12, 31)

    with pytest.raises(ValidationError, match=says):
        plan_ceremony(Ceremony(held_on=day), chosen, by=planner)

    assert not Ceremony.objects.filter(held_on=day).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OFFICER, Role.PROVINCE])
def test_only_editors_hold_ceremonies(role: str, officer: User, planned: Ceremony, sites: list[Site]) -> None:
    regency = sites[0].regency
    turf = {Role.OFFICER: {"regency": regency}, Role.PROVINCE: {"province": regency.province}}.get(role, {})
    Assignment.objects.create(user=officer, role=role, valid_from=timezone.localdate(), **turf)

    for attempt in (
        lambda: plan_ceremony(Ceremony(held_on=THE_DAY), sites, by=officer),
        lambda: attend(planned, {sites[0]: True}, officer),
        lambda: record_ceremony(planned, by=officer),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_candidates_are_main_sites_of_units_that_have_not_got_there(
    sites: list[Site], verified: Callable[..., Milestone]
) -> None:
    verified(sites[0], Stage.OPENED)
    verified(sites[1], Stage.INAUGURATED)
    Site.objects.filter(pk=sites[2].pk).update(is_branch=True)

    offered = [candidates(kind).filter(pk__in=[site.pk for site in sites]) for kind in CeremonyKind]

    assert [[sites.index(site) for site in found] for found in offered] == [[0, 3], [1, 3], [0, 1, 3]]


# --- Who was there -------------------------------------------------------------------------------------------


def test_who_took_part_is_noted_on_the_day_or_after(planned: Ceremony, planner: User, sites: list[Site]) -> None:
    attend(planned, {sites[0]: True, sites[1]: False, sites[2]: None}, planner)

    noted = dict(planned.ceremony_sites.values_list("site", "is_present"))
    assert noted == {sites[0].pk: True, sites[1].pk: False, sites[2].pk: None, sites[3].pk: None}


def test_nothing_is_noted_or_recorded_before_its_day(planner: User, sites: list[Site]) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    coming = plan_ceremony(Ceremony(held_on=tomorrow), sites, by=planner)
    CeremonySite.objects.update(is_present=True)

    for attempt in (lambda: attend(coming, {sites[0]: True}, planner), lambda: record_ceremony(coming, by=planner)):
        with pytest.raises(ValidationError, match="baru berlangsung pada"):
            attempt()

    assert not Milestone.objects.filter(site__in=sites).exists()


def test_a_list_changed_meanwhile_is_not_overwritten(planned: Ceremony, planner: User, sites: list[Site]) -> None:
    seen = list_version(planned)
    plan_ceremony(planned, sites[:2], by=planner)

    with pytest.raises(ValidationError, match="diubah orang lain"):
        note_attendance(planned, {sites[0].pk: True}, seen=seen, by=planner)


def test_saying_what_stands_already_is_no_change(planned: Ceremony, planner: User, sites: list[Site]) -> None:
    seen = list_version(planned)
    note_attendance(planned, {sites[0].pk: True}, seen=seen, by=planner)

    note_attendance(planned, {sites[0].pk: True}, seen=seen, by=planner)

    assert planned.ceremony_sites.filter(is_present=True).count() == 1


# --- Recorded ------------------------------------------------------------------------------------------------


def test_one_action_reports_those_present_and_another_verifier_believes_them_at_once(
    planned: Ceremony, planner: User, verifier: User, sites: list[Site]
) -> None:
    before = coverage(THE_DAY).national.covered
    attend(planned, dict(zip(sites, [True, True, True, False], strict=True)), planner)

    done = record_ceremony(planned, by=planner)

    assert (len(done.reported), done.already) == (3, 0)
    assert {entry.reported_by for entry in done.reported} == {planner}
    assert set(told(planned).values()) == {EntryState.REPORTED}
    assert coverage(THE_DAY).national.covered == before
    verify_ceremony(planned, seen=looks(list(done.reported)), by=verifier)
    assert coverage(THE_DAY).national.covered == before + 3


def test_doing_it_again_changes_nothing(planned: Ceremony, planner: User, sites: list[Site]) -> None:
    attend(planned, dict.fromkeys(sites, True), planner)
    record_ceremony(planned, by=planner)

    again = record_ceremony(planned, by=planner)

    assert (again.reported, again.already) == ((), 4)
    assert Milestone.objects.filter(site__in=sites).count() == 4


def test_doing_it_again_after_the_review_changes_nothing(
    planned: Ceremony, planner: User, verifier: User, sites: list[Site]
) -> None:
    attend(planned, {sites[0]: True}, planner)
    done = record_ceremony(planned, by=planner)
    verify_ceremony(planned, seen=looks(list(done.reported)), by=verifier)

    assert record_ceremony(planned, by=planner).reported == ()


def test_one_that_was_returned_is_reported_again(
    planned: Ceremony, planner: User, verifier: User, sites: list[Site]
) -> None:
    attend(planned, dict.fromkeys(sites, True), planner)
    done = record_ceremony(planned, by=planner)
    send_back(done.reported[0], by=verifier, reason="Belum")

    again = record_ceremony(planned, by=planner)

    assert [entry.site_id for entry in again.reported] == [done.reported[0].site_id]


def test_what_an_officer_reported_of_it_is_not_reported_twice(
    planned: Ceremony, planner: User, sites: list[Site], reported: Callable[..., Milestone]
) -> None:
    reported(sites[0], Stage.INAUGURATED, THE_DAY)
    attend(planned, dict.fromkeys(sites[:2], True), planner)

    done = record_ceremony(planned, by=planner)

    assert ([entry.site for entry in done.reported], done.already) == ([sites[1]], 1)


def test_one_refusal_in_the_middle_leaves_nothing_and_is_named(
    planned: Ceremony, planner: User, sites: list[Site], verified: Callable[..., Milestone]
) -> None:
    attend(planned, dict.fromkeys(sites, True), planner)
    verified(sites[1], Stage.INAUGURATED, date(2026, 9, 1))

    with pytest.raises(ValidationError, match=sites[1].name) as refused:
        record_ceremony(planned, by=planner)

    assert "Tidak ada yang dicatat." in refused.value.messages
    assert told(planned) == {}


def test_a_row_that_the_database_refuses_after_others_were_written_takes_them_with_it(
    planned: Ceremony, planner: User, sites: list[Site]
) -> None:
    attend(planned, dict.fromkeys(sites, True), planner)
    last = max(sites, key=lambda site: site.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF (SELECT count(*) FROM regions_milestone WHERE ceremony_id = NEW.ceremony_id) <> 3 THEN"
            " RAISE EXCEPTION 'the others were not written'; END IF;"
            " RAISE EXCEPTION 'Ditolak' USING ERRCODE = 'check_violation'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON regions_milestone FOR EACH ROW"
            f" WHEN (NEW.site_id = {last.pk}) EXECUTE FUNCTION refuse_it()"
        )

    with pytest.raises(ValidationError, match=f"{last.name}: Basis data menolak isian ini: Ditolak"):
        record_ceremony(planned, by=planner)

    assert told(planned) == {}


def test_nobody_present_is_said(planned: Ceremony, planner: User) -> None:
    with pytest.raises(ValidationError, match="Belum ada MPP yang ditandai hadir"):
        record_ceremony(planned, by=planner)


def test_a_verifier_who_recorded_it_does_not_verify_it(planned: Ceremony, verifier: User, sites: list[Site]) -> None:
    holding(verifier, Role.VERIFIER)
    attend(planned, {sites[0]: True}, verifier)
    (entry,) = record_ceremony(planned, by=verifier).reported

    with pytest.raises(ValidationError, match="Laporan sendiri"):
        verify_ceremony(planned, seen=looks([entry]), by=verifier)


@pytest.mark.parametrize("change", ["day", "kind", "site", "absence"])
def test_what_was_recorded_is_not_planned_away(
    change: str, planned: Ceremony, planner: User, sites: list[Site]
) -> None:
    attend(planned, dict.fromkeys(sites, True), planner)
    record_ceremony(planned, by=planner)
    kept = sites[1:] if change == "site" else sites
    if change == "day":
        planned.held_on = date(2026, 9, 25)
    elif change == "kind":
        planned.kind = CeremonyKind.SOFT_LAUNCH
    absence, plan = (
        partial(attend, planned, {sites[0]: False}, planner),
        partial(plan_ceremony, planned, kept, by=planner),
    )

    with pytest.raises(ValidationError, match="Koreksilah laporannya"):
        (absence if change == "absence" else plan)()

    planned.refresh_from_db()
    assert (planned.held_on, planned.kind) == (THE_DAY, CeremonyKind.INAUGURATION)
    assert planned.ceremony_sites.filter(is_present=True).count() == 4


def test_its_place_may_still_change(planned: Ceremony, planner: User, sites: list[Site]) -> None:
    attend(planned, {sites[0]: True}, planner)
    record_ceremony(planned, by=planner)
    planned.place = "Istana Wakil Presiden"

    plan_ceremony(planned, sites, by=planner)

    planned.refresh_from_db()
    assert planned.place == "Istana Wakil Presiden"


def test_a_ceremony_of_the_past_keeps_whom_it_expected_though_they_got_there_elsewhere(planner: User) -> None:
    absent = CeremonySite.objects.get(ceremony__held_on=date(2024, 6, 24), site__regency__code="13.10")
    held = absent.ceremony
    assert not candidates(held.kind).filter(pk=absent.site_id).exists()
    held.place = "Jakarta"

    plan_ceremony(held, list(held.sites.all()), by=planner)

    absent.refresh_from_db()
    assert absent.is_present is False
    assert Ceremony.objects.get(pk=held.pk).place == "Jakarta"


def test_the_same_ceremony_planned_twice_is_refused_the_second_time(
    planned: Ceremony, planner: User, sites: list[Site]
) -> None:
    again = Ceremony(kind=planned.kind, held_on=planned.held_on)

    with pytest.raises(ValidationError, match="sudah direncanakan dalam seremoni lain pada hari itu"):
        plan_ceremony(again, sites[:1], by=planner)


def test_who_got_there_elsewhere_is_not_added(planned: Ceremony, planner: User, sites: list[Site]) -> None:
    there = Site.objects.main().get(regency__code="13.10")

    with pytest.raises(ValidationError, match="sudah tercatat “Diresmikan”"):
        plan_ceremony(planned, [*sites, there], by=planner)


def test_a_correction_makes_room_again(
    planned: Ceremony, planner: User, verifier: User, officer: User, sites: list[Site]
) -> None:
    attend(planned, {sites[0]: True}, planner)
    (entry,) = record_ceremony(planned, by=planner).reported
    verify(entry, by=verifier)
    entry.refresh_from_db()
    taken_back = Milestone(
        site=sites[0], stage=Stage.INAUGURATED, reached_on=THE_DAY, supersedes=entry, withdraws=True, note="Batal"
    )
    verify(report(taken_back, by=officer), by=verifier)

    attend(planned, {sites[0]: False}, planner)
    plan_ceremony(planned, sites[1:], by=planner)

    assert planned.ceremony_sites.count() == 3


@pytest.mark.parametrize("count", [1, 4])
def test_recording_takes_a_handful_of_queries_a_site(
    planned: Ceremony, planner: User, sites: list[Site], count: int, django_assert_max_num_queries: Any
) -> None:
    attend(planned, dict.fromkeys(sites[:count], True), planner)

    # Of each: savepoint, the site's lock, the same said before, savepoint, the row, two releases.
    with django_assert_max_num_queries(12 + 8 * count):
        record_ceremony(planned, by=planner)
