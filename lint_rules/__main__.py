"""`python -m lint_rules FILE` writes the page about the rules."""

from __future__ import annotations

import sys
from pathlib import Path

from lint_rules import _page
from twinstack.files import write_whole

if __name__ == "__main__":
    write_whole(Path(sys.argv[1]), _page.page() + "\n")
