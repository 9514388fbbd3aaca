"""The other name of `twinstack.aws.asking`."""

from twinstack.aws.asking import Asking, only

__all__ = ["Asking", "only"]
