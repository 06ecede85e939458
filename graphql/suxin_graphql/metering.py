"""Metering: what a request takes from its caller's budget, what it gives back, and how the answer tells of it.

One bucket for each client of each tenant, and one for a tenant's desks. One round trip to Valkey comes before an operation.
Only a document that this process does not remember pays for its reading first, in a round trip of its own: else who has
nothing left could still have any number of them read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.documents import Prepared, is_remembered
from suxin_graphql.execution.weights import INTROSPECTED
from suxin_graphql.prices import CHARACTERS_A_POINT, LEAST, MAX_COST, OperationTooDear
from suxin_web.budgets import Budgets

_DESK: Final = "desk"

Shown = dict[str, int | None]


class CostExhausted(Refusal):
    """The caller's budget does not hold what the operation may cost."""

    code = "COST_EXHAUSTED"
    kind = RefusalKind.LIMITED
    retryable = True
    zh = "查询额度不足：本次操作最多需 {cost} 点，现有 {available} 点；请在 {retry_after_seconds} 秒后再试"
    en = (
        "The budget holds {available} points and the operation may cost {cost};"
        " try again in {retry_after_seconds} s"
    )


@dataclass(slots=True)
class Meter:
    """What one request costs its caller."""

    budgets: Budgets
    caller: str = ""
    requested: int = 0
    available: int | None = None
    told: bool = False
    """Whether the caller's budget was asked for the operation."""

    exhausted: bool = False
    """Whether it did not hold what was asked for."""

    def count(self, actor: Actor) -> None:
        """Count this request as the actor's."""
        self.caller = f"{actor.tenant_id}:{actor.client_id or _DESK}"

    async def take_reading(self, text: str) -> None:
        """Take what it costs to parse and validate a document that is not remembered.

        :raises CostExhausted: if the budget does not hold it
        """
        if not is_remembered(text):
            await self._take(LEAST + len(text) // CHARACTERS_A_POINT)

    async def take(
        self, prepared: Prepared, operation_name: str | None, variables: Mapping[str, Any]
    ) -> None:
        """Take what the operation may cost.

        :raises OperationTooDear: if no single operation may cost as much
        :raises CostExhausted: if the budget does not hold it
        """
        price = prepared.price(operation_name)
        self.requested = LEAST if price is None else max(LEAST, price.of(variables))
        limit = min(MAX_COST, self.budgets.budget.size)
        self.told = True
        if self.requested > limit:
            cost = self.requested
            await self._take(LEAST)
            raise OperationTooDear(cost=cost, limit=limit)
        await self._take(self.requested)

    async def refused(self, refusal: Refusal) -> Refusal:
        """Count a request that is refused before its operation was priced; return what its caller is told."""
        if not self.caller or self.told or isinstance(refusal, CostExhausted):
            return refusal
        try:
            await self._take(LEAST)
        except CostExhausted as exhausted:
            self.requested = LEAST
            return exhausted
        return refusal

    def settle(self, prepared: Prepared, spent: int) -> Shown:
        """Give back what was not needed, and return what the answer tells of its cost."""
        kept = INTROSPECTED if prepared.introspects else 0
        actual = max(LEAST, min(spent + kept, self.requested))
        back = self.requested - actual
        self.budgets.give_back(self.caller, back)
        return self._shown(actual, back)

    def unspent(self) -> Shown:
        """Return what the answer of a refused request tells of its cost."""
        return self._shown(0, 0)

    def _shown(self, actual: int, back: int) -> Shown:
        size = self.budgets.budget.size
        return {
            "requested": self.requested,
            "actual": actual,
            "available": None if self.available is None else min(size, self.available + back),
            "restoreRate": self.budgets.budget.restored_per_second,
        }

    async def _take(self, cost: int) -> None:
        taken = await self.budgets.take(self.caller, cost)
        self.available = taken.available
        if not taken.fits:
            self.requested = cost
            self.exhausted = True
            raise CostExhausted(
                cost=cost, available=taken.available, retry_after_seconds=taken.wait_s
            )
