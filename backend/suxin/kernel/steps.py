"""State machines: which steps lead from which state to which, and who takes them, declared once with the table.

A table names its machine in ``__machine__``. The named steps of its rows follow from it, and so do the triggers with which
the database refuses every other change of state, whatever statement asks for it. A session without a context is bound by
no trigger, because no row policy shows it a row: only a superuser's repair by hand has none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, Generic, TypeVar

from suxin.kernel.actor import ActorKind

State = TypeVar("State", bound=StrEnum)

# In a trigger's condition, where no sub-select may stand.
_KIND: Final = "nullif(current_setting('app.kind', true), '')"

REFUSE_STEP: Final = (
    "CREATE FUNCTION refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'no step of this caller leads there (%)', TG_NAME"
    " USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME; END $$"
)
"""The function behind every machine's triggers; their conditions alone say what is refused."""


class Party(Enum):
    """Who takes a step, by the kinds of actor he comes as; borrowing a row context does not make him another."""

    TENANT = (ActorKind.STAFF, ActorKind.CLIENT)
    SUBJECT = (ActorKind.SUBJECT,)
    OPERATOR = (ActorKind.OPERATOR,)
    PLATFORM = (ActorKind.SYSTEM,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[State]):
    """One step: the states it may leave, where it leads, and who takes it."""

    leaves: frozenset[State]
    to: State
    by: frozenset[Party]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateMachine(Generic[State]):
    """The steps of one table's rows, and the states in which a row is added, each with who adds it.

    The platform adds rows in any state: what it loads has a history.
    """

    begins: Mapping[State, frozenset[Party]]
    steps: tuple[Step[State], ...]
    column: str = "state"

    def leads(self, state: State, to: State) -> bool:
        """Return whether a step leads from one state to the other."""
        return any(state in step.leaves and to is step.to for step in self.steps)

    def statements(self, table: str) -> list[str]:
        """Return the triggers that refuse every other change and beginning."""
        moves = {
            (before.value, step.to.value, kind)
            for step in self.steps
            for before in step.leaves - {step.to}
            for kind in _kinds(step.by)
        }
        begins = {
            (state.value, kind)
            for state, parties in self.begins.items()
            for kind in _kinds(parties)
        }
        column, refused = self.column, "EXECUTE FUNCTION refuse_step()"
        beginning = (
            f"{_KIND} <> '{ActorKind.SYSTEM}' AND (NEW.{column}, {_KIND}) NOT IN ({_rows(begins)})"
        )
        moving = (
            f"OLD.{column} <> NEW.{column} AND {_KIND} IS NOT NULL"
            f" AND (OLD.{column}, NEW.{column}, {_KIND}) NOT IN ({_rows(moves)})"
        )
        return [
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} FOR EACH ROW WHEN ({condition}) {refused}"
            for name, event, condition in (
                ("begins", "INSERT", beginning),
                ("step", f"UPDATE OF {column}", moving),
            )
        ]


def _kinds(parties: frozenset[Party]) -> Iterator[str]:
    return (kind.value for party in parties for kind in party.value)


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows of plain words as an SQL list of row values."""
    return ", ".join("(" + ", ".join(f"'{word}'" for word in row) + ")" for row in sorted(rows))
