"""Keys of WeChat Pay APIv3: how a request is signed, how an answer or a call back is verified, and how its content is deciphered.

What is signed are lines, each ended by a line feed: five of a request (method, path with query, time, nonce, body), three of what comes
back (time, nonce, body). WeChat Pay now and then sends a call with a wrong signature on purpose (``WECHATPAY/SIGNTEST/…``): it is
verified like any other, and refused.
"""

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
MAX_AGE: Final = timedelta(minutes=5)
"""How far the time of what is verified may be from now; older is a replay."""

API_KEY_BYTES: Final = 32
_BEGIN_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"


class SignatureWrong(Exception):
    """What came does not bear a good signature of WeChat Pay, or bears one of another time."""


class ContentUnreadable(Exception):
    """What came cannot be deciphered with the APIv3 key, or was changed on the way."""


class KeyUnfit(Exception):
    """A key file, or the APIv3 key, is not what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayKeys:
    """What one installation has of keys: its own, WeChat Pay's by their serials, and the one that contents are enciphered with."""

    mchid: str
    serial: str
    own: RSAPrivateKey = field(repr=False)
    platform: Mapping[str, RSAPublicKey] = field(repr=False)
    api_key: bytes = field(repr=False)
    client_key: bytes = field(repr=False)
    """The APIv2 key: what opens a page on the user's phone is signed with it."""

    def authorization(
        self, *, method: str, target: str, body: bytes, timestamp: str, nonce: str
    ) -> str:
        """Return the Authorization header of a request; ``target`` is its path with the query."""
        text = lines(method, target, timestamp, nonce, body.decode())
        signed = base64.b64encode(self.own.sign(text, PKCS1v15(), SHA256())).decode()
        return (
            f'{SCHEME} mchid="{self.mchid}",nonce_str="{nonce}",signature="{signed}",'
            f'timestamp="{timestamp}",serial_no="{self.serial}"'
        )

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Check an answer or a call back; ``headers`` are by their names in small letters.

        :raises SignatureWrong: if it is not signed by a key that is known, or not within ``MAX_AGE`` of now
        """
        key = self.platform.get(headers.get("wechatpay-serial", ""))
        timestamp, nonce = (
            headers.get("wechatpay-timestamp", ""),
            headers.get("wechatpay-nonce", ""),
        )
        if key is None or not nonce or not (timestamp.isascii() and timestamp.isdigit()):
            raise SignatureWrong
        if len(timestamp) > len("9999999999") or abs(now.timestamp() - int(timestamp)) > (
            MAX_AGE.total_seconds()
        ):
            raise SignatureWrong
        try:
            signature = base64.b64decode(headers.get("wechatpay-signature", ""), validate=True)
            key.verify(signature, lines(timestamp, nonce, body.decode()), PKCS1v15(), SHA256())
        except (binascii.Error, ValueError, InvalidSignature):
            raise SignatureWrong from None

    def signer(self, *, now: datetime) -> Callable[[httpx.Request], httpx.Request]:
        """Return what signs each attempt of a call anew."""

        def sign(request: httpx.Request) -> httpx.Request:
            request.headers["Authorization"] = self.authorization(
                method=request.method,
                target=request.url.raw_path.decode(),
                body=request.content,
                timestamp=str(int(now.timestamp())),
                nonce=secrets.token_hex(16),
            )
            return request

        return sign

    def decipher(self, *, nonce: str, associated: str, ciphertext: str) -> bytes:
        """Return the content of a call back (AEAD_AES_256_GCM).

        :raises ContentUnreadable: if it is not what was enciphered with the APIv3 key
        """
        try:
            return AESGCM(self.api_key).decrypt(
                nonce.encode(), base64.b64decode(ciphertext, validate=True), associated.encode()
            )
        except (InvalidTag, ValueError):
            raise ContentUnreadable from None


def lines(*parts: str) -> bytes:
    """Return parts as they are signed: a line each, every one ended by a line feed."""
    return "".join(f"{part}\n" for part in parts).encode()


def read_keys(
    *,
    mchid: str,
    serial: str,
    key_file: Path,
    platform_folder: Path,
    api_key: str,
    client_key: str,
) -> PayKeys:
    """Read the keys of an installation.

    ``platform_folder`` holds WeChat Pay's public keys or certificates, each in a file that is named for its serial or id
    (``<serial>.pem``): while they change, the old one and the new one both.

    :raises KeyUnfit: if a file is missing or no such key, or the APIv3 or the APIv2 key has not 32 bytes
    """
    if {len(api_key.encode()), len(client_key.encode())} != {API_KEY_BYTES}:
        raise KeyUnfit("the APIv3 key and the APIv2 key have 32 bytes each")
    try:
        own = load_pem_private_key(key_file.read_bytes(), password=None)
        platform = {
            path.stem: _public(path.read_bytes()) for path in sorted(platform_folder.glob("*.pem"))
        }
    except (OSError, ValueError) as error:
        raise KeyUnfit(f"a key cannot be read: {type(error).__name__}") from None
    if not isinstance(own, RSAPrivateKey) or not platform:
        raise KeyUnfit("there is no RSA key of one's own, or none of WeChat Pay")
    return PayKeys(
        mchid=mchid,
        serial=serial,
        own=own,
        platform=platform,
        api_key=api_key.encode(),
        client_key=client_key.encode(),
    )


def _public(pem: bytes) -> RSAPublicKey:
    found = (
        x509.load_pem_x509_certificate(pem).public_key()
        if _BEGIN_CERTIFICATE in pem
        else load_pem_public_key(pem)
    )
    if not isinstance(found, RSAPublicKey):
        raise KeyUnfit("a key of WeChat Pay is no RSA key")
    return found
