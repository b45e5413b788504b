"""What does each page show, as tables of all its rows? The page's own report goes in; nothing is counted here."""

from dashboard.tables.announced import announced_tables
from dashboard.tables.forecast import forecast_tables, next_best_tables
from dashboard.tables.nation import nation_tables
from dashboard.tables.places import province_tables
from dashboard.tables.pledges import pledges_tables
from dashboard.tables.presence import commitments_tables, gaps_tables
from dashboard.tables.readiness import readiness_tables
from dashboard.tables.work import alert_tables, queue_tables

__all__ = [
    "alert_tables",
    "announced_tables",
    "commitments_tables",
    "forecast_tables",
    "gaps_tables",
    "nation_tables",
    "next_best_tables",
    "pledges_tables",
    "province_tables",
    "queue_tables",
    "readiness_tables",
]
