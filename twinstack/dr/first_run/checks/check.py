"""One check: the row that it answers, and how it asks AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from twinstack.dr.first_run.checks.answers import Answer, Verdict, not_answered
from twinstack.dr.first_run.checks.scene import Scene
from twinstack.errors import InputError, TwinStackError


@dataclass(frozen=True)
class Check:
    """A row that AWS can be asked about.

    Attributes:
        row: The id of the row.
        ask: Asks AWS.
        emulator: Why the local AWS's answer proves nothing; '' where it does what AWS does.
        afterwards: Whether it is asked after what the stage made has been removed again.
    """

    row: str
    ask: Callable[[Scene], Answer]
    emulator: str = ""
    afterwards: bool = False

    def answer(self, scene: Scene) -> Answer:
        """Asks AWS, and says so where the answer is none.

        Raises:
            InputError: There are no credentials, or no longer: no other check would be answered either.
        """
        try:
            given = self.ask(scene)
        except InputError:
            raise
        except TwinStackError as error:
            return not_answered("", f"the local AWS does not answer this: {error}" if scene.local else str(error))
        if scene.local and self.emulator:
            return replace(given, verdict=Verdict.NOT_ANSWERED, why=self.emulator)
        return given
