"""The causes of causes.toml: the detectors register themselves when their modules are imported here."""

from sizhen.diagnosis.causes import basket, chances, data, desk, market, pages, prices, products, spend, traffic, voice
from sizhen.diagnosis.causes.registry import BY_CAUSE, detected

MODULES = (basket, chances, data, desk, market, pages, prices, products, spend, traffic, voice)

__all__ = ["BY_CAUSE", "MODULES", "detected"]
