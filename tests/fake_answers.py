"""A region whose answers are written down."""

from twinstack.aws.errors import AwsError


def refused(operation, code, reason=""):
    """What AWS says when it refuses a call."""
    return AwsError(operation, code, reason, "here")


class Answers:
    """A region that answers each call with what is written down: a value, an error, or a function of the arguments."""

    def __init__(self, **written):
        self._written = written
        self.asked = []

    def __getattr__(self, call):
        def answer(*arguments):
            self.asked.append((call, *arguments))
            if call not in self._written:
                raise refused(call, "InvalidAction", f"Unknown action {call}")
            written = self._written[call]
            if isinstance(written, Exception):
                raise written
            return written(*arguments) if callable(written) else written

        return answer
