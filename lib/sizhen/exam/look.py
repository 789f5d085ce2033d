"""Look (望): the face of the shop. Days, traffic sources, pages, products, stock, advertising."""

from sizhen.exam.look_pages import channel_health, page_health
from sizhen.exam.look_products import leading_products, price_bands, prices, roles
from sizhen.exam.look_spending import ads, keywords, search_words
from sizhen.exam.look_stock import stock
from sizhen.exam.look_traffic import day_line, traffic_devices, traffic_groups, traffic_sources

__all__ = [
    "ads",
    "channel_health",
    "day_line",
    "keywords",
    "leading_products",
    "page_health",
    "price_bands",
    "prices",
    "roles",
    "search_words",
    "stock",
    "traffic_devices",
    "traffic_groups",
    "traffic_sources",
]
