"""The small city after everything has happened once, so that no table is empty when it is asked who sees its rows.

The first bank and the applicant are those whose rows must stay theirs; everybody else looks on.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from arrangements import arrangement_2027
from batch_rows import fill_by_batch
from counter_visits import AtCounter, visit_counter
from filled_claims import FilledClaims, FilledPool, fill_pooled
from filled_doors import LOGIN, fill_doorways, fill_oauth, fill_providers
from filled_field import FilledField, fill_field
from filled_guarantees import Guaranteed, fill_guarantees
from filled_orders import FilledOrders, fill_orders
from filled_perks import FilledPerks, fill_perks
from filled_points import FilledPoints, fill_points
from filled_rural import FilledRural, fill_rural
from filled_shop import FilledShop, fill_shop
from filled_village_credit import fill_village_credit
from filled_villages import FilledVillage, fill_villages
from repairs import fill_repair
from sample_exports import begin_export
from sample_rows import insert, sample
from small_cases import declined, with_documents
from small_cautions import propose
from small_city import PASSWORD, Bank, SmallCity, offer_terms, product_draft
from small_disasters import build_disaster
from small_endpoint import Webhook, build_webhook
from small_exchange import Exchanged, fill_exchange
from small_league import fill_quarter
from small_ledger import FilledLedger, fill_ledgers
from small_loans import fill_loans
from small_merchant import build_merchant
from small_promised import Promised, build_promised
from small_relief import Relieved, build_relief
from small_scores import build_scores, last_run_id
from small_warnings import Warned, build_warned
from sqlalchemy import select

from suxin.consent.artefacts import sign_artefact
from suxin.consent.commands import publish_notice_texts
from suxin.consent.requests import refuse_consent
from suxin.kernel.actor import Actor
from suxin.kernel.audit_chain import seal
from suxin.kernel.calendars import load_arrangement
from suxin.kernel.signing import ensure_signing_keys, read_keys
from suxin.lending.commands.offers import accept_offer, make_offer
from suxin.lending.commands.products import draft_product
from suxin.lending.commands.referrals import accept_referral, claim_lead
from suxin.lending.commands.requests import Submitted
from suxin.lending.models import DispatchMode
from suxin.lending.queries.dossier import dossier
from suxin.lending.queries.referrals import own_referral
from suxin.review.deciding import accept_case
from suxin.rights.corrections import request_correction
from suxin.rights.inquiries import ask_source
from suxin.rights.kinds import DISPUTE
from suxin.rights.remedies import CorrectionAbout
from suxin.subjects.closures import AccountClosure
from suxin.tenancy.houses import add_branch
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES


@dataclass(frozen=True, kw_only=True)
class World:
    """The ids of what happened, and those who look on."""

    city: SmallCity
    merchant: Actor
    branch_id: UUID
    staff_id: UUID
    membership_id: UUID
    desk_token: str
    draft_id: UUID
    chosen: Submitted
    chosen_referral: UUID
    chosen_offer: UUID
    loan_id: UUID
    league_table: UUID
    incentive_run: UUID
    incentive_rules: UUID
    running: Submitted
    running_referral: UUID
    running_offer: UUID
    running_consent: UUID
    correction_id: UUID
    case_id: UUID
    repair_id: UUID
    relieved: Relieved
    caution_id: UUID
    credit_round_id: UUID
    disaster: dict[str, UUID]
    pool: Submitted
    pool_referral: UUID
    mandate_id: UUID
    client_id: UUID
    provider_id: UUID
    webhook: Webhook
    at_counter: AtCounter
    export_id: UUID
    batch_id: UUID
    model_id: UUID
    ledger: FilledLedger
    run_id: UUID
    promised: Promised
    pools: FilledPool
    exchanged: Exchanged
    warned: Warned
    claims: FilledClaims
    guaranteed: Guaranteed
    perks: FilledPerks
    ordered: FilledOrders
    village: FilledVillage
    points: FilledPoints
    shop: FilledShop
    field: FilledField
    rural: FilledRural

    @property
    def bank(self) -> Bank:
        """The bank whose rows are looked for."""
        return self.city.banks[0]

    @property
    def onlookers(self) -> dict[str, Actor]:
        """Everyone whom the first bank's and the applicant's rows are none of the business of, by name."""
        return {
            "rival": self.city.banks[1].officer,
            "stranger": self.city.stranger,
            "merchant": self.merchant,
            "anonymous": Actor.anonymous("test-anonymous"),
            "operator": self.city.operator,
            "system": Actor.system("test-system"),
        }


async def build_world(city: SmallCity, admin: asyncpg.Connection) -> World:
    """Let everything happen once, through the commands themselves."""
    bank = city.banks[0]
    batch_id = await fill_by_batch(city, admin)
    await city.act(publish_notice_texts, Actor.system("test"))
    await city.act(load_arrangement, city.operator, arrangement=arrangement_2027())
    branch_id = await city.act(
        add_branch, bank.officer, name="宿城支行", area_codes=["321302"], profiles=PROFILES
    )
    staff_id = await _add_officer(city)
    draft_id = await _draft(city)
    chosen, chosen_referral, chosen_offer, _ = await _offered(city, DispatchMode.RECOMMENDED)
    await city.act(accept_offer, city.applicant, offer_id=chosen_offer)
    loan_id = await fill_loans(city, admin, chosen_offer)
    await _refuse(city)
    async with city.batch.transaction(Actor.system("test"), now=city.now) as session:
        assert await seal(session) > 0
    await admin.execute(
        "insert into audit_heads (day, seq, hash) values ($1, 1, $2)", date(2026, 11, 1), b"x" * 32
    )
    running, running_referral, running_offer, consent_id = await _offered(city, DispatchMode.NAMED)
    await _sign(city, consent_id)
    pool = await city.submit(mode=DispatchMode.OPEN_POOL)
    assert pool.lead is not None
    claimed = await city.act(claim_lead, bank.officer, lead_id=pool.lead.id, profiles=PROFILES)
    await admin.execute(
        "update referrals set escalations = 1, escalated_step = 'decide', escalated_at = $2 where id = $1",
        claimed.id,
        city.now,
    )
    desk_token = await fill_doorways(city)
    village = await fill_villages(city, admin, staff_id)
    besides = await _besides(city, admin, loan_id)
    return World(
        city=city,
        merchant=await build_merchant(city),
        branch_id=branch_id,
        staff_id=staff_id,
        membership_id=await admin.fetchval(
            "select id from memberships where staff_id = $1", staff_id
        ),
        desk_token=desk_token,
        draft_id=draft_id,
        chosen=chosen,
        chosen_referral=chosen_referral,
        chosen_offer=chosen_offer,
        loan_id=loan_id,
        running=running,
        running_referral=running_referral,
        running_offer=running_offer,
        running_consent=consent_id,
        pool=pool,
        pool_referral=claimed.id,
        mandate_id=await admin.fetchval(
            "select id from mandates where person_id = $1", city.person_id
        ),
        client_id=await fill_oauth(city, admin),
        provider_id=await fill_providers(city, staff_id),
        webhook=await build_webhook(city, bank),
        batch_id=batch_id,
        guaranteed=await fill_guarantees(city, admin, chosen, chosen_referral, chosen_offer),
        exchanged=await fill_exchange(city, admin, staff_id=staff_id, branch_id=branch_id),
        **besides,
        village=village,
        points=await fill_points(city, admin, village, staff_id),
        shop=await fill_shop(city, admin, village),
        field=await fill_field(city, admin, village, staff_id),
        rural=await fill_rural(city, admin, besides["model_id"]),
        credit_round_id=await fill_village_credit(city, admin),
    )


async def _besides(city: SmallCity, admin: asyncpg.Connection, loan_id: UUID) -> dict[str, Any]:
    """Let happen what needs no more than the city and a loan, in an order of its own."""
    return {
        "correction_id": await _contest(city, admin),
        "case_id": await with_documents(city, admin, await declined(city)),
        "repair_id": await fill_repair(city, admin),
        "relieved": await build_relief(city, admin),
        "caution_id": (await propose(city)).id,
        "disaster": await build_disaster(city, admin, loan_id),
        "at_counter": await visit_counter(city),
        "export_id": await begin_export(city, admin),
        "model_id": await build_scores(city),
        "ledger": await fill_ledgers(city, admin),
        **await fill_quarter(city, admin),
        "run_id": await last_run_id(city),
        "promised": await build_promised(city),
        **await fill_pooled(city, admin),
        "warned": await build_warned(city),
        "perks": await fill_perks(city),
        "ordered": await fill_orders(city, admin),
    }


async def _add_officer(city: SmallCity) -> UUID:
    return await city.act(
        add_staff,
        city.banks[0].officer,
        name="赵客户经理",
        login=LOGIN,
        password=PASSWORD,
        roles=[RoleGrant("loan_officer")],
        profiles=PROFILES,
    )


async def _draft(city: SmallCity) -> UUID:
    """Let the first bank draft a product in the place of its own."""
    bank = city.banks[0]
    draft = await city.act(
        draft_product,
        bank.officer,
        draft=product_draft(code="P-2"),
        replaces=bank.product_id,
        profiles=PROFILES,
    )
    return draft.id


async def call(session: Any, function: Callable[..., Any], actor: Actor, **given: Any) -> Any:
    """Call a query or duty with what it takes of session and actor; return what came of it, a SELECT's rows fetched."""
    names = function.__code__.co_varnames[
        : function.__code__.co_argcount + function.__code__.co_kwonlyargcount
    ]
    known = {"session": session, "actor": actor, "now": session.info["now"]}
    arguments = {name: known[name] for name in names if name in known} | given
    result = function(**arguments)
    if isinstance(result, Awaitable):
        return await result
    if isinstance(result, type(select())):
        return (await session.execute(result)).all()
    return result


async def _offered(city: SmallCity, mode: DispatchMode) -> tuple[Submitted, UUID, UUID, UUID]:
    """Let the first bank offer on a request, after it read the dossier; return request, referral, offer, consent."""
    bank = city.banks[0]
    product = (bank.tenant_id, bank.product_id) if mode is DispatchMode.NAMED else None
    submitted = await city.submit(mode=mode, product=product)
    granted = await city.consent(submitted.request.id, bank)
    referral_id = await city.referral_to(submitted, bank)
    await city.act(accept_referral, bank.officer, referral_id=referral_id)
    async with city.database.snapshot(bank.officer, now=city.now) as session:
        referral, _ = await own_referral(session, bank.officer, referral_id)
        assert await dossier(session, bank.officer, referral)
    offer = await city.act(make_offer, bank.officer, referral_id=referral_id, terms=offer_terms())
    return submitted, referral_id, offer.id, granted.consent_id


async def _refuse(city: SmallCity) -> None:
    """Let the applicant say no to another purpose of the first bank."""
    await city.act(
        refuse_consent,
        city.applicant,
        tenant_id=city.banks[0].tenant_id,
        purpose="bank.credit",
        categories=[],
        life_days=30,
        context_id=None,
    )


async def _contest(city: SmallCity, admin: asyncpg.Connection) -> UUID:
    """Let the applicant contest a record; that he had closed his account once, and has proved himself since, is on file."""
    closure = {"person_id": city.person_id, "reopened_at": city.now}
    await insert(admin, AccountClosure, sample(AccountClosure, city.now, **closure))
    request = await city.act(
        request_correction,
        city.applicant,
        about=CorrectionAbout.RECORD,
        record_id=await admin.fetchval(
            "select id from credit_records where item_code = 'SI-HEADCOUNT'"
        ),
        wanted="参保人数应为 26 人",
        reason="新增一名职工",
    )
    contested: UUID = request.id
    await city.act(accept_case, city.operator, kind=DISPUTE, case_id=contested)
    await city.act(ask_source, city.operator, case_id=contested, question="参保人数")
    return contested


async def _sign(city: SmallCity, consent_id: UUID) -> None:
    """Sign a consent's artefact, as the platform does after the decision."""
    system, now = Actor.system("test"), city.now
    async with city.database.transaction(system, now=now) as session:
        await ensure_signing_keys(session, sealer=city.sealer, now=now)
        keys = await read_keys(session, sealer=city.sealer, now=now)
        assert await sign_artefact(
            session, subject_id=city.firm_id, consent_id=consent_id, keys=keys, now=now
        )
