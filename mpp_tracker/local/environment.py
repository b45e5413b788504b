"""Which environment do our processes get, whatever stands in the one we were started from?"""

from collections.abc import Mapping
from pathlib import Path

from mpp_tracker.local.postgres import without_pg

ROOT = Path(__file__).resolve().parents[2]

# Both outrank our settings: with another project's CELERY_BROKER_URL set, jobs would go to its queue.
_OUTRANKS_SETTINGS = ("CELERY_", "GUNICORN_CMD_ARGS")


def clean(environment: Mapping[str, str], *, own_database: bool) -> dict[str, str]:
    """Return `environment` without what would lead our programs elsewhere.

    Args:
        environment: usually `os.environ`.
        own_database: also drop libpq's PG* variables. Kept for a database somebody else runs,
            because its address may lean on them (PGPASSFILE, PGSSLROOTCERT).
    """
    kept = {name: value for name, value in environment.items() if not name.startswith(_OUTRANKS_SETTINGS)}
    kept = without_pg(kept) if own_database else kept
    return kept | {"DJANGO_SETTINGS_MODULE": "mpp_tracker.settings", "PYTHONUNBUFFERED": "1"}
