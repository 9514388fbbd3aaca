"""The one seam to AWS: the calls that are used, typed, and nothing more."""
