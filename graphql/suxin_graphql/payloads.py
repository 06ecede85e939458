"""What every mutation has in common: its input with a key of its own, and a payload that says whether it was a replay."""

from typing import Any, Final, Self

import strawberry

from suxin_graphql.execution.records import Record
from suxin_graphql.fields import Written

INPUT: Final = strawberry.argument(name="input")
REPLAYED: Final = (
    "是否为重放：同一幂等键此前已办理。Whether an earlier request with the same key had written it."
)


def idempotency_key() -> Any:  # noqa: ANN401 - stands for the field's own type
    """Declare the key of an input."""
    return strawberry.field(
        description="幂等键，8 至 128 位字母、数字或 _ . : -。"
        "Sent again with the same key, a mutation answers what it answered before."
    )


class Payload(Record):
    """What a mutation wrote; ``replayed`` says that an earlier request with the same key had written it."""

    @classmethod
    def of(cls, written: Written) -> Self:
        """Return the payload of what was written, to be read again."""
        return cls.given(_id=written.id, replayed=written.replayed)
