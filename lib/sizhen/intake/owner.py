"""What the rows of a file say of whose they are: the platform's name of the shop, and the currency of its money."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa

from sizhen.intake import currency, privacy
from sizhen.intake.body import Body, Mask
from sizhen.intake.errors import IntakeError
from sizhen.intake.rules import Context
from sizhen.intake.values import SIGNS
from sizhen.vocab.plain import plain

CODE = re.compile("[A-Z]{3}")


def shops(rows: Body, good: Mask, context: Context) -> dict[str, str]:
    """The names these rows state, each with its place."""
    return _told(rows, context.match.layout.shop, good, context)


def currencies(rows: Body, good: Mask, context: Context) -> dict[str, str]:
    """The codes or signs that these rows state, each with its place. Raises IntakeError for what is neither."""
    codes = _codes(rows, good, context)
    for code, place in codes.items():
        if code not in SIGNS and not CODE.fullmatch(code):
            problem = f"has {privacy.clean(plain(code))} in {place}, which is no code of a currency"
            raise IntakeError(context.file, problem, "write a code such as EUR or CNY there")
    return currency.narrowed(codes | currency.signs(rows, good, context.match))


def one_currency(rows: Body, context: Context) -> str | None:
    """The code of the rows' money, where no sign leaves it open."""
    every = np.ones(len(rows.numbers), dtype=bool)
    stated = currency.narrowed(_codes(rows, every, context) | currency.signs(rows, every, context.match))
    codes = {code for name in stated for code in SIGNS.get(name, (name,))}
    return codes.pop() if len(codes) == 1 else None


def _codes(rows: Body, good: Mask, context: Context) -> dict[str, str]:
    told = _told(rows, context.match.layout.currency, good, context)
    return {unicodedata.normalize("NFKC", code).upper(): place for code, place in told.items()}


def _told(rows: Body, heading: str | None, good: Mask, context: Context) -> dict[str, str]:
    """What the kept rows say under a heading, and where each of it stands first."""
    at = context.match.places.get(heading or "")
    if at is None:
        return {}
    there, first = np.unique(rows.columns[at].codes[good], return_index=True)
    words = rows.columns[at].words.take(pa.array(there)).to_pylist()
    numbers = rows.numbers[good][first].tolist()
    column = context.match.headings[at]
    told = zip(words, numbers, strict=True)
    return {w: f"row {n}, column {column}" for w, n in told if w not in context.common.missing}


def one_of(told: dict[str, str], what: str, context: Context) -> str | None:
    """The one shop or currency of the file, each with its place. Raises IntakeError for several."""
    if len(told) > 1:
        shown = (f"{privacy.clean(plain(name))} in {told[name]}" for name in sorted(told)[:3])
        problem = f"holds rows of several {what} ({'; '.join(shown)})"
        raise IntakeError(context.file, problem, "export each on its own")
    return next(iter(told), None)
