"""Charts of the last examination: check."""

from sizhen.view.plots.check_cohorts import cohorts
from sizhen.view.plots.check_conversion import conversion, product_quadrants
from sizhen.view.plots.check_funnel import funnel, funnel_losses, funnel_members
from sizhen.view.plots.check_inquiry import inquiry_split
from sizhen.view.plots.check_pace import order_conversion, payment, target, target_gap
from sizhen.view.plots.check_platform import dispatch, dispatch_hours, penalty_room
from sizhen.view.plots.check_split import split_parts, waterfall

__all__ = [
    "cohorts",
    "conversion",
    "dispatch",
    "dispatch_hours",
    "funnel",
    "funnel_losses",
    "funnel_members",
    "inquiry_split",
    "order_conversion",
    "payment",
    "penalty_room",
    "product_quadrants",
    "split_parts",
    "target",
    "target_gap",
    "waterfall",
]
