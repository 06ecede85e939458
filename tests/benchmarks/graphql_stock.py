"""Our web server with Strawberry's own execution for every query: what the compiled operations are measured against."""

import suxin_graphql.answering
from suxin_server.cli import main


async def never(*_: object) -> None:
    """Compile nothing, so that graphql-core executes the operation."""


suxin_graphql.answering._compiled = never
main()
