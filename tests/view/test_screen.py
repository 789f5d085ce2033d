"""The owner's first screen as text: the same for page, mail and terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from sizhen import view
from sizhen.document import Document
from sizhen.view.labels import about
from sizhen.view.screen import MOST_TASKS, Screen, screen
from small_document import document, finding


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    view.use("zh", "CNY")
    yield
    view.use("zh", "CNY")


def shown(*findings: dict[str, object], **changed: object) -> Screen:
    return screen(Document.from_json(document(*findings, **changed) | {"schema": 2}))


def test_a_task_says_what_how_much_who_when_how_sure_and_how() -> None:
    told = finding(
        amount=44_518.0,
        task={"zh": "补「风衣」M、L", "en": "Restock M, L of “coat”"},
        sure="high",
        where={"skus": ["M", "L"], "menu": ["万相台", "关键词推广"]},
        sizes=[{"sku": "S", "on_hand": 67}, {"sku": "M", "on_hand": 0, "gone_since": "2026-10-16"}],
        periods=2,
    )
    told["advice"] |= {
        "what": {"zh": "补货；补不到的开预售。", "en": "x"},
        "due_on": "2026-11-02",
        "check_on": "2026-11-09",
    }
    (task,) = shown(told).tasks
    assert (task.title, task.who, task.by, task.sure) == ("补「风衣」M、L", "仓库", "11月2日前", "把握大")
    assert task.money is not None
    assert (task.money.text, task.money.figure, task.money.scope) == ("¥4.5 万", "finding:stake", "stock.sold_out")
    assert task.steps == ("补货", "补不到的开预售。")
    assert task.places == ("万相台 › 关键词推广",)
    assert [(chip.sku, chip.note, chip.gone) for chip in task.chips] == [("S", "67 件", False), ("M", "断 16 天", True)]
    assert task.check == "11月9日看：有货率（按买家想要的码）回到 95% 左右。"
    assert task.again == "第 2 次提醒"


def test_money_is_the_bar_of_a_task_and_costs_have_their_word() -> None:
    tasks = shown(finding(amount=40_000.0), finding("ads.waste", amount=10_000.0, kind="cost", id="ads.waste")).tasks
    assert [task.share for task in tasks] == [1.0, 0.25]
    assert [task.money.text for task in tasks if task.money] == ["¥4.0 万", "多花 ¥1.0 万"]


def test_five_tasks_at_most_and_the_others_counted() -> None:
    told = shown(*(finding(id=f"stock.sold_out:p{i}") for i in range(MOST_TASKS + 2)))
    assert (len(told.tasks), told.more) == (MOST_TASKS, "另有 2 件，见下面各项。")


def test_a_document_of_schema_1_has_a_screen() -> None:
    told = screen(Document.from_json(document(finding())))
    assert (told.state, told.headline) == ("act", "有 1 件事要办。")
    assert (told.tasks[0].title, told.tasks[0].by, told.signs) == ("断码断货", "11月4日前", ())


def test_the_money_in_the_headline_is_found() -> None:
    says = {"zh": "少卖了 ¥2,000，原因找到了 1 个。", "en": "x"}
    verdict = {"state": "act", "says": says, "why": {"zh": "访客没少。", "en": "x"}}
    told = shown(finding(), verdict=verdict)
    assert (told.headline, told.money, told.why) == (says["zh"], "¥2,000", "访客没少。")


@pytest.mark.parametrize(
    ("observed", "beyond", "immature", "bad", "change"),
    [
        (0.027, True, False, True, "−21%"),
        (0.027, False, False, False, "−21%"),
        (0.041, True, False, False, "+21%"),
        (0.027, True, True, False, None),
    ],
)
def test_a_sign_is_bad_only_where_it_is_worse_beyond_chance(
    observed: float, beyond: bool, immature: bool, bad: bool, change: str | None
) -> None:
    week = {"start": "2026-10-25", "value": observed, "now": True}
    vital = {
        "metric": "conversion",
        "observed": observed,
        "expected": 0.034,
        "beyond_chance": beyond,
        "immature": immature,
        "weeks": [week],
    }
    (sign,) = shown(vitals=[vital]).signs
    assert (sign.bad, sign.change.text if sign.change else None) == (bad, change)
    assert sign.value.text == about(observed, "conversion")
    assert bool(sign.note) is immature


@pytest.mark.parametrize("kind", ["cost", "loss"])
def test_spending_more_is_bad_where_too_much_was_spent(kind: str) -> None:
    told = {"observed": 8300.0, "expected": 5300.0, "beyond_chance": True, "immature": False, "weeks": []}
    spent = finding("ads.click_cost", kind=kind, id="ads.click_cost:x")
    (sign,) = shown(spent, vitals=[told | {"metric": "ad_spend"}]).signs
    assert sign.bad is (kind == "cost")


@pytest.mark.parametrize(
    ("start", "end", "when"),
    [
        ("2026-10-01", "2026-10-31", "2026 年 10 月"),
        ("2026-02-01", "2026-02-28", "2026 年 2 月"),
        ("2026-10-01", "2026-11-30", "10月1日至11月30日"),
        ("2026-10-19", "2026-10-25", "10月19日至10月25日"),
    ],
)
def test_a_month_is_called_by_its_name(start: str, end: str, when: str) -> None:
    there = {"shop_daily": {"rows": 61, "first": "2026-09-01", "last": date(2026, 12, 31).isoformat()}}
    told = shown(period={"start": start, "end": end}, data=document()["data"] | {"tables": there})
    assert told.when == when


def test_data_that_end_early_are_told() -> None:
    assert shown(period={"start": "2026-11-01", "end": "2026-11-30"}).when == "2026 年 11 月，数据到 10月31日"


@pytest.mark.parametrize(
    ("value", "metric", "zh"),
    [
        (0.0266, "conversion", "2.7%"),
        (0.0999, "conversion", "10%"),
        (0.651, "conversion", "65%"),
        (73_008.0, "visitors", "7.3 万"),
        (239.4, "average_order_value", "¥239"),
        (2.49, "click_cost", "¥2.5"),
        (None, "visitors", "—"),
    ],
)
def test_figures_are_told_as_far_as_they_matter(value: float | None, metric: str, zh: str) -> None:
    assert about(value, metric) == zh


def test_the_scope_of_a_figure_names_nobody() -> None:
    told = finding("service.skill", id="service.skill:欧阳晓夏", subject={"agent": "欧阳晓夏"})
    other = finding("service.skill", id="service.skill:司徒小满", subject={"agent": "司徒小满"})
    scopes = [task.money.scope for task in shown(told, other).tasks if task.money]
    assert len(set(scopes)) == 2 and all(scope.isascii() for scope in scopes)
