"""The results of a run as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from sizhen.batch.shop_result import ShopResult
from sizhen.vocab.plain import plain_line

_STYLES = {"done": "green", "skipped": "dim green", "failed": "bold red", "no_data": "yellow"}


def table(results: Sequence[ShopResult]) -> Table:
    """Shops with state, seconds, sales lost and first finding or, where there is no report, the reason."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    made.add_column("shop", no_wrap=True)
    made.add_column("state", no_wrap=True)
    made.add_column("seconds", justify="right")
    made.add_column("lost", justify="right")
    made.add_column("first finding, or reason", overflow="fold")
    for result in results:
        made.add_row(
            Text(plain_line(result.shop_id)),
            Text(result.state.replace("_", " "), style=_STYLES[result.state]),
            f"{result.seconds:.1f}",
            "" if result.lost is None else f"{result.lost:,.0f}",
            Text(result.reason or result.top_finding),
        )
    return made
