"""The outside world where a test must not meet it."""

from suxin.kernel.messaging import Delivery


class Unreachable:
    """Stands where a test must not go: the outside world."""

    async def code_to_session(self, js_code: str) -> object:
        raise AssertionError(js_code)

    async def verify_person(self, **_: object) -> object:
        raise AssertionError

    async def verify_legal_representative(self, **_: object) -> object:
        raise AssertionError

    async def send_sms(self, **_: object) -> Delivery:
        raise AssertionError

    async def send_subscribe_message(self, **_: object) -> Delivery:
        raise AssertionError
