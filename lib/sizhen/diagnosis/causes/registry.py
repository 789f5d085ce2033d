"""Who finds which cause: each detector names its causes, and claims no other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from sizhen.diagnosis.claim import Claim, Patient
from sizhen.vocab import load

Detector = Callable[[Patient], list[Claim]]
BY_CAUSE: dict[str, Detector] = {}


def detects(*causes: str) -> Callable[[Detector], Detector]:
    """Registers a detector for its causes. ValueError where one of them has a detector, or when it claims another."""

    def register(detector: Detector) -> Detector:
        @wraps(detector)
        def checked(patient: Patient) -> list[Claim]:
            claims = detector(patient)
            foreign = {c.cause for c in claims} - set(causes)
            if foreign:
                raise ValueError(f"{detector.__name__} does not name {', '.join(sorted(foreign))}")
            return claims

        for cause in causes:
            if cause in BY_CAUSE:
                raise ValueError(f"{cause} has a detector: {BY_CAUSE[cause].__name__}")
            BY_CAUSE[cause] = checked
        return checked

    return register


def detected(patient: Patient) -> list[Claim]:
    """All that the detectors claim, in the order of causes.toml."""
    detectors = dict.fromkeys(BY_CAUSE[cause] for cause in load().causes if cause in BY_CAUSE)
    return [claim for detector in detectors for claim in detector(patient)]
