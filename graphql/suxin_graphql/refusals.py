"""Refusals in the schema: one type for each refusal of the core, and the unions of what a mutation may answer."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final

import strawberry

from suxin.kernel.refusals import Refusal

_SHOWN: Final[dict[type[Refusal], Any]] = {}


@strawberry.interface(
    name="Refusal",
    description="平台拒绝办理的具体原因。A named reason why a mutation was not carried out; nothing was changed.",
)
class RefusalShown:
    """A named reason why a mutation was not carried out."""

    code: str = strawberry.field(description="稳定的代码。The stable code.")
    message_zh: str
    message_en: str
    retryable: bool = strawberry.field(
        description="稍后重试是否可能成功。Whether the same request may succeed later."
    )
    field: str | None = strawberry.field(
        description="有误的输入项。The input at fault, as the caller named it."
    )


def shown_type(refusal: type[Refusal]) -> Any:  # noqa: ANN401 - a class made here
    """Return the GraphQL type of a refusal."""
    if refusal not in _SHOWN:
        _SHOWN[refusal] = _made_type(refusal)
    return _SHOWN[refusal]


def _made_type(refusal: type[Refusal]) -> Any:  # noqa: ANN401 - a class made here
    description = (refusal.__doc__ or refusal.code).strip().splitlines()[0]
    made = type(refusal.__name__, (RefusalShown,), {"__doc__": description, "__module__": __name__})
    return strawberry.type(
        made, name=refusal.__name__, description=f"{refusal.code}: {description}"
    )


def show(refusal: Refusal) -> RefusalShown:
    """Return a refusal as a member of a result."""
    shown: RefusalShown = shown_type(type(refusal))(
        code=refusal.code,
        message_zh=refusal.zh_message,
        message_en=refusal.en_message,
        retryable=refusal.retryable,
        field=refusal.field,
    )
    return shown


def result_union(name: str, payload: type, refusals: Sequence[type[Refusal]]) -> Any:  # noqa: ANN401 - an annotation
    """Return the union of a mutation's payload and its refusals."""
    members = reduce(or_, (payload, *(shown_type(refusal) for refusal in refusals)))
    described = strawberry.union(
        name, description="办理结果或具体的拒绝原因。What was done, or the named reason why not."
    )
    return Annotated[members, described]
