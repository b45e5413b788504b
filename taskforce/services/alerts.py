"""Which alerts are there now: raised where a cause is found, cleared where it is gone, and what is done about them?

Every rule is one statement that puts what it finds into a table of the transaction; what is found is then held
against the open alerts. It runs under an advisory lock: two evaluations at once wait for each other, and one that
runs twice changes nothing. What is in force, covered or current comes from the SQL of `taskforce.coverage`.
docs/decisions/0012-alerts.md says what each rule leaves out, and why.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.models import Agreement, Institution
from mpp_tracker.lib.language import in_indonesian
from regions.choices import EntryState, OperatingStatus, Stage
from regions.models import still_permitted
from taskforce.announced import counts_announced
from taskforce.choices import AlertKind, Counting, Layer, Priority, RunKind, Severity
from taskforce.coverage import AT_SITE, STAGES, Standpoint, in_force, ledger, stands
from taskforce.models import ActionItem, Alert, AlertRule
from taskforce.services.actions import plan

# Any number that nothing else in the database locks on.
_LOCK = 509_2025

_GONE = _("Sebab peringatan ini sudah tidak ada.")


@dataclass(frozen=True)
class Evaluation:
    """How many alerts an evaluation of all rules raised, changed and cleared."""

    raised: int
    changed: int
    """Still open, with another detail or area."""
    cleared: int


@transaction.atomic
def evaluate(*, today: date | None = None) -> Evaluation:
    """Bring the alerts in line with what the rules find on `today`.

    Args:
        today: None is the day it is when the evaluation's turn has come, however long what went before took: one that
            began before midnight must not undo what another found after it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        today = today or timezone.localdate()
        asked = {**Standpoint(today).parameters, "zone": timezone.get_default_timezone_name()}
        cursor.execute(_FOUND)
        for statement in _FIND.values():
            cursor.execute(statement, asked)
        _find_endings(cursor, today)
        _find_announcements(cursor, today)
        for statement in _WANTED:
            cursor.execute(statement)
        counts = {}
        # Keys checked only at the end of the transaction would make every version that a trigger writes wade through
        # all that wait for it: the time would grow with the square of the alerts.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for what, statement in _APPLY.items():
            cursor.execute(statement, asked)
            counts[what] = cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("DROP TABLE found, wanted")
    return Evaluation(**counts)


@transaction.atomic
def acknowledge(alert: Alert, *, note: str = "", by: User) -> Alert:
    """Note that somebody has seen an alert; a second time, and for whoever comes second, nothing changes.

    Raises:
        PermissionDenied: the alert is not of the turf of `by`.
        ValidationError: its cause is gone already.
    """
    permitted = Alert.objects.editable_by(by)
    unseen = permitted.open().filter(pk=alert.pk, acknowledged_at__isnull=True)
    unseen.update(acknowledged_by=by, acknowledged_at=timezone.now(), note=note.strip())
    row = still_permitted(permitted.with_subjects(), alert)
    if row.acknowledged_at is None:
        raise ValidationError(_GONE, code="cleared")
    return row


@transaction.atomic
def follow_up(alert: Alert, *, by: User, today: date) -> ActionItem:
    """Make an action item of an alert, which is then seen too; while one is open, return that.

    It is the region's to do where the alert is about one, and the Ministry's where only the Ministry can end the cause.

    Raises:
        PermissionDenied: `by` does not steer the task force.
        ValidationError: its cause is gone already.
    """
    # Two who ask at once wait for each other.
    row = Alert.objects.editable_by(by).with_subjects().select_for_update(of=("self",)).filter(pk=alert.pk).first()
    if row is None:
        raise PermissionDenied
    if (known := row.items.open().first()) is not None:
        return known
    if not row.is_open:
        raise ValidationError(_GONE, code="cleared")
    acknowledge(row, by=by)
    return plan(_item_about(row, today=today), by=by)


@in_indonesian
def _item_about(row: Alert, *, today: date) -> ActionItem:
    is_ours = row.kind in _OURS or row.province is None
    return ActionItem(
        alert=row,
        title=f"{row.kind.label}: {row.about}"[:200],
        description=row.sentence,
        owner=Institution.objects.get(abbreviation=MINISTRY) if is_ours else None,
        decided_on=today,
        due_on=today + timedelta(days=FOLLOW_UP_DAYS),
        priority=_PRIORITIES[row.severity],
        **_place(row),
    )


def _place(alert: Alert) -> dict[str, Any]:
    """Return the one place that an item about what `alert` is about names: none for the nation."""
    site = alert.site or (alert.agreement and alert.agreement.site)
    places = {"site": site, "regency": alert.regency, "province": alert.province}
    return next(({name: place} for name, place in places.items() if place is not None), {})


FOLLOW_UP_DAYS = 30
"""So long whoever is to act on an alert has, unless the item is given another deadline. An assumption."""

MINISTRY = "PANRB"
"""The institution that decides on proposals, keeps the figures and signs for the nation."""

_OURS = {AlertKind.PROPOSAL_WAITING, AlertKind.FIGURES_LATE, AlertKind.FIGURES_DRIFTED, AlertKind.ANNOUNCED_DIFFERS}
_PRIORITIES = {
    Severity.URGENT: Priority.HIGH,
    Severity.ATTENTION: Priority.NORMAL,
    Severity.NOTE: Priority.LOW,
}

# --- What the rules find -----------------------------------------------------------------------------------
# Closed lists and fragments only; values go in as parameters.

_FOUND = """
    CREATE TEMPORARY TABLE found (
        rule_id bigint, site_id bigint, pledge_id bigint, agreement_id bigint, figure_id bigint, province_id bigint,
        since date, detail jsonb NOT NULL DEFAULT '{}'
    ) ON COMMIT DROP
"""


def _rule(kind: AlertKind, condition: str = "true") -> str:
    """Return the join with the rules of a kind that are in use."""
    return f"JOIN taskforce_alertrule rule ON rule.kind = '{kind}' AND rule.is_active AND {condition}"


def _all(stages: set[Stage]) -> str:
    return ", ".join(f"'{stage}'" for stage in sorted(stages))


_DECIDED = _all({Stage.APPROVED, Stage.READY, Stage.INAUGURATED})
_REACHED = "entry.site_id, entry.stage, entry.reached_on, entry.date_precision"
_EXACTLY = "jsonb_build_object('date_precision', {})"
# Nobody waits for news or progress of an MPP that was given up.
_GIVEN_UP = f"""NOT EXISTS (
              SELECT FROM at_site
              WHERE at_site.site_id = {{site}}.site_id AND at_site.status = '{OperatingStatus.STOPPED}'
          )"""

_FIND = {
    # `regions.reports` says the same of the sites that an officer sees; a test holds the two together.
    AlertKind.SITE_SILENT: f"""
        -- Of branches too, which the ledger leaves out.
        WITH operating AS (
            SELECT site.regency_id AS holder_id, entry.*
            FROM regions_operatingrecord entry JOIN regions_site site ON site.id = entry.site_id
            WHERE {stands("regions_operatingrecord", Layer.VERIFIED)}
        ),
        {AT_SITE},
        news AS (
            SELECT site_id, (max(said_at) AT TIME ZONE %(zone)s)::date AS said_on
            FROM (
                SELECT site_id, reported_at AS said_at FROM regions_milestone WHERE state <> '{EntryState.DRAFT}'
                UNION ALL
                SELECT site_id, reported_at FROM regions_operatingrecord WHERE state <> '{EntryState.DRAFT}'
                UNION ALL
                SELECT site_id, confirmed_at FROM regions_confirmation
            ) said
            GROUP BY site_id
        ),
        heard AS (
            SELECT site.id AS site_id, news.said_on FROM regions_site site LEFT JOIN news ON news.site_id = site.id
        )
        INSERT INTO found (rule_id, site_id, since)
        SELECT rule.id, heard.site_id, heard.said_on
        FROM heard
        {_rule(AlertKind.SITE_SILENT, "(said_on IS NULL OR %(as_at)s::date - said_on > rule.threshold)")}
        WHERE {_GIVEN_UP.format(site="heard")}
    """,
    AlertKind.STAGE_UNCHANGED: f"""
        WITH {ledger(Layer.VERIFIED, supposed="")},
        {AT_SITE},
        reached AS ({in_force("regions_milestone", _REACHED, Layer.VERIFIED)}
        ),
        furthest AS (
            -- By name the most exact comes first: day, month, year.
            SELECT DISTINCT ON (site_id) site_id, stage, reached_on, date_precision
            FROM reached JOIN {STAGES} USING (stage)
            WHERE reached_on <= %(as_at)s::date
            ORDER BY site_id, position DESC, reached_on, date_precision
        )
        INSERT INTO found (rule_id, site_id, since, detail)
        SELECT rule.id, furthest.site_id, furthest.reached_on, {_EXACTLY.format("furthest.date_precision")}
        FROM furthest
        {
        _rule(
            AlertKind.STAGE_UNCHANGED,
            "rule.stage = furthest.stage AND %(as_at)s::date - furthest.reached_on > rule.threshold",
        )
    }
        WHERE {_GIVEN_UP.format(site="furthest")}
    """,
    # A proposal waits from the day it was handed in, whether or not its report was looked at; only the Ministry's
    # own word, verified, ends that.
    AlertKind.PROPOSAL_WAITING: f"""
        WITH proposed AS ({in_force("regions_milestone", _REACHED, Layer.REPORTED)}
              AND entry.stage = '{Stage.PROPOSED}' AND entry.reached_on <= %(as_at)s::date
        ),
        decided AS ({in_force("regions_milestone", _REACHED, Layer.VERIFIED)}
              AND entry.stage IN ({_DECIDED}) AND entry.reached_on <= %(as_at)s::date
        ),
        waiting AS (
            SELECT DISTINCT ON (site_id) site_id, reached_on AS since, date_precision FROM proposed
            WHERE site_id NOT IN (SELECT site_id FROM decided)
            ORDER BY site_id, reached_on DESC, date_precision
        )
        INSERT INTO found (rule_id, site_id, since, detail)
        SELECT rule.id, waiting.site_id, waiting.since, {_EXACTLY.format("waiting.date_precision")}
        FROM waiting
        {_rule(AlertKind.PROPOSAL_WAITING, "%(as_at)s::date - waiting.since > rule.threshold")}
    """,
    # `taskforce.pledges` says what becomes of a pledge; a test holds the two together.
    AlertKind.PLEDGE_OVERDUE: f"""
        WITH {ledger(Layer.VERIFIED, supposed="")},
        promise AS (
            SELECT pledge.id, pledge.regency_id, coalesce(latest.due_on, pledge.due_on) AS due_on,
                   coalesce(latest.date_precision, pledge.date_precision) AS date_precision
            FROM commitments_pledge pledge
            LEFT JOIN LATERAL (
                SELECT revision.due_on, revision.date_precision FROM commitments_pledgerevision revision
                WHERE revision.pledge_id = pledge.id AND revision.revised_on <= %(as_at)s::date
                ORDER BY revision.revised_on DESC LIMIT 1
            ) latest ON true
            WHERE pledge.pledged_on <= %(as_at)s::date
        )
        INSERT INTO found (rule_id, pledge_id, since, detail)
        SELECT rule.id, promise.id, promise.due_on, {_EXACTLY.format("promise.date_precision")}
        FROM promise
        {_rule(AlertKind.PLEDGE_OVERDUE, "%(as_at)s::date - promise.due_on > rule.threshold")}
        WHERE NOT EXISTS (
            SELECT FROM covered
            WHERE covered.holder_id = promise.regency_id
              AND covered.counting = '{Counting.INAUGURATED}' AND covered.days @> %(as_at)s::date
        )
    """,
    # The day of closing is the first day closed.
    AlertKind.OPERATION_SUSPENDED: f"""
        WITH {ledger(Layer.VERIFIED, supposed="")},
        {AT_SITE},
        suspended AS (
            SELECT DISTINCT ON (at_site.site_id) at_site.site_id, operating.since, operating.date_precision
            FROM at_site JOIN operating ON operating.site_id = at_site.site_id
            WHERE at_site.status = '{OperatingStatus.SUSPENDED}' AND operating.status = '{OperatingStatus.SUSPENDED}'
              AND operating.since <= %(as_at)s::date
              AND operating.since > coalesce((
                  SELECT max(other.since) FROM operating other
                  WHERE other.site_id = at_site.site_id AND other.status <> '{OperatingStatus.SUSPENDED}'
                    AND other.since < at_site.since
              ), '-infinity')
            ORDER BY at_site.site_id, operating.since, operating.date_precision
        )
        INSERT INTO found (rule_id, site_id, since, detail)
        SELECT rule.id, suspended.site_id, suspended.since, {_EXACTLY.format("suspended.date_precision")}
        FROM suspended
        {_rule(AlertKind.OPERATION_SUSPENDED, "%(as_at)s::date - suspended.since + 1 > rule.threshold")}
    """,
    AlertKind.FIGURES_LATE: f"""
        WITH late AS (
            SELECT province_id, (min(marked_at) AT TIME ZONE %(zone)s)::date AS since
            FROM regions_dirtyprovince GROUP BY province_id
            UNION ALL
            -- Until its first night a new installation rests on what was computed when it was filled.
            SELECT NULL, coalesce(max(last_day) FILTER (WHERE kind = '{RunKind.REBUILD}'), min(last_day))
            FROM taskforce_coveragerun WHERE finished_at IS NOT NULL AND error = ''
        )
        INSERT INTO found (rule_id, province_id, since)
        SELECT rule.id, late.province_id, late.since
        FROM late
        {_rule(AlertKind.FIGURES_LATE, "(late.since IS NULL OR %(as_at)s::date - late.since > rule.threshold)")}
    """,
    AlertKind.FIGURES_DRIFTED: f"""
        WITH latest AS (
            SELECT (started_at AT TIME ZONE %(zone)s)::date AS since, drift_count
            FROM taskforce_coveragerun
            WHERE kind = '{RunKind.REBUILD}' AND finished_at IS NOT NULL AND error = ''
            ORDER BY started_at DESC, id DESC LIMIT 1
        )
        INSERT INTO found (rule_id, since, detail)
        SELECT rule.id, latest.since, jsonb_build_object('count', latest.drift_count)
        FROM latest
        {_rule(AlertKind.FIGURES_DRIFTED, "latest.drift_count > rule.threshold AND latest.since <= %(as_at)s::date")}
    """,
}


def _find_endings(cursor: CursorWrapper, today: date) -> None:
    """Find the agreements that end within the threshold of their rule, or ended no longer ago than that."""
    for rule in AlertRule.objects.filter(kind=AlertKind.AGREEMENT_ENDING, is_active=True):
        near = timedelta(days=rule.threshold)
        ending: Any = Agreement.objects.ending_between(today - near, today + near).filter(valid_from__lte=today)
        statement, parameters = ending.order_by().values_list("pk", "ends_on").query.sql_with_params()
        cursor.execute(
            f"""
            INSERT INTO found (rule_id, agreement_id, since, detail)
            SELECT %s, id, greatest(valid_from, ends_on - %s), jsonb_build_object('ends_on', ends_on)
            FROM ({statement}) AS ending (id, ends_on) JOIN commitments_agreement agreement USING (id)
            """,
            [rule.pk, rule.threshold, *parameters],
        )


def _find_announcements(cursor: CursorWrapper, today: date) -> None:
    """Find the announced figures of coverage that the ledger gives otherwise in their own definition."""
    counts = counts_announced(Standpoint(today))
    given: dict[str, Any] = {"figures": list(counts), "given": list(counts.values())}
    cursor.execute(_ANNOUNCED, given)


_ANNOUNCED = f"""
    INSERT INTO found (rule_id, figure_id, since, detail)
    SELECT rule.id, figure.id, figure.announced_on, jsonb_build_object('ledger', counted.given)
    FROM unnest(%(figures)s::bigint[], %(given)s::int[]) AS counted (id, given)
    JOIN taskforce_announcedfigure figure USING (id)
    {_rule(AlertKind.ANNOUNCED_DIFFERS, "abs(figure.value - counted.given) > rule.threshold")}
"""

# --- What that makes of the alerts -------------------------------------------------------------------------

_WANTED = (
    """
    CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
    SELECT found.rule_id, found.site_id, found.pledge_id, found.agreement_id, found.figure_id,
           regency.id AS regency_id, coalesce(regency.province_id, found.province_id) AS province_id,
           found.since, found.detail,
           CASE
               WHEN found.site_id IS NOT NULL THEN 'site:' || found.site_id
               WHEN found.pledge_id IS NOT NULL THEN 'pledge:' || found.pledge_id
               WHEN found.agreement_id IS NOT NULL THEN 'agreement:' || found.agreement_id
               WHEN found.figure_id IS NOT NULL THEN 'figure:' || found.figure_id
               WHEN found.province_id IS NOT NULL THEN 'province:' || found.province_id
               ELSE 'nation'
           END AS subject
    FROM found
    LEFT JOIN commitments_agreement agreement ON agreement.id = found.agreement_id
    LEFT JOIN commitments_pledge pledge ON pledge.id = found.pledge_id
    LEFT JOIN regions_site site ON site.id = coalesce(found.site_id, agreement.site_id)
    LEFT JOIN regions_regency regency ON regency.id = coalesce(site.regency_id, pledge.regency_id)
    """,
    "ANALYZE wanted",
)
_SAME = "wanted.rule_id = alert.rule_id AND wanted.subject = alert.subject"
_APPLY = {
    # A cause that began after the alert was raised is another one: the first was gone in between.
    "cleared": f"""
        UPDATE taskforce_alert alert SET cleared_on = greatest(%(as_at)s::date, alert.raised_on)
        WHERE alert.cleared_on IS NULL AND NOT EXISTS (
            SELECT FROM wanted WHERE {_SAME} AND (wanted.since IS NULL OR wanted.since <= alert.raised_on)
        )
    """,
    "changed": f"""
        UPDATE taskforce_alert alert
        SET since = wanted.since, detail = wanted.detail,
            regency_id = wanted.regency_id, province_id = wanted.province_id
        FROM wanted
        WHERE alert.cleared_on IS NULL AND {_SAME}
          AND (alert.since, alert.detail, alert.regency_id, alert.province_id)
              IS DISTINCT FROM (wanted.since, wanted.detail, wanted.regency_id, wanted.province_id)
    """,
    "raised": f"""
        INSERT INTO taskforce_alert (
            rule_id, subject, site_id, pledge_id, agreement_id, figure_id, regency_id, province_id,
            since, detail, raised_on, note
        )
        SELECT rule_id, subject, site_id, pledge_id, agreement_id, figure_id, regency_id, province_id,
               since, detail, %(as_at)s::date, ''
        FROM wanted
        WHERE NOT EXISTS (SELECT FROM taskforce_alert alert WHERE alert.cleared_on IS NULL AND {_SAME})
        ORDER BY rule_id, subject
    """,
}
