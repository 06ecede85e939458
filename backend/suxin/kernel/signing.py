"""Signing (签名): the platform's own key pairs, for the tokens it issues and the artefacts it hands out.

Public halves are published as a JWK set (RFC 7517), each named by its thumbprint (RFC 7638). A key is published some time
before it signs and stays published until the last thing it signed has ended, so that no reader meets a signature whose
key he cannot find. Tokens live minutes, so their keys rotate and go; artefacts (a consent that a subject keeps) are
verified years later, so that their keys are published for good. Private halves are sealed.
"""

import base64
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final, cast
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel import outbox
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.sealing import Sealer
from suxin.kernel.tables import Table

ALGORITHM: Final = "ES256"
MAX_SIGNED_CHARACTERS: Final = 64 * 1024
MAX_VERIFIED: Final = 2_048
"""How many signatures a key set remembers to have checked."""

MAX_REMEMBERED_CHARACTERS: Final = 4 * 1024

PUBLISHED_BEFORE: Final = timedelta(minutes=10)
"""How long a key is published before it signs: longer than any reader keeps the set."""

KEPT_BY_READERS: Final = timedelta(minutes=5)
"""How long a reader may keep the published set before he asks again."""

SIGNS_FOR: Final = timedelta(days=90)
PUBLISHED_AFTER: Final = timedelta(hours=1)
"""How long a token key stays published after its last signature: longer than any token lives."""

PRIVATE_KEY: Final = "signing.private_key"
"""The purpose under which private halves are sealed."""

ROTATE_TOPIC: Final = "kernel.signing_key.rotate"
_ROTATION_LOCK: Final = 0x5358_4B45
_COMPACT_MEMBERS: Final = 3


class KeyUse(StrEnum):
    """What a key signs."""

    TOKEN = "token"  # noqa: S105 - a use, not a token
    ARTEFACT = "artefact"


class SigningKey(Table):
    """One key pair. It signs from ``signs_from`` until ``signs_until``; both its ends are half-open."""

    __tablename__ = "signing_keys"
    __doorway__: ClassVar[str | None] = "verifies the token that tells who asks"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")

    kid: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[UUID]
    use: Mapped[KeyUse]
    public_jwk: Mapped[dict[str, Any]]
    private_sealed: Mapped[bytes] = sealed(PRIVATE_KEY, row="row")
    signs_from: Mapped[datetime]
    signs_until: Mapped[datetime | None]
    published_until: Mapped[datetime | None]


class SignatureInvalid(Exception):
    """A text is not signed by a key of ours; every edge answers this in its own words."""


@dataclass(frozen=True, slots=True, repr=False)
class _Pair:
    use: KeyUse
    key: ECKey
    public_jwk: Mapping[str, Any]
    signs_from: datetime
    signs_until: datetime | None
    published_until: datetime | None

    def signs_at(self, now: datetime) -> bool:
        return self.signs_from <= now and (self.signs_until is None or now < self.signs_until)

    def is_published_at(self, now: datetime) -> bool:
        return self.published_until is None or now < self.published_until


class NoSigningKey(Exception):
    """No key signs for this use now; ``ensure_signing_keys`` was not run."""


class KeySet:
    """The keys as they stood when they were read."""

    def __init__(self, pairs: Mapping[str, _Pair]) -> None:
        self._pairs = pairs
        self._verified: OrderedDict[str, bytes] = OrderedDict()

    def __contains__(self, kid: object) -> bool:
        return kid in self._pairs

    def signs(self, use: KeyUse, *, now: datetime) -> bool:
        """Tell whether some key signs for this use now."""
        return any(pair.use is use and pair.signs_at(now) for pair in self._pairs.values())

    def sign(self, payload: bytes, *, use: KeyUse, typ: str, now: datetime) -> str:
        """Return the compact JWS (RFC 7515) of a payload, ``typ`` in its header.

        :raises NoSigningKey: if no key signs for this use now
        """
        signing = [
            (pair.signs_from, kid)
            for kid, pair in self._pairs.items()
            if pair.use is use and pair.signs_at(now)
        ]
        if not signing:
            raise NoSigningKey(use.value)
        _, kid = max(signing)
        header = {"alg": ALGORITHM, "kid": kid, "typ": typ}
        return jws.serialize_compact(header, payload, self._pairs[kid].key, [ALGORITHM])

    def verified(self, signed: str, *, use: KeyUse, typ: str, now: datetime) -> bytes:
        """Return the payload of a compact JWS that a published key of this use signed.

        A token comes with each of its holder's requests for minutes, so that its signature is checked once; what can
        change, whether its key is published still, is asked each time.

        :raises SignatureInvalid: if it is none
        """
        header = unverified_header(signed)
        pair = self._pairs.get(str(header.get("kid")))
        if (
            pair is None
            or pair.use is not use
            or not pair.is_published_at(now)
            or header.get("typ") != typ
        ):
            raise SignatureInvalid
        payload = self._verified.get(signed)
        if payload is None:
            try:
                payload = jws.deserialize_compact(signed, pair.key, [ALGORITHM]).payload
            except (JoseError, ValueError):
                raise SignatureInvalid from None
            self._remember(signed, payload)
        return payload

    def _remember(self, signed: str, payload: bytes) -> None:
        if len(signed) <= MAX_REMEMBERED_CHARACTERS:
            self._verified[signed] = payload
        if len(self._verified) > MAX_VERIFIED:
            self._verified.popitem(last=False)

    def published(self, *, now: datetime, use: KeyUse | None = None) -> dict[str, Any]:
        """Return the JWK set (RFC 7517 §5) of what is published now, of one use or all."""
        return {
            "keys": [
                {**pair.public_jwk, "kid": kid, "use": "sig", "alg": ALGORITHM}
                for kid, pair in sorted(self._pairs.items())
                if pair.is_published_at(now) and use in (None, pair.use)
            ]
        }


def unverified_header(signed: str) -> dict[str, Any]:
    """Return the protected header of a compact JWS, of which nothing is believed yet.

    :raises SignatureInvalid: if it is no compact JWS of an acceptable length
    """
    return _member(signed, 0)


def unverified_claims(signed: str) -> dict[str, Any]:
    """Return the claims of a JWT, of which nothing is believed yet.

    :raises SignatureInvalid: if it is no JWT of an acceptable length
    """
    return _member(signed, 1)


def _member(signed: str, place: int) -> dict[str, Any]:
    members = signed.split(".") if len(signed) <= MAX_SIGNED_CHARACTERS else []
    if len(members) != _COMPACT_MEMBERS:
        raise SignatureInvalid
    text = members[place]
    try:
        member = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise SignatureInvalid from None
    if not isinstance(member, dict):
        raise SignatureInvalid
    return cast("dict[str, Any]", member)


async def read_keys(session: AsyncSession, *, sealer: Sealer, now: datetime) -> KeySet:
    """Return every key that is still published; on any session."""
    async with doorway(session):
        rows = (
            await session.scalars(
                select(SigningKey).where(
                    SigningKey.published_until.is_(None) | (SigningKey.published_until > now)
                )
            )
        ).all()
    return KeySet(
        {
            row.kid: _Pair(
                use=row.use,
                key=ECKey.import_key(
                    json.loads(sealer.open(row.private_sealed, purpose=PRIVATE_KEY, row=row.row))
                ),
                public_jwk=row.public_jwk,
                signs_from=row.signs_from,
                signs_until=row.signs_until,
                published_until=row.published_until,
            )
            for row in rows
        }
    )


async def ensure_signing_keys(session: AsyncSession, *, sealer: Sealer, now: datetime) -> None:
    """Make the first key of each use where none signs now; several processes may do so at once."""
    await _lock(session)
    keys = await read_keys(session, sealer=sealer, now=now)
    for use in KeyUse:
        if not keys.signs(use, now=now):
            await _add_key(session, use, sealer=sealer, signs_from=now, now=now)


async def rotate_signing_key(
    session: AsyncSession, *, use: KeyUse, sealer: Sealer, now: datetime
) -> str:
    """Publish a new key that takes over signing in ten minutes, and let the present one end; return its name.

    A token key leaves the published set an hour after its last signature; an artefact key never does.
    """
    await _lock(session)
    takes_over = now + PUBLISHED_BEFORE
    gone = takes_over + PUBLISHED_AFTER if use is KeyUse.TOKEN else None
    async with doorway(session):
        await session.execute(
            update(SigningKey)
            .where(SigningKey.use == use, SigningKey.signs_until.is_(None))
            .values(
                # A key that was to take over later than the new one never signs.
                signs_until=func.greatest(takes_over, SigningKey.signs_from),
                published_until=gone,
            )
            .execution_options(synchronize_session=False)
        )
    return await _add_key(session, use, sealer=sealer, signs_from=takes_over, now=now)


def handlers(sealer: Sealer) -> Mapping[str, Handler]:
    """Return the duty of signing by its topic."""

    async def rotate(session: AsyncSession, job: Job) -> None:
        """Let a key be followed by the next, unless it was already, by hand."""
        async with doorway(session):
            still_signs = await session.scalar(
                select(SigningKey.use).where(
                    SigningKey.kid == job.payload["kid"], SigningKey.signs_until.is_(None)
                )
            )
        if still_signs is not None:
            await rotate_signing_key(session, use=still_signs, sealer=sealer, now=job.now)

    return {ROTATE_TOPIC: rotate}


async def _lock(session: AsyncSession) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(_ROTATION_LOCK)))


async def _add_key(
    session: AsyncSession, use: KeyUse, *, sealer: Sealer, signs_from: datetime, now: datetime
) -> str:
    key, row = ECKey.generate_key("P-256"), new_id(now)
    kid = key.thumbprint()
    async with doorway(session):
        session.add(
            SigningKey(
                kid=kid,
                row=row,
                use=use,
                public_jwk=dict(key.as_dict(private=False)),
                private_sealed=sealer.seal(
                    json.dumps(key.as_dict(private=True)), purpose=PRIVATE_KEY, row=row
                ),
                signs_from=signs_from,
                signs_until=None,
                published_until=None,
            )
        )
    await outbox.post(
        session,
        ROTATE_TOPIC,
        {"kid": kid, "use": use.value},
        now=now,
        not_before=signs_from + SIGNS_FOR - PUBLISHED_BEFORE,
    )
    return kid
