"""A score model as data: what it counts, for how much, and which tiers follow.

Points are whole. A record's age is in days from its day (``occurred_on``) to the day of the run, and every range is half-open: an
indicator counts what is at least ``from_days`` and less than ``within_days`` old. Whatever is no source's own figure says so in
``source``.
"""

from typing import Final

import msgspec
from msgspec import Struct

from suxin.kernel.decoding import in_chinese
from suxin.scoring.refusals import ModelMalformed, ModelTooLarge
from suxin.subjects.models import Polarity, SubjectKind

MAX_DOCUMENT_BYTES: Final = 256 * 1024


class Where(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition on a record's content: the text under ``key`` is one of ``values``."""

    key: str
    values: tuple[str, ...]


class Indicator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One kind of record, and what each is worth.

    A record counts that is of one of ``items`` (catalogue codes) and of ``polarity``, is old enough and no older, has an amount in
    the range where one is given (fen), and meets ``where``. What a subject declared itself counts only if ``declared``. Each is worth
    ``points``; from ``fade_from_days`` on they fade evenly to nothing at ``within_days``. All of them together are worth ``at_most``,
    either way. While one counts, the score is at most ``score_at_most`` and the tier at best ``tier_at_best``, if given.

    One with ``panel`` counts no records: its points, up to ``at_most``, are what people who know the subject came to by their votes.
    A model that has one scores those alone whom a context above enters, and never everybody.
    """

    code: str
    name: str
    items: tuple[str, ...]
    polarity: Polarity
    points: int
    at_most: int
    within_days: int
    source: str
    from_days: int = 0
    fade_from_days: int | None = None
    amount_from_fen: int | None = None
    amount_below_fen: int | None = None
    where: Where | None = None
    declared: bool = False
    panel: bool = False
    score_at_most: int | None = None
    tier_at_best: str | None = None
    advice: str | None = None


class Dimension(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Indicators of one kind, which together are worth no less than ``least`` and no more than ``most``."""

    code: str
    name: str
    least: int
    most: int
    indicators: tuple[Indicator, ...]


class Tier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tier: everybody of at least ``from_score`` whom no better one takes."""

    code: str
    name: str
    from_score: int


class ScoreDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole model: whom it scores, from which base, within which bounds, by what, and into which tiers, the best first."""

    code: str
    name: str
    note: str
    sources: tuple[str, ...]
    kinds: tuple[SubjectKind, ...]
    base: int
    least: int
    most: int
    dimensions: tuple[Dimension, ...]
    tiers: tuple[Tier, ...]

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator, in the order of the document; its place in it is its number."""
        return tuple(one for dimension in self.dimensions for one in dimension.indicators)

    @property
    def panel_number(self) -> int | None:
        """The number of the indicator whose points people give; nothing where there is none."""
        return next((number for number, one in enumerate(self.indicators) if one.panel), None)

    @property
    def items(self) -> frozenset[str]:
        """The catalogue codes of everything it counts."""
        return frozenset(item for one in self.indicators for item in one.items)

    def tier_place(self, code: str) -> int | None:
        """Return where a tier stands, the best at 0, or nothing if there is none of this code."""
        for place, tier in enumerate(self.tiers):
            if tier.code == code:
                return place
        return None


def read_document(text: bytes) -> ScoreDocument:
    """Return the model of a JSON text; whether it is coherent is another question.

    :raises ModelTooLarge: if the text is longer than ``MAX_DOCUMENT_BYTES``
    :raises ModelMalformed: if it is none
    """
    if len(text) > MAX_DOCUMENT_BYTES:
        raise ModelTooLarge(thing_zh="字节数", thing_en="bytes", limit=MAX_DOCUMENT_BYTES)
    try:
        return msgspec.json.decode(text, type=ScoreDocument)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        said = str(error)
        raise ModelMalformed(
            field="document", reason_zh=in_chinese(said), reason_en=said.rstrip(".")
        ) from None


def stored_document(document: dict[str, object]) -> ScoreDocument:
    """Return the model of a document that was taken before."""
    return msgspec.convert(document, type=ScoreDocument)


def to_store(document: ScoreDocument) -> dict[str, object]:
    """Return a model as plain data, as it is stored."""
    stored: dict[str, object] = msgspec.to_builtins(document)
    return stored
