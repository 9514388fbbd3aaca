"""Text of others on a terminal: whatever it might obey is written out."""

from __future__ import annotations

import unicodedata

# Controls, marks that change the direction of a line, separators of lines and paragraphs, and halves of characters.
_ESCAPED = ("Cc", "Cf", "Zl", "Zp", "Cs")


def escaped(text: str) -> str:
    r"""Returns a text in which every character that a terminal might obey is written out, such as `\n` and `\x1b`."""
    return "".join(map(_escaped, text))


def is_obeyed(character: str) -> bool:
    """Whether a terminal might do something on a character instead of showing it."""
    return unicodedata.category(character) in _ESCAPED


def _escaped(character: str) -> str:
    if not is_obeyed(character):
        return character
    return character.encode("unicode_escape").decode("ascii")


def escaped_lines(text: str) -> str:
    """Returns a text of several lines in which all but the line ends is written out as in `escaped`."""
    return "\n".join(map(escaped, text.split("\n")))
