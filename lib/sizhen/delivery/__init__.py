"""Published reports become messages to their owners."""

from sizhen.delivery.message import Refused, build

__all__ = ["Refused", "build"]
