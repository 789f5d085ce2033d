"""The value a rule's limit is held against: (value, count behind it) per metric, NaN where unknown."""

from __future__ import annotations

from collections.abc import Callable

from sizhen.diagnosis import gauges_campaign as campaign
from sizhen.diagnosis import gauges_look as look
from sizhen.diagnosis import gauges_people as people
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.measured import UNKNOWN, Gauge, plain
from sizhen.exam.figures import Figure

GAUGES: dict[str, Callable[[Chart], Gauge]] = {
    "hero_value_ratio": look.hero_value,
    "hero_share": look.hero_share,
    "role_gap": look.role_gap,
    "search_words_ratio": look.search_words,
    "decline_share": look.decline_share,
    "new_products_ratio": look.new_products,
    "price_to_list": look.price_to_list,
    "campaign_interest": campaign.campaign_interest,
    "campaign_base": campaign.campaign_base,
    "near_threshold_share": campaign.near_threshold,
    "answers_given": people.answered,
    "customer_answers": people.customers,
    "peers_followed": people.peers_followed,
    "peers_compared": people.peers_compared,
    "praised_aspects": people.praised,
    "won_back_share": people.won_back,
    "visitors": plain("visitors", "shop"),
    "conversion": plain("conversion", "shop"),
    "bounce_rate.visitor": plain("bounce_rate.visitor", "shop"),
    "depth.visitor": plain("depth.visitor", "shop"),
    "repeat_share": plain("repeat_share", "shop"),
    "refund_amount": plain("refund_amount", "shop"),
    "inquiry_conversion": plain("inquiry_conversion", "desk"),
    "first_response_seconds": plain("first_response_seconds", "desk"),
    "click_through": plain("click_through", "plan"),
    "return_on_spend": plain("return_on_spend", "plan"),
    "in_stock_share": plain("in_stock_share", "stock"),
    "bad_review_share": plain("bad_review_share", "reviews"),
    "complaint_share": plain("complaint_share", "reviews"),
    "lost_buyers": plain("lost_buyers", "lost"),
}


def gauge(chart: Chart, metric: str) -> Figure:
    """A metric over the period; one that no gauge knows is unknown."""
    return Figure(*GAUGES[metric](chart)) if metric in GAUGES else Figure(*UNKNOWN)
