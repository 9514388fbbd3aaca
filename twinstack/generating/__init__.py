"""Writes `generated/` from `templates_src`, and what else is made with it."""
