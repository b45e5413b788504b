"""Which folder does each of several test processes write into?

Loaded before everything else (`-p tests.workers`): the settings read the environment once. Its database each
worker gets from pytest-django.
"""

import os
from pathlib import Path

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    folder = Path(os.environ["VAR_DIR"]) / worker
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["VAR_DIR"] = str(folder)
