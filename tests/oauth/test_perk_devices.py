"""A gate of a merchant, connected by a device code (RFC 8628): it takes codes, and does nothing else of the merchant's."""

from pathlib import Path

from code_flow import OFFICER, fields
from small_city import PASSWORD
from small_codes import SmallCodes, code_of, resident_of
from small_perks import build_perks, give_tier
from staff_log_ins import keep_passwords

from suxin.consent.oauth.clients import DEVICE
from suxin.tenancy.roles import RoleGrant
from suxin.tenancy.staff import add_staff
from suxin_tenants import PROFILES

SCOPE = "perks.redemption.grant perks.redemption.read"
TAKE = Path(__file__).parents[2] / "graphql/operations/hold_perk_redemption_by_code.graphql"
SUSPEND = """mutation { suspendPerkProgramme(input: {programmeId: "x", reason: "x", idempotencyKey: "gate-0002"})
  { ... on Refusal { code } } }"""


async def approved(app, browser) -> str:
    """Have the device ask and a clerk approve it in his browser; return the device's token."""
    asked = (await app.post("/oauth/device_authorization", scope=SCOPE)).json()
    page = await browser.get("/oauth/device", params={"user_code": asked["user_code"]})
    known = {"login": OFFICER, "password": PASSWORD}
    entered = await browser.post("/oauth/log-in", data={**fields(page.text), **known})
    page = await browser.get(entered.headers["location"])
    assert "核销权益" in page.text
    await browser.post("/oauth/device", data={**fields(page.text), "decision": "allow"})
    tokens = await app.token(grant_type=DEVICE, device_code=asked["device_code"])
    assert tokens.json()["scope"] == SCOPE
    return tokens.json()["access_token"]


async def test_a_gate_takes_codes_and_does_nothing_else(small_city, admin, register, browser):
    await give_tier(admin, small_city, small_city.person_id, place=1)
    codes = SmallCodes(perks=await build_perks(small_city), resident=resident_of(small_city))
    await small_city.act(
        add_staff,
        codes.perks.merchant,
        name="孙店员",
        login=OFFICER,
        password=PASSWORD,
        roles=[RoleGrant("clerk")],
        profiles=PROFILES,
    )
    await keep_passwords(small_city.database, now=small_city.now)
    app = await register(codes.shop, scopes=SCOPE.split())
    token = await approved(app, browser)

    shown = await codes.present(await codes.perks.published(), agree=True)
    given = {"code": code_of(shown.opened, small_city.now), "idempotencyKey": "gate-0001"}
    asked = {"query": TAKE.read_text(), "variables": {"input": given}}
    answer = (await app.call("POST", "/graphql", token=token, json=asked)).json()
    redemption = answer["data"]["holdPerkRedemptionByCode"]["redemption"]
    assert (redemption["state"], redemption["benefit"]["label"]) == ("HELD", "门票半价")

    shown = await codes.present(await codes.perks.published(), agree=True)
    once = {"code": code_of(shown.opened, small_city.now)}
    key = {"Idempotency-Key": "gate-0003"}
    done = await app.call("POST", "/perks/v1/redemptions", token=token, json=once, headers=key)
    assert (done.status_code, done.json()["benefit"]["label"]) == (201, "门票半价")

    refused = await app.call("POST", "/graphql", token=token, json={"query": SUSPEND})
    assert "FORBIDDEN" in refused.text
