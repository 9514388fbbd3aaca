"""Foreign text in GitHub's Markdown: it breaks no table, makes no markup, and calls nobody's attention.

See https://github.github.com/gfm/ (tables, entity references)
"""

from __future__ import annotations

import re

# A span of code loses a space at each end, so that one with spaces there is not written as one.
_PLAIN = re.compile(r"(?! )[A-Za-z0-9 :./,=()-]+(?<! )")
# What is markup, or part of a table or of HTML; an underscore only where it is not inside a word.
_MARKUP = re.compile(r"[\\`*\[\]<>|~&@#]|(?<![^\W_])_+|_+(?![^\W_])")
# GitHub looks for these in the page, after entities are read; a space without width after them keeps it from that.
_CALLS = "@#"


def visible(text: str, longest: int) -> str:
    """Returns text in one line, its invisible characters written out, cut where it is too long."""
    shown = "".join(char if char.isprintable() else _written_out(char) for char in text)
    return shown if len(shown) <= longest else f"{shown[:longest]} … ({len(shown):,} characters)"


def prose(text: str, longest: int = 1000) -> str:
    """Returns text as words of a sentence."""
    return _MARKUP.sub(lambda found: "".join(map(_entity, found[0])), visible(text, longest))


def code(text: str, longest: int = 200) -> str:
    """Returns text as code inside a line or a table."""
    shown = visible(text, longest)
    if _PLAIN.fullmatch(shown):
        return f"`{shown}`"
    return f"<code>{''.join(char if char.isalnum() or char == ' ' else f'&#{ord(char)};' for char in shown)}</code>"


def fitted(lines: list[str], room: int, what: str) -> list[str]:
    """Returns the lines that fit into a number of characters; if not all do, with a sentence that says how many."""
    if sum(len(line) + 1 for line in lines) <= room:
        return lines
    used = len(_left_out(len(lines), what)) + 1
    for number, line in enumerate(lines):
        used += len(line) + 1
        if used > room:
            return [*lines[:number], _left_out(len(lines) - number, what)]
    return lines


def _left_out(number: int, what: str) -> str:
    return f"Left out: {number} of the {what}, since GitHub takes no longer comment."


def _written_out(char: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char, f"\\u{ord(char):04x}")


def _entity(char: str) -> str:
    return f"&#{ord(char)};" + ("&#8203;" if char in _CALLS else "")
