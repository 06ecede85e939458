"""Compiled statements are kept for whoever asks again, and never come to another caller with his values."""

from uuid import uuid4

from sqlalchemy import select

from suxin.kernel.actor import Actor, ActorKind
from suxin.tenancy.models import Branch
from suxin_graphql.execution.compiled import STATEMENTS
from suxin_graphql.execution.statements import CompiledStatements, Statement

INBOX = "{ referrals(first: 5) { edges { node { id state offers(first: 2) { totalCount } } } } }"


def staff(request_id: str, **more: object) -> Actor:
    return Actor(kind=ActorKind.STAFF, request_id=request_id, **more)


def branches(actor: Actor, *, names: tuple[str, ...] = ()) -> object:
    statement = select(Branch.id).where(Branch.tenant_id == actor.own_tenant)
    return statement.where(Branch.name.in_(names)) if names else statement


def test_the_request_is_no_part_of_what_is_remembered():
    tenant = uuid4()
    one, again = (Statement(branches, staff(name, tenant_id=tenant)) for name in "ab")
    assert one.key == again.key
    assert hash(one.key) == hash(again.key)


def test_everything_else_of_the_caller_is():
    tenant = uuid4()
    keys = {
        Statement(branches, actor, names=names).key
        for actor in (
            staff("r", tenant_id=tenant),
            staff("r", tenant_id=uuid4()),
            staff("r", tenant_id=tenant, branch_id=uuid4()),
            staff("r", tenant_id=tenant, areas=("321302",)),
            staff("r", tenant_id=tenant, purposes=("loan.match",)),
            staff("r", tenant_id=tenant, consent_id=uuid4()),
        )
        for names in ((), ("东支行",))
    }
    assert len(keys) == 12


def test_no_more_than_so_many_are_kept_and_the_oldest_goes():
    kept, made = CompiledStatements(most=2), []

    def ask(number: int) -> None:
        kept.of(number, lambda: made.append(number) or select(Branch.id))

    for number in (1, 2, 1, 3, 1, 2):
        ask(number)
    assert made == [1, 2, 3, 2]


def ids(data):
    return [edge["node"]["id"] for edge in data["referrals"]["edges"]]


async def test_banks_in_turn_get_their_own(bank_a, bank_b, case):
    asked = len(STATEMENTS)
    for _ in range(2):
        ours, theirs = await bank_a.data(INBOX), await bank_b.data(INBOX)
        assert ids(ours) == [case.referral_id]
        # Of another's statement the row policies would leave it nothing.
        assert len(ids(theirs)) == 1
    # Two banks, each a page of referrals, and their offers counted and read; asked again, nothing is made anew.
    assert len(STATEMENTS) - asked == 6


async def test_colleagues_in_turn_get_what_lies_within_their_reach(desks, bank_a, case):
    far = await desks.open(desks.city.banks[0], areas=["321324"])
    one = "query ($id: ID!) { referral(id: $id) { id } }"
    for _ in range(2):
        assert ids(await bank_a.data(INBOX)) == [case.referral_id]
        assert ids(await far.data(INBOX)) == []
        assert await bank_a.data(one, id=case.referral_id) == {"referral": {"id": case.referral_id}}
        (error,) = (await far.answer(one, id=case.referral_id))["errors"]
        assert error["extensions"]["code"] == "NOT_FOUND"
