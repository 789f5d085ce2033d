"""What a bad review complains of in everyday words, and what praise does not."""

from __future__ import annotations

import pandas as pd
import pytest

from sizhen.texts import aspects
from sizhen.texts.aspects import complaints, opinions
from sizhen.vocab import load

COMPLAINTS = {
    "size": """
        裙子勒得喘不上气|胳膊抬起来袖子就绷住了|平时穿 M，这条 M 提不上去|鞋前面空荡荡的，走路掉跟
        孩子五岁，买的六岁的都套不进|号码发错了，要 38 发 40
        Three inches too long in the leg|The shoulders are tight and narrow|Half the amount I expected
        I usually wear an S, this S hangs on me|Pinches my toes|The sleeves end above my wrist
    """,
    "quality": """
        扣子第一天就掉了|拉链拽了两下坏了|洗一水红得满盆都是，掉色|桌子腿晃晃悠悠
        饼干里吃出虫子，过期了
        The seam split on day one|The handle snapped|Shrank to half in the wash
        The nuts taste rancid|Feels cheap, full of loose threads
    """,
    "colour": """
        拍的是墨绿，来的是灰绿色|照片上很亮，实物灰蒙蒙的|滤镜开得太大了|颜色土得没法穿
        图上好看，实物差太远|买的粉色发来紫色
        The colour is nothing like the picture|Ordered blue, received green|Far darker than the photo
        It looks different from the image|The red is really orange
        The shade on the website was misleading
    """,
    "logistics": """
        路上走了半个月|下单十天才收到|包裹停在中转站五天没动|快递丢在路边就走了|没赶上过生日，到得太晚
        说次日达，结果拖到第四天
        The parcel sat in a warehouse for ages|Delivery took three weeks|It never arrived
        Left in the rain by the courier|Tracking has not moved since Monday|It came ten days late
    """,
    "service": """
        客服踢皮球|退货申请被驳回三次|问了一天没人理|售后说话特别冲|店家把我拉黑了|答应的补偿不兑现
        Nobody replied to my emails|They refused a refund|The agent hung up on me
        I asked twice and got no answer|Rude seller|Support sent canned replies
    """,
    "price": """
        刚下单就降价三十|赠品没收到|不值这个价|先涨后降的套路|花了冤枉钱|优惠券用不了|同款隔壁只要一半的价
        Overpriced|Half the price at the corner shop|Not worth the money|On sale the day after I paid
        The coupon never applied|A complete rip-off
    """,
    "packaging": """
        盒子压扁了|就套个塑料袋寄来|瓶盖没拧紧洒了一箱|外箱湿透了|泡沫都没垫一层，碎了
        礼盒皱巴巴的送不出手
        The box was crushed|It leaked all over the parcel|No bubble wrap at all
        The lid was loose and it spilled|The bottle was open when it came|Thrown into a thin plastic bag
    """,
    "authenticity": """
        防伪码查不到|跟专柜买的不一样|吊牌上的字母印错了|怀疑是高仿|扫码显示不存在|鉴定说是假的
        I think it is a fake|The logo is crooked|The serial number is not valid|Not genuine at all
        Looks like a replica|The brand says it is a copy
    """,
    "function": """
        充一晚上电还是开不了机|抹了一个月没变化|戴一会儿耳朵疼|蓝牙老是断连|吹出来不凉|抽湿没用，白开一天
        It stopped working|No effect on my skin|The battery dies by noon
        Will not pair, Bluetooth is useless|Gave me a rash
        The instructions are impossible to follow, hard to assemble
    """,
    "smell": """
        一股塑料味，晾了一周还在|味道太冲了|打开一股霉味
        It smells like glue|A strong chemical odour
    """,
    "other": """
        少发了一件|发错货了|拍两双只来一双|一言难尽|唉
        One item was missing|They sent the wrong one|The free sample was not included|Only got one of two
        Nope|Words fail me
    """,
}
PRAISES = """
        没有色差，不掉色|大小正好，不松不紧|物流很快，隔天就到|包装很好，一点没破|味道不大，散散就没了
        以为会偏小，结果刚好|客服耐心，退换方便|比实体店便宜，质量也好
        如果起球再来追评|不油腻，没有刺激|从没让我失望|声音很小，不吵|没有破损，没有漏液|正品，扫码查过了
        Not too tight, not too loose|No smell, no loose threads|Works well and is easy to use
        Arrived early, well packed|The colour is just like the picture|Great value and a helpful seller
    """


def parts(texts: str) -> list[str]:
    return [text.strip() for line in texts.strip().splitlines() for text in line.split("|")]


def spotted(text: str, stars: float | None) -> set[str]:
    columns = {"text": [text], "follow_up_text": [None], "rating": [stars]}
    found = complaints(
        pd.DataFrame(columns).astype({"text": "str", "follow_up_text": "str", "rating": "float64"})
    ).iloc[0]
    return set(found.index[found])


@pytest.mark.parametrize(("aspect", "text"), [(a, t) for a, texts in COMPLAINTS.items() for t in parts(texts)])
def test_a_bad_review_complains_of_its_aspect(aspect: str, text: str) -> None:
    assert spotted(text, 1.0) == {aspect}


@pytest.mark.parametrize("text", parts(PRAISES))
def test_praise_complains_of_nothing(text: str) -> None:
    assert spotted(text, 5.0) == set()


def test_topics_count_in_bad_reviews_only() -> None:
    text = "快递放在驿站"
    assert [spotted(text, stars) for stars in (2.0, 3.0, None)] == [{"logistics"}, set(), set()]


def test_a_pattern_silences_topics() -> None:
    assert spotted("客服让我等，快递、包裹、物流都说客服", 1.0) == {"logistics"}
    assert spotted("客服态度很差，快递、包裹、物流", 1.0) == {"service"}


def test_level_topics_both_count() -> None:
    assert spotted("客服和快递", 1.0) == {"service", "logistics"}


@pytest.mark.parametrize("field", ["patterns", "mentions", "topics"])
def test_every_aspect_has_all_tiers(field: str) -> None:
    assert all(getattr(aspect, field).zh and getattr(aspect, field).en for aspect in load().aspects.values())


def test_only_so_many_texts_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["smells bad", "too small", "nice fabric", "broke at once", "slow delivery"]
    wanted = opinions(texts)
    monkeypatch.setattr(aspects, "_read", {})
    monkeypatch.setattr(aspects, "REMEMBERED", 2)
    pd.testing.assert_frame_equal(opinions(texts), wanted)
    assert len(aspects._read) <= 2
