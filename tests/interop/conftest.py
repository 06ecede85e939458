"""A real web process before which other people's client libraries show what they expect of an authorization server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from bank_app import add_officer, register_bank_app
from joserfc.jwk import ECKey
from node_projects import NodeMissing, PackagesMissing, installed
from small_city import SmallCity
from web_process import settings_for, started_web

from suxin.consent.commands import publish_notice_texts
from suxin.kernel.actor import Actor
from suxin.kernel.doorways import doorway
from suxin.subjects.doors import resident_door
from suxin.subjects.models import SubjectDoor
from suxin.subjects.person_log_ins import send_log_in_code
from suxin_server.valkey import Valkey

FOLDER = Path(__file__).parent
RESIDENT_ID = "321302199001010012"


@pytest.fixture
def now() -> datetime:
    """The machine's own time: the server and the libraries go by it."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A bank's confidential client at a server that runs, with the key that it signs by."""

    issuer: str
    client_id: str
    key: ECKey


@pytest.fixture
async def registered(small_city: SmallCity, city: Any, valkey: Valkey) -> AsyncIterator[Registered]:
    """The first bank's client, one of its officers, and a person whom the server can find."""
    client_id, key = await register_bank_app(small_city)
    await add_officer(small_city)
    settings = settings_for(small_city, database_url=city.app, redis_url=valkey.url)
    with started_web(settings):
        yield Registered(issuer=settings.url, client_id=client_id, key=key)


@pytest.fixture
async def phone_code(small_city: SmallCity, now: datetime) -> str:
    """The code that the applicant's phone got; the consent's notice is published."""
    await small_city.act(publish_notice_texts, Actor.system("test"))
    anyone = Actor.anonymous("test")
    door = resident_door(small_city.sealer, RESIDENT_ID)
    async with small_city.database.transaction(anyone, now=now) as session:
        async with doorway(session):
            session.add(
                SubjectDoor(
                    blind_index=door.digest,
                    key_version=door.key_version,
                    subject_id=small_city.person_id,
                )
            )
        code = await send_log_in_code(
            session,
            resident_id=RESIDENT_ID,
            sealer=small_city.sealer,
            request_id="test",
            now=now,
        )
    assert code is not None
    return code


@pytest.fixture(scope="session")
def node() -> str:
    """Node, with the client libraries of the lock file beside this one."""
    try:
        return installed(FOLDER)
    except (NodeMissing, PackagesMissing) as missing:
        pytest.skip(f"certified clients: {missing}")
