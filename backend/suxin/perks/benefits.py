"""Benefits, the gates before them, and what makes the offers of a programme coherent. Pure.

A better offer is open to some; the fallback to everybody, by the same path. Sources: 国办发〔2020〕49号 (no basic public service depends on a
score), PIPL art. 16 and 24 (no worse service for whoever consents to nothing; no unreasonable difference by automated decisions).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from suxin.kernel.money import BPS_WHOLE, MAX_AMOUNT_FEN
from suxin.kernel.refusals import Invalid
from suxin.perks.refusals import FallbackWorse, GateOpen, OffersOutOfOrder, OfferWorse
from suxin.perks.states import BenefitKind, Eligible

MAX_OFFERS: Final = 5
MAX_LABEL: Final = 40
MAX_TERMS: Final = 300
MAX_FIGURE: Final = MAX_AMOUNT_FEN
MAX_PLACE: Final = 20
"""A model has no more tiers than that."""


class Benefit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person gets, as it is shown to him and to the clerk.

    ``figure`` is by the kind's unit (fen, basis points, minutes, pieces), ``value_fen`` what one person's use costs the funder.
    """

    kind: BenefitKind
    label: str
    terms: str = ""
    figure: int = 0
    value_fen: int = 0


class Gate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who passes: whoever has a tier of this model no lower than ``place`` (0 is its best), and is one of whom it is meant for.

    Nothing else is asked for: the purpose of redeeming opens the tier alone (PIPL art. 6).
    """

    model_code: str | None = None
    place: int | None = None
    eligible: Eligible | None = None


class Offer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A benefit behind a gate."""

    gate: Gate
    benefit: Benefit


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the core knows of who redeems, as far as a live basis opens it: a person or an organisation, and his places by model."""

    eligible: Eligible | None = None
    places: dict[str, int] = {}


UNKNOWN: Final = Standing()
"""Of whom nothing is known: a visitor, a group without a code, who has consented to nothing."""


def passes(gate: Gate, standing: Standing) -> bool:
    """Return whether a gate is open to somebody; what is not known opens none."""
    if gate.eligible is not None and standing.eligible is not gate.eligible:
        return False
    if gate.model_code is None or gate.place is None:
        return True
    place = standing.places.get(gate.model_code)
    return place is not None and place <= gate.place


def best_for(offers: Sequence[Offer], fallback: Benefit, standing: Standing) -> Benefit:
    """Return the first benefit whose gate is open, else the fallback; offers stand best first."""
    open_to = (offer.benefit for offer in offers if passes(offer.gate, standing))
    return next(open_to, fallback)


def check_offers(offers: Sequence[Offer], fallback: Benefit) -> None:
    """Refuse offers that contradict each other, or are worse than what everybody gets.

    :raises Invalid: naming the field that is empty, too long or out of bounds
    :raises FallbackWorse: if the fallback takes something from the ordinary service
    :raises GateOpen: if an offer has no gate, so that nobody would get the fallback
    :raises OfferWorse: if an offer is less than the fallback
    :raises OffersOutOfOrder: if a better place gets less than a lower one
    """
    if len(offers) > MAX_OFFERS:
        raise Invalid(
            field="offers",
            reason_zh=f"最多 {MAX_OFFERS} 档",
            reason_en=f"there are {MAX_OFFERS} at most",
        )
    _check_benefit(fallback, field="fallback")
    for number, offer in enumerate(offers):
        _check_benefit(offer.benefit, field=f"offers.{number}.benefit")
        _check_gate(offer.gate, field=f"offers.{number}.gate")
        if _less(offer.benefit, fallback):
            raise OfferWorse(field=f"offers.{number}.benefit", offer=offer.benefit.label)
    for better, worse in pairwise(offers):
        if _lower_gate(better.gate, worse.gate) or _less(better.benefit, worse.benefit):
            raise OffersOutOfOrder(field="offers")


def _check_benefit(benefit: Benefit, *, field: str) -> None:
    if benefit.figure < 0 or benefit.value_fen < 0:
        raise FallbackWorse(field=field)
    if not 2 <= len(benefit.label.strip()) <= MAX_LABEL or len(benefit.terms) > MAX_TERMS:  # noqa: PLR2004 - one character says nothing
        raise Invalid(
            field=f"{field}.label",
            reason_zh=f"名称为 2 至 {MAX_LABEL} 个字，说明不超过 {MAX_TERMS} 个字",
            reason_en=f"a label has 2 to {MAX_LABEL} characters, terms {MAX_TERMS} at most",
        )
    most = BPS_WHOLE if benefit.kind.unit == "bps" else MAX_FIGURE
    if benefit.figure > most or benefit.value_fen > MAX_AMOUNT_FEN:
        raise Invalid(
            field=f"{field}.figure",
            reason_zh=f"不能超过 {most}",
            reason_en=f"it is {most} at most",
        )


def _check_gate(gate: Gate, *, field: str) -> None:
    if (gate.model_code is None) != (gate.place is None):
        raise Invalid(
            field=f"{field}.place",
            reason_zh="评分模型和等级须同时填写",
            reason_en="a model and a place go together",
        )
    if gate.place is not None and not 0 <= gate.place < MAX_PLACE:
        raise Invalid(
            field=f"{field}.place",
            reason_zh=f"应为 0 至 {MAX_PLACE - 1}",
            reason_en=f"must be 0 to {MAX_PLACE - 1}",
        )
    if gate.place is None and gate.eligible is None:
        raise GateOpen(field=field)


def _less(one: Benefit, other: Benefit) -> bool:
    """Return whether one benefit is plainly less than another: of its kind with a lower figure, or nothing where the other is something."""
    if one.kind is other.kind:
        return one.figure < other.figure
    return one.kind is BenefitKind.ORDINARY


def _lower_gate(first: Gate, second: Gate) -> bool:
    """Return whether the first of two gates asks for less of the same model, so that nobody would reach the second."""
    if first.model_code != second.model_code or first.place is None or second.place is None:
        return False
    return first.eligible is second.eligible and first.place >= second.place


def stored(thing: Benefit | Sequence[Offer]) -> Any:  # noqa: ANN401 - plain JSON
    """Return a benefit or offers as the tables keep them."""
    return msgspec.to_builtins(thing)


def read_benefit(kept: dict[str, Any]) -> Benefit:
    """Return a benefit as it was stored."""
    return msgspec.convert(kept, Benefit)


def read_offers(kept: list[dict[str, Any]]) -> tuple[Offer, ...]:
    """Return offers as they were stored."""
    return msgspec.convert(kept, tuple[Offer, ...])
