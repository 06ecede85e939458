"""Real-name proof on a phone, the whole way over the API and the stand-ins."""

CLAIM = {
    "name": "赵一鸣",
    "residentId": "11010519491231002X",
    "phone": "19900000077",
}


async def sent_code(phone, clock, send_messages, number: str = CLAIM["phone"]) -> str:
    """Ask for a code and read it where the stand-in received it."""
    asked = await phone.post("/phone-codes", {"phone": number}, key=None)
    assert asked.status_code == 204, asked.text
    await send_messages(clock.now())
    received = await phone.web.get("/preview/sms-code", params={"phone": number})
    return received.json()["code"]


async def prove(phone, clock, send_messages) -> None:
    code = await sent_code(phone, clock, send_messages)
    done = await phone.post("/identity-proofs", {**CLAIM, "code": code}, key=None)
    assert done.status_code == 201, done.text
    assert list(done.json()) == ["personId"]
