"""What banks and guarantors read of guarantors' parts of claims."""

from typing import Annotated

import strawberry

from suxin.risk_pool.guarantor_parts.policies import PART_READ
from suxin.risk_pool.guarantor_parts.queries import parts_shown, transfers_shown
from suxin_graphql import part_types as types
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf, Page
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection


@strawberry.type
class PartQueries:
    """Queries of guarantors' parts."""

    @query(
        PART_READ,
        Connection[types.GuarantorPart],
        description="本机构收到的、或本行代偿申请的分担，新的在前。"
        "The parts that the guarantor was asked about, or of the bank's claims within the caller's reach, newest first.",
    )
    def guarantor_parts(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.GuarantorPartFilter | None, FILTER] = None,
        order_by: types.GuarantorPartOrder = types.GuarantorPartOrder.NEWEST,
    ) -> Page:
        """Return the parts that the guarantor was asked about, or of the bank's claims."""
        return Page(
            type=types.GuarantorPart,
            statement=Statement(parts_shown, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        PART_READ,
        types.GuarantorPart | None,
        description="一笔代偿分担。One guarantor's part of a claim.",
    )
    def guarantor_part(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one part."""
        return own(types.GuarantorPart, id, info.context, field="id")

    @query(
        PART_READ,
        Connection[types.GuarantorTransfer],
        description="担保机构与银行之间的划款，新的在前。"
        "What was paid between guarantor and bank within the caller's reach, newest first.",
    )
    def guarantor_transfers(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[types.GuarantorTransferFilter | None, FILTER] = None,
        order_by: types.GuarantorTransferOrder = types.GuarantorTransferOrder.NEWEST,
    ) -> Page:
        """Return what was paid between guarantor and bank."""
        return Page(
            type=types.GuarantorTransfer,
            statement=Statement(transfers_shown, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )
