"""Settings: the only reader of the environment.

Every name starts with ``SUXIN_``, except the addresses of servers, which have the names everyone uses:
``DATABASE_URL``, ``DATABASE_OWNER_URL``, ``DATABASE_BATCH_URL``, ``REDIS_URL``. What is secret is a ``SecretStr`` and
shows as stars in every representation.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from suxin_server.faults import NotAvailable
from suxin_web.budget_size import USUAL

PREFIX: Final = "SUXIN_"
MAX_PORT: Final = 65_535
MAX_POOL_SIZE: Final = 500
MAX_PATIENCE_S: Final = 600
USUAL_DATA_DIR: Final = Path(".suxin")


def _plain(name: str) -> AliasChoices:
    """Accept the name as it stands in the environment, and the field's own name in code."""
    return AliasChoices(name, name.lower())


class Settings(BaseSettings):
    """How one installation is set up."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", populate_by_name=True)

    # Servers of one's own. A part whose address is set is not started by `suxin up`.
    database_url: SecretStr | None = Field(None, validation_alias=_plain("DATABASE_URL"))
    database_owner_url: SecretStr | None = Field(
        None, validation_alias=_plain("DATABASE_OWNER_URL")
    )
    database_batch_url: SecretStr | None = Field(
        None, validation_alias=_plain("DATABASE_BATCH_URL")
    )
    redis_url: SecretStr | None = Field(None, validation_alias=_plain("REDIS_URL"))
    database_pool_size: int = Field(10, ge=1, le=MAX_POOL_SIZE)
    # How long a program that starts waits for a database that does not answer yet.
    database_patience_s: int = Field(0, ge=0, le=MAX_PATIENCE_S)

    # Where this installation lives and listens.
    data_dir: Path = USUAL_DATA_DIR
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=MAX_PORT)
    public_url: str | None = None
    # Addresses of proxies whose X-Forwarded-For is believed, with commas between them; none by default.
    trusted_proxies: str = ""
    # Multiplies every rate limit: a load test from one address raises it.
    rate_limit_scale: int = Field(1, ge=1)
    postgres_bin: Path | None = None
    valkey_binary: Path | None = None
    log_format: Literal["console", "json"] = "console"
    # Whoever shows it may scrape /metrics; without one, only clients of this machine may.
    metrics_token: SecretStr | None = None
    demo: bool = False
    # Where a bank of the demo city hears its events. `suxin up` puts its stand-in here.
    demo_receiver_url: str | None = None
    # For developers: tenants' identity providers may be on this machine, which then must be where the server is reached.
    local_identity_providers: bool = False
    # For developers: events may be sent to this machine, under the same condition.
    local_webhooks: bool = False

    # Whether everyone may send GraphQL documents of his own, and ask for the schema; unset, in a demo alone.
    graphql_ad_hoc: bool | None = None
    graphql_introspection: bool | None = None
    # Whether the desks have an explorer for whoever may compose documents; unset, in a demo alone.
    graphql_explorer: bool | None = None
    # What one client's GraphQL operations may cost: the points of a full bucket, and how many come back each second.
    graphql_budget: int = Field(USUAL.size, ge=1)
    graphql_budget_per_second: int = Field(USUAL.restored_per_second, ge=1)
    # A folder of documents that are trusted beside those of the product.
    graphql_documents: Path | None = None

    # Where files of exports lie, for workers and web alike; unset, in the data folder.
    exports_dir: Path | None = None

    # The keyring that seals resident ids, phones and accounts: its text, or the file that holds it.
    sealing_keys: SecretStr | None = None
    sealing_keys_file: Path | None = None
    sealing_profile: Literal["standard", "sm"] = "standard"

    # The outside world. `suxin up` puts its stand-ins here where nothing is set.
    wechat_base_url: str | None = None
    wechat_app_id: str = "wx0000000000000000"
    wechat_app_secret: SecretStr = SecretStr("")
    identity_base_url: str | None = None
    identity_app_id: str = "suxin"
    identity_secret: SecretStr = SecretStr("")
    identity_registry_file: Path | None = None
    sms_base_url: str | None = None
    sms_api_key: SecretStr = SecretStr("")
    repair_base_url: str | None = None
    repair_app_id: str = "suxin"
    repair_secret: SecretStr = SecretStr("")
    # WeChat Pay Score, as a service provider; without an address orders are local alone. ``suxin up`` puts its stand-in here.
    payscore_base_url: str | None = None
    payscore_mchid: str = ""
    payscore_app_id: str = "wx0000000000000000"
    # The serial of one's own certificate, and the file that holds its private key.
    payscore_serial: str = ""
    payscore_key_file: Path | None = None
    # A folder with WeChat Pay's public keys or certificates, each named <serial>.pem.
    payscore_platform_keys: Path | None = None
    payscore_api_v3_key: SecretStr = SecretStr("")
    # What opens a page on the user's phone is signed with it.
    payscore_api_v2_key: SecretStr = SecretStr("")
    # The town's grid app (网格通), with which villages exchange that joined; without an address they exchange by files alone.
    town_app_base_url: str | None = None
    town_app_app_id: str = "suxin"
    town_app_secret: SecretStr = SecretStr("")
    # The city's own score system, and the codes of the models whose tiers it says, with commas between them; the platform's
    # engine works out all others.
    tiers_models: str = ""
    tiers_base_url: str | None = None
    tiers_app_id: str = "suxin"
    tiers_secret: SecretStr = SecretStr("")
    # On which legal ground resident ids are sent to that system, in words that name the document (PIPL art. 13, 23).
    tiers_legal_basis: str = ""

    @property
    def url(self) -> str:
        """The address under which people reach the web server."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def exports_folder(self) -> Path:
        """Where files of exports lie."""
        return self.exports_dir or self.data_dir / "exports"

    @property
    def models_from_outside(self) -> frozenset[str]:
        """The codes of the models whose tiers the city's own system says."""
        return frozenset(filter(None, map(str.strip, self.tiers_models.split(","))))

    def need(self, name: str) -> str:
        """Return a setting that a command cannot do without.

        :raises NotAvailable: if it is not set
        """
        value = getattr(self, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not plain:
            variable = name.upper() if name in _BARE_NAMES else PREFIX + name.upper()
            raise NotAvailable(
                zh=f"缺少设置 {variable}（用 suxin up 会自动准备）",
                en=f"the setting {variable} is missing (`suxin up` provides it by itself)",
            )
        return str(plain)

    def as_environment(self) -> dict[str, str]:
        """Return these settings as variables, for a child that reads them again."""
        variables: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None:
                continue
            plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            variables[name.upper() if name in _BARE_NAMES else PREFIX + name.upper()] = plain
        return variables


_POSTGRESQL: Final = ("postgresql://",)
_SCHEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "database_url": _POSTGRESQL,
    "database_owner_url": _POSTGRESQL,
    "database_batch_url": _POSTGRESQL,
    "redis_url": ("redis://", "rediss://", "unix://"),
}
_BARE_NAMES: Final = frozenset(_SCHEMES)


def wants_demo(settings: Settings) -> bool:
    """Return whether ``suxin up`` loads the demo city: as it was told, else only where everything is its own.

    A database or an outside service of one's own may be a real one, which invented people must not enter unasked.
    """
    if "demo" in settings.model_fields_set:
        return settings.demo
    own = (
        settings.database_url,
        settings.wechat_base_url,
        settings.identity_base_url,
        settings.sms_base_url,
        settings.repair_base_url,
        settings.payscore_base_url,
        settings.tiers_base_url,
        settings.town_app_base_url,
    )
    return all(address is None for address in own)


def read_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; what a command line names wins.

    :raises NotAvailable: if a variable does not hold what it should, naming it but not its value
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)  # type: ignore[arg-type] # pydantic checks the values
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise NotAvailable(zh=f"设置不正确：{faults}", en=f"wrong settings: {faults}") from None
    _require_schemes(settings)
    _require_legal_basis(settings)
    return settings


def _require_legal_basis(settings: Settings) -> None:
    """Refuse to have people's numbers sent to the city's score system while nobody has said on which ground.

    Source: PIPL art. 13 (a ground for each processing), 23 (handing on)
    """
    asked = settings.models_from_outside or settings.tiers_base_url
    if asked and not settings.tiers_legal_basis.strip():
        raise NotAvailable(
            zh="设置了本市评分系统（SUXIN_TIERS_*），须在 SUXIN_TIERS_LEGAL_BASIS 写明向其提供居民身份证号的法律依据（文件名称、文号）",
            en="SUXIN_TIERS_* sends resident ids to the city's score system: name the legal ground in SUXIN_TIERS_LEGAL_BASIS",
        )


def _require_schemes(settings: Settings) -> None:
    for name, schemes in _SCHEMES.items():
        address: SecretStr | None = getattr(settings, name)
        if address is not None and not address.get_secret_value().startswith(schemes):
            raise NotAvailable(
                zh=f"设置不正确：{name.upper()} 应以 {'、'.join(schemes)} 开头",
                en=f"wrong settings: {name.upper()} must begin with {' or '.join(schemes)}",
            )


def child_environment(
    settings: Settings, *, without: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Return the environment for a child: ours, these settings, and nothing that it must not hold."""
    inherited: Mapping[str, str] = os.environ
    merged = {**inherited, **settings.as_environment()}
    return {name: value for name, value in merged.items() if name not in without}
