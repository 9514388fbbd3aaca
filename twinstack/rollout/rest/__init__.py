"""Brings stacks to rest before a run begins."""
