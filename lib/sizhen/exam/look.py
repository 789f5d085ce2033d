"""Look (望): the face of the shop. Days, traffic sources, pages, products, stock, advertising."""

from sizhen.exam.look_ads import ads, ads_verdicts, keywords
from sizhen.exam.look_budget import budget_shift
from sizhen.exam.look_calendar import calendar
from sizhen.exam.look_changes import page_changes
from sizhen.exam.look_channels import channel_places, channel_tree
from sizhen.exam.look_lifecycle import lifecycle, new_product_pace, new_products
from sizhen.exam.look_orders import order_sizes
from sizhen.exam.look_pages import campaign_pages, channel_health, page_health, product_pages
from sizhen.exam.look_prices import discount_room, price_bands
from sizhen.exam.look_products import concentration, leading_basket, leading_products, prices
from sizhen.exam.look_roles import roles, suggested_roles
from sizhen.exam.look_stock import stock
from sizhen.exam.look_traffic import day_line, traffic_devices, traffic_groups, traffic_sources
from sizhen.exam.look_visitors import new_and_returning
from sizhen.exam.look_words import search_words

__all__ = [
    "ads",
    "ads_verdicts",
    "budget_shift",
    "calendar",
    "campaign_pages",
    "channel_health",
    "channel_places",
    "channel_tree",
    "concentration",
    "day_line",
    "discount_room",
    "keywords",
    "leading_basket",
    "leading_products",
    "lifecycle",
    "new_and_returning",
    "new_product_pace",
    "new_products",
    "order_sizes",
    "page_changes",
    "page_health",
    "price_bands",
    "prices",
    "product_pages",
    "roles",
    "search_words",
    "stock",
    "suggested_roles",
    "traffic_devices",
    "traffic_groups",
    "traffic_sources",
]
