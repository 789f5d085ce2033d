"""Made shops: every canonical table for a shop of any size, with troubles planted in the buyers' behaviour."""

from __future__ import annotations

from .disk import make_shops, write
from .faults import CAUSES
from .plan import Fault, Made, Plan
from .run import simulate
from .sample import write_samples

__all__ = ["CAUSES", "Fault", "Made", "Plan", "make_shops", "simulate", "write", "write_samples"]
