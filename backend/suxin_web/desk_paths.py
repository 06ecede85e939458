"""Desk paths: where the desks live, and which paths a log-in may lead back to."""

import re
from typing import Final
from urllib.parse import quote
from uuid import UUID

DESK_PATH: Final = "/desk"
LOG_IN_PATH: Final = "/desk/log-in"
LOG_OUT_PATH: Final = "/desk/log-out"
AUTHORIZE_PATH: Final = "/oauth/authorize"
ACCOUNT_PATH: Final = "/desk/account"
EXPLORER_PATH: Final = "/desk/explorer"
IDENTITY_PROVIDER_PATH: Final = "/desk/identity-provider"
SANDBOX_PATH: Final = "/desk/sandbox"
PROVIDER_PATH: Final = "/oauth/log-in/with"
"""Below it each tenant's own provider has the address by which staff log in, by its id."""

MAX_NEXT_LENGTH: Final = 1024
# A path on this host and nothing a browser could read as another host: no `//`, no backslash, no control character.
_OWN_PATH: Final = re.compile(r"/desk(?:[/?][\x21-\x5b\x5d-\x7e]*)?")


def is_desk_path(path: str) -> bool:
    """Return whether the path belongs to the desks."""
    return path == DESK_PATH or path.startswith(f"{DESK_PATH}/")


def safe_next(wanted: str | None) -> str:
    """Return where to go after a log-in: the wanted desk page if it is one of ours, else the desk's front page."""
    if (
        not wanted
        or len(wanted) > MAX_NEXT_LENGTH
        or not _OWN_PATH.fullmatch(wanted)
        or "//" in wanted.partition("?")[0]
        or wanted.startswith((LOG_IN_PATH, LOG_OUT_PATH))
    ):
        return DESK_PATH
    return wanted


def log_in_url(path: str, query: str = "") -> str:
    """Return the log-in page's address that leads back to the page."""
    back = safe_next(f"{path}?{query}" if query else path)
    return LOG_IN_PATH if back == DESK_PATH else f"{LOG_IN_PATH}?next={quote(back, safe='')}"


def provider_url(provider_id: UUID) -> str:
    """Return the path by which staff log in by their tenant's own provider."""
    return f"{PROVIDER_PATH}/{provider_id}"


def provider_answer_url(issuer: str, provider_id: UUID) -> str:
    """Return the address to which a provider sends its answers; each has its own, so that none is taken for another's."""
    return f"{issuer}{provider_url(provider_id)}/answer"


def provider_log_out_url(issuer: str, provider_id: UUID) -> str:
    """Return the address to which a provider tells that somebody logged out there."""
    return f"{issuer}{provider_url(provider_id)}/log-out"
