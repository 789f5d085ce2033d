"""What came of one shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sizhen.vocab.plain import plain

State = Literal["done", "skipped", "failed", "no_data"]
INTERRUPTED = "interrupted"
CHANGED = "the data changed while the report was made; run it again"


@dataclass(frozen=True)
class ShopResult:
    """`seconds` of wall clock; `reason` in one line where there is no report; where there is one, the sales `lost`
    in the shop's currency.

    `skipped`: nothing has changed since the published report was made.
    """

    shop_id: str
    state: State
    seconds: float
    reason: str = ""
    top_finding: str = ""
    lost: float | None = None

    @property
    def reported(self) -> bool:
        return self.state in ("done", "skipped")


def one_line(text: str, limit: int = 300) -> str:
    """The first line that says something, shortened."""
    line = next((stripped for line in text.splitlines() if (stripped := plain(line).strip())), "")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def ended(code: int) -> str:
    """How a process ended that should have gone on."""
    if code >= 0:
        return f"ended with code {code}"
    return f"was killed by signal {-code}" + (", probably for want of memory" if code == -9 else "")
