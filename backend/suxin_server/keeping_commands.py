"""The commands that keep an installation: its keys, its audit stream, its backups."""

import sys
from pathlib import Path

import click

from suxin_server.command_loading import load, own_settings, settings_of
from suxin_server.settings import Settings


@click.group()
def keys() -> None:
    """密钥 · Sealing keys."""


@keys.command("status")
def key_status() -> None:
    """各密钥版本的用量 · Count rows by key version and column."""
    sys.exit(load("suxin_server.keys_admin", "status")(_key_settings()))


@keys.command("add")
def add_key() -> None:
    """加入新的密钥版本 · Add a new key version; no key is printed."""
    load("suxin_server.keys_admin", "add")(_key_settings())


@keys.command("rotate")
def rotate_keys() -> None:
    """以当前版本重新封存全部数据 · Seal and index everything anew under the current version."""
    load("suxin_server.keys_admin", "rotate")(_key_settings())


@keys.command("drop")
@click.argument("version", type=click.IntRange(1))
def drop_key(version: int) -> None:
    """移除不再使用的密钥版本 · Drop a version that nothing rests on any more."""
    load("suxin_server.keys_admin", "drop")(_key_settings(), version)


@click.group()
def audit() -> None:
    """审计流 · The audit stream."""


@audit.command("verify")
def verify() -> None:
    """校验审计链 · Replay the chain; name the first broken entry and the unsealed tail."""
    settings = own_settings()
    sys.exit(load("suxin_server.audit_admin", "verify")(settings))


@audit.command("scope")
@click.option("--tenant", "tenants", multiple=True, type=click.UUID, help="机构编号 · tenant's id")
@click.option("--client", "clients", multiple=True, help="客户端编号 · client_id")
@click.option("--since", required=True, help="起（ISO 8601，含时区）· from, with time zone")
@click.option("--until", required=True, help="止（不含）· until, exclusive")
def breach_scope(**given: object) -> None:
    """泄露范围 · Whose data these tenants and clients read in that time."""
    settings = own_settings()
    load("suxin_server.audit_admin", "scope")(settings, **given)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="数据目录 [.suxin]"
)
def backup(folder: Path, data_dir: Path | None) -> None:
    """备份到新文件夹 · Back the data folder's database up into a new folder; without its keys."""
    load("suxin_server.backups", "backup")(settings_of(data_dir=data_dir), folder)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--keys",
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="密钥文件 · the key file that belongs to it",
)
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="数据目录 [.suxin]"
)
def restore(folder: Path, keys: Path, data_dir: Path | None) -> None:
    """恢复到空的数据目录 · Restore a backup into an empty data folder, and verify it."""
    load("suxin_server.backups", "restore")(settings_of(data_dir=data_dir), folder, keys)


def _key_settings() -> Settings:
    with_keys: Settings = load("suxin_server.key_file", "with_own_keys")(own_settings())
    return with_keys
