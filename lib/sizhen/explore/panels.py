"""One examination beside its chart, as the explorer shows it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from sizhen.explore.drill import FOCUS

Examine = Callable[[Any, Any], pd.DataFrame]
Draw = Callable[[pd.DataFrame], Axes | None]

DPI = 110


@dataclass(frozen=True)
class Panel:
    """One examination beside its chart. `section`: look, listen, ask or check; `follows`: what narrows it."""

    section: str
    examine: Examine
    draw: Draw | None = None
    follows: tuple[str, ...] = ()


def panel(section: str, examine: Examine, draw: Draw | None = None, *, follows: Sequence[str] = ()) -> Panel:
    """`examine(shop, period)` as a table, beside it the chart `draw(frame)`, in the tab `section` (look, listen,
    ask, check).

    `follows` names the choices (`channel`, `product_id`) that narrow the panel: the examination then sees only their
    rows. A panel that follows nothing always shows the whole shop. ValueError on another name.
    """
    unknown = sorted(set(follows) - set(FOCUS))
    if unknown:
        raise ValueError(f"a panel cannot follow {unknown[0]!r}; only {', '.join(FOCUS)}")
    return Panel(section, examine, draw, tuple(follows))


def picture(axes: Axes | None) -> str:
    """A chart as an HTML image with its headline as alternative text; its figure is closed. Empty for None."""
    if axes is None:
        return ""
    figure: Any = axes.figure
    stream = BytesIO()
    figure.savefig(stream, format="png", dpi=DPI)
    plt.close(figure)
    data = base64.b64encode(stream.getvalue()).decode("ascii")
    return f'<img alt="{escape(figure.sz_alt)}" src="data:image/png;base64,{data}">'
