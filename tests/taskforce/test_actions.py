"""Who plans, reports on and closes an action item, and what holds even against raw SQL?"""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from commitments.models import Institution, InstitutionAssignment
from mpp_tracker.lib.history import version_of
from regions.choices import Role
from regions.models import Assignment, Province, Regency, Site
from regions.models.evidence import evidence_storage
from taskforce.choices import ActionState, Priority
from taskforce.models import ActionItem, ActionUpdate, Alert, Decree, Directive
from taskforce.reports import action_list, mandate_page
from taskforce.rules import next_states
from taskforce.services.actions import open_to, plan, report_on
from taskforce.services.alerts import evaluate

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
HIGH, NORMAL = Priority.HIGH, Priority.NORMAL


@pytest.fixture
def steering(db: None) -> User:
    """A second person who steers the task force."""
    user = User.objects.create_user("steering@pantau-mpp.example")
    Assignment.objects.create(user=user, role=Role.EDITOR, valid_from=TODAY)
    return user


@pytest.fixture
def bkpm(db: None) -> User:
    """Somebody who speaks for BKPM."""
    user = User.objects.create_user("bkpm@pantau-mpp.example")
    institution = Institution.objects.get(abbreviation="BKPM")
    InstitutionAssignment.objects.create(user=user, institution=institution, valid_from=TODAY)
    return user


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=ponorogo, valid_from=TODAY)
    return officer


@pytest.fixture
def oss(db: None) -> Directive:
    """The direction to perfect OSS, which is for BKPM."""
    return Directive.objects.get(issued_on=date(2022, 12, 5), number=2)


@pytest.fixture
def item(editor: User) -> Callable[..., ActionItem]:
    """A function that plans an item of BKPM's, due in a month unless told otherwise."""

    def make(**more: Any) -> ActionItem:
        said = {"title": "Sambungkan OSS", "owner": Institution.objects.get(abbreviation="BKPM")}
        return plan(ActionItem(**(said | {"due_on": TODAY + timedelta(days=30)} | more)), by=editor)

    return make


def picture(name: str = "bukti.png") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "png")
    return SimpleUploadedFile(name, content.getvalue())


def said(item: ActionItem, state: ActionState, **more: Any) -> ActionUpdate:
    return ActionUpdate(item=item, state=state, **({"note": "Sudah rapat."} | more))


def state_of(item: ActionItem) -> str:
    return ActionItem.objects.with_standing().get(pk=item.pk).state


# --- What the reference data says ----------------------------------------------------------------------------


def test_the_decree_has_its_seven_members_and_the_five_directions_their_institutions() -> None:
    page = mandate_page(AnonymousUser(), today=TODAY)

    assert [str(member.institution) for member in Decree.objects.get().members.all()] == (
        ["PANRB", "Kemendagri", "Setwapres", "BKPM", "Kemenkeu", "Bappenas", "Kominfo"]
    )
    assert [(row.directive.number, sorted(map(str, row.directive.institutions.all()))) for row in page.directives] == [
        (1, ["PANRB"]),
        (2, ["BKPM"]),
        (3, ["Bappenas", "Kemenkeu"]),
        (4, ["Kemendagri"]),
        (5, ["KPRBN", "Kemendagri", "PANRB"]),
    ]


# --- The rules of closing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "priority", "steers", "claimed_it", "proven", "may_be_done"),
    [
        (ActionState.UNDERWAY, NORMAL, False, False, False, True),
        (ActionState.UNDERWAY, HIGH, True, False, False, False),
        (ActionState.CLAIMED, HIGH, True, False, True, True),
        (ActionState.CLAIMED, HIGH, True, True, True, False),
        (ActionState.CLAIMED, HIGH, True, False, False, False),
        (ActionState.CLAIMED, HIGH, False, False, True, False),
        (ActionState.DONE, NORMAL, True, False, True, False),
    ],
)
def test_who_may_close(
    state: ActionState, priority: Priority, steers: bool, claimed_it: bool, proven: bool, may_be_done: bool
) -> None:
    states = next_states(state, priority, steers=steers, claimed_it=claimed_it, claim_is_proven=proven)

    assert (ActionState.DONE in states) is may_be_done


def test_only_who_steers_calls_off() -> None:
    assert ActionState.CANCELLED not in next_states(
        ActionState.UNDERWAY, NORMAL, steers=False, claimed_it=False, claim_is_proven=False
    )
    assert ActionState.CANCELLED in next_states(
        ActionState.UNDERWAY, NORMAL, steers=True, claimed_it=False, claim_is_proven=False
    )


def test_an_owner_closes_with_a_comment_what_is_not_of_high_priority(
    item: Callable[..., ActionItem], bkpm: User
) -> None:
    thing = item()

    with pytest.raises(ValidationError, match="Jelaskan"):
        report_on(said(thing, ActionState.DONE, note=""), by=bkpm)
    report_on(said(thing, ActionState.DONE, progress_pct=40), by=bkpm)

    assert state_of(thing) == ActionState.DONE
    assert thing.updates.get().progress_pct == 100


def test_high_priority_is_closed_by_a_second_person_after_a_proven_claim(
    item: Callable[..., ActionItem], bkpm: User, steering: User
) -> None:
    thing = item(priority=HIGH)

    with pytest.raises(ValidationError, match="orang kedua"):
        report_on(said(thing, ActionState.DONE), by=bkpm)
    with pytest.raises(ValidationError, match="dengan bukti"):
        report_on(said(thing, ActionState.CLAIMED), by=bkpm)
    report_on(said(thing, ActionState.CLAIMED), uploads=[picture()], by=bkpm)
    with pytest.raises(ValidationError, match="orang kedua"):
        report_on(said(thing, ActionState.DONE), by=bkpm)
    report_on(said(thing, ActionState.DONE, note="Diperiksa."), by=steering)

    assert state_of(thing) == ActionState.DONE


def test_whoever_steers_does_not_close_their_own_claim(
    item: Callable[..., ActionItem], steering: User, editor: User
) -> None:
    thing = item(priority=HIGH)
    report_on(said(thing, ActionState.CLAIMED, source_url="Surat 12/2026"), by=steering)

    with pytest.raises(ValidationError, match="orang kedua"):
        report_on(said(thing, ActionState.DONE), by=steering)
    report_on(said(thing, ActionState.DONE), by=editor)

    assert state_of(thing) == ActionState.DONE


@pytest.mark.parametrize("closed", [ActionState.DONE, ActionState.CANCELLED])
def test_a_closed_item_takes_no_update(item: Callable[..., ActionItem], editor: User, closed: ActionState) -> None:
    thing = item()
    report_on(said(thing, closed), by=editor)

    with pytest.raises(ValidationError, match="sudah ditutup"):
        report_on(said(thing, ActionState.UNDERWAY), by=editor)
    with pytest.raises(IntegrityError, match="sudah ditutup"), transaction.atomic():
        ActionUpdate.objects.create(item=thing, state=ActionState.UNDERWAY, by=editor)


def test_raw_sql_cannot_close_high_priority_alone(item: Callable[..., ActionItem], editor: User) -> None:
    thing = item(priority=HIGH)

    with pytest.raises(IntegrityError, match="orang kedua"), transaction.atomic():
        ActionUpdate.objects.create(item=thing, state="done", progress_pct=100, note="Selesai.", by=editor)
    ActionUpdate.objects.create(item=thing, state="claimed", progress_pct=100, note="Selesai.", by=editor)
    with pytest.raises(IntegrityError, match="orang kedua"), transaction.atomic():
        ActionUpdate.objects.create(item=thing, state="done", progress_pct=100, note="Selesai.", by=editor)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE taskforce_actionupdate SET note = 'lain'",
        "DELETE FROM taskforce_actionupdate",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE taskforce_actionupdate CASCADE",
        "UPDATE taskforce_actionproof SET original_name = 'lain'",
        "DELETE FROM taskforce_actionproof",
    ],
)
def test_what_was_reported_stays(item: Callable[..., ActionItem], bkpm: User, sql: str) -> None:
    report_on(said(item(), ActionState.UNDERWAY), uploads=[picture()], by=bkpm)

    with pytest.raises(IntegrityError, match="tidak dapat diubah"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_refused_file_leaves_neither_update_nor_files(item: Callable[..., ActionItem], bkpm: User) -> None:
    thing = item()
    before = set(evidence_storage().listdir("")[1]) if evidence_storage().exists("") else set()

    with pytest.raises(ValidationError, match="tidak diterima"):
        report_on(
            said(thing, ActionState.UNDERWAY),
            uploads=[picture(), SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>")],
            by=bkpm,
        )

    assert not thing.updates.exists()
    assert (set(evidence_storage().listdir("")[1]) if evidence_storage().exists("") else set()) == before


def test_the_same_sending_is_entered_once(item: Callable[..., ActionItem], bkpm: User) -> None:
    thing, number = item(), "7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d"

    first = report_on(said(thing, ActionState.DONE, client_id=number), by=bkpm)
    again = report_on(said(thing, ActionState.DONE, client_id=number), by=bkpm)

    assert (again.pk, thing.updates.count()) == (first.pk, 1)


# --- Bad input -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"due_on": TODAY - timedelta(days=1)}, "Tenggat tidak boleh mendahului"),
        ({"title": ""}, "harus|kosong|Tulis"),
        ({"owner": None}, "Pilih penanggung jawab"),
        ({"decided_on": date(2016, 1, 1)}, "Tanggal paling awal"),
        ({"priority": "urgent"}, "urgent|dikenal"),
    ],
)
def test_a_wrong_item_is_refused_with_a_sentence(
    item: Callable[..., ActionItem], wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        item(**wrong)


def test_an_item_is_about_one_place(item: Callable[..., ActionItem], site: Site) -> None:
    with pytest.raises(ValidationError, match="Pilih satu saja"):
        item(site=site, province=Province.objects.get(code="35"))


@pytest.mark.parametrize("progress", [-1, 101])
def test_progress_lies_between_nothing_and_all(item: Callable[..., ActionItem], bkpm: User, progress: int) -> None:
    with pytest.raises(ValidationError):
        report_on(said(item(), ActionState.UNDERWAY, progress_pct=progress), by=bkpm)


# --- Who may what --------------------------------------------------------------------------------------------


def test_nobody_else_plans_or_reports(item: Callable[..., ActionItem], dinas: User, bkpm: User) -> None:
    thing = item()

    with pytest.raises(PermissionDenied):
        plan(ActionItem(title="Lain", owner=thing.owner, due_on=TODAY), by=bkpm)
    with pytest.raises(PermissionDenied):
        report_on(said(thing, ActionState.UNDERWAY), by=dinas)
    assert open_to(thing, dinas) == ()


def test_a_regions_item_without_an_institution_is_its_officers(
    item: Callable[..., ActionItem], dinas: User, bkpm: User, site: Site, ponorogo: Regency
) -> None:
    own = [item(owner=None, site=site), item(owner=None, regency=ponorogo)]
    other = item(owner=None, regency=Regency.objects.get(code="35.10"))

    assert set(ActionItem.objects.owned_by(dinas)) == set(own)
    assert set(ActionItem.objects.visible_to(dinas)) == set(own)
    assert not ActionItem.objects.visible_to(bkpm).filter(pk__in=[own[0].pk, other.pk]).exists()
    assert own[0].owner_name == "Pemerintah Kabupaten Ponorogo"


def test_the_public_sees_what_follows_from_a_directive_but_not_who_said_what(
    client: Client, item: Callable[..., ActionItem], oss: Directive, bkpm: User
) -> None:
    public, internal = item(directive=oss), item(title="Rahasia")
    report_on(said(public, ActionState.UNDERWAY, note="Catatan dalam"), uploads=[picture()], by=bkpm)

    body = client.get(reverse("taskforce:actions")).content.decode()
    page = client.get(public.get_absolute_url()).content.decode()

    assert "Sambungkan OSS" in body
    assert "Rahasia" not in body
    assert "Berjalan" in page
    assert "Catatan dalam" not in page
    assert bkpm.email not in page
    assert client.get(internal.get_absolute_url()).status_code == 404


def test_an_officer_sees_a_directives_item_only_as_the_public_does(
    client: Client, item: Callable[..., ActionItem], oss: Directive, bkpm: User, dinas: User
) -> None:
    public = item(directive=oss)
    report_on(said(public, ActionState.UNDERWAY, note="Catatan dalam"), by=bkpm)
    client.force_login(dinas)

    assert "Catatan dalam" not in client.get(public.get_absolute_url()).content.decode()


# --- Pages ---------------------------------------------------------------------------------------------------


def test_from_plan_to_closed_by_the_pages(
    client: Client, steering: User, bkpm: User, editor: User, oss: Directive
) -> None:
    client.force_login(editor)
    form = {"title": "Sambungkan OSS", "owner": Institution.objects.get(abbreviation="BKPM").pk, "priority": "high"}
    form |= {"decided_on": TODAY.isoformat(), "due_on": TODAY.isoformat(), "directive": oss.pk, "regency_code": ""}
    made = client.post(reverse("taskforce:action-new"), form)
    thing = ActionItem.objects.get()
    assert made["Location"] == thing.get_absolute_url()

    client.force_login(bkpm)
    number = "7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d"
    claim = {"state": "claimed", "note": "Sudah.", "client_id": number, "proofs": picture()}
    assert client.post(thing.get_absolute_url(), claim).status_code == 302
    refused = client.post(thing.get_absolute_url(), {"state": "done", "note": "Sudah.", "client_id": number[:-1] + "e"})
    assert "orang kedua" in refused.content.decode()

    client.force_login(steering)
    client.post(thing.get_absolute_url(), {"state": "done", "note": "Diperiksa.", "client_id": number[:-1] + "f"})

    shown = client.get(thing.get_absolute_url())
    assert [update.state for update in shown.context["page"].updates] == ["done", "claimed"]
    assert "bukti.png" in shown.content.decode()
    late = client.post(thing.get_absolute_url(), {"state": "underway", "note": "Lagi.", "client_id": number[:-1] + "0"})
    assert "sudah ditutup" in late.content.decode()


def test_the_form_finds_a_regency_by_code_or_name_and_says_when_it_does_not(client: Client, editor: User) -> None:
    client.force_login(editor)
    form = {"title": "Bangun", "priority": "normal", "decided_on": TODAY.isoformat(), "due_on": TODAY.isoformat()}

    unknown = client.post(reverse("taskforce:action-new"), form | {"regency_code": "Kabupaten Antah"})
    client.post(reverse("taskforce:action-new"), form | {"regency_code": "35.02"})
    client.post(reverse("taskforce:action-new"), form | {"regency_code": "kabupaten ponorogo"})

    assert "bukan kode atau nama" in unknown.content.decode()
    assert [item.regency.code for item in ActionItem.objects.all() if item.regency] == ["35.02", "35.02"]


def test_an_earlier_deadline_than_its_date_is_refused_in_the_form(client: Client, editor: User) -> None:
    client.force_login(editor)
    form = {"title": "Bangun", "priority": "normal", "regency_code": "35.02"}
    form |= {"decided_on": TODAY.isoformat(), "due_on": (TODAY - timedelta(days=1)).isoformat()}

    answer = client.post(reverse("taskforce:action-new"), form)

    assert "Tenggat tidak boleh mendahului tanggal penetapan." in answer.content.decode()
    assert not ActionItem.objects.exists()


def test_whoever_saves_second_sees_what_the_first_changed(
    client: Client, editor: User, item: Callable[..., ActionItem]
) -> None:
    thing = item(regency=Regency.objects.get(code="35.02"), owner=None)
    client.force_login(editor)
    seen = version_of(thing)
    ActionItem.objects.filter(pk=thing.pk).update(title="Judul lain")
    form = {"title": "Judul saya", "priority": "normal", "regency_code": "35.02", "seen_version": seen}
    form |= {"decided_on": TODAY.isoformat(), "due_on": TODAY.isoformat()}

    answer = client.post(reverse("taskforce:action-change", args=[thing.pk]), form)

    assert "Judul lain" in answer.content.decode()
    thing.refresh_from_db()
    assert thing.title == "Judul lain"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"owner": "", "regency_code": ""}, "Pilih penanggung jawab"),
        ({"province": "35", "regency_code": "35.02"}, "Pilih satu saja"),
        ({"regency_code": "31.71"}, "bukan kode atau nama"),
        ({"priority": "normal"}, "Prioritas tinggi tidak dapat diturunkan"),
    ],
)
def test_a_wrong_change_is_refused_with_a_sentence(
    client: Client, editor: User, item: Callable[..., ActionItem], wrong: dict[str, str], sentence: str
) -> None:
    thing = item(priority=HIGH)
    client.force_login(editor)
    form = {"title": "Lain", "priority": "high", "owner": thing.owner_id, "regency_code": ""}
    form |= {"decided_on": TODAY.isoformat(), "due_on": TODAY.isoformat(), "seen_version": version_of(thing)} | wrong
    if form.get("province"):
        form["province"] = Province.objects.get(code=form["province"]).pk

    answer = client.post(reverse("taskforce:action-change", args=[thing.pk]), form)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    thing.refresh_from_db()
    assert thing.title == "Sambungkan OSS"


def test_a_closed_item_stays_as_it_was(client: Client, editor: User, item: Callable[..., ActionItem]) -> None:
    thing = item()
    report_on(said(thing, ActionState.CANCELLED), by=editor)
    client.force_login(editor)
    form = {"title": "Lain", "priority": "high", "owner": thing.owner_id, "regency_code": ""}
    form |= {"decided_on": TODAY.isoformat(), "due_on": TODAY.isoformat(), "seen_version": version_of(thing)}

    answer = client.post(reverse("taskforce:action-change", args=[thing.pk]), form)

    assert "sudah ditutup" in answer.content.decode()
    with pytest.raises(IntegrityError, match="sudah ditutup"), transaction.atomic():
        ActionItem.objects.filter(pk=thing.pk).update(title="Lain")


def test_raw_sql_cannot_lower_a_high_priority(item: Callable[..., ActionItem]) -> None:
    thing = item(priority=HIGH)

    with pytest.raises(IntegrityError, match="tidak dapat diturunkan"), transaction.atomic():
        ActionItem.objects.filter(pk=thing.pk).update(priority="low")


def test_the_same_plan_sent_twice_is_one_item(client: Client, editor: User) -> None:
    client.force_login(editor)
    form = {"title": "Bangun", "priority": "normal", "regency_code": "35.02"}
    form |= {"decided_on": TODAY.isoformat(), "due_on": TODAY.isoformat()}
    form["client_id"] = "7f1c6a9e-6d0e-4b3a-9d5b-0d7b6a1b2c3d"

    first, again = (client.post(reverse("taskforce:action-new"), form)["Location"] for _ in range(2))

    assert first == again
    assert ActionItem.objects.count() == 1


def test_a_dash_is_no_proof(item: Callable[..., ActionItem], bkpm: User, editor: User, steering: User) -> None:
    thing = item(priority=HIGH)

    with pytest.raises(ValidationError, match="dengan bukti"):
        report_on(said(thing, ActionState.CLAIMED, source_url=" - "), by=bkpm)
    claim = {"state": "claimed", "progress_pct": 100, "note": "Selesai.", "source_url": " - "}
    ActionUpdate.objects.create(item=thing, by=editor, **claim)
    with pytest.raises(IntegrityError, match="orang kedua"), transaction.atomic():
        ActionUpdate.objects.create(item=thing, state="done", progress_pct=100, note="Ya.", by=steering)


def test_a_board_counts_the_plan_and_not_the_page(item: Callable[..., ActionItem], editor: User) -> None:
    for number in range(52):
        item(title=str(number))

    (column, *_rest) = action_list(editor, {}, today=TODAY).columns

    assert (len(column.rows), column.count) == (50, 52)


def test_an_alert_behind_an_item_is_not_told_by_its_changes(
    client: Client, item: Callable[..., ActionItem], bkpm: User, site: Site, operating: Callable[..., Any], editor: User
) -> None:
    operating(site, "suspended")
    evaluate(today=date(2026, 3, 2))
    alert = Alert.objects.get(site=site)
    thing = item(alert=alert)
    client.force_login(bkpm)

    body = client.get(thing.get_absolute_url()).content.decode()

    assert "Perubahan rencana" in body
    assert "tutup sementara" not in body.lower()


def test_what_was_typed_outlives_the_session(client: Client, item: Callable[..., ActionItem], oss: Directive) -> None:
    thing = item(directive=oss)

    answer = client.post(thing.get_absolute_url(), {"state": "underway", "note": "Panjang sekali."})

    assert answer["Location"].startswith("/akun/login/")
    assert client.session["typed"]["values"]["note"] == "Panjang sekali."


def test_the_filters_choose(item: Callable[..., ActionItem], editor: User, bkpm: User, site: Site) -> None:
    late = item(title="Lewat", decided_on=date(2026, 1, 1), due_on=date(2026, 2, 1))
    mine = item(title="Punya daerah", owner=None, site=site, priority=HIGH)
    closed = item(title="Tutup")
    report_on(said(closed, ActionState.CANCELLED), by=editor)

    def titles(user: User, **chosen: Any) -> list[str]:
        return [row.item.title for row in action_list(user, chosen, today=TODAY).rows]

    assert titles(editor) == ["Lewat", "Punya daerah"]
    assert titles(editor, lihat="terlambat") == [late.title]
    assert titles(editor, lihat="tertutup") == ["Tutup"]
    assert titles(bkpm, lihat="saya") == ["Lewat"]
    assert titles(editor, instansi="daerah") == [mine.title]
    assert titles(editor, provinsi="35") == [mine.title]
    assert titles(editor, prioritas="high") == [mine.title]
    assert [row.days_late for row in action_list(editor, {}, today=date(2026, 2, 11)).rows] == [10, 0]


@pytest.mark.parametrize("view", ["", "papan"])
def test_as_many_queries_for_many_items_as_for_one(
    client: Client,
    item: Callable[..., ActionItem],
    editor: User,
    site: Site,
    oss: Directive,
    view: str,
    django_assert_num_queries: Any,
) -> None:
    client.force_login(editor)
    address = f"{reverse('taskforce:actions')}?tampilan={view}"
    item(directive=oss)
    # Session, user, reader; owners, provinces and directives of the filter; states, open, all and overdue counted; the
    # page counted, and its rows.
    budget = 13
    with django_assert_num_queries(budget):
        client.get(address)
    for number in range(20):
        report_on(said(item(title=str(number), owner=None, site=site), ActionState.UNDERWAY), by=editor)

    with django_assert_num_queries(budget):
        client.get(address)


def test_as_many_queries_for_many_updates_as_for_one(
    client: Client, item: Callable[..., ActionItem], editor: User, django_assert_max_num_queries: Any
) -> None:
    thing = item()
    client.force_login(editor)
    for number in range(20):
        report_on(said(thing, ActionState.UNDERWAY, note=str(number)), uploads=[picture()], by=editor)

    with django_assert_max_num_queries(20):
        client.get(thing.get_absolute_url())
