"""Check (切): the pulse. Funnel, conversion, exact split, target, payment, dispatch, returning buyers, the review."""

from sizhen.exam.check_cohorts import cohorts, repeat_interval
from sizhen.exam.check_conversion import channels, devices, product_quadrants
from sizhen.exam.check_dispatch import dispatch, dispatch_hours
from sizhen.exam.check_funnel import funnel, funnel_channels, funnel_devices, funnel_products
from sizhen.exam.check_inquiry import inquiry_split
from sizhen.exam.check_pace import order_conversion, payment, target, target_gap
from sizhen.exam.check_review import basket, plan, split_frame
from sizhen.exam.check_sources import imported, orders, orders_told
from sizhen.exam.check_standing import penalties, penalty_room, platform_review
from sizhen.exam.ledger_review import monthly_review

__all__ = [
    "basket",
    "channels",
    "cohorts",
    "devices",
    "dispatch",
    "dispatch_hours",
    "funnel",
    "funnel_channels",
    "funnel_devices",
    "funnel_products",
    "imported",
    "inquiry_split",
    "monthly_review",
    "order_conversion",
    "orders",
    "orders_told",
    "payment",
    "penalties",
    "penalty_room",
    "plan",
    "platform_review",
    "product_quadrants",
    "repeat_interval",
    "split_frame",
    "target",
    "target_gap",
]
