"""Imported before anything else in a process that nobody sits at."""

from __future__ import annotations

import gc
import signal
import sys

gc.disable()  # imports make much and free nothing: a fifth of their time; `forks.collect_rarely` enables it
signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the run
# JupyterLab brings rfc3987_syntax, which compiles a grammar of URLs at import: a second, for nothing here.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
sys.modules["debugpy"] = None  # type: ignore[assignment] # each kernel would make a debugger
