"""``suxin keys``: how many rows rest on which key version, a new version, everything sealed anew, an old one dropped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import key_rotation as rotation
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import Database
from suxin.kernel.sealing import KeyringInvalid, SealBroken, Sealer
from suxin_server import model_registry
from suxin_server.key_file import KeysUnfit, keyring_source, own_key_file
from suxin_server.settings import Settings

# Rotation goes by what the tables declare, and a table declares nothing before it is imported.
_TABLES: Final = model_registry.CONTEXTS
_ROTATOR: Final = Actor.system("keys-rotate")
Result = TypeVar("Result")


def status(settings: Settings) -> int:
    """Print how many rows rest on which key version; return 0, or 1 when a version in use is not on the keyring.

    :raises NotAvailable: if the batch role's address or the keys are missing
    """
    keyring = keyring_source(settings)()
    found = asyncio.run(_read(settings, rotation.usages))
    click.echo(f"当前密钥版本 · current key version: {keyring.current}")
    held = "、".join(map(str, sorted(keyring.versions)))
    click.echo(f"密钥环中的版本 · versions on the keyring: {held}")
    for usage in found:
        marks = (
            "" if usage.key_version in keyring.secrets else "  不在密钥环中 · NOT ON THE KEYRING"
        )
        marks += "  自行到期 · ends by itself" if usage.passing else ""
        click.echo(f"  {usage.column}  v{usage.key_version}  {usage.rows}{marks}")
    return int(any(usage.key_version not in keyring.secrets for usage in found))


def add(settings: Settings) -> None:
    """Add a key version to the key file; it seals what is written from now on.

    :raises KeysUnfit: if the keys are not in a file
    :raises FileBusy: if another command is changing the file
    """
    keyring = own_key_file(settings).change(lambda known: known.rotated())
    click.echo(f"已加入密钥版本 · key version added: {keyring.current}")
    click.echo(
        "读取该文件的进程会立即使用新版本；以 SUXIN_SEALING_KEYS 取得密钥的进程须更新后重启。"
        "旧数据请运行 suxin keys rotate"
    )
    click.echo(
        "Processes that read this file use the new version at once; those that get the keys as"
        " SUXIN_SEALING_KEYS must be given the new text and restarted. Then run `suxin keys rotate`"
    )


def rotate(settings: Settings) -> None:
    """Seal and index everything anew under the current key version, in chunks; say how far it is.

    :raises KeysUnfit: if the keyring does not open what there is
    :raises NotAvailable: if the batch role's address or the keys are missing
    """
    sealer = Sealer(keyring_source(settings), settings.sealing_profile)
    try:
        asyncio.run(_rotate(settings, sealer))
    except SealBroken as broken:
        raise KeysUnfit(
            zh="密钥环打不开已封存的数据（密钥不对，或数据被改动）；已完成的部分保留，其余未改动",
            en=f"the keyring does not open what is sealed: {broken};"
            " what was done stands, the rest is unchanged",
        ) from None


def drop(settings: Settings, version: int) -> None:
    """Take a key version off the key file that nothing rests on any more.

    :raises KeysUnfit: if rows still rest on it, or it is the current one or none of the keyring's
    :raises NotAvailable: if the batch role's address or the keys are missing
    """
    keys = own_key_file(settings)
    used = [one for one in asyncio.run(_read(settings, rotation.usages)) if one.rows]
    resting = [one for one in used if one.key_version == version]
    if resting:
        rows = sum(usage.rows for usage in resting)
        columns = "、".join(usage.column for usage in resting)
        raise KeysUnfit(
            zh=f"密钥版本 {version} 仍有 {rows} 处在用（{columns}），请先运行 suxin keys rotate；"
            "尚未实名者的索引须待其实名或来源再次报送",
            en=f"key version {version} is still used {rows} times; run `suxin keys rotate` first;"
            " indexes of people who have not proved themselves wait for them or their source",
        )
    try:
        keys.change(lambda known: known.without(version))
    except KeyringInvalid as invalid:
        raise KeysUnfit(
            zh=f"密钥版本 {version} 是当前版本或不在密钥环中", en=str(invalid)
        ) from None
    click.echo(f"已移除密钥版本 · key version dropped: {version}")


async def _rotate(settings: Settings, sealer: Sealer) -> None:
    async with _batch(settings) as batch:
        await _once(batch, lambda session: rotation.require_fitting(session, sealer))
        rows = [await _carry_out(batch, sealer, part) for part in rotation.parts()]
        if sum(rows):
            await _once(batch, lambda session: _record(session, sealer, sum(rows)))
        left = [await _once(batch, partial(_left, part, sealer)) for part in rotation.parts()]
        waiting = await _once(
            batch, lambda session: rotation.indexes_without_values(session, sealer)
        )
    version = sealer.keyring.current
    if waiting:
        click.echo(
            f"另有 {waiting} 人尚未实名或已注销，证件号未保存；其索引待本人实名或来源再次报送时更新，此前须保留旧密钥版本"
        )
        click.echo(
            f"{waiting} people have not proved themselves or closed their accounts, so that their numbers are not kept;"
            " they are indexed anew when they prove themselves or a source tells of them, and the older key stays"
        )
    if sum(left):
        click.echo(
            f"仍有 {sum(left)} 行未完成，请再次运行 · {sum(left)} rows are left; run it again"
        )
    elif not waiting:
        click.echo(f"全部使用密钥版本 · everything rests on key version: {version}")


async def _left(part: rotation.Part, sealer: Sealer, session: AsyncSession) -> int:
    return await part.left(session, sealer)


async def _carry_out(batch: Database, sealer: Sealer, part: rotation.Part) -> int:
    """Work chunk after chunk, each in a transaction of its own, and say how far it is; return how many rows."""
    total = await _once(batch, partial(_left, part, sealer))
    done, after = 0, None
    while True:

        async def work(session: AsyncSession, after: rotation.Key | None = after) -> rotation.Chunk:
            return await part.chunk(session, sealer, after)

        chunk = await _once(batch, work)
        done, after = done + chunk.rows, chunk.following
        click.echo(f"{part.name}: {done} / {max(total, done)}")
        if after is None:
            return done


async def _record(session: AsyncSession, sealer: Sealer, rows: int) -> None:
    append_act(
        session,
        action="kernel.keys.rotated",
        now=session.info["now"],
        detail={"version": sealer.keyring.current, "rows": rows},
    )


async def _read(
    settings: Settings, question: Callable[[AsyncSession], Awaitable[Result]]
) -> Result:
    async with _batch(settings) as batch:
        return await _once(batch, question)


async def _once(database: Database, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    return await database.run(_ROTATOR, work, now=datetime.now(UTC))


@asynccontextmanager
async def _batch(settings: Settings) -> AsyncIterator[Database]:
    database = Database.connect(settings.need("database_batch_url"), pool_size=1)
    try:
        yield database
    finally:
        await database.close()
