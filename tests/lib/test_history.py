"""Is every change of a record kept, with who, when, from where, old and new value, whatever way it came?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mpp_tracker.lib.history import history_of, version_of
from regions.models import Ceremony, CeremonySite, Milestone, Regency, Site
from taskforce.models import ActionItem, Directive, Target
from taskforce.services.actions import plan

pytestmark = pytest.mark.django_db

# Computed, notes that come and go, or themselves a record that only grows.
WITHOUT = {"ActionProof", "ActionUpdate", "CoverageRun", "CoverageSnapshot", "DirtyProvince"}
WITHOUT |= {"AskCount", "Happening", "ImportBatch", "ImportRow", "KeptAnswer", "Paper", "ReadinessBaseline", "Release"}
WITHOUT |= {"ReleaseContent", "ReleaseFile", "SignInRecord", "WebhookDelivery"}


def test_every_record_of_ours_keeps_its_versions() -> None:
    ours = [
        model
        for model in apps.get_models()
        if model._meta.app_label in ("accounts", "regions", "commitments", "taskforce")
    ]
    records = {model.__name__ for model in ours if not model.__name__.endswith("Event")}
    tracked = {model.__name__.removesuffix("Event") for model in ours if model.__name__.endswith("Event")}

    assert records - tracked == WITHOUT


def test_a_change_in_the_admin_names_who_where_and_both_values(client: Client, editor: User) -> None:
    client.force_login(editor)
    target = Target.objects.get(deadline__year=2025)
    form = {"metric": "coverage_pct", "value": "90", "deadline": "2025-12-31", "set_on": "2024-12-12"}
    form |= {"set_by": target.set_by, "source": target.source, "is_active": "on"}
    form["seen_version"] = str(version_of(target))

    client.post(reverse("admin:taskforce_target_change", args=[target.pk]), form, REMOTE_ADDR="10.0.0.7")

    change = history_of(target)[0]
    assert (change.who, change.what) == (editor.email, "diubah")
    assert "/admin/taskforce/target/" in change.where
    assert "10.0.0.7" in change.where
    assert [(field.name, field.before, field.after) for field in change.fields] == [("nilai", "100.0", "90.0")]


def test_whoever_saves_a_row_within_a_record_second_sees_both_versions(
    client: Client, editor: User, site: Site
) -> None:
    client.force_login(editor)
    ceremony = Ceremony.objects.create(kind="inauguration", held_on=date(2026, 9, 24))
    there = CeremonySite.objects.create(ceremony=ceremony, site=site)
    form = {"kind": "inauguration", "held_on": "2026-09-24", "date_precision": "day"}
    form |= {"seen_version": str(version_of(ceremony)), "ceremony_sites-TOTAL_FORMS": "1"}
    form |= {"ceremony_sites-INITIAL_FORMS": "1", "ceremony_sites-0-id": str(there.pk)}
    form |= {"ceremony_sites-0-ceremony": str(ceremony.pk), "ceremony_sites-0-site": str(site.pk)}
    form |= {"ceremony_sites-0-seen_version": str(version_of(there)), "ceremony_sites-0-note": "Catatan kedua"}
    CeremonySite.objects.filter(pk=there.pk).update(is_present=True)

    response = client.post(reverse("admin:regions_ceremony_change", args=[ceremony.pk]), form)

    assert "diubah orang lain" in response.content.decode()
    there.refresh_from_db()
    assert there.is_present is True


@pytest.mark.parametrize(
    "alter",
    [
        lambda site: Site.objects.filter(pk=site.pk).update(name="MPP Baru"),
        lambda site: connection.cursor().execute("UPDATE regions_site SET name = 'MPP Baru' WHERE id = %s", [site.pk]),
    ],
    ids=["bulk update", "raw SQL"],
)
def test_no_way_of_changing_goes_unseen(site: Site, alter: Callable[[Site], Any]) -> None:
    alter(site)

    made, changed = reversed(history_of(site))
    assert made.what == "dibuat"
    assert [(field.before, field.after) for field in changed.fields] == [("MPP Kabupaten Ponorogo", "MPP Baru")]
    assert changed.who == ""


def test_a_deleted_record_leaves_its_versions(ponorogo: Regency) -> None:
    site = Site.objects.create(regency=ponorogo, name="Keliru")
    versions = site.events.model.objects.filter(pgh_obj_id=site.pk)

    site.delete()

    assert list(versions.order_by("pgh_id").values_list("pgh_label", flat=True)) == ["insert", "delete"]


def test_versions_cannot_be_changed_either(site: Site) -> None:
    for attack in ("UPDATE regions_siteevent SET name = 'lain'", "DELETE FROM regions_siteevent"):
        with pytest.raises(Exception, match=r"append|Cannot"), transaction.atomic():
            connection.cursor().execute(attack)


def test_a_review_is_a_version_of_the_report(site: Site, verified: Callable[..., Milestone]) -> None:
    entry = verified(site)

    assert [change.what for change in history_of(entry)] == ["diubah", "dibuat"]
    assert ("status entri", "Dilaporkan", "Terverifikasi") in {
        (field.name, field.before, field.after) for field in history_of(entry)[0].fields
    }


def test_passwords_are_in_no_version(editor: User) -> None:
    fields = {field.name for field in editor.events.model._meta.fields}

    assert "email" in fields
    assert not {"password", "last_login"} & fields


def test_the_admin_shows_the_history_in_words(client: Client, editor: User, site: Site) -> None:
    client.force_login(editor)
    Site.objects.filter(pk=site.pk).update(address="Jalan Alun-alun")

    page = client.get(reverse("admin:regions_site_history", args=[site.pk])).content.decode()

    assert "“Jalan Alun-alun”" in page
    assert "alamat" in page


def test_history_is_for_whoever_may_see_the_record(client: Client, officer: User, site: Site) -> None:
    client.force_login(officer)

    assert client.get(reverse("admin:regions_site_history", args=[site.pk])).status_code == 302


def test_integrity_holds_beside_it(site: Site) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.create(regency=site.regency, name=site.name)


def test_whoever_saves_second_sees_both_versions_and_overwrites_nothing(client: Client, editor: User) -> None:
    client.force_login(editor)
    target = Target.objects.get(deadline__year=2025)
    address = reverse("admin:taskforce_target_change", args=[target.pk])
    opened = client.get(address).context["adminform"].form
    form = {"metric": "coverage_pct", "value": "100", "deadline": "2025-12-31", "set_on": "2024-12-12"}
    form |= {"set_by": "Saya", "source": target.source, "is_active": "on"}
    form["seen_version"] = str(opened["seen_version"].value())
    Target.objects.filter(pk=target.pk).update(set_by="Orang lain")

    second = client.post(address, form)

    target.refresh_from_db()
    assert target.set_by == "Orang lain"
    assert "“Orang lain”" in str(second.context["errors"])
    assert 'value="Saya"' in second.content.decode()

    form["seen_version"] = str(second.context["adminform"].form["seen_version"].value())
    assert client.post(address, form).status_code == 302
    target.refresh_from_db()
    assert target.set_by == "Saya"


def test_a_version_outlives_what_it_names(editor: User, ponorogo: Regency) -> None:
    gone = Directive.objects.create(number=9, text="Sementara", issued_by="Menteri", issued_on=date(2026, 1, 1))
    item = plan(ActionItem(title="Bangun", regency=ponorogo, directive=gone, due_on=date(2030, 1, 1)), by=editor)
    ActionItem.objects.filter(pk=item.pk).update(directive=None)
    gone.delete()

    (field,) = history_of(item)[0].fields

    assert (field.name, field.before, field.after) == ("arahan", f"sudah dihapus, nomor {field.before.split()[-1]}", "")


def test_many_changes_take_as_many_queries_as_one(
    editor: User, ponorogo: Regency, django_assert_num_queries: Any
) -> None:
    directives = list(Directive.objects.all())
    item = plan(ActionItem(title="Bangun", regency=ponorogo, due_on=date(2030, 1, 1)), by=editor)

    # The versions, and the directives, regencies and makers they name.
    ActionItem.objects.filter(pk=item.pk).update(directive=directives[0])
    with django_assert_num_queries(4):
        history_of(item)
    for number in range(20):
        ActionItem.objects.filter(pk=item.pk).update(directive=directives[number % 5])
    with django_assert_num_queries(4):
        history_of(item)
