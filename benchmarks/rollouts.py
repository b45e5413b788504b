"""How does the product meet a rollout a hundred times the size of the real one?"""

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User
from regions.models import DirtyProvince

IMPORTER = "importer@pantau-mpp.example"


class Rollouts:
    """Two databases, the rollout at 1x and at 100x, of which `use` makes one that of the product."""

    def __init__(self) -> None:
        self._real = connections[DEFAULT_DB_ALIAS]
        self._sizes: dict[int, BaseDatabaseWrapper] = {1: self._real}

    def grow(self, size: int) -> None:
        """Make a database of this size."""
        self._real.creation.clone_test_db(str(size), verbosity=0)
        self._sizes[size] = copy = self._real.copy()
        copy.settings_dict |= self._real.creation.get_test_db_clone_settings(str(size))
        with copy.cursor() as cursor:
            for statement in _GROW:
                cursor.execute(statement, {"copies": size - 1})
            cursor.execute("VACUUM ANALYZE")

    def use(self, size: int) -> None:
        """Let everything that follows talk to the database of this size, over a connection that stays open."""
        connections[DEFAULT_DB_ALIAS] = self._sizes[size]
        connection.ensure_connection()

    def close(self) -> None:
        """Leave only the database that was there before."""
        self.use(1)
        for size, copy in self._sizes.items():
            if copy is not self._real:
                copy.close()
                self._real.creation.destroy_test_db(suffix=str(size), verbosity=0)


def load() -> None:
    """Fill the empty database with the real rollout."""
    User.objects.create_user(IMPORTER)
    call_command("load_reference", verbosity=0)
    call_command("load_rollout", by=IMPORTER, verbosity=0)
    DirtyProvince.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# The copy `n` of row `id` has the id `id + n * STRIDE`, in every table, so that keys need no looking up.
_STRIDE = 100_000


def _copies(table: str, **changes: str) -> str:
    """Return SQL that copies each row of `table`, with `changes` (column to expression) made in every copy."""
    changed = ", ".join(f"'{column}', {value}" for column, value in changes.items())
    return f"""
        INSERT INTO {table}
        SELECT copy.* FROM {table} entry CROSS JOIN generate_series(1, %(copies)s) n
        CROSS JOIN LATERAL jsonb_populate_record(
            entry, jsonb_build_object('id', {_moved("id")}, {changed})
        ) copy
    """


def _moved(key: str) -> str:
    return f"entry.{key} + n * {_STRIDE}"


def _earlier(day: str) -> str:
    """Spread a day over four weeks; the last day of a month or year has to stay one."""
    return f"CASE WHEN entry.date_precision = 'day' THEN entry.{day} - n %% 28 ELSE entry.{day} END"


def _corrections(table: str, share: int, *, of_corrections: bool) -> str:
    """Return SQL that supersedes one in `share` of the entries by an entry that says the same."""
    return f"""
        INSERT INTO {table}
        SELECT copy.* FROM {table} entry CROSS JOIN LATERAL jsonb_populate_record(
            entry, jsonb_build_object(
                'id', entry.id + {_STRIDE // 4 if of_corrections else _STRIDE // 2},
                'supersedes_id', entry.id, 'note', 'koreksi'
            )
        ) copy
        WHERE entry.id %% {share} = 0 AND (entry.supersedes_id IS NOT NULL) = {of_corrections}
    """


_LEDGERS = {"regions_milestone": "reached_on", "regions_operatingrecord": "since"}

_GROW = (
    "ALTER TABLE regions_regency DROP CONSTRAINT regions_regency_code_format",
    _copies(
        "regions_regency",
        code="to_hex(entry.id * 100 + n)",
        name="entry.name || ' ' || n",
        served_by_id=_moved("served_by_id"),
    ),
    _copies(
        "regions_formerprovince",
        regency_id=_moved("regency_id"),
    ),
    _copies("regions_site", regency_id=_moved("regency_id")),
    *(
        _copies(table, site_id=_moved("site_id"), supersedes_id=_moved("supersedes_id"), **{day: _earlier(day)})
        for table, day in _LEDGERS.items()
    ),
    *(
        _corrections(table, share, of_corrections=again)
        for table in _LEDGERS
        for share, again in ((10, False), (50, True))
    ),
)
