"""The server does not start under a role that could step around row-level security."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from suxin.kernel.database import Database, RoleUnsafe

# Before, only the member's own attribute says whether it inherits.
MEMBERSHIPS_SAY_INHERIT_SINCE = 16


@asynccontextmanager
async def role(admin, city, attributes: str, *grants: str) -> AsyncIterator[Database]:
    name = f"odd_{uuid4().hex[:8]}"
    await admin.execute(f"create role {name} login password 'odd' {attributes}")
    options = admin.get_server_version().major >= MEMBERSHIPS_SAY_INHERIT_SINCE
    for grant in grants:
        spoken = grant if options else grant.partition(" with ")[0]
        await admin.execute(spoken.format(role=name))
    address = city.app.split("@", 1)[1]
    database = Database.connect(f"postgresql://{name}:odd@{address}", pool_size=1)
    try:
        yield database
    finally:
        await database.close()
        await admin.execute(f"reassign owned by {name} to suxin_owner")
        await admin.execute(f"drop owned by {name}")
        await admin.execute(f"drop role {name}")


@pytest.mark.parametrize(
    ("reason", "attributes", "grants"),
    [
        ("is a superuser", "superuser", ()),
        ("has BYPASSRLS", "bypassrls", ()),
        (
            "owns tables, or may become their owner",
            "noinherit",
            ("alter table branches owner to {role}",),
        ),
        (
            "owns tables, or may become their owner",
            "noinherit",
            ("grant suxin_owner to {role} with inherit false",),
        ),
        (
            "inherits suxin_doorway",
            "inherit",
            ("grant suxin_doorway to {role} with inherit true",),
        ),
        (
            "is a member of suxin_batch",
            "noinherit",
            ("grant suxin_batch to {role} with inherit false",),
        ),
    ],
)
async def test_an_unsafe_role_is_refused(admin, city, reason, attributes, grants):
    async with role(admin, city, attributes, *grants) as database:
        with pytest.raises(RoleUnsafe) as raised:
            await database.require_safe_role()
    assert str(raised.value).endswith(f" {reason}")


async def test_the_application_role_is_safe_and_so_is_one_made_like_it(database, admin, city):
    await database.require_safe_role()
    like_it = "grant suxin_doorway to {role} with inherit false, set true"
    async with role(admin, city, "noinherit", like_it) as other:
        await other.require_safe_role()


async def test_the_owner_and_the_batch_role_are_not_for_requests(city, batch):
    owner = Database.connect(city.owner, pool_size=1)
    with pytest.raises(RoleUnsafe, match="suxin_owner owns tables"):
        await owner.require_safe_role()
    await owner.close()
    with pytest.raises(RoleUnsafe, match="suxin_batch is a member of suxin_batch"):
        await batch.require_safe_role()
