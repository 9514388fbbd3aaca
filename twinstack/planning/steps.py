"""The core of planning: what one deployment of one stack would do in a given world.

Check, plan, prediction and convergence are all calls of `step`; a stack "runs again" when `step` returns changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from twinstack.errors import InputError
from twinstack.expressions.macros import left_to_aws
from twinstack.expressions.resolution import SSM_PARAMETER, ResolvedResource, Resolver
from twinstack.expressions.surroundings import Surroundings
from twinstack.expressions.values import ArtifactValue, Value, as_text, freeze, is_symbolic
from twinstack.planning.adoption import Adopted, adoption
from twinstack.planning.prediction import Change, changed_types, compare, is_new, moving_attributes, retagged
from twinstack.planning.resource_schemas import ResourceSchemas
from twinstack.planning.rules import broken_assertions
from twinstack.planning.system import Stack, System
from twinstack.planning.touched import Surrounding, Touched, touched
from twinstack.planning.unfinished import replaced_half_way
from twinstack.planning.world import Kept, Live, StackState, World, kept_of
from twinstack.statuses import PLANNED, Standing, standing
from twinstack.templates import Template, Wire, no_echo


@dataclass(frozen=True)
class ParameterValue:
    """The value of one parameter in a step.

    Attributes:
        name: The parameter.
        value: The value after the step; a symbol when only AWS can know it.
        before: The value before the step, None when there was none.
        source: `literal` (the environment), `default`, `wire`, or `previous` (kept because its producer cannot
            give it now).
        stale: Whether it is kept although its producer is there and no longer has the output.
        no_echo: Whether the value must not be shown; AWS does not show it either, so it cannot be compared.
    """

    name: str
    value: Value
    before: Value | None
    source: str
    stale: bool = False
    no_echo: bool = False

    @property
    def changed(self) -> bool:
        """Whether the value differs from the one before."""
        return self.before is None or freeze(self.before) != freeze(self.value)


@dataclass(frozen=True)
class Because:
    """One reason for a step.

    Attributes:
        reason: `new` and `changed` (a wired value), `template`, `parameter`, `unfinished` (an operation stopped half
            way), `kept` (by a deleted stack of the name), or `stale` (kept, not a cause).
        parameter: The parameter it is about, if any.
        source: Where the reason comes from: `role.Output`, the template's file, the stack's status or its name.
    """

    reason: str
    parameter: str | None
    source: str


@dataclass(frozen=True)
class Step:
    """What deploying a stack in a world would do.

    Attributes:
        stack: The stack.
        operation: CREATE or UPDATE.
        parameters: The value of every parameter.
        changes: The predicted changes of resources.
        touched: What a change set may list besides, since it refers to something that changes.
        changed_outputs: The outputs that get another value, appear or disappear.
        tags_changed: Whether the stack's own tags change.
        because: Why.
        may_change: Outputs whose value an in-place change may move.
        after: The stack afterwards; None while a required wire has no value.
        missing: The required wires without a value.
        left_to_aws: The macros and modules of which only the change set says what they make.
        macros_run_again: Whether they would see something else than at the last deployment.
        refused: Why CloudFormation would refuse it, a sentence each.
        unfinished: Whether it goes on where an operation stopped half way.
        imports: What it takes in that a deleted stack has kept. It does nothing else then, and `stack` has the
            template and the tags that it does it with.
    """

    stack: Stack
    operation: str
    parameters: tuple[ParameterValue, ...] = ()
    changes: tuple[Change, ...] = ()
    touched: tuple[Touched, ...] = ()
    changed_outputs: tuple[str, ...] = ()
    tags_changed: bool = False
    because: tuple[Because, ...] = ()
    may_change: tuple[str, ...] = ()
    after: Live | None = None
    missing: tuple[Wire, ...] = ()
    left_to_aws: tuple[str, ...] = ()
    macros_run_again: bool = False
    refused: tuple[str, ...] = ()
    unfinished: bool = False
    imports: tuple[Adopted, ...] = ()

    @property
    def updates(self) -> bool:
        """Whether it updates a stack that is complete."""
        return self.operation == "UPDATE" and not self.unfinished

    @property
    def needed(self) -> bool:
        """Whether the stack can be deployed now and would change."""
        return self.would_change and not self.refused

    @property
    def would_change(self) -> bool:
        """Whether the stack would change, if CloudFormation let it."""
        if self.after is None:
            return False
        return not self.updates or bool(
            self.changes or self.changed_outputs or self.tags_changed or self.macros_run_again
        )

    @property
    def stale(self) -> tuple[ParameterValue, ...]:
        """The parameters that keep a value which their producer no longer has."""
        return tuple(parameter for parameter in self.parameters if parameter.stale)

    @property
    def unused(self) -> tuple[ParameterValue, ...]:
        """Wired values that changed and alter nothing, so that no step is due to them."""
        if self.needed or self.operation == "CREATE":
            return ()
        return tuple(parameter for parameter in self.parameters if parameter.source == "wire" and parameter.changed)


@dataclass(frozen=True)
class Planner:
    """The parts of planning that stay the same from step to step.

    Attributes:
        system: The stacks of the environment.
        schemas: The update rules of resource types.
        unlink: Wired parameters that are to be emptied, as (role, parameter).
    """

    system: System
    schemas: ResourceSchemas
    unlink: frozenset[tuple[str, str]] = frozenset()
    _predicted: dict[object, Step] = field(default_factory=dict, init=False, compare=False, repr=False)

    def step(self, world: World, role: str) -> Step:
        """Returns what deploying this stack would do in this world.

        Args:
            world: The state of every stack of the system.
            role: The stack to deploy; it must not be `Unknown`.

        Raises:
            InputError: A parameter has no value, or an expression turns on a value that is not known yet.
        """
        stack, state = self.system.stacks[role], world[role]
        live = base_of(state)
        values, missing = parameter_values(stack, live, world, self.unlink)
        if missing:
            return Step(stack, "UPDATE" if live else "CREATE", tuple(values), missing=tuple(missing))
        kept = {} if live else kept_of(state)
        # Many worlds of a search differ in other stacks only.
        key = (
            role,
            live.key() if live else tuple(sorted(kept.items())),
            freeze([(value.name, value.value, value.source, value.stale) for value in values]),
        )
        if key not in self._predicted:
            adopted = self._adopted(stack, kept, values) if kept else None
            self._predicted[key] = adopted or self._predict(stack, live, tuple(values))
        return self._predicted[key]

    def _adopted(self, stack: Stack, kept: Mapping[str, Kept], parameters: Iterable[ParameterValue]) -> Step | None:
        """Returns the step that takes in what is kept, None where nothing can be."""
        values = {parameter.name: parameter.value for parameter in parameters}
        resolver = resolver_for(stack, stack.template, values, {})
        found = adoption(resolver, kept, lambda kind: self.schemas(kind, stack.region))
        if found is None:
            return None
        return Step(
            replace(stack, template=found.template, tags={}),
            "CREATE",
            tuple(parameters),
            tuple(Change("Import", it.resource, it.type, physical_id=it.physical_id) for it in found.resources),
            because=(Because("kept", None, stack.name), *_reasons(stack, None, tuple(parameters))),
            after=Live(PLANNED, found.template, values, {}, {}, runs=1),
            refused=tuple(broken_assertions(resolver)),
            imports=found.resources,
        )

    def _predict(self, stack: Stack, live: Live | None, parameters: tuple[ParameterValue, ...]) -> Step:
        values = {parameter.name: parameter.value for parameter in parameters}
        old = resolver_for(stack, live.template, _unmasked(live, parameters), live.generations) if live else None
        before = {name: it for name, it in old.resources().items() if live.has(name)} if old and live else {}
        resolver, resources, changes, generations = self._settle(stack, values, before, live)
        tags_changed = live is not None and dict(live.tags) != dict(stack.tags)
        every = list(changes.values())
        if tags_changed:
            tags = (dict(live.tags) if live else {}, stack.tags)
            every = retagged(resources, changes, tags, stack.region, self.schemas)
        kept = {name: resource for name, resource in resources.items() if name in before}
        around = Surrounding(kept, stack.region, self.schemas, not_comparable(stack, parameters), tags_changed)
        had = live.outputs if live else {}
        outputs = promised_outputs(resolver.outputs(), old.outputs() if old else {}, had)
        left = left_to_aws(resolver.template, values)
        ran = left_to_aws(old.template, live.parameters) if old and live else left
        return Step(
            stack,
            "UPDATE" if live else "CREATE",
            parameters,
            tuple(every),
            tuple(touched(resolver, {change.resource: change for change in every}, around)),
            tuple(name for name in {**had, **outputs} if freeze(had.get(name)) != freeze(outputs.get(name))),
            tags_changed,
            tuple(_reasons(stack, live, parameters)),
            tuple(moving_attributes(resolver, outputs, changes, stack.region, self.schemas)) if live else (),
            Live(PLANNED, stack.template, values, outputs, stack.tags, generations, _run_after(live)),
            left_to_aws=tuple(left),
            macros_run_again=left != ran,
            refused=(
                *changed_types(stack, before, resources),
                *broken_assertions(resolver),
                *(replaced_half_way(stack.role, live, every) if live and live.made is not None else ()),
            ),
            unfinished=live is not None and live.made is not None,
        )

    def _settle(
        self, stack: Stack, values: Mapping[str, Value], before: Mapping[str, ResolvedResource], live: Live | None
    ) -> tuple[Resolver, dict[str, ResolvedResource], dict[str, Change], Mapping[str, int]]:
        """Follows replacements: a resource that refers to a replaced one changes too, and may be replaced itself."""
        generations = dict(live.generations) if live else {}
        while True:
            resolver = resolver_for(stack, stack.template, values, generations)
            resources = resolver.resources()
            changes = compare(before, resources, stack.region, self.schemas)
            new = {name: _run_after(live) for name, change in changes.items() if is_new(change)}
            if new.items() <= generations.items():
                return resolver, resources, changes, generations
            generations |= new


def resolver_for(
    stack: Stack, template: Template, values: Mapping[str, Value], generations: Mapping[str, int]
) -> Resolver:
    """Returns the resolver of a template as it would be deployed as this stack."""
    at = Surroundings(stack.role, stack.region, stack.name, stack.account)
    return Resolver(template, at, values, generations)


def written_out(stack: Stack) -> Template:
    """Returns the stack's template with its loops written out as the environment's parameters say."""
    return resolver_for(stack, stack.template, stack.parameters, {}).template


def _run_after(live: Live | None) -> int:
    return (live.runs if live else 0) + 1


def base_of(state: StackState) -> Live | None:
    """Returns the stack that an update would start from; None where the stack has to be created.

    A stack whose first creation failed holds nothing: it is deleted and created again.
    """
    if not isinstance(state, Live) or standing(state.status) is Standing.RECREATE:
        return None
    return state


def promised_outputs(
    after: Mapping[str, Value], before: Mapping[str, Value], live: Mapping[str, Value]
) -> dict[str, Value]:
    """Returns the outputs after a step; one whose expression stays the same keeps the value it has."""
    return {
        name: live[name] if name in live and name in before and freeze(before[name]) == freeze(value) else value
        for name, value in after.items()
    }


def parameter_values(
    stack: Stack, live: Live | None, world: World, unlink: frozenset[tuple[str, str]] = frozenset()
) -> tuple[list[ParameterValue], list[Wire]]:
    """Returns the value of each parameter of a stack, and the required wires that have none yet.

    A wired value is kept while its producer cannot be asked, is gone, or no longer has the output: it is never
    blanked, save by an explicit unlink. A re-run that blanked it would tear down peering and replication.

    Raises:
        InputError: A parameter has neither a value nor a default.
    """
    wires = {wire.parameter: wire for wire in stack.template.wires}
    values, missing = [], []
    for name, declared in stack.template.parameters.items():
        before = live.parameters.get(name) if live else None
        wire = wires.get(name)
        if wire is None:
            values.append(_literal(stack, name, declared, before))
        elif (stack.role, name) in unlink and not wire.required:
            values.append(ParameterValue(name, "", before, "default"))
        elif wire.is_artifact:
            values.append(ParameterValue(name, artifact_value(stack, wire), before, "wire"))
        elif (value := _wired(wire, before, world)) is not None:
            values.append(value)
        elif wire.required:
            missing.append(wire)
        else:
            values.append(ParameterValue(name, "", before, "default"))
    declared = stack.template.parameters
    return [
        _without_echo(value, is_wired=value.name in wires) if no_echo(declared[value.name]) else value
        for value in values
    ], missing


def not_comparable(stack: Stack, parameters: Iterable[ParameterValue]) -> frozenset[str]:
    """Returns the parameters whose new value cannot be held against the one before.

    AWS masks a NoEcho value, and looks an SSM parameter up itself.
    """
    return frozenset(
        parameter.name
        for parameter in parameters
        if parameter.before is not None
        and (
            (parameter.no_echo and parameter.source != "previous")
            or str(stack.template.parameters[parameter.name].get("Type")).startswith(SSM_PARAMETER)
        )
    )


def _without_echo(value: ParameterValue, *, is_wired: bool) -> ParameterValue:
    """Returns a value that is not shown.

    AWS shows a mask whatever the value is, '' too, so the one before is taken to be the same; save where a wire is
    emptied.
    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
    """
    known_same = value.before is not None and (value.value != "" or not is_wired)
    return replace(value, no_echo=True, before=value.value if known_same else value.before)


def _unmasked(live: Live, parameters: Iterable[ParameterValue]) -> dict[str, Value]:
    """Returns the parameters of a live stack with what each masked one is taken to have been, for its conditions."""
    declared = live.template.parameters
    taken = {it.name: it.before for it in parameters if it.name in declared and no_echo(declared[it.name])}
    return {**live.parameters, **{name: value for name, value in taken.items() if value is not None}}


def _literal(stack: Stack, name: str, declared: Mapping[str, Any], before: Value | None) -> ParameterValue:
    default = declared.get("Default")
    if name in stack.parameters:
        return ParameterValue(name, stack.parameters[name], before, "literal")
    if default is None:
        raise InputError(
            f"{stack.template.where('Parameters', name)}: {stack.role}: parameter {name} has no default and the "
            "environment gives no value; add it under parameters or parameter_overrides"
        )
    return ParameterValue(name, as_text(default), before, "default")


def artifact_value(stack: Stack, wire: Wire) -> Value:
    """Returns the value of a wire to the deployer's own bucket; a symbol until the bucket is made."""
    return stack.artifacts.get(wire.output, ArtifactValue(stack.region, stack.account, wire.role, wire.output))


def _wired(wire: Wire, before: Value | None, world: World) -> ParameterValue | None:
    producer = world.get(wire.role)
    outputs = producer.outputs if isinstance(producer, Live) and base_of(producer) else {}
    if wire.output in outputs:
        return ParameterValue(wire.parameter, outputs[wire.output], before, "wire")
    if before is None or before == "":
        return None
    stale = isinstance(producer, Live) and base_of(producer) is not None
    return ParameterValue(wire.parameter, before, before, "previous", stale)


def _reasons(stack: Stack, live: Live | None, parameters: tuple[ParameterValue, ...]) -> list[Because]:
    wires = {wire.parameter: wire for wire in stack.template.wires}
    reasons = []
    if live is not None and live.made is not None:
        reasons.append(Because("unfinished", None, live.status))
    if live is not None and live.template.text != stack.template.text:
        reasons.append(Because("template", None, stack.template.source))
    for parameter in parameters:
        wire = wires.get(parameter.name)
        if parameter.stale and wire:
            reasons.append(Because("stale", parameter.name, wire.source))
        elif wire and parameter.changed and parameter.value != "":
            reasons.append(Because("changed" if parameter.before else "new", parameter.name, wire.source))
        elif live is not None and parameter.changed:
            reasons.append(Because("parameter", parameter.name, wire.source if wire else "environment"))
    if live is not None and dict(live.tags) != dict(stack.tags):
        reasons.append(Because("parameter", None, "tags"))
    return reasons


def known(value: Value) -> str | None:
    """Returns a value as text, None while only AWS can know it."""
    return None if is_symbolic(value) else as_text(value)
