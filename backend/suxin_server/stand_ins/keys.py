"""The keys a platform shows to the stand-ins; they guard nothing and are the same everywhere."""

import hashlib


def stand_in_key(service: str) -> str:
    """Return the key the stand-in of a service (``wechat``, ``identity``, ``sms``, ``repair``, ``payscore``, ``payscore-client``, ``tiers`` or ``town_app``) accepts."""
    return hashlib.sha256(f"suxin stand-in {service}".encode()).hexdigest()[:32]
