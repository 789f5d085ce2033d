"""What the mail says, in both of its texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from sizhen import view
from sizhen.delivery import letter
from sizhen.delivery.letter import Letter, plain
from sizhen.delivery.message import LONGEST_BODY
from sizhen.document import Document
from sizhen.tables import Profile
from sizhen.view import labels
from sizhen.view.screen import Shown, screen
from small_document import document
from small_mail import ENGLISH, OWNER, finding, html_of, judged, text_of

Mail = Callable[..., EmailMessage]
OWNERS = pytest.mark.parametrize("owner", [OWNER, ENGLISH], ids=["zh", "en"])
HOSTILE = "<img src=x onerror=alert(1)> & \"</td>' {{ 7 * 7 }} http://evil.example/a?b www.evil.example a@evil.example"

LOST = finding(amount=1500.0)
SIZES = [
    {"sku": "S", "on_hand": 67, "gone_since": None},
    {"sku": "M", "on_hand": 0, "gone_since": "2026-10-16"},
]
TASK = finding(amount=1500.0) | {
    "task": {"zh": "补「风衣」M", "en": "Restock M of “coat”"},
    "sizes": SIZES,
    "where": {"skus": ["M"], "menu": ["万相台 › 关键词推广"]},
    "periods": 3,
}
WASTE = finding("ads.waste", amount=700.0, kind="cost")
FACT = finding("service.slow", amount=0.0)
PEER = finding("peer.promotion", "watch", amount=300.0, says="Peer")
USUAL = document()["sales"] | {"observed": 9300.0}
UNKNOWN = dict.fromkeys(("observed", "expected", "low", "high", "target"))

# Everything a shop can be told: its document and, in both languages, its subject without shop and month.
STATES: dict[str, tuple[dict[str, Any], str, str]] = {
    "act": (
        judged("act", "少卖了 ¥2,000，原因找到了 1 个。", "$2.0k of sales lost; one cause found.", LOST, WASTE),
        "少卖 ¥2,000，2 件事要办",
        "$2.0k lost, 2 things to do",
    ),
    "one thing": (
        judged("act", "少卖了 ¥2,000，其中 ¥700 找到了原因。", "$2.0k of sales lost.", finding(amount=700.0)),
        "少卖 ¥2,000，1 件事要办",
        "$2.0k lost, one thing to do",
    ),
    "lost in places": (
        judged(
            "act",
            "总数正常，但有 1 处少卖了 ¥1,500。",
            "Sales as usual, but $1.5k lost in one place.",
            LOST,
            sales=USUAL,
        ),
        "总数正常，但有 1 处少卖了 ¥1,500",
        "Sales as usual, but $1.5k lost in one place",
    ),
    "costs as large as the usual gap": (
        judged("act", "销售正常，多花了 ¥700。", "Sales as usual, $700 overspent.", WASTE, sales=USUAL),
        "多花 ¥700，1 件事要办",
        "$700 overspent, one thing to do",
    ),
    "only costs": (
        judged("act", "多花了 ¥700，1 处能省。", "$700 overspent, to be saved in one place.", WASTE),
        "多花 ¥700，1 件事要办",
        "$700 overspent, one thing to do",
    ),
    "no money": (
        judged("act", "有 1 件事要办，还不影响销售。", "One thing to do, without effect on sales.", FACT),
        "有 1 件事要办，还不影响销售",
        "One thing to do, without effect on sales",
    ),
    "more than expected": (
        judged(
            "act",
            "比该有的多卖 ¥3,000，还有 1 件事要办。",
            "$3.0k more than expected; one thing to do.",
            LOST,
            sales=document()["sales"] | {"observed": 13000.0},
        ),
        "比该有的多卖 ¥3,000，还有 1 件事要办",
        "$3.0k more than expected; one thing to do",
    ),
    "watch": (
        judged("watch", "没有急事，有 1 处要留意。", "Nothing urgent; one thing to watch.", PEER),
        "没有急事，有 1 处要留意",
        "Nothing urgent; one thing to watch",
    ),
    "unclear": (
        judged("unclear", "转化率少了三成，原因没找到。", "Conversion fell by a third; no cause was found."),
        "转化率少了三成，原因没找到",
        "Conversion fell by a third; no cause was found",
    ),
    "little_data": (
        judged("little_data", "数据不足，只能说卖了多少。", "Too few data for more than sales.", baseline=None),
        "数据不足，只能说卖了多少",
        "Too few data for more than sales",
    ),
    "fine": (judged("fine", "一切正常。", "All as usual."), "一切正常", "All as usual"),
    "schema 1": (document(LOST, WASTE), "有 2 件事要办", "2 things to act on"),
    "schema 1, no sales": (
        document(sales=UNKNOWN, split=[], baseline=None),
        "没有销售数据，判断不了",
        "No sales are known: no verdict",
    ),
}


def written(document: dict[str, Any], profile: Profile = OWNER) -> Letter:
    view.use(profile.language, profile.currency)
    return letter.write(Document.from_json(document), profile)


def shown_in(html: str) -> str:
    body = BeautifulSoup(html, "html.parser").body
    assert body is not None
    return body.get_text()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def sentences_of(told: Letter) -> Iterator[str]:
    """What the mail says, in its order."""
    yield from (told.headline, told.why, told.shop, told.when, told.issued)
    yield from (each.text for each in told.gauge.told if told.gauge) if told.gauge else ()
    for item in told.items:
        task = item.task
        yield task.title
        yield from (each.text for each in (task.money, task.between) if each)
        yield from (task.who, task.by, task.sure, task.again, task.says)
        yield from (f"{chip.sku} {chip.note}" for chip in task.chips)
        yield item.chips_more
        yield from (*task.steps, *task.places, task.check)
    yield told.more


def figures_of(html: str) -> list[tuple[str, str, str]]:
    marked = BeautifulSoup(html, "html.parser").find_all(attrs={"data-figure": True})
    return [(str(tag["data-figure"]), str(tag["data-scope"]), tag.get_text()) for tag in marked]


@OWNERS
@pytest.mark.parametrize("state", STATES)
def test_the_subject_of_every_state(mail: Mail, state: str, owner: Profile) -> None:
    told, zh, en = STATES[state]
    wanted = f"小店 10月：{zh}" if owner is OWNER else f"Tiny Shop, October: {en}"
    assert mail(told, owner)["Subject"] == wanted


@OWNERS
@pytest.mark.parametrize("state", STATES)
def test_both_texts_say_everything_in_one_order(mail: Mail, state: str, owner: Profile) -> None:
    told = STATES[state][0]
    sent = mail(told, owner, unsubscribe="stop@agency.example")
    ends = ["tiny-2026-10.html", "stop@agency.example"]
    for shown in map(squeezed, (shown_in(html_of(sent)), text_of(sent))):
        at = 0
        for sentence in map(squeezed, (*sentences_of(written(told, owner)), *ends)):
            assert sentence in shown[at:], sentence
            at = shown.index(sentence, at) + len(sentence)


@OWNERS
@pytest.mark.parametrize("state", STATES)
def test_figures_are_marked_as_those_of_the_first_screen_and_the_text_has_them_too(
    mail: Mail, state: str, owner: Profile
) -> None:
    told = STATES[state][0]
    sent = mail(told, owner)
    found = figures_of(html_of(sent))
    page = screen(Document.from_json(told))
    gauge = list(page.gauge.told) if page.gauge else []
    wanted = [shown for task in page.tasks for shown in (task.money, task.between) if shown]
    money = [Shown(page.money, "verdict:money", "shop")] if page.money else []
    assert found == [(each.figure, each.scope, each.text) for each in (*money, *gauge, *wanted)]
    at, text = 0, text_of(sent)
    for _, _, number in found:
        assert number in text[at:]
        at = text.index(number, at) + len(number)


@OWNERS
@pytest.mark.parametrize("state", STATES)
def test_nothing_but_text_and_tables(mail: Mail, state: str, owner: Profile) -> None:
    html = html_of(mail(STATES[state][0], owner))
    assert not BeautifulSoup(html, "html.parser").find_all(["img", "svg", "picture", "canvas", "object"])
    assert "cid:" not in html and "url(" not in html


@OWNERS
@pytest.mark.parametrize("state", STATES)
def test_no_line_of_the_text_is_left_over(mail: Mail, state: str, owner: Profile) -> None:
    text = text_of(mail(STATES[state][0], owner))
    assert "\n\n\n" not in text and "{" not in text and text.strip() + "\n" == text
    assert not re.search("[一-鿿]", text) or owner is OWNER


def test_a_task_says_what_how_much_who_when_how_and_what_then(mail: Mail) -> None:
    text = text_of(mail(judged("act", "少卖了 ¥2,000。", "x.", TASK)))
    task = [
        "1. 补「风衣」M",
        "¥1,500 (估 ¥750 到 ¥2,200)",
        "仓库 · 11月4日前 · 把握中 · 第 3 次提醒",
        "Out断货。",
        "S 67 件 · M 断 16 天",
        "- 补货：Out。",
        "> 万相台 › 关键词推广",
        f"11月7日看：{labels.name('in_stock_share')}回到 95% 左右。",
    ]
    assert "\n".join(task) in text


def test_costs_have_a_word_and_a_colour_of_their_own(mail: Mail) -> None:
    soup = BeautifulSoup(html_of(mail(STATES["act"][0])), "html.parser")
    lost, cost = (tag for tag in soup.find_all(attrs={"data-figure": "finding:stake"}))
    assert (lost["class"], cost["class"]) == (["act"], ["cost"])
    assert cost.get_text() == "多花 ¥700" and "color:#8a5a00" in str(cost["style"])
    assert "color:#a8322a" in str(lost["style"])


@OWNERS
def test_a_size_that_is_gone_is_set_off(mail: Mail, owner: Profile) -> None:
    soup = BeautifulSoup(html_of(mail(judged("act", "x", "x", TASK), owner)), "html.parser")
    gone = [tag.get_text() for tag in soup.find_all("strong", class_="act")]
    assert gone == ["M\u00a0断\u00a016\u00a0天" if owner is OWNER else "M\u00a0out\u00a016\u00a0days"]


def test_five_tasks_at_most_and_the_others_counted(mail: Mail) -> None:
    told = document(*(finding(amount=1000.0 - n) | {"id": f"stock.sold_out:p{n}"} for n in range(7)))
    assert len(written(told).items) == 5
    assert "还有 2 件要办，见附件。" in text_of(mail(told))
    assert "One more to do: see the attachment." in text_of(mail(told | {"findings": told["findings"][:6]}, ENGLISH))
    assert "要办，见附件" not in text_of(mail(told | {"findings": told["findings"][:5]}))


def test_of_many_sizes_those_that_are_gone_are_kept() -> None:
    many = [{"sku": f"c{n}", "on_hand": 3.0, "gone_since": None} for n in range(50)] + SIZES
    (item,) = written(judged("act", "x", "x", TASK | {"sizes": many})).items
    assert len(item.task.chips) == letter.MOST_CHIPS and item.task.chips[0].sku == "M"
    assert item.chips_more == "另有 22 个规格"


def test_what_is_only_watched_is_no_thing_to_do(mail: Mail) -> None:
    for told in (STATES["watch"][0], judged("act", "x", "x", LOST, PEER)):
        sent = mail(told)
        assert "Peer" not in text_of(sent) and "Peer" not in html_of(sent)


@pytest.mark.parametrize("state", ["watch", "unclear", "little_data", "schema 1, no sales"])
@OWNERS
def test_nothing_to_do_is_not_said_where_the_page_does_not(mail: Mail, state: str, owner: Profile) -> None:
    sent = mail(STATES[state][0], owner)
    for said in (str(sent["Subject"]), text_of(sent), html_of(sent)):
        assert not re.search("(?i)nothing to (do|act)|没有要处理|没有看到|正常。", said)


@pytest.mark.parametrize(("owner", "said"), [(OWNER, "数据到 10月14日"), (ENGLISH, "data up to 14 Oct")])
def test_a_period_known_in_part_says_up_to_which_day(mail: Mail, owner: Profile, said: str) -> None:
    tables = {name: {"rows": 1, "first": None, "last": day} for name, day in (("reviews", "2026-10-31"), *SALES)}
    sent = mail(document(data=document()["data"] | {"tables": tables}), owner)
    assert said in text_of(sent)
    assert squeezed(said) in squeezed(shown_in(html_of(sent)))
    assert said not in text_of(mail(document(), owner))


SALES = (("orders", "2026-10-15"), ("shop_daily", "2026-10-14"))


def test_text_from_outside_is_escaped_and_nothing_in_it_is_active(mail: Mail) -> None:
    hostile = finding(says=HOSTILE) | {
        "task": {"zh": HOSTILE, "en": HOSTILE},
        "sizes": [{"sku": HOSTILE, "on_hand": 1.0, "gone_since": None}],
        "where": {"menu": [HOSTILE]},
    }
    sent = mail(judged("act", HOSTILE, HOSTILE, hostile), replace(OWNER, name=HOSTILE[:40]))
    soup = BeautifulSoup(html_of(sent), "html.parser")
    assert not soup.find_all(["a", "script", "img"])
    assert soup.get_text().count("<img src=x onerror=alert(1)>") >= 5
    assert "{{ 7 * 7 }}" in soup.get_text() and "49" not in soup.get_text()
    for shown in (str(soup), text_of(sent)):
        assert not re.search(r"evil\.example|://\w|www\.\w|a@evil", shown)
        assert "evil.\u200bexample" in shown


def test_plain_leaves_ordinary_text_as_it_is() -> None:
    for text in (
        "¥1,234.50，平时 6.35%。",
        "No. 1: shoes, A/B 12:30 (size 38.5)",
        "「高腰水洗麻风衣」",
        "v.2 e.g. this",
    ):
        assert plain(text).replace("e.\u200b", "e.") == text
    assert plain("a\r\nBcc:\u202ex\x00\ud800y") == "a Bcc: x y"
    assert len(plain("x" * 5000)) <= letter.LONGEST


@given(st.text())
def test_plain_is_one_line_that_can_be_sent(text: str) -> None:
    made = plain(text)
    assert made.splitlines() in ([], [made])
    assert made.encode().decode() == made
    assert not re.search(r"\w(://|@)(?!\u200b)", made)


def test_the_longest_texts_stay_under_what_gmail_shows(mail: Mail) -> None:
    longest = '&<"' * 5000
    words = {"zh": longest, "en": longest}
    sizes = [{"sku": longest[:200], "on_hand": 0.0, "gone_since": "2026-10-16"}] * 300
    told = [finding(says=longest) | {"task": words, "sizes": sizes, "where": {"menu": [longest]}}] * 9
    assert len(html_of(mail(judged("act", longest, longest, *told), replace(OWNER, name=longest))).encode()) < (
        LONGEST_BODY
    )
