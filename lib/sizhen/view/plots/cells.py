"""Heat maps: a grid of fields, the names of its columns above it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from sizhen.view import style
from sizhen.view.plots.base import SMALL


def cells(
    axes: Axes,
    values: pd.DataFrame,
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    written: pd.DataFrame | None = None,
    gap: float = 2.0,
    **colours: Any,
) -> None:
    """A field per value, `gap` points apart, with the text of `written` in it; a value that is NaN has neither.
    `colours`: cmap, vmin and vmax of seaborn's heatmap."""
    ink = {"color": style.INK, "fontsize": SMALL}
    sns.heatmap(
        values,
        annot=written,
        fmt="",
        annot_kws=ink,
        cbar=False,
        linewidths=gap,
        linecolor=style.PAPER,
        xticklabels=False,
        yticklabels=False,
        ax=axes,
        **colours,
    )
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
