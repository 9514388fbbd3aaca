"""Evaluates the `Rules` of a template: AWS checks them when a change set is made, this does it before.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.functions import combine, equal
from twinstack.expressions.resolution import Resolver
from twinstack.expressions.values import Value


def broken_assertions(resolver: Resolver) -> Iterator[str]:
    """Yields a sentence for each assertion that does not hold under the resolver's parameters, with its place.

    An assertion about a value that only AWS knows (an SSM parameter, an attribute of a parameter's VPC, an output
    that is not made yet) is left to AWS.

    Raises:
        InputError: A rule is not of the form that CloudFormation takes.
    """
    for name, rule in resolver.template.section("Rules").items():
        where = resolver.template.where("Rules", name)
        try:
            if "RuleCondition" in rule and _holds(resolver, rule["RuleCondition"]) is not True:
                continue
            for number, assertion in enumerate(rule["Assertions"]):
                if _holds(resolver, assertion["Assert"]) is False:
                    where = resolver.template.where("Rules", name, "Assertions", number)
                    says = assertion.get("AssertDescription", "an assertion does not hold")
                    yield f"{where}: rule {name}: {says}"
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{where}: rule {name} cannot be read ({error!r}); correct its shape") from None


def _holds(resolver: Resolver, expression: Mapping[str, Any]) -> bool | None:
    """Returns whether a rule's expression is true, None where only AWS knows."""
    ((function, argument),) = expression.items()
    if function == "Fn::Not":
        negated = _holds(resolver, argument[0])
        return None if negated is None else not negated
    if function in ("Fn::And", "Fn::Or"):
        return combine([_holds(resolver, item) for item in argument], decides=function == "Fn::Or")
    if function == "Fn::Equals":
        return equal(_value(resolver, argument[0]), _value(resolver, argument[1]))
    if function == "Fn::Contains":
        return _contains(_value(resolver, argument[0]), _value(resolver, argument[1]))
    if function in ("Fn::EachMemberEquals", "Fn::EachMemberIn"):
        return _each(function, _value(resolver, argument[0]), _value(resolver, argument[1]))
    raise ValueError(f"{function} is not a function of rules")


def _contains(values: Value, value: Value) -> bool | None:
    if not isinstance(values, list):
        return None
    return combine([equal(item, value) for item in values], decides=True)


def _each(function: str, values: Value, other: Value) -> bool | None:
    if not isinstance(values, list):
        return None
    test = equal if function == "Fn::EachMemberEquals" else lambda item, listed: _contains(listed, item)
    return combine([test(item, other) for item in values], decides=False)


def _value(resolver: Resolver, expression: Any) -> Value:
    """Returns a value; a symbol where it is an attribute that AWS looks up (`Fn::ValueOf`)."""
    if isinstance(expression, Mapping) and list(expression) == ["Fn::RefAll"]:
        kind = expression["Fn::RefAll"]
        named = [name for name, declared in resolver.template.parameters.items() if declared.get("Type") == kind]
        return [resolver.resolve({"Ref": name}) for name in named]
    return resolver.resolve(expression)
