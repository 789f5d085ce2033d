"""Each rule's number has one home: named in rules.toml, registered once, read off the frame that shows it."""

from __future__ import annotations

import pandas as pd
import pytest

from sizhen.exam import figures
from sizhen.vocab import Rule, load

NAMED = sorted({r.figure for r in load().rules.values() if r.figure})


def test_every_registered_figure_is_named_by_a_rule() -> None:
    for part in figures.HOMES:
        figures.builder(f"{part}.__name__")
    assert sorted(figures.FIGURES) == NAMED


@pytest.mark.parametrize("rule", load().rules.values(), ids=lambda r: r.id)
def test_a_rule_names_the_frame_that_shows_it_and_a_number_where_it_has_a_metric(rule: Rule) -> None:
    assert callable(figures.builder(rule.frame))
    assert bool(rule.figure) == (rule.metric is not None)


def test_a_second_home_is_refused() -> None:
    with pytest.raises(ValueError, match="has a home already"):
        figures.figure(NAMED[0])(lambda frame: figures.UNKNOWN)


def test_a_frame_without_its_columns_is_named() -> None:
    with pytest.raises(ValueError, match=r"look\.traffic_groups:paid_share cannot be read off this frame"):
        figures.read("look.traffic_groups:paid_share", pd.DataFrame({"other": [1.0]}))
