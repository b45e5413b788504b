"""Which servers does each of several test processes use?

Loaded before everything else (`-p tests.workers`): the settings read the environment once. Of its own each has a
PostgreSQL, because a transaction in any database of a server moves the version that a page is kept for.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from mpp_tracker.local.servers import throw_away_servers

SERVERS = ExitStack()

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.update(SERVERS.enter_context(throw_away_servers(Path(os.environ["VAR_DIR"]) / "test")))


def pytest_unconfigure() -> None:
    SERVERS.close()
