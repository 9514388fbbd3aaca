"""Conditions and the assertions of `Rules`: true, false, or None where only AWS knows.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twinstack.expressions.values import Value, freeze, is_symbolic


@dataclass(frozen=True)
class Tests:
    """Evaluates a condition.

    Attributes:
        value: Returns the value of an operand.
        others: What functions there are besides Equals, Not, And and Or: each takes its argument as it is written.
    """

    value: Callable[[Any], Value]
    others: Mapping[str, Callable[[Any], bool | None]] = field(default_factory=dict)

    def holds(self, expression: Any) -> bool | None:
        """Returns whether a condition is true, None when that is not known before AWS has made a value.

        Raises:
            ValueError: It is no condition.
        """
        if not isinstance(expression, Mapping) or len(expression) != 1:
            raise ValueError(f"not a condition: {expression!r}")
        ((function, argument),) = expression.items()
        if function == "Fn::Equals":
            return equal(self.value(argument[0]), self.value(argument[1]))
        if function == "Fn::Not":
            negated = self.holds(argument[0])
            return None if negated is None else not negated
        if function in ("Fn::And", "Fn::Or"):
            return combine([self.holds(item) for item in argument], decides=function == "Fn::Or")
        if function not in self.others:
            raise ValueError(f"{function} is no function of conditions or rules")
        return self.others[function](argument)


def equal(left: Value, right: Value) -> bool | None:
    """Returns whether two values are equal, None when that is not known before AWS has made them."""
    frozen = freeze(left), freeze(right)
    if frozen[0] == frozen[1]:
        return True
    if (is_symbolic(left) or is_symbolic(right)) and "" not in frozen:
        return None
    return False


def combine(values: list[bool | None], *, decides: bool) -> bool | None:
    """And (decided by a False) and Or (decided by a True) over three values."""
    if decides in values:
        return decides
    return None if None in values else not decides
