"""Changes of state as plain SQL writes them, past every command: which of them the database takes of whom."""

from itertools import product

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.database import sqlstate

REFUSED = {"23514", "42501"}


async def steps(city, admin, table, states, row_id, *, actor, assignment):
    """The changes that this caller's statement makes, each tried from each state and taken back."""
    found, write = set(), assignment.format(to=":to")
    statement = text(f"update {table} set {write} where id = :id returning id")  # noqa: S608 - our own words
    stands = assignment.format(to="$1")
    for before, to in product(states, states):
        await admin.execute(f"update {table} set {stands} where id = $2", before.value, row_id)  # noqa: S608 - our own words
        if to is not before and await written(city, actor, statement, to=to.value, id=row_id):
            found.add((before.value, to.value))
    return found


async def written(city, actor, statement, **given) -> bool:
    """Whether the database took it of this caller; it is taken back in any case."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(statement, given)).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) not in REFUSED:
            raise
        return False
    return len(rows) == 1
