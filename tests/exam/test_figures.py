"""Each rule's number has one home: named in rules.toml, registered once, read off the frame that shows it."""

from __future__ import annotations

import pandas as pd
import pytest

from sizhen.exam import figures
from sizhen.vocab import load

NAMED = sorted({r.figure for r in load().rules.values() if r.figure})


def test_every_registered_figure_is_named_by_a_rule() -> None:
    for part in figures.HOMES:
        figures.builder(f"{part}.__name__")
    assert sorted(figures.FIGURES) == NAMED


def test_a_second_home_is_refused() -> None:
    with pytest.raises(ValueError, match="has a home already"):
        figures.figure(NAMED[0])(lambda frame: figures.UNKNOWN)


def test_a_frame_without_its_columns_is_named() -> None:
    with pytest.raises(ValueError, match=r"look\.traffic_groups:paid_share cannot be read off this frame"):
        figures.read("look.traffic_groups:paid_share", pd.DataFrame({"other": [1.0]}))
