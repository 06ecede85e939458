"""Sealing (字段加密): sensitive fields are stored encrypted and found by a keyed blind index.

Resident ids, phones and bank accounts are sealed. A sealed value is bound to its purpose
(``person.resident_id``) and its row: copied into another column or row it does not open. The
envelope names its own algorithm and key version, so both can change while old values stay
readable::

    version (1 byte) | algorithm (1) | key version (2) | nonce (12) | ciphertext | tag (16)

Keys are derived with HKDF (RFC 5869) per purpose and algorithm, so one key seals far fewer than the
2^32 values that random nonces allow (NIST SP 800-38D §8.3). The ``sm`` profile uses SM4-GCM and
HMAC-SM3 (GB/T 32907, GB/T 32905) where commercial cryptography is required.
"""

import base64
import binascii
import json
import re
import struct
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import product
from secrets import token_bytes
from typing import Literal, NamedTuple, Self, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

SECRET_BYTES = 32
MAX_PLAINTEXT_BYTES = 64 * 1024
MAX_KEY_VERSION = 0xFFFF

_ENVELOPE_VERSION = 1
_FORMAT = "suxin-keyring-2"
_HEADER = struct.Struct(">BBH")
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SHORTEST = _HEADER.size + _NONCE_BYTES + _TAG_BYTES
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*", re.ASCII)

Profile = Literal["standard", "sm"]


class SealBroken(Exception):
    """A sealed value does not open: it was altered, moved, or its key is missing.

    A defect, not a refusal: no caller can put it right, and it carries neither the value nor a key.
    """


class KeyringInvalid(Exception):
    """A keyring cannot be used as it stands; the message never holds a secret."""


class Algorithm(IntEnum):
    """The algorithm an envelope names; numbers are stored and never change their meaning."""

    AES_256_GCM = 1
    SM4_GCM = 2


class _Suite(NamedTuple):
    algorithm: Algorithm
    digest: type[hashes.SHA256 | hashes.SM3]


_SUITES: Mapping[str, _Suite] = {
    "standard": _Suite(Algorithm.AES_256_GCM, hashes.SHA256),
    "sm": _Suite(Algorithm.SM4_GCM, hashes.SM3),
}
_KEY_BYTES = {Algorithm.AES_256_GCM: 32, Algorithm.SM4_GCM: 16}
_DIGESTS = {suite.algorithm: suite.digest for suite in _SUITES.values()}


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """The secrets of one installation by version; every key, to seal and to index, is derived from one of them.

    A version keeps its secret for ever and its number is never given again, so that what names it stays readable.
    """

    secrets: Mapping[int, bytes]
    current: int = 0

    def __post_init__(self) -> None:
        if not self.secrets:
            raise KeyringInvalid("a keyring needs at least one secret")
        if any(not 1 <= version <= MAX_KEY_VERSION for version in self.secrets):
            raise KeyringInvalid(f"key versions are from 1 to {MAX_KEY_VERSION}")
        if any(len(secret) < SECRET_BYTES for secret in self.secrets.values()):
            raise KeyringInvalid(f"a secret has at least {SECRET_BYTES} bytes")
        object.__setattr__(self, "secrets", dict(self.secrets))
        if self.current == 0:
            object.__setattr__(self, "current", max(self.secrets))
        if self.current not in self.secrets:
            raise KeyringInvalid(f"the current key version {self.current} has no secret")

    @override
    def __repr__(self) -> str:
        return f"Keyring(versions={sorted(self.secrets)}, current={self.current})"

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions on the ring: the current one first, then the others from the newest."""
        others = sorted(self.secrets.keys() - {self.current}, reverse=True)
        return (self.current, *others)

    @classmethod
    def generate(cls) -> Self:
        """Make a keyring with a fresh random secret as key version 1."""
        return cls({1: token_bytes(SECRET_BYTES)})

    def rotated(self) -> "Keyring":
        """Return a keyring with one more, now current, secret; what older ones sealed still opens.

        :raises KeyringInvalid: if there is no further version
        """
        version = max(self.secrets) + 1
        return Keyring({**self.secrets, version: token_bytes(SECRET_BYTES)}, version)

    def without(self, version: int) -> "Keyring":
        """Return a keyring that has forgotten a version; what it sealed opens no longer.

        :raises KeyringInvalid: if it is the current one or not on the ring
        """
        if version not in self.secrets:
            raise KeyringInvalid(f"key version {version} is not on the keyring")
        if version == self.current:
            raise KeyringInvalid(f"key version {version} is the current one")
        kept = {known: secret for known, secret in self.secrets.items() if known != version}
        return Keyring(kept, self.current)

    def to_text(self) -> str:
        """Write the keyring for a key file; the text is as secret as the keys."""
        document = {
            "format": _FORMAT,
            "current": self.current,
            "secrets": {
                str(version): _encode(secret) for version, secret in sorted(self.secrets.items())
            },
        }
        return json.dumps(document, indent=2) + "\n"

    @classmethod
    def from_text(cls, text: str) -> "Keyring":
        """Read the keyring of a key file.

        :raises KeyringInvalid: if the text is not one
        """
        try:
            document = json.loads(text)
            if document["format"] != _FORMAT:
                raise KeyringInvalid("the key file has an unknown format")
            known = {int(version): _decode(key) for version, key in document["secrets"].items()}
            current = int(document["current"])
        except (ValueError, KeyError, TypeError, AttributeError):
            # Without its cause: a parser's message may quote the text.
            raise KeyringInvalid("the key file is not a keyring") from None
        return cls(known, current)


KeyringSource = Callable[[], Keyring]
"""Where a sealer asks for the keyring each time, so that a version added while it runs is known at once."""


def _encode(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


class BlindIndex(NamedTuple):
    """The 32 bytes under which a value is found, and the version of the key they were made with."""

    digest: bytes
    key_version: int


class Sealer:
    """Seal and open values; new ones follow the profile, old ones what their envelope says."""

    def __init__(self, keyring: Keyring | KeyringSource, profile: Profile = "standard") -> None:
        if profile not in _SUITES:
            raise ValueError("the sealing profile is standard or sm")
        self._source = _held(keyring) if isinstance(keyring, Keyring) else keyring
        self._profile = profile
        self._suite = _SUITES[profile]
        # A profile may have been changed; what is kept under an index does not tell.
        self._algorithms = sorted(Algorithm, key=lambda known: known is not self._suite.algorithm)
        # Bounded by purposes, which are written in code, times key versions, whose secrets never change.
        self._keys: dict[tuple[Algorithm, int, str], bytes] = {}
        # Each with its key worked in, and copied for each value: that is most of what an index costs.
        self._indexers: dict[tuple[Algorithm, int, str], hmac.HMAC] = {}

    @override
    def __repr__(self) -> str:
        return f"Sealer(profile={self._profile}, keyring={self.keyring!r})"

    @property
    def keyring(self) -> Keyring:
        """The keyring as it is now."""
        return self._source()

    @property
    def current_header(self) -> bytes:
        """The first four bytes of whatever is sealed now: envelope, algorithm and key version."""
        return _HEADER.pack(_ENVELOPE_VERSION, self._suite.algorithm, self.keyring.current)

    def under(self, secret: bytes) -> "Sealer":
        """Return a sealer of the same profile under a secret of one thing's own, which ends with that secret.

        :raises KeyringInvalid: if the secret is shorter than ``SECRET_BYTES``
        """
        return Sealer(Keyring({1: secret}), self._profile)

    def seal(self, plaintext: str, *, purpose: str, row: UUID) -> bytes:
        """Encrypt a value for one purpose and row under the current key.

        :raises ValueError: if the value exceeds ``MAX_PLAINTEXT_BYTES`` or the purpose is malformed
        """
        return self.seal_bytes(plaintext.encode(), purpose=purpose, row=row)

    def seal_bytes(self, data: bytes, *, purpose: str, row: UUID) -> bytes:
        """Encrypt bytes as ``seal`` does a text.

        :raises ValueError: see ``seal``
        """
        if len(data) > MAX_PLAINTEXT_BYTES:
            raise ValueError(f"a sealed value has at most {MAX_PLAINTEXT_BYTES} bytes")
        ring, algorithm = self.keyring, self._suite.algorithm
        key = self._key(ring, algorithm, ring.current, purpose)
        header = _HEADER.pack(_ENVELOPE_VERSION, algorithm, ring.current)
        nonce = token_bytes(_NONCE_BYTES)
        bound = _bound(header, purpose, row)
        return header + nonce + _encrypt(algorithm, key, nonce, data, bound)

    def open(self, blob: bytes, *, purpose: str, row: UUID) -> str:
        """Decrypt a value that was sealed for this purpose and row.

        :raises SealBroken: if it was altered, belongs elsewhere, or its key is not on the ring
        """
        return self.open_bytes(blob, purpose=purpose, row=row).decode()

    def open_bytes(self, blob: bytes, *, purpose: str, row: UUID) -> bytes:
        """Decrypt bytes that ``seal_bytes`` has sealed.

        :raises SealBroken: see ``open``
        """
        ring, (algorithm, version) = self.keyring, _read_header(blob)
        if version not in ring.secrets:
            raise SealBroken(f"key version {version} is not on the keyring")
        key = self._key(ring, algorithm, version, purpose)
        header, rest = blob[: _HEADER.size], blob[_HEADER.size :]
        nonce, body = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return _decrypt(algorithm, key, nonce, body, _bound(header, purpose, row))
        except InvalidTag:
            raise SealBroken(f"a sealed {purpose} does not open for its row") from None

    def needs_rotation(self, blob: bytes) -> bool:
        """Tell whether a value was sealed under an older key or another profile.

        :raises SealBroken: if it is not a sealed value
        """
        return _read_header(blob) != (self._suite.algorithm, self.keyring.current)

    def blind_index(self, value: str, *, purpose: str) -> BlindIndex:
        """Return what equal values of one purpose are kept under from now on, by the current key.

        Equal means equal once full-width forms, white space and letter case are set aside.

        :raises ValueError: if nothing is left of the value, or the purpose is malformed
        """
        ring = self.keyring
        indexer = self._indexer(ring, ring.current, self._suite.algorithm, purpose)
        return BlindIndex(_index(indexer, _normal(value)), ring.current)

    def blind_indexes(self, value: str, *, purpose: str) -> tuple[bytes, ...]:
        """Return everything a value may be kept under, by every key on the ring: the current one first.

        Look for all of them in one statement: a row that is indexed anew meanwhile is then found under one or the
        other, where two statements could miss it twice.

        :raises ValueError: if nothing is left of the value, or the purpose is malformed
        """
        return self.every_index(value, purpose=purpose)[1]

    def every_index(self, value: str, *, purpose: str) -> tuple[BlindIndex, tuple[bytes, ...]]:
        """Return what ``blind_index`` and ``blind_indexes`` do, by one reading of the keyring and each computed once.

        :raises ValueError: if nothing is left of the value, or the purpose is malformed
        """
        return next(self.every_index_of((value,), purpose=purpose))

    def every_index_of(
        self, values: Iterable[str], *, purpose: str
    ) -> Iterator[tuple[BlindIndex, tuple[bytes, ...]]]:
        """Return for each of many values what ``every_index`` does, by one reading of the keyring for all of them.

        :raises ValueError: if nothing is left of a value, or the purpose is malformed
        """
        ring = self.keyring
        keys = product(ring.versions, self._algorithms)
        indexers = [self._indexer(ring, *key, purpose) for key in keys]
        for value in values:
            normal = _normal(value)
            found = tuple([_index(indexer, normal) for indexer in indexers])
            yield BlindIndex(found[0], ring.current), found

    def _indexer(
        self, ring: Keyring, version: int, algorithm: Algorithm, purpose: str
    ) -> hmac.HMAC:
        known = self._indexers.get((algorithm, version, purpose))
        if known is None:
            digest = _DIGESTS[algorithm]
            info = f"suxin/index/1/{digest.name}/{_checked(purpose)}"
            key = _derive(ring.secrets[version], digest, SECRET_BYTES, info)
            known = self._indexers[algorithm, version, purpose] = hmac.HMAC(key, digest())
        return known

    def _key(self, ring: Keyring, algorithm: Algorithm, version: int, purpose: str) -> bytes:
        known = self._keys.get((algorithm, version, purpose))
        if known is None:
            info = f"suxin/seal/1/{algorithm.name}/{_checked(purpose)}"
            secret, digest = ring.secrets[version], _DIGESTS[algorithm]
            known = _derive(secret, digest, _KEY_BYTES[algorithm], info)
            self._keys[algorithm, version, purpose] = known
        return known


def _held(keyring: Keyring) -> KeyringSource:
    return lambda: keyring


def _index(indexer: hmac.HMAC, normal: bytes) -> bytes:
    mac = indexer.copy()
    mac.update(normal)
    return mac.finalize()


def _normal(value: str) -> bytes:
    normal = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    if not normal:
        raise ValueError("an empty value has no blind index")
    return normal.encode()


def _checked(purpose: str) -> str:
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError("a sealing purpose is a dotted lower-case name like person.resident_id")
    return purpose


def _derive(secret: bytes, digest: type[hashes.SHA256 | hashes.SM3], size: int, info: str) -> bytes:
    return HKDF(algorithm=digest(), length=size, salt=None, info=info.encode()).derive(secret)


def _bound(header: bytes, purpose: str, row: UUID) -> bytes:
    # No purpose holds a zero byte and a row id has 16 bytes: two different places never read the
    # same.
    return header + purpose.encode() + b"\0" + row.bytes


def _read_header(blob: bytes) -> tuple[Algorithm, int]:
    if len(blob) < _SHORTEST:
        raise SealBroken("a sealed value is cut short")
    envelope, algorithm, version = cast("tuple[int, int, int]", _HEADER.unpack_from(blob))
    if envelope != _ENVELOPE_VERSION or algorithm not in _KEY_BYTES:
        raise SealBroken("a sealed value has an unknown envelope or algorithm")
    return Algorithm(algorithm), version


def _encrypt(algorithm: Algorithm, key: bytes, nonce: bytes, data: bytes, bound: bytes) -> bytes:
    if algorithm is Algorithm.AES_256_GCM:
        return AESGCM(key).encrypt(nonce, data, bound)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    return encryptor.update(data) + encryptor.finalize() + encryptor.tag


def _decrypt(algorithm: Algorithm, key: bytes, nonce: bytes, body: bytes, bound: bytes) -> bytes:
    if algorithm is Algorithm.AES_256_GCM:
        return AESGCM(key).decrypt(nonce, body, bound)
    data, tag = body[:-_TAG_BYTES], body[-_TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(bound)
    return decryptor.update(data) + decryptor.finalize()
