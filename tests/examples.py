"""How many examples a property test takes."""

from __future__ import annotations

import os


def examples(number: int) -> int:
    """`number`, or fewer where SIZHEN_EXAMPLES says so, as `make test-fast` does."""
    return min(number, int(os.environ.get("SIZHEN_EXAMPLES", number)))
