"""The tiers that a benefit may ask for, in the words of the model that is in force."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.perks.benefits import Gate
from suxin.scoring.documents import stored_document
from suxin.scoring.queries import active_model

_BEST: Final = "最高等级"
_PLACES: Final = 8


class TierWords:
    """What each place of some models' tiers is called; by its rank where no version of a model is in force."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        self._names = names

    def of(self, gate: Gate) -> str:
        """Return whom a gate lets pass by a tier; nothing where it asks for none."""
        if gate.model_code is None or gate.place is None:
            return ""
        return self._said(gate.model_code, gate.place)

    def choices(self, gate: Gate) -> tuple[tuple[str, str], ...]:
        """Return the places that a form offers in the place of a gate's, the best first, with what each is called."""
        code = gate.model_code or ""
        places = range(len(self._names.get(code, ())) or _PLACES)
        return tuple((str(place), self._said(code, place)) for place in places)

    def _said(self, code: str, place: int) -> str:
        names = self._names.get(code, ())
        if place < len(names):
            return names[place] if place == 0 else f"{names[place]} 及以上"
        return _BEST if place == 0 else f"第 {place + 1} 等级及以上"


async def tier_words(session: AsyncSession, gates: Iterable[Gate]) -> TierWords:
    """Return the words for the tiers that gates ask for."""
    names = {}
    for code in sorted({gate.model_code for gate in gates if gate.model_code is not None}):
        model = await active_model(session, code)
        if model is not None:
            tiers = stored_document(model.document).tiers
            names[code] = tuple(f"{tier.code} {tier.name}" for tier in tiers)
    return TierWords(names)
