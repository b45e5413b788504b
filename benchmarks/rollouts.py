"""How does the product meet a rollout a hundred times the size of the real one, or with all its counters?"""

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User
from regions.models import DirtyProvince

IMPORTER = "importer@pantau-mpp.example"


INHABITED = 305
"""The rollout with so many inaugurated MPPs, and the counters and PKS of all institutions there."""


class Rollouts:
    """The rollout at 1x, at 100x and inhabited, each a database, of which `use` makes one that of the product."""

    def __init__(self) -> None:
        self._real = connections[DEFAULT_DB_ALIAS]
        self._sizes: dict[int, BaseDatabaseWrapper] = {1: self._real}

    def use(self, size: int) -> None:
        """Let everything that follows talk to the database of this size, over a connection that stays open."""
        if size not in self._sizes:
            self._make(size)
        connections[DEFAULT_DB_ALIAS] = self._sizes[size]
        connection.ensure_connection()

    def _make(self, size: int) -> None:
        self._real.creation.clone_test_db(str(size), verbosity=0)
        self._sizes[size] = copy = self._real.copy()
        copy.settings_dict |= self._real.creation.get_test_db_clone_settings(str(size))
        with copy.cursor() as cursor:
            for statement in _INHABIT if size == INHABITED else _GROW:
                cursor.execute(statement, {"copies": size - 1, "sites": size})
            cursor.execute("VACUUM ANALYZE")

    def close(self) -> None:
        """Leave only the database that was there before."""
        self.use(1)
        for size, copy in self._sizes.items():
            if copy is not self._real:
                copy.close()
                self._real.creation.destroy_test_db(suffix=str(size), verbosity=0)


def load() -> None:
    """Fill the empty database with the real rollout, and with pledges and PKS, of which there is no public record."""
    User.objects.create_user(IMPORTER)
    call_command("load_reference", verbosity=0)
    call_command("load_rollout", by=IMPORTER, verbosity=0)
    DirtyProvince.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in _PROMISED:
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")


# One in five: pledges that are overdue where nothing was inaugurated, PKS that end in four months.
_PROMISED = (
    """
    INSERT INTO commitments_pledge (regency_id, pledged_on, due_on, date_precision, source_url)
    SELECT id, '2024-01-01', '2024-12-31', 'year', '' FROM regions_regency WHERE is_autonomous AND id % 5 = 0
    """,
    """
    INSERT INTO commitments_agreement (kind, number, title, signed_on, valid_from, valid_until, site_id, source_url)
    SELECT 'pks', (SELECT min(id) FROM commitments_institution), 'PKS ' || id, '2024-01-01', '2024-01-01',
           current_date + 120, id, ''
    FROM regions_site WHERE id % 5 = 0
    """,
)

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
    _copies("commitments_pledge", regency_id=_moved("regency_id")),
    _copies("commitments_agreement", site_id=_moved("site_id"), title="entry.title || ' ' || n"),
    # Of the same days: those on which something is announced do not multiply with the units.
    _copies("taskforce_announcedfigure", value="entry.value + n * 1000"),
    *(
        _corrections(table, share, of_corrections=again)
        for table in _LEDGERS
        for share, again in ((10, False), (50, True))
    ),
)

_NEW_SITE = """
    INSERT INTO regions_site (regency_id, name, organiser, address, building, is_branch)
    SELECT regency.id, 'MPP baru', '', '', '', false FROM regions_regency regency
    WHERE regency.is_autonomous AND NOT EXISTS (SELECT FROM regions_site site WHERE site.regency_id = regency.id)
    ORDER BY regency.code
    LIMIT %(sites)s - (SELECT count(DISTINCT site_id) FROM regions_milestone milestone
        JOIN regions_site site ON site.id = site_id AND NOT site.is_branch WHERE stage = 'inaugurated')
"""
_INAUGURATE = """
    INSERT INTO regions_milestone
    SELECT copy.* FROM regions_milestone entry CROSS JOIN regions_site site
    CROSS JOIN LATERAL jsonb_populate_record(entry, jsonb_build_object(
        'id', 1000000 + site.id, 'site_id', site.id, 'ceremony_id', NULL, 'client_id', NULL
    )) copy
    WHERE entry.id = (SELECT min(id) FROM regions_milestone WHERE stage = 'inaugurated')
      AND site.name = 'MPP baru'
"""
# Every institution at every inaugurated MPP, and after that so many corrections as make it 10,000 entries.
_COUNTER = """
    INSERT INTO commitments_presence (
        state, channel, date_precision, reported_by_id, reported_at, reviewed_by_id, reviewed_at, review_note,
        source_url, note, withdraws, supersedes_id, site_id, institution_id, counter_opened_on, service_days, staff
    )
    SELECT 'verified', 'import', 'day', importer_id, '2026-01-01', importer_id, '2026-01-01', '',
           'sumber', {note}, false, {supersedes}, site_id, institution_id, {opened_on}, ARRAY[1, 2, 3, 4, 5],
           institution_id %% 7
    FROM ({where}) counter CROSS JOIN (SELECT id AS importer_id FROM accounts_user LIMIT 1) importer
"""
_INAUGURATED = """SELECT site_id, min(reached_on) AS since FROM regions_milestone
    JOIN regions_site site ON site.id = site_id AND NOT site.is_branch
    WHERE stage = 'inaugurated' GROUP BY site_id"""
_PAIRS = f"""SELECT site_id, since, institution.id AS institution_id
    FROM ({_INAUGURATED}) place CROSS JOIN commitments_institution institution"""
_SERVED = """
    INSERT INTO commitments_service (presence_id, name, channel, is_licence)
    SELECT presence.id, 'Layanan ' || n, 'direct', false
    FROM commitments_presence presence CROSS JOIN generate_series(1, 6) n
"""

_INHABIT = (
    # Row by row the triggers would take minutes; what is written here is as they would let it in.
    "SET session_replication_role = replica",
    _NEW_SITE,
    _INAUGURATE,
    _COUNTER.format(note="''", supersedes="NULL::bigint", opened_on="since", where=_PAIRS),
    _COUNTER.format(
        note="'koreksi'",
        supersedes="counter.id",
        opened_on="counter_opened_on",
        where="""SELECT * FROM commitments_presence ORDER BY id
            LIMIT 10000 - (SELECT count(*) FROM commitments_presence)""",
    ),
    _SERVED,
    f"""
    INSERT INTO commitments_agreement (kind, number, title, signed_on, valid_from, site_id, source_url)
    SELECT 'pks', institution_id, 'PKS ' || institution_id, since, since, site_id, ''
    FROM ({_PAIRS}) pair WHERE (site_id + institution_id) %% 3 <> 0
    """,
    """
    INSERT INTO commitments_signatory (agreement_id, institution_id, signed_on, signed_by, position, obligations)
    SELECT id, number::bigint, signed_on, '', '', '' FROM commitments_agreement WHERE kind = 'pks'
    """,
    "RESET session_replication_role",
)
