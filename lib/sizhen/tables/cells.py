"""What stands in a cell of text: what is none, and how much of one is kept."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MISSING = ("", "NaN", "nan", "NULL", "null", "None", "<NA>")
TURNING = "[\u202a-\u202e\u2066-\u2069]"  # turns the direction of all the text that follows on the page
PILED = r"(\pM{8})\pM+"  # marks on one letter, more than any script has
LONGEST = 20_000  # characters of a text
FIELD = 16 << 20  # characters of a cell of CSV that is read at all
CUT = "…"  # ends a text that was longer


def kept(texts: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.bool_]]:
    """(the texts without marks piled up on a letter, each that is too long cut and ended with CUT; which were cut)"""
    texts = pc.replace_substring_regex(texts, PILED, r"\1")
    long = pc.fill_null(pc.greater(pc.utf8_length(texts), LONGEST), False)
    where = np.asarray(long.to_numpy(zero_copy_only=False), dtype=bool)
    if not where.any():
        return texts, where
    begun = pc.utf8_slice_codeunits(texts, 0, LONGEST - len(CUT))
    mark, between = (pa.scalar(word, texts.type) for word in (CUT, ""))
    return pc.if_else(long, pc.binary_join_element_wise(begun, mark, between), texts), where


def is_kept(texts: pa.StringArray) -> pa.BooleanArray:
    """Which texts stay as they are."""
    return pc.invert(pc.or_(pc.greater(pc.utf8_length(texts), LONGEST), pc.match_substring_regex(texts, PILED)))
