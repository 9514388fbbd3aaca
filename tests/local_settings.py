"""What of a local AWS that runs a test sets for itself: how long a change of roles takes, how small a quota is."""

import json
from contextlib import contextmanager


@contextmanager
def local_settings(state, **settings):
    """Set inside `with` for the local AWS with this state folder (the command line's is `.local`).

    `role_change_seconds=0.2`, `quotas={"L-F678F1CE": 1, "eu-west-1/DBClusters": 0}`: see the plugin's `settings.py`.
    """
    file = state / "settings.json"
    before = file.read_text(encoding="utf-8") if file.exists() else None
    _write(file, json.dumps({**json.loads(before or "{}"), **settings}))
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            _write(file, before)


def _write(file, text):
    """At once and whole: the local AWS may be reading."""
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
