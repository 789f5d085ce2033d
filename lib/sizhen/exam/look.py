"""Look (望): the face of the shop. Days, traffic sources, pages, products, stock, advertising."""

from sizhen.exam.look_calendar import calendar
from sizhen.exam.look_changes import page_changes
from sizhen.exam.look_channels import channel_places, channel_tree
from sizhen.exam.look_pages import campaign_pages, channel_health, page_health, product_pages
from sizhen.exam.look_products import leading_products, price_bands, prices, roles
from sizhen.exam.look_spending import ads, keywords, search_words
from sizhen.exam.look_stock import stock
from sizhen.exam.look_traffic import day_line, traffic_devices, traffic_groups, traffic_sources
from sizhen.exam.look_visitors import new_and_returning

__all__ = [
    "ads",
    "calendar",
    "campaign_pages",
    "channel_health",
    "channel_places",
    "channel_tree",
    "day_line",
    "keywords",
    "leading_products",
    "new_and_returning",
    "page_changes",
    "page_health",
    "price_bands",
    "prices",
    "product_pages",
    "roles",
    "search_words",
    "stock",
    "traffic_devices",
    "traffic_groups",
    "traffic_sources",
]
