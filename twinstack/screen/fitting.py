"""Text that fits a screen: lines broken and cut by the columns that characters take."""

from __future__ import annotations

from itertools import takewhile

from rich.cells import cell_len, set_cell_size

from twinstack.screen.escaping import escaped

# A terminal of the usual width; a log gets the same lines.
WIDTH = 80


def alike_at_first(one: str, other: str) -> int:
    """Returns with how many characters two texts begin alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def columns(text: str) -> int:
    """Returns how many columns of a terminal a text takes."""
    return cell_len(text)


def cut(text: str, room: int) -> str:
    """Returns a text that takes no more than so many columns; what is cut off is marked."""
    return text if columns(text) <= room else f"{set_cell_size(text, room - 2).rstrip()} …"


def filled(text: str, room: int) -> str:
    """Returns a text with blanks after it, up to so many columns."""
    return text + " " * (room - columns(text))


def wrapped(
    text: str, indent: str = "", width: int = WIDTH, *, whole_words: bool = True, further: str | None = None
) -> list[str]:
    """Returns a text as lines of no more columns than the width; further lines are indented by four more.

    Args:
        text: The text; its control characters are escaped.
        indent: What the first line begins with.
        width: How many columns there are.
        whole_words: Whether a word that is longer than a line stays whole, so that it can be copied.
        further: What further lines begin with, where that is something else.
    """
    lines: list[str] = []
    line = indent
    if further is None:
        further = f"{indent}    " if whole_words else indent
    for word in escaped(text).split():
        if line.strip() and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line = further
        line += f" {word}" if line.strip() else word
        while not whole_words and columns(line) > width:
            head = set_cell_size(line, width).rstrip()
            lines.append(head)
            line = further + line[len(head) :]
    return [*lines, line] if line.strip() or not lines else lines
