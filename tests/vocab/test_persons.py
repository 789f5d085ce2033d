"""Whom a text tells is covered, what it says of goods stays, and no text takes long."""

from __future__ import annotations

import re

import pytest

from hostile import outgrown, searching
from sizhen.vocab.persons import ADDRESS, MARKS, PATTERNS, REACHING, cover

TELLING = [
    "打13812345678找我",
    "call +86 138-1234-5678.",
    "１３８１２３４５６７８",
    "①③⑧①②③④⑤⑥⑦⑧",
    "一三八一二三四五六七八",
    "1\u200b3812345678",
    "写信a.b+c@mail.example吧",
    "mail john at gmail dot com now",
    "john (at) shop (dot) com",
    "xiaoming艾特163点com",
    "a@b.example",
    "john at gmail.com",
    "证件11010519491231002X",
    "型号13812345678901",
    "不错，文三路12号3幢501室",
    "住在万科城3栋2单元501室",
    "寄到香港弥敦道123号",
    "台北市信義區市府路45號",
    "旺旺：小明的店88",
    "客服王芳",
    "客服王芳很好",
    "感谢王师傅",
    "谢谢张伟师傅",
    "感谢于歌先生",
    "安装师傅李国明特别好",
    "我是王小花的老婆",
    "收货人李子涵",
    "我叫韩国栋",
    "我叫周围",
    "李子涵师傅",
    "刘海洋老师",
    "高雅女士",
    "夏天女士",
    "客服李子涵很好",
    "中山路一段12号",
    "加微信：abc_1234吧",
    "微信        abc12345",
    "微 信 abc12345",
    "V x: hello1234",
    "叫王小花",
    "加我v abc12345",
    "加v：xyz8899",
    "➕v hello123",
    "扣扣 12345678",
    "vx:abcdefg",
    "微❤ kk_1234",
    "威❤abc123",
    "加V❤\ufe0fabc123",
    "加个微信吧，号是 a12345678",
    "whatsapp: john99",
    "my telegram is johnsmith",
    "telegram @abc_123",
    "京A·12345",
    "车牌粤B12345D",
    "京a12345",
    "010-62345678",
    "(0571) 8765 4321",
    "0571-88886666",
    "400-800-1234",
    "+1 (415) 555-0132",
    "415-555-0132",
    "(415) 555-0132",
    "+44 20 7946 0958",
    "020 7946 0958",
    "+49 30 901820",
    "8765 4321",
    "555-0132",
    "护照E12345678",
    "IBAN DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "6222 0212 3456 7890 123",
    "6222021234567890123",
    "123 Main St, Springfield, IL 62704",
    "123 Main Street, Apt 4B, New York, NY 10001",
    "lives at 45 west elm street",
    "Apt 4B",
    "PO Box 123",
    "SW1A 1AA",
    "10 Downing Street, London SW1A 2AA",
    "Springfield, IL 62704",
    "我叫王小花，很好",
    "我是王小花，很好",
    "我是小李",
    "联系人李雷",
    "收货人：欧阳娜娜",
    "姓名：张三",
    "客服小王不理人",
    "客服：王小花",
    "找王女士签收",
    "张先生",
    "李阿姨代收",
    "my name is John Smith",
    "I'm John Smith",
    "Mr. Smith",
    "Mrs Jane Doe",
    "Contact: Jane Doe",
    "浙江省杭州市西湖区文三路 12 号",
    "1 3 8 1 2 3 4 5 6 7 8",
    "138 - 1234 - 5678",
    "one three eight one two three four five six seven eight",
    "地址：杭州市西湖区翠苑街道",
    "京AD12345",
    "one 1\u03388\u0338 1\u03383812345678",
]
# What stays of those above beside the marks: words that name nobody.
SAID = re.compile(
    r"my name is|叫|打|找我?|call|写信|吧|mail|now|证件|型号|不错|加我?|一?个?|➕|微信|号是|my|车牌|"
    r"护照|IBAN|lives at|Springfield|我叫|我是|很好|联系人|收货人|姓名|客服|不理人|代收|签收|I'm|"
    r"Mrs?|Contact|one|感谢|谢谢|安装师傅|特别好|的老婆|[\W_]+"
)
PLAIN = [
    "客服张口就说不知道",
    "客服何时回复",
    "客服安排得很好",
    "味道很好",
    "这段3个颜色都好",
    "身高 165 体重 52，买了 M 码 199 元",
    "165/88A",
    "2026-10-05",
    "2026-10-05 14:05:00",
    "2026年10月5日",
    "20261005生产",
    "¥1,299.00",
    "100% 纯棉",
    "XL-3",
    "便宜1380元, 2020-02-01",
    "34 36 38 40 都有",
    "110 120 130 140",
    "120*80*75",
    "12999.00",
    "价格 1999-2999元",
    "1.5米床 200*230",
    "客服小姐姐很好",
    "客服小哥哥",
    "我是老顾客了",
    "我是第一次买",
    "我是黄皮，显白",
    "我是高个子，",
    "我是真的喜欢",
    "我是微胖",
    "我是金牛座",
    "姓名写错了",
    "联系人不对",
    "微信支付很方便",
    "wechat payment works well",
    "paid via facebook ad",
    "look at the dot pattern",
    "arrived at noon. Great",
    "5 stars way better",
    "2 days on the way",
    "bought 2 for my drive",
    "20 minute drive",
    "60 mile road trip",
    "1 of the best",
    "I am Very happy",
    "Thanks, great product",
    "买了3件，每件59.9",
    "S码 M码 L码 XL 2XL 3XL",
    "iPhone 15 Pro Max 256G",
    "M1 2XL",
    "第3组第2次",
    "质量好，物流快，3天到",
    "第一二三次都不错",
    "二三十块钱",
    "和先生一起用",
    "给先生买的",
    "我先生很喜欢",
    "QQ弹弹的",
    "ins风很好看",
    "Line 5 dress",
    "9:30-10:30",
    "8.5分 9.5折",
    "3座200斤",
    "买给爸妈的，老人家很喜欢",
    "5号楼送货",
    "包装盒子有点压坏，但里面没事",
    "100-200-300ml",
    "满300减50，2件8折",
    "12345",
    "1314",
    "520",
    "color: red; size: 42",
    "L-XL",
    "A4 5张",
    "全新A12345款",
    "谢谢师傅，感谢安装师傅",
    "没有任何师傅联系我",
    "服务周到，周六师傅上门，过程中师傅很细心",
    "许多老师推荐，付款老板就发货",
    "安装师傅胡乱装，客服周到，客服严重不负责",
    "姓赵的快递小哥谢谢啦，多谢师傅",
    "对于女士来说刚好，适用于女士，非常适合女士",
    "金色女士手表，高跟女士皮鞋，夏季女士短裤",
    "我是李宁的老顾客，我是潘婷的粉丝",
    "商品好不好不知道17号下单，这段12号到货",
    "走路3号出口，渠道2号",
    "贡献下驱动地址: http://a.example",
    "look at the dot pattern",
    "",
]
PIECES = (
    "微信|微信 |a|a.|a@|a@b.|@|1|1 |1-|1.|1*2*|12.5 |一|一 |路|路1|路1号|中|京A|京a1|加v|加v |加|"
    "加一下|whatsapp |wechat is |my line is |qq|vx|v|微❤|at |a at |a at b dot |dot |one |one-|AB12|"
    "AB12 |DE89 3704 |1 A |12 Main |12 main |12 |Apt |地址:|地址:中|王|王先|我是|我叫王|姓名:|姓名 |"
    "Mr |Mr A|my name is A |I'm A|A |Aa |——|+1 |+|(|(0|86 |86-|号|1单元|1栋|1号楼-|a艾特|a点|é|❤|"
    "０|①|2026-10-05|20261005|100 200 |SW1A 1|P.O. |zip |IL |Ave, |12 Ave, Aa|#1|，|。|x12_|_|-|"
    "......|客服|客服小|客服:|Name: |Dear A|by |谢"
).split("|")


@pytest.mark.parametrize("text", TELLING)
def test_whom_a_text_tells_is_covered(text: str) -> None:
    told = cover(text, MARKS)
    assert any(mark in told for mark in MARKS.values())
    left = told
    for mark in MARKS.values():
        left = left.replace(mark, " ")
    assert SAID.sub("", left) == ""
    assert cover(told, MARKS) == told


@pytest.mark.parametrize("text", PLAIN)
def test_what_a_text_says_of_goods_stays(text: str) -> None:
    assert cover(text, MARKS) == text


def test_of_a_title_only_what_reaches_somebody_is_covered() -> None:
    title = "Canon EOS 1234567890 型号13812345678 2026款 王女士同款 文三路12号3幢 咨询13912345678 vx:abc_123"
    told = cover(title, MARKS, kinds=REACHING)
    assert told == title.replace("13912345678", "[phone]").replace("vx:abc_123", "[account]")


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        ("很喜欢，小狐狸88推荐", "小狐狸88", "很喜欢，[name]推荐"),
        ("很喜欢，小 狐狸", "小 狐狸", "很喜欢，[name]"),
        ("王伟说很好，王伟", "王伟", "[name]说很好，[name]"),
        ("Nice. fox_88 was here", "Fox_88", "Nice. [name] was here"),
        ("小\u200b狐狸８８", "小狐狸88", "[name]"),
        ("Foxes are nice, fox", "fox", "Foxes are nice, [name]"),
        ("John says hi, smith too", "John Smith", "[name] says hi, smith too"),
        ("很喜欢很喜欢", "喜欢", "很喜欢很喜欢"),
        ("很喜欢，我是喜欢", "喜欢", "很喜欢，我是[name]"),
        ("good quality", "Good", "good quality"),
        ("你好，我是K，不错", "K", "你好，我是[name]，不错"),
        ("OK，不错", "K", "OK，不错"),
        ("买了520件", "520", "买了520件"),
        ("QQ找12345", "12345", "QQ找[name]"),
        ("我是用户，用户很多", "用户", "我是用户，用户很多"),
        ("我是小红明，小红明真好", "小***明", "我是[name]，小红明真好"),
        ("默认好评", "", "默认好评"),
        ("红色不错，很红色", "红色", "红色不错，很红色"),
        ("妈妈说妈妈喜欢，我是妈妈", "妈妈", "妈妈说妈妈喜欢，我是[name]"),
        ("很好，向日葵", "向日葵", "很好，[name]"),
        ("李娜满意", "李娜", "[name]满意"),
        ("王鑫淼不在家，诗涵喜欢", "王鑫淼", "[name]不在家，诗涵喜欢"),
        ("王鑫淼不在家，诗涵喜欢", "诗涵", "王鑫淼不在家，[name]喜欢"),
        ("a.b", "a.b", "[name]"),
    ],
)
def test_a_name_is_covered_where_it_is_one(text: str, name: str, told: str) -> None:
    assert cover(text, MARKS, [name]) == told


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "pattern"), PATTERNS, ids=[k for k, _ in PATTERNS])
def test_no_text_takes_more_than_its_length(kind: str, pattern: re.Pattern[str]) -> None:
    for piece in [*PIECES, "\t", "\n ", "\u3000"]:
        told = outgrown(searching(pattern, "", piece, ""))
        assert not told, f"{piece!r} * n: {told}"


def test_place_names_before_a_street_go_with_it() -> None:
    assert ADDRESS.search("浙江省杭州市西湖区文三路12号")
    assert cover("寄到了浙江省杭州市西湖区文三路12号", MARKS).count("西湖") == 0
    assert cover("包装很好，发错了地址：文三村里", MARKS) == "包装很好，发错了[address]"
