"""Charts of the last examination: check."""

from sizhen.view.plots.check_conversion import conversion, funnel, product_quadrants
from sizhen.view.plots.check_pace import dispatch, payment, target
from sizhen.view.plots.check_split import split_parts, waterfall

__all__ = [
    "conversion",
    "dispatch",
    "funnel",
    "payment",
    "product_quadrants",
    "split_parts",
    "target",
    "waterfall",
]
