"""What does each page show, as tables of all its rows? The page's own report goes in; nothing is counted here."""

from dashboard.tables.announced import announced_tables
from dashboard.tables.explain import explain_tables
from dashboard.tables.forecast import forecast_tables, next_best_tables
from dashboard.tables.nation import atlas_tables, nation_tables, stage_tables
from dashboard.tables.places import province_tables, regency_tables, site_tables
from dashboard.tables.pledges import pledges_tables
from dashboard.tables.presence import commitments_tables, gaps_tables
from dashboard.tables.readiness import readiness_tables
from dashboard.tables.work import alert_tables, ceremony_tables, queue_tables

__all__ = [
    "alert_tables",
    "announced_tables",
    "atlas_tables",
    "ceremony_tables",
    "commitments_tables",
    "explain_tables",
    "forecast_tables",
    "gaps_tables",
    "nation_tables",
    "next_best_tables",
    "pledges_tables",
    "province_tables",
    "queue_tables",
    "readiness_tables",
    "regency_tables",
    "site_tables",
    "stage_tables",
]
