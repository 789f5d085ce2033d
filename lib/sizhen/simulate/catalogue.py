"""What does not change from day to day: products, sizes, agents, advertising rows, peers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from itertools import count as count_from
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .plan import Plan
from .push import Floats
from .words import category, channel_shares, suits, words

PAID_KINDS = {
    "search": "paid_search",
    "display": "paid_display",
    "affiliate": "paid_affiliate",
    "site_wide": "paid_other",
}
DEVICES = ("mobile", "desktop")
DEVICE_SHARES = {"zh": (0.88, 0.12), "en": (0.68, 0.32)}
CLICK_PRICE = {"search": 0.34, "display": 0.24, "affiliate": 0.45, "site_wide": 0.28}
CLICK_RATE = {"search": 0.045, "display": 0.012, "affiliate": 0.06, "site_wide": 0.025}
PEER_KINDS = ("leader", "leader", "similar", "similar", "similar", "tier_average", "tier_top")


@dataclass(frozen=True)
class AdRow:
    """One line of an advertising report: a plan, or a keyword in it. `share` is its part of the channel's clicks."""

    kind: str
    plan: str
    keyword: str
    product: int
    channel: int
    share: float
    price: float
    click_rate: float
    appeal: float


@dataclass(frozen=True)
class Catalogue:
    """Products in order of popularity; arrays are (products,) or (products, sizes)."""

    channels: tuple[str, ...]
    product_ids: tuple[str, ...]
    titles: tuple[str, ...]
    nouns: tuple[str, ...]
    roles: tuple[str, ...]
    price: Floats
    unit_cost: Floats
    weight: Floats
    appeal: Floats
    refund: Floats
    skus: tuple[str, ...]
    sku_weight: Floats
    listed: NDArray[np.int64]  # days after the first day, mostly negative
    agents: tuple[str, ...]
    agent_weight: Floats
    ads: tuple[AdRow, ...]
    keywords: tuple[str, ...]
    peers: tuple[str, ...]
    matched: tuple[tuple[int, int], ...]  # (peer, product) that sell the same style

    @property
    def visitor_value(self) -> float:
        """Roughly what a visitor spends, to set click prices by."""
        return float((self.weight * self.price).sum()) * 0.042

    def channel(self, name: str) -> int:
        return self.channels.index(name)

    def product(self, product_id: str) -> int:
        return self.product_ids.index(product_id)


def draw_catalogue(plan: Plan, rng: np.random.Generator) -> Catalogue:
    text = category(plan.category)[plan.language]
    count = plan.products
    rank = np.arange(1, count + 1)
    weight = (1 / rank**0.95) * rng.gamma(60, 1 / 60, count)
    weight /= weight.sum()
    typical = category(plan.category)["price"]
    price = np.maximum(np.rint(typical * np.exp(category(plan.category)["spread"] * rng.standard_normal(count))), 5.0)
    price[: min(6, count)] = np.rint(typical * rng.uniform(0.85, 1.2, min(6, count)))
    unit_cost = np.round(price * (1 - plan.gross_margin) * rng.uniform(0.9, 1.1, count), 2)
    spread = rng.dirichlet(np.array(text["weights"]) * 60, count)
    listed = -rng.integers(30, 500, count)
    fresh = (rank > count * 0.6) & (rng.random(count) < 0.08)
    listed[fresh] = rng.integers(0, max(plan.days - 7, 1), int(fresh.sum()))
    names = _names(text, rng, count, "" if plan.language == "zh" else " ")
    channels = tuple(channel_shares(plan.platform))
    peers = tuple(f"peer-{i + 1:02d}" for i in range(len(PEER_KINDS)))
    agent_count = 4 if plan.visitors_per_day > 5000 else 3 if plan.visitors_per_day > 1000 else 2
    agents = tuple(words()["agents"][plan.language][:agent_count])
    return Catalogue(
        channels=channels,
        product_ids=tuple(f"p{i:04d}" for i in rank),
        titles=tuple(title for title, _ in names),
        nouns=tuple(noun for _, noun in names),
        roles=tuple(_role(i, count) for i in range(1, count + 1)),
        price=price,
        unit_cost=unit_cost,
        weight=weight,
        appeal=np.exp(0.12 * rng.standard_normal(count)),
        refund=0.07 * rng.gamma(25, 1 / 25, count),
        skus=tuple(text["skus"]),
        sku_weight=spread,
        listed=listed,
        agents=agents,
        agent_weight=rng.dirichlet(np.full(agent_count, 80.0)),
        ads=_ads(plan, channels, [noun for _, noun in names], text),
        keywords=_keywords(text, [noun for _, noun in names]),
        peers=peers,
        matched=tuple(
            (peer, product) for peer in range(5) for product in range(min(6, count)) if (peer + product) % 2 == 0
        ),
    )


def _names(text: dict[str, Any], rng: np.random.Generator, count: int, gap: str) -> list[tuple[str, str]]:
    """(title, noun) of each product. Three numbers are drawn for each; where its words do not suit each other, or
    another product is called so, the next adjective is taken, then the next material, in the end a number added."""
    adjectives, materials, nouns = (text[key] for key in ("adjectives", "materials", "nouns"))
    taken: dict[str, str] = {}
    for _ in range(count):
        first, second, third = (int(rng.integers(len(words))) for words in (adjectives, materials, nouns))
        noun = nouns[third]
        parts = [
            (adjectives[(first + a) % len(adjectives)], materials[(second + m) % len(materials)], noun)
            for m in range(len(materials))
            for a in range(len(adjectives))
        ]
        fit = [gap.join(p) for p in parts if all(suits(word, p, text["only"]) for word in p)]
        numbered = (f"{fit[0]} {n}" for n in count_from(2))
        title = next(t for t in chain(fit, numbered) if t not in taken)
        taken[title] = noun
    return list(taken.items())


def _role(rank: int, count: int) -> str:
    share = rank / count
    bands = ((0.2, "popular"), (0.45, "profit"), (0.8, "regular"), (0.9, "image"), (1.0, "trial"))
    return next(role for limit, role in bands if share <= limit)


def _keywords(text: dict[str, Any], nouns: list[str]) -> tuple[str, ...]:
    heads = list(dict.fromkeys(nouns))[:6]
    gap = "" if text["nouns"][0].isascii() is False else " "
    made = [*heads, *(f"{material}{gap}{head}" for head in heads for material in text["materials"][:3])]
    return tuple(word.lower() for word in dict.fromkeys(made))[:20]


def _ads(plan: Plan, channels: tuple[str, ...], nouns: list[str], text: dict[str, Any]) -> tuple[AdRow, ...]:
    """Search plans hold keywords, the last of them one dear and broad word. Other kinds have one row a plan."""
    names = {kind: plans[plan.language] for kind, plans in words()["plans"].items()}
    terms = _keywords(text, nouns)
    rows: list[tuple[str, str, str, int, float, float, float]] = []
    for i, (share, price) in enumerate(((0.36, 1.05), (0.18, 1.0), (0.14, 0.95))):
        rows.append(("search", names["search"][0], terms[i % len(terms)], i, share, price, 1.05))
    for i, (share, price) in enumerate(((0.10, 0.8), (0.09, 0.75), (0.07, 0.7))):
        rows.append(
            ("search", names["search"][1], terms[-1 - i % len(terms)], (3 + i) % plan.products, share, price, 1.1)
        )
    broad = (
        text["materials"][0] + ("" if plan.language == "zh" else " ") + category(plan.category)[plan.language]["name"]
    )
    rows.append(("search", names["search"][2], broad.lower(), 0, 0.06, 1.15, 0.85))
    rows += [
        ("display", name, "", -1, share, 1.0, 1.0) for name, share in zip(names["display"], (0.7, 0.3), strict=True)
    ]
    rows.append(("affiliate", names["affiliate"][0], "", -1, 1.0, 1.0, 1.0))
    rows.append(("site_wide", names["site_wide"][0], "", -1, 1.0, 1.0, 1.0))
    return tuple(
        AdRow(kind, name, word, product, channels.index(PAID_KINDS[kind]), share, price, CLICK_RATE[kind], appeal)
        for kind, name, word, product, share, price, appeal in rows
        if PAID_KINDS[kind] in channels
    )
