"""What a guarantor's commitment is needed for."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.lending.guarantees.queries import live_on_offer
from suxin.lending.guarantees.refusals import GuaranteeMissing
from suxin.lending.models import Offer


async def require_commitment(session: AsyncSession, offer: Offer, *, now: datetime) -> None:
    """Refuse a contract on an offer for which no guarantor is bound today; one that is stays so until the transaction ends.

    :raises GuaranteeMissing: if none is
    """
    found = await live_on_offer(session, offer.tenant_id, offer.id)
    if found is None or not found.binds_on(local_day(now)):
        raise GuaranteeMissing(field="offerId")
