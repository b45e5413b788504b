"""The writes of the task force that have rules, and those that keep figures true."""
