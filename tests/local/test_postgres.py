"""Does a PostgreSQL start on its folder whatever happened before, and never on anything else?"""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.postgres import Postgres
from mpp_tracker.local.processes import wait_until

pytestmark = pytest.mark.usefixtures("_no_pg_variables")


@pytest.fixture
def _no_pg_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)


def ask(server: Postgres, statement: str) -> str | None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def keep_a_row(server: Postgres) -> None:
    ask(server, "CREATE TABLE kept AS SELECT 'still here' AS word")


def kept_row(server: Postgres) -> str | None:
    return ask(server, "SELECT word FROM kept")


def write_pid(server: Postgres, pid: int) -> None:
    lock = server.data_dir / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(pid), *lines[1:]]) + "\n")


def test_has_a_database_in_utf8_and_no_network(postgres: Postgres) -> None:
    postgres.start()

    assert ask(postgres, "SELECT current_database()") == "pantau"
    assert ask(postgres, "SELECT current_setting('server_encoding')") == "UTF8"
    assert ask(postgres, "SELECT current_setting('listen_addresses')") == ""
    # Letters beyond ASCII have cases, and names sort the same on every machine.
    assert ask(postgres, "SELECT lower('ÄÉ')") == "äé"


def test_nobody_else_reaches_the_socket(postgres: Postgres) -> None:
    postgres.start()

    assert postgres.socket_dir.stat().st_mode & 0o077 == 0


def test_keeps_data_and_address_across_a_restart(postgres: Postgres) -> None:
    postgres.start()
    address = postgres.url
    keep_a_row(postgres)

    postgres.stop()
    postgres.start()

    assert kept_row(postgres) == "still here"
    assert postgres.url == address


def test_a_cut_off_initdb_is_done_again(make_postgres: Callable[..., Postgres]) -> None:
    server = make_postgres(template=None)
    half_made = server.data_dir.with_name("postgres.half-made")
    half_made.mkdir()
    # initdb writes the version first, long before the cluster is of any use.
    (half_made / "PG_VERSION").write_text("18\n")

    server.start()

    assert ask(server, "SELECT 1") == 1
    assert not half_made.exists()


def test_an_initdb_that_fails_leaves_nothing_that_looks_like_a_cluster(
    make_postgres: Callable[..., Postgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_postgres(template=None)
    monkeypatch.setattr("mpp_tracker.local.postgres.binary", lambda name: Path("/bin/false"))

    with pytest.raises(ExpectedError, match="could not prepare"):
        server.start()

    assert not server.data_dir.exists()


def test_survives_a_power_cut(postgres: Postgres, told: list[str]) -> None:
    postgres.start()
    keep_a_row(postgres)
    postgres.kill()
    gone = subprocess.Popen(["true"])
    gone.wait()
    write_pid(postgres, gone.pid)

    postgres.start()

    assert kept_row(postgres) == "still here"
    assert told == ["PostgreSQL was not stopped in good order last time; it recovers by itself."]


def test_survives_a_power_cut_after_which_its_number_went_to_another(
    postgres: Postgres, bystander: subprocess.Popen[bytes]
) -> None:
    postgres.start()
    keep_a_row(postgres)
    postgres.kill()
    write_pid(postgres, bystander.pid)

    postgres.start()

    assert kept_row(postgres) == "still here"
    assert bystander.poll() is None


def test_refuses_a_folder_that_another_server_runs_on(
    postgres: Postgres, make_postgres: Callable[..., Postgres]
) -> None:
    postgres.start()
    keep_a_row(postgres)

    with pytest.raises(ExpectedError, match="already running"):
        make_postgres().start()

    assert kept_row(postgres) == "still here"


def test_refuses_it_also_when_the_lock_file_names_another_process(
    postgres: Postgres, make_postgres: Callable[..., Postgres], bystander: subprocess.Popen[bytes]
) -> None:
    postgres.start()
    lock = postgres.data_dir / "postmaster.pid"
    before = lock.read_text()
    write_pid(postgres, bystander.pid)

    with pytest.raises(ExpectedError, match="already running"):
        make_postgres().start()

    assert lock.exists()
    lock.write_text(before)  # it shuts itself down when the file is not its own


def test_refuses_data_of_another_version(postgres: Postgres) -> None:
    postgres.data_dir.mkdir()
    (postgres.data_dir / "PG_VERSION").write_text("15\n")

    with pytest.raises(ExpectedError, match=r"holds 15, not data of PostgreSQL 18; move"):
        postgres.start()


def test_an_orphan_is_stopped_in_good_order(
    postgres: Postgres, make_postgres: Callable[..., Postgres], told: list[str]
) -> None:
    postgres.start()
    keep_a_row(postgres)

    was_one = make_postgres().stop_orphan()

    assert was_one
    postgres.process.wait(10)
    next_one = make_postgres()
    next_one.start()
    assert kept_row(next_one) == "still here"
    assert told == []


def test_there_is_no_orphan_on_a_quiet_folder(postgres: Postgres, bystander: subprocess.Popen[bytes]) -> None:
    postgres.start()
    postgres.stop()

    assert not postgres.stop_orphan()
    assert bystander.poll() is None


def test_ignores_where_somebodys_environment_points(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = {
        "PGHOST": "db.example",
        "PGPORT": "1",
        "PGDATABASE": "theirs",
        "PGUSER": "them",
        "PGDATA": str(tmp_path / "theirs"),
        "PGOPTIONS": "-c nonsense=1",
        "PGSERVICE": "theirs",
    }
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)

    postgres.start()

    for name in elsewhere:
        monkeypatch.delenv(name)
    assert ask(postgres, "SELECT current_database()") == "pantau"
    assert ask(postgres, "SELECT current_setting('data_directory')") == str(postgres.data_dir)
    assert not (tmp_path / "theirs").exists()


def test_a_path_too_long_or_odd_for_a_socket_gets_one_elsewhere(tmp_path: Path, cluster_template: Path) -> None:
    folder = tmp_path / f"Proyek MPP (baru) 50% {'x' * 100}"
    server = Postgres(folder / "postgres", throw_away=True, template=cluster_template)

    try:
        server.start()

        assert ask(server, "SELECT 1") == 1
        assert server.socket_dir.stat().st_mode & 0o077 == 0
    finally:
        server.stop()


def test_can_be_made_to_hang(postgres: Postgres) -> None:
    postgres.start()

    postgres.pause()

    head = psutil.Process(postgres.process.pid)
    assert wait_until(lambda: head.status() == psutil.STATUS_STOPPED, seconds=5)
    postgres.resume()
    assert ask(postgres, "SELECT 1") == 1


def test_says_where_to_look_when_it_cannot_start(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    with (postgres.data_dir / "postgresql.conf").open("a") as settings:
        settings.write("nonsense_setting = 1\n")

    with pytest.raises(ExpectedError, match=r"(?s)its log .*nonsense_setting"):
        postgres.start()

    assert not postgres.is_running()


def test_stopping_twice_or_after_it_died_is_fine(postgres: Postgres) -> None:
    postgres.start()
    os.kill(postgres.process.pid, signal.SIGQUIT)
    postgres.process.wait(10)

    postgres.stop()
    postgres.stop()

    assert not postgres.is_running()
