"""The own identity provider of the caller's organisation, by which its staff log in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid, NotFound
from suxin.tenancy.policies import STAFF_MANAGE
from suxin.tenancy.providers import commands, models
from suxin.tenancy.providers.calls import require_fit
from suxin.tenancy.providers.models import ClientMethod, ProviderState
from suxin.tenancy.providers.queries import link_count, own_provider, own_providers
from suxin.tenancy.providers.refusals import (
    ProviderStateConflict,
    ProviderUnfit,
    ProviderUnreachable,
    ProviderUntried,
)
from suxin_graphql.context import Context, Info
from suxin_graphql.execution.readings import Answer
from suxin_graphql.execution.records import Record, Source, column, to_one
from suxin_graphql.fields import Written, commit, mutation, query
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_web.desk_paths import provider_answer_url, provider_log_out_url, provider_url

Step = Callable[[AsyncSession, Actor, UUID, datetime], Awaitable[None]]


def _log_in_url(provider_id: UUID, context: Context) -> str:
    return f"{context.runtime.issuer}{provider_url(provider_id)}"


def _try_url(provider_id: UUID, context: Context) -> str:
    return f"{_log_in_url(provider_id, context)}?try=1"


def _answer_url(provider_id: UUID, context: Context) -> str:
    return provider_answer_url(context.runtime.issuer, provider_id)


def _log_out_url(provider_id: UUID, context: Context) -> str:
    return provider_log_out_url(context.runtime.issuer, provider_id)


@strawberry.type(
    description="统一登录设置；客户端密钥只写不读。The own identity provider of the organisation; its secret is never told."
)
class IdentityProvider(Record):
    """The own identity provider of the caller's organisation."""

    __model__: ClassVar = models.IdentityProvider
    __source__: ClassVar = Source(own_providers, models.IdentityProvider.id, STAFF_MANAGE)

    issuer: str
    client_id: str
    method: ClientMethod
    trusts_second_factor: bool
    keeps_passwords: bool
    max_age_minutes: int | None
    acr_values: list[str]
    state: ProviderState
    tried_at: datetime | None
    changed_at: datetime
    log_in_url: str = column(
        lambda: models.IdentityProvider.id,
        convert=_log_in_url,
        description="本机构人员登录的入口。Where the organisation's staff log in by it.",
    )
    try_url: str = column(
        lambda: models.IdentityProvider.id,
        convert=_try_url,
        description="管理员在浏览器中打开以试登录，成功后方可启用。Where an administrator tries it in his browser.",
    )
    answer_url: str = column(
        lambda: models.IdentityProvider.id,
        convert=_answer_url,
        description="在贵方登录系统登记的 redirect_uri。The redirect_uri to register there.",
    )
    log_out_url: str = column(
        lambda: models.IdentityProvider.id,
        convert=_log_out_url,
        description="在贵方登录系统登记的 backchannel_logout_uri。The backchannel_logout_uri to register there.",
    )


@strawberry.input(
    description="统一登录设置；不填密钥则保留原有密钥。The settings; without a secret the one that is kept stays."
)
class SetIdentityProviderInput:
    """The settings."""

    issuer: str
    client_id: str
    method: ClientMethod
    secret: str | None = None
    trusts_second_factor: bool = False
    keeps_passwords: bool = True
    max_age_minutes: int | None = None
    acr_values: list[str] = strawberry.field(default_factory=list)
    idempotency_key: str = idempotency_key()


@strawberry.input(description="启用统一登录。To put it in force.")
class ActivateIdentityProviderInput:
    """To put it in force."""

    idempotency_key: str = idempotency_key()


@strawberry.input(description="暂停统一登录。To put it out of force.")
class SuspendIdentityProviderInput:
    """To put it out of force."""

    idempotency_key: str = idempotency_key()


@strawberry.input(description="删除统一登录设置。To forget it.")
class RemoveIdentityProviderInput:
    """To forget it."""

    idempotency_key: str = idempotency_key()


@strawberry.type
class ProviderPayload(Payload):
    """Settings that were written."""

    identity_provider: IdentityProvider | None = to_one(lambda: IdentityProvider, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已保存的统一登录设置。The settings as they are now.")
class SetIdentityProviderPayload(ProviderPayload):
    """The settings as they are now."""


@strawberry.type(description="已启用的统一登录。The settings that are in force.")
class ActivateIdentityProviderPayload(ProviderPayload):
    """The settings that are in force."""


@strawberry.type(description="已暂停的统一登录。The settings that are out of force.")
class SuspendIdentityProviderPayload(ProviderPayload):
    """The settings that are out of force."""


@strawberry.type(description="已删除统一登录设置。The settings are gone.")
class RemoveIdentityProviderPayload(ProviderPayload):
    """The settings are gone."""


@strawberry.type
class IdentityProviderQueries:
    """Queries of the own identity provider."""

    @query(
        STAFF_MANAGE,
        IdentityProvider | None,
        description="本机构的统一登录设置，未设置则为空。The own identity provider of the organisation, if it has one.",
    )
    def identity_provider(self, info: Info) -> Answer:
        """Return the settings."""
        context = info.context

        async def told(session: AsyncSession) -> IdentityProvider | None:
            row = await own_provider(session, context.actor)
            return None if row is None else IdentityProvider.of_row(row, context)

        return Answer(told)

    @query(
        STAFF_MANAGE,
        int,
        description="已绑定统一登录的人数。How many of the staff are linked to an account there.",
    )
    def identity_provider_links(self, info: Info) -> Answer:
        """Return how many are linked."""
        context = info.context
        return Answer(lambda session: link_count(session, context.actor))


@strawberry.type
class IdentityProviderMutations:
    """Mutations of the own identity provider."""

    @mutation(
        STAFF_MANAGE,
        SetIdentityProviderPayload,
        refusals=(Invalid, ProviderUnfit, ProviderUnreachable),
        description="保存统一登录设置；先读取其公开配置。Keep the settings, once what the provider publishes was seen to fit.",
    )
    async def set_identity_provider(
        self, info: Info, given: Annotated[SetIdentityProviderInput, INPUT]
    ) -> SetIdentityProviderPayload:
        """Keep the settings."""
        runtime = info.context.runtime
        draft = commands.ProviderDraft(
            issuer=given.issuer,
            client_id=given.client_id,
            method=given.method,
            secret=given.secret or None,
            trusts_second_factor=given.trusts_second_factor,
            keeps_passwords=given.keeps_passwords,
            max_age_minutes=given.max_age_minutes,
            acr_values=tuple(given.acr_values),
        )
        require_fit(await runtime.providers.metadata(draft.issuer), draft.method, draft.demands)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.set_provider(
                session, actor, draft=draft, sealer=runtime.sealer, now=now
            )
            return done.id

        # What is kept of a request is a hash of it, from which a short secret could be guessed.
        written = await commit(info, replace(given, secret=None), work)
        return SetIdentityProviderPayload.of(written)

    @mutation(
        STAFF_MANAGE,
        ActivateIdentityProviderPayload,
        refusals=(ProviderUntried, ProviderStateConflict),
        description="启用统一登录；须已试登录成功。Put it in force, once a log-in by it was tried.",
    )
    async def activate_identity_provider(
        self, info: Info, given: Annotated[ActivateIdentityProviderInput, INPUT]
    ) -> ActivateIdentityProviderPayload:
        """Put it in force."""

        async def step(session: AsyncSession, actor: Actor, own: UUID, now: datetime) -> None:
            await commands.activate_provider(session, actor, provider_id=own, now=now)

        return ActivateIdentityProviderPayload.of(await _step(info, given, step))

    @mutation(
        STAFF_MANAGE,
        SuspendIdentityProviderPayload,
        refusals=(ProviderStateConflict,),
        description="暂停统一登录，恢复密码登录。Put it out of force; passwords are taken again.",
    )
    async def suspend_identity_provider(
        self, info: Info, given: Annotated[SuspendIdentityProviderInput, INPUT]
    ) -> SuspendIdentityProviderPayload:
        """Put it out of force."""

        async def step(session: AsyncSession, actor: Actor, own: UUID, now: datetime) -> None:
            await commands.suspend_provider(session, actor, provider_id=own, now=now)

        return SuspendIdentityProviderPayload.of(await _step(info, given, step))

    @mutation(
        STAFF_MANAGE,
        RemoveIdentityProviderPayload,
        refusals=(ProviderStateConflict,),
        description="删除已停用的统一登录设置、密钥和全部绑定。Forget settings that are not in force, with their secret and links.",
    )
    async def remove_identity_provider(
        self, info: Info, given: Annotated[RemoveIdentityProviderInput, INPUT]
    ) -> RemoveIdentityProviderPayload:
        """Forget it."""

        async def step(session: AsyncSession, actor: Actor, own: UUID, now: datetime) -> None:
            await commands.remove_provider(session, actor, provider_id=own, now=now)

        return RemoveIdentityProviderPayload.of(await _step(info, given, step))


Inputs = ActivateIdentityProviderInput | SuspendIdentityProviderInput | RemoveIdentityProviderInput


async def _step(info: Info, given: Inputs, step: Step) -> Written:
    """Take a step of the one provider that an organisation has."""

    async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
        row = await own_provider(session, actor)
        if row is None:
            raise NotFound(thing_zh="统一登录设置", thing_en="identity provider")
        await step(session, actor, row.id, now)
        return row.id

    return await commit(info, given, work)
