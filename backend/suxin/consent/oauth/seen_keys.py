"""The keys that clients had when this process saw them last, by which the next assertion is checked before it asks again.

A client that shows itself is then found, and its assertion used up, in one step, which takes place only where it has those
same keys still. Whatever is not so goes the long way and is decided there: nothing is believed because it was so before.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, select, true
from sqlalchemy.dialects.postgresql import JSONB, insert

from suxin.consent.oauth.client_assertions import Assertion, checked_assertion, used_before
from suxin.consent.oauth.client_keys import stored_keys
from suxin.consent.oauth.models import UsedAssertion
from suxin.consent.oauth.queries import ACTIVE_CLIENT, Client, client_key
from suxin.consent.oauth.refusals import ClientRefused
from suxin.kernel.single_steps import SingleStep, SingleSteps

MAX_CLIENTS: Final = 4_096
"""How many clients' keys a process keeps in mind; the one that was not seen for longest gives way."""


class SeenKeys:
    """Key sets by the client's id."""

    def __init__(self) -> None:
        self._sets: OrderedDict[str, Mapping[str, Any]] = OrderedDict()

    def of(self, client_id: str) -> Mapping[str, Any] | None:
        """Return the keys that a client was last seen with."""
        jwks = self._sets.get(client_id)
        if jwks is not None:
            self._sets.move_to_end(client_id)
        return jwks

    def note(self, client: Client) -> None:
        """Remember the keys that a client has just been seen with, where it gave any."""
        if client.jwks is None:
            return
        self._sets[client.client_id] = client.jwks
        if len(self._sets) > MAX_CLIENTS:
            self._sets.popitem(last=False)


_CLIENT: Final = ACTIVE_CLIENT.cte("client")
_USED: Final = (
    insert(UsedAssertion)
    .from_select(
        ["digest", "expires_at"],
        select(
            bindparam("digest", type_=UsedAssertion.digest.type),
            bindparam("expires_at", type_=UsedAssertion.expires_at.type),
        )
        .select_from(_CLIENT)
        .where(_CLIENT.c.jwks == bindparam("seen", type_=JSONB())),
    )
    .on_conflict_do_nothing()
    .returning(UsedAssertion.digest)
    .cte("used")
)
_SHOWN: Final = (*_CLIENT.c, select(_USED.c.digest).exists())
_SHOW: Final = SingleStep(select(*_SHOWN))


@dataclass(slots=True)
class Beside:
    """What else is looked up in the step that finds a client: the step, what it is given, and the row it gave.

    There is none where the client was found the long way.
    """

    step: SingleStep
    given: Mapping[str, object]
    row: Sequence[Any] | None = None


def show_client_and(one_row: Select[Any]) -> SingleStep:
    """Return the step that finds a client by its seen keys, and beside it what a statement gives that always gives a row."""
    other = one_row.subquery("beside")
    return SingleStep(select(*_SHOWN, *other.c).select_from(_CLIENT.join(other, true())))


async def client_with_seen_keys(
    steps: SingleSteps,
    seen: SeenKeys,
    assertion: str,
    *,
    client_id: str,
    issuer: str,
    now: datetime,
    beside: Beside | None = None,
) -> Client | None:
    """Return the client that an assertion is of, used up by that; None where its keys were not seen or did not decide.

    What ``beside`` asks is looked up with it.

    :raises ClientRefused: if it was used before
    """
    jwks, key = seen.of(client_id), client_key(client_id)
    if jwks is None or key is None:
        return None
    checked = _checked(assertion, jwks, client_id=client_id, issuer=issuer, now=now)
    if checked is None:
        return None
    step, given = (_SHOW, {}) if beside is None else (beside.step, beside.given)
    row = await steps.row(
        step, id=key, seen=jwks, digest=checked.digest, expires_at=checked.kept_until, **given
    )
    if row is None:
        return None
    *columns, used = row[: len(_SHOWN)]
    client = Client.read(key, columns)
    if client.jwks != jwks:
        return None
    if not used:
        raise used_before()
    if beside is not None:
        beside.row = row[len(_SHOWN) :]
    return client


def _checked(
    assertion: str, jwks: Mapping[str, Any], *, client_id: str, issuer: str, now: datetime
) -> Assertion | None:
    try:
        return checked_assertion(
            assertion, client_id=client_id, keys=stored_keys(jwks), issuer=issuer, now=now
        )
    except ClientRefused:
        return None
