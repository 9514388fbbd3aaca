"""Drift: what was changed by hand, told from what only looks like it."""
