"""The schema's files: written, compared with what the program says, and with what integrations were built against."""

from pathlib import Path
from typing import Final

import click

from suxin_graphql.compatibility import MARK, changes_between, untold
from suxin_graphql.schema import export_schema
from suxin_server.faults import Fault

CHANGELOG: Final = "CHANGELOG.md"
RELEASED: Final = "schema.released.graphql"


class Stale(Fault):
    """A file that is generated is not as it would be generated now."""

    def __init__(self, path: Path, command: str) -> None:
        super().__init__(
            zh=f"{path} 不是最新的，请运行 {command}", en=f"{path} is stale; run `{command}`"
        )


class BreakingUntold(Fault):
    """The schema breaks integrations, and the changelog does not say so."""

    def __init__(self, changes: tuple[str, ...]) -> None:
        lines = "\n".join(f"  {MARK}{change}" for change in changes)
        super().__init__(
            zh=f"接口模式有不兼容变更，请恢复，或在 {CHANGELOG} 未发布部分逐条写明",
            en=f"the schema breaks integrations: undo it, or say in the unreleased section of {CHANGELOG}\n{lines}",
        )


def export(path: Path, *, check: bool) -> None:
    """Write the schema's file, or check that it is current and breaks nothing that the changelog does not tell of.

    :raises Stale: if it is to be checked and is not what would be written
    :raises BreakingUntold: if it is to be checked and breaks more than the changelog says
    """
    text = export_schema()
    write_or_check(path, text, check=check, command="suxin schema export")
    released = path.with_name(RELEASED)
    if not (check and released.is_file()):
        return
    changes = changes_between(released.read_text(encoding="utf-8"), text)
    for change in changes.dangerous:
        click.echo(f"  可能影响调用方 · may surprise callers: {change}")
    missing = untold(changes.breaking, _changelog(path))
    if missing:
        raise BreakingUntold(missing)
    for change in changes.breaking:
        click.echo(f"  不兼容，已写明 · breaking, and told: {change}")


def release(path: Path) -> None:
    """Make the schema of now the one that the next changes are compared with."""
    released = path.with_name(RELEASED)
    released.write_text(export_schema(), encoding="utf-8")
    click.echo(f"{released} 已写入 · written")


def write_or_check(path: Path, text: str, *, check: bool, command: str) -> None:
    """Write a generated file, or check that it is current.

    :raises Stale: if it is to be checked and is not
    """
    current = path.read_text(encoding="utf-8") if path.is_file() else None
    if check and current != text:
        raise Stale(path, command)
    if not check:
        path.write_text(text, encoding="utf-8")
    click.echo(f"{path} {'最新 · is current' if current == text else '已写入 · written'}")


def _changelog(path: Path) -> str:
    found = path.resolve().parents[1] / CHANGELOG
    return found.read_text(encoding="utf-8") if found.is_file() else ""
