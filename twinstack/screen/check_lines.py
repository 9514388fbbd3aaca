"""What was looked at before or after an operation, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from twinstack.screen.fitting import wrapped

if TYPE_CHECKING:
    from twinstack.screen.payloads import CheckRow

_COLOURS = {"ok": "green", "failed": "bold red", "unknown": "yellow"}
_INDENT = " " * 11


def check_lines(rows: Sequence[CheckRow]) -> Iterator[tuple[str, str]]:
    """Yields every check with its verdict, and what to do where it is not as it must be: lines and their styles."""
    for row in rows:
        for line in wrapped(f"{row['check']}: {row['said']}", f"  {row['verdict']:<8}", further=_INDENT):
            yield line, _COLOURS[row["verdict"]]
        for line in wrapped(row["fix"], _INDENT) if row["fix"] and row["verdict"] != "ok" else ():
            yield line, ""


def preflight_lines(rows: Sequence[CheckRow], *, verbose: bool) -> Iterator[tuple[str, str]]:
    """Yields what was looked at before a deployment: in short, unless something is not as it must be."""
    if verbose or any(row["verdict"] == "failed" for row in rows):
        yield "Preflight", "bold"
        yield from check_lines(rows)
        return
    unknown = [_kind(row["check"]) for row in rows if row["verdict"] == "unknown"]
    well = f"{len(rows) - len(unknown)} looked at, all well" if len(unknown) < len(rows) else "nothing is known"
    kinds = ", ".join(dict.fromkeys(unknown))
    rest = f"; {len(unknown)} not known ({kinds}), -v says why" if unknown else ""
    for line in wrapped(well + rest, "Preflight:", further=_INDENT):
        yield line, ""
    for row in rows:
        if row["verdict"] == "ok" and row["fix"]:
            for line in wrapped(f"{row['check']}: {row['said']}; {row['fix']}", "  "):
                yield line, ""


def _kind(check: str) -> str:
    """Returns what kind of check it is: `quota` of `quota of VPCs (us-east-1)`."""
    return check.partition(" (")[0].partition(" of ")[0]
