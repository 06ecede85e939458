"""Files of collection attempts at the bank's desk: sent from the claim's page, downloaded by the bank, seen by digest at the operator's."""

import hashlib
from uuid import uuid4

import pytest
from small_claims import build_claims
from sqlalchemy import select

from suxin.risk_pool.claims.models import CollectionAttempt
from suxin_web.csrf import token_for

PDF = b"%PDF-1.7 a letter with its receipt"


@pytest.fixture
async def claims(desks):
    return await build_claims(desks.city)


async def send(desk, claim, attempt_id, content):
    fields = {
        "_csrf": token_for(desk.token),
        "idempotencyKey": str(uuid4()),
        "attemptId": str(attempt_id),
    }
    files = {"file": ("催收函.pdf", content)} if content else {}
    return await desk.client.post(f"/desk/claims/{claim.id}/files", data=fields, files=files)


async def test_a_file_goes_from_the_banks_desk_to_the_dossier(desks, claims, words):
    await claims.collect()
    claim = await claims.draft()
    desks.clock.moment = claims.now
    async with desks.city.database.snapshot(claims.bank, now=claims.now) as session:
        attempt_id = await session.scalar(select(CollectionAttempt.id))
    officer = await desks.officer()
    at = f"/desk/claims/{claim.id}"
    for content, told in ((b"", "请选择文件"), (b"MZ", "只接受 PDF、JPG、PNG 文件")):
        wrong = await send(officer, claim, attempt_id, content)
        assert (wrong.status_code, told in wrong.text) == (422, True), told
    sent = await send(officer, claim, attempt_id, PDF)
    assert sent.status_code == 303
    page = await officer.get(at)
    assert "催收函.pdf" in words(page)
    place = page.partition('href="/desk/collection-files/')[2].partition('"')[0]
    got = await officer.client.get(f"/desk/collection-files/{place}")
    assert (got.content, got.headers["Cache-Control"]) == (PDF, "no-store")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    await officer.done(f"{at}/submit")
    operator = await desks.operator("auditor")
    shown = words(await operator.get(f"/desk/pool-claims/{claim.id}"))
    assert (hashlib.sha256(PDF).hexdigest() in shown, "催收函.pdf" in shown) == (True, False)
    assert (await operator.client.get(f"/desk/collection-files/{place}")).status_code == 404
