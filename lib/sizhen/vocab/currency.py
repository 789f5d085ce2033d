"""How amounts of a currency are written."""

from __future__ import annotations

from sizhen.vocab.model import Text

_SIGNS = {
    "CNY": "¥",
    "JPY": "¥",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "TWD": "NT$",
}


def currency_sign(currency: str) -> str:
    """What stands before an amount in `currency` (ISO 4217): its sign, else the code and a space."""
    return _SIGNS.get(currency, f"{currency} ")


def short(value: float, currency: str) -> Text:
    """An amount as far as it is known: to 0.1 万 or 0.1k; below 10 to a tenth; `¥11.9 万`, `¥119k`."""
    before = ("−" if value < 0 else "") + currency_sign(currency)
    return Text(before + _rounded(abs(value), _CHINESE), before + _rounded(abs(value), _ENGLISH))


def short_count(value: float) -> Text:
    """A count as far as it matters: `7.3 万`, `72.6k`; whole below 10,000."""
    if abs(value) < 9999.5:
        return Text(f"{value:,.0f}", f"{value:,.0f}")
    return Text(_rounded(value, _CHINESE), _rounded(value, _ENGLISH))


_CHINESE = ((1e8, " 亿", 1000.0), (1e4, " 万", 1000.0))
_ENGLISH = ((1e6, "M", 100.0), (1e3, "k", 100.0))  # size, its name, and from how many of it on without a decimal


def _rounded(value: float, scales: tuple[tuple[float, str, float], ...]) -> str:
    for size, name, whole in scales:
        if round(value / size, 1) >= 1:
            return f"{value / size:,.{0 if value / size >= whole else 1}f}{name}"
    if 0 < value < 9.95:
        return f"{value:.1f}"
    return f"{value:,.0f}" if value < 1000 else f"{round(value / 100) * 100:,.0f}"
