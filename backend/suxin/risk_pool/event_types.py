"""What is told of filings and stop-losses to a bank's own systems."""

from typing import Final

from suxin.events.catalogue import EventField, EventType

FILED: Final = EventType(
    name="risk_pool.filing.filed",
    zh="贷款已备案",
    en="a loan is covered by a pool",
    object="PoolFiling",
    fields={
        "loan": EventField(zh="贷款", en="the loan", of="Loan"),
        "pool": EventField(zh="资金池", en="the pool", of="RiskPool"),
    },
)
RELEASED: Final = EventType(
    name="risk_pool.filing.released",
    zh="备案已解除",
    en="a filing commits nothing any more",
    object="PoolFiling",
    fields={
        "loan": EventField(zh="贷款", en="the loan", of="Loan"),
        "release": EventField(zh="解除原因", en="why it was released"),
    },
)
STOP_LOSS_CHANGED: Final = EventType(
    name="risk_pool.stop_loss.changed",
    zh="资金池熔断状态变化",
    en="a pool takes, or no longer takes, new loans of a product",
    object="PoolStopLoss",
    fields={
        "pool": EventField(zh="资金池", en="the pool", of="RiskPool"),
        "product": EventField(zh="产品代码", en="the product's code"),
        "state": EventField(zh="状态", en="where it stands"),
    },
)

EVENT_TYPES: Final = (FILED, RELEASED, STOP_LOSS_CHANGED)
