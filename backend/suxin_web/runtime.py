"""The runtime: what every edge works with, made once by the server and carried in the application's state."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from suxin.consent.oauth.client_key_sources import ClientKeySource
from suxin.consent.oauth.dpop import Nonces
from suxin.consent.oauth.replay import ReplayStore
from suxin.consent.oauth.seen_keys import SeenKeys
from suxin.kernel.database import Database
from suxin.kernel.messaging import MessageChannel
from suxin.kernel.sealing import Sealer
from suxin.perks.redeeming_queue import RedeemingQueue
from suxin.subjects.identity import IdentityVerifier
from suxin.tenancy.profiles import Profiles
from suxin.tenancy.providers.calls import ProviderCalls
from suxin_web.budgets import Budgets
from suxin_web.clock import Clock
from suxin_web.document_rules import DocumentRules
from suxin_web.rate_limits import RateLimits
from suxin_web.shares import Shares
from suxin_web.signing_keys import HeldKeys

EXPORTS_FOLDER: Final = Path(".suxin") / "exports"
"""Where files of exports lie unless an installation says otherwise."""

Connection = ASGIConnection[Any, Any, Any, Any]


class OpenedMiniProgram(Protocol):
    """What WeChat says about whoever opened the mini program."""

    @property
    def openid(self) -> str:
        """The account's id within this mini program; it proves nothing about the person."""
        ...


class WeChatLogIn(Protocol):
    """WeChat's side of a log-in to the mini program (``code2Session``)."""

    async def code_to_session(self, js_code: str) -> OpenedMiniProgram:
        """Exchange the code of ``wx.login`` for the account that opened the mini program."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """Everything an edge needs, and no settings: those were read when this was made.

    ``public_url`` is the address under which people reach the server, without a slash at its end. ``demo`` says that the
    city is synthetic, so that pages can say so too. ``budgets`` are those of GraphQL's callers; unless given, everything fits.
    ``exports_folder`` is shared with the workers, who write the files that the web sends.
    """

    database: Database
    clock: Clock
    profiles: Profiles
    sealer: Sealer
    wechat: WeChatLogIn
    identity: IdentityVerifier
    messages: MessageChannel
    limits: RateLimits
    replays: ReplayStore
    client_keys: ClientKeySource
    providers: ProviderCalls
    public_url: str
    demo: bool = False
    documents: DocumentRules = field(default_factory=DocumentRules)
    budgets: Budgets = field(default_factory=Budgets)
    shares: Shares = field(default_factory=Shares)
    exports_folder: Path = EXPORTS_FOLDER
    keys: HeldKeys = field(init=False)
    nonces: Nonces = field(init=False)
    redeeming: RedeemingQueue = field(init=False)
    seen_keys: SeenKeys = field(init=False, default_factory=SeenKeys)

    def __post_init__(self) -> None:
        """Make what follows from the database and the sealing keys."""
        object.__setattr__(self, "keys", HeldKeys(self.database, self.sealer))
        object.__setattr__(self, "nonces", Nonces(self.sealer))
        object.__setattr__(self, "redeeming", RedeemingQueue(self.database, self.sealer))

    @property
    def issuer(self) -> str:
        """The name of the authorization server (RFC 8414 §2), which is also the audience of its tokens."""
        return self.public_url

    @property
    def https(self) -> bool:
        """Whether people reach the server over TLS, so that cookies can be bound to it."""
        return self.public_url.startswith("https://")


GivenRuntime = NamedDependency[SkipValidation[Runtime]]
"""How a handler asks for the runtime: an argument ``runtime: GivenRuntime``."""


def runtime_of(connection: Connection) -> Runtime:
    """Return the runtime of the application that serves this connection."""
    runtime: Runtime = connection.app.state.runtime
    return runtime


def provide_runtime(state: State) -> Runtime:
    """Give handlers their ``runtime`` argument."""
    runtime: Runtime = state.runtime
    return runtime
