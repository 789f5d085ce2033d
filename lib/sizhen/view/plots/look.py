"""Charts of the first examination: look."""

from sizhen.view.plots.look_ads import ads, ads_verdicts, budget_shift, click_through
from sizhen.view.plots.look_calendar import calendar
from sizhen.view.plots.look_channels import channel_places, channel_tree
from sizhen.view.plots.look_lifecycle import lifecycle, new_products
from sizhen.view.plots.look_pages import channel_depth, channel_health, page_changes, page_health, product_pages
from sizhen.view.plots.look_prices import discount_room, price_bands
from sizhen.view.plots.look_products import concentration, leading_products, roles
from sizhen.view.plots.look_stock import stock, stock_cover
from sizhen.view.plots.look_traffic import channel_mix, channel_value, day_line, group_mix
from sizhen.view.plots.look_visitors import new_and_returning
from sizhen.view.plots.look_words import search_words

__all__ = [
    "ads",
    "ads_verdicts",
    "budget_shift",
    "calendar",
    "channel_depth",
    "channel_health",
    "channel_mix",
    "channel_places",
    "channel_tree",
    "channel_value",
    "click_through",
    "concentration",
    "day_line",
    "discount_room",
    "group_mix",
    "leading_products",
    "lifecycle",
    "new_and_returning",
    "new_products",
    "page_changes",
    "page_health",
    "price_bands",
    "product_pages",
    "roles",
    "search_words",
    "stock",
    "stock_cover",
]
