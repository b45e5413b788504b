"""The writes of the rollout that have rules."""
