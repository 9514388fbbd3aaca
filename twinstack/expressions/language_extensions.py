"""Writes out the loops of `AWS::LanguageExtensions`, so that what they make is planned like what stands there.

The expansion itself is cfn-lint's. It knows neither this environment's parameters nor the stack's region, and makes up
names where it cannot tell; so the collections are resolved here first, and one that cannot be is refused.
See https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.values import Value, as_text, is_symbolic
from twinstack.templates import LOOP, Template

Resolve = Callable[[Any], Value]

# cfn-lint leaves what stands in this function as it is; AWS replaces the loop's variable there too.
_JSON, _JSON_FOR_NOW = "Fn::ToJsonString", "ToJsonString"
# Of these cfn-lint would make values up.
_ONLY_ON_AWS = ("AWS::AccountId", "AWS::StackId", "AWS::StackName", "AWS::NotificationARNs")
_NOTHING = object()


@dataclass(frozen=True)
class _Given:
    """The little of cfn-lint's own template class that its expansion looks at."""

    template: Mapping[str, Any]
    regions: list[str]
    filename: str


def write_out(template: Template, resolve: Resolve, region: str) -> Template:
    """Returns the template with every `Fn::ForEach` written out.

    Args:
        template: The template.
        resolve: Resolves an expression under the stack's parameters.
        region: The stack's region.

    Raises:
        InputError: A loop is not written as AWS wants it, or goes over what is not known yet.
    """
    # Imported late: cfn-lint takes a second, and few templates have a loop.
    from cfnlint.template.transforms import _language_extensions as extensions  # noqa: PLC0415

    body = _Loops(template, resolve).walk(_renamed(template.body, _JSON, _JSON_FOR_NOW), (), ())
    expansion = extensions._Transform()  # tells what it had to make up, which its function hides
    problem = ""
    try:
        _, written = expansion.transform(_Given(body, [region], template.source))
    except (extensions._ValueError, extensions._TypeError, extensions._ResolveError) as error:
        problem, written = str(error), {}
    if expansion._collections:
        problem = "a loop goes over values that no mapping has, or that are known only on AWS"
    if problem:
        raise InputError(f"{_where(template)}: a loop cannot be written out: {problem}")
    return replace(template, body=_renamed(written, _JSON_FOR_NOW, _JSON))


def _where(template: Template) -> str:
    """Returns `file:line` of the first loop: cfn-lint does not say which one it means."""
    places = template.document.lines
    return template.where(*next((place for place in places if place and str(place[-1]).startswith(LOOP)), ()))


def _renamed(item: Any, old: str, new: str) -> Any:
    if isinstance(item, Mapping):
        return {new if key == old else key: _renamed(value, old, new) for key, value in item.items()}
    if isinstance(item, list):
        return [_renamed(value, old, new) for value in item]
    return item


@dataclass(frozen=True)
class _Loops:
    """Puts a list of texts in the place of each loop's collection."""

    template: Template
    resolve: Resolve

    def walk(self, item: Any, place: tuple[str | int, ...], around: tuple[str, ...]) -> Any:
        if isinstance(item, list):
            return [self.walk(value, (*place, index), around) for index, value in enumerate(item)]
        if not isinstance(item, Mapping):
            return item
        walked = {
            key: self.loop(value, (*place, key), around)
            if key.startswith(LOOP)
            else self.walk(value, (*place, key), around)
            for key, value in item.items()
        }
        return {key: value for key, value in walked.items() if value is not _NOTHING}

    def loop(self, written: Any, place: tuple[str | int, ...], around: tuple[str, ...]) -> Any:
        where = self.template.where(*place)
        if not isinstance(written, list) or len(written) != 3 or not isinstance(written[0], str):
            raise InputError(f"{where}: {place[-1]}: write a loop as [variable, collection, what to repeat]")
        variable, collection, repeated = written
        if any(_names(collection, name) for name in around):
            # It depends on the loop around it; cfn-lint has the variables for it, and not the parameters.
            collection = self.with_parameters(collection, where)
        else:
            items = self.resolve(collection)
            if is_symbolic(items) or not isinstance(items, list):
                raise InputError(
                    f"{where}: {place[-1]}: what the loop goes over is known only on AWS; let it go over a list, "
                    "a mapping or a parameter with a value"
                )
            collection = [as_text(value) for value in items if value != ""]
            if not collection:
                return _NOTHING  # an empty list parameter: cfn-lint takes that for an error
        return [variable, collection, self.walk(repeated, (*place, 2), (*around, variable))]

    def with_parameters(self, item: Any, where: str) -> Any:
        if isinstance(item, list):
            return [self.with_parameters(value, where) for value in item]
        if not isinstance(item, Mapping):
            return item
        of_a_parameter = self.resolve(item) if item.get("Ref") in self.template.parameters else None
        if item.get("Ref") in _ONLY_ON_AWS or "Fn::GetAtt" in item or is_symbolic(of_a_parameter):
            raise InputError(
                f"{where}: what the loop goes over is known only on AWS; let it go over a list or a mapping"
            )
        if of_a_parameter is not None:
            return of_a_parameter
        return {key: self.with_parameters(value, where) for key, value in item.items()}


def _names(item: Any, variable: str) -> bool:
    """Whether an expression names the variable of a loop."""
    if isinstance(item, Mapping):
        return item.get("Ref") == variable or any(_names(value, variable) for value in item.values())
    if isinstance(item, list):
        return any(_names(value, variable) for value in item)
    return isinstance(item, str) and ("${" + variable + "}" in item or "&{" + variable + "}" in item)
