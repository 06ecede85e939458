"""The demo city: complete, usable by every log-in, and told by the product's own rules."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from staff_log_ins import SEALER, log_in_to_desk

from suxin.consent.models import ConsentState
from suxin.kernel.actor import Actor
from suxin.kernel.signing import ROTATE_TOPIC
from suxin.lending.commands.requests import RequestForm, Submitted, submit_request
from suxin.lending.criteria import CRITERION_TYPES
from suxin.lending.models import DispatchMode, Offer, Referral, RequestState
from suxin.lending.product_terms import terms_of
from suxin.lending.queries import referrals as bank_queries
from suxin.lending.queries.requests import match_results_of, published_products, requests_of
from suxin.subjects.identities import identity_of
from suxin.subjects.persons import NOT_PROVED
from suxin.subjects.visitors import applicant_actor, visitor_of
from suxin.tenancy.actors import staff_actor
from suxin_server.demo import cast
from suxin_server.demo.applicant import Applicant
from suxin_server.demo.ingested import PERSONS
from suxin_server.demo.organisations import FARM_ENTITIES, FIRMS, SOLE_TRADERS
from suxin_tenants import PROFILES

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
OPENIDS = {applicant.wechat: f"o-{applicant.wechat}" for applicant in cast.APPLICANTS}


async def test_counts(built):
    rows = built.report.rows

    assert built.report.built
    assert rows["tenants"] == 26
    assert rows["loan_products"] == 66
    assert 300 <= rows["loan_requests"] <= 400
    kinds = dict(await built.admin.fetch("select kind, count(*) from subjects group by kind"))
    proved_firms = sum(applicant.kind.value == "firm" for applicant in cast.APPLICANTS)
    assert kinds["firm"] == FIRMS + proved_firms
    assert kinds["sole_trader"] == SOLE_TRADERS
    farms = ("family_farm", "cooperative", "household", "agri_enterprise")
    assert sum(kinds[kind] for kind in farms) == FARM_ENTITIES + 1
    # Who comes to the counter acts for nobody else; of some, departments have records who have not come yet.
    waiting = await built.column("select id from subjects where name = $1", NOT_PROVED)
    assert len(waiting) > PERSONS // 2
    assert kinds["person"] == rows["person_identities"] + len(waiting)
    assert rows["person_identities"] == rows["mandates"] + 1
    for table, count in rows.items():
        # Signing keys bring the duty of their rotation with them, and batches the records that departments sent.
        own = {
            "outbox": f"topic <> '{ROTATE_TOPIC}'",
            "credit_records": "batch_id is null",
            "subjects": f"name <> '{NOT_PROVED}'",
            "subject_doors": f"not exists (select from subjects s where s.id = t.subject_id and s.name = '{NOT_PROVED}')",
        }.get(table, "true")
        stored = await built.of(table, "count(*)", where=own)
        if table != "audit_entries":
            assert (table, stored) == (table, [count])


@pytest.mark.parametrize(
    ("table", "states"),
    [
        ("loan_requests", set(RequestState)),
        (
            "referrals",
            {
                "DISPATCHED",
                "ACCEPTED",
                "CONTACTED",
                "DUE_DILIGENCE",
                "OFFERED",
                "DECLINED",
                "LAPSED",
                "PASSED",
            },
        ),
        ("offers", {"OPEN", "CHOSEN", "PASSED", "EXPIRED", "WITHDRAWN"}),
        ("consents", set(ConsentState) - {"SUPERSEDED"}),
    ],
)
async def test_every_state_is_there(built, table: str, states: set[str]):
    assert set(await built.of(table, "distinct state")) == states


async def test_all_kinds_of_criteria_appear(built):
    async with built.database.snapshot(Actor.anonymous("test"), now=NOW) as session:
        products = (await session.scalars(published_products())).all()

    kinds = {type(item) for product in products for item in terms_of(product).conditions}
    assert kinds == set(CRITERION_TYPES)
    assert len(products) == 61


async def test_no_tab_of_the_inbox_is_empty_but_what_the_duties_have_answered(built):
    for slug in ("chufeng", "luoma"):
        actor = await _staff(built, f"{slug}.loan")
        async with built.database.snapshot(actor, now=NOW) as session:
            counts = await bank_queries.inbox_counts(session, actor, now=NOW)
        # A missed deadline is answered as it passes: the referral lapses, or is given as long again.
        shown = dataclasses.asdict(counts)
        assert shown.pop("overdue") == 0
        assert min(shown.values()) > 0, counts
    # Whoever waits for the applicant's consent is not late to call him.
    waiting = await built.column(
        "select count(*) from referrals where state = 'ACCEPTED' and contact_by <= $1"
        " and decide_by > $1 and consented_at is null",
        NOW,
    )
    assert int(str(waiting[0])) >= 9


async def test_every_tab_of_products_has_one(built):
    for slug in ("chufeng", "luoma"):
        actor = await _staff(built, f"{slug}.product")
        states = await built.column(
            "select distinct status from loan_products where tenant_id = $1", actor.tenant_id
        )
        assert set(states) == {"DRAFT", "PUBLISHED", "RETIRED"}


async def _staff(built, login: str) -> Actor:
    anonymous = Actor.anonymous("test")
    async with built.database.transaction(anonymous, now=NOW) as session:
        token = await log_in_to_desk(
            session, login=login, password=cast.PASSWORD, sealer=SEALER, now=NOW
        )
    return await staff_actor(
        built.database.steps, token=token.token, profiles=PROFILES, request_id="test", now=NOW
    )


async def test_a_bank_sees_its_own_referrals_and_whom_consent_shows(built):
    actor = await _staff(built, "chufeng.loan")
    own = await built.column(
        "select id from referrals where tenant_id = $1 order by id", actor.tenant_id
    )
    shown = await built.column(
        "select distinct p.lead_id from lead_parties p join access_bases b"
        " on b.subject_id = p.subject_id and b.context_id = p.request_id"
        " where b.tenant_id = $1 and b.ended_at is null and b.ends_at > $2",
        actor.tenant_id,
        NOW,
    )

    async with built.database.snapshot(actor, now=NOW) as session:
        referrals = (await session.scalars(bank_queries.inbox(actor))).all()
        every = (
            await session.scalars(bank_queries.select(Referral.id).order_by(Referral.id))
        ).all()
        parties = [await bank_queries.party_of(session, one.lead_id) for one in referrals]
        offers = (await session.scalars(bank_queries.select(Offer.tenant_id).distinct())).all()

    assert list(every) == own
    assert {party.lead_id for party in parties if party is not None} == set(shown)
    assert 0 < len(shown) < len(own)
    assert list(offers) == [actor.tenant_id]


async def test_a_branch_officer_sees_his_county_only(built):
    actor = await _staff(built, "chufeng.shuyang")

    async with built.database.snapshot(actor, now=NOW) as session:
        referrals = (await session.scalars(bank_queries.inbox(actor))).all()

    assert {referral.county_code for referral in referrals} == {"321322"}


async def test_every_desk_log_in_works(built):
    rows = [row for row in cast.log_ins() if row.where == cast.DESK]

    actors = {row.login: await _staff(built, row.login) for row in rows}

    assert len(actors) == 33
    # A role has one name, here and at the desk.
    who = {row.login: row.who for row in rows}
    assert who["chufeng.loan"] == "楚风农商行 客户经理"
    assert who["chufeng.shuyang"] == "楚风农商行 沭阳支行客户经理"
    assert who["operator.audit"] == "市信用办 审计员（只读）"
    assert all(actor.permissions for actor in actors.values())
    assert actors["operator.admin"].kind == "operator"
    # And whoever comes to the counter, who has none.
    assert len(cast.log_ins()) == len(rows) + len(cast.PHONES) + 1


async def test_the_proved_cast_logs_in_and_finds_its_requests(built):
    states = {}
    for applicant in (cast.CHEN_JING, cast.ZHAO_MIN):
        subject = (await built.column("select id from subjects where uscc = $1", applicant.uscc))[0]
        anonymous = Actor.anonymous("test")
        async with built.database.transaction(anonymous, now=NOW) as session:
            actor = await applicant_actor(
                session,
                await visitor_of(session, openid=OPENIDS[applicant.wechat]),
                acting_subject_id=UUID(str(subject)),
                request_id="test",
                now=NOW,
            )
        async with built.database.snapshot(actor, now=NOW) as session:
            found = (await session.scalars(requests_of(actor.own_subject))).all()
            identity = await identity_of(session, built.setting.made_for.sealer, actor.own_person)
        states[applicant.name] = [request.state for request in found]
        assert (identity.name, identity.resident_id) == (applicant.name, applicant.resident_id)

    assert states == {
        "陈静": [RequestState.OFFERED],
        "赵敏": [RequestState.ACCEPTED, RequestState.EXPIRED],
    }


@pytest.mark.parametrize(
    ("applicant", "banks"),
    [
        (cast.ZHANG_WEI, 3),
        (cast.LI_XIUYING, 3),
        (cast.WANG_QIANG, 0),
    ],
    ids=lambda value: getattr(value, "wechat", str(value)),
)
async def test_the_unproved_cast_is_matched_as_told(built, applicant: Applicant, banks: int):
    async with _asked(built, applicant) as (session, asked):
        subject_id, request_id = asked.request.subject_id, asked.request.id
        rows = (await session.execute(match_results_of(subject_id, request_id))).all()
        named = {referral.tenant_id for referral in asked.referrals}
        names = {tenant.short_name for _, _, tenant in rows if tenant.id in named}

    assert len(names) == banks
    assert len(rows) == 61
    if applicant is cast.ZHANG_WEI:
        assert {"楚风农商行", "骆马湖银行"} < names
    if applicant is cast.WANG_QIANG:
        assert asked.request.state is RequestState.UNMATCHED
        assert min(len(result.reasons) for result, _, _ in rows) >= 1


class _Undo(Exception):
    """Ends a transaction that a test does not want to keep."""


@asynccontextmanager
async def _asked(built, applicant: Applicant) -> AsyncIterator[tuple[AsyncSession, Submitted]]:
    """Submit a cast member's request through the product's own command; undo it at the end."""
    subject = (await built.column("select id from subjects where uscc = $1", applicant.uscc))[0]
    actor = Actor.subject("test", person_id=uuid4(), subject_id=UUID(str(subject)))
    form = RequestForm(
        terms=applicant.ask,
        mode=DispatchMode.RECOMMENDED,
        first_loan=applicant is cast.LI_XIUYING,
    )
    with suppress(_Undo):
        async with built.database.transaction(actor, now=NOW) as session:
            yield session, await submit_request(session, actor, form=form, now=NOW)
            raise _Undo


async def test_stored_matches_read_as_the_product_writes_them(built):
    first = (
        await built.column(
            "select r.id from loan_requests r join subjects s on s.id = r.subject_id"
            " where s.uscc = $1",
            cast.CHEN_JING.uscc,
        )
    )[0]

    async with _asked(built, cast.CHEN_JING) as (session, asked):
        both = [
            [
                (
                    row.product_id,
                    row.product_version,
                    row.rank,
                    row.score,
                    row.total_cost_fen,
                    row.annualised_rate_bps,
                    row.contributions,
                    row.reasons,
                )
                for row in await session.scalars(
                    match_results_of(asked.request.subject_id, request_id)
                )
            ]
            for request_id in (UUID(str(first)), asked.request.id)
        ]

    assert len(both[0]) == 61
    assert both[0] == both[1]
