"""Long tables wait behind a line that says how many rows they have."""

from __future__ import annotations

import re

from sizhen.vocab import word

OPEN_ROWS = 4  # a table of more rows is folded
_TABLE = re.compile(r'(<table\b(?:[^<]|<(?!/?table\b))*+</table>)(\s*+<p class="sz-note">(?:[^<]|<(?!/?p\b))*+</p>)?')
_HEAD = re.compile(r"<thead\b(?:[^<]|<(?!/?thead\b))*+</thead>")
_MARK = '<details class="sz-fold">'


def fold(html: str, language: str) -> str:
    """Each table of more than OPEN_ROWS rows, with the note on rows left out below it, inside `details`."""

    def folded(match: re.Match[str]) -> str:
        rows = len(re.findall(r"<tr\b", _HEAD.sub("", match[1])))
        if rows <= OPEN_ROWS:
            return match[0]
        told = word("report.table", language).format(rows=rows)
        return f"{_MARK}<summary>{told}</summary>{match[0]}</details>"

    return _TABLE.sub(folded, html)


def is_folded(html: str) -> bool:
    """True when the markup is nothing but a folded table."""
    return html.startswith(_MARK)
