"""The causes of findings.md: each detector looks at the patient and returns the claims it can support."""

from sizhen.diagnosis.causes import basket, chances, data, desk, market, pages, prices, products, spend, traffic, voice
from sizhen.diagnosis.claim import Detector

DETECTORS: tuple[Detector, ...] = (
    data.missing_days,
    data.inconsistent,
    data.presale,
    market.demand,
    market.calendar_shift,
    market.peer_promotion,
    traffic.violation,
    traffic.channels,
    traffic.low_quality,
    pages.payment,
    pages.bounce,
    pages.checkout,
    products.sold_out,
    prices.own_rise,
    prices.peer_cut,
    products.decline,
    voice.complaints,
    voice.refunds,
    desk.slow,
    desk.skill,
    traffic.returning,
    basket.discount_leak,
    basket.mix,
    basket.units,
    spend.click_cost,
    spend.waste,
    spend.creative,
    voice.points,
    chances.behind_tier,
    chances.small_channel,
)

__all__ = ["DETECTORS"]
