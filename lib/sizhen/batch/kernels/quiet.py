"""Imported before anything else in a process that nobody sits at."""

from __future__ import annotations

import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started the run
# JupyterLab brings rfc3987_syntax, which compiles a grammar of URLs at import: a second, for nothing here.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
