"""Check (切): the pulse. Funnel, conversion, the exact split, target, payment and dispatch, the monthly review."""

from sizhen.exam.check_conversion import channels, devices, funnel, product_quadrants
from sizhen.exam.check_pace import dispatch, payment, target
from sizhen.exam.check_review import basket, monthly_review, penalties, plan, split_frame
from sizhen.exam.check_sources import imported, orders

__all__ = [
    "basket",
    "channels",
    "devices",
    "dispatch",
    "funnel",
    "imported",
    "monthly_review",
    "orders",
    "payment",
    "penalties",
    "plan",
    "product_quadrants",
    "split_frame",
    "target",
]
