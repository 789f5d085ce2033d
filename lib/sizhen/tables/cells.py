"""What stands in a cell of text: what is none, and how much of one is kept."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MISSING = ("", "NaN", "nan", "NULL", "null", "None", "<NA>")
PILED = r"(\pM{8})\pM+"  # marks on one letter, more than any script has
LONGEST = 20_000  # characters of a text
FIELD = 16 << 20  # characters of a cell of CSV that is read at all
CUT = "…"  # ends a text that was longer


def kept(texts: pa.StringArray) -> tuple[pa.StringArray, NDArray[np.bool_]]:
    """(the texts, each that is too long cut and ended with CUT, without marks piled up on a letter; which were cut)"""
    long = np.zeros(len(texts), dtype=bool)
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > LONGEST:
        where = pc.fill_null(pc.greater(pc.utf8_length(texts), LONGEST), False)
        long = np.asarray(where.to_numpy(zero_copy_only=False), dtype=bool)
        begun = pc.utf8_slice_codeunits(texts, 0, LONGEST - len(CUT))
        mark, between = (pa.scalar(word, texts.type) for word in (CUT, ""))
        texts = pc.if_else(where, pc.binary_join_element_wise(begun, mark, between), texts)
    if pc.any(pc.match_substring_regex(texts, PILED)).as_py():
        texts = pc.replace_substring_regex(texts, PILED, r"\1")
    return texts, long
