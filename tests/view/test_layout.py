"""The axes of a chart leave room for what is written, and no more."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from sizhen.view import labels
from sizhen.view.layout import PAD, Margins
from sizhen.view.plots.base import beside, beside_bars, canvas, grid, headline, key, panels

pytestmark = pytest.mark.usefixtures("language")


def rows(layout: Any, names: list[str], written: list[str]) -> Any:
    figure, axes = plt.subplots(figsize=(4.6, 2.4), dpi=200, layout=layout)
    axes.barh(range(len(names)), range(1, len(names) + 1))
    axes.set_yticks(range(len(names)), names)
    beside(axes, range(1, len(names) + 1), range(len(names)), written)
    figure.canvas.draw()
    return axes


def stacked(layout: Any, columns: int = 1) -> list[Any]:
    figure, axes = plt.subplots(3, columns, squeeze=False, sharex=True, figsize=(4.6, 4), dpi=200, layout=layout)
    for number, panel in enumerate(axes.flat):
        panel.plot([0, 1234567 * number + 1])
        panel.set_title(f"panel {number}")
    axes[-1, -1].set_xlabel("days")
    figure.canvas.draw()
    return list(axes.flat)


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (["a", "b"], ["1", "2"]),
        (["a very much longer name", "b"], ["1", "2"]),
        (["a", "b", "c"], ["1", "2", "3 and a great deal more"]),
        (["two\nlines", "a very much longer name"], ["one that is far longer than its bar", ""]),
    ],
)
def test_as_large_as_constrained_layout_makes_them(names: list[str], written: list[str]) -> None:
    ours, theirs = (rows(layout, names, written).bbox for layout in (Margins(), "constrained"))
    assert np.abs(ours.get_points() - theirs.get_points()).max() < 1


@pytest.mark.parametrize("columns", [1, 2])
def test_a_grid_as_constrained_layout_makes_it(columns: int) -> None:
    for ours, theirs in zip(stacked(Margins(), columns), stacked("constrained", columns), strict=True):
        assert np.abs(ours.bbox.get_points() - theirs.bbox.get_points()).max() < 3


def test_headline_axes_and_key_stand_apart() -> None:
    figure, axes = canvas(2.0)
    axes.plot([0, 1])
    axes.set(xticks=[0, 1], yticks=[0, 1])
    headline(axes, "plot.payment", metric=labels.name("conversion"), now="1 %", before="2 % " * 30)
    key(axes, "plot.key.level")
    figure.canvas.draw()
    title, foot = (text.get_window_extent() for text in figure.texts)
    names: list[Any] = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    boxes = [Text.get_window_extent(name) for name in names if name.get_text()]
    pad = PAD * figure.dpi
    assert title.y1 == pytest.approx(figure.bbox.y1 - pad)
    assert foot.y0 == pytest.approx(pad)
    assert title.y0 >= max(box.y1 for box in boxes) + pad
    assert foot.y1 <= min(box.y0 for box in boxes) - pad
    assert max(box.y1 for box in [*boxes, axes.bbox]) == pytest.approx(title.y0 - 2 * pad, abs=1)


def test_a_hidden_panel_takes_no_room_and_a_ratio_holds() -> None:
    figure, axes = grid(3.0, 2, 2, height_ratios=[1, 2])
    axes[1, 1].set_yticks([0], ["a name as long as this"])
    axes[1, 1].set_visible(False)
    figure.canvas.draw()
    heights = [panel.bbox.height for panel in axes[:, 0]]
    assert heights[1] == pytest.approx(2 * heights[0])
    assert axes[0, 1].bbox.x0 - axes[0, 0].bbox.x1 < 0.6 * figure.dpi


def test_names_too_long_for_any_axes_leave_it_where_it_was() -> None:
    figure, axes = canvas()
    before = axes.get_position().bounds
    axes.set_yticks([0], ["far too long " * 20])
    figure.canvas.draw()
    assert axes.get_position().bounds == before
    figure, tall = panels(2.0, 2)
    tall[0].set_title("\n".join("lines" * 20))
    figure.canvas.draw()
    assert tall[0].bbox.height > 0


def test_axes_placed_by_hand_stay() -> None:
    figure, axes = canvas()
    axes.set_visible(False)
    inset = figure.add_axes((0.7, 0.7, 0.2, 0.2))
    for shown in (False, True):
        axes.set_visible(shown)
        figure.canvas.draw()
        assert inset.get_position().bounds == pytest.approx((0.7, 0.7, 0.2, 0.2))
    assert axes.get_position().x0 < 0.1


def test_a_label_is_below_the_names_of_the_ticks() -> None:
    axes = stacked(Margins())[-1]
    lowest = min(label.get_window_extent().y0 for label in axes.get_xticklabels())
    assert axes.xaxis.label.get_window_extent().y1 <= lowest


def test_texts_stand_at_the_outer_end() -> None:
    _, axes = canvas()
    beside(axes, [2.0, -1.0, float("nan")], [0, 1, 2], ["+2", "-1", "?"], outward=True)
    axes.set_xlim(-3, 3)
    axes.figure.canvas.draw()
    place = axes.transData.transform([(2, 0), (-1, 1)])[:, 0]
    right, left = (text.get_window_extent() for text in axes.texts[:2])
    points = axes.figure.dpi / 72
    assert right.x0 == pytest.approx(place[0] + 4 * points, abs=1)
    assert left.x1 == pytest.approx(place[1] - 4 * points, abs=1)


def test_bars_are_named_and_told() -> None:
    _, axes = canvas()
    beside_bars(axes, ["a", "b"], pd.Series([1.0, 2.0]), None, ["one", "two"])
    assert [t.get_text() for t in axes.texts] == ["one", "two"]
