"""The stand-in for the trusted identity service and the registry of firms.

A person is matched when the resident id's check character is right, the phone is a mainland mobile number, and the name
is not on the refused list; at a counter, the number of the terminal's reading stands for the phone. Who represents which firm is read from the registry file, again whenever it changes; without
a file everyone who is not refused represents any firm. Timestamps are read but not compared with a clock, so that a
caller whose time is set by a test is served too.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec
from stdnum.cn import ric

from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.wire import MAX_KEPT, Reply, Request, StandIn, reply

REFUSED_NAMES: Final = frozenset({"无此人"})

_PHONE: Final = re.compile(r"1[3-9]\d{9}")
ON_SITE_CHECKS: Final = frozenset({"card", "face"})
_TERMINAL_REF: Final = re.compile(r"[0-9A-Z-]{8,40}")
_RESIDENT_ID: Final = re.compile(r"\d{17}[\dX]", re.ASCII)


class Representative(msgspec.Struct):
    """The legal representative as the registry names him."""

    name: str
    resident_id: str


class Firm(msgspec.Struct):
    """One firm of the registry."""

    name: str
    legal_representative: Representative
    status: str = "存续"


class Registry:
    """The registry file, read again when it changes; what cannot be read leaves the former state."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int] | None = None
        self._firms: Mapping[str, Firm] = {}

    def firm(self, uscc: str) -> Firm | None:
        """Return the firm with this credit code, if the file names it."""
        try:
            state = self._path.stat()
            if self._read_at != (state.st_mtime_ns, state.st_size):
                self._firms = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Firm])
                self._read_at = (state.st_mtime_ns, state.st_size)
        except (OSError, msgspec.MsgspecError):
            pass
        return self._firms.get(uscc)


class SignedRequests:
    """Tells which requests are signed by the key of a stand-in, each nonce once."""

    def __init__(self, service: str) -> None:
        self._key = stand_in_key(service).encode()
        self._nonces: dict[str, None] = {}

    def holds(self, request: Request) -> bool:
        """Return whether a request is signed, and with a nonce not seen before."""
        headers = request.headers
        nonce, timestamp = headers.get("x-nonce", ""), headers.get("x-timestamp", "")
        lines = (
            request.method,
            request.path,
            timestamp,
            nonce,
            hashlib.sha256(request.body).hexdigest(),
        )
        text = "".join(f"{line}\n" for line in lines)
        expected = hmac.new(self._key, text.encode(), "sha256").hexdigest()
        signed = hmac.compare_digest(expected, headers.get("x-signature", ""))
        if not (signed and nonce and timestamp.isdigit()) or nonce in self._nonces:
            return False
        self._nonces[nonce] = None
        if len(self._nonces) > MAX_KEPT:
            del self._nonces[next(iter(self._nonces))]
        return True


class IdentityStandIn(StandIn):
    """The identity service as the platform sees it."""

    def __init__(self, registry_file: Path | None) -> None:
        super().__init__()
        self._registry = None if registry_file is None else Registry(registry_file)
        self._signed = SignedRequests("identity")
        self.routes |= {
            ("POST", "/v1/person/verify"): self._verify_person,
            ("POST", "/v1/person/verify-on-site"): self._verify_on_site,
            ("POST", "/v1/enterprise/legal-representative/verify"): self._verify_representative,
        }

    def _verify_person(self, request: Request) -> Reply:
        if not self._signed.holds(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        asked = request.fields()
        name, resident_id = str(asked.get("name", "")), str(asked.get("resident_id", ""))
        matched = _is_person(name, resident_id) and bool(_PHONE.fullmatch(str(asked.get("phone"))))
        return reply(
            {
                "result": "match" if matched else "mismatch",
                "proof_no": _proof_no("P", request),
                "method": "name+resident_id+phone",
            }
        )

    def _verify_on_site(self, request: Request) -> Reply:
        if not self._signed.holds(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        asked = request.fields()
        name, resident_id = str(asked.get("name", "")), str(asked.get("resident_id", ""))
        check, terminal_ref = str(asked.get("check")), str(asked.get("terminal_ref"))
        matched = (
            _is_person(name, resident_id)
            and check in ON_SITE_CHECKS
            and bool(_TERMINAL_REF.fullmatch(terminal_ref))
        )
        return reply(
            {
                "result": "match" if matched else "mismatch",
                "proof_no": _proof_no("S", request),
                "method": f"name+resident_id+{check}",
            }
        )

    def _verify_representative(self, request: Request) -> Reply:
        if not self._signed.holds(request):
            return reply({"error": "BAD_SIGNATURE"}, HTTPStatus.UNAUTHORIZED)
        asked = request.fields()
        named = Representative(str(asked.get("name", "")), str(asked.get("resident_id", "")))
        uscc = str(asked.get("uscc", ""))
        answer: dict[str, object] = {
            "proof_no": _proof_no("R", request),
            "method": "registry_legal_representative",
        }
        firm = self._firm(uscc, named)
        if firm is None:
            return reply(answer | {"result": "no_such_firm"})
        matched = _is_person(named.name, named.resident_id) and named == firm.legal_representative
        if not matched:
            return reply(answer | {"result": "mismatch"})
        enterprise = {"name": firm.name, "status": firm.status}
        return reply(answer | {"result": "match", "enterprise": enterprise})

    def _firm(self, uscc: str, named: Representative) -> Firm | None:
        if self._registry is not None:
            return self._registry.firm(uscc)
        return Firm(f"宿迁示范企业{uscc[-4:]}", named)


def _is_person(name: str, resident_id: str) -> bool:
    # Not `ric.is_valid`: it looks the birth place up, and made-up people are born where there is no county.
    checked = _RESIDENT_ID.fullmatch(resident_id) and ric.calc_check_digit(resident_id)
    return bool(name) and name not in REFUSED_NAMES and checked == resident_id[-1:]


def _proof_no(kind: str, request: Request) -> str:
    """Return a number that is the same whenever the same is asked."""
    return kind + hashlib.sha256(request.path.encode() + request.body).hexdigest()[:24].upper()
