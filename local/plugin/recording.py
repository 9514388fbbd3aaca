"""Which properties a provisioner reads: what nobody asked for was dropped.

The emulator's provisioners read what they know from a mapping and say nothing about the rest. They are handed a
`Recorded` mapping instead, which remembers every key that was asked for, at any depth.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]


class Recorded(dict[str, Any]):
    """A mapping that remembers the keys it was asked for, present or not."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__({key: recorded(value) for key, value in values.items()})
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or `default`; the key counts as asked for."""
        self.asked.add(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """Like `get`, and the key is gone afterwards: callers pop from copies, so it stays here."""
        self.asked.add(key)
        return super().get(key, *default) if default else super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        self.asked.update(super().keys())
        return super().__iter__()

    def keys(self) -> Any:
        """All keys; all count as asked for."""
        self.asked.update(super().keys())
        return super().keys()

    def items(self) -> Any:
        """All members; all count as asked for."""
        self.asked.update(super().keys())
        return super().items()

    def values(self) -> Any:
        """All values; all keys count as asked for."""
        self.asked.update(super().keys())
        return super().values()

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        self.asked.update(super().keys())
        return {key: copy.deepcopy(value, memo) for key, value in super().items()}

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (dict(self),)

    def unasked(self) -> Iterator[Path]:
        """The paths of what nobody asked for, outermost first.

        A member that was taken and of which no part was looked at was taken whole: handed on or stored.
        """
        for key, value in super().items():
            if key not in self.asked:
                yield (key,)
            else:
                yield from ((key, *path) for path in _unasked_below(value))


def recorded(value: Any) -> Any:
    """`value` with every mapping in it replaced by one that records."""
    if isinstance(value, dict):
        return Recorded(value)
    if isinstance(value, list):
        return [recorded(item) for item in value]
    return value


def replaced(properties: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`properties` with other values, None taking one away; what is asked of the copy counts for the original."""
    plain = {**dict(dict.items(properties)), **values}  # type: ignore[arg-type]
    left = {key: value for key, value in plain.items() if value is not None}
    if not isinstance(properties, Recorded):
        return left
    copied = Recorded({})
    dict.update(copied, left)  # members stay the recorders that they are
    copied.asked = properties.asked
    return copied


def _unasked_below(value: Any) -> Iterator[Path]:
    if isinstance(value, Recorded):
        if value.asked:
            yield from value.unasked()
    elif isinstance(value, list):
        found = {path for item in value for path in _unasked_below(item)}
        yield from sorted(found)
