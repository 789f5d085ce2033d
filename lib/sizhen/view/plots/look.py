"""Charts of the first examination: look."""

from sizhen.view.plots.look_products import concentration, leading_products, price_bands, roles, stock
from sizhen.view.plots.look_spending import ads, search_words
from sizhen.view.plots.look_traffic import channel_health, channel_mix, channel_value, day_line, group_mix, page_health

__all__ = [
    "ads",
    "channel_health",
    "channel_mix",
    "channel_value",
    "concentration",
    "day_line",
    "group_mix",
    "leading_products",
    "page_health",
    "price_bands",
    "roles",
    "search_words",
    "stock",
]
