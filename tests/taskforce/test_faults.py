"""Does the product keep its word when its servers and processes die, hang, forget or repeat themselves?"""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from django.conf import settings
from django.db import connection

from mpp_tracker.local.processes import wait_until
from taskforce.services.figures import _LOCK
from tests.browser import database_server
from tests.taskforce.installation import QUEUE, Installation, Program, Saved, eventually

# Whoever runs these alone still has the tests' database made, of which the tables are copied.
pytestmark = [pytest.mark.faults, pytest.mark.django_db]

# A guard against a save that hangs, not a measure: it takes a fraction of a second.
HANGS_SECONDS = 10.0
SENT = "Sending due task drain dirty provinces"
SUCCEEDED = "succeeded in"
LOCK = ("SELECT pg_advisory_xact_lock(%s)", _LOCK)
# Which locks hold a worker where, and the statement it is then stuck at: nothing read yet, or all written and only
# the note and the commit left.
MIDDLES = {
    "before its first figure": (LOCK, "SELECT pg_advisory_xact_lock"),
    "after its last figure": (("SELECT FROM regions_dirtyprovince FOR UPDATE",), 'DELETE FROM "regions_dirtyprovince"'),
}


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, static_files: None, django_db_setup: None
) -> Iterator[Installation]:
    """A prepared database and a Redis that nobody else uses."""
    installation = Installation(tmp_path_factory.mktemp("faults"), settings.STATIC_ROOT)
    try:
        installation.start()
        installation.prepare(f"{database_server()}/{connection.settings_dict['NAME']}")
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def product(servers: Installation) -> Iterator[Installation]:
    """The product on those servers, none of its processes running, nothing waiting."""
    servers.begin()
    yield servers
    servers.end_programs()


@pytest.fixture
def get(product: Installation) -> Iterator[Callable[[str], tuple[int, str]]]:
    """A function that asks the web server, which has one process so that no other can answer in its place."""
    with socket.create_server(("127.0.0.1", 0)) as port:
        number = port.getsockname()[1]

        def ask(path: str) -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", number, timeout=30)
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                return response.status, response.read().decode()
            finally:
                connection.close()

        options = ["--workers", "1", "--bind", f"fd://{port.fileno()}", "--no-control-socket"]
        product.program("web", ["-m", "gunicorn", "mpp_tracker.wsgi", *options], keep_open=(port.fileno(),))
        yield ask


class Mailbox:
    """A mail server that keeps what it takes, and may do something before it says so."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.answers: list[str] = []
        self.before_answering: Callable[[], None] = lambda: None

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 its name
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(envelope.content.decode())
        self.before_answering()
        return "250 OK"


@pytest.fixture
def mailbox(product: Installation) -> Iterator[Mailbox]:
    """A real mail server, to which the product sends."""
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as port:
        number = port.getsockname()[1]
    server = Controller(mailbox, hostname="127.0.0.1", port=number)
    server.start()
    product.env["EMAIL_URL"] = f"smtp://127.0.0.1:{number}"
    yield mailbox
    del product.env["EMAIL_URL"]
    server.stop()


@contextmanager
def stuck_worker(product: Installation, middle: str) -> Iterator[Program]:
    """Start a worker that has something to compute, and hold it in the middle of that until left."""
    locks, stuck_at = MIDDLES[middle]
    with product.held_up(*locks) as waiting:
        worker = product.worker()
        eventually(lambda: any(query.startswith(stuck_at) for query in waiting()), "the worker to be stuck", worker.log)
        yield worker


def wait_until_computed(product: Installation, saved: Saved) -> None:
    """Wait until the note of `saved` is gone and hold the stored figures against `coverage`."""
    eventually(lambda: product.notes() == 0, "the note to be served")
    assert product.figures(saved.since) == saved.figures


def test_a_save_succeeds_while_redis_is_down_and_the_figures_follow_once_it_is_back(product: Installation) -> None:
    worker = product.worker()
    product.beat()
    worker.wait_for(SUCCEEDED)

    product.redis.kill()
    saved = product.save()

    assert saved.seconds < HANGS_SECONDS
    assert "The broker did not take taskforce.recompute_dirty_provinces" in saved.said
    assert product.notes() == 1
    assert product.figures(saved.since) != saved.figures

    product.redis.start()

    wait_until_computed(product, saved)


def test_a_save_succeeds_while_redis_hangs(product: Installation) -> None:
    product.redis.pause()

    saved = product.save()

    assert saved.seconds < HANGS_SECONDS
    assert "The broker did not take taskforce.recompute_dirty_provinces" in saved.said
    assert product.notes() == 1

    product.redis.resume()
    product.worker()
    product.beat()

    wait_until_computed(product, saved)


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_pool_child_killed_in_the_middle_loses_nothing(product: Installation, middle: str) -> None:
    saved = product.save()

    with stuck_worker(product, middle) as worker:
        [child] = worker.children
        child.kill()

    # No beat is running: the worker itself has put the message back.
    wait_until_computed(product, saved)
    assert [(changed > 0, error) for _, changed, error in product.runs()] == [(True, "")]


@pytest.mark.parametrize("middle", MIDDLES)
def test_a_worker_killed_in_the_middle_loses_nothing(product: Installation, middle: str) -> None:
    saved = product.save()

    with stuck_worker(product, middle) as worker:
        worker.kill()
    eventually(lambda: product.connections() == 0, "the database to drop what the worker was at")

    assert product.notes() == 1
    assert product.runs() == []
    assert product.figures(saved.since) != saved.figures

    product.worker("successor")
    product.beat()

    wait_until_computed(product, saved)
    assert [(changed > 0, error) for _, changed, error in product.runs()] == [(True, "")]


def test_a_message_delivered_three_times_at_once_changes_nothing_more(product: Installation) -> None:
    saved = product.save()
    with product.broker() as broker:
        message = broker.lindex(QUEUE, 0)
        broker.lpush(QUEUE, message, message)
    with product.held_up(*LOCK) as waiting:
        workers = [product.worker("first"), product.worker("second")]
        eventually(lambda: len(waiting()) == 2, "both workers to be at it")
    eventually(lambda: sum(worker.count(SUCCEEDED) for worker in workers) == 3, "three deliveries to be done")
    rows = product.stored_rows()

    with product.broker() as broker:
        broker.lpush(QUEUE, message)
    eventually(lambda: sum(worker.count(SUCCEEDED) for worker in workers) == 4, "one more delivery to be done")

    wait_until_computed(product, saved)
    assert product.stored_rows() == rows
    assert [(changed > 0, error) for _, changed, error in product.runs()] == [(True, "")]


def test_the_schedule_serves_a_note_whose_message_redis_forgot(product: Installation) -> None:
    saved = product.save()
    assert product.messages() == 1
    with product.broker() as broker:
        broker.flushall()

    product.worker()
    product.beat()

    wait_until_computed(product, saved)


def test_worker_and_beat_go_on_when_redis_forgets_everything_under_them(product: Installation) -> None:
    worker = product.worker()
    product.beat()
    worker.wait_for(SUCCEEDED)

    with product.held_up(*LOCK) as waiting:
        eventually(lambda: len(waiting()) == 1, "the worker to be at it", worker.log)
        saved = product.save()
        with product.broker() as broker:
            broker.flushall()
    wait_until_computed(product, saved)

    # What was going on has served the note; the next one has only the schedule.
    done = worker.count(SUCCEEDED)
    worker.wait_for(SUCCEEDED, more_than=done + 1)


def test_two_beats_do_no_harm(product: Installation) -> None:
    worker, *beats = product.worker(), product.beat("first-beat"), product.beat("second-beat")
    for beat in beats:
        beat.wait_for(SENT)

    saved = product.save()

    wait_until_computed(product, saved)
    rows = product.stored_rows()
    sent, done = [beat.count(SENT) for beat in beats], worker.count(SUCCEEDED)
    for beat, before in zip(beats, sent, strict=True):
        beat.wait_for(SENT, more_than=before + 1)
    worker.wait_for(SUCCEEDED, more_than=done + 2)
    assert product.stored_rows() == rows
    assert [(changed > 0, error) for _, changed, error in product.runs()] == [(True, "")]


def test_the_first_page_after_a_restart_of_postgresql_is_whole(
    product: Installation, get: Callable[[str], tuple[int, str]]
) -> None:
    assert get("/")[0] == 200  # so the connection it keeps is one to the server that is stopped

    product.postgres.stop()
    product.postgres.start()

    assert get("/")[0] == 200


def test_without_postgresql_pages_apologise_until_it_is_back(
    product: Installation, get: Callable[[str], tuple[int, str]]
) -> None:
    assert get("/")[0] == 200

    product.postgres.stop()

    # What is kept for visitors is believed for a second.
    assert wait_until(lambda: get("/")[0] == 503, seconds=10)
    assert "Sistem sedang tidak tersedia" in get("/")[1]
    assert get("/readyz")[0] == 503
    assert get("/healthz") == (200, '{"status": "ok"}')

    product.postgres.start()

    assert get("/")[0] == 200


def test_a_worker_outlives_a_restart_of_postgresql(product: Installation) -> None:
    worker = product.worker()
    product.beat()
    worker.wait_for(SUCCEEDED)

    product.postgres.stop()
    worker.wait_for("OperationalError")
    product.postgres.start()
    saved = product.save()

    wait_until_computed(product, saved)


MAILS = "SELECT claimed_at IS NOT NULL, sent_at IS NOT NULL FROM regions_notice WHERE id > %s ORDER BY id"


def last_notice(product: Installation) -> int:
    return product.rows("SELECT coalesce(max(id), 0) FROM regions_notice")[0][0]


def test_a_worker_killed_between_sending_and_recording_leaves_no_mail_sent_twice(
    product: Installation, mailbox: Mailbox
) -> None:
    before = last_notice(product)
    worker = product.worker()
    mailbox.before_answering = worker.kill

    product.errand("send_back_twice")
    eventually(lambda: len(mailbox.taken) == 1, "the first mail to arrive", worker.log)
    eventually(lambda: worker.process.poll() is not None, "the worker to die")
    mailbox.before_answering = lambda: None
    # The successor finds the message again, and the schedule would too.
    product.errand("send_notices")
    product.errand("send_notices")

    # One mail each; of the first nobody knows whether it went out, which is what the admin shows.
    assert len(mailbox.taken) == 2
    assert product.rows(MAILS, before) == [(True, False), (True, True)]


def test_two_workers_and_a_message_delivered_three_times_send_each_mail_once(
    product: Installation, mailbox: Mailbox
) -> None:
    before = last_notice(product)
    product.errand("send_back_twice")
    with product.broker() as broker:
        # One of each report; the third is a repetition.
        broker.lpush(QUEUE, broker.lindex(QUEUE, 0))

    workers = [product.worker("first"), product.worker("second")]
    eventually(lambda: sum(worker.count(SUCCEEDED) for worker in workers) == 3, "three deliveries to be done")

    assert len(mailbox.taken) == 2
    assert product.rows(MAILS, before) == [(True, True), (True, True)]


def test_a_mail_server_that_hangs_up_after_a_refusal_costs_no_other_mail(
    product: Installation, mailbox: Mailbox
) -> None:
    before = last_notice(product)
    mailbox.answers = ["421 too many"]

    product.errand("send_back_twice")
    product.errand("send_notices")

    assert product.rows(MAILS, before) == [(False, False), (True, True)]
    assert len(mailbox.taken) == 1


def test_mails_wait_for_a_mail_server_that_is_away(product: Installation) -> None:
    before = last_notice(product)
    product.env["EMAIL_URL"] = "smtp://127.0.0.1:1"
    worker = product.worker()

    product.errand("send_back_twice")
    worker.wait_for("The mail server is away")

    assert product.rows(MAILS, before) == [(False, False), (False, False)]


@pytest.fixture
def no_papers(product: Installation) -> None:
    """Nobody has asked for a paper yet."""
    product.rows("DELETE FROM taskforce_paper RETURNING 1")


@pytest.mark.usefixtures("no_papers")
def test_a_paper_whose_worker_was_killed_is_made_by_the_schedule(product: Installation) -> None:
    product.errand("ask_for_paper")
    with product.held_up("LOCK TABLE taskforce_target IN ACCESS EXCLUSIVE MODE") as waiting:
        worker = product.worker()
        eventually(lambda: any("taskforce_target" in query for query in waiting()), "the worker to count", worker.log)
        assert product.papers() == [("counting", 1)]
        worker.kill()
    # As if the lease were over: it is longer than a test may take.
    product.rows("UPDATE taskforce_paper SET claimed_at = claimed_at - interval '1 hour' RETURNING 1")
    with product.broker() as broker:
        broker.flushall()

    product.worker("second")
    product.beat()

    eventually(lambda: product.papers() == [("done", 2)], "the paper to be made")
    [(start,)] = product.rows("SELECT substring(document FROM 1 FOR 4) FROM taskforce_paper")
    assert start == b"%PDF"


@pytest.mark.usefixtures("no_papers")
def test_a_paper_asked_for_while_redis_is_away_is_made_once_it_is_back(
    product: Installation, get: Callable[[str], tuple[int, str]]
) -> None:
    eventually(lambda: get("/healthz")[0] == 200, "the web server")
    product.redis.kill()

    status, _body = get("/bahan-rapat/pdf/")

    assert status == 302
    assert product.papers() == [("waiting", 0)]
    product.redis.start()
    product.worker()
    product.beat()
    eventually(lambda: product.papers() == [("done", 1)], "the paper to be made")


@pytest.fixture
def unreleased(product: Installation) -> Iterator[None]:
    """Something is verified, nothing of it released, and the schedule looks twice a second."""
    product.save()
    with psycopg.connect(product.postgres.url) as connection:
        # What is published is kept by triggers.
        connection.execute("SET LOCAL session_replication_role = replica")
        for table in ("releasefile", "releasecontent", "release"):
            connection.execute(f"DELETE FROM taskforce_{table}")
    product.env["RELEASES_EVERY_SECONDS"] = "0.5"
    yield
    del product.env["RELEASES_EVERY_SECONDS"]


@pytest.mark.usefixtures("unreleased")
def test_a_release_whose_worker_was_killed_is_published_once_and_whole(product: Installation) -> None:
    product.beat()
    with product.held_up("LOCK TABLE taskforce_releasefile IN EXCLUSIVE MODE") as waiting:
        worker = product.worker()
        eventually(lambda: any("taskforce_releasefile" in query for query in waiting()), "the release", worker.log)
        assert product.releases() == [("waiting", 1)]
        worker.kill()
    assert product.rows("SELECT count(*) FROM taskforce_releasecontent") == [(0,)]
    # As if the lease were over: it is longer than a test may take.
    product.rows("UPDATE taskforce_release SET claimed_at = claimed_at - interval '1 hour' RETURNING 1")

    product.worker("second")

    eventually(lambda: product.releases() == [("done", 2)], "the release to be published")
    product.errand("compute_release_again")


@pytest.mark.usefixtures("unreleased")
def test_two_workers_and_two_beats_publish_one_release(product: Installation) -> None:
    workers = [product.worker("first"), product.worker("second")]
    for name in ("beat", "another-beat"):
        product.beat(name)

    eventually(lambda: product.releases() == [("done", 1)], "the release to be published")
    done = "Task taskforce.make_releases"
    for worker in workers:
        worker.wait_for(done, more_than=worker.count(done) + 1)

    assert product.releases() == [("done", 1)]
    product.errand("compute_release_again")


def test_a_file_whose_worker_was_killed_while_it_was_saved_is_saved_once(product: Installation) -> None:
    product.errand("confirm_import")
    with product.held_up("LOCK TABLE regions_importrow IN ACCESS EXCLUSIVE MODE") as waiting:
        worker = product.worker()
        eventually(lambda: any("regions_importrow" in query for query in waiting()), "the worker to save", worker.log)
        worker.kill()
    assert product.imported() == [("confirmed", 0), ("confirmed", 0)]
    # As if the lease were over: it is longer than a test may take.
    product.rows("UPDATE regions_importbatch SET alive_at = alive_at - interval '1 hour' RETURNING 1")
    with product.broker() as broker:
        broker.flushall()

    product.worker("second")
    product.worker("third")
    product.beat()

    # The other file said the same: it is shown again, with nothing left to do.
    eventually(lambda: product.imported() == [("applied", 1), ("checked", 1)], "one of two files to be saved")
