"""Reads the TOML files into frozen dataclasses and refuses what does not fit together."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from sizhen.vocab.model import (
    STEPS,
    Advice,
    Aspect,
    Cause,
    Channel,
    Column,
    Limit,
    Metric,
    Pool,
    Rule,
    TableSpec,
    Text,
    Vocab,
)

LANGUAGES = ("zh", "en")
EXAMS = ("look", "listen", "ask", "check")
ROLES = ("operations", "promotion", "design", "service", "warehouse", "owner")
JUDGED = {"observed", "limit"}
TOLD = {"place", "metric", "observed", "expected", "since"}


class VocabError(ValueError):
    """The vocabulary contradicts itself; the message names file and entry."""


def read(name: str, folder: Path | None = None) -> dict[str, Any]:
    path = (folder or Path(__file__).parent) / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _text(entry: dict[str, Any], where: str) -> Text:
    missing = [k for k in LANGUAGES if not str(entry.get(k, "")).strip()]
    if missing:
        raise VocabError(f"{where}: no wording in {', '.join(missing)}")
    return Text(entry["zh"].strip(), entry["en"].strip())


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def _template(entry: dict[str, Any], where: str, known: set[str]) -> Text:
    """A wording with {values}: the same ones in every language, and only `known` ones."""
    text = _text(entry, where)
    zh, en = _fields(text.zh), _fields(text.en)
    if zh != en:
        raise VocabError(f"{where}: zh and en name different values {sorted(zh ^ en)}")
    if zh - known:
        raise VocabError(f"{where}: {sorted(zh - known)} can not be filled, only {sorted(known)}")
    return text


def _one_of(value: str | None, allowed: tuple[str | None, ...], where: str) -> Any:
    if value not in allowed:
        raise VocabError(f"{where}: {value!r} is not one of {', '.join(filter(None, allowed))}")
    return value


def _tables(raw: dict[str, Any]) -> dict[str, TableSpec]:
    return {
        name: TableSpec(
            name,
            _text(entry["title"], f"tables.toml {name}"),
            tuple(
                Column(
                    c,
                    e["kind"],
                    _text(e, f"tables.toml {name}.{c}"),
                    e.get("key", False),
                    e.get("empty", False),
                    tuple(e.get("allowed", ())),
                )
                for c, e in entry["columns"].items()
            ),
        )
        for name, entry in raw.items()
    }


def _metrics(raw: dict[str, Any]) -> dict[str, Metric]:
    return {
        id: Metric(
            id,
            e["kind"],
            e["numerator"],
            e.get("denominator"),
            e["unit"],
            e["good"],
            _text(e, f"metrics.toml {id}"),
            e.get("maturity_days", 0),
            e.get("base_days", 28),
        )
        for id, e in raw.items()
    }


def _limit(entry: dict[str, Any] | None, where: str) -> Limit | None:
    if entry is None:
        return None
    for field in ("source", "year", "kind"):
        if not entry.get(field):
            raise VocabError(f"{where}: its limit has no {field}")
    _one_of(entry["bad"], ("above", "below", "from"), where)
    _one_of(entry["kind"], ("platform", "practitioner", "arithmetic", "house"), where)
    return Limit(float(entry["value"]), entry["bad"], entry["kind"], entry["source"], entry["year"])


def _watched(text: str | None) -> tuple[str, str] | None:
    """`conversion/device` as (metric, source)."""
    if text is None:
        return None
    metric, _, source = text.partition("/")
    return metric, source


def _rules(raw: dict[str, Any]) -> dict[str, Rule]:
    rules = {}
    for id, e in raw.items():
        where = f"rules.toml {id}"
        known = JUDGED if "limit" in e else JUDGED - {"limit"}
        rule = Rule(
            id,
            _one_of(e["exam"], EXAMS, where),
            _text(e["title"], where),
            _template(e["healthy"], where, known),
            _template(e["unhealthy"], where, known),
            tuple(e["needs"]),
            e["source"],
            e.get("metric"),
            e.get("min_n", 0),
            _limit(e.get("limit"), where),
            tuple(e.get("causes", ())),
            _watched(e.get("watches")),
            e.get("lacks"),
            tuple((code, float(share)) for code, share in e.get("norms", {}).items()),
            e.get("frame", e.get("figure", "")).partition(":")[0],
            e.get("figure", ""),
        )
        if any(rule.healthy[k] == rule.unhealthy[k] for k in LANGUAGES):
            raise VocabError(f"{where}: healthy and unhealthy wording are equal")
        if "observed" in _fields(rule.healthy.zh + rule.unhealthy.zh) and rule.metric is None:
            raise VocabError(f"{where}: tells an observed value but has no metric")
        if rule.norms and abs(sum(share for _, share in rule.norms) - 1) > 1e-9:
            raise VocabError(f"{where}: its norms do not add up to 1")
        if not id.startswith(f"{rule.exam}."):
            raise VocabError(f"{where}: belongs to {rule.exam} but is not named so")
        rules[id] = rule
    return rules


def _causes(raw: dict[str, Any]) -> dict[str, Cause]:
    causes = {}
    for id, e in raw.items():
        where = f"causes.toml {id}"
        advice = e["advice"]
        if advice["who"] not in ROLES:
            raise VocabError(f"{where}: nobody is called {advice['who']}")
        causes[id] = Cause(
            id,
            _one_of(e["exam"], EXAMS, where),
            e["metric"],
            _text(e["label"], where),
            _template(e["says"], where, TOLD),
            Advice(advice["who"], _template(advice["what"], where, TOLD), advice["due_days"]),
            _one_of(e["step"], STEPS, where),
            _one_of(e["draws_from"], get_args(Pool), where),
            _one_of(e.get("may_act", "established"), ("established", "always", "never"), where),
            e.get("needs_payment", False),
            _one_of(e.get("puts_in_doubt"), ("payments", "unexplained", None), where),
            e.get("serious", False),
            e.get("aspect"),
            e.get("source"),
        )
    return causes


def _aspects(raw: dict[str, Any]) -> dict[str, Aspect]:
    return {
        id: Aspect(
            id,
            _text(e, where),
            _one_of(e.get("within", id), tuple(raw), where),
            *(_text(e.get(field, {}), f"{where}.{field}") for field in ("patterns", "mentions", "topics")),
        )
        for id, e in raw.items()
        for where in (f"aspects.toml {id}",)
    }


def _words(folder: Path | None) -> tuple[dict[str, Text], dict[str, str]]:
    """(words, units) of every words*.toml; one id stands in one file only."""
    words: dict[str, Text] = {}
    units: dict[str, str] = {}
    for path in sorted((folder or Path(__file__).parent).glob("words*.toml")):
        for id, entry in read(path.stem, folder).items():
            if id in words:
                raise VocabError(f"{path.name} {id}: the word stands in another file too")
            words[id] = _text(entry, f"{path.name} {id}")
            if "unit" in entry:
                units[id] = entry["unit"]
    return words, units


def _labels(vocab: Vocab) -> dict[str, Text]:
    """Every id that can stand as a heading or a value, with its wording. The first to name an id wins."""
    labels: dict[str, Text] = dict(vocab.words)
    for id, metric in vocab.metrics.items():
        labels.setdefault(id, metric.label)
    named: tuple[Mapping[str, Channel | Aspect | Cause], ...] = (vocab.channels, vocab.aspects, vocab.causes)
    for source in named:
        for id, entry in source.items():
            labels.setdefault(id, entry.label)
    for id, text in vocab.groups.items():
        labels.setdefault(id, text)
    for table in vocab.tables.values():
        labels.setdefault(table.name, table.title)
        for column in table.columns:
            labels.setdefault(column.name, column.label)
    return labels


def _cross_check(vocab: Vocab) -> None:
    for id, channel in vocab.channels.items():
        if channel.group not in vocab.groups:
            raise VocabError(f"channels.toml {id}: no group {channel.group}")
    contract = next(c for c in vocab.tables["traffic_daily"].columns if c.name == "channel").allowed
    if set(contract) != set(vocab.channels):
        raise VocabError("channels.toml and tables.toml name different channels")
    for rule in vocab.rules.values():
        _check_rule(rule, vocab)
    answered = {c for r in vocab.rules.values() for c in r.causes}
    for cause in vocab.causes.values():
        where = f"causes.toml {cause.id}"
        if cause.metric not in vocab.metrics:
            raise VocabError(f"{where}: unknown metric {cause.metric}")
        if cause.aspect is not None and cause.aspect not in vocab.aspects:
            raise VocabError(f"{where}: unknown aspect {cause.aspect}")
        if cause.id not in answered:
            raise VocabError(f"{where}: no rule asks for it")


def _check_rule(rule: Rule, vocab: Vocab) -> None:
    where = f"rules.toml {rule.id}"
    for need in rule.needs:
        table, _, column = need.partition(".")
        if table not in vocab.tables or (column and column not in vocab.tables[table].names):
            raise VocabError(f"{where}: needs an unknown table or column {need}")
    if rule.metric is not None and rule.metric not in vocab.metrics:
        raise VocabError(f"{where}: unknown metric {rule.metric}")
    if rule.watches is not None and rule.watches[0] not in vocab.metrics:
        raise VocabError(f"{where}: watches an unknown metric {rule.watches[0]}")
    if rule.lacks is not None and f"unknown_{rule.lacks}" not in vocab.words:
        raise VocabError(f"{where}: no sentence says what it is to lack {rule.lacks}")
    for cause in rule.causes:
        if cause not in vocab.causes:
            raise VocabError(f"{where}: unknown cause {cause}")


def build(folder: Path | None = None) -> Vocab:
    """The vocabulary of `folder` (the package's own when None). Raises VocabError."""
    raw = {n: read(n, folder) for n in ("tables", "metrics", "channels", "aspects", "rules", "causes")}
    channels = raw["channels"]
    words, units = _words(folder)
    vocab = Vocab(
        tables=_tables(raw["tables"]),
        metrics=_metrics(raw["metrics"]),
        groups={id: _text(e, f"channels.toml {id}") for id, e in channels["groups"].items()},
        channels={
            id: Channel(id, e["group"], _text(e, f"channels.toml {id}")) for id, e in channels["channels"].items()
        },
        aspects=_aspects(raw["aspects"]),
        rules=_rules(raw["rules"]),
        causes=_causes(raw["causes"]),
        words=words,
        units=units,
        labels={},
    )
    _cross_check(vocab)
    vocab.labels.update(_labels(vocab))
    return vocab


@cache
def load() -> Vocab:
    return build()


def word(id: str, language: str) -> str:
    """The wording of an id. KeyError for an id the vocabulary does not know."""
    return load().labels[id][language]
