"""The writes of commitments that check something, record who, or touch two tables."""
