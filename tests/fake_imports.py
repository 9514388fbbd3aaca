"""Imports of the fake CloudFormation: what is left behind by deleted stacks, and how a new stack takes it in.

- A resource is there when a deleted stack has kept it (DELETE_SKIPPED), nobody removed it by hand, and no stack has it.
- An IMPORT change set is refused with tags, with outputs, without something to import, for a resource without a
  DeletionPolicy or one that the template does not have, and when the template has a resource that is not imported.
- One of a resource that is not there, or that a stack has, is FAILED; the words are those that the local AWS has.
- Its entries are Import, with the physical id and without details. A resource is IMPORT_COMPLETE, then UPDATE_COMPLETE
  when it got its tags; the stack is IMPORT_COMPLETE. Told to fail, it ends in ROLLBACK_COMPLETE without a template.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fake_content import Content
from tests.fake_stacks import Failing, FakeChangeSet, FakeStack
from twinstack.aws.api import ChangeSetRequest


@dataclass
class FakeLeft:
    """What deleted stacks have left behind in a region; also Cloud Control there.

    Attributes:
        stacks: Every stack of the region.
        removed: The physical ids of what was removed by hand.
        asked: What was asked about, as (type, physical id).
        refusal: What asking fails with, if it does.
    """

    stacks: list[FakeStack]
    removed: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refusal: Exception | None = None

    def exists(self, resource_type: str, physical_id: str) -> bool:
        self.asked.append((resource_type, physical_id))
        if self.refusal:
            raise self.refusal
        return self.is_there(physical_id)

    def is_there(self, physical_id: str) -> bool:
        return physical_id not in self.removed and physical_id in self._skipped()

    def owner(self, physical_id: str) -> FakeStack | None:
        live = (stack for stack in self.stacks if stack.status != "DELETE_COMPLETE")
        return next((it for it in live if physical_id in map(it.content.physical_id, it.content.resources)), None)

    def _skipped(self) -> set[str]:
        return {
            it.physical_id for stack in self.stacks for it in stack.listed.values() if it.status == "DELETE_SKIPPED"
        }

    def problem(self, request: ChangeSetRequest) -> str:
        """Returns why a change set of an import FAILS, '' where it does not."""
        for entry in request.resources_to_import:
            (physical_id,) = entry.identifier.values()
            if not self.is_there(physical_id):
                return f"Resource of type '{entry.type}' with identifier '{physical_id}' was not found."
            if owner := self.owner(physical_id):
                return f"{physical_id} already exists in stack {owner.id}"
        return ""


def refusal(request: ChangeSetRequest, content: Content) -> str:
    """Returns why an import is refused, '' where it is not."""
    declared = content.template.resources if content.template else {}
    named = [entry.resource for entry in request.resources_to_import]
    if not named:
        return "Must Provide at least one resource to import"
    if request.tags or content.outputs:
        return f"As part of the import operation, you cannot modify or add [{'Tags' if request.tags else 'Outputs'}]"
    if missing := [name for name in content.resources if name not in named]:
        return f"Resources {missing} is missing from ResourceToImport list"
    if unknown := [name for name in named if name not in declared]:
        return f"The logical resource ids {unknown} provided in ResourceToImport do not exist in the template."
    if bare := [name for name in named if "DeletionPolicy" not in declared[name]]:
        return f"The following resources to import {bare} must have DeletionPolicy attribute specified in the template."
    return ""


def begun(request: ChangeSetRequest) -> Content:
    """Returns what an import begins from: the numbers that are in the physical ids of what it takes in."""
    numbers = {
        it.resource: int("".join(it.identifier.values()).rpartition("-")[2]) for it in request.resources_to_import
    }
    return Content(generations=numbers)


def importing(stack: FakeStack, made: FakeChangeSet, failing: Failing, token: str) -> Iterator[None]:
    """Imports into a new stack."""
    yield stack.tell(token, "", "IMPORT_IN_PROGRESS", "User Initiated")
    done: list[str] = []
    for change in made.changes():
        name = change.resource
        yield stack.tell(token, name, "IMPORT_IN_PROGRESS", "Resource import started.", made.content)
        if name in failing:
            reason, _ = failing.pop(name)
            made.failed = True
            yield stack.tell(token, name, "IMPORT_FAILED", reason, made.content)
            yield stack.tell(token, "", "IMPORT_ROLLBACK_IN_PROGRESS", reason)
            for other in reversed(done):
                yield stack.tell(token, other, "IMPORT_ROLLBACK_COMPLETE", "", made.content)
            yield stack.tell(token, "", "ROLLBACK_COMPLETE")
            return
        yield stack.tell(token, name, "IMPORT_COMPLETE", "Resource import completed.", made.content)
        done.append(name)
    for name in done:
        yield stack.tell(token, name, "UPDATE_COMPLETE", "", made.content)
    stack.content = made.content
    yield stack.tell(token, "", "IMPORT_COMPLETE")
