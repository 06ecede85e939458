"""Keys between the platform and the stand-in for WeChat Pay, made once in the data folder; they guard nothing."""

from pathlib import Path
from typing import Final

from pydantic import SecretStr

from suxin_server.stand_ins.keys import stand_in_key

MERCHANT_KEY: Final = "merchant_key.pem"
MERCHANT_PUBLIC: Final = "merchant_public.pem"
PLATFORM_KEY: Final = "platform_key.pem"
PLATFORM_FOLDER: Final = "platform"
PLATFORM_SERIAL: Final = "PUB_KEY_ID_STANDIN"
MERCHANT_SERIAL: Final = "STANDIN0001"
MCHID: Final = "1900000100"
CLIENT: Final = "payscore-client"
"""The name of the key that what opens a page on the user's phone is signed with."""

_BITS: Final = 2_048


def payscore_settings(folder: Path) -> dict[str, object]:
    """Make the keys that are not there yet, and return the settings by which the platform uses them."""
    make_keys(folder)
    return {
        "payscore_mchid": MCHID,
        "payscore_serial": MERCHANT_SERIAL,
        "payscore_key_file": folder / MERCHANT_KEY,
        "payscore_platform_keys": folder / PLATFORM_FOLDER,
        "payscore_api_v2_key": SecretStr(stand_in_key(CLIENT)),
    }


def make_keys(folder: Path) -> None:
    """Make what is not there yet; the folder is for the account that runs the programs alone."""
    # It takes a moment to load, which a start that has its keys need not spend.
    if all((folder / name).exists() for name in (MERCHANT_KEY, MERCHANT_PUBLIC, PLATFORM_KEY)):
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / PLATFORM_FOLDER).mkdir(exist_ok=True)
    _pair(folder / MERCHANT_KEY, folder / MERCHANT_PUBLIC)
    _pair(folder / PLATFORM_KEY, folder / PLATFORM_FOLDER / f"{PLATFORM_SERIAL}.pem")


def _pair(private: Path, public: Path) -> None:
    if private.exists() and public.exists():
        return
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - see ``make_keys``
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - see ``make_keys``

    pem = serialization.Encoding.PEM
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_BITS)
    private.touch(mode=0o600)
    private.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public.write_bytes(
        key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
