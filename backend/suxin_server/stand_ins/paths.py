"""Addresses within stand-ins that the start needs to know without loading them."""

from typing import Final

EVENTS_PATH: Final = "/events"
"""Where the bank's own system takes events."""
