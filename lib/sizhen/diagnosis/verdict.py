"""The one sentence about the shop, and the one line under it that says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sizhen.diagnosis import wording
from sizhen.diagnosis.facts import Facts
from sizhen.diagnosis.lacking import best_import, days_before
from sizhen.diagnosis.unexplained import ROOTS
from sizhen.document import Finding, Verdict
from sizhen.document.findings import Kind
from sizhen.document.model import VerdictState
from sizhen.vocab import Text, load

Said = tuple[Text, Text]  # the sentence, the line under it
UNCLEAR_FROM = 0.05  # of the sales expected
EXPLAINED = 0.5  # of the gap: where causes account for less, the sentence says for how much
MOST_NAMES = 3


def verdict(facts: Facts) -> Verdict:
    """The first state that applies."""
    states: dict[VerdictState, tuple[bool, Callable[[Facts], Said]]] = {
        "act": (bool(facts.acts), _act),
        "watch": (bool(facts.watched), _watch),
        "unclear": (_fell_for_no_cause(facts), _unclear),
        "little_data": (not facts.sales.expected or facts.answered[0] < facts.answered[1] / 2, _little),
        "fine": (True, _fine),
    }
    state = next(state for state, (applies, _) in states.items() if applies)
    says, why = states[state][1](facts)
    return Verdict(state, says, why)


def _fell_for_no_cause(facts: Facts) -> bool:
    return facts.fallen is not None and facts.gap >= UNCLEAR_FROM * (facts.sales.expected or 0.0) > 0


def _say(id: str, **values: object) -> Text:
    return load().words[id].fill(**values)


def _join(parts: Iterable[Text], zh: str = "，", en: str = ", ") -> Text:
    told = list(parts)
    return Text(zh.join(p.zh for p in told), en.join(p.en for p in told))


def _line(*sentences: Sequence[Text]) -> Text:
    """Sentences of these parts, each ended."""
    said = [_join(parts) for parts in sentences if parts]
    return Text("".join(f"{s.zh}。" for s in said), " ".join(f"{s.en[:1].upper()}{s.en[1:]}." for s in said))


def _priced(found: Sequence[Finding], kind: Kind) -> list[Finding]:
    return [f for f in found if f.stake.kind == kind and f.stake.amount > 0]


def _amount(found: Sequence[Finding]) -> float:
    return sum(f.stake.amount for f in found)


def _act(facts: Facts) -> Said:
    lost, costs, clues = _priced(facts.acts, "loss"), _priced(facts.acts, "cost"), _priced(facts.watched, "loss")
    spent, fact = _spent(facts, costs), _fact(facts.acts)
    mine = lost or costs
    count = "one" if len(mine) == 1 else "many"
    if facts.stand != "lost":
        id = (
            f"{facts.stand}.lost.{count}" if lost else f"{facts.stand}.cost.{count}" if costs else f"{facts.stand}.fact"
        )
    elif lost:
        id = f"lost.{count}" if _amount(lost) >= EXPLAINED * facts.gap else "lost.part"
    else:
        clear = _amount(clues) >= EXPLAINED * facts.gap
        id = "lost.fact" if not costs else "lost.cost.clue" if clear else "lost.cost"
    values = {"gap": facts.gap, "more": -facts.gap, "lost": _amount(lost)}
    told = {name: facts.money(value) for name, value in values.items()}
    says = _say(f"verdict.{id}", n=len(mine), spent=spent, fact=fact, **told)
    beside = [_say("why.beside", what=spent)] if spent is not None and lost else []
    first = [_say("why.first", what=fact)] if fact is not None and mine else []
    mind = [_mind(facts)] if clues and id in ("lost.part", "lost.cost", "lost.cost.clue") else []
    return says, _line(_moved(facts), beside, first, mind)


def _spent(facts: Facts, costs: Sequence[Finding]) -> Text | None:
    """What the costs come to, by name; None where there is none."""
    names = {load().causes[f.cause].draws_from for f in costs}
    if not costs:
        return None
    return _say(f"verdict.spent.{names.pop() if len(names) == 1 else 'both'}", cost=facts.money(_amount(costs)))


def _fact(found: Sequence[Finding]) -> Text | None:
    """What to do about faults of the data and about penalty points; None where there are none."""
    kinds = {f.cause.partition(".")[0] for f in found} & {"data", "compliance"}
    return _say(f"verdict.fact.{kinds.pop() if len(kinds) == 1 else 'both'}") if kinds else None


def _moved(facts: Facts) -> list[Text]:
    """What did not fall and what did, of sales below the band; else where they stand."""
    s = facts.sales
    if facts.stand == "unknown":
        return [] if s.observed is None else [_say("why.sold", sold=facts.money(s.observed))]
    if facts.stand != "lost":
        return [_say("why.sold_within", **{k: facts.money(getattr(s, m)) for k, m in _BAND.items()})]
    if ("unsplit",) in s.split:
        return [_say("why.unsplit")]
    fell = facts.lost_most
    steady = [_say(f"why.{root}.steady") for root in ROOTS if root not in fell and facts.steady(root)]
    tier = [] if facts.tier == "unknown" else [_say(f"why.tier.{facts.tier}")]
    what = _join(_say(f"why.{root}.fell") for root in fell)
    return [*steady[:1], *tier, *([_say(f"why.fell.{'one' if len(fell) == 1 else 'many'}", what=what)] if fell else [])]


_BAND = {"sold": "observed", "low": "low", "high": "high"}


def _watch(facts: Facts) -> Said:
    watched, clues = facts.watched, _priced(facts.watched, "loss")
    count, first = "one" if len(watched) == 1 else "many", (clues or watched)[0]
    if first.cause == "data.presale":
        return _say("verdict.presale"), _line([_mind(facts)])
    values = {"gap": facts.gap, "more": -facts.gap, "lost": _amount(clues)}
    told = {name: facts.money(value) for name, value in values.items()}
    if facts.stand != "lost":
        return _say(f"verdict.{facts.stand}.watch.{count}", n=len(watched), **told), _line(
            _moved(facts), [_mind(facts)]
        )
    if first.stake.amount < EXPLAINED * facts.gap:
        return _say("verdict.lost.watch.part", **told), _line(_moved(facts), [_mind(facts)])
    id = "verdict.lost.watch.market" if first.cause == "market.demand" else "verdict.lost.watch"
    mind = [_mind(facts)] if len(watched) > 1 else []
    return _say(id, cause=load().causes[first.cause].label, **told), _line(_moved(facts), mind)


def _mind(facts: Facts) -> Text:
    names = dict.fromkeys(load().causes[f.cause].label for f in facts.watched)
    return _say("why.mind", names=_join(list(names)[:MOST_NAMES], "、"))


def _unclear(facts: Facts) -> Said:
    assert facts.fallen is not None and facts.sales.expected
    metric, change = facts.fallen
    gap, label = facts.money(facts.gap), load().metrics[metric].label
    if metric == "paid_amount":
        says = _say("verdict.unclear.paid_amount", gap=gap, change=wording.share(facts.gap / facts.sales.expected))
    else:
        name = Text(label.zh, f"{label.en[:1].upper()}{label.en[1:]}")
        says = _say("verdict.unclear", metric=name, change=wording.share(change), gap=gap)
    heads = (c.cause.partition(".")[0] for c in facts.considered if c.verdict in ("inconclusive", "ruled_out"))
    looked = [load().words[f"looked.{head}"] for head in dict.fromkeys(heads) if f"looked.{head}" in load().words]
    task = load().causes[f"unexplained.{metric}"].task
    following = _say("why.next", task=Text(task.zh, f"{task.en[:1].lower()}{task.en[1:]}"))
    return says, _line([_say("why.looked", names=_join(looked, "、"))] if looked else [], [following])


def _little(facts: Facts) -> Said:
    observed, (known, asked) = facts.sales.observed, facts.answered
    sold = facts.money(observed)
    waiting = facts.still_open
    if not observed and waiting:
        says = _say("verdict.little.open.one" if waiting == 1 else "verdict.little.open", n=f"{waiting:,}")
    elif observed is None:
        says = _say("verdict.little.no_sales")
    elif observed == 0:
        says = _say("verdict.little.unpaid")
    elif not facts.sales.expected:
        says = _say("verdict.little.no_baseline", sold=sold)
    else:
        says = _say("verdict.little.few", sold=sold, known=known, asked=asked)
    days, table = days_before(facts.judgements), best_import(facts.judgements)
    if table is not None and table[1] > days:
        return says, _line([_say("why.import", table=load().labels[table[0]], n=table[1])])
    return says, _line([_say("why.days", n=days)] if days else [])


def _fine(facts: Facts) -> Said:
    s, (known, _) = facts.sales, facts.answered
    id = {"lost": ".below", "above": ".above"}.get(facts.stand, "")
    if not id and not facts.chart.shop.has("shop_daily"):
        id = ".orders"
    elif not id and any(f.state == "watch" for f in facts.findings):
        id = ".sales"
    values = {"sold": s.observed, "gap": facts.gap, "more": -facts.gap}
    says = _say(f"verdict.fine{id}", **{name: facts.money(value) for name, value in values.items()})
    usual = _say("why.within", low=facts.money(s.low), high=facts.money(s.high))
    open_ones = len(facts.judgements) - known
    unknown = [_say("why.not_asked", n=open_ones)] if open_ones else []
    return says, _line([usual], [_say("why.asked", known=known), *unknown])
