"""The other name of `twinstack.aws.side_by_side`."""

from twinstack.aws.side_by_side import Silence, side_by_side

__all__ = ["Silence", "side_by_side"]
