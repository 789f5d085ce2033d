"""How amounts of a currency are written."""

from __future__ import annotations

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
