"""Ends a command when it is told to from outside: Ctrl-C, SIGTERM, a closed terminal, a reader that has gone.

The main thread is asked first: the signal's handler raises `Interrupted` in it, so that what it is in the middle of can
be put away. A thread of its own waits for that, but not for long, and then ends the process itself: the main thread may
be in a call that no signal leaves, such as the look-up of a host's name.

Signals are handled as Python's own documentation asks for: https://docs.python.org/3/library/signal.html
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import IO, Any, NoReturn, cast

from twinstack import children
from twinstack.errors import Interrupted

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
# What a person calls "at once" is a second; the rest of it is for a machine that is busy.
_ORDERLY_SECONDS = 0.6
# `timeout` and some shells send a signal twice, to the process and to its group.
_SAME_SIGNAL_SECONDS = 0.2
# A reader may go when it has what it wants (`… | grep -q x`); a command that is about to end is left to it.
_UNREAD_SECONDS = 0.25
_TELLING_SECONDS = 0.1
# So much is written to a pipe at once or not at all (PIPE_BUF).
_LONGEST = 4096

LastWords = Callable[[int, bool], dict[int, str]]
"""Gets the exit code, and whether nobody reads any more; returns what to say, by file descriptor. The first is tried
first, the next one only when nobody reads from it; nothing is said when there is none."""


class Interruptions:
    """Handles signals while a command runs, and what is written for a reader that has gone.

    Attributes:
        last_words: Asked at that moment what to say; the command's own as soon as there is one.
    """

    def __init__(self, last_words: LastWords) -> None:
        self.last_words = last_words
        self._main = threading.get_ident()
        self._code: int | None = None
        self._unread = self._over = False
        self._telling = threading.Lock()

    def __enter__(self) -> Interruptions:
        self._heard, self._told = os.pipe()
        os.set_blocking(self._told, False)
        # What whoever started us ignores stays ignored: `nohup`, or `&` in a script.
        self._former = {
            number: signal.signal(number, self._raise)
            for number in EXIT_CODES
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._former_told = signal.set_wakeup_fd(self._told, warn_on_full_buffer=False)
        self._former_hooks = sys.excepthook, sys.unraisablehook
        sys.excepthook, sys.unraisablehook = self._uncaught, self._ignored
        self._streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._watched(sys.stdout), self._watched(sys.stderr)
        self._thread = threading.Thread(target=self._watch, name="interruptions", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._over = self._code is None
        if not self._over or isinstance(error, KeyboardInterrupt):
            self._end(error)
        os.write(self._told, b"\0")
        self._thread.join()
        signal.set_wakeup_fd(self._former_told)
        for number, handler in self._former.items():
            signal.signal(number, handler)
        sys.excepthook, sys.unraisablehook = self._former_hooks
        sys.stdout, sys.stderr = self._streams
        os.close(self._heard)
        os.close(self._told)

    def unread(self) -> None:
        """Ends the command because what it writes cannot be written any more; quietly the second time."""
        self._unread = True
        os.write(self._told, bytes([signal.SIGTERM]))
        if threading.get_ident() == self._main:
            self._raise(signal.SIGTERM, None)

    def _raise(self, number: int, _: FrameType | None) -> None:
        if self._code is None and not self._over:
            self._code = EXIT_CODES[signal.Signals(number)]
            raise Interrupted(self._code)

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Ends what was interrupted outside of every `try`."""
        if issubclass(kind, KeyboardInterrupt):
            self._end(error)
        self._former_hooks[0](kind, error, trace)

    def _ignored(self, unraisable: Any) -> None:
        """Says nothing of an interruption that came while Python was putting an object away: the thread ends it."""
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            self._former_hooks[1](unraisable)

    def _end(self, error: BaseException | None) -> NoReturn:
        """Ends the process from the main thread."""
        code = self._code or (error.exit_code if isinstance(error, Interrupted) else EXIT_CODES[signal.SIGINT])
        for stream in (sys.stdout, sys.stderr):
            if stream:
                stream.flush()
        self._leave(code)

    def _leave(self, code: int) -> NoReturn:
        """Says the last words, unless they have been said, and ends the process without waiting for any thread."""
        try:
            if self._telling.acquire(blocking=False):
                children.kill()
                any(_written(*said) for said in self.last_words(code, self._unread).items())
            else:
                time.sleep(_TELLING_SECONDS)  # the other thread is at it, and ends the process
        finally:
            os._exit(code)

    def _watch(self) -> None:
        """Waits for the first signal, gives the main thread its time, and ends the process."""
        number = self._first()
        if number is None:
            return
        begun = time.monotonic()
        while (left := begun + _ORDERLY_SECONDS - time.monotonic()) > 0:
            if not select.select([self._heard], [], [], left)[0]:
                break
            if os.read(self._heard, 1) == b"\0":
                return
            if time.monotonic() - begun > _SAME_SIGNAL_SECONDS:
                break
        self._leave(EXIT_CODES[signal.Signals(number)])

    def _first(self) -> int | None:
        """Waits for a signal; returns its number, or None when the command has ended."""
        poll = select.poll()
        poll.register(self._heard, select.POLLIN)
        for stream in self._streams:
            if (descriptor := _descriptor(stream)) is not None:
                poll.register(descriptor, 0)  # only that nobody is at the other end any more
        while True:
            for descriptor, event in poll.poll():
                if descriptor == self._heard:
                    return os.read(self._heard, 1)[0] or None
                poll.unregister(descriptor)
                if event & (select.POLLERR | select.POLLHUP) and not self._ends_by_itself():
                    self._unread = True
                    signal.pthread_kill(self._main, signal.SIGTERM)

    def _ends_by_itself(self) -> bool:
        """Whether something is heard before it is time to end because nobody reads."""
        return bool(select.select([self._heard], [], [], _UNREAD_SECONDS)[0])

    def _watched(self, stream: Any) -> Any:
        return cast("IO[str]", _Watched(stream, self.unread)) if _descriptor(stream) is not None else stream


class _Watched:
    """A stream that tells when it cannot be written to, where Python would raise `BrokenPipeError` or `OSError`.

    Args:
        stream: The stream.
        unread: Told.
    """

    def __init__(self, stream: IO[str], unread: Callable[[], None]) -> None:
        self._stream = stream
        self._unread = unread

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            self._unread()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            self._unread()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _descriptor(stream: Any) -> int | None:
    """Returns the file descriptor of a stream, if it is one of the operating system."""
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return None


def _written(descriptor: int, text: str) -> bool:
    """Writes a text past every buffer and lock, if somebody takes it now; returns whether it is written."""
    data = text.encode("utf-8", "replace")
    try:
        if os.isatty(descriptor):
            # A line that is drawn again and again hides the cursor.
            data = (b"\n" if os.environ.get("TERM", "dumb") == "dumb" else b"\x1b[?25h\n") + data
        if select.select([], [descriptor], [], 0)[1]:
            return os.write(descriptor, data[:_LONGEST]) > 0
    except OSError:
        pass
    return False
