"""What WeChat Pay Score calls back: verified first, then deciphered, then read; nothing else of it is believed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from suxin.perks.orders.authorisations.provider import AuthorisationName
from suxin.perks.orders.calls import AuthorisationCall, Called, OrderCall, RefundCall
from suxin_outbound.payscore import ToldOrder, refund_state, told_order
from suxin_outbound.payscore_keys import ContentUnreadable, PayKeys

ORDER_EVENTS: Final = frozenset({"PAYSCORE.USER_CONFIRM", "PAYSCORE.USER_PAID"})
AUTHORISATION_EVENTS: Final = {
    "PAYSCORE.USER_OPEN_SERVICE": True,
    "PAYSCORE.USER_CLOSE_SERVICE": False,
}
"""Whether a user has given an authorisation, or ended it (as remembered: the service's list of events names no others)."""

REFUND_EVENTS: Final = frozenset({"REFUND.SUCCESS", "REFUND.CLOSED", "REFUND.ABNORMAL"})


class _Resource(msgspec.Struct):
    algorithm: str
    ciphertext: str
    nonce: str
    associated_data: str = ""


class _Envelope(msgspec.Struct):
    event_type: str
    resource: _Resource


class _Refund(msgspec.Struct):
    out_refund_no: str
    sub_mchid: str
    refund_status: str


class _Authorisation(msgspec.Struct):
    authorization_code: str
    service_id: str
    sub_mchid: str
    openorclose_time: str = ""


class CallReader:
    """Reads calls with the keys of an installation."""

    def __init__(self, keys: PayKeys) -> None:
        self._keys = keys

    def read(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Called | None:
        """Return what a call tells; nothing where it is of an event that is none of the platform's affairs.

        :raises SignatureWrong: if it is forged, replayed, old, or a probe
        :raises ContentUnreadable: if it was not enciphered with the APIv3 key, or is of another shape
        """
        self._keys.verify(headers, body, now=now)
        try:
            envelope = msgspec.json.decode(body, type=_Envelope)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ContentUnreadable from None
        resource = envelope.resource
        if resource.algorithm != "AEAD_AES_256_GCM":
            raise ContentUnreadable
        content = self._keys.decipher(
            nonce=resource.nonce,
            associated=resource.associated_data,
            ciphertext=resource.ciphertext,
        )
        try:
            return _read(envelope.event_type, content)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise ContentUnreadable from None


def _read(event: str, content: bytes) -> Called | None:
    if event in AUTHORISATION_EVENTS:
        said = msgspec.json.decode(content, type=_Authorisation)
        name = AuthorisationName(
            code=said.authorization_code, service_code=said.service_id, sub_mchid=said.sub_mchid
        )
        given = AUTHORISATION_EVENTS[event]
        return AuthorisationCall(event=event, name=name, given=given, at=said.openorclose_time)
    if event in REFUND_EVENTS:
        refund = msgspec.json.decode(content, type=_Refund)
        return RefundCall(
            event=event,
            sub_mchid=refund.sub_mchid,
            number=refund.out_refund_no,
            state=refund_state(refund.refund_status),
        )
    if event not in ORDER_EVENTS:
        return None
    found = msgspec.json.decode(content, type=ToldOrder)
    told = told_order(found, sub_mchid=found.sub_mchid)
    if told is None:
        raise ContentUnreadable
    return OrderCall(event=event, told=told)
