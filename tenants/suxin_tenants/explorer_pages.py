"""The explorer (接口调试): GraphiQL at the desk, which asks as the staff member himself and within his own rights.

It is there where the installation has it, for whoever may compose documents. What he types stays in the page: a desk's
computer has several users, and queries name people's requests.
"""

from litestar import get

from suxin.consent.oauth.policies import DOCUMENT_COMPOSE
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_tenants.visits import Answer, GivenVisit


class ExplorerClosed(Refusal):
    """The installation has no explorer."""

    code = "EXPLORER_CLOSED"
    kind = RefusalKind.FORBIDDEN
    zh = "本系统未开放接口调试；接口说明见 /graphql/docs"
    en = "This installation has no explorer; the interface is described at /graphql/docs"


@get("/explorer")
async def show_explorer(visit: GivenVisit) -> Answer:
    """Show the explorer.

    :raises ExplorerClosed: if the installation has none
    :raises Forbidden: if the staff member may compose no documents
    """
    if not visit.runtime.documents.explorer:
        raise ExplorerClosed
    visit.actor.require(DOCUMENT_COMPOSE)
    async with visit.reading() as session:
        return await visit.page(session, "house/explorer.html", {})
