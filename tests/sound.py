"""What no findings document may say, whatever the shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sizhen.diagnosis import wording
from sizhen.document import Document, Finding
from sizhen.document.money import lost
from sizhen.vocab import Text, load

EITHER_WAY = ("calendar.shift", "compliance.points", "data.inconsistent", "data.missing_days", "market.demand")
NO_REASON = "原因还没找到"
ROUNDED = 1.0  # money


def contradictions(document: Document) -> list[str]:
    """Every sentence and sum of the document that another one of it, or its own figures, contradict."""
    told = [f for f in document.findings if f.state in ("act", "watch") and f.level != "D"]
    return [
        *(line for f in told for line in _direction(f)),
        *_unexplained(told),
        *(line for f in document.findings for line in _sizes(f)),
        *_sums(document),
    ]


def _direction(finding: Finding) -> Iterator[str]:
    """A trouble whose figure is as good as usual or better, over the period or since it began."""
    good = load().metrics[finding.metric].good
    if finding.stake.kind == "opportunity" or finding.cause in EITHER_WAY or good not in ("up", "down"):
        return
    pairs = [(finding.observed, finding.expected)]
    pairs += [(finding.now.value, finding.now.before)] if finding.now is not None else []
    for value, usual in pairs:
        if value is None or usual is None:
            continue
        first, second = wording.together([value, usual], finding.metric, "CNY")
        if (value < usual) is not (good == "up") or first == second:
            yield f"{finding.id}: {first.zh} is no worse than {second.zh}"


def _unexplained(told: list[Finding]) -> Iterator[str]:
    """A fall said to have no reason beside a finding that takes money for it."""
    causes = [f for f in told if not f.cause.startswith("unexplained.") and f.stake.kind == "loss" and f.stake.amount]
    explained = {symptom.partition(":")[0]: f.id for f in causes for symptom in f.explains}
    for finding in told:
        if NO_REASON in finding.says.zh and finding.metric in explained:
            yield f"{finding.id}: {finding.says.zh} beside {explained[finding.metric]}"


def _sizes(finding: Finding) -> Iterator[str]:
    """Sizes that are gone and that who restocks is not told."""
    gone = tuple(size.sku for size in finding.sizes if size.gone_since is not None)
    if finding.where.get("skus", ()) != gone:
        yield f"{finding.id}: {gone} are gone, {finding.where.get('skus')} are named"
    task = finding.task or Text("", "")
    named = any(word in task.zh for word in ("、".join(gone), str(len(gone))))
    if 0 < len(gone) < len(finding.sizes) and not named:
        yield f"{finding.id}: {task.zh} names none of {gone}"


def _sums(document: Document) -> Iterator[str]:
    """More lost than is missing, or a trouble that stands twice."""
    sales = document.sales
    if sales.observed is not None and sales.expected is not None and sales.expected > sales.observed:
        gap = sales.expected - sales.observed
        parts = sum(f.stake.amount for f in document.findings if f.stake.kind == "loss")
        if max(parts, lost(document)) > gap + ROUNDED:
            yield f"{parts:,.0f} and {lost(document):,.0f} lost of {gap:,.0f}"
    yield from (f"{id} stands twice" for id, n in Counter(f.id for f in document.findings).items() if n > 1)
