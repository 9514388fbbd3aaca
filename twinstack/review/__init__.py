"""Holds what AWS would do against what was shown; pure."""
