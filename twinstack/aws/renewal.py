"""The clients of a run as they are now: made again when AWS no longer takes their credentials."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

from twinstack.aws.api import Clients
from twinstack.errors import CredentialsError, TwinStackError


class Renewal:
    """Clients that can be made again.

    Several threads may find out at the same time that the credentials have expired: one of them renews.

    Args:
        clients: The clients to begin with.
        renew: Makes them again, with the credentials that profile, environment and sign-in now give; None where that is
            of no use.
        signed_in: Asks a person to sign in again; returns whether to try again, False where there is nobody to ask.

    Attributes:
        clients: The clients as they are now.
        generation: How often they were made again.
    """

    def __init__(self, clients: Clients, renew: Callable[[], Clients] | None, signed_in: Callable[[str], bool]) -> None:
        self.clients = clients
        self.generation = 0
        self.lock = RLock()
        self._renew = renew
        self._signed_in = signed_in

    def after(self, error: CredentialsError, generation: int, *, renewed: bool) -> None:
        """Makes the clients again, unless that was done since the call.

        Args:
            error: What the call came to.
            generation: The clients that it was made with.
            renewed: Whether they were made again for this call already, so that it takes a person to sign in.

        Raises:
            CredentialsError: The one that was given, when nothing can be done about it.
        """
        with self.lock:
            if self.generation != generation:
                return
            while self._renew is not None:
                try:
                    if renewed and not self._signed_in(str(error)):
                        break
                    self.clients = self._renew()
                except KeyboardInterrupt:
                    self._renew = None  # what is cleaned up on the way out asks nobody again
                    raise
                except TwinStackError:
                    renewed = True
                else:
                    self.generation += 1
                    return
            raise error
