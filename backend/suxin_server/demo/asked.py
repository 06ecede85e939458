"""What banks asked of applicants beside any request for a loan: what waits, was allowed or refused, and what lapsed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import Final

from suxin.consent.lapses import LAPSE_TOPIC
from suxin.consent.models import Consent, ConsentState
from suxin.consent.requests import ANSWER_WITHIN
from suxin.kernel.notices import Notice
from suxin_server.demo import consenting
from suxin_server.demo.book import Bank, Party, Stage
from suxin_server.demo.dice import Dice

CROWD: Final = 36
"""Requests to others than the cast."""

_LIVES: Final = (30, 60, 90)
_MOMENT: Final = timedelta(minutes=2)
_FETCHES: Final = 2


class Reply(Enum):
    """What came of a request, with how long ago it was made at the most and at the least."""

    WAITS = (timedelta(days=3), timedelta(hours=2))
    ALLOWED = (timedelta(days=9), timedelta(days=4))
    REJECTED = (timedelta(days=12), timedelta(days=4))
    LAPSED = (timedelta(days=20), timedelta(days=9))


def ask_all(stage: Stage, parties: Sequence[Party], cast_parties: Mapping[str, Party]) -> None:
    """Let banks ask: each of the proved cast everything that may come of it, others one thing each."""
    dice = Dice("asked")
    stage = replace(stage, dice=dice)
    banks = list(stage.banks.values())
    for party in cast_parties.values():
        for bank, reply in zip(dice.sample(banks, len(Reply)), Reply, strict=True):
            _ask(stage, party, bank, reply)
    for party in dice.sample(parties, CROWD):
        _ask(stage, party, dice.choice(banks), dice.choice(list(Reply)))


def _ask(stage: Stage, party: Party, bank: Bank, reply: Reply) -> None:
    longest, shortest = reply.value
    at = stage.hours.between(stage.dice, stage.now - longest, stage.now - shortest)
    wanted = consenting.asked(
        stage,
        party,
        tenant_id=bank.tenant_id,
        life_days=stage.dice.choice(_LIVES),
        answer_by=at + ANSWER_WITHIN,
        at=at,
    )
    consenting.record(stage, bank, wanted, "requested", at)
    _tell(stage, party, wanted)
    if reply is Reply.WAITS:
        consenting.duty(stage, LAPSE_TOPIC, at + ANSWER_WITHIN, wanted)
    elif reply is Reply.LAPSED:
        _lapse(stage, party, wanted)
    elif reply is Reply.REJECTED:
        _reject(stage, party, wanted)
    else:
        _allow(stage, party, wanted)


def _allow(stage: Stage, party: Party, wanted: Consent) -> None:
    """Let the applicant say yes, and the bank's system fetch."""
    asked_at = wanted.requested_at
    at = stage.hours.between(stage.dice, asked_at + _MOMENT, asked_at + timedelta(days=1))
    consenting.allow(stage, party, wanted, at=at)
    consenting.open_basis(stage, wanted)
    for number in range(1, _FETCHES + 1):
        at = stage.hours.between(stage.dice, at + _MOMENT, at + timedelta(days=1))
        consenting.use(stage, party, wanted, at=at, number=number)


def _reject(stage: Stage, party: Party, wanted: Consent) -> None:
    asked_at = wanted.requested_at
    at = stage.hours.between(stage.dice, asked_at + _MOMENT, asked_at + timedelta(days=2))
    wanted.enter(ConsentState.REJECTED)
    wanted.decided_at, wanted.decided_by, wanted.ended_at = at, party.person_id, at
    consenting.record(stage, party, wanted, "rejected", at)


def _lapse(stage: Stage, party: Party, wanted: Consent) -> None:
    wanted.enter(ConsentState.LAPSED)
    wanted.ended_at = wanted.requested_at + ANSWER_WITHIN
    consenting.record(stage, party, wanted, "lapsed", wanted.ended_at)


def _tell(stage: Stage, party: Party, wanted: Consent) -> None:
    stage.book.add(
        Notice(
            id=stage.dice.id_at(wanted.requested_at),
            person_id=party.person_id,
            template="consent_requested",
            title="有机构请求您的授权",
            body="请查看接收方、用途、类别和期限后决定；不同意不影响您使用其他服务。",
            link=f"/pages/consent?id={wanted.id}&subject={wanted.subject_id}",
            facts={"purpose": wanted.purpose},
            created_at=wanted.requested_at,
            delivered_at=wanted.requested_at,
            delivered_by="wechat",
            delivery_ref="demo",
        )
    )
