"""What an answer tells of its cost, and the answer without it."""

from typing import Any

import httpx


def cost_of(response: httpx.Response) -> dict[str, Any]:
    """What the answer tells of its cost."""
    found: dict[str, Any] = response.json()["extensions"]["cost"]
    assert list(found) == ["requested", "actual", "available", "restoreRate"]
    return found


def without_cost(response: httpx.Response) -> dict[str, Any]:
    """The body of an executed operation but for its cost, which it must have."""
    cost_of(response)
    body: dict[str, Any] = response.json()
    del body["extensions"]
    return body
