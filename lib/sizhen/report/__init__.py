"""Executed notebooks become one page (`page.build`); the pages of a period get an index."""

from sizhen.report.frame import READING_ORDER
from sizhen.report.index import Row, write_index
from sizhen.report.outdated import note_outdated, outdated

__all__ = ["READING_ORDER", "Row", "note_outdated", "outdated", "write_index"]
