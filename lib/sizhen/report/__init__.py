"""Executed notebooks become one page (`page.build`); the pages of a period get an index (`index.write_index`)."""

from sizhen.report.frame import READING_ORDER
from sizhen.report.outdated import note_outdated, outdated

__all__ = ["READING_ORDER", "note_outdated", "outdated"]
