"""What every forked process finds done. The server imports this and nothing more: no data, no thread, no socket.

Left out on purpose: matplotlib's inline backend, which notices only at its import that it is in a kernel.
"""

from __future__ import annotations

import atexit
import os
import shutil
from importlib import import_module
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sizhen.batch.kernels import forks
from sizhen.report.page import warm
from sizhen.texts.aspects import opinions
from sizhen.view import style
from sizhen.view.layout import Margins
from sizhen.vocab import load

LATE = (  # imported where first needed
    "IPython.core.completer",
    "IPython.core.pylabtools",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.shellchannel",
    "ipykernel.subshell_manager",
    "ipykernel.zmqshell",
    "matplotlib.pyplot",
    "pandas.io.formats.style",
    "pyarrow.compute",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sizhen.batch.kernels.child",
    "sizhen.batch.worker",
    "sizhen.texts.stars",
)
_server, _asked_by = os.getpid(), os.getppid()


@atexit.register
def _tidy() -> None:
    """The folder of sockets and temporary files of a run that was killed; one that ends removes it itself."""
    address = forks.address()
    if address and os.getpid() == _server and os.getppid() != _asked_by:
        shutil.rmtree(Path(address).parent, ignore_errors=True)


def _draw() -> None:
    """A chart on no screen: fonts are found and matplotlib's lazy parts are made."""
    style.register_font()
    style.drawn()
    with mpl.rc_context(style.SETTINGS):
        figure = Figure(layout=Margins())
        axes = figure.subplots()
        axes.plot([1, 2])
        axes.annotate("0", (1, 1))
        figure.suptitle("0")
        FigureCanvasAgg(figure).draw()  # type: ignore[no-untyped-call]


for name in LATE:
    import_module(name)
opinions(words for aspect in load().aspects.values() for words in (aspect.label.zh, aspect.label.en))
warm()
_draw()
