"""Does a program hear what happens, only what its owner may read, at least once, and provably from us?"""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commitments.models import InstitutionAssignment, Presence
from mpp_tracker.lib.history import history_of
from mpp_tracker.local.environment import ROOT
from mpp_tracker.local.processes import wait_until
from regions.choices import DeliveryState, EventKind, NoticeKind, Role, Stage
from regions.models import (
    Assignment,
    Happening,
    Milestone,
    Notice,
    Province,
    Regency,
    Site,
    Webhook,
    WebhookDelivery,
)
from regions.models.webhooks import LEASE, PAUSES
from regions.services.ledger import report, send_back, verify
from regions.services.webhooks import (
    GIVEN_UP_AFTER,
    KEPT,
    MOST,
    deliver_due,
    deliver_one,
    make_webhook,
    pause_after,
    send_test,
    signed,
    spread,
    sweep,
    switch,
)
from taskforce.services.figures import backfill, recompute_dirty_provinces
from tests.browser import manage, own_database
from tests.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db
ADDRESS = "https://penerima.example/hook"


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as made:
        yield made


@pytest.fixture
def dinas(officer: User, ponorogo: Regency) -> User:
    """The officer of Ponorogo."""
    return holding(officer, Role.OFFICER, "35.02")


def holding(user: User, role: Role, code: str = "") -> User:
    """Give somebody a role of a place until further notice."""
    turf: dict[str, Any] = {}
    if code:
        turf = {"regency": Regency.objects.get(code=code)} if "." in code else {}
        turf = turf or {"province": Province.objects.get(code=code)}
    Assignment.objects.create(user=user, role=role, valid_from=timezone.localdate(), **turf)
    return user


def hook(by: User, receiver: Receiver | None = None, *, code: str = "", kinds: Any = EventKind.values) -> Webhook:
    """Make a webhook, and let it lead to a receiver."""
    webhook = Webhook(name="Dasbor", url=ADDRESS, kinds=list(kinds))
    webhook.regency = Regency.objects.filter(code=code).first()
    webhook.province = Province.objects.filter(code=code).first()
    made = make_webhook(webhook, by=User.objects.get(pk=by.pk))
    if receiver is not None:
        # A free port is none that the product sends to; the receiver's own network has it.
        Webhook.objects.filter(pk=made.pk).update(url=receiver.url)
    return made


def run(receiver: Receiver, now: Any = None) -> int:
    """Do what the job does, in the receiver's network."""
    now = now or timezone.now()
    spread(now=now)
    return deliver_due(now=now, network=receiver.network)


def returned(site: Site, dinas: User, verifier: User, stage: str = Stage.READY) -> Milestone:
    entry = report(Milestone(site=site, stage=stage, reached_on=date(2026, 1, 1)), by=dinas)
    return send_back(entry, by=verifier, reason="Foto belum ada")


# --- What arrives ----------------------------------------------------------------------------------------


def test_what_was_verified_arrives_signed(receiver: Receiver, dinas: User, site: Site, verified: Any) -> None:
    webhook = hook(dinas, receiver)
    entry = verified(site)

    assert run(receiver) == 1

    (heard,) = receiver.heard
    body = json.loads(heard.body)
    assert body["type"] == "report.verified"
    assert body["data"]["receipt"] == entry.receipt
    assert body["data"]["regency"] == {"code": "35.02", "name": "Kabupaten Ponorogo"}
    assert body["data"]["state"] == "verified"
    assert heard.headers["content-type"] == "application/json"
    # As a receiver checks it, with the secret it was given.
    key = base64.b64decode(webhook.secret.removeprefix("whsec_"))
    said = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.".encode() + heard.body
    expected = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(heard.headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    assert WebhookDelivery.objects.get().state == DeliveryState.DELIVERED
    assert run(receiver) == 0


def test_the_signature_is_the_one_that_was_published_as_an_example() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = timezone.datetime.fromtimestamp(1614265330, tz=timezone.get_default_timezone())

    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', key=key)

    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_returned_arrives_without_words_or_people(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    hook(dinas, receiver)
    entry = returned(site, dinas, verifier)

    run(receiver)

    said = receiver.heard[0].body.decode()
    assert json.loads(said)["type"] == "report.returned"
    assert entry.receipt in said
    for private in ("Foto belum ada", dinas.email, verifier.email):
        assert private not in said


def test_a_roll_back_takes_the_event_with_it(dinas: User, site: Site, verifier: User) -> None:
    hook(dinas)
    entry = report(Milestone(site=site, stage=Stage.READY, reached_on=date(2026, 1, 1)), by=dinas)

    with transaction.atomic():
        verify(entry, by=verifier)
        assert Happening.objects.count() == 1
        transaction.set_rollback(True)

    assert not Happening.objects.exists()


def test_nothing_is_noted_where_nobody_listens(dinas: User, site: Site, verifier: User, verified: Any) -> None:
    returned(site, dinas, verifier)
    hook(dinas, kinds=[EventKind.RETURNED])
    switch(hook(dinas), on=False, now=timezone.now(), by=dinas)

    verified(site)

    assert not Happening.objects.exists()


# --- Who hears it ----------------------------------------------------------------------------------------

HEARERS: dict[str, tuple[Role, str, str, bool]] = {
    "its officer": (Role.OFFICER, "35.02", "", True),
    "its officer, for the place": (Role.OFFICER, "35.02", "35.02", True),
    "officer of another regency": (Role.OFFICER, "35.10", "", False),
    "its province": (Role.PROVINCE, "35", "", True),
    "its province, for the place": (Role.PROVINCE, "35", "35.02", True),
    "its province, for another place": (Role.PROVINCE, "35", "35.10", False),
    "another province": (Role.PROVINCE, "33", "", False),
    "viewer": (Role.VIEWER, "", "", True),
    "viewer, for the province": (Role.VIEWER, "", "35", True),
    "viewer, for another province": (Role.VIEWER, "", "33", False),
    "viewer, for another place": (Role.VIEWER, "", "35.10", False),
    "verifier": (Role.VERIFIER, "", "", True),
}


@pytest.mark.parametrize("hearer", HEARERS)
def test_who_hears_of_a_report(hearer: str, person: User, officer: User, site: Site, verifier: User) -> None:
    role, held, code, hears = HEARERS[hearer]
    hook(holding(person, role, held), code=code)
    returned(site, officer, verifier)
    verify(report(Milestone(site=site, stage=Stage.OPENED, reached_on=date(2026, 1, 1)), by=officer), by=verifier)

    spread(now=timezone.now())

    assert WebhookDelivery.objects.count() == (2 if hears else 0)
    assert not Happening.objects.filter(spread_at=None).exists()


def test_who_speaks_for_an_institution_hears_of_its_counters(
    person: User, officer: User, inaugurated: Site, bpn: Any, verifier: User
) -> None:
    InstitutionAssignment.objects.create(user=person, institution=bpn, valid_from=timezone.localdate())
    hook(person)
    counter = Presence(site=inaugurated, institution=bpn, counter_opened_on=date(2026, 3, 1))

    send_back(report(counter, by=officer), by=verifier, reason="Salah")
    spread(now=timezone.now())

    assert WebhookDelivery.objects.get().event.data["receipt"] == counter.receipt


def test_rights_that_end_in_between_withhold_what_waits(
    receiver: Receiver, dinas: User, site: Site, importer: User, verifier: User
) -> None:
    hook(dinas, receiver)
    returned(site, importer, verifier)
    spread(now=timezone.now())
    Assignment.objects.filter(user=dinas).delete()

    assert run(receiver) == 0

    assert receiver.heard == []
    assert WebhookDelivery.objects.get().state == DeliveryState.WITHHELD


def test_a_deactivated_owner_hears_nothing(receiver: Receiver, dinas: User, site: Site, verifier: User) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    spread(now=timezone.now())
    User.objects.filter(pk=dinas.pk).update(is_active=False)

    run(receiver)

    assert receiver.heard == []
    returned(site, dinas, verifier, Stage.OPENED)
    assert Happening.objects.count() == 1


def test_a_provinces_coverage_is_told_when_it_changes_and_only_then(
    receiver: Receiver, person: User, verifier: User, site: Site, verified: Any
) -> None:
    hook(holding(person, Role.VIEWER), receiver, kinds=[EventKind.COVERAGE])
    elsewhere = holding(User.objects.create_user("jateng@pantau-mpp.example"), Role.PROVINCE, "33")
    hook(elsewhere, receiver, kinds=[EventKind.COVERAGE])
    today = timezone.localdate()

    # What is stored first is no change, and a stage on the way changes no figure.
    backfill(today, today)
    verified(site, Stage.READY)
    recompute_dirty_provinces(today=today)
    run(receiver)
    assert receiver.heard == []
    verified(site, Stage.INAUGURATED)
    recompute_dirty_provinces(today=today)
    recompute_dirty_provinces(today=today)
    run(receiver)

    (heard,) = (json.loads(message.body) for message in receiver.heard)
    assert heard["type"] == "coverage.changed"
    said = heard["data"]
    assert (said["province"], said["as_at"]) == ({"code": "35", "name": "Jawa Timur"}, today.isoformat())
    now, before = said["figures"]["inaugurated"], said["before"]["inaugurated"]
    assert now["covered"] == before["covered"] + 1
    assert now["units"] == before["units"] == 38


# --- However it fares ------------------------------------------------------------------------------------


def test_what_is_refused_comes_again_under_the_same_name(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    webhook = hook(dinas, receiver)
    returned(site, dinas, verifier)
    receiver.answers = [500, 302]
    now = timezone.now()

    assert run(receiver, now) == 0
    assert run(receiver, now) == 0
    assert Webhook.objects.get().failing_since is not None
    assert run(receiver, now + PAUSES[0] * 1.3) == 0
    assert run(receiver, now + PAUSES[0] * 1.3) == 0
    assert run(receiver, now + PAUSES[1] * 1.5) == 1

    assert len(receiver.heard) == 3
    assert len({message.headers["webhook-id"] for message in receiver.heard}) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.DELIVERED, 3, 204)
    assert Webhook.objects.get().failing_since is None
    assert len(history_of(webhook)) == 2


def test_pauses_grow_and_are_never_the_same() -> None:
    for number, pause in enumerate(PAUSES, start=1):
        taken = {pause_after(number) for _time in range(50)}
        assert len(taken) > 1
        assert all(pause <= each <= pause * 1.21 for each in taken)
    assert sorted(PAUSES) == list(PAUSES)
    assert sum(PAUSES, timedelta()) >= GIVEN_UP_AFTER
    assert pause_after(99) <= PAUSES[-1] * 1.21


def test_who_does_not_answer_is_not_asked_for_each_event(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    hook(dinas, receiver)
    for stage in (Stage.COMMITTED, Stage.PROPOSED, Stage.APPROVED, Stage.READY):
        returned(site, dinas, verifier, stage)
    receiver.answers = [500]
    now = timezone.now()

    assert run(receiver, now) == 0
    assert len(receiver.heard) == 1

    assert run(receiver, now + timedelta(minutes=2)) == 4
    assert len(receiver.heard) == 5


def test_who_answers_slowly_does_not_hold_up_others(
    receiver: Receiver, dinas: User, site: Site, verifier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever it takes is too long.
    monkeypatch.setattr("regions.services.webhooks.ONE_MAY_USE", 0)
    hooks = [hook(dinas, receiver), hook(dinas, receiver)]
    for stage in (Stage.COMMITTED, Stage.PROPOSED):
        returned(site, dinas, verifier, stage)
    now = timezone.now()

    for later, arrived in ((timedelta(), 1), (timedelta(minutes=2), 2)):
        assert run(receiver, now + later) == 2

        delivered = WebhookDelivery.objects.filter(state=DeliveryState.DELIVERED)
        assert [delivered.filter(webhook=each).count() for each in hooks] == [arrived, arrived]


def test_after_long_failure_it_is_switched_off_and_its_owner_told(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    webhook = hook(dinas, receiver)
    returned(site, dinas, verifier)
    receiver.answers = [500] * 20
    now = began = timezone.now()

    while Webhook.objects.get().is_enabled:
        run(receiver, now)
        now += timedelta(hours=1)
        assert now < began + timedelta(days=5)

    assert now - began > GIVEN_UP_AFTER
    notice = Notice.objects.get(recipient=dinas, kind=NoticeKind.WEBHOOK)
    assert notice.path == webhook.get_absolute_url()
    heard = len(receiver.heard)
    run(receiver, now + timedelta(days=1))
    assert len(receiver.heard) == heard

    receiver.answers = []
    switch(webhook, on=True, now=now, by=User.objects.get(pk=dinas.pk))
    WebhookDelivery.objects.update(next_at=now)
    waited = WebhookDelivery.objects.filter(state=DeliveryState.WAITING).count()
    assert run(receiver, now) == waited


def test_who_says_that_they_are_gone_is_left_alone_at_once(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    receiver.answers = [410]

    run(receiver)

    assert not Webhook.objects.get().is_enabled
    assert Notice.objects.filter(recipient=dinas, kind=NoticeKind.WEBHOOK).count() == 1


def test_what_its_owner_cannot_be_told_of_is_not_switched_off(
    receiver: Receiver, dinas: User, site: Site, verifier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    receiver.answers = [410]

    def fail(*notices: Notice) -> None:
        raise RuntimeError("The server was killed.")

    monkeypatch.setattr("regions.services.webhooks.tell", fail)
    with pytest.raises(RuntimeError, match="killed"):
        run(receiver)

    assert Webhook.objects.get().is_enabled


def test_what_somebody_took_on_is_left_to_them_until_they_are_held_to_be_dead(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    now = timezone.now()
    spread(now=now)
    WebhookDelivery.objects.update(claimed_at=now, attempts=1)

    assert run(receiver, now + LEASE) == 0
    assert run(receiver, now + LEASE * 1.1) == 1


def test_what_kills_whoever_sends_it_is_given_up(receiver: Receiver, dinas: User, site: Site, verifier: User) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    now = timezone.now()
    spread(now=now)
    WebhookDelivery.objects.update(claimed_at=now, attempts=len(PAUSES) + 1)

    run(receiver, now + LEASE * 1.1)

    assert receiver.heard == []
    assert WebhookDelivery.objects.get().state == DeliveryState.FAILED


def test_the_same_delivery_in_two_hands_is_sent_once(
    receiver: Receiver, dinas: User, site: Site, verifier: User
) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    now = timezone.now()
    spread(now=now)
    first, second = WebhookDelivery.objects.get(), WebhookDelivery.objects.get()

    assert deliver_one(first, now=now, network=receiver.network) is True
    assert deliver_one(second, now=now, network=receiver.network) is None
    assert len(receiver.heard) == 1


def test_a_claim_is_conditional_on_the_row_itself() -> None:
    # Of two updates at once, the second judges the row anew by its own columns, but not by a subquery that found it.
    with CaptureQueriesContext(connection) as queries:
        WebhookDelivery.objects.due(timezone.now()).update(claimed_at=timezone.now())

    (query,) = queries
    condition = query["sql"].split(" WHERE ", 1)[1]
    assert condition.count('"regions_webhookdelivery"."claimed_at"') == 2
    assert 'FROM "regions_webhookdelivery"' not in query["sql"]


def test_an_event_that_is_spread_twice_makes_one_delivery(dinas: User, site: Site, verifier: User) -> None:
    hook(dinas)
    returned(site, dinas, verifier)

    spread(now=timezone.now())
    Happening.objects.update(spread_at=None)
    spread(now=timezone.now())

    assert WebhookDelivery.objects.count() == 1


FILL = """
from datetime import date
from django.utils import timezone
from accounts.models import User
from regions.models import Milestone, Regency, Site, Webhook
from regions.services.ledger import report, send_back
from regions.services.webhooks import make_webhook, spread
officer, verifier = (User.objects.create_user(f"{name}@pantau-mpp.example") for name in ("dinas", "periksa"))
site = Site.objects.create(regency=Regency.objects.get(code="35.02"), name="MPP")
webhook = make_webhook(Webhook(name="Dasbor", url="https://penerima.example/", kinds=["returned"]), by=officer)
Webhook.objects.update(url="{url}")
entry = report(Milestone(site=site, stage="ready", reached_on=date(2026, 1, 1)), by=officer)
send_back(entry, by=verifier, reason="Salah")
spread(now=timezone.now())
"""
DELIVER = """
from datetime import timedelta
from pathlib import Path
from django.utils import timezone
from regions.services.webhooks import deliver_due
from tests.receiver import network_of
# On a busy machine a process may need long to start, and the first must not give up before the second looks.
network = network_of({port}, Path("{certificate}"), seconds=100)
print(deliver_due(now=timezone.now() + timedelta(seconds={later}), network=network))
"""


def test_a_worker_killed_while_it_sends_leaves_the_delivery_to_the_next(
    receiver: Receiver, django_db_setup: None, django_db_blocker: Any
) -> None:
    asked, let_go = Event(), Event()

    def hold() -> None:
        asked.set()
        let_go.wait(100)

    receiver.before_answering = hold

    def deliver(later: int = 0) -> subprocess.Popen[str]:
        said = DELIVER.format(later=later, port=receiver.port, certificate=receiver.certificate)
        command = [sys.executable, "manage.py", "shell", "--command", said]
        environment = os.environ | {"DATABASE_URL": database_url}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)

    try:
        with own_database("webhook_worker") as database_url:
            manage(database_url, "shell", "--command", FILL.replace("{url}", receiver.url))
            killed = deliver()
            assert asked.wait(60)
            # A second worker while the first is sending finds nothing to do.
            assert deliver().communicate(timeout=60)[0].split()[-1] == "0"
            killed.send_signal(signal.SIGKILL)
            killed.communicate(timeout=20)
            let_go.set()
            with psycopg.connect(database_url) as watcher:
                left = "SELECT count(*) FROM regions_webhookdelivery WHERE state = 'waiting'"
                assert watcher.execute(left).fetchone() == (1,)
            assert deliver(later=130).communicate(timeout=60)[0].split()[-1] == "1"
    finally:
        let_go.set()
        connection.close()

    first, second = receiver.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert wait_until(lambda: len(receiver.heard) == 2, seconds=1)


def test_what_is_old_is_swept(receiver: Receiver, dinas: User, site: Site, verifier: User) -> None:
    hook(dinas, receiver)
    returned(site, dinas, verifier)
    run(receiver)

    assert sweep(now=timezone.now()) == 0
    assert sweep(now=timezone.now() + KEPT * 1.1) == 2
    assert not Happening.objects.exists()


# --- What its owner does ---------------------------------------------------------------------------------


def test_no_row_holds_the_secret(dinas: User) -> None:
    webhook, other = hook(dinas), hook(dinas)

    row = str(Webhook.objects.filter(pk=webhook.pk).values().get())

    assert webhook.secret.removeprefix("whsec_") not in row
    assert webhook.secret != other.secret
    assert "salt" not in {field.name for field in webhook.events.model._meta.fields}


@pytest.mark.parametrize(
    "url", ["http://penerima.example/", "https://127.0.0.1/", "https://10.0.0.1/", "https://x:22/"]
)
def test_an_address_of_ours_is_refused_when_it_is_typed(client: Client, dinas: User, url: str) -> None:
    client.force_login(dinas)
    form = {"name": "Dasbor", "url": url, "kinds": ["verified"], "area": ""}

    page = client.post("/akun/webhook/baru/", form)

    assert "alamat umum" in str(page.context["form"].errors["url"])
    with pytest.raises(ValidationError):
        make_webhook(Webhook(name="Dasbor", url=url, kinds=["verified"]), by=dinas)
    assert not Webhook.objects.exists()


def test_no_service_makes_one_beyond_the_turf(dinas: User) -> None:
    for code in ("35.10", "35"):
        with pytest.raises(PermissionDenied):
            hook(dinas, code=code)


def test_a_person_has_no_more_than_they_can_look_after(dinas: User) -> None:
    for _number in range(MOST):
        hook(dinas)

    with pytest.raises(ValidationError, match="Paling banyak"):
        hook(dinas)


@pytest.mark.parametrize("wrong", [{"kinds": []}, {"kinds": ["lain"]}, {"url": "http://x.example/"}, {"name": ""}])
def test_the_database_refuses_what_is_no_webhook(dinas: User, wrong: dict[str, Any]) -> None:
    hook(dinas)

    with pytest.raises(IntegrityError), transaction.atomic():
        Webhook.objects.update(**wrong)


def test_the_pages_of_a_webhook(client: Client, receiver: Receiver, dinas: User) -> None:
    client.force_login(dinas)
    form = {"name": "Dasbor", "url": ADDRESS, "kinds": ["verified", "coverage"], "area": "35.02"}

    made = client.post("/akun/webhook/baru/", form)

    webhook = Webhook.objects.get()
    page = webhook.get_absolute_url()
    assert (webhook.kinds, webhook.regency.code, webhook.user) == (["verified", "coverage"], "35.02", dinas)
    assert webhook.secret in made.content.decode().replace("&#x2B;", "+")
    for path in ("/akun/webhook/", page):
        shown = client.get(path).content.decode()
        assert "Dasbor" in shown
        assert webhook.secret not in shown
    Webhook.objects.update(url=receiver.url)
    client.post(f"{page}uji/")
    client.post(f"{page}uji/")
    assert run(receiver) == 1
    assert json.loads(receiver.heard[0].body)["type"] == "test"
    assert "HTTP 204" in client.get(page).content.decode()
    renewed = client.post(f"{page}rahasia/").content.decode()
    assert webhook.secret not in renewed
    assert Webhook.objects.get().secret in renewed
    client.post(f"{page}sakelar/")
    assert not Webhook.objects.get().is_enabled
    client.post(f"{page}uji/")
    assert run(receiver) == 0
    client.post(f"{page}sakelar/")
    assert Webhook.objects.get().is_enabled


def test_nobody_sees_or_switches_anybody_elses(client: Client, dinas: User, person: User) -> None:
    webhook = hook(person)
    client.force_login(dinas)
    page = webhook.get_absolute_url()

    answers = [client.get(page), *(client.post(f"{page}{what}/") for what in ("sakelar", "uji", "rahasia"))]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "Dasbor" not in client.get("/akun/webhook/").content.decode()
    unchanged = Webhook.objects.get()
    assert (unchanged.is_enabled, unchanged.salt) == (True, webhook.salt)
    assert not Happening.objects.exists()
    assert Client().get(page).status_code == 302


def test_editors_see_all_webhooks_and_switch_them_off(client: Client, editor: User, dinas: User) -> None:
    webhook = hook(dinas)
    client.force_login(editor)
    changelist = "/admin/regions/webhook/"

    pages = [client.get(changelist), client.get(f"{changelist}{webhook.pk}/change/")]
    client.post(changelist, {"action": "switch_off", "_selected_action": [str(webhook.pk)]})

    for page in pages:
        assert ADDRESS in page.content.decode()
        assert webhook.salt not in page.content.decode()
    assert not Webhook.objects.get().is_enabled


def test_one_test_is_under_way_at_a_time(dinas: User) -> None:
    webhook = hook(dinas)
    send_test(webhook, by=dinas)

    with pytest.raises(ValidationError, match="masih dikirim"):
        send_test(webhook, by=dinas)


def test_lists_take_as_many_queries_for_many(
    client: Client, dinas: User, site: Site, verifier: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    client.force_login(dinas)
    webhook = hook(dinas)

    def queries(path: str) -> int:
        with django_assert_num_queries(100, exact=False) as counted:
            client.get(path)
        return len(counted)

    paths = ("/akun/webhook/", webhook.get_absolute_url())
    returned(site, dinas, verifier)
    spread(now=timezone.now())
    with_one = [queries(path) for path in paths]
    for stage in (Stage.COMMITTED, Stage.PROPOSED, Stage.APPROVED, Stage.OPENED):
        hook(dinas)
        returned(site, dinas, verifier, stage)
    spread(now=timezone.now())

    assert [queries(path) for path in paths] == with_one
