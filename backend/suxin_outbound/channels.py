"""Every way to reach a person, as the one channel the core asks for."""

from collections.abc import Mapping

from suxin.kernel.messaging import Delivery
from suxin_outbound.sms import SmsClient
from suxin_outbound.wechat import WeChatClient


class OutboundChannel:
    """Implements :class:`suxin.kernel.messaging.MessageChannel` over WeChat and the text message gateway."""

    def __init__(self, *, wechat: WeChatClient, sms: SmsClient) -> None:
        self._wechat = wechat
        self._sms = sms

    async def send_subscribe_message(
        self,
        *,
        openid: str,
        template: str,
        page: str,
        values: Mapping[str, str],
        message_id: str,
    ) -> Delivery:
        """Send a WeChat subscribe message that opens ``page`` of the mini program."""
        return await self._wechat.send_subscribe_message(
            openid=openid, template=template, page=page, values=values, message_id=message_id
        )

    async def send_sms(
        self, *, phone: str, template: str, values: Mapping[str, str], message_id: str
    ) -> Delivery:
        """Send a text message; a repeated ``message_id`` is not sent twice."""
        return await self._sms.send_sms(
            phone=phone, template=template, values=values, message_id=message_id
        )
