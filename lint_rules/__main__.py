"""`python -m lint_rules FILE` writes the page about the rules."""

from __future__ import annotations

import sys
from pathlib import Path

from lint_rules import _page

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(_page.page() + "\n", encoding="utf-8")
