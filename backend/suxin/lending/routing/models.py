"""The rule that a product's referrals go to one branch."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, owner_tenant
from suxin.kernel.tables import WITH_DELETE, Privilege, Table


class ProductBranch(Table):
    """The branch that a product's referrals go to, whatever version of it was matched."""

    __tablename__ = "product_branches"
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(),)
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "branch_id"], ["branches.tenant_id", "branches.id"]),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    product_code: Mapped[str] = mapped_column(primary_key=True)
    branch_id: Mapped[UUID]
    set_at: Mapped[datetime]
