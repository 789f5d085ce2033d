"""The numbers that decide whether a cause is claimed and acted on, read from limits.toml."""

from __future__ import annotations

from functools import cache

from sizhen.vocab.loader import VocabError, load, read

ALL_CAUSES = "act"


@cache
def limits() -> dict[str, dict[str, float]]:
    """Section (a cause, the head of several, or `act` for all) → name → number. Raises VocabError."""
    known = {ALL_CAUSES, *load().causes, *(cause.partition(".")[0] for cause in load().causes)}
    sections: dict[str, dict[str, float]] = {}
    for section, entry in read("limits").items():
        where = f"limits.toml {section}"
        numbers = dict(entry)
        if section not in known:
            raise VocabError(f"{where}: no cause of that name")
        if not all(numbers.pop(field, None) for field in ("source", "year")):
            raise VocabError(f"{where}: has no source or no year")
        sections[section] = {name: float(number) for name, number in numbers.items()}
    return sections


def limit(section: str, name: str) -> float:
    """A number of limits.toml, in the unit its name ends with. KeyError for one that is not there."""
    return limits()[section][name]
