"""What in a text tells who somebody is, and the text with it covered.

Every expression is linear: unbounded repeats are possessive and begin where no other match can, all others are bounded.
They are read on the text as a reader sees it (`_seen`), so that no number hides in full-width or circled digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from sizhen.vocab.loader import LANGUAGES, load, read
from sizhen.vocab.polarity import lexicon

_RAW = read("persons")
MARKS: dict[str, str] = _RAW["marks"]
W: dict[str, str] = _RAW["words"]
COVER = "●●●"

SEP = r"[\s.\-–—_·*]"
HAN = "[一-鿿]"
SPOKEN = "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
HIDDEN = ("Cc", "Cf", "Mn", "Me", "Cs")  # categories of characters that nobody sees, or that sit on another
MASKED, LONGEST = "***", 18  # of a name whose middle is covered
HAN_LETTER = re.compile("[一-鿿]")
LONG = 4  # characters of the longest name that may be a word
FEW = 5  # digits that may be any number
LEAD = 12  # characters of place names before a street that are covered with it

MAIL = re.compile(
    r"(?i)(?<![a-z0-9._%+\-À-ɏ])[a-z0-9._%+\-À-ɏ]++(?:"
    r"\s{0,2}+@\s{0,2}+[a-z0-9-]++(?:\.[a-z0-9-]++)++"
    r"|(?:\s{0,2}+[(\[{<]\s?at\s?[)\]}>]\s{0,2}+|\s{0,2}+(?:@|艾特)\s{0,2}+)"
    r"[a-z0-9-]++(?:(?:\s{0,2}+(?:[(\[{<]\s?dot\s?[)\]}>]|点)\s{0,2}+|\s{1,2}+dot\s{1,2}+|\.)[a-z0-9-]++)++"
    r"|\s{1,2}+at\s{1,2}+[a-z0-9-]++(?:\s{1,2}+dot\s{1,2}+[a-z]{2,6}\b)++"
    rf"|\s{{1,2}}+at\s{{1,2}}+(?:{W['providers']})\.[a-z]{{2,4}}\b)"
)
_LINK = r"\s*+(?:账号|帐号|号码|id\b|no\b\.?)?\s*+(?:[:=~—→>-]{1,3}|是|为)?\s*+@?"
_HANDLE = r"[a-z0-9_-][a-z0-9_.-]{4,}+"
ACCOUNT = re.compile(
    rf"(?i)(?:(?<![a-z0-9])(?:{W['messengers']})|(?:(?<=[加➕+十])|(?<=[加➕+][我个下])|(?<=[加➕+] )|(?<=加一下))"
    rf"(?:{W['added']}){HAN}?){_LINK}{_HANDLE}"
    rf"|(?<![a-z0-9])(?:{W['apps']})(?:\s?(?:id|name|number|no\.?))?"
    rf"(?:\s*+[:=@]\s*+@?{_HANDLE}|\s*+(?=[a-z._-]{{0,30}}[0-9_]){_HANDLE}"
    rf"|(?<=[a-z0-9.])\s{{1,3}}+is\s{{1,3}}+(?=[a-z.-]{{0,30}}[0-9_]){_HANDLE})"
    rf"|(?<=my )(?:{W['apps']})(?:\s(?:id|name|number))?\s{{1,3}}+is\s{{1,3}}+@?{_HANDLE}"
    r"|(?<![a-z0-9])q\s?[:=]\s?\d{5,12}|旺旺号?\s?[:=]\s?[^\s,.;!?:，。；！？：、]{2,25}"
)
IDENTITY = re.compile(r"(?<!\d)(?:\d{17}[\dXx](?![\dXx])|\d{6}[\s-](?:19|20)\d{6}[\s-]\d{3}[\dXx](?![\dXx]))")
# Strict enough for a title: grouped as telephone numbers are, and not the number of a model.
PHONE = re.compile(
    r"(?<![\dA-Z])(?<!\d\.)(?<![货型款编]号)(?<![货型款编]号[: ])(?:"
    r"(?:(?:\+|00)?86[-\s]{0,2}+)?1[3-9]\d(?:[-\s.]?\d{4}){2}"
    r"|(?:\+?86[-\s]{0,2}+)?(?:\(0\d{2,3}\)[-\s]{0,2}+|0\d{2,3}[-\s]{1,2}+)[2-9]\d{2,3}[-\s]?\d{4}"
    r"|[48]00[-\s]\d{3,4}[-\s]?\d{3,4}|(?<![\d-])\d{3}([-.])\d{3}\1\d{4}|\(\d{3}\)\s?\d{3}[-.\s]\d{4}"
    r"|0\d{2,4}[-\s]\d{3,4}[-\s]\d{3,4}|\+\d{1,3}(?:[-\s.()]{0,3}+\d){7,13})(?!\d)"
)
# Dates, prices, measures and lists of sizes are no numbers of a person.
_FIGURE = (
    r"(?:(?:19|20)\d\d[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])(?:\s+[0-2]?\d(?=:))?"
    r"|20[0-4]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|\d{1,7}\.\d{1,2}(?:[\s~-]\d{1,5}\.\d{1,2}){0,9}"
    r"|\d{1,4}(?:\.\d)?(?:\*\d{1,4}(?:\.\d)?){1,2}"
    r"|[1-9]\d(?:\s[1-9]\d){2,9}|[12]\d\d(?:\s[12]\d\d){2,9}"
    r"|\d{2,5}(?:[-–—]\d{2,5}){1,2}(?=\s?(?:元|块|[cm]m|kg|ml|[gm]\b))|(?<=[¥$€£])\d{2,5}[-–—][¥$€£]?\d{2,5}"
    rf")(?!{SEP}?\d)"
)
NUMBER = re.compile(
    rf"(?P<kept>(?<!\d){_FIGURE})"
    rf"|(?<![A-Za-z])[A-Z]{{2}}\d\d\s?(?:[A-Z]{{4}}\s?)?(?:\d{{4}}\s?){{2,7}}+(?:\s?[A-Z]?\d[A-Z0-9]{{0,3}}+){{0,3}}+"
    rf"|(?:(?<![A-Za-z0-9])[A-Za-z]{{1,2}}(?=\d{{7,9}}(?![A-Za-z\d])))?\+?\d(?:{SEP}?\d){{6,}}+[Xx]?"
    r"|(?<!\d)1[3-9](?:[\s.\-–—_·*~|]{0,3}+\d){9}(?!\d)"
)
SAID = re.compile(
    rf"(?=(?:\d{{0,4}}[{SPOKEN}]){{2}})[{SPOKEN}\d](?:[\s\-·*]?[{SPOKEN}\d]){{6,}}+"
    rf"|(?i:\b(?:{W['digits_spoken']})(?:[\s,-]{{1,2}}+(?:{W['digits_spoken']})\b){{6,}}+)"
)
PLATE = re.compile(
    rf"(?i)(?<![很全最崭上更好])[{W['plates']}][a-hj-np-z][·•・.\s-]?"
    r"(?=[a-z]{0,3}\d)(?:[a-hj-np-z0-9]{4}[学警港澳挂领]|[a-hj-np-z0-9]{5,6}(?![a-z0-9]))"
)
_HOUSE_NUMBER = r"[\d一二三四五六七八九十百-]{1,6}"
_ROOM = rf"(?:\s?[\d一二三四五六七八九十a-zA-Z-]{{1,6}}+(?:{W['rooms']})?){{0,5}}+"
ADDRESS = re.compile(
    rf"(?:{W['streets']})(?<!{W['no_road']})\s?{_HOUSE_NUMBER}\s?(?:{W['houses']}){_ROOM}"
    rf"|(?<!\d)\d{{1,4}}\s?(?:号楼|号院|栋|幢)\s?-?(?:\d{{1,2}}\s?单元\s?)?\d{{2,4}}\s?(?:室|房|号)?"
    r"|(?<!\d)\d{1,2}\s?单元\s?\d{2,4}\s?(?:室|房|号)?"
)
_WORD = r"[A-Z0-9][\w.'’-]{0,20}+"
_PLACE = r"(?:,\s{0,2}+[A-Z][\w.'’ -]{1,25}+){0,2}+"
_ZIP = rf"(?:,?\s{{0,2}}+(?:{W['states']})\b)?(?:\s{{1,2}}+\d{{5}}(?:-\d{{4}})?(?!\d))?"
_FLAT = r"(?:,?\s{0,2}+(?:(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|apt|unit|suite|flat)\b\.?\s?#?|#)\w{1,6}+)?"
STREET = re.compile(
    rf"(?<![\w.])\d{{1,6}}[A-Za-z]?,?\s{{1,2}}(?:{_WORD}\s{{1,2}}){{1,4}}(?:{W['ways']})\b\.?{_FLAT}{_PLACE}{_ZIP}"
    rf"|(?<![\w.])\d{{2,6}}\s(?:(?!(?:{W['no_street']})\b)[a-z]{{3,20}}+\s){{1,2}}(?:{W['small_ways']})\b{_FLAT}"
    r"|(?:地址|住址|寄到|送到)\s?:\s?(?!(?i:https?|ftp|www)\b)[一-鿿a-zA-Z0-9#-]{2,40}"
    r"|(?i:\bp\.?\s?o\.?\s?box\s?#?\d{1,7})|(?i:\b(?:apt|apartment)\b\.?\s?#?\d{1,5}[a-z]?\b)"
    r"|\b(?:Flat|Suite|Ste\.?)\s#?\d{1,4}[A-Z]?\b(?=,|$)"
    rf"|\b(?:{W['states']})\s\d{{5}}(?:-\d{{4}})?(?!\d)"
    r"|\b(?:[A-PR-UWYZ]{1,2}\d[A-Z\d]?)\s\d(?!X[LS])[ABD-HJLNP-UW-Z]{2}\b"
    r"|(?i:\b(?:post ?code|zip(?: ?code)?)\s?[:=]?\s?[a-z0-9]{2,4}\s?[a-z0-9]{2,4}(?:-\d{4})?\b)"
)
_SURE, _ANY = W["sure"], W["sure"] + W["families"]
# A family name that begins no other word: 感谢王师傅 names one, 周六师傅 and 对于女士 do not. Not asked behind 我叫.
_BEGIN = rf"(?!{W['no_family']})(?!(?<=[感多答谢])谢|(?<=任)何|(?<=非)常|(?<=[春夏秋冬四])季|(?<=[对合用属由])于)"
_NAME = rf"(?:(?:{W['double']}){HAN}{{1,2}}|[{_ANY}]{HAN}{{1,2}}|[小老阿][{_ANY}])"
_LATIN = r"[A-Z][\w'’-]{1,20}+"
NAME = re.compile(
    rf"(?:(?:{W['labelled']})\s?(?:是|为)?\s?:\s?(?P<n1>{HAN}{{2,4}}|{_LATIN}(?:\s{_LATIN}){{0,2}})"
    rf"|(?:{W['labelled']}|{W['called']})\s?(?:是|为)?\s?(?P<n2>{_NAME})"
    rf"|(?:我是|叫)(?P<n3>(?:{W['double']}){HAN}{{1,2}}|[小老阿][{_SURE}]|[{_SURE}]{HAN}{{1,2}})"
    rf"(?=[^一-鿿]|(?!{W['of_brand']})[的啊呀哦呢]|$)"
    rf"|{_BEGIN}(?P<n4>[{_ANY}]{HAN}{{0,2}}?(?:{W['titles']}))"
    rf"|{_BEGIN}(?P<n5>[{_SURE}](?:(?!{W['no_given']}){HAN}){{0,2}}?(?:{W['posts']}))"
    rf"|(?:{W['staff']})\s?:?\s?(?P<n6>[小阿](?!{W['no_name']}){HAN}|(?<=:){_NAME}"
    rf"|{_BEGIN}[{_SURE}](?!{W['no_given']}){HAN}{{1,2}}?(?=[^一-鿿]|{W['of_staff']}|$))"
    rf"|[—–-]{{1,2}}\s?(?P<n7>{_NAME})\s?$"
    r"|(?i:\bmy name is|\bname['’]s)\s(?P<n8>[A-Za-z][\w'’-]{1,20}+(?:\s[A-Z][\w'’-]{1,20}+){0,2})"
    rf"|\bI(?:['’]m|\sam)\s(?P<n9>{_LATIN}\s{_LATIN})"
    rf"|\b(?:Mr|Mrs|Ms|Miss|Dr|Mx|Prof)\b\.?\s(?P<n10>{_LATIN}(?:\s{_LATIN})?)"
    r"|(?i:\b(?:name|contact|recipient|ship(?:ping)? to|attn|signed|customer|buyer))\s?:\s?"
    rf"(?P<n11>{_LATIN}(?:\s{_LATIN}){{0,2}})"
    rf"|(?i:\b(?:regards|sincerely)),?\s(?P<n12>{_LATIN}(?:\s{_LATIN})?)|\bDear\s(?P<n13>{_LATIN}),)"
)
# Behind these a word is the name of whoever writes, before a letter it is not.
SIGNED = r"(?:我是|我叫|名叫|本人|署名:?|签名:?|[—–]{1,2}|(?i:\bi['’]m|\bi am|\bname is|\bby|\bsigned,?))\s?"
SIGNATURE = re.compile(rf"{SIGNED}(?P<name>\w{{2,{LONGEST}}}+)(?!\w)")
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("mail", MAIL),
    ("account", ACCOUNT),
    ("identity", IDENTITY),
    ("phone", PHONE),
    ("number", NUMBER),
    ("number", SAID),
    ("plate", PLATE),
    ("address", ADDRESS),
    ("address", STREET),
    ("name", NAME),
)
EVERY = tuple(MARKS)
REACHING = ("mail", "account", "phone")  # by which somebody can be reached; nothing else is covered in a title


def cover(text: str, marks: Mapping[str, str], names: Iterable[str] = (), kinds: Collection[str] = EVERY) -> str:
    """The text with what tells persons replaced by the marks of its kinds, and these names by that of names."""
    seen, at = _seen(text)
    spans = [(start, end, "name") for start, end in _named(seen, names)]
    spans += _spans(seen, kinds)
    if not spans:
        return text
    out, last = [], 0
    for start, end, kind in _joined(sorted(spans, key=lambda s: s[:2])):
        out += [text[last : at[start]], marks[kind]]
        last = at[end]
    return "".join([*out, text[last:]])


def _seen(text: str) -> tuple[str, Sequence[int]]:
    """What a reader sees, plain characters only, and where in the text each of it begins."""
    if text.isascii() and text.isprintable():
        return text, range(len(text) + 1)
    seen: list[str] = []
    at: list[int] = []
    for i, c in enumerate(text):
        shown = c if " " <= c <= "~" or "\u4e00" <= c <= "\u9fff" else _shown(c)
        seen.append(shown)
        at += [i] * len(shown)
    return "".join(seen), [*at, len(text)]


@cache
def _shown(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in HIDDEN:
        return ""
    digit = unicodedata.digit(character, None)
    return unicodedata.normalize("NFKC", character) if digit is None else str(digit)


def _spans(seen: str, kinds: Collection[str]) -> Iterator[tuple[int, int, str]]:
    for kind, pattern in PATTERNS:
        for found in pattern.finditer(seen) if kind in kinds else ():
            if found.lastgroup == "kept":
                continue
            start, end = found.span(found.lastgroup or 0)
            yield (_lead(seen, start) if pattern is ADDRESS else start), end, kind


def _lead(seen: str, start: int) -> int:
    """Where the place names before a street begin."""
    return next(
        (i for i in range(start, max(start - LEAD, 0), -1) if not "\u4e00" <= seen[i - 1] <= "\u9fff"),
        max(start - LEAD, 0),
    )


def _joined(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that overlap as one, of the kind that comes first in PATTERNS."""
    out: list[tuple[int, int, str]] = []
    for start, end, kind in spans:
        if out and start < out[-1][1]:
            before = out.pop()
            out.append((before[0], max(end, before[1]), min(before[2], kind, key=EVERY.index)))
        else:
            out.append((start, end, kind))
    return out


def _named(seen: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where one of these names stands: anywhere, or only signed where it is a word that means something else too."""
    small = _small(seen)
    for name in names:
        name = _seen(name)[0].strip()
        yield from _signed_in_part(seen, _small(name))
        if len(name) < 2 or _ordinary(name):
            if name and name.lower() not in _nobody():
                yield from _signed(seen, re.escape(name))
            continue
        places = list(_anywhere(small, _small(name)))
        if places and _in_dictionary(name):
            yield from _signed(seen, re.escape(name))
            places = [(s, e) for s, e in places if not HAN_LETTER.search(seen[s - 1 : s] + seen[e : e + 1])]
        yield from places
        if MASKED in name and not name.startswith(MASKED) and not name.endswith(MASKED):
            first, last = re.escape(name[0]), re.escape(name[-1])
            yield from _signed(seen, rf"{first}[^\s,.!?;:。]{{1,{LONGEST}}}?{last}")
        for part in name.split() if " " in name and name.isascii() else ():
            if len(part) > 2 and part.istitle() and not _ordinary(part):
                yield from _anywhere(seen, part)


def _small(text: str) -> str:
    """In small letters, each as long as it was."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _anywhere(seen: str, name: str) -> Iterator[tuple[int, int]]:
    """Where the name stands with no letter or digit of its own kind beside it."""
    at = seen.find(name)
    while at >= 0:
        end = at + len(name)
        if not (_goes_on(seen[at - 1 : at], name[0]) or _goes_on(name[-1], seen[end : end + 1])):
            yield at, end
        at = seen.find(name, end)


def _goes_on(one: str, other: str) -> bool:
    word = one.isascii() and other.isascii() and one.isalnum() and other.isalnum()
    return word and one.isdigit() == other.isdigit()


def _signed(seen: str, name: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(rf"{SIGNED}(?P<name>{name})(?=\W|[的啊呀哦呢]|$)", seen):
        yield found.span("name")


def _signed_in_part(seen: str, name: str) -> Iterator[tuple[int, int]]:
    """Where somebody signs with a part of the name that is no word of reviews."""
    for found in SIGNATURE.finditer(seen):
        part = _small(found["name"])
        if part in name and not _ordinary(part):
            yield found.span("name")


@lru_cache(maxsize=4096)
def _ordinary(name: str) -> bool:
    """Whether a name is a word of reviews, or a few digits: covered everywhere, it would change what a text says."""
    if name.isdigit():
        return len(name) < FEW
    words = load().words["pattern.common_words"]
    common = {w for k in LANGUAGES for w in words[k].split("|")}
    return name.lower() in common | _nobody() or any(name.lower() in lexicon(k).weights for k in LANGUAGES)


@lru_cache(maxsize=4096)
def _in_dictionary(name: str) -> bool:
    """Whether a name is a Chinese word too, such as a colour: it is one where it stands alone or is signed."""
    if not 1 < len(name) <= LONG or not HAN_LETTER.match(name):
        return False
    import rjieba

    kinds = [kind for _, kind in rjieba.tag(name, hmm=False)]
    return len(kinds) == 1 and not kinds[0].startswith("nr")


@cache
def _nobody() -> frozenset[str]:
    return frozenset(_RAW["nobody"])
