"""A number as it stands in markup: with the name of the figure it is and of what it is told."""

from __future__ import annotations

from markupsafe import Markup


def figure(text: str, id: str, scope: str) -> Markup:
    """`text` as the figure `id` (`sales:observed`, `vital:conversion`, `look.stock:in_stock_share`) of `scope` (`shop`,
    the id of a finding or rule). Figures of the same id and scope read the same wherever they stand."""
    return Markup('<span data-figure="{}" data-scope="{}">{}</span>').format(id, scope, text)
