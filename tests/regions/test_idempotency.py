"""Does a program that sends a report twice, because it never heard the answer, make one report?"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mpp_tracker.local.environment import ROOT
from mpp_tracker.local.processes import wait_until
from regions.choices import Role
from regions.models import ApiToken, Assignment, KeptAnswer, Milestone, Site
from regions.models.answers import KEPT
from regions.services.tokens import make_token
from regions.tasks import sweep_api
from tests.browser import manage, own_database
from tests.regions.small_api import REPORTS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.regions.small_api")]


@pytest.fixture
def dinas(officer: User, site: Site) -> User:
    today = timezone.localdate()
    Assignment.objects.create(user=officer, role=Role.OFFICER, regency=site.regency, valid_from=today)
    return officer


def token_of(user: User, **more: Any) -> str:
    now = timezone.now()
    token = ApiToken(name="Pengirim", reads_only=False, expires_at=now + timedelta(days=1), **more)
    return make_token(token, now=now, by=User.objects.get(pk=user.pk))[1]


@pytest.fixture
def secret(dinas: User) -> str:
    return token_of(dinas)


def send(secret: str, site: int, key: str = "kunci-1", **more: str) -> Any:
    said = {"site": site, "stage": "ready", "reached_on": "2026-01-01"} | more
    head = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_IDEMPOTENCY_KEY": key}
    return Client().post(REPORTS, said, content_type="application/json", **head)


def test_the_same_request_has_one_effect_and_one_answer(secret: str, site: Site) -> None:
    first, second = send(secret, site.pk), send(secret, site.pk)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert Milestone.objects.filter(site=site).count() == 1


def test_another_request_with_the_same_key_is_refused(secret: str, site: Site) -> None:
    send(secret, site.pk)

    answer = send(secret, site.pk, stage="opened")

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["status"] == 422
    assert Milestone.objects.filter(site=site).count() == 1


def test_another_key_is_another_request(secret: str, site: Site) -> None:
    assert send(secret, site.pk).status_code == 201
    assert send(secret, site.pk, "kunci-2", stage="opened").status_code == 201
    assert Milestone.objects.filter(site=site).count() == 2


def test_a_key_belongs_to_who_sent_it(secret: str, dinas: User, person: User, site: Site) -> None:
    send(secret, site.pk)
    Assignment.objects.create(user=person, role=Role.OFFICER, regency=site.regency, valid_from=timezone.localdate())

    theirs = send(token_of(person), site.pk, stage="opened")
    other_token = send(token_of(dinas, regency=site.regency), site.pk)

    assert theirs.status_code == 201
    # With other rights it is another request, though it says the same.
    assert other_token.status_code == 422


def test_what_was_refused_may_be_sent_again_with_the_same_key(secret: str, dinas: User, site: Site) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Assignment.objects.filter(user=dinas).update(valid_from=yesterday, valid_until=yesterday)
    assert send(secret, site.pk).status_code == 404
    assert not KeptAnswer.objects.exists()

    Assignment.objects.filter(user=dinas).update(valid_until=None)

    assert send(secret, site.pk).status_code == 201


def test_an_answer_is_not_given_again_after_the_right_to_it_has_ended(secret: str, dinas: User, site: Site) -> None:
    send(secret, site.pk)
    Assignment.objects.filter(user=dinas).delete()

    answer = send(secret, site.pk)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("key", ["", "a" * 256, "dua kata", "kün", "\x00", "a\tb"])
def test_a_key_that_is_none_is_refused(secret: str, site: Site, key: str) -> None:
    answer = send(secret, site.pk, key)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert not Milestone.objects.filter(site=site).exists()


def test_without_a_key_nothing_is_kept(secret: str, site: Site) -> None:
    said = {"site": site.pk, "stage": "ready", "reached_on": "2026-01-01"}
    Client().post(REPORTS, said, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {secret}")

    assert Milestone.objects.filter(site=site).count() == 1
    assert not KeptAnswer.objects.exists()


def test_a_visitor_is_told_to_come_with_an_account_first(site: Site) -> None:
    assert send("", site.pk).status_code == 401
    assert not KeptAnswer.objects.exists()


def test_after_a_day_the_key_is_free_and_the_answer_swept(secret: str, site: Site) -> None:
    send(secret, site.pk)
    KeptAnswer.objects.update(at=timezone.now() - KEPT)

    answer = send(secret, site.pk, stage="opened")

    assert answer.status_code == 201
    sweep_api()
    assert KeptAnswer.objects.count() == 1
    KeptAnswer.objects.update(at=timezone.now() - KEPT)
    sweep_api()
    assert not KeptAnswer.objects.exists()


# --- Two at once -----------------------------------------------------------------------------------------

FILL = """
from datetime import timedelta
from pathlib import Path
from django.utils import timezone
from accounts.models import User
from regions.models import ApiToken, Assignment, Regency, Site
from regions.services.tokens import make_token
officer, now = User.objects.create_user("dinas@pantau-mpp.example"), timezone.now()
site = Site.objects.create(regency=Regency.objects.get(code="35.02"), name="MPP")
Assignment.objects.create(user=officer, role="officer", regency=site.regency, valid_from=timezone.localdate())
token = ApiToken(name="Pengirim", reads_only=False, expires_at=now + timedelta(days=1))
Path("{file}").write_text(f"{{make_token(token, now=now, by=officer)[1]}} {{site.pk}}")
"""
SEND = """
import json
from django.test import Client, override_settings
from tests.regions.small_api import REPORTS
said = {{"site": {site}, "stage": "ready", "reached_on": "2026-01-01"}}
head = {{"HTTP_AUTHORIZATION": "Bearer {secret}", "HTTP_IDEMPOTENCY_KEY": "kunci-1"}}
with override_settings(ROOT_URLCONF="tests.regions.small_api"):
    answer = Client(SERVER_NAME="127.0.0.1").post(REPORTS, said, content_type="application/json", **head)
print(json.dumps({{"status": answer.status_code, "body": answer.json(), "again": "Idempotency-Replayed" in answer}}))
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock(), own_database("sent_twice") as database_url:
        yield database_url
    connection.close()


def test_two_at_once_make_one_report_and_get_one_answer(database: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    manage(database, "shell", "--command", FILL.format(file=file))
    secret, site = file.read_text().split()
    command = [sys.executable, "manage.py", "shell", "--command", SEND.format(secret=secret, site=site)]

    with psycopg.connect(database) as holder, psycopg.connect(database, autocommit=True) as watcher:
        # Whoever reports waits for the site; the other then waits for them.
        holder.execute("SELECT id FROM regions_site WHERE id = %s FOR UPDATE", [site])
        environment = os.environ | {"DATABASE_URL": database}
        senders = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
            for _time in range(2)
        ]
        try:
            assert wait_until(lambda: watcher.execute(WAITING).fetchone() == (2,), seconds=90)
        finally:
            holder.rollback()
        answers = [json.loads(sender.communicate(timeout=60)[0].splitlines()[-1]) for sender in senders]
        made = watcher.execute("SELECT count(*) FROM regions_milestone WHERE site_id = %s", [site]).fetchone()

    assert made == (1,)
    assert [answer["status"] for answer in answers] == [201, 201]
    assert answers[0]["body"] == answers[1]["body"]
    assert sorted(answer["again"] for answer in answers) == [False, True]
