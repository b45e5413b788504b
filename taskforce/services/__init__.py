"""The writes of the task force that keep what is computed true to what was recorded."""

from taskforce.services.figures import backfill, rebuild, recompute_dirty_provinces

__all__ = ["backfill", "rebuild", "recompute_dirty_provinces"]
