"""Colours, font and chart settings: set once by `view.use`, never by a plot."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sizhen.view import palette
from sizhen.vocab import load

HERE = Path(__file__).parent
FONT = HERE / "font" / "NotoSansSC-gb2312.ttf"
FAMILY = "sizhen"
DPI = 200
WIDTH = 4.4  # inches: on a phone no text is under ten pixels

INK, QUIET, LINE, PAPER = "#23262b", "#626871", "#dcd7ce", "#ffffff"
NOW, BEFORE = "#2f5a86", "#b9bfc7"
BETTER, WORSE, MARK = "#1d7a68", "#b0352b", "#b7791f"

# Blue comes free, orange is paid for, green is the shop's own; a channel has the colour of its group.
GROUP = {
    "free": "#1f5f99",
    "paid": "#c4541a",
    "owned": "#1d7a68",
    "activity": "#c9729f",
    "external": "#7f858d",
    "other": "#bfc3c8",
}
DEVICE = {"mobile": "#2f5a86", "desktop": "#d08a2e", "all": "#8a8f97"}
SERIES = ("#2f5a86", "#d08a2e", "#1d7a68", "#c9729f", "#7d6fb3", "#7f858d")

SETTINGS: dict[Any, Any] = {
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
    "figure.facecolor": PAPER,
    "figure.titlesize": 12,
    "font.size": 10,
    "font.family": [FAMILY, "DejaVu Sans"],
    "text.color": INK,
    "text.parse_math": False,
    "text.hinting": "none",  # at this resolution it only costs
    "axes.unicode_minus": False,
    "axes.facecolor": PAPER,
    "axes.edgecolor": LINE,
    "axes.labelcolor": QUIET,
    "axes.labelsize": 10,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": QUIET,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 10,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
}


def of_channel(id: str) -> str:
    return GROUP[load().channels[id].group]


@cache
def register_font() -> None:
    """Makes the shipped font known under our own family name, so that an installed one of its name is not taken."""
    known = font_manager.fontManager
    known.addfont(FONT)
    known.ttflist = [replace(e, name=FAMILY) if e.fname == str(FONT) else e for e in known.ttflist]


@cache
def drawn() -> frozenset[int]:
    """Code points that one of our two fonts can draw."""
    fallback = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return frozenset(point for path in (FONT, fallback) for point in font_manager.get_font(path).get_charmap())


def apply() -> None:
    """Chart settings for this process, whatever its user's own are; inside IPython also for the pictures it shows."""
    register_font()
    mpl.rcdefaults()
    mpl.rcParams.update(SETTINGS)
    if "IPython" in sys.modules:
        from IPython import get_ipython

        if (shell := get_ipython()) is not None and hasattr(shell, "kernel"):
            _in_notebook(shell)


def _in_notebook(shell: Any) -> None:
    """Figures at their full size in pixels and half of it on the page, with their headline as alternative text."""
    import matplotlib.pyplot as plt
    from matplotlib_inline import backend_inline  # noqa: F401  its import sets the figure format this one replaces

    if "inline" in mpl.get_backend():
        plt.uninstall_repl_displayhook()  # it draws every figure after a cell, and then the figure is drawn to be shown
    shell.display_formatter.formatters["image/png"].for_type(Figure, _picture)


def _picture(figure: Figure) -> tuple[bytes, dict[str, object]] | None:
    if not figure.axes and not figure.lines:
        return None
    width, height = (round(inches * DPI / 2) for inches in figure.get_size_inches())
    alt = getattr(figure, "sz_alt", "")
    return picture(figure), {"width": width, "height": height, **({"alt": alt} if alt else {})}


def picture(figure: Figure) -> bytes:
    """The figure as a PNG of few colours, drawn once (`savefig` draws twice where there is a layout engine)."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return palette.png(np.asarray(canvas.buffer_rgba()))
