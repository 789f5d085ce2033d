"""A made-up export of any layout, with persons in every column of text, read or not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product

from sizhen.intake.layouts import Layout, Source
from sizhen.intake.rules import PERSONS
from sizhen.tables.shown import SHOWN
from sizhen.vocab import load

LAST = date(2026, 10, 9)
FIGURES = {"count": "1{}", "money": "9{}.50", "number": "{}", "rate": "1{}%", "score": "4.{}", "seconds": "3{}"}
RARE = "鑫淼焱垚犇羴骉毳贔矗"
NAMES = ["".join(pair) for pair in product(RARE, repeat=2)]
UNREAD = ("收货人姓名", "买家昵称", "买家留言", "Notes by buyer")  # beside what a layout knows
PLACES = ("product_id", "order_id", "refund_id", "review_id", "peer_product_id")


@dataclass
class Canaries:
    """What must not get out of a file; `told` collects all that was written into one."""

    of: int

    def __post_init__(self) -> None:
        n = self.of
        self.given = NAMES[n % len(NAMES)]
        self.nickname, self.receiver = f"小狐狸{n}猫", f"王{self.given}"
        self.reached = (f"139{n:08d}", f"canary{n}@leak.example", f"wxleak{n}x", f"0571-88{n:06d}")
        self.numbers = (f"{20260000000000000000 + n}", f"6222{n:015d}", f"1101051949123{n:04d}X")
        self.others = (
            f"vleak{n}x",
            f"leak{n} at gmail dot com",
            f"文三路{n}号",
            f"{n} Leaky St",
            f"L{n:04d}",
            self.given,
        )
        self.told = (*self.reached, *self.numbers, *self.others, f"小狐狸{n}猫")

    def title(self) -> str:
        phone, mail, account, landline = self.reached
        return f"亚麻 {phone} {mail} 微信：{account} {landline}"

    def size(self) -> str:
        account, mail, house, street, plate, _ = self.others
        where = f"浙江省杭州市{house}3幢501室 或 {street}, Springfield, IL 62704，车牌京A·{plate}"
        return f"{self.title()}，加v {account}，{mail}，{where}，收货人：{self.receiver}，我是{self.nickname}"

    def text(self) -> str:
        card = "，".join(self.numbers)
        return f"质量不错，{self.size()}，{card}，{self.receiver}不在家，{self.nickname}上"


def export(layout: Layout, canaries: Canaries, rows: int) -> tuple[str, str]:
    """(name, text) of the file; each row is of another day, the last of LAST."""
    cells = dict(_columns(layout, canaries))
    sink = io.StringIO()
    writer = csv.writer(sink)
    for source in layout.sources:
        if source.label:
            writer.writerow([f"{source.label}：{next(iter(source.map))}"])
    writer.writerow(cells)
    for n in range(rows):
        writer.writerow([cell(n, LAST - timedelta(days=rows - 1 - n)) for cell in cells.values()])
    return f"{layout.id}_{LAST}.csv", sink.getvalue()


Cell = Callable[[int, date], str]


def _columns(layout: Layout, canaries: Canaries) -> Iterator[tuple[str, Cell]]:
    text = canaries.text()
    unread = UNREAD[:2] if layout.id.startswith("table.") else UNREAD  # most headings of a table are its own
    for heading in (*unread, *layout.ignored, *layout.required):
        yield heading, lambda n, day: text
    yield UNREAD[0], lambda n, day: canaries.receiver
    yield UNREAD[1], lambda n, day: canaries.nickname
    for table, sources in layout.tables.items():
        for source in sources:
            for heading in source.headings if source.rule != "row_id" else ():
                yield heading, _cell(source, table, layout, canaries)
            if source.rule == "part":
                yield source.headings[0], lambda n, day: "50%"
                yield source.headings[1], lambda n, day: f"2{n * n % 10}"
            for heading, wanted in source.where.items():
                yield heading, lambda n, day, wanted=wanted: min(wanted)
    for heading, wanted in layout.only.items():
        yield heading, lambda n, day, wanted=wanted: min(wanted)
    for heading, told in ((layout.shop, "亚麻之家"), (layout.currency, "CNY")):
        if heading:
            yield heading, lambda n, day, told=told: told


def _cell(source: Source, table: str, layout: Layout, canaries: Canaries) -> Cell:
    alone = load().tables[table].keys == [source.column]
    if source.kind in FIGURES:
        few = source.kind == "count" and ("paid" in source.column or "order" in source.column)
        return lambda n, day: FIGURES[source.kind][few:].format(n * n % 10)
    if source.kind == "flag":
        return lambda n, day: "true"
    if source.kind in ("date", "datetime"):
        clock = datetime.min.time() if source.kind == "date" else datetime.min.time().replace(hour=9)
        return lambda n, day: datetime.combine(day, clock, UTC).strftime(layout.dates[0])
    if source.map and source.otherwise is None:
        return lambda n, day: next(iter(source.map))
    if source.kind == "choice" and not source.map and not source.rule:
        (column,) = (c for c in load().tables[table].columns if c.name == source.column)
        return lambda n, day: column.allowed[0]
    if source.rule in PERSONS:
        return lambda n, day: canaries.nickname
    if source.column in PLACES:
        return lambda n, day: f"{source.column}{n if alone or source.column != 'product_id' else n % 3}"
    if source.column == "agent":
        return lambda n, day: f"客服{n % 2}"
    if source.column == "sku":
        return lambda n, day: canaries.size()
    if source.map or source.rule == "innermost" or source.column in SHOWN.get(table, ()):
        return lambda n, day: f"{n}号店 {canaries.title()}" if alone else canaries.title()
    return lambda n, day: f"{n}{canaries.text()}"
