"""What every forked process finds done. The server imports this and nothing more: no data, no thread, no socket.

Left out on purpose: matplotlib's inline backend, which notices only at its import that it is in a kernel.
"""

from __future__ import annotations

from importlib import import_module

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from sizhen.report.page import warm
from sizhen.texts.aspects import compiled, opinions
from sizhen.view import style
from sizhen.view.layout import Margins
from sizhen.vocab import LANGUAGES, load

LATE = (  # imported where first needed
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.shellchannel",
    "ipykernel.subshell_manager",
    "ipykernel.zmqshell",
    "matplotlib.pyplot",
    "pandas.core.arrays.arrow.extension_types",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pandas.io.formats.style",
    "pyarrow.compute",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sizhen.batch.kernels.child",
    "sizhen.batch.worker",
    "sizhen.tables.derive",
    "sizhen.tables.files",
    "sizhen.texts.stars",
    "tornado.platform.asyncio",
)


def _draw() -> None:
    """A chart on no screen: fonts are found, and lazy parts of matplotlib and of what writes pictures are made."""
    style.register_font()
    style.drawn()
    with mpl.rc_context(style.SETTINGS):
        figure = Figure(layout=Margins())
        axes = figure.subplots()
        days = pd.date_range("2026-01-01", periods=2)
        axes.plot(days, [1, 2])
        axes.annotate("0", (days[0], 1))
        figure.suptitle("0")
        style.picture(figure)


for name in LATE:
    import_module(name)
opinions(words for aspect in load().aspects.values() for words in (aspect.label.zh, aspect.label.en))
for language in LANGUAGES:
    compiled("topics", language)
warm()
_draw()
