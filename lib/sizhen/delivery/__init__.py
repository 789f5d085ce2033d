"""Published reports become messages to their owners."""

from sizhen.delivery.message import build
from sizhen.delivery.published import Refused, Report

__all__ = ["Refused", "Report", "build"]
