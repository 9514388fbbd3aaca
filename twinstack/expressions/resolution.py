"""Resolves a template's expressions as CloudFormation does, as far as that is possible without AWS.

What only AWS can know stays a `Symbol`. A condition that compares a symbol with a text of its own is unknown,
and whatever turns on it is refused by name: guessing there would plan something that AWS may not do.

See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.conditions import Tests
from twinstack.expressions.functions import FUNCTIONS, concatenated, looked_up
from twinstack.expressions.language_extensions import write_out
from twinstack.expressions.macros import made_by_macros, may_be_made
from twinstack.expressions.references import PLACEHOLDER, get_att_parts, sub_parts, values_in
from twinstack.expressions.surroundings import Surroundings
from twinstack.expressions.values import (
    NO_VALUE,
    REF,
    Call,
    NoEchoValue,
    ResourceValue,
    SsmValue,
    Symbol,
    Value,
    as_text,
    freeze,
    is_symbolic,
)
from twinstack.templates import LANGUAGE_EXTENSIONS, Template, no_echo

_MAX_DEPTH = 60
SSM_PARAMETER = "AWS::SSM::Parameter::Value"
# What a change set reports as a scope of its own. DependsOn and Condition are not among them: AWS answers
# "didn't contain changes" when only those differ (API reference, ResourceChange.Scope).
ATTRIBUTES = (
    "Properties",
    "Metadata",
    "CreationPolicy",
    "UpdatePolicy",
    "DeletionPolicy",
    "UpdateReplacePolicy",
)


@dataclass(frozen=True)
class ResolvedResource:
    """A resource that exists under the given parameters.

    Attributes:
        type: The resource type.
        attributes: Its attributes by name, resolved; those it has.
    """

    type: str
    attributes: Mapping[str, Value]


class Resolver:
    """One template under one set of parameter values.

    Args:
        template: The template.
        surroundings: The stack it is resolved for.
        parameters: The parameter values.
        generations: The generation of each resource that a step of the plan has made.
    """

    def __init__(
        self,
        template: Template,
        surroundings: Surroundings,
        parameters: Mapping[str, Value],
        generations: Mapping[str, int],
    ) -> None:
        self.template = template
        self._at = surroundings
        self._parameters = parameters
        self._generations = generations
        self._depth = 0
        self._place: tuple[str, ...] = ()
        self._tests = Tests(self.resolve, {"Condition": self._named})
        self._functions: Mapping[str, Callable[[Any], Value]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::If": self._if,
            "Fn::Sub": self._sub,
            "Fn::FindInMap": self._find_in_map,
            "Condition": self.condition,
        }
        if template.has_loops:
            key = (surroundings.region, surroundings.stack_name, freeze(parameters))
            if key not in template.written_out:
                with self._telling("Transform", LANGUAGE_EXTENSIONS):
                    template.written_out[key] = write_out(template, self.resolve, surroundings.region)
            self.template = template.written_out[key]

    def resources(self) -> dict[str, ResolvedResource]:
        """Returns the resources whose condition holds, resolved; not what a macro makes one or more resources of.

        Raises:
            InputError: An expression names what does not exist, or turns on what is not known yet.
        """
        left_to_aws = made_by_macros(self.template)
        return {
            name: ResolvedResource(
                str(declared.get("Type")),
                {
                    attribute: self._within("Resources", name, declared[attribute])
                    for attribute in ATTRIBUTES
                    if attribute in declared
                },
            )
            for name, declared in self.template.resources.items()
            if name not in left_to_aws and self._exists("Resources", name, declared)
        }

    def outputs(self) -> dict[str, Value]:
        """Returns the outputs that the stack would have: condition true, value not empty.

        Raises:
            InputError: As `resources`.
        """
        return {name: value for name in self.template.outputs if (value := self.output(name)) is not None}

    def output(self, name: str) -> Value | None:
        """Returns the value of an output; None when its condition is false, or the value empty.

        Raises:
            InputError: As `resources`.
        """
        declared = self.template.outputs[name]
        if not self._exists("Outputs", name, declared):
            return None
        value = self._within("Outputs", name, declared.get("Value"))
        return None if value in ("", NO_VALUE) else value

    def exports(self) -> dict[str, Value]:
        """Returns the names under which outputs are exported, by output.

        Raises:
            InputError: As `resources`.
        """
        return {
            name: self._within("Outputs", name, declared["Export"]["Name"])
            for name, declared in self.template.outputs.items()
            if isinstance(declared.get("Export"), Mapping)
            and "Name" in declared["Export"]
            and self._exists("Outputs", name, declared)
        }

    def attributes_of_output(self, name: str) -> set[tuple[str, str]]:
        """Returns the (resource, attribute) pairs that an output reads with `GetAtt`."""
        found = values_in(self.template.outputs[name].get("Value"))
        return {(resource, attribute) for resource, attribute in found if attribute is not None}

    def condition(self, name: str) -> bool:
        """Returns whether a condition of the template holds.

        Raises:
            InputError: It does not exist, or it compares a value that is not known yet.
        """
        if name not in self.template.section("Conditions"):
            raise self._refusal(f"there is no condition {name}")
        with self._telling("Conditions", name):
            holds = self._named(name)
        if holds is None:
            raise InputError(
                f"{self.template.where('Conditions', name)}: {self._at.role}: condition {name} compares a value that "
                "only AWS knows (an SSM parameter, the account, a secret, an output not made yet) with a text; compare "
                "it with '' alone, or give the value as a parameter of its own"
            )
        return holds

    def resolve(self, expression: Any) -> Value:
        """Returns the value of an expression.

        Raises:
            InputError: It names what does not exist, or turns on what is not known yet.
        """
        if isinstance(expression, list):
            return [item for item in map(self.resolve, expression) if item is not NO_VALUE]
        if not isinstance(expression, Mapping):
            return expression
        if len(expression) == 1:
            ((name, argument),) = expression.items()
            # A macro runs before any other function, so what this one is given is not known.
            of_a_macro = isinstance(argument, Mapping) and "Fn::Transform" in argument
            if name in self._functions and not of_a_macro:
                return self._functions[name](argument)
            if name in FUNCTIONS and not of_a_macro:
                return FUNCTIONS[name](self.resolve(argument))
            if str(name).startswith("Fn::"):
                return self._opaque(str(name), argument)
        resolved = ((key, self.resolve(item)) for key, item in expression.items())
        return {key: item for key, item in resolved if item is not NO_VALUE}

    def _within(self, section: str, name: str, expression: Any) -> Value:
        with self._telling(section, name):
            return self.resolve(expression)

    @contextmanager
    def _telling(self, section: str, name: str) -> Iterator[None]:
        """Says where an expression stands that is refused, or whose shape is wrong."""
        around, self._place = self._place, (section, name)
        try:
            yield
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise self._refusal(f"an expression cannot be resolved ({error!r}); correct its shape") from None
        finally:
            self._place = around

    def _refusal(self, why: str) -> InputError:
        place = ".".join(self._place)
        return InputError(f"{self.template.where(*self._place)}: {self._at.role}: {place}: {why}")

    def _exists(self, section: str, name: str, declared: Mapping[str, Any]) -> bool:
        if "Condition" not in declared:
            return True
        with self._telling(section, name):
            return self.condition(declared["Condition"])

    def _named(self, name: Any) -> bool | None:
        """Returns whether a condition holds, None where only AWS knows."""
        declared = self.template.section("Conditions").get(name)
        if declared is None:
            raise self._refusal(f"there is no condition {name}")
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                raise self._refusal("the conditions refer to each other in a circle")
            return self._tests.holds(declared)
        finally:
            self._depth -= 1

    def _ref(self, argument: Any) -> Value:
        # Under AWS::LanguageExtensions a name may be worked out.
        name = argument if isinstance(argument, str) else as_text(self.resolve(argument))
        if name in self.template.parameters:
            return self._parameter(name)
        if name in self.template.resources:
            return self._resource(name, REF)
        return self._pseudo_parameter(name)

    def _parameter(self, name: str) -> Value:
        declared = self.template.parameters[name]
        value = self._parameters.get(name, declared.get("Default", ""))
        if value != "" and no_echo(declared):
            return NoEchoValue(self._at.role, name)
        kind = str(declared.get("Type", "String"))
        if kind.startswith(SSM_PARAMETER) and not isinstance(value, Symbol):
            return SsmValue(self._at.region, as_text(value))
        if (kind.startswith("List<") or kind == "CommaDelimitedList") and not isinstance(value, Symbol):
            return [item.strip() for item in as_text(value).split(",")]
        return value

    def _pseudo_parameter(self, name: str) -> Value:
        known = self._at.pseudo_parameters()
        if name in known:
            return known[name]
        if may_be_made(self.template, name):
            return ResourceValue(self._at.role, name, REF)
        raise self._refusal(f"reference to {name}, which is neither a parameter nor a resource of the template")

    def _resource(self, name: str, attribute: str) -> ResourceValue:
        declared = self.template.resources.get(name)
        if declared is None and may_be_made(self.template, name):
            return ResourceValue(self._at.role, name, attribute)
        if declared is None:
            raise self._refusal(f"reference to {name}.{attribute}: no such resource")
        if not self._exists("Resources", name, declared):
            raise InputError(
                f"{self.template.where('Resources', name)}: {self._at.role}: reference to {name}.{attribute}, but the "
                f"condition {declared['Condition']} of the resource is false here; put the reference under it as well"
            )
        return ResourceValue(self._at.role, name, attribute, self._generations.get(name, 0))

    def _get_att(self, argument: Any) -> Value:
        name, attribute = get_att_parts(argument)
        return self._resource(as_text(self.resolve(name)), as_text(self.resolve(attribute)))

    def _if(self, argument: Any) -> Value:
        name, then, otherwise = argument
        return self.resolve(then if self.condition(name) else otherwise)

    def _sub(self, argument: Any) -> Value:
        text, variables = sub_parts(argument)
        given = {name: self.resolve(value) for name, value in variables.items()}
        parts: list[Value] = []
        end = 0
        for match in PLACEHOLDER.finditer(text):
            parts.append(text[end : match.start()])
            parts.append(self._placeholder(match[1], given))
            end = match.end()
        parts.append(text[end:])
        return concatenated(parts)

    def _placeholder(self, name: str, given: Mapping[str, Value]) -> Value:
        name = name.strip()
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in given:
            return given[name]
        return self._get_att(name) if "." in name else self._ref(name)

    def _find_in_map(self, argument: Any) -> Value:
        *keys, rest = argument if len(argument) == 4 else [*argument, None]
        keys = [self.resolve(key) for key in keys]
        if is_symbolic(keys):
            return Call("Fn::FindInMap", tuple(map(freeze, keys)), (self._at.role,))
        found, left_to_aws = looked_up(self.template.section("Mappings"), keys)
        if found is not None or left_to_aws:
            return Call("Fn::FindInMap", tuple(map(freeze, keys)), (self._at.role,)) if found is None else found
        if isinstance(rest, Mapping) and "DefaultValue" in rest:
            return self.resolve(rest["DefaultValue"])
        mapping, *rest = map(as_text, keys)
        raise self._refusal(
            f"the mapping {mapping} has no {'.'.join(rest)}; add it, or correct what the key comes from"
        )

    def _opaque(self, name: str, argument: Any) -> Call:
        """A function of which only AWS knows the result: the same for the same arguments in the same region."""
        return Call(name, (freeze(self.resolve(argument)),), (self._at.region, self._at.account))
