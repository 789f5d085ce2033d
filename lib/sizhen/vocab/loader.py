"""Reads the TOML files into the dataclasses of model.py, by pydantic, and refuses what does not fit together."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from sizhen.vocab.model import Aspect, Cause, Channel, Column, Metric, Role, Rule, TableSpec, Text, Vocab

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

LANGUAGES = ("zh", "en")
ROLES: tuple[str, ...] = get_args(Role)
JUDGED = {"observed", "limit", "n", "count"}
SIDES = {  # the wordings of a rule, and what else each can name
    "healthy": set[str](),
    "unhealthy": set[str](),
    "found": {"place"},
    "changed": {"which", "watched", "usual"},
}
TOLD = {
    *("place", "metric", "observed", "expected", "since", "now", "before", "change", "n", "count", "per_hundred"),
    *("of_ten", "sizes", "price", "peer", "cut", "until", "reason"),
}
Shape = TypeVar("Shape")


class VocabError(ValueError):
    """The vocabulary contradicts itself; the message names file and entry."""


def read(name: str, folder: Path | None = None) -> dict[str, Any]:
    path = (folder or Path(__file__).parent) / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _adapter(shape: Any) -> TypeAdapter[dict[str, Any]]:
    from pydantic import ConfigDict, TypeAdapter  # takes as long as all the files do: not before they are read

    config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_min_length=1)
    return TypeAdapter(dict[str, shape], config=config)


def shaped(shape: type[Shape], entries: Mapping[str, Any], file: str) -> dict[str, Shape]:
    """The entries of a file as dataclasses, by id, their texts stripped. Raises VocabError, which names entry and field
    of all that is missing, empty, unknown or of another kind."""
    from pydantic import ValidationError

    try:
        return _adapter(shape).validate_python(entries)  # type: ignore[arg-type]  # a class can be hashed
    except ValidationError as error:
        raise VocabError("; ".join(f"{file} {_complaint(e)}" for e in error.errors(include_url=False))) from None


def _complaint(error: ErrorDetails) -> str:
    entry, *path = map(str, error["loc"])
    field, owner = path[-1] if path else "", ".".join(path[:-1])
    match error["type"]:
        case "missing" | "string_too_short" if field in LANGUAGES:
            return f"{entry}: no wording in {field}" + (f" for its {owner}" if owner else "")
        case "missing":
            return f"{entry}: its {owner} has no {field}" if owner else f"{entry}: has no {field}"
        case "unexpected_keyword_argument":
            return f"{entry}: its {owner} knows no {field}" if owner else f"{entry}: knows no {field}"
        case "literal_error":
            return f"{entry}: {error['input']!r} is not one of {error['ctx']['expected'].replace(chr(39), '')}"
    return f"{entry}: {'.'.join(path)}: {error['msg']}"


def _entries(name: str, folder: Path | None) -> dict[str, dict[str, Any]]:
    entries = read(name, folder)
    for id, entry in entries.items():
        if not isinstance(entry, dict):
            raise VocabError(f"{name}.toml {id}: stands in no entry")
    return entries


def _labelled(entry: dict[str, Any], label: str = "label") -> dict[str, Any]:
    """The entry with the zh and en that stand beside the rest as its `label`."""
    rest = {k: v for k, v in entry.items() if k not in LANGUAGES}
    return rest | {label: {k: entry[k] for k in LANGUAGES if k in entry}}


def _tables(raw: dict[str, Any]) -> dict[str, TableSpec]:
    for table, entry in raw.items():
        if not entry.get("columns"):
            raise VocabError(f"tables.toml {table}: has no columns")
    cells = {
        f"{table}.{name}": _labelled(cell, "describe") | {"name": name}
        for table, entry in raw.items()
        for name, cell in entry["columns"].items()
    }
    columns = shaped(Column, cells, "tables.toml")
    entries = {
        table: entry | {"name": table, "columns": [columns[f"{table}.{name}"] for name in entry["columns"]]}
        for table, entry in raw.items()
    }
    return shaped(TableSpec, entries, "tables.toml")


def _rule(entry: dict[str, Any]) -> dict[str, Any]:
    """`watches`, written conversion/device, as (metric, source); `norms` as pairs; the frame its figure stands on."""
    pairs: dict[str, Any] = {}
    if "watches" in entry:
        pairs["watches"] = entry["watches"].split("/", 1)
    if "norms" in entry:
        pairs["norms"] = list(entry["norms"].items())
    if frame := entry.get("frame", entry.get("figure")):
        pairs["frame"] = frame.partition(":")[0]
    return entry | pairs


def _words(folder: Path | None) -> tuple[dict[str, Text], dict[str, str]]:
    """(words, units) of every words*.toml; one id stands in one file only."""
    words: dict[str, Text] = {}
    units: dict[str, str] = {}
    for path in sorted((folder or Path(__file__).parent).glob("words*.toml")):
        entries = _entries(path.stem, folder)
        if both := words.keys() & entries.keys():
            raise VocabError(f"{path.name} {min(both)}: the word stands in another file too")
        units |= {id: entry.pop("unit") for id, entry in entries.items() if "unit" in entry}
        words |= shaped(Text, entries, path.name)
    return words, units


def _labels(vocab: Vocab, occasions: dict[str, Text]) -> dict[str, Text]:
    """Every id that can stand as a heading or a value, with its wording. The first to name an id wins."""
    labels: dict[str, Text] = dict(vocab.words)
    for id, metric in vocab.metrics.items():
        labels.setdefault(id, metric.label)
    named: tuple[Mapping[str, Channel | Aspect | Cause], ...] = (vocab.channels, vocab.aspects, vocab.causes)
    for source in named:
        for id, entry in source.items():
            labels.setdefault(id, entry.label)
    for id, text in (vocab.groups | occasions).items():
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
    for id, aspect in vocab.aspects.items():
        if aspect.within not in vocab.aspects:
            raise VocabError(f"aspects.toml {id}: no aspect {aspect.within}")
    for rule in vocab.rules.values():
        _check_rule(rule, vocab)
        _check_wording(rule)
    answered = {c for r in vocab.rules.values() for c in r.causes}
    for cause in vocab.causes.values():
        _check_cause(cause, vocab, answered)


def _check_rule(rule: Rule, vocab: Vocab) -> None:
    where = f"rules.toml {rule.id}"
    _check_needs(rule.needs, where, vocab)
    if rule.metric is not None and rule.metric not in vocab.metrics:
        raise VocabError(f"{where}: unknown metric {rule.metric}")
    if rule.watches is not None and rule.watches[0] not in vocab.metrics:
        raise VocabError(f"{where}: watches an unknown metric {rule.watches[0]}")
    if rule.lacks is not None and f"unknown_{rule.lacks}" not in vocab.words:
        raise VocabError(f"{where}: no sentence says what it is to lack {rule.lacks}")
    for cause in rule.causes:
        if cause not in vocab.causes:
            raise VocabError(f"{where}: unknown cause {cause}")
    if bool(rule.counts) != bool(rule.min_n) or (rule.counts and f"n.{rule.counts}" not in vocab.words):
        raise VocabError(f"{where}: no word says what its least count counts")
    if rule.norms and abs(sum(share for _, share in rule.norms) - 1) > 1e-9:
        raise VocabError(f"{where}: its norms do not add up to 1")
    if not rule.id.startswith(f"{rule.exam}."):
        raise VocabError(f"{where}: belongs to {rule.exam} but is not named so")


def _check_needs(needs: tuple[str, ...], where: str, vocab: Vocab) -> None:
    for need in needs:
        table, _, column = need.partition(".")
        if table not in vocab.tables or (column and column not in vocab.tables[table].names):
            raise VocabError(f"{where}: needs an unknown table or column {need}")


def _check_wording(rule: Rule) -> None:
    where = f"rules.toml {rule.id}"
    known = JUDGED if rule.limit else JUDGED - {"limit"}
    more = SIDES if rule.limit else SIDES | {"unhealthy": SIDES["found"]}  # then findings alone say so
    sides = {side: text for side in SIDES if (text := getattr(rule, side)) is not None}
    values = {value for side, text in sides.items() for value in _values(text, where, known | more[side])}
    if any(rule.healthy[k] == rule.unhealthy[k] for k in LANGUAGES):
        raise VocabError(f"{where}: healthy and unhealthy wording are equal")
    if "observed" in values and rule.metric is None:
        raise VocabError(f"{where}: tells an observed value but has no metric")
    if values & {"n", "count"} and not rule.figure:
        raise VocabError(f"{where}: counts but has no figure")
    if (rule.changed is None) != (rule.watches is None):
        raise VocabError(f"{where}: what it watches and what is said of a change of it go together")


def _check_cause(cause: Cause, vocab: Vocab, answered: set[str]) -> None:
    where = f"causes.toml {cause.id}"
    for template in (cause.task, cause.says, cause.advice.what):
        _values(template, where, TOLD)
    _check_needs(cause.needs, where, vocab)
    if cause.metric not in vocab.metrics:
        raise VocabError(f"{where}: unknown metric {cause.metric}")
    if cause.aspect is not None and cause.aspect not in vocab.aspects:
        raise VocabError(f"{where}: unknown aspect {cause.aspect}")
    if cause.id not in answered:
        raise VocabError(f"{where}: no rule asks for it")


def _values(template: Text, where: str, known: set[str]) -> set[str]:
    """The {values} of a wording: the same ones in every language, and only `known` ones."""
    zh, en = ({f for _, f, _, _ in string.Formatter().parse(template[k]) if f is not None} for k in LANGUAGES)
    if zh != en:
        raise VocabError(f"{where}: zh and en name different values {sorted(zh ^ en)}")
    if zh - known:
        raise VocabError(f"{where}: {sorted(zh - known)} can not be filled, only {sorted(known)}")
    return zh


def build(folder: Path | None = None) -> Vocab:
    """The vocabulary of `folder` (the package's own when None). Raises VocabError."""
    tables, metrics, channels, aspects, rules, causes = (
        _entries(name, folder) for name in ("tables", "metrics", "channels", "aspects", "rules", "causes")
    )
    words, units = _words(folder)
    named = {id: _labelled(e) | {"id": id} for id, e in channels["channels"].items()}
    spoken_of = {id: {"within": id} | _labelled(e) | {"id": id} for id, e in aspects.items()}
    vocab = Vocab(
        tables=_tables(tables),
        metrics=shaped(Metric, {id: _labelled(e) | {"id": id} for id, e in metrics.items()}, "metrics.toml"),
        groups=shaped(Text, channels["groups"], "channels.toml"),
        channels=shaped(Channel, named, "channels.toml"),
        aspects=shaped(Aspect, spoken_of, "aspects.toml"),
        rules=shaped(Rule, {id: _rule(e) | {"id": id} for id, e in rules.items()}, "rules.toml"),
        causes=shaped(Cause, {id: e | {"id": id} for id, e in causes.items()}, "causes.toml"),
        words=words,
        units=units,
        labels={},
    )
    _cross_check(vocab)
    named = read("calendar", folder)["occasions"]
    vocab.labels.update(_labels(vocab, {id: Text(e["zh"], e["en"]) for id, e in named.items()}))
    return vocab


@cache
def load() -> Vocab:
    return build()


def word(id: str, language: str) -> str:
    """The wording of an id. KeyError for an id the vocabulary does not know."""
    return load().labels[id][language]
