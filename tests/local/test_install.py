"""Does the installer know what is there, and say what is missing?"""

import ast
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "mpp_tracker" / "local" / "install.py"


@pytest.fixture
def install(tmp_path: Path) -> ModuleType:
    """The script, working in a folder of its own."""
    spec = importlib.util.spec_from_file_location("install_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    module.PYTHON = tmp_path / ".venv" / "bin" / "python"
    module.STAMP = tmp_path / ".venv" / "installed.json"
    module.LOG = tmp_path / "install.log"
    for name in (*module.RUNTIME, module.REDIS, module.DEV):
        (tmp_path / name).write_text(f"# {name}\n")
    return module


def test_an_old_python_can_read_it_as_far_as_the_sentence() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_needs_nothing_but_python() -> None:
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }

    assert names <= sys.stdlib_module_names


def stamped(install: ModuleType) -> dict[str, str]:
    """An environment that is complete; returns what is wanted of it."""
    wanted = {"run": install.fingerprint(*install.RUNTIME, install.REDIS)}
    install.PYTHON.parent.mkdir(parents=True)
    install.PYTHON.touch()
    install.STAMP.write_text(json.dumps(wanted))
    return wanted


def test_a_complete_environment_is_left_as_it_is(install: ModuleType) -> None:
    stamped(install)

    assert install.main([]) == 0
    assert not install.LOG.exists()


def test_without_the_stamp_it_is_half_made(install: ModuleType) -> None:
    wanted = stamped(install)
    install.STAMP.unlink()

    assert not install.is_done(wanted)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"run": "of another day"}'])
def test_a_stamp_of_another_kind_does_not_count(install: ModuleType, text: str) -> None:
    wanted = stamped(install)
    install.STAMP.write_text(text)

    assert not install.is_done(wanted)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-local.txt", "requirements-redis.txt"])
def test_changed_requirements_are_noticed(install: ModuleType, name: str) -> None:
    stamped(install)
    (install.ROOT / name).write_text("something==2\n")

    assert not install.is_done({"run": install.fingerprint(*install.RUNTIME, install.REDIS)})


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("Retrying (Retry(total=0)) after NewConnectionError('…')", "no way to the package index"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("ERROR: No matching distribution found for x==1", "No matching distribution found for x==1"),
    ],
)
def test_says_why_pip_failed(install: ModuleType, log: str, sentence: str) -> None:
    install.LOG.write_text(log)

    assert sentence in install.why_pip_failed("requirements.txt")


@pytest.mark.parametrize(
    ("says", "version"),
    [("Redis server v=7.0.15 sha=0", (7, 0)), ("Redis server v=6.0.16", (6, 0)), ("no idea", (0, 0))],
)
def test_reads_the_version_of_a_redis(install: ModuleType, tmp_path: Path, says: str, version: tuple[int, int]) -> None:
    program = tmp_path / "redis-server"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)

    assert install.version_of(str(program)) == version


def test_takes_a_redis_on_the_path_where_none_compiles(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(install, "run_pip", lambda name: False)
    monkeypatch.setattr(install.shutil, "which", lambda name: "/usr/bin/redis-server")
    monkeypatch.setattr(install, "version_of", lambda path: (7, 0))

    install.install_redis()

    assert "/usr/bin/redis-server is used instead" in capsys.readouterr().out


def test_says_what_to_install_where_there_is_no_redis_at_all(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(install, "run_pip", lambda name: False)
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    install.LOG.write_text("error: command 'cc' failed")

    with pytest.raises(install.InstallError, match=r"install a C compiler .* or redis-server 6\.2"):
        install.install_redis()


def test_an_environment_whose_python_is_gone_is_not_usable(install: ModuleType) -> None:
    install.PYTHON.parent.mkdir(parents=True)
    install.PYTHON.symlink_to("/nowhere/python")

    assert not install.is_usable()
