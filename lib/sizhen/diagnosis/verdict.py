"""The one sentence about the shop, and the one line under it that says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sizhen.diagnosis import wording
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.judge import Key
from sizhen.diagnosis.lacking import answered, best_import, days_before
from sizhen.diagnosis.panel import SHOP
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.unexplained import ROOTS
from sizhen.document import Considered, Finding, Judgement, Verdict
from sizhen.document.model import VerdictState
from sizhen.vocab import Text, load
from sizhen.vocab.currency import short

UNCLEAR_FROM = 0.05  # of the sales expected
HEADLINES = ("paid_amount", *ROOTS)
EXPLAINED = 0.5  # of the gap: where the causes account for less, the sentence says how much they do
STEADY = 0.97  # observed ÷ expected: a figure that is not below it did not fall
MOST_NAMES = 3


@dataclass(frozen=True)
class Facts:
    """What a verdict rests on."""

    chart: Chart
    sales: Sales
    real: frozenset[Key]
    findings: Sequence[Finding]
    judgements: Sequence[Judgement]
    considered: Sequence[Considered]

    @cached_property
    def gap(self) -> float:
        """Sales below what was expected; negative above it, 0 where nothing is expected."""
        return (self.sales.expected or 0.0) - (self.sales.observed or 0.0) if self.sales.expected else 0.0

    @property
    def stand(self) -> str:
        """Where sales stand: lost or above (beyond the usual band), usual, unknown."""
        s = self.sales
        if not s.expected or s.observed is None or s.low is None or s.high is None:
            return "unknown"
        return "lost" if s.observed < s.low else "above" if s.observed > s.high else "usual"

    def money(self, value: float) -> Text:
        return short(value, self.chart.shop.profile.currency)

    @property
    def acts(self) -> list[Finding]:
        return [f for f in self.findings if f.state == "act"]

    @property
    def watched(self) -> list[Finding]:
        """What to keep an eye on: causes that cost something or are serious, no symptoms and no opportunities."""
        causes = load().causes
        return [
            f
            for f in self.findings
            if f.state == "watch"
            and f.stake.kind != "opportunity"
            and causes[f.cause].step != "unexplained"
            and (f.stake.amount > 0 or causes[f.cause].serious)
        ]

    @cached_property
    def fallen(self) -> tuple[str, float] | None:
        """(metric, by which share) of the headline figure that fell most, of those whose fall is real."""
        found = []
        for metric in HEADLINES:
            reading = self.chart.reading(metric)
            if (metric, "shop", SHOP) in self.real and reading is not None and reading.ratio < 1:
                found.append((metric, 1 - reading.ratio))
        parts = [x for x in found if x[0] != "paid_amount"]
        return max(parts or found, key=lambda x: x[1], default=None)


def verdict(facts: Facts) -> Verdict:
    """The first state that applies."""
    states: dict[VerdictState, tuple[Callable[[Facts], bool], Callable[[Facts], tuple[Text, Text]]]] = {
        "act": (lambda f: bool(f.acts), _act),
        "watch": (lambda f: bool(f.watched), _watch),
        "unclear": (_unclear_applies, _unclear),
        "little_data": (_little_applies, _little),
        "fine": (lambda f: True, _fine),
    }
    state = next(state for state, (applies, _) in states.items() if applies(facts))
    says, why = states[state][1](facts)
    return Verdict(state, says, why)


def _say(id: str, **values: object) -> Text:
    return load().words[id].fill(**values)


def _join(parts: Sequence[Text], zh: str = "，", en: str = ", ") -> Text:
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))


def _line(*sentences: Sequence[Text]) -> Text:
    """Sentences of these parts, each ended."""
    said = [_join(parts) for parts in sentences if parts]
    return Text("".join(f"{s.zh}。" for s in said), " ".join(f"{s.en[:1].upper()}{s.en[1:]}." for s in said))


def _spent(facts: Facts, found: Sequence[Finding]) -> Text | None:
    """What the costs among these findings come to, by name; None where there is none."""
    costs = [f for f in found if f.stake.kind == "cost" and f.stake.amount > 0]
    names = {load().causes[f.cause].draws_from for f in costs}
    if not costs:
        return None
    cost = facts.money(sum(f.stake.amount for f in costs))
    return _say(f"verdict.spent.{names.pop() if len(names) == 1 else 'both'}", cost=cost)


def _act(facts: Facts) -> tuple[Text, Text]:
    lost = [f for f in facts.acts if f.stake.kind == "loss" and f.stake.amount > 0]
    costs = [f for f in facts.acts if f.stake.kind == "cost" and f.stake.amount > 0]
    spent, amount = _spent(facts, facts.acts), sum(f.stake.amount for f in lost)
    values: dict[str, object] = {
        "gap": facts.money(facts.gap),
        "more": facts.money(-facts.gap),
        "lost": facts.money(amount),
        "n": len(lost) or len(costs),
        "spent": spent,
        "fact": _fact(facts.acts),
    }
    kind = "lost" if lost else "cost" if costs else "fact"
    if kind == "lost" and facts.stand == "lost":
        kind = "part" if amount < EXPLAINED * facts.gap else "one" if len(lost) == 1 else "many"
    says = _say(f"verdict.{facts.stand}.{kind}", **values)
    beside = [_say("why.cost", spent=spent)] if spent is not None and lost else []
    return says, _line(_moved(facts), beside)


def _fact(found: Sequence[Finding]) -> Text:
    """What to do about faults of the data, and about penalty points."""
    kinds = {f.cause.partition(".")[0] for f in found} & {"data", "compliance"}
    name = "both" if len(kinds) == 2 else "points" if kinds == {"compliance"} else "data"
    return _say(f"verdict.fact.{name}")


def _moved(facts: Facts) -> list[Text]:
    """What did not fall and what did, of sales beyond the band; else where they stand in it."""
    if facts.stand == "unknown":
        return [] if facts.sales.observed is None else [_say("why.sold", sold=facts.money(facts.sales.observed))]
    if facts.stand != "lost":
        return [_within(facts)]
    if ("unsplit",) in facts.sales.split:
        return [_say("why.unsplit")]
    amounts = {root: facts.sales.split[root,] for root in ROOTS}
    main = min(amounts, key=lambda root: amounts[root])
    steady = [_say(f"why.{root}.steady") for root in ROOTS if root != main and _steady(facts, root)]
    return [*steady[:1], *_tier(facts), _say(f"why.{main}.fell")]


def _within(facts: Facts) -> Text:
    s = facts.sales
    assert s.observed is not None and s.low is not None and s.high is not None
    return _say("why.within", sold=facts.money(s.observed), low=facts.money(s.low), high=facts.money(s.high))


def _steady(facts: Facts, metric: str) -> bool:
    reading = facts.chart.reading(metric)
    return reading is not None and reading.ratio >= STEADY


def _tier(facts: Facts) -> list[Text]:
    tier = facts.chart.reading("visitors", "tier")
    if tier is None:
        return []
    if tier.ratio >= STEADY:
        return [_say("why.tier.steady")]
    return [_say("why.tier.fell")] if tier.p < 1 - 0.9 else []


def _watch(facts: Facts) -> tuple[Text, Text]:
    first, names = facts.watched[0], list(dict.fromkeys(load().causes[f.cause].label for f in facts.watched))
    values: dict[str, object] = {
        "gap": facts.money(facts.gap),
        "more": facts.money(-facts.gap),
        "n": len(facts.watched),
        "cause": load().causes[first.cause].label,
        "sure": _say(f"verdict.sure.{first.sure}"),
    }
    mind = _say("why.mind", names=_join(names[:MOST_NAMES], "、"))
    return _say(f"verdict.{facts.stand}.watch", **values), _line(_moved(facts), [mind])


def _unclear_applies(facts: Facts) -> bool:
    return facts.fallen is not None and facts.gap >= UNCLEAR_FROM * (facts.sales.expected or 0.0) > 0


def _unclear(facts: Facts) -> tuple[Text, Text]:
    assert facts.fallen is not None
    metric, change = facts.fallen
    id = "verdict.unclear.paid_amount" if metric == "paid_amount" else "verdict.unclear"
    if metric == "paid_amount":
        change = facts.gap / (facts.sales.expected or 1.0)
    label = load().metrics[metric].label
    named = Text(label.zh, f"{label.en[:1].upper()}{label.en[1:]}")
    says = _say(id, metric=named, change=wording.share(change), gap=facts.money(facts.gap))
    heads = (c.cause.partition(".")[0] for c in facts.considered if c.verdict in ("inconclusive", "ruled_out"))
    looked = [load().words[f"looked.{h}"] for h in dict.fromkeys(heads) if f"looked.{h}" in load().words]
    seen = [_say("why.looked", names=_join(looked, "、"))] if looked else []
    task = load().causes[f"unexplained.{metric}"].task
    return says, _line(seen, [_say("why.next", task=Text(task.zh, f"{task.en[:1].lower()}{task.en[1:]}"))])


def _little_applies(facts: Facts) -> bool:
    known, asked = answered(facts.chart, facts.judgements)
    return not facts.sales.expected or known < asked / 2


def _little(facts: Facts) -> tuple[Text, Text]:
    observed = facts.sales.observed
    known, asked = answered(facts.chart, facts.judgements)
    if observed is None:
        says = _say("verdict.little.no_sales")
    elif observed == 0:
        says = _say("verdict.little.unpaid")
    elif not facts.sales.expected:
        says = _say("verdict.little.no_baseline", sold=facts.money(observed))
    else:
        says = _say("verdict.little.few", sold=facts.money(observed), known=known, asked=asked)
    days, table = days_before(facts.judgements), best_import(facts.judgements)
    if days and (table is None or days >= table[1]):
        return says, _line([_say("why.days", n=days)])
    if table is None:
        return says, _line([_say("why.answered", known=known, ok=sum(j.state == "ok" for j in facts.judgements))])
    return says, _line([_say("why.import", table=load().labels[table[0]], n=table[1])])


def _fine(facts: Facts) -> tuple[Text, Text]:
    assert facts.sales.observed is not None
    name = {"lost": ".below", "above": ".above"}.get(facts.stand, "")
    if not name and not facts.chart.shop.has("shop_daily"):
        name = ".orders"
    known, _ = answered(facts.chart, facts.judgements)
    ok = sum(j.state == "ok" for j in facts.judgements)
    values = {"sold": facts.sales.observed, "gap": facts.gap, "more": -facts.gap}
    says = _say(f"verdict.fine{name}", **{k: facts.money(v) for k, v in values.items()})
    return says, _line([_within(facts)], [_say("why.answered", known=known, ok=ok)])
