"""Are Django's commands run with a sentence, and never a password, for what may go wrong?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpp_tracker.local.commands import split

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def var(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    return tmp_path


def run(var: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mpp_tracker.local.commands", *command],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(var)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def test_commands_are_separated_by_a_plus() -> None:
    assert list(split(["migrate", "-v", "0", "+", "check", "+", "load", "--by", "a+b"])) == [
        ["migrate", "-v", "0"],
        ["check"],
        ["load", "--by", "a+b"],
    ]


def test_runs_each_in_turn(var: Path) -> None:
    done = run(var, "check", "+", "diffsettings", "--output", "unified")

    assert done.returncode == 0
    assert "no issues" in done.stdout
    assert "DJANGO_SETTINGS_MODULE" in done.stdout or "INSTALLED_APPS" in done.stdout


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        ("DATABASE_URL", "postgresql://pantau:s3cr%65t@127.0.0.1:1/pantau"),
        ("DATABASE_URL", "postgresql://pantau:s3cr%65t@/pantau?host=/nowhere"),
        ("DATABASE_URL", "postgresql://pantau:s3cr%65t@127.0.0.1:notaport/pantau"),
        ("DATABASE_URL", "nosuch://pantau:s3cr%65t@127.0.0.1/pantau"),
        ("DATABASE_URL", "sqlite:///s3cr%65t"),
        ("REDIS_URL", "redis://:s3cr%65t@127.0.0.1:1/0"),
        ("REDIS_URL", "unix:///nowhere/redis.sock?password=s3cr%65t"),
        ("REDIS_URL", "s3cr%65t"),
    ],
)
def test_an_address_that_leads_nowhere_gets_a_sentence_without_the_password(
    var: Path, variable: str, address: str
) -> None:
    done = run(var, "check", **{variable: address})

    assert done.returncode == 1
    assert variable in done.stdout
    assert done.stdout.count("\n") == 1
    assert "s3cr" not in done.stdout


def test_a_setting_of_the_wrong_kind_gets_a_sentence(var: Path) -> None:
    done = run(var, "check", LOG_LEVEL="loud")

    assert done.returncode == 1
    assert done.stdout.startswith("A setting in the environment is wrong: ")
    assert "LOG_LEVEL" in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_refusal_is_told_in_the_commands_own_words(var: Path) -> None:
    done = run(var, "loaddata", "no-such-file")

    assert done.returncode == 1
    assert done.stdout.startswith("loaddata: No fixture named 'no-such-file' found.")
    assert "Traceback" not in done.stdout


def test_a_fault_of_ours_leaves_its_traceback_in_the_log(var: Path) -> None:
    unwritable = var / "nowhere" / "out.json"

    done = run(var, "dumpdata", "contenttypes", "--output", str(unwritable))

    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stdout
