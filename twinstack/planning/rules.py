"""Evaluates the `Rules` of a template: AWS checks them when a change set is made, this does it before.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.conditions import Tests, combine, equal
from twinstack.expressions.resolution import Resolver
from twinstack.expressions.values import Value


def broken_assertions(resolver: Resolver) -> Iterator[str]:
    """Yields a sentence for each assertion that does not hold under the resolver's parameters, with its place.

    An assertion about a value that only AWS knows (an SSM parameter, an attribute of a parameter's VPC, an output
    that is not made yet) is left to AWS.

    Raises:
        InputError: A rule is not of the form that CloudFormation takes.
    """
    tests = _tests(resolver)
    for name, rule in resolver.template.section("Rules").items():
        where = resolver.template.where("Rules", name)
        try:
            if "RuleCondition" in rule and tests.holds(rule["RuleCondition"]) is not True:
                continue
            for number, assertion in enumerate(rule["Assertions"]):
                if tests.holds(assertion["Assert"]) is False:
                    where = resolver.template.where("Rules", name, "Assertions", number)
                    says = assertion.get("AssertDescription", "an assertion does not hold")
                    yield f"{where}: rule {name}: {says}"
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{where}: rule {name} cannot be read ({error!r}); correct its shape") from None


def _tests(resolver: Resolver) -> Tests:
    value = partial(_value, resolver)
    return Tests(
        value,
        {
            "Fn::Contains": lambda argument: _contains(value(argument[0]), value(argument[1])),
            "Fn::EachMemberEquals": lambda argument: _each(equal, value(argument[0]), value(argument[1])),
            "Fn::EachMemberIn": lambda argument: _each(_is_in, value(argument[0]), value(argument[1])),
        },
    )


def _contains(values: Value, value: Value) -> bool | None:
    if not isinstance(values, list):
        return None
    return combine([equal(item, value) for item in values], decides=True)


def _is_in(value: Value, values: Value) -> bool | None:
    return _contains(values, value)


def _each(test: Callable[[Value, Value], bool | None], values: Value, other: Value) -> bool | None:
    if not isinstance(values, list):
        return None
    return combine([test(item, other) for item in values], decides=False)


def _value(resolver: Resolver, expression: Any) -> Value:
    """Returns a value; a symbol where it is an attribute that AWS looks up (`Fn::ValueOf`)."""
    if isinstance(expression, Mapping) and list(expression) == ["Fn::RefAll"]:
        kind = expression["Fn::RefAll"]
        named = [name for name, declared in resolver.template.parameters.items() if declared.get("Type") == kind]
        return [resolver.resolve({"Ref": name}) for name in named]
    return resolver.resolve(expression)
