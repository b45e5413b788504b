"""Can a ceremony be weighed before it is held, planned without JavaScript, and recorded on its page?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from commitments.choices import PledgeStanding
from commitments.models import Pledge
from dashboard.ceremonies import impact_of
from mpp_tracker.lib.history import version_of
from regions.choices import CeremonyKind, Role, Stage
from regions.models import Assignment, Ceremony, CeremonySite, Milestone, Regency, Site
from regions.services.ceremonies import list_version
from taskforce.coverage import Question, answer
from tests.dashboard.test_pages import text

pytestmark = pytest.mark.django_db
NEW = "/seremoni/baru/"
COMING = timezone.localdate() + timedelta(days=30)
HELD = date(2026, 9, 24)


@pytest.fixture
def planner(db: None) -> User:
    user = User.objects.create_user("planner@pantau-mpp.example")
    Assignment.objects.create(user=user, role=Role.EDITOR, valid_from=timezone.localdate())
    return user


@pytest.fixture
def desk(client: Client, planner: User) -> Client:
    client.force_login(planner)
    return client


@pytest.fixture
def sites(db: None) -> list[Site]:
    """Two MPPs in Jawa Timur, and one in Papua Selatan, where there is none."""
    regencies = Regency.objects.filter(code__in=["35.02", "35.05", "93.01"]).order_by("code")
    return [Site.objects.create(regency=regency, name=f"MPP {regency}") for regency in regencies]


@pytest.fixture
def held(sites: list[Site]) -> Ceremony:
    ceremony = Ceremony.objects.create(held_on=HELD, place="Jakarta")
    ceremony.sites.set(sites)
    return ceremony


def form(sites: list[Site], action: str, day: date = COMING, **more: Any) -> dict[str, Any]:
    plain = {"kind": "inauguration", "held_on": day.isoformat(), "place": "Jakarta", "officiant": "", "action": action}
    return plain | {"chosen": [site.pk for site in sites]} | more


def attendance(ceremony: Ceremony, *present: Site) -> dict[str, Any]:
    return {"seen_list": list_version(ceremony)} | {f"site_{site.pk}": "yes" for site in present}


# --- What it would change ------------------------------------------------------------------------------------


def test_the_impact_is_what_the_ledger_gives_once_it_happened(
    sites: list[Site], verified: Callable[..., Milestone]
) -> None:
    impact = impact_of(Ceremony(held_on=HELD), sites)
    assert not Milestone.objects.filter(site__in=sites).exists()
    for site in sites:
        verified(site, Stage.INAUGURATED, HELD)

    then = answer(Question(HELD))

    assert (impact.after.national, impact.after.provinces) == (then.national, then.provinces)
    assert impact.after.national.covered == impact.before.national.covered + 3
    assert impact.no_longer_at_none == ("Papua Selatan",)
    assert (impact.at_none_before, impact.at_none_after) == (3, 2)
    assert [area.before.name for area in impact.areas] == ["Indonesia", "Jawa Timur", "Papua Selatan"]


def test_a_province_becomes_complete(sites: list[Site], verified: Callable[..., Milestone]) -> None:
    for regency in Regency.objects.filter(code__startswith="93.", is_autonomous=True).exclude(code="93.01"):
        verified(Site.objects.create(regency=regency, name=f"MPP {regency}"), Stage.INAUGURATED, date(2026, 1, 1))

    assert impact_of(Ceremony(held_on=HELD), sites).newly_complete == ("Papua Selatan",)


def test_a_soft_launch_moves_what_is_open_and_nothing_that_is_inaugurated(sites: list[Site]) -> None:
    impact = impact_of(Ceremony(held_on=HELD, kind=CeremonyKind.SOFT_LAUNCH), sites)

    assert impact.before.question.counting == "opened"
    assert impact.after.national.covered == impact.before.national.covered + 3


@pytest.mark.parametrize(
    ("due_on", "before", "after"),
    [
        (date(2026, 12, 31), PledgeStanding.NOT_YET_DUE, PledgeStanding.KEPT),
        (date(2025, 12, 31), PledgeStanding.LATE, PledgeStanding.LATE),
    ],
)
def test_what_becomes_of_the_pledges_of_its_units(
    sites: list[Site], due_on: date, before: PledgeStanding, after: PledgeStanding
) -> None:
    Pledge.objects.create(regency=sites[0].regency, pledged_on=date(2024, 1, 1), due_on=due_on)
    Pledge.objects.create(regency=Regency.objects.get(code="33.01"), pledged_on=date(2024, 1, 1), due_on=due_on)

    (pledge,) = impact_of(Ceremony(held_on=HELD), sites).pledges

    assert (pledge.before.standing, pledge.after.standing) == (before, after)


@pytest.mark.parametrize("count", [1, 3])
def test_the_impact_takes_as_many_queries_for_one_site_as_for_many(
    sites: list[Site], count: int, django_assert_num_queries: Any
) -> None:
    # 1-2 coverage without it, facts and targets; 3-4 with it; 5-7 pledges without it: inaugurations, pledges,
    # announced figures; 8-10 with it
    with django_assert_num_queries(10):
        impact_of(Ceremony(held_on=HELD), sites[:count])


# --- Planned without JavaScript -------------------------------------------------------------------------------


def test_nothing_is_written_for_a_preview(desk: Client, sites: list[Site]) -> None:
    ceremonies, milestones = Ceremony.objects.count(), Milestone.objects.count()

    page = desk.post(NEW, form(sites, "preview")).content.decode()

    assert "cakupan nasional menjadi <strong>298 dari 509</strong>" in page
    assert "dari 295 (58,0" in page
    assert "Mendapat yang pertama: Papua Selatan." in page
    assert (Ceremony.objects.count(), Milestone.objects.count()) == (ceremonies, milestones)
    assert not CeremonySite.objects.filter(site__in=sites).exists()


def test_what_is_ticked_stays_ticked_while_the_list_is_filtered(desk: Client, sites: list[Site]) -> None:
    typed = form(sites[:1], "filter", province="93", search="", place="Gedung Baru")

    response = desk.post(NEW, typed)

    choice = response.context["choice"]
    assert choice.chosen == (sites[0],)
    assert choice.offered == (sites[2],)
    page = response.content.decode()
    assert "Gedung Baru" in page
    assert COMING.isoformat() in page
    assert "field__error" not in page


@pytest.mark.parametrize(("search", "found"), [("ponorogo", 1), ("tidak ada", 0), ("%", 0), ("x" * 5000, None)])
def test_sites_are_searched_by_name(desk: Client, sites: list[Site], search: str, found: int | None) -> None:
    response = desk.post(NEW, form([], "filter", search=search))

    if found is None:
        assert "field__error" in response.content.decode()
    else:
        assert len(response.context["choice"].offered) == found


def test_a_plan_is_kept_with_its_sites(desk: Client, sites: list[Site]) -> None:
    response = desk.post(NEW, form(sites, "save", officiant="Menteri PANRB", is_symbolic="on"))

    ceremony = Ceremony.objects.latest("pk")
    assert response["Location"] == f"/seremoni/{ceremony.pk}/"
    assert (ceremony.held_on, ceremony.officiant, ceremony.is_symbolic) == (COMING, "Menteri PANRB", True)
    assert set(ceremony.sites.all()) == set(sites)
    assert "kehadiran ditandai di halaman ini" in text(desk, f"/seremoni/{ceremony.pk}/")


@pytest.mark.parametrize("action", ["preview", "save"])
@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("none", "Pilih sedikitnya satu MPP"),
        ("twice", "lebih dari satu kali"),
        ("branch", "cabang"),
        ("inaugurated", "sudah tercatat"),
        ("unknown", "field__error"),
        ("before the rollout", "Tanggal paling awal 2017-01-01"),
        ("no day", "field__error"),
        ("another kind", "field__error"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    desk: Client, sites: list[Site], verified: Callable[..., Milestone], action: str, case: str, says: str
) -> None:
    typed = form(sites, action)
    if case == "none":
        typed["chosen"] = []
    elif case == "twice":
        typed["chosen"].append(sites[0].pk)
    elif case == "branch":
        Site.objects.filter(pk=sites[0].pk).update(is_branch=True)
    elif case == "inaugurated":
        verified(sites[0])
    elif case == "unknown":
        typed["chosen"].append("999999999999999999999")
    elif case == "before the rollout":
        typed["held_on"] = "2016-12-31"
    elif case == "no day":
        typed["held_on"] = "kemarin"
    else:
        typed["kind"] = "party"
    ceremonies = Ceremony.objects.count()

    page = desk.post(NEW, typed).content.decode()

    assert says in page
    assert "Dampaknya" not in page
    assert Ceremony.objects.count() == ceremonies


def test_whoever_saves_second_sees_what_the_first_changed(desk: Client, held: Ceremony, sites: list[Site]) -> None:
    address = f"/seremoni/{held.pk}/"
    typed = form(sites, "save", HELD, place="Surabaya", seen_version=version_of(held), seen_list=list_version(held))
    Ceremony.objects.filter(pk=held.pk).update(place="Bandung")

    page = desk.post(address, typed).content.decode()

    held.refresh_from_db()
    assert held.place == "Bandung"
    assert "“Bandung”" in page
    assert 'value="Surabaya"' in page


def test_whoever_saves_another_list_second_sees_the_firsts(desk: Client, held: Ceremony, sites: list[Site]) -> None:
    address = f"/seremoni/{held.pk}/"
    typed = form(sites[1:], "save", HELD, seen_version=version_of(held), seen_list=list_version(held))
    held.ceremony_sites.filter(site=sites[2]).delete()

    response = desk.post(address, typed)

    assert "Daftar MPP diubah orang lain" in response.content.decode()
    assert set(held.sites.all()) == set(sites[:2])
    again = typed | {"seen_list": response.context["form"]["seen_list"].value()}
    assert desk.post(address, again).status_code == 302
    assert set(held.sites.all()) == set(sites[1:])


def test_filtering_does_not_forget_which_version_was_seen(desk: Client, held: Ceremony, sites: list[Site]) -> None:
    seen = version_of(held)
    Ceremony.objects.filter(pk=held.pk).update(place="Bandung")

    response = desk.post(f"/seremoni/{held.pk}/", form(sites, "filter", HELD, seen_version=seen))

    assert response.context["form"]["seen_version"].value() == str(seen)


# --- On its page, once it was held ------------------------------------------------------------------------------


def test_those_present_are_recorded_once_and_the_page_says_who_goes_on(
    desk: Client, held: Ceremony, sites: list[Site]
) -> None:
    typed = attendance(held, *sites[:2])
    assert "verifikator lain" in text(desk, f"/seremoni/{held.pk}/")

    first = desk.post(f"/seremoni/{held.pk}/catat/", typed, follow=True).content.decode()
    second = desk.post(f"/seremoni/{held.pk}/catat/", typed, follow=True).content.decode()

    assert "2 MPP dilaporkan" in first
    assert "Tidak ada yang berubah: 2 MPP yang hadir sudah dicatat" in second
    assert second.count("Sudah dilaporkan.") == 2
    assert Milestone.objects.filter(ceremony=held).count() == 2


def test_attendance_alone_records_nothing(desk: Client, held: Ceremony, sites: list[Site]) -> None:
    desk.post(f"/seremoni/{held.pk}/hadir/", attendance(held, sites[0]))

    assert held.ceremony_sites.get(site=sites[0]).is_present is True
    assert not Milestone.objects.filter(ceremony=held).exists()


def test_a_refusal_leaves_the_attendance_as_it_was_too(
    desk: Client, held: Ceremony, sites: list[Site], verified: Callable[..., Milestone]
) -> None:
    verified(sites[1], Stage.INAUGURATED, date(2026, 9, 1))

    page = desk.post(f"/seremoni/{held.pk}/catat/", attendance(held, *sites)).content.decode()

    assert "Tidak ada yang dicatat." in page
    assert set(held.ceremony_sites.values_list("is_present", flat=True)) == {None}
    assert not Milestone.objects.filter(ceremony=held).exists()


def test_a_ceremony_to_come_is_not_recorded(desk: Client, sites: list[Site]) -> None:
    coming = Ceremony.objects.create(held_on=COMING)
    coming.sites.set(sites)

    page = desk.post(f"/seremoni/{coming.pk}/catat/", attendance(coming, *sites)).content.decode()

    assert "baru berlangsung pada" in page
    assert not Milestone.objects.filter(ceremony=coming).exists()


def test_no_word_that_was_not_offered_is_taken(desk: Client, held: Ceremony, sites: list[Site]) -> None:
    foreign = Site.objects.exclude(pk__in=[site.pk for site in sites]).first()
    typed = attendance(held, sites[0]) | {f"site_{foreign.pk}": "yes", f"site_{sites[1].pk}": "perhaps"}

    assert "field__error" in desk.post(f"/seremoni/{held.pk}/hadir/", typed).content.decode()
    del typed[f"site_{sites[1].pk}"]
    desk.post(f"/seremoni/{held.pk}/hadir/", typed)

    assert not CeremonySite.objects.filter(ceremony=held, site=foreign).exists()


def test_the_list_tells_coming_from_held(desk: Client, held: Ceremony) -> None:
    coming = Ceremony.objects.create(held_on=COMING)

    shown = desk.get("/seremoni/").context["list"]

    assert shown.coming == (coming,)
    assert shown.held[0] == held
    assert (shown.held[0].planned_count, shown.held[0].present_count, shown.held[0].recorded_count) == (3, 0, 0)


@pytest.mark.parametrize("count", [0, 30])
def test_the_list_takes_as_many_queries_for_many(
    desk: Client, held: Ceremony, sites: list[Site], count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        ceremony = Ceremony.objects.create(held_on=HELD - timedelta(days=number), place="Jakarta")
        ceremony.sites.set(sites)

    # 1 session, 2 user, 3 turf, 4 ceremonies, 5 what the head of a page asks
    with django_assert_num_queries(5):
        desk.get("/seremoni/")


@pytest.mark.parametrize("count", [1, 40])
def test_a_ceremonys_page_takes_as_many_queries_for_many_sites(
    desk: Client, held: Ceremony, count: int, django_assert_max_num_queries: Any
) -> None:
    free = Regency.objects.filter(is_autonomous=True, sites__isnull=True).order_by("code")[:count]
    held.sites.set([Site.objects.create(regency=regency, name=f"MPP {regency}") for regency in free])

    with django_assert_max_num_queries(20):
        desk.get(f"/seremoni/{held.pk}/")


def test_markup_in_a_place_or_a_name_stays_text(desk: Client, held: Ceremony, sites: list[Site]) -> None:
    Site.objects.filter(pk=sites[0].pk).update(name="<img src=x onerror=alert(1)>")
    Ceremony.objects.filter(pk=held.pk).update(place='"><svg onload=alert(1)>')

    for address in ("/seremoni/", f"/seremoni/{held.pk}/"):
        page = desk.get(address).content.decode()
        assert "<img src=x" not in page
        assert "<svg onload" not in page


def test_only_who_may_finds_it_in_the_head(client: Client, planner: User, person: User) -> None:
    assert "/seremoni/" not in client.get("/").content.decode()
    client.force_login(person)
    assert "/seremoni/" not in client.get("/").content.decode()
    client.force_login(planner)
    assert "/seremoni/" in client.get("/").content.decode()
