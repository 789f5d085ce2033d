"""Small pictures in the text: what they show is what they were given, and the page lets all of it through."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

from sizhen import view
from sizhen.report import clean
from sizhen.view import inline
from sizhen.view.inline import COLOURS, WIDTH, Row
from sizhen.view.screen import Gauge, Shown

DAYS = [date(2026, 10, 1) + timedelta(days=n) for n in range(31)]
HOSTILE = '"><script>steal()</script>&'


@pytest.fixture(autouse=True)
def _chinese() -> None:
    view.use("zh", "CNY")


def drawn(markup: Markup) -> Tag:
    """The SVG, after it was seen to come through the page's cleaner unchanged and to carry a colour for each class."""
    assert clean.display(str(markup)) == str(markup)
    (svg,) = BeautifulSoup(str(markup), "xml").find_all("svg")
    assert svg["role"] == "img" and svg["aria-label"]
    for tag in svg.find_all(True):
        kind, colour = tag["class"].split("-")[1:]
        assert tag["fill" if kind == "f" else "stroke"] == COLOURS[colour]
    return svg


def shown(text: str, figure: str = "a:b") -> Shown:
    return Shown(text, figure, "shop")


def gauge(observed: float, expected: float | None, band: tuple[float, float] | None, target: float | None) -> Gauge:
    amounts = {"observed": observed, "expected": expected, "target": target}
    told = [shown(f"{id} {amount}", f"sales:{id}") for id, amount in amounts.items() if amount is not None]
    told += [shown(f"usual {band[0]} to {band[1]}", "sales:band")] if band else []
    low, high = band or (None, None)
    return Gauge(observed, expected, low, high, target, tuple(told))


def test_bars_stand_on_zero_in_proportion_grey_before_and_blue_now() -> None:
    rects = drawn(inline.bars([10.0, 5.0, 20.0], [False, False, True], bad=False, label="weeks")).find_all("rect")
    heights = [float(rect["height"]) for rect in rects]
    assert heights == [11.0, 5.5, 22.0]
    assert {float(rect["y"]) + float(rect["height"]) for rect in rects} == {24.0}
    assert [rect["fill"] for rect in rects] == [COLOURS["pale"], COLOURS["pale"], COLOURS["now"]]


def test_bars_are_red_now_where_that_is_bad_and_never_before() -> None:
    rects = drawn(inline.bars([1.0, 1.0], [False, True], bad=True, label="weeks")).find_all("rect")
    assert [rect["fill"] for rect in rects] == [COLOURS["pale"], COLOURS["act"]]


def test_an_unknown_week_is_a_dash_and_no_bar_of_zero() -> None:
    unknown, zero = drawn(inline.bars([None, 0.0, 4.0], [False] * 3, bad=False, label="w")).find_all("rect")[:2]
    assert float(unknown["width"]) < float(zero["width"])


def test_bars_below_zero_hang_from_it() -> None:
    up, down = drawn(inline.bars([3.0, -1.0], [True, True], bad=False, label="w")).find_all("rect")
    assert float(up["y"]) + float(up["height"]) == float(down["y"])


def test_a_line_changes_colour_on_the_day_it_began_and_says_which() -> None:
    values = [36.0] * 11 + [127.0] * 20
    onset = DAYS[11]
    svg = drawn(
        inline.spark(DAYS, values, onset=onset, before=shown("36 秒"), now=shown("2分07秒"), bad=True, label="首次响应")
    )
    before, after = svg.find_all("polyline")
    assert (before["stroke"], after["stroke"]) == (COLOURS["pale"], COLOURS["act"])
    assert before["points"].split()[-1] == after["points"].split()[0], "the line is whole"
    assert [text.text for text in svg.find_all("text")] == ["36 秒", "2分07秒", "10月12日"]


def test_a_line_breaks_where_nothing_is_known() -> None:
    values = [1.0, 2.0, None, 3.0, None, *[4.0] * 26]
    svg = drawn(inline.spark(DAYS, values, onset=None, before=None, now=None, bad=False, label="x"))
    assert [len(line["points"].split()) for line in svg.find_all("polyline")] == [2, 26]
    assert len(svg.find_all("circle")) == 1


@pytest.mark.parametrize("values", [[], [None] * 31, [5.0] * 31])
def test_a_line_of_nothing_or_of_one_height_is_drawn(values: list[float | None]) -> None:
    drawn(inline.spark(DAYS[: len(values)], values, onset=DAYS[3], before=None, now=None, bad=True, label="x"))


def test_sales_stand_where_their_amounts_are() -> None:
    svg = drawn(inline.range_bar(gauge(46.1, 58.0, (52.7, 63.8), 62.0), bad=True))
    dot, band = svg.circle, svg.find("rect", {"class": "sz-f-ok"})
    expected, target = sorted(svg.find_all("line"), key=lambda line: float(line["x1"]))
    places = [float(dot["cx"]), float(band["x"]), float(expected["x1"]), float(target["x1"])]
    assert places == sorted(places)
    assert float(band["x"]) + float(band["width"]) > float(target["x1"])
    step = (float(expected["x1"]) - float(dot["cx"])) / (58.0 - 46.1)
    assert float(target["x1"]) - float(expected["x1"]) == pytest.approx(step * (62.0 - 58.0), abs=0.2)
    assert dot["fill"] == COLOURS["act"]
    assert {text["data-figure"] for text in svg.find_all("text")} == {
        "sales:observed",
        "sales:expected",
        "sales:target",
        "sales:band",
    }


@pytest.mark.parametrize(
    "given",
    [
        (46.1, 58.0, (52.7, 63.8), 62.0),
        (58.0, 58.0, (52.7, 63.8), 58.1),
        (0.0, 0.0, (0.0, 0.0), 0.0),
        (58.0, None, None, None),
        (900.0, 58.0, (52.7, 63.8), None),
    ],
)
def test_no_text_of_sales_lies_on_another_or_leaves_the_picture(
    given: tuple[float, float | None, tuple[float, float] | None, float | None],
) -> None:
    svg = drawn(inline.range_bar(gauge(*given), bad=False))
    boxes = []
    for text in svg.find_all("text"):
        half = len(text.text) * inline.COLUMN / 2
        boxes.append((float(text["x"]) - half, float(text["x"]) + half, float(text["y"])))
    high = float(svg["viewBox"].split()[3])
    assert all(left >= -1 and right <= WIDTH + 1 and 10 <= y <= high for left, right, y in boxes)
    beside = [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if abs(a[2] - b[2]) < 14]
    assert [pair for pair in beside if pair[0][0] < pair[1][1] and pair[1][0] < pair[0][1]] == []


def test_shares_are_in_proportion_from_a_common_zero() -> None:
    rows = [
        Row("访客", -25.0, shown("−25")),
        Row("转化率", -100.0, shown("−100"), bad=True),
        Row("客单价", 50.0, shown("+50")),
    ]
    svg = drawn(inline.shares(rows, label="split"))
    few, many, up = svg.find_all("rect")
    widths = [float(rect["width"]) for rect in (few, many, up)]
    assert widths[1] / widths[0] == pytest.approx(4, abs=0.1) and widths[1] / widths[2] == pytest.approx(2, abs=0.1)
    zero = float(svg.line["x1"])
    assert (
        float(few["x"]) + float(few["width"]) == pytest.approx(zero, abs=0.2) == pytest.approx(float(up["x"]), abs=0.2)
    )
    assert [rect["fill"] for rect in (few, many, up)] == [COLOURS["now"], COLOURS["act"], COLOURS["now"]]


def test_whatever_a_shop_calls_its_things_stays_text() -> None:
    row = Row(HOSTILE, 1.0, shown(HOSTILE))
    told = Gauge(1.0, None, None, None, None, (Shown(HOSTILE, "sales:observed", HOSTILE),))
    pictures = (
        inline.shares([row], label=HOSTILE),
        inline.range_bar(told, bad=False),
        inline.bars([1.0], [True], bad=False, label=HOSTILE),
        inline.spark(DAYS[:2], [1, 2], onset=None, before=shown(HOSTILE), now=None, bad=False, label=HOSTILE),
    )
    for picture in pictures:
        soup = BeautifulSoup(str(picture), "html.parser")
        assert not soup.find("script")
        assert soup.svg["aria-label"] == HOSTILE
