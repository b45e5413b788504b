"""Does everybody see and change what is on their turf, and nothing beyond it?"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from regions.choices import Role
from regions.models import Assignment, Milestone, Province, Regency, Site, turf_of
from regions.services.assignments import grant, grantable_by
from regions.services.ledger import report, send_back

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def assigned(editor: User) -> Callable[..., User]:
    """A function that makes a user with a role."""

    def make(role: str, *, regency: str = "", province: str = "", **dates: Any) -> User:
        user = User.objects.create_user(f"assigned-{role}{regency}{province}@pantau-mpp.example")
        assignment = Assignment(user=user, role=role, **{"valid_from": TODAY(), **dates})
        assignment.regency = Regency.objects.filter(code=regency).first()
        assignment.province = Province.objects.filter(code=province).first()
        grant(assignment, by=editor)
        return user

    return make


def again(user: User) -> User:
    """The same account in another request."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def actors(assigned: Callable[..., User], officer: User) -> dict[str, Any]:
    return {
        "visitor": AnonymousUser(),
        "author": officer,
        "colleague": assigned(Role.OFFICER, regency="35.02"),
        "foreign officer": assigned(Role.OFFICER, regency="35.10"),
        "own province": assigned(Role.PROVINCE, province="35"),
        "other province": assigned(Role.PROVINCE, province="33"),
        "viewer": assigned(Role.VIEWER),
        "editor": assigned(Role.EDITOR),
        "verifier": assigned(Role.VERIFIER),
    }


READERS = {"author", "colleague", "own province", "viewer", "editor", "verifier"}


def test_a_report_is_seen_on_its_turf_only(
    site: Site, reported: Callable[..., Milestone], actors: dict[str, Any]
) -> None:
    entry = reported(site)

    seen = {name for name, user in actors.items() if Milestone.objects.visible_to(user).filter(pk=entry.pk).exists()}

    assert seen == READERS


def test_a_returned_report_stays_on_its_turf(
    site: Site, reported: Callable[..., Milestone], verifier: User, actors: dict[str, Any]
) -> None:
    entry = send_back(reported(site), by=verifier, reason="Bukti belum ada")

    seen = {name for name, user in actors.items() if Milestone.objects.visible_to(user).filter(pk=entry.pk).exists()}

    assert seen == READERS


def test_what_is_verified_is_everybodys(site: Site, verified: Callable[..., Milestone], actors: dict[str, Any]) -> None:
    entry = verified(site)

    assert all(Milestone.objects.visible_to(user).filter(pk=entry.pk).exists() for user in actors.values())


def test_a_draft_is_its_authors_alone(site: Site, actors: dict[str, Any]) -> None:
    entry = Milestone.objects.create(
        site=site, stage="building", reached_on=date(2026, 1, 1), reported_by=actors["author"]
    )

    seen = {name for name, user in actors.items() if Milestone.objects.visible_to(user).filter(pk=entry.pk).exists()}
    changed = {name for name, user in actors.items() if Milestone.objects.editable_by(user).exists()}

    assert seen == changed == {"author"}


def test_sites_are_reported_on_by_their_officers_and_editors(site: Site, actors: dict[str, Any]) -> None:
    editors = {name for name, user in actors.items() if Site.objects.editable_by(user).filter(pk=site.pk).exists()}

    assert editors == {"colleague", "editor", "verifier"}


def test_reports_are_reviewed_by_verifiers_other_than_their_author(
    site: Site, reported: Callable[..., Milestone], actors: dict[str, Any]
) -> None:
    reported(site)
    own = Milestone(site=site, stage="building", reached_on=date(2026, 1, 1))
    report(own, by=actors["verifier"])

    reviewable = {name: Milestone.objects.reviewable_by(user).count() for name, user in actors.items()}

    assert {name: count for name, count in reviewable.items() if count} == {"verifier": 1}


def test_a_user_may_hold_several_turfs(assigned: Callable[..., User], editor: User) -> None:
    user = assigned(Role.OFFICER, regency="35.02")
    second = Regency.objects.get(code="35.10")
    grant(Assignment(user=user, role=Role.OFFICER, regency=second, valid_from=TODAY()), by=editor)

    assert len(turf_of(again(user)).regencies) == 2


@pytest.mark.parametrize(
    ("first", "last", "is_valid"),
    [(-10, None, True), (0, 0, True), (1, None, False), (-10, -1, False), (-10, 0, True)],
)
def test_an_assignment_holds_from_its_first_day_to_its_last(
    assigned: Callable[..., User], first: int, last: int | None, is_valid: bool
) -> None:
    dates = {"valid_from": TODAY() + timedelta(days=first)}
    if last is not None:
        dates["valid_until"] = TODAY() + timedelta(days=last)

    user = assigned(Role.OFFICER, regency="35.02", **dates)

    assert turf_of(user).is_officer is is_valid


def test_who_is_removed_is_refused_on_the_next_request(client: Client, assigned: Callable[..., User]) -> None:
    user = assigned(Role.EDITOR)
    client.force_login(user)
    assert client.get("/admin/regions/site/").status_code == 200

    Assignment.objects.filter(user=user).update(valid_from=TODAY() - timedelta(2), valid_until=TODAY() - timedelta(1))

    assert client.get("/admin/regions/site/").status_code == 302


def test_who_is_deactivated_has_no_turf(client: Client, assigned: Callable[..., User]) -> None:
    user = assigned(Role.EDITOR)
    client.force_login(user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert turf_of(again(user)).roles == frozenset()
    assert client.get("/admin/regions/site/").status_code == 302


@pytest.mark.parametrize(
    ("holder", "roles"),
    [
        (Role.EDITOR, {Role.EDITOR, Role.OFFICER, Role.PROVINCE, Role.VIEWER}),
        (Role.VERIFIER, set(Role)),
        (Role.OFFICER, set()),
        (Role.PROVINCE, set()),
        (Role.VIEWER, set()),
    ],
)
def test_nobody_grants_more_than_they_hold(assigned: Callable[..., User], holder: Role, roles: set[Role]) -> None:
    turf = {Role.OFFICER: {"regency": "35.02"}, Role.PROVINCE: {"province": "35"}}
    user = assigned(holder, **turf.get(holder, {}))

    assert grantable_by(user) == roles
    if Role.VERIFIER not in roles:
        with pytest.raises(ValidationError, match="melebihi"):
            grant(Assignment(user=user, role=Role.VERIFIER, valid_from=TODAY()), by=user)


def test_an_editor_cannot_take_a_verifiers_role_away(assigned: Callable[..., User]) -> None:
    held = Assignment.objects.get(user=assigned(Role.VERIFIER))
    held.role = Role.VIEWER

    with pytest.raises(ValidationError, match="melebihi"):
        grant(held, by=assigned(Role.EDITOR))


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "officer"},
        {"role": "province"},
        {"role": "editor", "province_id": 1},
        {"role": "officer", "regency_id": 1, "province_id": 1},
        {"role": "king"},
        {"role": "viewer", "valid_until": date(2020, 1, 1)},
    ],
)
def test_a_role_without_its_turf_is_refused_by_the_database(editor: User, wrong: dict[str, Any]) -> None:
    known = {
        "province_id": Province.objects.earliest("pk").pk,
        "regency_id": Regency.objects.earliest("pk").pk,
    }
    fields = {name: known.get(name, value) for name, value in wrong.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(user=editor, valid_from=TODAY(), **fields)


def test_an_officer_of_a_part_of_jakarta_is_refused(assigned: Callable[..., User]) -> None:
    with pytest.raises(ValidationError, match="unit sasaran"):
        assigned(Role.OFFICER, regency="31.71")


def test_an_editor_edits_records_but_not_accounts(client: Client, assigned: Callable[..., User]) -> None:
    user = assigned(Role.EDITOR)
    client.force_login(user)

    assert client.get(reverse("admin:regions_site_add")).status_code == 200
    assert client.get(reverse("admin:taskforce_target_add")).status_code == 200
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    assert client.post(reverse("admin:accounts_user_change", args=[user.pk]), {"is_superuser": "on"}).status_code == 403
    assert client.get(reverse("admin:auth_group_changelist")).status_code == 403


def test_the_form_refuses_a_role_above_ones_own(client: Client, assigned: Callable[..., User]) -> None:
    user = assigned(Role.EDITOR)
    client.force_login(user)
    form = {"user": user.pk, "role": "verifier", "valid_from": TODAY().isoformat()}

    response = client.post(reverse("admin:regions_assignment_add"), form)

    assert "melebihi" in str(response.context["errors"])
    assert turf_of(again(user)).roles == {Role.EDITOR}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVINCE, Role.VIEWER])
def test_only_editors_enter_the_admin(client: Client, assigned: Callable[..., User], role: Role) -> None:
    turf = {Role.OFFICER: {"regency": "35.02"}, Role.PROVINCE: {"province": "35"}}
    client.force_login(assigned(role, **turf.get(role, {})))

    assert client.get("/admin/").status_code == 302


def test_the_turf_is_asked_once_a_request(assigned: Callable[..., User], django_assert_num_queries: Any) -> None:
    user = again(assigned(Role.OFFICER, regency="35.02"))

    with django_assert_num_queries(1):
        turf_of(user)
        turf_of(user)
