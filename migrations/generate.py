"""Write the foundation migration anew from the models: tables by Alembic, access by the declared readers.

Run as ``python migrations/generate.py DATABASE_URL`` against an empty database, before the first release only; a
released migration is never written again.
"""

import asyncio
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from suxin.kernel.steps import REFUSE_STEP
from suxin.kernel.tables import access_statements, models
from suxin_server.model_registry import metadata

TARGET = Path(__file__).parent / "versions" / "0001_foundation.py"

HEAD = '''"""The foundation: places, tenancy, subjects, consent, lending, and the kernel's own tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACCESS = (
    # The server compares the database's revision with its own before it says that it is ready.
    "GRANT SELECT ON alembic_version TO suxin_app",
'''


def _render(connection: Connection) -> str:
    context = MigrationContext.configure(connection)
    script = produce_migrations(context, metadata)
    if script.upgrade_ops is None or script.downgrade_ops is None:
        sys.exit("there is nothing to write")
    of_tables = (statement for model in models() for statement in access_statements(model))
    access = "".join(f"    {statement!r},\n" for statement in (REFUSE_STEP, *of_tables))
    return (
        HEAD
        + access
        + ")\n\n\ndef upgrade() -> None:\n    op.execute(\"SET LOCAL lock_timeout = '5s'\")\n    "
        + render_python_code(script.upgrade_ops, migration_context=context)
        + "\n    for statement in ACCESS:\n        op.execute(sa.text(statement.replace(':', r'\\:')))\n"
        + "\n\ndef downgrade() -> None:\n    op.execute(\"SET LOCAL lock_timeout = '5s'\")\n"
        # Policies read other tables, so all of them go before any table does.
        + "    for statement in ACCESS:\n        if statement.startswith('CREATE POLICY'):\n"
        + "            name, table = statement.split()[2], statement.split()[4]\n"
        + "            op.execute(f'DROP POLICY {name} ON {table}')\n    "
        + render_python_code(script.downgrade_ops, migration_context=context)
        # The triggers that call them went with their tables.
        + "\n    for statement in ACCESS:\n        if statement.startswith('CREATE FUNCTION'):\n"
        + "            op.execute(f'DROP FUNCTION {statement.split()[2]}')\n"
    )


async def _main(url: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        text = await connection.run_sync(_render)
    await engine.dispose()
    TARGET.write_text(text, encoding="utf-8")


asyncio.run(_main(sys.argv[1]))
