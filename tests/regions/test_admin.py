"""Can staff find and edit what they should in the admin, and nothing they must not?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mpp_tracker.lib.history import version_of
from regions.choices import EntryState, Stage
from regions.models import DirtyProvince, Milestone, Regency, Site
from taskforce.models import Target

pytestmark = pytest.mark.django_db

MODELS = [model._meta.label_lower for model in admin.site._registry if model._meta.app_label != "auth"]
SEARCHED = {"regions.milestone": "banyuwangi", "regions.site": "bau bau", "regions.regency": "bau bau"}


@pytest.fixture
def staff(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def url(label: str, page: str, *args: Any) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


def test_every_model_of_ours_is_there() -> None:
    assert set(MODELS) >= {
        "accounts.user",
        "regions.province",
        "regions.regency",
        "regions.site",
        "regions.milestone",
        "regions.operatingrecord",
        "regions.digitaladoption",
        "regions.ceremony",
        "commitments.pledge",
        "taskforce.target",
        "taskforce.announcedfigure",
        "taskforce.coveragerun",
        "taskforce.coveragesnapshot",
    }


@pytest.mark.parametrize("label", MODELS)
def test_lists_open_and_search(staff: Client, label: str) -> None:
    response = staff.get(url(label, "changelist"), {"q": SEARCHED.get(label, "a")})

    assert response.status_code == 200
    if label in SEARCHED:
        assert response.context["cl"].result_count > 0


@pytest.mark.parametrize(
    ("label", "queries"),
    [
        # session and user 2, count 2, rows 1, then one for each filter and the date hierarchy
        ("regions.province", 5),
        ("regions.regency", 6),
        ("regions.site", 6),
        ("regions.milestone", 8),
        ("regions.operatingrecord", 8),
        ("regions.ceremony", 7),
        ("taskforce.target", 8),
        ("taskforce.announcedfigure", 7),
        ("commitments.pledge", 8),
    ],
)
def test_lists_take_as_many_queries_for_a_page_as_for_a_row(
    staff: Client, label: str, queries: int, django_assert_max_num_queries: Any
) -> None:
    for parameters in ({}, {"q": "Banyuwangi"}):
        with django_assert_max_num_queries(queries):
            assert staff.get(url(label, "changelist"), parameters).status_code == 200


@pytest.mark.parametrize("label", ["regions.milestone", "regions.operatingrecord", "regions.ceremony"])
def test_lists_go_by_date(staff: Client, label: str) -> None:
    assert staff.get(url(label, "changelist")).context["cl"].date_hierarchy


def test_the_admin_speaks_indonesian(staff: Client) -> None:
    page = staff.get(url("regions.milestone", "changelist")).content.decode()

    for word in ("Capaian tahap", "Tahap", "Terverifikasi", "Tambahkan capaian tahap", "Diresmikan"):
        assert word.lower() in page.lower()


def test_a_site_shows_its_milestones(staff: Client) -> None:
    site = Site.objects.get(regency__code="33.14")

    page = staff.get(url("regions.site", "change", site.pk)).content.decode()

    assert page.count("https://") >= site.milestones.count()
    assert "Diresmikan" in page


def test_a_verified_entry_is_only_read(staff: Client) -> None:
    entry = Milestone.objects.verified().first()
    address = url("regions.milestone", "change", entry.pk)

    assert staff.get(address).status_code == 200
    assert staff.post(address, {"note": "lain"}).status_code == 403
    assert staff.post(url("regions.milestone", "delete", entry.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in staff.get(url("regions.milestone", "changelist")).content.decode()


def test_an_entry_added_here_is_reported_under_the_editors_name(staff: Client, editor: User, site: Site) -> None:
    form = {"site": site.pk, "stage": "building", "reached_on": "2026-03-01", "date_precision": "day"}

    response = staff.post(url("regions.milestone", "add"), form)

    assert response.status_code == 302
    entry = Milestone.objects.get(site=site)
    assert (entry.state, entry.reported_by, entry.stage) == (EntryState.REPORTED, editor, Stage.BUILDING)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reached_on": "2999-01-01"}, "masa depan"),
        ({"reached_on": "2026-02-30"}, "tanggal"),
        ({"reached_on": "0217-10-06"}, "2017-01-01"),
        ({"reached_on": "08/13/2024"}, "tanggal"),
        ({"stage": "finished"}, "pilihan"),
        ({"site": "999999999"}, "pilihan"),
        ({"withdraws": "on"}, "alasannya"),
    ],
)
def test_what_the_ledger_refuses_is_said_on_the_form(
    staff: Client, site: Site, change: dict[str, str], says: str
) -> None:
    form = {"site": site.pk, "stage": "building", "reached_on": "2026-03-01", "date_precision": "day"}

    response = staff.post(url("regions.milestone", "add"), form | change)

    assert response.status_code == 200
    assert says in str(response.context["errors"])
    assert not Milestone.objects.filter(site=site).exists()


def test_autocomplete_finds_a_regency_by_another_spelling(staff: Client) -> None:
    response = staff.get(
        reverse("admin:autocomplete"),
        {"app_label": "regions", "model_name": "site", "field_name": "regency", "term": "Palangkaraya"},
    )

    assert [row["text"] for row in response.json()["results"]] == ["Kota Palangka Raya"]


def test_moving_a_regency_makes_all_figures_stale(staff: Client, ponorogo: Regency) -> None:
    form = {
        "code": ponorogo.code,
        "province": ponorogo.province_id,
        "kind": ponorogo.kind,
        "name": ponorogo.name,
        "is_underdeveloped": "unknown",
    }
    inlines = {f"{name}-{key}_FORMS": "0" for name in ("former_provinces", "aliases") for key in ("TOTAL", "INITIAL")}
    form["seen_version"] = version_of(ponorogo)

    response = staff.post(url("regions.regency", "change", ponorogo.pk), form | inlines | {"is_autonomous": "on"})

    assert response.status_code == 302
    assert DirtyProvince.objects.count() == 38


def site_form(site: Site, **change: Any) -> dict[str, Any]:
    inlines = {
        f"{name}-{key}_FORMS": "0" for name in ("milestones", "operating_records") for key in ("TOTAL", "INITIAL")
    }
    return {"regency": site.regency_id, "name": site.name, "seen_version": version_of(site)} | inlines | change


@pytest.mark.parametrize(
    ("change", "stale"),
    [({"address": "Jalan Baru"}, set()), ({"is_branch": "on"}, {"35"}), ({"regency": "11.01"}, {"11", "35"})],
)
def test_a_site_that_moves_takes_its_figures_along(staff: Client, change: dict[str, str], stale: set[str]) -> None:
    site = Site.objects.get(regency__code="35.10")
    if "regency" in change:
        change = {"regency": Regency.objects.get(code=change["regency"]).pk}

    response = staff.post(url("regions.site", "change", site.pk), site_form(site, **change))

    assert response.status_code == 302
    assert set(DirtyProvince.objects.values_list("province__code", flat=True)) == stale


def test_a_site_in_a_part_of_jakarta_is_recorded_with_jakarta(staff: Client, site: Site) -> None:
    part = Regency.objects.get(code="31.71")

    response = staff.post(url("regions.site", "add"), site_form(site, regency=part.pk))

    assert "Provinsi DKI Jakarta" in str(response.context["errors"])


def test_a_second_active_target_of_a_year_is_refused_on_the_form(staff: Client) -> None:
    form = {"metric": "coverage_pct", "value": "90", "deadline": "2024-06-30", "set_on": "2024-01-01"}

    response = staff.post(
        url("taskforce.target", "add"), form | {"set_by": "Menteri", "source": "SK", "is_active": "on"}
    )

    assert "Sudah ada target nasional aktif" in str(response.context["errors"])
    assert Target.objects.count() == 5


@pytest.mark.parametrize("label", ["taskforce.coveragerun", "taskforce.coveragesnapshot", "regions.dirtyprovince"])
def test_computed_figures_are_not_typed(staff: Client, label: str) -> None:
    assert staff.get(url(label, "add")).status_code == 403


def test_accounts_are_never_deleted(staff: Client, editor: User) -> None:
    assert staff.post(url("accounts.user", "delete", editor.pk), {"post": "yes"}).status_code == 403


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/admin/regions/site/").status_code == 302


def test_an_officer_has_no_admin(client: Client, officer: User) -> None:
    client.force_login(officer)

    assert client.get("/admin/regions/site/").status_code == 302


def test_a_report_is_not_changed_in_the_admin(staff: Client, site: Site, reported: Callable[..., Milestone]) -> None:
    entry = reported(site, Stage.BUILDING, date(2026, 2, 1))

    response = staff.post(url("regions.milestone", "change", entry.pk), {"stage": "inaugurated"})

    assert response.status_code == 403


def test_a_month_is_taken_from_any_of_its_days(staff: Client, site: Site) -> None:
    form = {"site": site.pk, "stage": "building", "reached_on": "05/03/2026", "date_precision": "month"}

    staff.post(url("regions.milestone", "add"), form)

    assert Milestone.objects.get(site=site).reached_on == date(2026, 3, 31)


def test_an_entry_to_correct_is_offered_by_site_and_only_what_stands(
    staff: Client, site: Site, verified: Callable[..., Milestone]
) -> None:
    first = verified(site, Stage.OPENED, date(2026, 1, 1))
    verified(site, Stage.OPENED, date(2026, 1, 2), supersedes=first, note="Prasasti")
    asked = {"app_label": "regions", "model_name": "milestone", "field_name": "supersedes", "term": "ponorogo"}

    response = staff.get(reverse("admin:autocomplete"), asked)

    texts = [row["text"] for row in response.json()["results"]]
    assert texts == ["MPP Kabupaten Ponorogo: Dibuka daerah 2026-01-02"]


def test_a_search_no_text_can_hold_finds_nothing(staff: Client) -> None:
    asked = {"app_label": "regions", "model_name": "site", "field_name": "regency", "term": "a\0"}

    assert staff.get(reverse("admin:autocomplete"), asked).json()["results"] == []


def test_an_area_is_served_by_a_unit_other_than_itself(staff: Client) -> None:
    part = Regency.objects.get(code="31.71")
    inlines = {f"{name}-{key}_FORMS": "0" for name in ("former_provinces", "aliases") for key in ("TOTAL", "INITIAL")}
    form = {"code": part.code, "province": part.province_id, "kind": part.kind, "name": part.name}
    form |= {"is_underdeveloped": "unknown", "seen_version": version_of(part)} | inlines

    for wrong in (part, Regency.objects.get(code="31.72")):
        response = staff.post(url("regions.regency", "change", part.pk), form | {"served_by": wrong.pk})
        assert response.status_code == 200
        assert response.context["errors"]


def test_a_province_is_never_deleted(staff: Client) -> None:
    address = url("regions.province", "delete", Regency.objects.get(code="35.02").province_id)

    assert staff.post(address, {"post": "yes"}).status_code == 403
