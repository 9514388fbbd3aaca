"""Scans the generated templates with other people's rules, and compares with what docs/decisions.md accepts.

It runs in an environment of its own: `.venv-scan/bin/python -m template_scans`, which is part of `make lint`.
"""
