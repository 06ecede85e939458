"""Every kind of event is declared once, named by its context, described in both languages, and in the document as it is."""

import re
from pathlib import Path

from suxin.consent import event_types as consent
from suxin.events.catalogue import MAX_FIELDS
from suxin.grid import event_types as grid
from suxin.lending import event_types as lending
from suxin.lending.exchange import event_types as exchange
from suxin.lending.guarantees import event_types as guarantees
from suxin.lending.loans import event_types as loans
from suxin.lending.warnings import event_types as warnings
from suxin.perks import event_types as perks
from suxin.perks.covers import event_types as covers
from suxin.perks.limiting import event_types as limiting
from suxin.perks.orders import event_types as orders
from suxin.perks.tickets import event_types as tickets
from suxin.repair import event_types as repair
from suxin.risk_pool import event_types as risk_pool
from suxin.risk_pool.claims import event_types as claims
from suxin.risk_pool.guarantor_parts import event_types as guarantor_parts
from suxin.rural import event_types as rural
from suxin.shop import event_types as shop
from suxin.village_credit import event_types as village_credit
from suxin_graphql.ids import KINDS
from suxin_web.event_types import CATALOGUE

DOCUMENT = Path(__file__).parents[2] / "docs" / "api" / "events.md"
DECLARED = {
    "consent": consent.EVENT_TYPES,
    "grid": grid.EVENT_TYPES,
    "lending": (
        *lending.EVENT_TYPES,
        *exchange.EVENT_TYPES,
        *guarantees.EVENT_TYPES,
        *loans.EVENT_TYPES,
        *warnings.EVENT_TYPES,
    ),
    "perks": (
        *perks.EVENT_TYPES,
        *orders.EVENT_TYPES,
        *tickets.EVENT_TYPES,
        *covers.EVENT_TYPES,
        *limiting.EVENT_TYPES,
    ),
    "repair": repair.EVENT_TYPES,
    "village_credit": village_credit.EVENT_TYPES,
    "risk_pool": (
        *risk_pool.EVENT_TYPES,
        *claims.EVENT_TYPES,
        *guarantor_parts.EVENT_TYPES,
    ),
    "shop": shop.EVENT_TYPES,
    "rural": rural.EVENT_TYPES,
}
HAN = re.compile(r"[\u4e00-\u9fff]")
NAME = re.compile(r"[a-z_]+(\.[a-z_]+){2}")


def table() -> str:
    """The document's table as the catalogue would write it."""
    rows = ["| type | 中文 | meaning | object | further data |", "|---|---|---|---|---|"]
    for kind in CATALOGUE.values():
        fields = "; ".join(
            f"`{name}`: {one.en}" + (f" (id of a `{one.of}`)" if one.of else "")
            for name, one in kind.fields.items()
        )
        rows.append(
            f"| `{kind.name}` | {kind.zh} | {kind.en} | `{kind.object}` | {fields or '—'} |"
        )
    return "\n".join(rows) + "\n"


def test_the_document_tells_of_every_kind_as_it_is():
    assert table() in DOCUMENT.read_text(encoding="utf-8"), table()


def test_a_kind_is_named_by_its_context_and_described_in_both_languages():
    for context, declared in DECLARED.items():
        for kind in declared:
            assert NAME.fullmatch(kind.name)
            assert kind.name.startswith(f"{context}.")
            assert HAN.search(kind.zh)
            assert not HAN.search(kind.en)
            for name, field in kind.fields.items():
                assert name not in ("objectType", "objectId")
                assert HAN.search(field.zh)
                assert not HAN.search(field.en)
    assert len(CATALOGUE) == sum(map(len, DECLARED.values()))


def test_whatever_an_event_names_has_a_global_id_and_is_no_person():
    things = {kind.object for kind in CATALOGUE.values()}
    things |= {
        field.of for kind in CATALOGUE.values() for field in kind.fields.values() if field.of
    }
    assert things <= set(KINDS)
    assert things == {
        "Consent",
        "GuaranteeRequest",
        "GuarantorPart",
        "GuarantorTransfer",
        "Household",
        "Loan",
        "LoanWarning",
        "Lead",
        "MaterialRequest",
        "Offer",
        "PerkProgramme",
        "PerkRedemption",
        "PointClaim",
        "PoolClaim",
        "PoolFiling",
        "PoolStopLoss",
        "RatingCycle",
        "RatingEntry",
        "Referral",
        "RiskPool",
        "ServiceOrder",
        "VillageCreditMember",
        "VillageCreditRound",
        "ShopRedemption",
    }
    assert all(len(kind.fields) <= MAX_FIELDS for kind in CATALOGUE.values())
