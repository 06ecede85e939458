"""A worker whose one handler leaves a trace in the database; run as a process by the tests."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.outbox import Job
from suxin_server.logs import configure_logging
from suxin_server.settings import read_settings
from suxin_server.worker import run_worker

TOPIC = "test.effect"


async def leave_effect(session: AsyncSession, job: Job) -> None:
    await session.execute(
        text("insert into effects (row_id, number) values (:row_id, :number)"),
        {"row_id": job.id, "number": job.payload["number"]},
    )
    # Long enough that a kill finds many of them half done.
    await session.execute(text("select pg_sleep(0.03)"))


if __name__ == "__main__":
    configure_logging("json")
    run_worker(read_settings(), handlers={TOPIC: leave_effect})
