"""Executed notebooks become one page; the pages of a period get an index."""

from sizhen.report.index import Row, write_index
from sizhen.report.page import READING_ORDER, build
from sizhen.report.prepare import ReportError

__all__ = ["READING_ORDER", "ReportError", "Row", "build", "write_index"]
