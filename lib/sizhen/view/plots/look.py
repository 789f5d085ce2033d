"""Charts of the first examination: look."""

from sizhen.view.plots.look_calendar import calendar
from sizhen.view.plots.look_channels import channel_places, channel_tree
from sizhen.view.plots.look_pages import channel_depth, channel_health, page_changes, page_health, product_pages
from sizhen.view.plots.look_products import concentration, leading_products, price_bands, roles, stock
from sizhen.view.plots.look_spending import ads, search_words
from sizhen.view.plots.look_traffic import channel_mix, channel_value, day_line, group_mix
from sizhen.view.plots.look_visitors import new_and_returning

__all__ = [
    "ads",
    "calendar",
    "channel_depth",
    "channel_health",
    "channel_mix",
    "channel_places",
    "channel_tree",
    "channel_value",
    "concentration",
    "day_line",
    "group_mix",
    "leading_products",
    "new_and_returning",
    "page_changes",
    "page_health",
    "price_bands",
    "product_pages",
    "roles",
    "search_words",
    "stock",
]
