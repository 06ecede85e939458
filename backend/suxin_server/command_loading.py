"""How a command comes by what it needs: its settings, and the code it runs, which is loaded only then."""

import gc
import importlib
from collections.abc import Callable
from typing import Any

from suxin_server.logs import configure_logging
from suxin_server.settings import Settings, read_settings


def settings_of(**overrides: object) -> Settings:
    """Return the settings with what the command line says besides, and set logging up by them."""
    settings = read_settings(**overrides)
    configure_logging(settings.log_format)
    return settings


def own_settings() -> Settings:
    """Return the settings with the data folder's own servers, where none are set."""
    settings: Settings = load("suxin_server.own_servers", "with_own_servers")(settings_of())
    return settings


def load(module: str, name: str) -> Callable[..., Any]:
    """Load a module and return one of its functions."""
    # What is loaded stays until the process ends: the collector would look at all of it time and again for nothing, which
    # is a quarter of what loading takes.
    gc.disable()
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    finally:
        gc.freeze()
        gc.enable()
    return found
