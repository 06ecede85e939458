"""The public audit of GraphQL over HTTP: every check of the package ``graphql-http`` is met by a server that runs.

Its checks of GET send three documents; the server trusts them, as it may trust any that its installation names.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bank_app import add_officer
from node_projects import driven
from small_city import SmallCity
from staff_log_ins import at_desk, open_desk
from web_process import settings_for, started_web

from suxin_server.valkey import Valkey

pytestmark = pytest.mark.processes

PROGRAM = Path(__file__).with_name("audit.mjs")
CHECKS = 61
ASKED_BY_GET = {
    "typename": "{ __typename }",
    "type": "query Type($name: String!) { __type(name: $name) { name } }",
    "mutation": "mutation { __typename }",
}


@pytest.fixture
async def task(
    small_city: SmallCity, city: Any, valkey: Valkey, tmp_path: Path
) -> AsyncIterator[dict[str, Any]]:
    for name, document in ASKED_BY_GET.items():
        (tmp_path / f"{name}.graphql").write_text(document, encoding="utf-8")
    settings = settings_for(
        small_city,
        database_url=city.app,
        redis_url=valkey.url,
        scale=100,
        graphql_introspection=True,
        graphql_documents=tmp_path,
    )
    staff_id, bank, now = await add_officer(small_city), small_city.banks[0], datetime.now(UTC)
    async with small_city.database.transaction(bank.officer, now=now) as session:
        opened = await open_desk(session, bank.tenant_id, staff_id, now=now)
    with started_web(settings):
        yield {"url": f"{settings.url}/graphql", "headers": at_desk(opened.token)}


def test_every_check_of_the_public_audit_is_met(node: str, task: dict[str, Any]) -> None:
    ended = driven(node, PROGRAM, task)
    assert [check for check in ended if check["status"] != "ok"] == []
    assert len(ended) == CHECKS
